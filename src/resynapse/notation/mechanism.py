"""How a mechanism is written: parameters, inputs, states, quantities, observations, events.  Plain data, only marking.

A method's argument names are what it reads; `self.X` reads an own parameter; `d_x` returns dx/dt of the state `x`.  A name is
looked up first with the reader's own prefix, then as it stands, so `Absorption("s")` feeds `Disposition("s")` unasked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Param:
    """A number of a mechanism: value in `unit`, plausible range in the same unit, source key or "assumed"."""

    value: float
    unit: str
    meaning: str
    range: tuple[float, float]
    source: str


@dataclass(frozen=True)
class Input:
    """A piecewise-constant number that only events change: an infusion rate, a load of stress."""

    unit: str
    meaning: str
    start: float = 0.0


@dataclass(frozen=True)
class Happening:
    """A named event: what it does to one state.  act: set, add or scale; value in the state's unit (scale: a factor)."""

    state: Callable[..., Any]
    act: str
    value: float
    meaning: str


@dataclass(frozen=True)
class Equation:
    """The mark on a method: kind is state, quantity or observation."""

    kind: str
    unit: str
    start: Any = 0.0  # a number in `unit`, or a quantity of the same class that depends on parameters only
    atol: float | None = None  # absolute tolerance in `unit`; None: the solver's default
    proportional: Param | None = None  # observation error: own parameters, given as Python references
    additive: Param | None = None


def param(value: float, unit: str, meaning: str, range: tuple[float, float], source: str) -> Any:
    """Declare a parameter.  range: plausible lowest and highest value; source: a key of the sources table, or "assumed"."""
    return Param(value, unit, meaning, range, source)


def given(unit: str, meaning: str, start: float = 0.0) -> Any:
    """Declare an input that only events change."""
    return Input(unit, meaning, start)


def event(state: Callable[..., Any], act: str, value: float, meaning: str) -> Any:
    """Declare an event on one state of the same class, given by its method."""
    return Happening(state, act, value, meaning)


def state(unit: str, start: Any = 0.0, atol: float | None = None) -> Callable[[Any], Any]:
    """Mark a method `d_x` as the derivative of the state `x`, measured in `unit`, starting at a number or a quantity."""
    return _mark(Equation("state", unit, start, atol))


def quantity(unit: str) -> Callable[[Any], Any]:
    """Mark a method as a quantity in `unit`, computed from what it reads."""
    return _mark(Equation("quantity", unit))


def observation(unit: str, proportional: Any = None, additive: Any = None) -> Callable[[Any], Any]:
    """Mark a method as something that is measured: a quantity with error, whose SDs are own parameters (fraction; `unit`)."""
    return _mark(Equation("observation", unit, proportional=proportional, additive=additive))


def _mark(equation: Equation) -> Callable[[Any], Any]:
    def mark(method: Any) -> Any:
        method.equation = equation
        return method  # still an ordinary method: callable with floats or unit-carrying numbers

    return mark


@dataclass(frozen=True, eq=False)
class Mechanism:
    """One mechanism, to be listed once for each place where it works.

    prefix: names outside are `prefix_name`.   like: share every parameter with another instance, except those in `values`.
    values: {parameter: param(...)} that replace the class's own.   reads: {argument: bound method of the instance that gives it}.
    """

    prefix: str = ""
    like: Any = None
    values: dict[str, Any] = field(default_factory=dict)
    reads: dict[str, Any] = field(default_factory=dict)

    def outside(self, local: str) -> str:
        """Return the name by which others read `local`."""
        return f"{self.prefix}_{local}" if self.prefix else local

    def members(self, kind: type) -> list[tuple[str, Any]]:
        """Return [(local name, object)] in the order of the file; kind is Param, Input, Happening or Equation."""
        found = {}
        for cls in reversed(type(self).__mro__):
            for name, thing in vars(cls).items():
                if isinstance(getattr(thing, "equation", thing), kind):
                    found[name] = thing
        return list(found.items())

    def own(self) -> dict[str, Param]:
        """Return {local name: Param} with `values` put in place."""
        return dict(self.members(Param)) | self.values
