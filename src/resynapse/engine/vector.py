"""Vectors of doubles in LLVM: what a statement becomes, with one patient in each lane.

Nothing depends on a compiler's auto-vectoriser, on its choice of fused multiply-adds or on a mathematics library, so a lane computes the
same bits whatever its neighbours hold and however many there are: a product and a sum are fused where this text says so, and nowhere else.
exp and log are branch-free (1-2 units in the last place).  Not-a-number is never lost: every guard hands it on, so that the step
controller can refuse the step.
"""

import ast
import contextlib
import math
from collections.abc import Iterator, Mapping
from typing import Any

from llvmlite import ir

from resynapse.engine.fold import FUSED

DOUBLE, WHOLE = ir.DoubleType(), ir.IntType(64)
_ROOT_HALF = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to a whole number
_INVERSE = 0x7FDE623822FC16E6  # minus the bits of x: 1/x to a twentieth
_TINY = 2.2250738585072014e-308  # the smallest number with full precision
_HUGE = 1.7976931348623157e308
_EXP = (
    (1.0, 1.0, 0.5, 0.16666666666666666),
    (0.041666666666666664, 0.008333333333333333, 0.001388888888888889, 1.984126984126984e-4),
    (2.48015873015873e-5, 2.7557319223985893e-6, 2.755731922398589e-7, 2.505210838544172e-8),
)
_LOG = (1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13, 1 / 15, 1 / 17, 1 / 19, 1 / 21)


