"""Forecast: what observations of one person say of the unknowns behind them, by weighing virtual people.

Every unknown is a standard normal number before anything is seen; the model is an argument, a function from unknowns to the
log-likelihood of what was seen.  First the virtual people of the population are weighed as they are (importance sampling).  Where
their weights are poor (Pareto k above 0.7, or too few people count), more are drawn near those that fit: each round adds a mixture
of normal kernels around the best so far, at a temperature that enough people can bear, and everybody is weighed against the mixture
of all rounds (adaptive multiple importance sampling; Cornuet et al. 2012).  The population itself stays in that mixture, so no
weight can run away.  Weights are Pareto-smoothed (Vehtari et al. 2024).

A draw depends on (seed, purpose, number of the virtual person) alone.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from resynapse.engine import streams

Array = np.ndarray
LogLikelihood = Callable[[Array, Array], Array]  # unknowns (n, d), numbers of the virtual people (n,) -> (n,)


@dataclass(frozen=True)
class Budget:
    """How many virtual people: at first, in each further round, at most so many rounds; and when the weights are good enough."""

    first: int = 400
    each: int = 300
    rounds: int = 6
    worst_k: float = 0.7
    enough: float = 120.0
    moved: float = 3.0  # standard errors by which an unknown must have moved to be steered
    kernel: float = 0.5  # width of a kernel against the whole cloud, squared
    centres: int = 64


USUAL = Budget()


@dataclass(frozen=True)
class Posterior:
    """Weighed virtual people: unknowns z (N, d) by name, weights (N,) that sum to one, and how good they are.

    k: Pareto shape of the largest weights; ess: people that count; rounds: 0 for plain importance sampling.
    """

    names: tuple[str, ...]
    z: Array
    weight: Array
    k: float
    ess: float
    rounds: int

    @property
    def method(self) -> str:
        """Name how the weights were reached."""
        return "importance" if self.rounds == 0 else "adaptive"

    def learned(self) -> list[tuple[str, float, float]]:
        """Return (unknown, mean, SD) of each, in SD of the population; what nothing was learned of has 0 and 1."""
        mean = self.weight @ self.z
        sd = np.sqrt(np.maximum(self.weight @ self.z**2 - mean**2, 0.0))
        return list(zip(self.names, mean.tolist(), sd.tolist(), strict=True))

    def chosen(self, count: int, seed: int) -> tuple[Array, Array]:
        """Return (numbers, weights) of `count` draws from the posterior, repeats put together (systematic resampling)."""
        start = float(streams.uniform(seed, "forecast:resample", 0, np.array([0]))[0])
        which, times = np.unique(_even(self.weight, count, start), return_counts=True)
        return which, times / count


@dataclass(frozen=True)
class _Kernels:
    """A mixture of normal kernels on some of the unknowns; the others keep the population's distribution."""

    dims: Array
    centres: Array  # (m, k)
    weight: Array  # (m,)
    root: Array  # (k, k) lower root of the kernels' covariance

    def draw(self, base: Array, which: Array) -> Array:
        """Turn standard normals (n, d) into draws; which: uniform numbers (n,) that pick the centre."""
        out = base.copy()
        pick = np.minimum(np.searchsorted(np.cumsum(self.weight), which), len(self.weight) - 1)
        out[:, self.dims] = self.centres[pick] + base[:, self.dims] @ self.root.T
        return out

    def log_ratio(self, z: Array) -> Array:
        """Return the log density against the population's (n,); unknowns that are not steered cancel."""
        from scipy.linalg import solve_triangular
        from scipy.special import logsumexp

        x = z[:, self.dims]
        white = lambda y: solve_triangular(self.root, y.T, lower=True).T  # noqa: E731
        a, b = white(x), white(self.centres)
        square = np.sum(a**2, 1)[:, None] + np.sum(b**2, 1)[None, :] - 2 * a @ b.T
        kernels = logsumexp(np.log(self.weight)[None, :] - 0.5 * square, axis=1) - np.sum(np.log(np.diag(self.root)))
        return kernels + 0.5 * np.sum(x**2, axis=1)


class _Mixture:
    """All rounds together; the first one drew from the population."""

    def __init__(self, first: int):
        self.counts, self.kernels = [first], list[_Kernels]()
        self.known = list[Array]()  # log density of each round after the first at the draws that have been asked for

    def add(self, count: int, kernels: _Kernels) -> None:
        self.counts.append(count)
        self.kernels.append(kernels)
        self.known.append(np.empty(0))

    def log_density(self, z: Array) -> Array:
        """Return the log density against the population's (N,) of draws z (N, d), which are those of the last call and more."""
        from scipy.special import logsumexp

        self.known = [np.append(old, one.log_ratio(z[len(old) :])) for old, one in zip(self.known, self.kernels, strict=True)]
        share = np.array(self.counts, float) / sum(self.counts)
        return np.asarray(logsumexp(np.stack([np.zeros(len(z)), *self.known]), axis=0, b=share[:, None]))


