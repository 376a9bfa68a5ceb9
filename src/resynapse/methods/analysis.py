"""How two arms are compared: means, ANCOVA, rates, effect sizes.  Repeated measures are in `mmrm`, times to an event in `survival`.

| measure | interval |
|---|---|
| difference of means | Welch's t |
| ANCOVA: change ~ arm + baseline (+ strata) at one visit | Student's t, all arms in one fit (statsmodels OLS) |
| risk difference | Newcombe's hybrid of two Wilson intervals (1998, method 10); p by the pooled score test |
| number needed to treat | the risk difference's interval turned over (Altman 1998): it runs through infinity where that holds 0 |
| odds ratio: event ~ arm + baseline (+ strata) | Wald on the logarithm, all arms in one fit (statsmodels Logit) |
| Hedges' g: difference over the pooled SD, corrected for small groups | normal (Hedges and Olkin 1985) |
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from resynapse.methods.effects import NO_EFFECT, Effect, effect
from resynapse.methods.judge import wilson
from resynapse.methods.trial_data import TrialData
from resynapse.notation import InputError


def mean_difference(drug: np.ndarray, control: np.ndarray) -> Effect:
    """Return drug minus control of individual numbers, as two independent groups of unequal variance (Welch 1947)."""
    a, b = drug[np.isfinite(drug)], control[np.isfinite(control)]
    n = len(a) + len(b)
    if len(a) < 2 or len(b) < 2:
        return replace(NO_EFFECT, n=n)
    own = np.array([a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)])
    total = float(own.sum())
    df = total**2 / float((own**2 / [len(a) - 1, len(b) - 1]).sum()) if total > 0 else math.inf
    return effect(n, float(a.mean() - b.mean()), math.sqrt(total), df)


def hedges_g(drug: np.ndarray, control: np.ndarray) -> Effect:
    """Return the standardised mean difference, drug minus control, corrected for small groups; see the head of this file."""
    a, b = drug[np.isfinite(drug)], control[np.isfinite(control)]
    n = len(a) + len(b)
    if len(a) < 2 or len(b) < 2:
        return replace(NO_EFFECT, n=n)
    pooled = math.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (n - 2))
    if pooled == 0:
        return replace(NO_EFFECT, n=n)
    g = (1 - 3 / (4 * (n - 2) - 1)) * float(a.mean() - b.mean()) / pooled
    return effect(n, g, math.sqrt(n / (len(a) * len(b)) + g**2 / (2 * n)))


def risk_difference(drug: np.ndarray, control: np.ndarray) -> Effect:
    """Return the difference of two rates from individual 0 and 1; Newcombe's interval, p by the pooled score test."""
    from scipy.special import ndtr

    a, b = drug[np.isfinite(drug)], control[np.isfinite(control)]
    if not len(a) or not len(b):
        return replace(NO_EFFECT, n=len(a) + len(b))
    p, q = float(a.mean()), float(b.mean())
    (low_p, high_p), (low_q, high_q) = wilson(p, len(a)), wilson(q, len(b))
    low = p - q - math.hypot(p - low_p, high_q - q)
    high = p - q + math.hypot(high_p - p, q - low_q)
    both = float(np.concatenate([a, b]).mean())
    under = math.sqrt(both * (1 - both) * (1 / len(a) + 1 / len(b)))
    se = math.sqrt(p * (1 - p) / len(a) + q * (1 - q) / len(b))
    p_value = float(2 * ndtr(-abs(p - q) / under)) if under > 0 else 1.0
    return Effect(len(a) + len(b), p - q, se, math.inf, low, high, p_value)


def number_needed_to_treat(difference: Effect) -> Effect:
    """Return how many are treated for one more event (below 0: for one fewer); see the head of this file for its interval."""
    turned = [1 / x if x else math.copysign(math.inf, x) for x in (difference.value, difference.low, difference.high)]
    return Effect(difference.n, turned[0], math.nan, math.inf, turned[2], turned[1], difference.p)


@dataclass(frozen=True)
class Linear:
    """A fit of several arms at one visit; `fitted` is statsmodels' own; coefficients of the arms come first."""

    arms: tuple[str, ...]
    fitted: Any
    covariates: int
    n: int

    def _weights(self, of: dict[str, float]) -> np.ndarray:
        return np.array([*(of.get(arm, 0.0) for arm in self.arms), *[0.0] * self.covariates])

    def mean(self, arm: str) -> Effect:
        """Return an arm's adjusted mean: at the mean baseline of all patients."""
        return self._effect({arm: 1.0})

    def difference(self, arm: str, against: str) -> Effect:
        """Return one arm minus another."""
        return self._effect({arm: 1.0, against: -1.0})

    def _effect(self, of: dict[str, float]) -> Effect:
        w = self._weights(of)
        beta, covariance = np.asarray(self.fitted.params), np.asarray(self.fitted.cov_params())
        df = float(self.fitted.df_resid) if self.fitted.model.__class__.__name__ == "OLS" else math.inf
        return effect(self.n, float(w @ beta), math.sqrt(float(w @ covariance @ w)), df)


def ancova(data: TrialData, visit: float) -> Linear:
    """Fit the change at one visit to arm and baseline; who was not seen is left out. Raises InputError for too few people."""
    from statsmodels.regression.linear_model import OLS

    there = data.take(np.isfinite(data.at(visit)) & np.isfinite(data.baseline))
    z = there.design()
    _check_arms(there, "ancova", z.shape[1])
    return Linear(data.arms, OLS(there.change[:, data.place(visit)], z).fit(), z.shape[1] - len(data.arms), there.n)


def odds_ratio(data: TrialData, event: np.ndarray, arm: str, against: str) -> Effect:
    """Return the odds ratio of an event (n,) of 0 and 1, adjusted for baseline; all arms in one fit.

    Not a number where an arm has only events or none: the data hold no finite ratio.
    """
    import warnings

    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    known = np.isfinite(event) & np.isfinite(data.baseline)
    there, y = data.take(known), event[known]
    z = there.design()
    _check_arms(there, "logistic", z.shape[1])
    mixed = [0 < y[there.arm == data.arms.index(name)].mean() < 1 for name in (arm, against)]
    if not all(mixed):
        return replace(NO_EFFECT, n=there.n)
    kept = [k for k in range(len(data.arms)) if 0 < y[there.arm == k].mean() < 1]
    inside, columns = np.isin(there.arm, kept), [*kept, *range(len(data.arms), z.shape[1])]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fitted = Logit(y[inside], z[inside][:, columns]).fit(disp=0)
    except (Warning, PerfectSeparationError, np.linalg.LinAlgError):
        return replace(NO_EFFECT, n=there.n)
    fit = Linear(tuple(data.arms[k] for k in kept), fitted, z.shape[1] - len(data.arms), int(inside.sum()))
    return exponential(fit.difference(arm, against))


def exponential(log: Effect) -> Effect:
    """Return a ratio from its logarithm; the standard error stays that of the logarithm."""
    value, low, high = (math.exp(x) if math.isfinite(x) else math.nan for x in (log.value, log.low, log.high))
    return replace(log, value=value, low=low, high=high)


def _check_arms(data: TrialData, what: str, columns: int) -> None:
    counts = np.bincount(data.arm, minlength=len(data.arms)) if data.n else np.zeros(len(data.arms))
    if counts.min() < 2 or data.n <= columns:
        empty = data.arms[int(counts.argmin())]
        raise InputError(what, f"{int(counts.min())} people of arm {empty} with a baseline and this visit", "at least 2 in every arm")