class Vectors:
    """Writes instructions on vectors of `lanes` doubles at the end of one function."""

    def __init__(self, builder: ir.IRBuilder, lanes: int):
        self.b, self.lanes = builder, lanes
        self.type = ir.VectorType(DOUBLE, lanes)
        self.whole = ir.VectorType(WHOLE, lanes)

    def number(self, value: float) -> ir.Constant:
        """Return a plain number in every lane."""
        return ir.Constant(self.type, [float(value)] * self.lanes)

    def integer(self, value: int) -> ir.Constant:
        """Return a whole number in every lane."""
        return ir.Constant(self.whole, [value] * self.lanes)

    def spread(self, scalar: Any) -> Any:
        """Return a vector with one run-time number in every lane."""
        empty = ir.Constant(self.type, ir.Undefined)
        first = self.b.insert_element(empty, scalar, ir.Constant(ir.IntType(32), 0))
        return self.b.shuffle_vector(first, empty, ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes))

    def at(self, memory: Any, row: Any) -> Any:
        """Return the address of a row of (rows, lanes) memory; row: a number or a run-time whole number."""
        row = ir.Constant(WHOLE, row) if isinstance(row, int) else row
        start = self.b.gep(memory, [self.b.mul(row, ir.Constant(WHOLE, self.lanes))])
        return self.b.bitcast(start, self.type.as_pointer())

    def load(self, memory: Any, row: Any) -> Any:
        """Read a row."""
        loaded: Any = self.b.load(self.at(memory, row))
        loaded.align = 8
        return loaded

    def store(self, memory: Any, row: Any, value: Any) -> None:
        """Write a row."""
        stored: Any = self.b.store(value, self.at(memory, row))
        stored.align = 8

    def add(self, x: Any, y: Any) -> Any:
        """Return x + y."""
        return self.b.fadd(x, y)

    def mul(self, x: Any, y: Any) -> Any:
        """Return x * y."""
        return self.b.fmul(x, y)

    def fma(self, x: Any, y: Any, z: Any) -> Any:
        """Return x * y + z, rounded once."""
        return self.own("fma", x, y, z)

    def weighted(self, weights: Any, vectors: Any, start: Any = None) -> Any:
        """Return start + the sum of weight * vector, from left to right, fused."""
        total = start
        for w, vector in zip(weights, vectors, strict=True):
            total = self.mul(self.number(w), vector) if total is None else self.fma(self.number(w), vector, total)
        return total

    def inverse(self, x: Any) -> Any:
        """Return 1/x to a unit in the last place, without the processor's slow division; not a number for 0 and infinity."""
        y, one = self.b.bitcast(self.b.sub(self.integer(_INVERSE), self.b.bitcast(x, self.whole)), self.type), self.number(1.0)
        minus = self.b.fneg(x)
        for _ in range(2):  # each to the third power of the error before
            e = self.fma(minus, y, one)
            y = self.fma(y, self.fma(e, e, e), y)
        return self.fma(y, self.fma(minus, y, one), y)

    def where(self, test: Any, op: str, bound: float, x: Any, y: Any) -> Any:
        """Return x where `test op bound`, else y; not-a-number counts as false."""
        return self.b.select(self.b.fcmp_ordered(op, test, self.number(bound)), x, y)

    def extreme(self, op: str, x: Any, y: Any) -> Any:
        """Return the larger (op ">") or the smaller (op "<"); not-a-number on either side comes out."""
        chosen = self.b.select(self.b.fcmp_unordered(op, x, y), x, y)  # x where x is not a number
        return self.b.select(self.b.fcmp_unordered("uno", y, y), y, chosen) if not isinstance(y, ir.Constant) else chosen

    def own(self, name: str, *x: Any) -> Any:
        """Call one of LLVM's own functions of vectors: fabs, sqrt, fma."""
        name = f"llvm.{name}.v{self.lanes}f64"
        known = self.b.module.globals.get(name)
        return self.b.call(known or ir.Function(self.b.module, ir.FunctionType(self.type, [self.type] * len(x)), name), x)

    def call(self, name: str, x: Any) -> Any:
        """Call a function of one vector that `define_functions` has defined."""
        return self.b.call(self.b.module.globals[name], [x])

    def square_root(self, x: Any) -> Any:
        """Square root; exactly 0 for x <= 0, like power."""
        return self.where(x, "<=", 0.0, self.number(0.0), self.own("sqrt", x))

    def power(self, x: Any, a: Any) -> Any:
        """x**a for x > 0, exactly 0 for x <= 0: a rounding error of -1e-15 under a power must not become a number of size 1."""
        return self.where(x, "<=", 0.0, self.number(0.0), self.call("vexp", self.mul(a, self.call("vlog", x))))

    @contextlib.contextmanager
    def rows(self, count: int) -> Iterator[Any]:
        """Loop over rows 0 to count (at least 1): `with v.rows(n) as i: ...`."""
        b, before = self.b, self.b.block
        loop, after = b.append_basic_block("loop"), b.append_basic_block("after")
        b.branch(loop)
        b.position_at_end(loop)
        i = b.phi(WHOLE)
        i.add_incoming(ir.Constant(WHOLE, 0), before)
        yield i
        following = b.add(i, ir.Constant(WHOLE, 1))
        i.add_incoming(following, b.block)
        b.cbranch(b.icmp_signed("<", following, ir.Constant(WHOLE, count)), loop, after)
        b.position_at_end(after)


def define_exp(v: Vectors, x: Any) -> Any:
    """e**x: 0 below -708, infinite above 709."""
    y = v.extreme("<", v.extreme(">", x, v.number(-708.0)), v.number(709.0))
    z = v.fma(y, v.number(1.4426950408889634), v.number(_ROUND))
    k = v.b.fsub(z, v.number(_ROUND))
    r = v.fma(k, v.number(-0.693147180369123816490), y)
    r = v.fma(k, v.number(-1.90821492927058770002e-10), r)
    r2 = v.mul(r, r)
    r4 = v.mul(r2, r2)

    def four(c: tuple[float, float, float, float]) -> Any:
        low, high = v.fma(r, v.number(c[1]), v.number(c[0])), v.fma(r, v.number(c[3]), v.number(c[2]))
        return v.fma(r2, high, low)

    value = v.fma(r4, v.number(2.08767569878681e-9), four(_EXP[2]))
    value = v.fma(r4, value, four(_EXP[1]))
    value = v.fma(r4, value, four(_EXP[0]))
    two_to_k = v.b.shl(v.b.add(v.b.bitcast(z, v.whole), v.integer(1023)), v.integer(52))
    value = v.mul(value, v.b.bitcast(two_to_k, v.type))
    value = v.where(x, "<", -708.0, v.number(0.0), value)
    return v.where(x, ">", 709.0, v.number(math.inf), value)


