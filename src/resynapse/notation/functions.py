"""The functions that equations may use.  They work on floats, and on unit-carrying numbers for the dimension check."""

import math
from collections.abc import Sequence
from typing import Any


def _plain(x: Any) -> Any:
    """Return a unit-carrying number as a plain one; refused by pint unless it is dimensionless."""
    return x.to("").magnitude if hasattr(x, "to") else x


def exp(x: Any) -> Any:
    """E to the power of a plain number; infinite where it is too large for a float, as in compiled code."""
    try:
        return math.exp(_plain(x))
    except OverflowError:
        return math.inf


def log(x: Any) -> Any:
    """Natural logarithm of a plain number > 0."""
    return math.log(_plain(x))


def sqrt(x: Any) -> Any:
    """Square root; of a quantity in µM² it is in µM."""
    return x**0.5


def pos(x: Any) -> Any:
    """max(x, 0), exactly 0 at rest."""
    return x if x > 0 * x else 0 * x


def power(x: Any, a: Any) -> Any:
    """X to the power a for x > 0, else 0.  The base and the exponent are plain numbers."""
    x, a = _plain(x), _plain(a)
    return x**a if x > 0 else 0.0


def where(condition: Any, a: Any, b: Any) -> Any:
    """Choose a if the condition (one comparison by > or <) holds, else b; both in one unit."""
    alike = 0 * a + 0 * b  # both branches must measure the same thing, whichever is taken
    return (a if condition else b) + alike


def minimum(a: Any, b: Any) -> Any:
    """Give the smaller of two."""
    return a if a < b else b


def maximum(a: Any, b: Any) -> Any:
    """Give the larger of two."""
    return a if a > b else b


def table(x: Any, at: Sequence[Any], values: Sequence[Any]) -> Any:
    """Straight lines through the points (at, values), flat outside; `at` ascends, both have two entries or more."""
    out = values[0]
    for left, right, low, high in zip(at, at[1:], values, values[1:], strict=False):
        out = out + (high - low) / (right - left) * minimum(pos(x - left), right - left)
    return out


FUNCTIONS = {f.__name__: f for f in (exp, log, sqrt, pos, power, where, minimum, maximum, table)}


def _select(c: float, a: float, b: float) -> float:
    """`where` of flat statements, whose condition is a difference: a if c > 0 else b."""
    return a if c > 0 else b


SCALAR = {**FUNCTIONS, "where": _select}
"""The functions of flat statements on plain floats, as the dimension check evaluates them."""
