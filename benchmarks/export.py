"""The model's flat statements in the languages of the peers, and the numbers that go with them.

What depends on parameters only is computed beforehand and handed over as parameters, and only what slopes and outputs need is exported: a
careful author would do the same by hand.  Names get the prefix `v_`, so that none collides with a keyword.  All in internal units.
"""

import ast
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.problem import INFUSIONS, LENGTH, OUTPUTS, Problem

from resynapse.engine.fold import FUNCTIONS, Statement, evaluate, names, need
from resynapse.notation import System, units

Rename = Callable[[str], str]


@dataclass(frozen=True)
class Flat:
    """The part of a system that changes in time, and the names of the columns that it reads."""

    states: tuple[str, ...]
    inputs: tuple[str, ...]
    columns: tuple[str, ...]
    slopes: tuple[Statement, ...]
    observed: tuple[Statement, ...]
    constant: tuple[Statement, ...]


def flat(system: System) -> Flat:
    """Split the statements into those that depend on parameters only and the rest."""
    known, constant, run = set(system.params), [], []
    for name, text in system.statements:
        if names(text) <= known:
            known.add(name)
            constant.append((name, text))
        else:
            run.append((name, text))
    slopes = need(run, ["d_" + s for s in system.states])
    observed = need(run, OUTPUTS)
    read = set().union(*(names(text) for _, text in [*slopes, *observed]))
    return Flat(tuple(system.states), tuple(system.inputs), tuple(sorted(read & known)), tuple(slopes), tuple(observed), tuple(constant))


class _Renamed(ast.NodeTransformer):
    def __init__(self, rename: Rename):
        self.rename = rename

    def visit_Name(self, node: ast.Name) -> ast.Name:  # noqa: D102
        return node if node.id in FUNCTIONS else ast.Name(self.rename(node.id))


class _Shaped(ast.NodeTransformer):
    """Functions and powers as texts with places for their arguments."""

    def __init__(self, shapes: dict[str, str]):
        self.shapes = shapes

    def _fill(self, shape: str, arguments: Sequence[ast.expr]) -> ast.expr:
        return ast.Name(shape.format(*(f"({ast.unparse(a)})" for a in arguments)))

    def visit_Call(self, node: ast.Call) -> ast.expr:  # noqa: D102
        self.generic_visit(node)
        assert isinstance(node.func, ast.Name)
        shape = self.shapes.get(node.func.id)
        return self._fill(shape, node.args) if shape else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:  # noqa: D102
        self.generic_visit(node)
        return self._fill(self.shapes["**"], [node.left, node.right]) if isinstance(node.op, ast.Pow) else node


def prefixed(name: str) -> str:
    """Return a name that is nobody's keyword."""
    return "v_" + name


def written(text: str, shapes: dict[str, str] | None = None) -> str:
    """Return an expression with prefixed names and, for other languages, their own functions."""
    node: ast.AST = _Renamed(prefixed).visit(ast.parse(text, mode="eval").body)
    return ast.unparse(_Shaped(shapes).visit(node) if shapes else node)


def _unpacked(of: Sequence[str], array: str, read: set[str]) -> list[str]:
    return [f"    {prefixed(n)} = {array}[{i}]" for i, n in enumerate(of) if n in read]


def python(model: Flat, head: str, decorate: str, pack: tuple[str, str]) -> str:
    """Return Python source with slopes(t, y, p, u) and observe(y, p, u)."""
    lines = [head]
    parts = (("slopes", "t, y, p, u", model.slopes, ["d_" + s for s in model.states]), ("observe", "y, p, u", model.observed, OUTPUTS))
    for function, arguments, statements, wanted in parts:
        read = set(wanted).union(*(names(text) for _, text in statements))
        lines += ["", decorate, f"def {function}({arguments}):"]
        for of, array in ((model.states, "y"), (model.columns, "p"), (model.inputs, "u")):
            lines += _unpacked(of, array, read)
        lines += [f"    {prefixed(name)} = {written(text)}" for name, text in statements]
        lines += ["    return " + pack[0] + ", ".join(map(prefixed, wanted)) + pack[1]]
    return "\n".join(lines) + "\n"


NUMBA = """import numba
import numpy as np
from math import exp, log, sqrt

power = numba.njit(lambda x, a: x**a if x > 0.0 else 0.0)
pos = numba.njit(lambda x: x if x > 0.0 else 0.0)
where = numba.njit(lambda c, a, b: a if c > 0.0 else b)
minimum = numba.njit(lambda a, b: a if a < b else b)
maximum = numba.njit(lambda a, b: a if a > b else b)
"""
JAX = """import jax.numpy as jnp
from jax.numpy import exp, log, sqrt, maximum, minimum


def power(x, a):
    return jnp.where(x > 0, exp(a * log(jnp.where(x > 0, x, 1.0))), 0.0)


def pos(x):
    return jnp.maximum(x, 0.0)


def where(c, a, b):
    return jnp.where(c > 0, a, b)

"""
SBML = {
    "power": "piecewise({0}^{1}, {0} > 0, 0)", "pos": "piecewise({0}, {0} > 0, 0)", "where": "piecewise({1}, {0} > 0, {2})",
    "minimum": "piecewise({0}, {0} < {1}, {1})", "maximum": "piecewise({0}, {0} > {1}, {1})", "log": "ln({0})", "**": "({0}^{1})",
}  # fmt: skip
CPP = {
    "power": "({0} > 0 ? pow({0}, {1}) : 0.0)", "pos": "({0} > 0 ? {0} : 0.0)", "where": "({0} > 0 ? {1} : {2})",
    "minimum": "({0} < {1} ? {0} : {1})", "maximum": "({0} > {1} ? {0} : {1})", "**": "pow({0}, {1})",
}  # fmt: skip


