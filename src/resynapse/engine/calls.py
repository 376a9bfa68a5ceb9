"""Calls from numba's code to machine code that was compiled apart, by address.  Import only from the kernel (it loads numba)."""

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic


def _data(ctx: Any, b: Any, kind: Any, array: Any) -> Any:
    return ctx.make_array(kind)(ctx, b, array).data


def _call(b: Any, address: Any, args: list[Any]) -> None:
    kind = ir.FunctionType(ir.VoidType(), [a.type for a in args])
    b.call(b.inttoptr(address, kind.as_pointer()), args)


@intrinsic
def call_step(tc: Any, address: Any, m: Any, atol: Any, rtol: Any) -> Any:
    """Call step(m, atol, rtol)."""

    def gen(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        _call(b, args[0], [_data(ctx, b, sig.args[1], args[1]), _data(ctx, b, sig.args[2], args[2]), args[3]])
        return ctx.get_dummy_value()

    return types.none(types.int64, m, atol, types.float64), gen


@intrinsic
def call_on(tc: Any, address: Any, m: Any) -> Any:
    """Call between(m) or take(m)."""

    def gen(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        _call(b, args[0], [_data(ctx, b, sig.args[1], args[1])])
        return ctx.get_dummy_value()

    return types.none(types.int64, m), gen


@intrinsic
def call_at(tc: Any, address: Any, m: Any, row: Any) -> Any:
    """Call observe(m, row)."""

    def gen(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        _call(b, args[0], [_data(ctx, b, sig.args[1], args[1]), args[2]])
        return ctx.get_dummy_value()

    return types.none(types.int64, m, types.int64), gen
