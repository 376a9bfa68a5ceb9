"""Likelihood: on which scale a row's number is compared with its prediction, and how far it may be off by chance.

| kind of row | scale |
|---|---|
| exposure, ratios, times | logarithm |
| shares of people (response, remission, relapse, incidence) | arcsine of the square root: its variance is 1/(4n) whatever the share |
| everything else (points, mmHg, percent, standardised differences) | as it is |

Rows of one area on one scale and in one unit are one kind; trials differ by as much within a kind as it needs (`Fit.beyond`).
"""

import math

import numpy as np
from numpy.typing import NDArray

from resynapse.methods.evidence import Row
from resynapse.methods.judge import RATES, Z90, area, fold_limit, observed_interval

Array = NDArray[np.float64]
LOG, SHARE, PLAIN = "log", "share", "plain"
COUNTED = "safety, share"
"""The kind of incidences of side effects."""
_CONTRASTS = ("difference_vs_control",)
_FLOOR = 1e-9


def scale_of(row: Row) -> str:
    """Return log, share or plain."""
    if area(row) == "exposure" or fold_limit(row) is not None:
        return LOG
    return SHARE if row.statistic in RATES else PLAIN


def kind_of(row: Row) -> str:
    """Return the kind of a row: its area, and ratio, share, contrast or its unit."""
    scale = scale_of(row)
    if scale != PLAIN:
        return f"{area(row)}, {'ratio' if scale == LOG else 'share'}"
    if row.statistic in _CONTRASTS:
        return f"{area(row)}, {'difference of shares' if row.unit == 'fraction' else 'contrast'}"
    unit = {"d": "SD", "g": "SD", "smd": "SD", "sd": "SD"}.get(row.unit, row.unit)
    return f"{area(row)}, {unit}{' of people' if row.statistic == 'sd' else ''}"


def forward(row: Row, x: Array | float) -> Array:
    """Return numbers of a row on its scale; NaN where they have no place on it."""
    x, scale = np.asarray(x, float), scale_of(row)
    if scale == LOG:
        return np.log(np.where(x > 0, x, np.nan))
    return np.arcsin(np.sqrt(np.clip(x / _whole(row), 0.0, 1.0))) if scale == SHARE else x


def backward(row: Row, z: Array) -> Array:
    """Return numbers on a row's scale as the row would print them."""
    scale = scale_of(row)
    if scale == LOG:
        return np.exp(z)
    return _whole(row) * np.sin(np.clip(z, 0.0, math.pi / 2)) ** 2 if scale == SHARE else z


def _whole(row: Row) -> float:
    return 100.0 if row.unit.startswith("percent") or row.unit == "%" else 1.0


def printed_error(row: Row) -> float | None:
    """Return the standard error of an observed number on its scale, from its spread; None where the row prints none.

    Shares have that of n people, 1/sqrt(4n).
    """
    if scale_of(row) == SHARE:
        return None if not row.n else 0.5 / math.sqrt(row.n)
    ends = observed_interval(row)
    if ends is None:
        return None
    if scale_of(row) == LOG:
        if ends[0] <= 0:
            return (ends[1] - ends[0]) / (2 * Z90 * row.value) if row.value > 0 else None
        return max((math.log(ends[1]) - math.log(ends[0])) / (2 * Z90), _FLOOR)
    return max((ends[1] - ends[0]) / (2 * Z90), _FLOOR)
