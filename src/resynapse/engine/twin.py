"""Twin: the same system, one person at a time, with SciPy and the statements as they stand.  Slow, short, and the oracle of the tests.

It shares no solver, no table and no folding with the ensemble: what both agree on is not an accident of either.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from resynapse.engine.schedule import Event
from resynapse.engine.solution import DEFAULT_ATOL
from resynapse.notation import InputError, System, units

Array = np.ndarray
FUNCTIONS: dict[str, Any] = {
    "exp": lambda x: math.exp(x) if x < 709 else math.inf,
    "log": lambda x: math.log(x) if x > 0 else math.nan,
    "sqrt": lambda x: math.sqrt(x) if x > 0 else 0.0,
    "pos": lambda x: x if x > 0 else 0.0,
    "power": lambda x, a: x**a if x > 0 else 0.0,
    "where": lambda c, a, b: a if c > 0 else b,
    "minimum": min,
    "maximum": max,
}


@dataclass(frozen=True)
class Twin:
    """One system.  evaluate(states, numbers) -> (derivatives, {every name: value}), all in internal units."""

    system: System
    evaluate: Callable[[Any, Mapping[str, float]], tuple[list[float], dict[str, float]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "evaluate", _function_of(self.system))

    def run(
        self,
        person: Mapping[str, float],
        events: Sequence[Event],
        times: Sequence[float],
        outputs: Sequence[str],
        rtol: float = 1e-10,
        atol: float = 1e-12,
        largest_step: float = 2.0,
    ) -> dict[str, Array]:
        """Return {output: (visits,)} in declared units.

        person: {parameter: number in its declared unit}; events: with plain numbers; atol is scaled like the ensemble's.
        """
        from scipy.integrate import solve_ivp

        p, y, atols = *self._begin(person), self._tolerances(atol)
        got: dict[float, dict[str, float]] = {}
        days = _Days(self.system, events, y.copy())
        stops = sorted({s for s in days.stops() if s <= times[-1]} | {0.0, float(times[-1])})
        for stop, following in zip(stops, [*stops[1:], None], strict=True):
            if stop in times:
                got[stop] = self.evaluate(y, p)[1]
            days.happen(stop, y, p)
            if following is None or following <= stop:
                continue
            inside = sorted({float(x) for x in times if stop < x < following})
            r = solve_ivp(lambda _, x: self.evaluate(x, p)[0], (stop, following), y, "LSODA", t_eval=[*inside, following],
                          rtol=rtol, atol=atols, max_step=largest_step)  # fmt: skip
            if not r.success or not np.all(np.isfinite(r.y)):
                raise ArithmeticError(f"between {stop:g} h and {following:g} h: {r.message}")
            for time, column in zip(inside, r.y.T, strict=False):
                got[time] = self.evaluate(column, p)[1]
            y = r.y[:, -1].copy()
        return {o: np.array([got[float(x)][o] for x in times]) / units.factor(self.system.units[o]) for o in outputs}

    def _tolerances(self, atol: float) -> Array:
        return np.array([self.system.atol.get(s, DEFAULT_ATOL) for s in self.system.states]) * (atol / DEFAULT_ATOL)

    def _begin(self, person: Mapping[str, float]) -> tuple[dict[str, float], Array]:
        """Return all numbers, and the states at the start, in internal units."""
        system, factor = self.system, units.factor
        for name in person:
            if name not in system.params:
                raise InputError("person", name, "a parameter", system.params)
        p = {name: float(person.get(name, x.value)) * factor(x.unit) for name, x in system.params.items()}
        p |= {name: x.start * factor(x.unit) for name, x in system.inputs.items()}
        at_rest: dict[str, Any] = {**FUNCTIONS, **p}
        for name, text in system.statements:  # starts may be quantities of parameters; the others do not matter here
            try:
                at_rest[name] = eval(text, {"__builtins__": {}}, at_rest)
            except NameError:
                continue
        starts = system.states.items()
        return p, np.array([at_rest[v] if isinstance(v, str) else v * factor(system.units[s]) for s, v in starts], float)


def _function_of(system: System) -> Any:
    """Turn the statements into one plain Python function."""
    reads = [f"    {name} = _y[{i}]" for i, name in enumerate(system.states)]
    reads += [f"    {name} = _p['{name}']" for name in (*system.params, *system.inputs)]
    computes = [f"    {name} = {text}" for name, text in system.statements]
    slopes = ", ".join("d_" + s for s in system.states)
    space = dict(FUNCTIONS)
    exec("\n".join(["def evaluate(_y, _p):", *reads, *computes, f"    return [{slopes}], locals()"]), space)
    return space["evaluate"]


class _Days:
    """The events of one person.  An input is its own level plus the rates of the infusions that are running."""

    def __init__(self, system: System, events: Sequence[Event], start: Array):
        self.system, self.start = system, start
        self.events = [e for e in events if not math.isnan(float(e.time))]
        self.own = {name: x.start * units.factor(x.unit) for name, x in system.inputs.items()}
        self.stopped = -1.0  # time of the last reset

    def stops(self) -> set[float]:
        """Return every time at which something changes."""
        begins = {float(e.time) for e in self.events}
        return begins | {float(e.time) + float(e.duration) for e in self.events if e.act == "infuse"}

    def amount(self, e: Event) -> float:
        """Return an event's value in internal units."""
        declared = self.system.units[e.what]
        return float(e.value) * (1.0 if e.act == "scale" else units.into(e.unit or declared, declared, f"event at {e.time} h"))

    def happen(self, now: float, y: Array, p: dict[str, float]) -> None:
        """Change states and numbers in place."""
        present = [e for e in self.events if float(e.time) == now]
        if any(e.act == "reset" for e in present):
            y[:] = self.start
            self.stopped = now
        for e in [*(e for e in present if e.act in ("set", "scale")), *(e for e in present if e.act == "add")]:
            value = self.amount(e)
            old = self.own[e.what] if e.what in self.own else y[list(self.system.states).index(e.what)]
            new = value if e.act == "set" else old * value if e.act == "scale" else old + value
            if e.what in self.own:
                self.own[e.what] = new
            else:
                y[list(self.system.states).index(e.what)] = new
        for name, level in self.own.items():
            running = [e for e in self.events if e.act == "infuse" and e.what == name and self._is_running(e, now)]
            p[name] = level + sum(self.amount(e) for e in running)

    def _is_running(self, e: Event, now: float) -> bool:
        begin = float(e.time)
        return begin <= now < begin + float(e.duration) and begin >= self.stopped