def infer(seen: LogLikelihood | None, names: tuple[str, ...], seed: int, budget: Budget = USUAL) -> Posterior:
    """Return the posterior of the unknowns.  seen: None where nothing was observed, so that the population stands as it is."""
    z = _standard(names, seed, 0, budget.first)
    if seen is None:
        return Posterior(names, z, np.full(len(z), 1 / len(z)), 0.0, float(len(z)), 0)
    log_like = seen(z, np.arange(len(z)))
    mixture, rounds = _Mixture(budget.first), 0
    while True:
        log_mix = mixture.log_density(z)
        weight, k = smoothed(log_like - log_mix)
        ess = 1 / float(np.sum(weight**2))
        if rounds == budget.rounds or (k <= budget.worst_k and ess >= budget.enough):
            return Posterior(names, z, weight, k, ess, rounds)
        kernels = _kernels(z, log_like, log_mix, budget)
        if kernels is None:
            return Posterior(names, z, weight, k, ess, rounds)
        number = np.arange(len(z), len(z) + budget.each)
        fresh = kernels.draw(_standard(names, seed, len(z), budget.each), streams.uniform(seed, "forecast:centre", 0, number))
        log_like = np.concatenate([log_like, seen(fresh, number)])
        z, rounds = np.concatenate([z, fresh]), rounds + 1
        mixture.add(budget.each, kernels)


def _standard(names: tuple[str, ...], seed: int, begin: int, n: int) -> Array:
    number = np.arange(begin, begin + n)
    return np.stack([streams.normal(seed, name, 0, number) for name in names], axis=1)


def _effective(log_weight: Array) -> tuple[Array, float]:
    w = np.exp(log_weight - log_weight.max())
    w /= w.sum()
    return w, 1 / float(np.sum(w**2))


def _kernels(z: Array, log_like: Array, log_mix: Array, budget: Budget) -> _Kernels | None:
    """Return kernels around those who fit, at the highest temperature that leaves enough people; None if nothing has moved."""
    temperature = _temperature(log_like, log_mix, max(60.0, 0.15 * len(z)))
    weight, ess = _effective(temperature * log_like - log_mix)
    mean = weight @ z
    spread = weight @ (z - mean) ** 2
    dims = np.flatnonzero((np.abs(mean) * np.sqrt(ess) > budget.moved) | (np.abs(np.log(spread)) * np.sqrt(ess / 2) > budget.moved))
    if dims.size == 0:
        return None
    x = z[:, dims] - mean[dims]
    cov = (weight[:, None] * x).T @ x
    trust = ess / (ess + dims.size)
    cov = trust * cov + (1 - trust) * np.diag(np.diag(cov)) + 1e-6 * np.eye(dims.size)
    which, times = np.unique(_even(weight, budget.centres, 0.5), return_counts=True)
    shrink = np.sqrt(1 - budget.kernel)  # kernels around shrunken centres keep the spread of the whole (West 1993)
    root = np.linalg.cholesky(1.2 * budget.kernel * cov)
    return _Kernels(dims, mean[dims] + shrink * x[which], times / budget.centres, root)


def _temperature(log_like: Array, log_mix: Array, need: float) -> float:
    """Return the highest temperature, 1 at most, at which so many people count."""
    if _effective(log_like - log_mix)[1] >= need:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if _effective(middle * log_like - log_mix)[1] >= need else (low, middle)
    return low


def _even(weight: Array, count: int, start: float) -> Array:
    """Return the numbers of `count` people, each about as often as its weight asks (systematic resampling)."""
    edges = np.cumsum(weight)
    return np.minimum(np.searchsorted(edges, (np.arange(count) + start) / count * edges[-1]), len(edges) - 1)


@functools.cache
def _psis() -> Callable[[Array], tuple[Any, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        from arviz import psislw
    return psislw


def smoothed(log_weight: Array) -> tuple[Array, float]:
    """Return Pareto-smoothed weights (n,) that sum to one, and the shape k; 0 for weights that are all alike."""
    finite = np.where(np.isfinite(log_weight), log_weight, -1e9)
    if np.ptp(finite) < 1e-9:
        return np.full(len(finite), 1 / len(finite)), 0.0
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        log_smooth, k = _psis()(finite)
    weight = np.exp(log_smooth - np.max(log_smooth))
    return np.asarray(weight / weight.sum()), float(k) if np.isfinite(k) else np.inf
