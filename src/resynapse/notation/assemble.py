"""Mechanism instances -> one flat system: ordered statements (name, expression) over names outside."""

import keyword
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from resynapse.notation import units
from resynapse.notation.errors import NotationError, closest
from resynapse.notation.functions import FUNCTIONS
from resynapse.notation.mechanism import Equation, Happening, Input, Mechanism, Param
from resynapse.notation.translate import Statement, at, body, reads


@dataclass(frozen=True)
class Bound:
    """One equation at its place: the instance, its method, and {argument: name outside}."""

    instance: Mechanism
    method: Any
    arguments: dict[str, str]


@dataclass(frozen=True)
class Observation:
    """How a measured quantity errs: names outside of the parameters that hold its SDs; empty where there is none."""

    unit: str
    proportional: str = ""
    additive: str = ""


@dataclass(frozen=True)
class Action:
    """A named event: what it does to which state outside."""

    state: str
    act: str
    value: float
    unit: str
    meaning: str


@dataclass(frozen=True, eq=False)
class System:
    """Everything that a solver, a catalogue or an exporter needs to know of a model; equal to itself alone."""

    states: dict[str, float | str]  # name -> start: a number in the declared unit, or the name of a parameter-only quantity
    params: dict[str, Param]
    inputs: dict[str, Input]
    statements: tuple[Statement, ...]  # quantities in dependency order, then d_<state>
    units: dict[str, str]
    equations: dict[str, Bound]  # name or d_<state> -> where it comes from
    owner_of: dict[tuple[int, str], str]  # (position of the instance, local parameter) -> name outside
    instances: tuple[Mechanism, ...]
    observations: dict[str, Observation] = field(default_factory=dict)
    events: dict[str, Action] = field(default_factory=dict)
    atol: dict[str, float] = field(default_factory=dict)  # state -> absolute tolerance in internal units

    def parameter_of(self, instance: Mechanism, local: str) -> str:
        """Return the name outside of an instance's parameter."""
        return self.owner_of[next(i for i, m in enumerate(self.instances) if m is instance), local]

    def readable(self) -> list[str]:
        """Return every name that can be an output: states and quantities."""
        return [*self.states, *(n for n in self.equations if not n.startswith("d_") or n[2:] not in self.states)]


