"""How an analysis behaves when a trial is done many times: power, type I error, bias, coverage, each with its Monte Carlo error."""

import math
from dataclasses import dataclass

import numpy as np

ALPHA = 0.05
"""Two-sided level at which a trial is said to find a difference."""


@dataclass(frozen=True)
class Share:
    """A share of replicates and its Monte Carlo standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class Estimates:
    """One contrast in every replicate (R,): estimate, standard error, interval, p; NaN where the analysis gave none."""

    value: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray

    def rejected(self) -> Share:
        """Return the share with p below 0.05; a replicate without an answer found nothing. NaN where the analysis tests nothing."""
        return share(np.nan_to_num(self.p, nan=1.0) < ALPHA) if np.isfinite(self.p).any() else Share(math.nan, math.nan)


@dataclass(frozen=True)
class Operating:
    """What an analysis does over replicates.

    lost: replicates without an estimate; mean, sd, se: of the estimates, between them, and as the analysis believes (median);
    bias: mean minus truth; coverage: of the truth by 90 % intervals.
    """

    replicates: int
    lost: int
    truth: float
    mean: float
    sd: float
    se: float
    bias: Share
    coverage: Share
    power: Share


def share(hits: np.ndarray) -> Share:
    """Return how many hit, with the binomial error."""
    n = len(hits)
    if not n:
        return Share(math.nan, math.nan)
    p = float(np.mean(hits))
    return Share(p, math.sqrt(p * (1 - p) / n))


def operating(found: Estimates, truth: float) -> Operating:
    """Summarise one contrast over its replicates against the value that it should have found."""
    known = np.isfinite(found.value)
    values = found.value[known]
    n = len(values)
    mean = float(values.mean()) if n else math.nan
    sd = float(values.std(ddof=1)) if n > 1 else math.nan
    covered = share((found.low[known] <= truth) & (truth <= found.high[known])) if math.isfinite(truth) else Share(math.nan, math.nan)
    se = float(np.median(found.se[known])) if n and np.isfinite(found.se[known]).all() else math.nan
    bias = Share(mean - truth, sd / math.sqrt(n) if n > 1 else math.nan)
    return Operating(len(known), int((~known).sum()), truth, mean, sd, se, bias, covered, found.rejected())
