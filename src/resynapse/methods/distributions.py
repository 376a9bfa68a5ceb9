"""Distributions of covariates: from uniform numbers to values, and back.

Kinds: normal (a = mean, b = SD), lognormal (a = median, b = log-SD), bernoulli (a = share of yes), binomial (a = share, b = trials),
poisson (a = mean, b = least of a count); all cut off at low and high.  A published mean and SD belong to people within limits of
their own, `within`; there the numbers behind a normal distribution are solved, so that mean and SD come out after the cut.
"""

import functools
from typing import Protocol

import numpy as np


class CovariateLike(Protocol):
    """What is needed of a covariate's distribution; see `model.population.Covariate`."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def a(self) -> float: ...  # noqa: D102
    @property
    def b(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102
    @property
    def within(self) -> tuple[float, float] | None: ...  # noqa: D102


COUNTS = ("bernoulli", "binomial", "poisson")


def quantile(of: CovariateLike, u: np.ndarray) -> np.ndarray:
    """Return the values of a cut-off distribution at uniform numbers u (n,)."""
    from scipy.special import ndtri

    if of.kind in COUNTS:
        first, below = _steps(of.kind, of.a, of.b, of.low, of.high)
        return first + np.searchsorted(below, u, side="right").astype(float)
    if of.b <= 0:
        return np.full(len(u), float(of.a))
    middle, wide, cut, to = _cut(of)
    z = middle + wide * ndtri(np.clip(cut[0] + u * (cut[1] - cut[0]), 1e-15, 1 - 1e-15))
    return np.exp(z) if to is np.log else z


def rank(of: CovariateLike, values: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return where values lie in their distribution, in (0, 1): the inverse of `quantile`; u places a count within its share."""
    from scipy.special import ndtr

    if of.kind in COUNTS:
        first, below = _steps(of.kind, of.a, of.b, of.low, of.high)
        edges = np.concatenate([[0.0], below, [1.0]])
        k = np.clip((np.asarray(values) - first).astype(int), 0, len(edges) - 2)
        return np.clip(edges[k] + u * (edges[k + 1] - edges[k]), 1e-6, 1 - 1e-6)
    if of.b <= 0:
        return u
    middle, wide, cut, to = _cut(of)
    p = ndtr((to(np.maximum(values, 1e-300) if to is np.log else values) - middle) / wide)
    return np.clip((p - cut[0]) / max(cut[1] - cut[0], 1e-12), 1e-4, 1 - 1e-4)


def _cut(of: CovariateLike):
    """-> middle and width, the shares below the limits, and the scale of a normal or log-normal distribution."""
    from scipy.special import ndtr

    if of.kind == "lognormal":
        middle, wide, to, low = float(np.log(of.a)), of.b, np.log, max(of.low, 1e-300)
    else:
        middle, wide, to, low = *(before_cut(of.a, of.b, of.within) if of.within else (of.a, of.b)), np.asarray, of.low
    return middle, wide, [ndtr((float(to(x)) - middle) / wide) for x in (low, of.high)], to


@functools.lru_cache(maxsize=256)
def before_cut(mean: float, sd: float, within: tuple[float, float]) -> tuple[float, float]:
    """Return mean and SD of the normal distribution that has the given ones once it is cut off at `within`.

    Where no normal distribution does (an SD as wide as the limits allow, a mean beyond them) the given ones are returned.
    """
    from scipy.optimize import root
    from scipy.special import log_ndtr, ndtr

    low, high = within
    if not low < mean < high or sd > 0.985 * (high - low) / 12**0.5:
        return mean, sd

    def off(v: np.ndarray) -> np.ndarray:
        m, s = v[0], np.exp(v[1])
        a, b = (low - m) / s, (high - m) / s
        mass = ndtr(b) - ndtr(a) if a < 0 else np.exp(log_ndtr(-a)) - np.exp(log_ndtr(-b))
        at_a, at_b = (np.exp(-(x**2) / 2) / (2 * np.pi) ** 0.5 / max(mass, 1e-300) for x in (a, b))
        shift = at_a - at_b
        spread = s * np.sqrt(max(1 + a * at_a - b * at_b - shift**2, 1e-12))
        return np.array([m + s * shift - mean, spread - sd]) / sd

    with np.errstate(all="ignore"):  # the search may step far out
        found = root(off, [mean, np.log(sd)])
    return (float(found.x[0]), float(np.exp(found.x[1]))) if found.success else (mean, sd)


@functools.lru_cache(maxsize=256)
def _steps(kind: str, a: float, b: float, low: float, high: float) -> tuple[float, np.ndarray]:
    """-> the lowest value of a count, and the shares of people below each higher one."""
    from scipy.special import bdtr, pdtr

    lowest, highest = int(np.ceil(low)), int(np.floor(high))
    k = np.arange(lowest, highest + 1)
    if kind == "poisson":
        base = pdtr(k - b, a - b)
        before = float(pdtr(lowest - 1 - b, a - b)) if lowest > b else 0.0
    else:
        trials = 1 if kind == "bernoulli" else int(b)
        base = bdtr(k, trials, a)
        before = float(bdtr(lowest - 1, trials, a)) if lowest > 0 else 0.0
    share = (base - before) / (base[-1] - before) if base[-1] > before else np.ones(len(k))
    return float(lowest), share[:-1]