class _Assembly:
    """The tables while they grow; `claim` keeps names unique."""

    def __init__(self, instances: Sequence[Mechanism]):
        self.instances = tuple(instances)
        self.params: dict[str, Param] = {}
        self.inputs: dict[str, Input] = {}
        self.states: dict[str, float | str] = {}
        self.units: dict[str, str] = {}
        self.atol: dict[str, float] = {}
        self.places: dict[str, str] = {}
        self.owner_of: dict[tuple[int, str], str] = {}
        self.found: dict[str, tuple[int, Any]] = {}  # equation name -> (position of the instance, method)
        self.observations: dict[str, Observation] = {}
        self.events: dict[str, Action] = {}

    def claim(self, name: str, unit: str, place: str) -> None:
        """Take a name, once; refuse reserved ones and units that do not parse."""
        if name in self.places:
            raise NotationError(f"{place}: '{name}' is already given by {self.places[name]}. Give one of them a prefix.")
        if name in FUNCTIONS or name.startswith(("_", "d_")) or "__" in name or keyword.iskeyword(name):
            raise NotationError(f"{place}: '{name}' is reserved.")
        if not isinstance(unit, str) or not unit:
            raise NotationError(f"{place}: '{name}' has no unit. Write \"1\" for a plain number.")
        try:
            units.factor(unit)
        except NotationError as why:
            raise NotationError(f"{place}: {why}") from None
        self.places[name], self.units[name] = place, unit

    def position(self, instance: Mechanism) -> int | None:
        """Return where an instance stands in the list, by identity."""
        return next((i for i, m in enumerate(self.instances) if m is instance), None)

    def take_parameters(self, i: int, m: Mechanism) -> None:
        """Claim or share the parameters of one instance."""
        kind = f"{type(m).__name__}({m.prefix!r})"
        declared = dict(m.members(Param))
        for local in m.values:
            if local not in declared:
                raise NotationError(f"{kind}: values has '{local}', which is not a parameter.{closest(local, declared)}")
        for local, p in m.own().items():
            if m.like is not None and local not in m.values:
                of = self.position(m.like)
                if of is None or (of, local) not in self.owner_of:
                    raise NotationError(f"{kind}: list the instance that it is like before it.")
                self.owner_of[i, local] = self.owner_of[of, local]
                continue
            name = m.outside(local)
            self.claim(name, p.unit, f"{type(m).__name__}.{local}")
            low, high = p.range
            if not low <= p.value <= high:
                raise NotationError(f"{type(m).__name__}.{local}: {p.value} lies outside its range ({low}, {high}).")
            self.owner_of[i, local], self.params[name] = name, p

    def take_equations(self, i: int, m: Mechanism) -> None:
        """Claim inputs, states, quantities, observations and events of one instance."""
        for local, given in m.members(Input):
            self.claim(m.outside(local), given.unit, f"{type(m).__name__}.{local}")
            self.inputs[m.outside(local)] = given
        for local, method in m.members(Equation):
            mark: Equation = method.equation
            is_state = mark.kind == "state"
            if is_state and not local.startswith("d_"):
                raise NotationError(f"{at(method)}: a state's method is named d_<state>.")
            name = m.outside(local[2:] if is_state else local)
            self.claim(name, mark.unit, at(method))
            if is_state:
                self.states[name] = m.outside(mark.start.__name__) if callable(mark.start) else float(mark.start)
                if mark.atol is not None:
                    self.atol[name] = mark.atol * units.factor(mark.unit)
            if mark.kind == "observation":
                self.observations[name] = self._error_of(i, m, mark)
            self.found["d_" + name if is_state else name] = (i, method)
        for local, e in m.members(Happening):
            name, target = m.outside(local), m.outside(e.state.__name__[2:])
            self.claim(name, "1" if e.act == "scale" else self.units[target], f"{type(m).__name__}.{local}")
            self.events[name] = Action(target, e.act, e.value, self.units[name], e.meaning)

    def _error_of(self, i: int, m: Mechanism, mark: Equation) -> Observation:
        def name_of(p: Param | None) -> str:
            local = next((n for n, own in m.members(Param) if own is p), None) if p is not None else None
            return self.owner_of[i, local] if local is not None else ""

        return Observation(mark.unit, name_of(mark.proportional), name_of(mark.additive))

    def resolve(self, m: Mechanism, method: Any, argument: str, readable: set[str]) -> str:
        """Return the name outside that an argument reads: wired, with the own prefix, or bare."""
        if argument in m.reads:
            bound = m.reads[argument]
            local = bound.__name__
            return bound.__self__.outside(local[2:] if bound.equation.kind == "state" else local)
        for name in (m.outside(argument), argument):
            if name in readable:
                return name
        raise NotationError(f"{at(method)}: reads '{argument}', which no mechanism gives.{closest(argument, readable)}")


def _in_order(equations: dict[str, Bound], bodies: dict[str, list[Statement]], states: dict[str, Any]) -> list[Statement]:
    """Quantities before their readers, derivatives last; refuses a circle by naming it."""
    statements: list[Statement] = []
    done: set[str] = set()
    path: list[str] = []

    def emit(name: str) -> None:
        if name in done:
            return
        if name in path:
            raise NotationError("circular: " + " -> ".join([*path[path.index(name) :], name]) + ". Make one of them a state.")
        path.append(name)
        for read in equations[name].arguments.values():
            if read in equations:  # a quantity; states and inputs are at hand
                emit(read)
        path.pop()
        done.add(name)
        statements.extend(bodies[name])

    for name in sorted(equations, key=lambda n: n.startswith("d_") and n[2:] in states):
        emit(name)
    return statements


def assemble(instances: Sequence[Mechanism]) -> System:
    """Put mechanisms together.

    Raises NotationError for duplicate, unknown, reserved and circular names, missing or unreadable units, values outside their
    range, and anything in an equation that is not arithmetic; the message names file, line and the closest valid name.
    """
    a = _Assembly(instances)
    for i, m in enumerate(a.instances):
        a.take_parameters(i, m)
        a.take_equations(i, m)
    readable = (set(a.found) | set(a.states) | set(a.inputs)) - {"d_" + s for s in a.states}
    equations, bodies = {}, {}
    for name, (i, method) in a.found.items():
        m = a.instances[i]
        arguments = {x: a.resolve(m, method, x, readable) for x in reads(method)}
        equations[name] = Bound(m, method, arguments)
        bodies[name] = body(name, m, method, arguments, lambda local, i=i: a.owner_of[i, local])
    statements = _in_order(equations, bodies, a.states)
    for name, start in a.states.items():
        if isinstance(start, str) and start not in equations:
            raise NotationError(f"{a.places[name]}: starts at '{start}', which is not a quantity of its class.")
    return System(a.states, a.params, a.inputs, tuple(statements), a.units, equations, a.owner_of, a.instances,
                  a.observations, a.events, a.atol)  # fmt: skip
