"""An explicit SIMD value for compiled code: V8 is eight doubles that are added, multiplied and compared at once, one patient in each lane.

Plain arithmetic runs on it unchanged; nothing depends on a compiler's auto-vectoriser or on a mathematics library, so a lane computes
the same bits whatever its neighbours hold and however many there are.  exp and log are branch-free (1-2 units in the last place).
Not-a-number is never lost: every guard below hands it on, so that the step controller can refuse the step.

Uses internals of numba, which is therefore pinned.  Import only from generated code (it loads numba).
"""

import math
import operator
from typing import Any

import numba as nb
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.typing import templates
from numba.core.typing.templates import ConcreteTemplate, signature
from numba.extending import intrinsic, lower_builtin, overload, register_model

infer_global: Any = templates.infer_global
_DOUBLE, _INT = ir.DoubleType(), ir.IntType(64)


class VType(types.Type):
    """The numba type of a vector of `lanes` doubles."""

    def __init__(self, lanes: int):
        self.lanes = lanes
        super().__init__(name=f"V{lanes}")


@register_model(VType)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, fe_type: VType):
        super().__init__(manager, fe_type, ir.VectorType(_DOUBLE, fe_type.lanes))


def _same(lanes: int, value: float) -> ir.Constant:
    return ir.Constant(ir.VectorType(_DOUBLE, lanes), [value] * lanes)


def _widen(b: Any, v: Any, ty: Any, lanes: int) -> Any:
    """Return the LLVM vector of a value of numba type `ty`; plain numbers go to every lane."""
    if isinstance(ty, VType):
        return v
    if isinstance(ty, types.Integer):
        v = b.sitofp(v, _DOUBLE)
    if isinstance(v, ir.Constant):
        return _same(lanes, v.constant)
    empty = ir.Constant(ir.VectorType(_DOUBLE, lanes), ir.Undefined)
    first = b.insert_element(empty, v, ir.Constant(ir.IntType(32), 0))
    return b.shuffle_vector(first, empty, ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes))


