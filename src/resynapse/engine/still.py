"""What stays at zero for everybody in a run is left out of its code: depots of routes that nobody takes, drugs that nobody gets.

Statements shrink by rules that cannot change a bit of what is left (0 * x is 0, x + 0 is x, 1 * x is x; all values finite), after products
and sums have been fused.  The order of elimination stays, and the mean error is still taken over all states.  So a patient's numbers do
not depend on whether others are given what he is not.
"""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from resynapse.engine.factorise import restrict
from resynapse.engine.fold import FUSED, Statement, names, need
from resynapse.engine.lower import Lowered
from resynapse.engine.schedule import Schedule
from resynapse.engine.tables import RESET, SCALE, Array
from resynapse.notation.parsing import expression

ZERO, ONE = ast.Constant(0.0), ast.Constant(1.0)


def _is(node: ast.expr, value: float) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


class _Shrink(ast.NodeTransformer):
    def __init__(self, known: dict[str, ast.Constant]):
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:  # noqa: D102
        return self.known.get(node.id, node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:  # noqa: D102
        self.generic_visit(node)
        return ZERO if _is(node.operand, 0) else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:  # noqa: D102
        self.generic_visit(node)
        a, op, b = node.left, node.op, node.right
        if isinstance(op, ast.Add):
            return b if _is(a, 0) else a if _is(b, 0) else node
        if isinstance(op, ast.Sub):
            return a if _is(b, 0) else ast.UnaryOp(ast.USub(), b) if _is(a, 0) else node
        if isinstance(op, ast.Mult):
            return ZERO if _is(a, 0) or _is(b, 0) else b if _is(a, 1) else a if _is(b, 1) else node
        if isinstance(op, ast.Div):
            return ZERO if _is(a, 0) else a if _is(b, 1) else node
        return ZERO if _is(a, 0) else node

    def visit_Call(self, node: ast.Call) -> ast.expr:  # noqa: D102
        assert isinstance(node.func, ast.Name)
        x = [self.visit(a) for a in node.args]
        if node.func.id == FUSED:
            a, b, c = x
            if _is(a, 0) or _is(b, 0):
                return c
            if _is(a, 1) or _is(b, 1):
                return self.visit(ast.BinOp(b if _is(a, 1) else a, ast.Add(), c))
            if _is(c, 0):
                return ast.BinOp(a, ast.Mult(), b)
        elif node.func.id == "exp" and _is(x[0], 0):
            return ONE
        elif node.func.id == "where" and (_is(x[0], 0) or _is(x[1], 0) and _is(x[2], 0)):
            return x[2]
        elif node.func.id == "power" and _is(x[0], 0) or node.func.id not in ("exp", "log", "where", "power") and all(_is(a, 0) for a in x):
            return ZERO
        return ast.Call(node.func, x, [])


def shrink(statements: Iterable[Statement], zero: Iterable[str]) -> tuple[Statement, ...]:
    """Return the statements as they read when these names are zero."""
    known = dict.fromkeys(zero, ZERO)
    left = []
    for name, text in statements:
        node = _Shrink(known).visit(expression(text).body)
        if isinstance(node, ast.Constant):
            known[name] = node
        left.append((name, ast.unparse(node)))
    return tuple(left)


def still(low: Lowered, quiet: Iterable[str]) -> frozenset[str]:
    """Return which of these names stay at zero, if all of them begin there and nothing from outside moves them."""
    kept = set(quiet)
    while True:
        slopes = dict(shrink(low.slopes, kept))
        moving = {s for s in low.states if s in kept and slopes.get("d_" + s) != "0.0"}
        if not moving:
            return frozenset(kept)
        kept -= moving


def without(low: Lowered, zero: frozenset[str]) -> Lowered:
    """Return what is left to solve when these states and inputs stay at zero.  Inputs keep their rows."""
    states = tuple(s for s in low.states if s not in zero)
    at = {i: states.index(s) for i, s in enumerate(low.states) if s not in zero}
    slopes = need(shrink(low.slopes, zero), ["d_" + s for s in states])
    entries, cells = _entries(low, zero, at)
    observed = shrink(low.observed, zero)
    columns = _reads([*slopes, *entries, *observed]) | {*cells.values(), *("d_" + s for s in states)}
    return replace(
        low, states=states, columns=tuple(c for c in low.columns if c in columns), slopes=tuple(slopes), entries=tuple(entries),
        observed=observed, jacobian=cells, factors=restrict(low.factors, cells, at),
    )  # fmt: skip


def quiet_names(low: Lowered, starts: tuple[Array, Array, Array], events: Schedule) -> frozenset[str]:
    """Return the states and inputs that are zero at the start of everybody's run and that no event moves from there.

    starts: (n, NS) states, the same after a reset, (n, 3 * NI) inputs.
    """
    states, reset, inputs = ((a != 0.0).any(axis=0) for a in starts)
    busy = np.concatenate([states | reset, inputs.reshape(3, -1).any(axis=0)])
    busy[events.target[(events.act != SCALE) & (events.act != RESET) & (events.value != 0.0)]] = True
    return frozenset(name for name, moved in zip((*low.states, *low.inputs), busy, strict=True) if not moved)


def _entries(low: Lowered, zero: frozenset[str], at: dict[int, int]) -> tuple[list[Statement], dict[tuple[int, int], str]]:
    """Return the Jacobian's statements and cells that are left."""
    shrunk = shrink(low.entries, zero)
    values = dict(shrunk)
    cells = {(at[i], at[j]): n for (i, j), n in low.jacobian.items() if i in at and j in at and values.get(n) != "0.0"}
    return need(shrunk, cells.values()), cells


def _reads(statements: Sequence[Statement]) -> set[str]:
    return set().union(*(names(text) for _, text in statements))
