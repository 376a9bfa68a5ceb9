"""The text of one model's compiled code: its equations in lanes, the method's step, and the ensemble loop of `kernel.py` behind them."""

import ast
from collections.abc import Iterable, Sequence
from pathlib import Path

from resynapse.engine import rodas5p, tables
from resynapse.engine.fold import Statement, names, names_in
from resynapse.engine.lower import Lowered

DECORATOR = '@nb.njit(cache=True, error_model="numpy")\n'  # no fastmath: contraction would make bits depend on the number of lanes
CUT = "# " + "-" * 100
VECTOR = {
    "pos": "vmax({0}, 0.0)", "power": "vpower({0}, {1})", "where": "where_positive({0}, {1}, {2})", "exp": "vexp({0})", "log": "vlog({0})",
    "sqrt": "vsqrt({0})", "minimum": "vmin({0}, {1})", "maximum": "vmax({0}, {1})",
}  # fmt: skip


class _InLanes(ast.NodeTransformer):
    """Functions and whole powers -> operations of simd.py; authors' names get `x_`, so that they never meet the code's own."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name("x_" + node.id)

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(float(node.value))  # type: ignore[arg-type]

    def visit_Call(self, node: ast.Call) -> ast.expr:
        assert isinstance(node.func, ast.Name)
        vectors = [bool(names_in(a)) for a in node.args]
        texts = [ast.unparse(self.visit(a)) for a in node.args]
        if not vectors[0]:
            texts[0] = f"full({texts[0]})"
        return ast.parse(VECTOR[node.func.id].format(*texts), mode="eval").body

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if not isinstance(node.op, ast.Pow):
            return ast.BinOp(self.visit(node.left), node.op, self.visit(node.right))
        base, n = f"({ast.unparse(self.visit(node.left))})", int(ast.literal_eval(node.right))
        product = "*".join([base] * abs(n)) or "full(1.0)"
        return ast.parse(f"1.0/({product})" if n < 0 else product, mode="eval").body


def in_lanes(text: str) -> str:
    """Return an expression text as operations on vectors."""
    return ast.unparse(_InLanes().visit(ast.parse(text, mode="eval")))


def _function(head: str, low: Lowered, statements: Sequence[Statement], wanted: Iterable[str], tail: Iterable[str]) -> str:
    """Load what is read, compute, then do the tail.  `y` is the row at which the states stand."""
    read = set(wanted).union(*(names(text) for _, text in statements))
    lines = [f"x_{n} = load(m, y + {i})" for i, n in enumerate(low.states) if n in read]
    lines += [f"x_{n} = load(m, P + {i})" for i, n in enumerate((*low.columns, *low.inputs)) if n in read]  # INPUTS follows P
    lines += [f"x_{n} = {in_lanes(text)}" for n, text in statements]
    return DECORATOR + f"def {head}:\n    " + "\n    ".join([*lines, *tail, "return"]) + "\n"


def _weighted(weights: Sequence[float]) -> str:
    return " + ".join(f"{w!r} * load(m, K + {j} * NS + i)" for j, w in enumerate(weights) if w)


def _step() -> str:
    """One step, unrolled over stages.  A stage whose weights repeat those of the stage before, and a 1, adds one vector to it."""
    lines = ["def step(m, atol, rtol):", "    per_h = 1.0 / load(m, H)", f"    decompose(m, Y, per_h * {1.0 / rodas5p.GAMMA!r})"]
    for q in range(rodas5p.STAGES):
        weights, before = rodas5p.A[q], rodas5p.A[q - 1]
        if q:
            same = weights == (*before, 1.0)
            total = f"load(m, STAGE + i) + load(m, K + {q - 1} * NS + i)" if same else f"load(m, Y + i) + ({_weighted(weights)})"
            lines += ["    for i in range(NS):", f"        store(m, STAGE + i, {total})"]
        lines.append(f"    slopes(m, {'STAGE' if q else 'Y'})")
        if q:
            memory = f"load(m, SLOPE + i) + per_h * ({_weighted(rodas5p.C[q])})"
            lines += ["    for i in range(NS):", f"        store(m, SLOPE + i, {memory})"]
        lines.append(f"    solve(m, K + {q} * NS)")
    assert (*rodas5p.A[-1], 1.0) == rodas5p.B
    lines += [
        "    total = full(0.0)",
        "    for i in range(NS):",
        f"        e = load(m, K + {rodas5p.STAGES - 1} * NS + i)",
        "        v = load(m, STAGE + i) + e",
        "        store(m, NEW + i, v)",
        "        q = e / (atol[i] + rtol * vmax(abs(load(m, Y + i)), abs(v)))",
        "        total = total + (q * q + (v - v))",  # v - v is 0, or not a number: an infinite value is never accepted
        "    store(m, ERROR, total)",
    ]
    return DECORATOR + "\n".join(lines) + "\n"


def _between() -> str:
    """The method's interpolation, into STAGE; exactly the new value at part 1."""
    s1, s2, s3 = (_weighted(w) for w in rodas5p.H)
    lines = [
        "def between(m):",
        "    u = load(m, PART)",
        "    v = 1.0 - u",
        "    for i in range(NS):",
        f"        s = ({s1}) + u * (({s2}) + u * ({s3}))",
        "        store(m, STAGE + i, v * load(m, Y + i) + u * (load(m, NEW + i) + v * s))",
    ]
    return DECORATOR + "\n".join(lines) + "\n"


def kernel_text() -> str:
    """Return the ensemble loop, without the head that only editors need."""
    return (Path(__file__).parent / "kernel.py").read_text(encoding="utf-8").split(CUT, 1)[1].lstrip("-\n")


def source(low: Lowered, lanes: int) -> str:
    """Return the module text for `lanes` patients at once."""
    slope_names = ["d_" + s for s in low.states]
    keep_slopes = (f"store(m, SLOPE + {i}, x_{n})" for i, n in enumerate(slope_names))
    keep_seen = (f"store(m, SEEN + {i}, x_{n})" for i, n in enumerate(low.quantities))
    sizes = low.sizes() | tables.layout(low.sizes()) | {"L": lanes, "GROWTH": -0.5 / rodas5p.ORDER}
    parts = [
        '"""Generated; every change belongs into resynapse.engine."""',
        "import math",
        "import numba as nb",
        f"from resynapse.engine.simd import V{lanes}, memory, vexp, vlog, vmax, vmin, vpower, vsqrt, where_positive",
        f"from resynapse.engine.tables import {', '.join(tables.CODES)}",
        f"load, store, full = memory(V{lanes})",
        *(f"{name} = {size!r}" for name, size in sizes.items()),
        _function("slopes(m, y)", low, low.slopes, slope_names, keep_slopes),
        _function("decompose(m, y, a)", low, low.entries, low.jacobian, [*low.factors.body, *low.factors.keep]),
        _function("observe(m, y)", low, low.observed, low.quantities, keep_seen),
        DECORATOR + "def solve(m, to):\n    " + "\n    ".join(low.factors.solve) + "\n",
        _step(),
        _between(),
        kernel_text(),
    ]
    return "\n".join(parts)
