"""The dimension check: every equation runs once, as it stands, on unit-carrying numbers."""

import functools
from types import SimpleNamespace
from typing import Any

from resynapse.notation import units
from resynapse.notation.assemble import Bound, System
from resynapse.notation.functions import SCALAR
from resynapse.notation.mechanism import Equation
from resynapse.notation.translate import at, parameters_read


def evaluate(system: System, at_state: float) -> dict[str, float]:
    """Return every name's value in internal units with all states at one number and parameters and inputs at their own."""
    env: dict[str, Any] = {n: p.value * units.factor(p.unit) for n, p in system.params.items()}
    env |= {n: i.start * units.factor(i.unit) for n, i in system.inputs.items()}
    env |= {s: at_state for s in system.states}
    for name, text in system.statements:
        env[name] = eval(text, {"__builtins__": {}}, SCALAR | env)
    return env


def check_dimensions(system: System, points: tuple[float, ...] = (0.37, 1.9)) -> list[str]:
    """Return complaints, empty when all is well.

    Each equation runs at every point (all states at that number), so that both sides of `pos` and `where` are likely to be seen;
    its value is also compared with that of the flat statements.
    """
    complaints: dict[str, None] = {}
    for point in points:
        env = evaluate(system, point)
        for name, bound in system.equations.items():
            wrong = _check_one(system, env, name, bound)
            if wrong:
                complaints[wrong] = None
    return list(complaints)


def _check_one(system: System, env: dict[str, float], name: str, bound: Bound) -> str | None:
    def carried(outside: str) -> Any:
        unit = system.units[outside]
        return units.quantity(env[outside] / units.factor(unit), unit)

    own = {k: system.parameter_of(bound.instance, k) for k in bound.instance.own()}
    me = SimpleNamespace(**{k: carried(n) for k, n in own.items()})
    for k, other in bound.instance.members(Equation):
        setattr(me, k, functools.partial(other, me))  # self.other(a, b)
    is_state = bound.method.equation.kind == "state"
    unit = system.units[name[2:] if is_state else name]
    want = units.quantity(1.0, unit) / (units.registry().hour if is_state else 1)
    try:
        result = bound.method(me, **{a: carried(n) for a, n in bound.arguments.items()})
        value = (units.quantity(1.0, "1") * result).to(want.units).magnitude
    except Exception as why:
        if type(why).__name__ != "DimensionalityError":
            raise
        read = bound.arguments | {f"self.{k}": own[k] for k in parameters_read(bound.method) if k in own}
        listed = ", ".join(f"{k} [{system.units[n]}]" for k, n in read.items())
        return f"{at(bound.method)}: {why}. Expected {want.units:~P}. Read: {listed}"
    flat = env[name] / units.factor(unit)
    if abs(value - flat) > 1e-9 * max(abs(flat), 1e-9):
        return f"{at(bound.method)}: {value!r} as Python, {flat!r} as a flat statement"
    return None
