"""Units at the border: every number enters with a unit and is converted once; plain floats travel inside.

Inside: dm, h, µmol, kg, mmHg; so L, h, µmol, µM and L/h have factor 1.  Scale points and beats count as plain numbers.
The common units stand in a table so that an everyday command need not load pint; a test compares the table with pint.
"""

import functools
import math
import re
from typing import Any

from resynapse.notation.errors import InputError, NotationError

BASE = {"[length]": "dm", "[time]": "hour", "[substance]": "micromole", "[mass]": "kilogram", "[blood_pressure]": "mmHg"}

COMMON = {
    "1": 1.0, "fraction": 1.0, "points": 1.0, "mmHg": 1.0, "beats/min": 60.0,
    "h": 1.0, "1/h": 1.0, "d": 24.0, "1/d": 1 / 24, "min": 1 / 60, "1/min": 60.0,
    "kg": 1.0, "L": 1.0, "L/h": 1.0, "µmol": 1.0, "µmol/h": 1.0, "µM": 1.0, "1/µM": 1.0, "µM*h": 1.0,
    "mg": 1e-6, "mg/kg": 1e-6, "g/mol": 1e-9, "ng/mL": 1e-9, "mg/L": 1e-6, "percent": 0.01, "ng*h/mL": 1e-9, "µg/L": 1e-9,
}  # fmt: skip
SPELLING = {"μ": "µ", "days": "d", "day": "d", "hours": "h", "hour": "h", "minutes": "min", "minute": "min"}


@functools.cache
def registry() -> Any:
    """Return pint's registry with this project's own words: points, beats, and mmHg as a dimension of its own."""
    import pint

    made = pint.UnitRegistry(on_redefinition="ignore")
    made.define("points = [] = point")
    made.define("fraction = []")
    made.define("beats = [] = beat")
    made.define("mmHg = [blood_pressure]")
    return made


def spell(unit: str) -> str:
    """Return a unit in the house's spelling: one code point for µ, d, h and min for times."""
    unit = unit.strip().replace("μ", "µ")
    return SPELLING.get(unit, unit)


def quantity(value: Any, unit: str) -> Any:
    """Return a unit-carrying number; "1" stands for no unit."""
    unit = spell(unit)
    return registry().Quantity(value, "" if unit == "1" else unit)


@functools.cache
def factor(unit: str) -> float:
    """Return the number of internal units in one `unit`: 1/24 for 1/d, 1 for L/h and µM.

    Raises NotationError when the unit does not parse.
    """
    unit = spell(unit)
    return COMMON[unit] if unit in COMMON else by_pint(unit)


_PLAIN = re.compile(r"[A-Za-zµ%°0-9./*^() -]{1,40}")
_TOWER = re.compile(r"(\*\*|\^)[^/]*(\*\*|\^)|\d{4,}")


def by_pint(unit: str) -> float:
    """Return the same factor from pint's definitions.  Towers of powers are refused unread: pint would compute them."""
    try:
        if not _PLAIN.fullmatch(unit) or _TOWER.search(unit):
            raise ValueError("not the text of a unit")
        one = quantity(1.0, unit)
        inside = registry().Quantity(1.0, "")
        for dimension, exponent in one.dimensionality.items():
            inside = inside * registry().Quantity(1.0, BASE[dimension]) ** exponent
        return float((one / inside).to("").magnitude)
    except Exception as why:
        raise NotationError(f"'{unit}' is not a unit that can be read ({type(why).__name__}).") from None


def same_kind(unit: str, other: str) -> bool:
    """Tell whether two units measure the same thing."""
    unit, other = spell(unit), spell(other)
    return unit == other or quantity(1.0, unit).dimensionality == quantity(1.0, other).dimensionality


def into(unit: str, declared: str, place: str) -> float:
    """Return the factor from `unit` to internal units; refused unless it measures the same thing as `declared`."""
    try:
        alike = same_kind(unit, declared)
    except Exception:
        alike = False
    if not alike:
        raise InputError(place, unit, f"a unit of the kind of '{declared}'")
    return factor(unit)


_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*?)?\s*$")


def parse_quantity(text: Any, place: str = "quantity") -> tuple[float, str]:
    """Read "0.5 mg/kg" as (0.5, "mg/kg").  Raises InputError for a missing number, a missing unit, or NaN."""
    expected = "a number with a unit, for example '0.5 mg/kg' or '40 min'"
    match = _QUANTITY.match(text) if isinstance(text, str) else None
    if match is None or match.group(2) is None or not math.isfinite(float(match.group(1))):
        raise InputError(place, text, expected)
    unit = spell(match.group(2))
    try:
        factor(unit)
    except NotationError:
        raise InputError(place, text, expected + f" ('{unit}' is not a known unit)", COMMON) from None
    return float(match.group(1)), unit


def convert(value: float, unit: str, target: str, place: str = "quantity") -> float:
    """Return `value` of `unit` in `target` units."""
    return value * into(unit, target, place) / factor(target)