def define_log(v: Vectors, x: Any) -> Any:
    """Natural logarithm; not a number for x <= 0, so that a step that needs it is refused.  Exact scaling below 1e-308."""
    y = v.where(x, "<", _TINY, v.mul(x, v.number(2.0**54)), x)
    bits = v.b.bitcast(y, v.whole)
    e = v.b.ashr(v.b.sub(bits, v.integer(_ROOT_HALF)), v.integer(52))
    m = v.b.bitcast(v.b.sub(bits, v.b.shl(e, v.integer(52))), v.type)  # from sqrt(1/2) to sqrt(2)
    s = v.b.fdiv(v.b.fsub(m, v.number(1.0)), v.add(m, v.number(1.0)))
    z = v.mul(s, s)
    q = v.number(_LOG[-1])
    for c in reversed(_LOG[:-1]):
        q = v.fma(z, q, v.number(c))
    exponent = v.b.fsub(v.b.sitofp(e, v.type), v.where(x, "<", _TINY, v.number(54.0), v.number(0.0)))
    fraction = v.mul(v.number(2.0), v.fma(v.mul(s, z), q, s))
    value = v.fma(exponent, v.number(math.log(2.0)), fraction)
    value = v.where(x, ">", _HUGE, v.number(math.inf), value)
    return v.where(x, ">", 0.0, value, v.number(math.nan))


def define_functions(module: ir.Module, lanes: int) -> None:
    """Put vexp and vlog into a module."""
    for name, define in (("vexp", define_exp), ("vlog", define_log)):
        vector = ir.VectorType(DOUBLE, lanes)
        function = ir.Function(module, ir.FunctionType(vector, [vector]), name)
        function.linkage = "internal"
        v = Vectors(ir.IRBuilder(function.append_basic_block()), lanes)
        v.b.ret(define(v, function.args[0]))


def compute(v: Vectors, node: ast.expr, env: Mapping[str, Any]) -> Any:
    """Write an expression over the vectors in `env` and return its value."""
    if isinstance(node, ast.Constant):
        return v.number(float(node.value))  # type: ignore[arg-type]
    if isinstance(node, ast.Name):
        return env[node.id]
    if isinstance(node, ast.UnaryOp):
        return v.b.fneg(compute(v, node.operand, env))
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Pow):
            return _whole_power(v, compute(v, node.left, env), int(ast.literal_eval(node.right)))
        write = {ast.Add: v.b.fadd, ast.Sub: v.b.fsub, ast.Mult: v.b.fmul, ast.Div: v.b.fdiv}[type(node.op)]
        return write(compute(v, node.left, env), compute(v, node.right, env))
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name), ast.dump(node)
    return _function(v, node.func.id, [compute(v, a, env) for a in node.args])


def _whole_power(v: Vectors, x: Any, n: int) -> Any:
    if n == 0:
        return v.number(1.0)
    product = x
    for _ in range(abs(n) - 1):
        product = v.mul(product, x)
    return v.b.fdiv(v.number(1.0), product) if n < 0 else product


def _function(v: Vectors, name: str, x: list[Any]) -> Any:
    if name in ("exp", "log"):
        return v.call("v" + name, x[0])
    if name == FUSED:
        return v.fma(*x)
    if name == "sqrt":
        return v.square_root(x[0])
    if name == "power":
        return v.power(x[0], x[1])
    if name == "pos":
        return v.extreme(">", x[0], v.number(0.0))
    if name == "where":
        return v.where(x[0], ">", 0.0, x[1], x[2])
    return v.extreme({"minimum": "<", "maximum": ">"}[name], x[0], x[1])