def antimony(model: Flat, of: Problem) -> str:
    """Return the model with its infusions as events; `amplitude` is the person's rate."""
    lines = ["model resynapse()"]
    for name, text in need([*model.slopes, *model.observed], {*OUTPUTS, *("d_" + s for s in model.states)}):
        done = written(text, SBML)
        is_slope = name.startswith("d_") and name[2:] in model.states
        lines.append(f"  {prefixed(name[2:])}' = {done};" if is_slope else f"  {prefixed(name)} := {done};")
    lines += [f"  {prefixed(s)} = 0;" for s in model.states] + [f"  {prefixed(c)} = 1;" for c in model.columns]
    lines += ["  amplitude = 0; on_now = 0;"]
    for i in model.inputs:
        lines.append(f"  {prefixed(i)} := amplitude*on_now;" if i in INFUSIONS else f"  {prefixed(i)} = {level(of.system, i)!r};")
    for at in of.doses:
        lines.append(f"  at (time >= {at + LENGTH!r}): on_now = 0;")
        lines.append(f"  at (time >= {at!r}): on_now = 1;" if at > 0 else "  on_now = 1;")
    unique = {line: None for line in lines if line != "  amplitude = 0; on_now = 0;"}
    return "\n".join([*unique, "  amplitude = 0;", "end"]) + "\n"


def mrgsolve(model: Flat, of: Problem) -> str:
    """Return the model for mrgsolve; infusions are records of the data set, into the central compartments."""
    states, columns = map(prefixed, model.states), map(prefixed, model.columns)
    levels = [f"{prefixed(i)} = {0.0 if i in INFUSIONS else level(of.system, i)!r}" for i in model.inputs]
    starts = [f"start_{s} = 0" for s in model.states]
    lines = ["$PARAM", *(f"{c} = 1" for c in columns), *levels, *starts, "$CMT " + " ".join(states), "$MAIN"]
    lines += [f"{prefixed(s)}_0 = start_{s};" for s in model.states] + ["$ODE"]
    for name, text in model.slopes:
        slope = name.startswith("d_") and name[2:] in model.states
        lines.append(f"dxdt_{prefixed(name[2:])} = {written(text, CPP)};" if slope else f"double {prefixed(name)} = {written(text, CPP)};")
    lines += ["$TABLE"]  # declared in $ODE: not a second time
    done = {n for n, _ in model.slopes}
    lines += [f"{'' if n in done else 'double '}{prefixed(n)} = {written(t, CPP)};" for n, t in model.observed]
    lines += ["$CAPTURE " + " ".join(map(prefixed, OUTPUTS))]
    return "\n".join(lines) + "\n"


def level(system: System, name: str) -> float:
    """Return the level of an input that stays what it is."""
    return 1.0 if name == "enrolled" else float(system.inputs[name].start * units.factor(system.inputs[name].unit))


def numbers(model: Flat, of: Problem, n: int) -> dict[str, np.ndarray]:
    """Return columns (n, NP), starts (n, NS), levels (n, segments, NI), edges and visits."""
    system = of.system
    inside = {name: p.value * units.factor(p.unit) for name, p in system.params.items()}
    inside |= {name: v * units.factor(system.params[name].unit) for name, v in of.of(n).items()}
    env = evaluate(model.constant, inside)
    column = lambda x: np.broadcast_to(np.asarray(x, float), (n,))  # noqa: E731
    start = [env[s] if isinstance(s, str) else s * units.factor(system.units[k]) for k, s in system.states.items()]
    edges = of.edges
    on = np.array([any(at <= t < at + LENGTH - 1e-9 for at in of.doses) for t in edges[:-1]], float)
    levels = [
        of.amplitude[:n, None] * on if i in INFUSIONS else np.full((n, on.size), level(system, i)) for i in system.inputs
    ]  # fmt: skip
    return {
        "columns": np.stack([column(env[c]) for c in model.columns], 1), "starts": np.stack([column(s) for s in start], 1),
        "levels": np.stack(levels, 2), "edges": edges, "times": of.times, "amplitude": of.amplitude[:n],
    }  # fmt: skip


def write(of: Problem, n: int, folder: Path) -> None:
    """Write everything that the peers read."""
    model = flat(of.system)
    folder.mkdir(parents=True, exist_ok=True)
    cached = "@numba.njit(cache=True, error_model='numpy')"
    (folder / "for_numba.py").write_text(python(model, NUMBA, cached, ("np.array([", "])")))
    (folder / "for_jax.py").write_text(python(model, JAX, "", ("jnp.stack([", "])")))
    (folder / "model.ant").write_text(antimony(model, of))
    (folder / "model.cpp").write_text(mrgsolve(model, of))
    (folder / "names.json").write_text(json.dumps({"states": model.states, "columns": model.columns, "outputs": OUTPUTS}))
    np.savez(folder / "problem.npz", **numbers(model, of, n))
