"""Derivatives of expression text, and the sparse Jacobian of flat statements.

The chain rule runs statement by statement, so no expression swells and no computer algebra is needed.
In every text below None stands for an exact zero.
"""

import ast
from collections.abc import Sequence

from resynapse.engine.fold import Fold, Statement, names_in
from resynapse.notation.parsing import expression


def _product(*factors: str | None) -> str | None:
    if None in factors:
        return None
    return "*".join(f"({x})" for x in factors if x != "1.0") or "1.0"


def _sum(a: str | None, b: str | None, sign: str = "+") -> str | None:
    if b is None:
        return a
    if a is None:
        return f"(-({b}))" if sign == "-" else b
    return f"(({a}) {sign} ({b}))"


def partial(node: ast.expr, v: str) -> str | None:
    """Return the derivative of an expression with respect to the name `v`, other names held."""
    if isinstance(node, ast.Constant):
        return None
    if isinstance(node, ast.Name):
        return "1.0" if node.id == v else None
    if isinstance(node, ast.UnaryOp):
        return _sum(None, partial(node.operand, v), "-")
    if isinstance(node, ast.BinOp):
        return _of_operation(node, v)
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name), ast.dump(node)
    return _of_call(node, node.func.id, v)


def _of_operation(node: ast.BinOp, v: str) -> str | None:
    a, b, u = node.left, node.right, ast.unparse
    da = partial(a, v)
    if isinstance(node.op, ast.Pow):
        n = int(ast.literal_eval(b))
        if n == 0:
            return None
        return _product(repr(float(n)), "1.0" if n == 1 else u(a) if n == 2 else f"({u(a)})**{n - 1}", da)
    db = partial(b, v)
    if isinstance(node.op, ast.Add | ast.Sub):
        return _sum(da, db, "+" if isinstance(node.op, ast.Add) else "-")
    if isinstance(node.op, ast.Mult):
        return _sum(_product(da, u(b)), _product(u(a), db))
    top = _sum(da, _product(u(node), db), "-")
    return None if top is None else f"({top})/({u(b)})"


def _of_call(node: ast.Call, f: str, v: str) -> str | None:
    x = [ast.unparse(a) for a in node.args]
    d = [partial(a, v) for a in node.args]
    if f == "exp":
        return _product(ast.unparse(node), d[0])
    if f == "log":
        return None if d[0] is None else f"({d[0]})/({x[0]})"
    if f == "sqrt":  # 0 for x <= 0, like its value
        return _product(f"where({x[0]}, 0.5/{ast.unparse(node)}, 0.0)", d[0])
    if f == "pos":
        return _product(f"where({x[0]}, 1.0, 0.0)", d[0])
    if f == "power":
        by_base = _product(x[1], f"power({x[0]}, {x[1]} - 1.0)", d[0])
        return _sum(by_base, _product(f"where({x[0]}, {ast.unparse(node)}*log({x[0]}), 0.0)", d[1]))
    if f == "where":
        condition, a, b = x[0], d[1], d[2]
    elif f == "minimum":  # the first argument where the second is larger
        condition, a, b = f"({x[1]}) - ({x[0]})", d[0], d[1]
    else:
        condition, a, b = f"({x[0]}) - ({x[1]})", d[0], d[1]
    return None if a is None and b is None else f"where({condition}, {a or '0.0'}, {b or '0.0'})"


def jacobian(run: Sequence[Statement], states: Sequence[str], fold: Fold) -> tuple[list[Statement], dict[tuple[int, int], str]]:
    """Differentiate folded statements.

    Returns further statements, and {(row, column): name or number text} of the entries that are not exactly zero.
    """
    known: dict[str, dict[str, str]] = {s: {s: "1.0"} for s in states}  # name -> {state: text of d name / d state}
    at = {s: i for i, s in enumerate(states)}
    out: list[Statement] = []
    entries: dict[tuple[int, int], str] = {}
    for name, text in run:
        node = expression(text).body
        terms: dict[str, str | None] = {}
        for v in sorted(names_in(node)):
            for state, inner in known.get(v, {}).items():
                terms[state] = _sum(terms.get(state), _product(partial(node, v), inner))
        known[name] = {}
        for state, term in terms.items():
            if term is None:
                continue
            short = f"_j__{name}__{state}"
            left = fold.statement(short, term)
            if left is not None:
                out.append((short, left))
            known[name][state] = short
            if name.startswith("d_") and name[2:] in at:
                entries[at[name[2:]], at[state]] = short
    return out, entries
