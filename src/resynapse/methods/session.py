"""A session as a clinic watches it: who is fit to leave when, and who crosses which threshold of blood pressure.

Arrays come in, shares go out; nothing here knows a drug.  Limits of fitness come from a rule file, see `methods.rules`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from resynapse.methods.judge import wilson

CHECKS_H = (40 / 60, 1.0, 1.5, 2.0, 4.0)
"""When vital signs are taken after a dose, hours."""


@dataclass(frozen=True)
class Threshold:
    """A threshold of one quantity: a level, or a rise from before the dose; mmHg."""

    quantity: str
    rise: bool
    value: float

    @property
    def name(self) -> str:
        """Return for example SBP_rise_ge40 or SBP_ge180."""
        return f"{self.quantity}_{'rise_' if self.rise else ''}ge{self.value:g}"


THRESHOLDS = (
    Threshold("SBP", False, 180.0),
    Threshold("SBP", True, 40.0),
    Threshold("DBP", False, 110.0),
    Threshold("DBP", True, 25.0),
)


@dataclass(frozen=True)
class Crossing:
    """Shares with a 90 % interval over people: of sessions in which a threshold is crossed, and of people who ever cross it (each)."""

    threshold: str
    per_session: float
    ever: float
    low: float
    high: float
    each: np.ndarray = field(compare=False, repr=False)


def crossings(
    checked: Mapping[str, np.ndarray], before: Mapping[str, np.ndarray], thresholds: Sequence[Threshold] = THRESHOLDS
) -> list[Crossing]:
    """Return one row for each threshold.

    checked: {quantity: (n, K, checks)} as measured after each dose; before: {quantity: (n, K)} as measured before it.  NaN: not seen.
    """
    out = []
    for t in thresholds:
        x = checked[t.quantity] - (before[t.quantity][..., None] if t.rise else 0.0)
        hit = np.any(np.nan_to_num(x, nan=-np.inf) >= t.value, axis=2)
        ever: np.ndarray = np.asarray(hit.any(axis=1))
        low, high = wilson(float(ever.mean()), len(ever))
        out.append(Crossing(t.name, float(hit.mean()) if hit.size else 0.0, float(ever.mean()), low, high, ever))
    return out


@dataclass(frozen=True)
class Fitness:
    """What somebody must have come back to before leaving: alertness at least, dissociation and pressure within so much of before."""

    alert: float
    cadss_above: float
    sbp_above: float
    dbp_above: float


def fit_to_leave(courses: Mapping[str, np.ndarray], limits: Fitness) -> np.ndarray:
    """Return whether each person is fit to leave at each time (n, T).

    courses: sedation_MOAAS, CADSS, SBP, DBP, (n, T) without error of measurement; their first column is before the dose.
    Sedation is over when it would be rated at the limit or better, so half a step below counts.
    """
    rise = {q: courses[q] - courses[q][:, :1] for q in ("CADSS", "SBP", "DBP")}
    awake = courses["sedation_MOAAS"] >= limits.alert - 0.5
    near = (rise["CADSS"] <= limits.cadss_above) & (rise["SBP"] <= limits.sbp_above) & (rise["DBP"] <= limits.dbp_above)
    return awake & near


def first_fit(fit: np.ndarray, minutes: np.ndarray, after: float) -> np.ndarray:
    """Return the minute (n,) from which each person stays fit, `after` at the earliest; inf where that is not seen."""
    stays = np.logical_and.accumulate(fit[:, ::-1], axis=1)[:, ::-1] & (minutes >= after - 1e-9)
    return np.where(stays.any(axis=1), minutes[stays.argmax(axis=1)], np.inf)
