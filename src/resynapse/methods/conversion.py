"""From the unit of a simulated series to the unit in which a row was published."""

from resynapse.methods.pool import NotSimulated

# unit -> (kind, how many of the kind's base unit it holds).  Bases: ng/mL, uM, h, fraction, SD, L, L/h, L/kg, L/h/kg.
_UNITS: dict[str, tuple[str, float]] = {
    "ng/mL": ("mass", 1), "ug/L": ("mass", 1), "ug/mL": ("mass", 1e3), "mg/L": ("mass", 1e3), "pg/mL": ("mass", 1e-3),
    "uM": ("molar", 1), "umol/L": ("molar", 1), "nM": ("molar", 1e-3), "nmol/L": ("molar", 1e-3), "mM": ("molar", 1e3),
    "h": ("time", 1), "min": ("time", 1 / 60), "s": ("time", 1 / 3600), "d": ("time", 24), "day": ("time", 24),
    "days": ("time", 24), "week": ("time", 168), "weeks": ("time", 168), "month": ("time", 730.5), "months": ("time", 730.5),
    "fraction": ("share", 1), "ratio": ("share", 1), "1": ("share", 1), "fold": ("share", 1), "OR": ("share", 1),
    "HR": ("share", 1), "RR": ("share", 1), "r": ("share", 1), "rho": ("share", 1), "percent": ("share", 0.01),
    "%": ("share", 0.01), "percent_points": ("share", 0.01), "percentage_points": ("share", 0.01),
    "percentage points": ("share", 0.01), "sd": ("effect", 1), "smd": ("effect", 1), "g": ("effect", 1),
    "SD": ("effect", 1), "SD units": ("effect", 1), "points": ("points", 1), "mmHg": ("mmHg", 1), "bpm": ("bpm", 1),
    "sign": ("sign", 1), "L": ("volume", 1), "mL": ("volume", 1e-3), "L/kg": ("volume/kg", 1), "mL/kg": ("volume/kg", 1e-3),
    "L/h": ("flow", 1), "L/min": ("flow", 60), "mL/min": ("flow", 0.06), "mL/h": ("flow", 1e-3), "L/h/kg": ("flow/kg", 1),
    "mL/min/kg": ("flow/kg", 0.06), "L/min/kg": ("flow/kg", 60), "L/h/70kg": ("flow", 1), "L/70kg": ("volume", 1),
}  # fmt: skip
_ALIKE = {("effect", "d"): 1.0}  # "d" is a day, except for standardised differences


def factor(have: str, wanted: str, molar_mass: float | None = None, weight: float = 70.0) -> float | NotSimulated:
    """Number to multiply by, from unit `have` to `wanted`; areas are written as concentration*time in any order.

    molar_mass in g/mol joins mass and molar concentrations, weight in kg joins clearances and volumes with those per kg.
    """
    have, wanted = have.replace("µ", "u").replace("μ", "u"), wanted.replace("µ", "u").replace("μ", "u")
    if have == wanted:
        return 1.0
    try:
        a, b = _parsed(have), _parsed(wanted)
    except KeyError as error:
        return NotSimulated(f"unknown unit '{error.args[0]}' (the simulation gives {have or 'no unit'})")
    if (a[0], wanted) in _ALIKE:
        return _ALIKE[(a[0], wanted)]
    if a[0] == b[0]:
        return a[1] / b[1]
    if b[0] == f"{a[0]}/kg":
        return a[1] / b[1] / weight
    # 1 uM of a compound of M g/mol is M ng/mL.
    joined = {a[0].replace("mass", "molar"), b[0].replace("mass", "molar")}
    if len(joined) == 1 and molar_mass:
        return a[1] / b[1] * (1 / molar_mass if a[0].startswith("mass") else molar_mass)
    return NotSimulated(f"the unit '{wanted}' does not fit what is simulated ('{have}')")


def _parsed(unit: str) -> tuple[str, float]:
    """Kind and size of a unit; "ng*h/mL", "h*ng/mL" and "ng/mL*h" are one."""
    if unit in _UNITS:
        return _UNITS[unit]
    for time in ("h", "min", "d"):
        for inner in (unit.replace(f"*{time}", "", 1), unit.replace(f"{time}*", "", 1)):
            if inner != unit and inner in _UNITS:
                kind, size = _UNITS[inner]
                return f"{kind}*time", size * _UNITS[time][1]
    raise KeyError(unit)
