"""What a row of evidence may say of an experiment: words and bounds, checked before anything is set up.

Everything here costs one row its prediction and names the cell; nothing stops the others.
"""

import math
from dataclasses import dataclass

from resynapse.methods.evidence import Row
from resynapse.model.expectancy import BLINDINGS
from resynapse.notation import closest
from resynapse.study.vocabulary import LARGEST_DOSE, LONGEST_HOURS

BACKGROUNDS = ("none", "stable_ad", "new_ad", "mixed")
TIME_ZEROS = ("last_dose", "randomisation", "period_start", "stress_start", "relapse_from_wk")
LIMITS = {"weight": (30.0, 250.0), "age": (12.0, 110.0), "female": (0.0, 1.0), "failed_trials": (0.0, 30.0), "bmi": (10.0, 80.0)}
USUAL_INFUSION_MIN = 40.0


@dataclass(frozen=True)
class CannotSetUp(Exception):
    """Why a row's experiment cannot be set up."""

    reason: str


def number(key: str, text: str) -> float:
    """Return a covariate's number, within what a person can be.  Raises CannotSetUp."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise CannotSetUp(f"covariate {key}={text} is not a number")
    low, high = LIMITS.get(key, (-math.inf, math.inf))
    if not low <= found <= high:
        raise CannotSetUp(f"covariate {key}={text} lies outside {low:g} to {high:g}")
    return found


def word(what: str, text: str, known: tuple[str, ...]) -> str:
    """Return a word of a closed list.  Raises CannotSetUp with the closest one."""
    if text not in known:
        raise CannotSetUp(f"{what} '{text}' is not simulated.{closest(text, known)}")
    return text


def check_bounds(row: Row) -> None:
    """Refuse doses, days and times that no study would hold, and pregnancy.  Raises CannotSetUp."""
    if row.covariates.get("pregnant", "no") not in ("no", "0", "false"):
        raise CannotSetUp("pregnancy is not simulated")
    if row.dose is not None and row.dose > LARGEST_DOSE.get(row.dose_unit, math.inf):
        raise CannotSetUp(f"dose {row.dose:g} {row.dose_unit} is above {LARGEST_DOSE[row.dose_unit]:g}")
    days = row.dose_days if isinstance(row.dose_days, tuple) else ()
    if any(d < 0 for d in days):
        raise CannotSetUp(f"dose_days begins at {min(days):g}: days count from the first dose, day 0")
    latest = max([24 * d for d in days] + [row.time_h or 0.0])
    if latest > LONGEST_HOURS:
        raise CannotSetUp(f"{latest:g} h is longer than {LONGEST_HOURS:g} h")
    if "time_zero" in row.covariates:
        word("time_zero", row.covariates["time_zero"], TIME_ZEROS)


def days_of(row: Row, repeated: bool) -> tuple[float, ...]:
    """Return the days of all administrations; `daily` of a drug that is given dose by dose lasts until the row's time."""
    if row.dose_days == "daily" and repeated:
        if row.time_h is None:
            raise CannotSetUp("daily doses without a time: how long is not known")
        return tuple(float(d) for d in range(int(max(row.time_h, 0.0) // 24) + 1))
    return row.dose_days if isinstance(row.dose_days, tuple) and row.dose_days else (0.0,)


def amounts_of(text: str) -> list[float]:
    """Return unequal successive doses, `0.14 0.28 0.57`.  Raises CannotSetUp."""
    found = [number("doses", x) for x in text.split()]
    if any(x < 0 for x in found):
        raise CannotSetUp(f"covariate doses={text} holds a negative dose")
    return found


def infusion_min(row: Row) -> tuple[float, tuple[str, ...]]:
    """Return the length of each administration in minutes; an infusion of unknown length is taken as the usual one, and said so."""
    if row.duration_min is None and row.route == "iv" and row.drug not in ("placebo", "none"):
        return USUAL_INFUSION_MIN, (f"length of the infusion not given: {USUAL_INFUSION_MIN:g} min assumed",)
    return row.duration_min or 0.0, ()


def blinding_of(row: Row, rated: bool) -> tuple[str, tuple[str, ...]]:
    """Return how the trial is blinded; open where a rated outcome does not say, and said so."""
    if row.blinding in ("", "none"):
        return "open", (("blinding not given: open assumed",) if rated else ())
    return word("blinding", row.blinding, tuple(BLINDINGS)), ()
