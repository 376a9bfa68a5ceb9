"""An effect as it is reported: estimate, standard error, degrees of freedom, interval, p value."""

import math
from dataclasses import dataclass

import numpy as np

LEVEL = 0.90
"""Every interval of a run holds 90 %, as those of the evidence do."""


@dataclass(frozen=True)
class Effect:
    """One estimate: n behind it, standard error and degrees of freedom (inf: normal), interval, two-sided p against no effect."""

    n: int
    value: float
    se: float
    df: float
    low: float
    high: float
    p: float

    def covers(self, truth: float) -> bool:
        """Tell whether the interval holds a value."""
        return self.low <= truth <= self.high


NO_EFFECT = Effect(0, math.nan, math.nan, math.nan, math.nan, math.nan, math.nan)


def effect(n: int, value: float, se: float, df: float = math.inf, null: float = 0.0) -> Effect:
    """Return an effect with its symmetric interval (Student's t, or normal) and p value."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    if not (np.isfinite(value) and np.isfinite(se)) or np.isnan(df):
        return Effect(n, float(value), float(se), float(df), math.nan, math.nan, math.nan)
    normal = not np.isfinite(df)
    point = 0.5 + LEVEL / 2
    half = se * float(ndtri(point) if normal else stdtrit(df, point))
    z = -abs(value - null) / se if se > 0 else -math.inf * (value != null)
    return Effect(n, float(value), float(se), float(df), value - half, value + half, float(2 * (ndtr(z) if normal else stdtr(df, z))))
