"""Fold: whatever depends on parameters only is computed once per patient, before the solver starts.

A maximal parameter-only sub-expression (`CL / V1`, `power(size, 0.75)`) becomes a derived parameter, and a division by one becomes
a product with its reciprocal.  Jacobian entries are statements too, so those of linear kinetics become constants of the patient.
"""

import ast
import functools
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np

from resynapse.notation.parsing import expression

Statement = tuple[str, str]
FUSED = "_fma"  # _fma(a, b, c) is a * b + c, rounded once
FUNCTIONS = frozenset({"exp", "log", "sqrt", "pos", "power", "where", "minimum", "maximum", FUSED})
HOISTED = "_k"  # authors' names never begin with an underscore


def names_in(node: ast.AST) -> set[str]:
    """Return the names that an expression reads, functions left out."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - FUNCTIONS


@functools.lru_cache(maxsize=50_000)
def names(text: str) -> frozenset[str]:
    """Return the names that an expression text reads."""
    return frozenset(names_in(expression(text)))


class _Fuse(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:  # noqa: D102
        self.generic_visit(node)
        a, b, minus = node.left, node.right, isinstance(node.op, ast.Sub)
        if not isinstance(node.op, ast.Add | ast.Sub):
            return node
        if _is_product(b):
            return _fused(ast.UnaryOp(ast.USub(), b.left) if minus else b.left, b.right, a)
        if _is_product(a):
            return _fused(a.left, a.right, ast.UnaryOp(ast.USub(), b) if minus else b)
        return node


def _is_product(node: ast.expr) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


def _fused(*x: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(FUSED), list(x), [])


def fuse(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Fuse each product that is added or subtracted with the sum; where both sides are products, the right one."""
    return tuple((name, ast.unparse(_Fuse().visit(expression(text).body))) for name, text in statements)


def need(statements: Sequence[Statement], wanted: Iterable[str]) -> list[Statement]:
    """Return only those statements, in order, that the wanted names depend on."""
    wanted, keep = set(wanted), []
    for name, text in reversed(statements):
        if name in wanted:
            wanted |= names(text)
            keep.append((name, text))
    return keep[::-1]


class Fold:
    """Takes statements in order and hands back what is left to compute at run time; `derived` grows meanwhile."""

    def __init__(self, constant: Iterable[str]):
        self.constant = set(constant)
        self.derived: dict[str, str] = {}  # name -> text over parameters and earlier derived names
        self._by_text: dict[str, str] = {}

    def statement(self, name: str, text: str) -> str | None:
        """Return the text over run-time names, or None when `name` turned into a derived parameter."""
        node, constant = self._walk(expression(text).body)
        if constant:
            self.derived[name] = ast.unparse(node)
            self.constant.add(name)
            return None
        return ast.unparse(node)

    def _hoist(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Name | ast.Constant):
            return node
        text = ast.unparse(node)
        if not names_in(node):
            return ast.Constant(float(evaluate([("value", text)], {})["value"]))
        if text not in self._by_text:
            self._by_text[text] = name = f"{HOISTED}{len(self._by_text)}"
            self.derived[name] = text
            self.constant.add(name)
        return ast.Name(self._by_text[text])

    def _walk(self, node: ast.expr) -> tuple[ast.expr, bool]:
        """Return the folded expression and whether all of it depends on parameters only."""
        if isinstance(node, ast.Constant):
            return node, True
        if isinstance(node, ast.Name):
            return node, node.id in self.constant
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            base, constant = self._walk(node.left)
            return ast.BinOp(base, node.op, node.right), constant
        done = [self._walk(part) for part in _parts(node)]
        constant = all(c for _, c in done)
        new = [part if constant or not c else self._hoist(part) for part, c in done]
        if isinstance(node, ast.Call):
            return ast.Call(node.func, new, []), constant
        if isinstance(node, ast.UnaryOp):
            return ast.UnaryOp(node.op, new[0]), constant
        assert isinstance(node, ast.BinOp)
        if constant or isinstance(node.op, ast.Add | ast.Sub):
            return ast.BinOp(new[0], node.op, new[1]), constant
        return self._product(node.op, (new[0], done[0][1]), (new[1], done[1][1])), False

    def _product(self, op: ast.operator, left: tuple[ast.expr, bool], right: tuple[ast.expr, bool]) -> ast.expr:
        """Return constant * (the rest): `a * x * b / c` needs one multiplication at run time."""
        (c1, x1), (c2, x2) = self._split(*left), self._split(*right)
        if isinstance(op, ast.Div) and c2 is not None:
            c2 = ast.BinOp(ast.Constant(1.0), ast.Div(), c2)
        factors = [c for c in (c1, c2) if c is not None]
        constant = None
        if factors:
            constant = self._hoist(factors[0] if len(factors) == 1 else ast.BinOp(factors[0], ast.Mult(), factors[1]))
        if x2 is None:
            rest = x1
        elif x1 is None and isinstance(op, ast.Mult):
            rest = x2
        else:
            rest = ast.BinOp(x1 or ast.Constant(1.0), op, x2)
        assert rest is not None
        return rest if constant is None else ast.BinOp(constant, ast.Mult(), rest)

    def _split(self, node: ast.expr, constant: bool) -> tuple[ast.expr | None, ast.expr | None]:
        """Return (constant factor or None, the rest or None)."""
        if constant:
            return node, None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            left = node.left
            if isinstance(left, ast.Constant) or isinstance(left, ast.Name) and left.id in self.constant:
                return left, node.right
        return None, node


def _parts(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        return node.args
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    assert isinstance(node, ast.BinOp), ast.dump(node)
    return [node.left, node.right]


def _power(x: Any, a: Any) -> Any:
    return np.where(np.asarray(x) > 0, np.abs(x) ** a, 0.0)


ARRAYS = {
    "exp": np.exp, "log": np.log, "sqrt": lambda x: np.sqrt(np.maximum(x, 0.0)), "pos": lambda x: np.maximum(x, 0.0), "power": _power,
    "where": lambda c, a, b: np.where(np.asarray(c) > 0, a, b), "minimum": np.minimum, "maximum": np.maximum,
    FUSED: lambda a, b, c: a * b + c,
}  # fmt: skip
"""The functions of flat statements on arrays, one entry per patient."""


def evaluate(statements: Iterable[Statement], values: Mapping[str, Any]) -> dict[str, Any]:
    """Compute statements in numpy for all patients at once; values: name -> number or (n,) array, internal units.

    Branches that are not taken may divide by zero, so numpy's warnings are silenced; what is used is checked by the caller.
    """
    env: dict[str, Any] = {**ARRAYS, **values}
    with np.errstate(all="ignore"):
        for name, text in statements:
            env[name] = eval(_code(text), {"__builtins__": {}}, env)  # the notation let nothing but arithmetic through
    return env


@functools.lru_cache(maxsize=50_000)
def _code(text: str) -> types.CodeType:
    return compile(text, "<statement>", "eval")