def _register_binary(V: VType, op: Any, instruction: str) -> None:
    number = (types.float64, types.int64)
    combinations = [(V, V), *((V, n) for n in number), *((n, V) for n in number)]
    infer_global(op)(type("VectorBinary", (ConcreteTemplate,), {"cases": [signature(V, *c) for c in combinations]}))
    for c in combinations:

        @lower_builtin(op, *c)
        def lower(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
            return getattr(b, instruction)(*(_widen(b, v, t, V.lanes) for v, t in zip(args, sig.args, strict=True)))


def _register_unary(V: VType, function: Any, name: str) -> None:
    infer_global(function)(type("VectorUnary", (ConcreteTemplate,), {"cases": [signature(V, V)]}))

    @lower_builtin(function, V)
    def lower(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        if name == "neg":
            return b.fneg(args[0])
        kind = ir.FunctionType(args[0].type, [args[0].type])
        return b.call(cgutils.get_or_insert_function(b.module, kind, f"llvm.{name}.v{V.lanes}f64"), args)


def _register(lanes: int) -> VType:
    V = VType(lanes)
    for op, instruction in ((operator.add, "fadd"), (operator.sub, "fsub"), (operator.mul, "fmul"), (operator.truediv, "fdiv")):
        _register_binary(V, op, instruction)
    for function, name in ((operator.neg, "neg"), (math.sqrt, "sqrt"), (abs, "fabs")):
        _register_unary(V, function, name)
    return V


V1, V4, V8, V16 = (_register(n) for n in (1, 4, 8, 16))


def _larger(op: str) -> Any:
    """Return f(a, b): a where `a op b`, else b; a vector with plain numbers beside it.  Not-a-number on either side comes out."""

    @intrinsic
    def choose(tc: Any, a: Any, c: Any) -> Any:
        V = a if isinstance(a, VType) else c

        def gen(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
            x, y = (_widen(b, v, t, V.lanes) for v, t in zip(args, sig.args, strict=True))
            chosen = b.select(b.fcmp_unordered(op, x, y), x, y)  # x where x is not a number
            return b.select(b.fcmp_unordered("!=", y, y), y, chosen) if isinstance(sig.args[1], VType) else chosen

        return V(a, c), gen

    return choose


vmax, vmin = _larger(">"), _larger("<")


def _select(op: str) -> Any:
    """Return f(m, a, b): a where `m op 0`, else b; not-a-number counts as false."""

    @intrinsic
    def select(tc: Any, m: Any, a: Any, c: Any) -> Any:
        def gen(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
            test, x, y = (_widen(b, v, t, m.lanes) for v, t in zip(args, sig.args, strict=True))
            return b.select(b.fcmp_ordered(op, test, _same(m.lanes, 0.0)), x, y)

        return m(m, a, c), gen

    return select


where_positive, where_not_positive = _select(">"), _select("<=")


def _pointer(ctx: Any, b: Any, array_type: Any, array: Any, i: Any, lanes: int) -> Any:
    data = ctx.make_array(array_type)(ctx, b, array).data
    p = b.gep(data, [b.mul(i, ir.Constant(i.type, lanes))])
    return b.bitcast(p, ir.VectorType(_DOUBLE, lanes).as_pointer())


def memory(V: VType) -> tuple[Any, Any, Any]:
    """Return load(a, i), store(a, i, v), full(x): rows of C-contiguous float64 arrays of shape (rows, lanes)."""
    lanes = V.lanes

    @intrinsic
    def load(tc: Any, a: Any, i: Any) -> Any:
        def gen(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
            r = b.load(_pointer(ctx, b, sig.args[0], args[0], args[1], lanes))
            r.align = 8
            return r

        return V(a, types.int64), gen

    @intrinsic
    def store(tc: Any, a: Any, i: Any, v: Any) -> Any:
        def gen(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
            s = b.store(args[2], _pointer(ctx, b, sig.args[0], args[0], args[1], lanes))
            s.align = 8
            return ctx.get_dummy_value()

        return types.none(a, types.int64, V), gen

    @intrinsic
    def full(tc: Any, x: Any) -> Any:
        return V(types.float64), lambda ctx, b, sig, args: _widen(b, args[0], types.float64, lanes)

    return load, store, full


_operation: Any = intrinsic  # for the type checker: callers leave out the compiler's own first argument


def _bits(b: Any, v: Any, lanes: int) -> Any:
    return b.bitcast(v, ir.VectorType(_INT, lanes))


def _whole(lanes: int, k: int) -> ir.Constant:
    return ir.Constant(ir.VectorType(_INT, lanes), [k] * lanes)


_ROOT_HALF = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)


@_operation
def _two_to(tc: Any, z: Any) -> Any:
    """Return 2**k for z = k + 1.5 * 2**52, k from -1022 to 1023."""

    def gen(ctx: Any, b: Any, sig: Any, a: Any) -> Any:
        return b.bitcast(b.shl(b.add(_bits(b, a[0], z.lanes), _whole(z.lanes, 1023)), _whole(z.lanes, 52)), a[0].type)

    return z(z), gen


@_operation
def _mantissa(tc: Any, x: Any) -> Any:
    """Return m in [sqrt(1/2), sqrt(2)) with x = m * 2**e."""

    def gen(ctx: Any, b: Any, sig: Any, a: Any) -> Any:
        i = _bits(b, a[0], x.lanes)
        e = b.ashr(b.sub(i, _whole(x.lanes, _ROOT_HALF)), _whole(x.lanes, 52))
        return b.bitcast(b.sub(i, b.shl(e, _whole(x.lanes, 52))), a[0].type)

    return x(x), gen


@_operation
def _exponent(tc: Any, x: Any) -> Any:
    """Return that e, as a double."""

    def gen(ctx: Any, b: Any, sig: Any, a: Any) -> Any:
        i = _bits(b, a[0], x.lanes)
        return b.sitofp(b.ashr(b.sub(i, _whole(x.lanes, _ROOT_HALF)), _whole(x.lanes, 52)), a[0].type)

    return x(x), gen


_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to a whole number
_TINY = 2.2250738585072014e-308  # the smallest number with full precision
_HUGE = 1.7976931348623157e308
_INFINITY, _NAN = math.inf, math.nan


@nb.njit(error_model="numpy")
def vexp(x: Any) -> Any:
    """e**x: 0 below -708, infinite above 709."""
    y = vmin(vmax(x, -708.0), 709.0)
    z = y * 1.4426950408889634 + _ROUND
    k = z - _ROUND
    r = y - k * 0.693147180369123816490
    r = r - k * 1.90821492927058770002e-10
    r2 = r * r
    r4 = r2 * r2
    a = (1.0 + r) + r2 * (0.5 + r * 0.16666666666666666)
    b = (0.041666666666666664 + r * 0.008333333333333333) + r2 * (0.001388888888888889 + r * 1.984126984126984e-4)
    c = (2.48015873015873e-5 + r * 2.7557319223985893e-6) + r2 * (2.755731922398589e-7 + r * 2.505210838544172e-8)
    value = (a + r4 * (b + r4 * (c + r4 * 2.08767569878681e-9))) * _two_to(z)
    value = where_positive(-708.0 - x, 0.0, value)
    return where_positive(x - 709.0, _INFINITY, value)


@nb.njit(error_model="numpy")
def vlog(x: Any) -> Any:
    """Natural logarithm; not a number for x <= 0, so that a step that needs it is refused.  Exact scaling below 1e-308."""
    small = where_positive(_TINY - x, 18014398509481984.0, 1.0 + 0.0 * x)  # 2**54
    y = x * small
    m = _mantissa(y)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    q = 0.06666666666666667 + z * (0.058823529411764705 + z * (0.05263157894736842 + z * 0.047619047619047616))
    q = 0.1111111111111111 + z * (0.09090909090909091 + z * (0.07692307692307693 + z * q))
    q = 0.3333333333333333 + z * (0.2 + z * (0.14285714285714285 + z * q))
    value = (_exponent(y) - where_positive(small - 1.0, 54.0, 0.0 * m)) * 0.6931471805599453 + 2.0 * (s + s * z * q)
    value = where_positive(x - _HUGE, _INFINITY, value)
    return where_positive(x, value, _NAN)


@nb.njit(error_model="numpy")
def vpower(x: Any, a: Any) -> Any:
    """x**a for x > 0 and exactly 0 for x <= 0: a rounding error of -1e-15 under a power must not become a number of size 1."""
    return where_not_positive(x, 0.0, vexp(a * vlog(x)))


@nb.njit(error_model="numpy")
def vsqrt(x: Any) -> Any:
    """Square root; exactly 0 for x <= 0, like vpower."""
    return where_not_positive(x, 0.0, math.sqrt(x))


@overload(math.exp)
def _exp(x: Any) -> Any:
    return (lambda x: vexp(x)) if isinstance(x, VType) else None


@overload(math.log)
def _log(x: Any) -> Any:
    return (lambda x: vlog(x)) if isinstance(x, VType) else None
