"""Ratings: how likely a value is that somebody wrote down, and what would be written down next, given what is true.

A score is the true total plus a normal error, whole and held within its scale; anything else is the true value plus a normal error,
never below zero.  The same law by which a study's values are measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

Array = np.ndarray
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
NODES = 24  # points that stand for a normal error


class ScaleLike(Protocol):
    """What is needed of a scale; see `model.scales.Scale`."""

    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102
    @property
    def step(self) -> float: ...  # noqa: D102


@dataclass(frozen=True)
class Spread:
    """A distribution in short; chance: of reaching each of the limits asked for."""

    mean: float
    sd: float
    quantiles: tuple[float, ...]
    chance: tuple[float | None, ...]


def log_chance(value: float, true: Array, sd: Array, scale: ScaleLike | None) -> Array:
    """Return the log probability (a score) or log density of one written value, for each true value (n,) with its error (n,)."""
    from scipy.special import log_ndtr

    sd = np.maximum(sd, 1e-9)
    if scale is None:
        z = (value - true) / sd
        return log_ndtr(z) if value <= 0 else -0.5 * z**2 - np.log(sd)
    half = scale.step / 2
    low = np.full_like(true, -np.inf) if value <= scale.low else (value - half - true) / sd
    high = np.full_like(true, np.inf) if value >= scale.high else (value + half - true) / sd
    flip = low + high > 0  # work in the tail where differences keep their digits
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    top, bottom = log_ndtr(b), log_ndtr(a)
    return top + np.log1p(-np.exp(np.minimum(bottom - top, -1e-16)))


def true_spread(true: Array, weight: Array, limits: tuple[float | None, ...]) -> Spread:
    """Return the distribution of true values (n,) under weights (n,), and the chance of each limit or less."""
    mean = float(weight @ true)
    sd = float(np.sqrt(max(weight @ (true - mean) ** 2, 0.0)))
    chance = tuple(None if x is None else float(weight @ (true <= x)) for x in limits)
    return Spread(mean, sd, tuple(quantiles(true[:, None], weight, LEVELS)[:, 0].tolist()), chance)


def written_spread(true: Array, sd: Array, weight: Array, scale: ScaleLike | None, limits: tuple[float | None, ...]) -> Spread:
    """Return the distribution of a new written value: exactly for a score, by points of the error otherwise."""
    if scale is None:
        from scipy.special import ndtri

        z = ndtri((np.arange(NODES) + 0.5) / NODES)
        values = np.maximum(true[:, None] + sd[:, None] * z, 0.0)
        return true_spread(values.ravel(), np.repeat(weight / NODES, NODES), limits)
    scores = np.arange(scale.low, scale.high + scale.step / 2, scale.step)
    chance = np.array([weight @ np.exp(log_chance(x, true, sd, scale)) for x in scores])
    chance /= chance.sum()
    mean = float(chance @ scores)
    spread = float(np.sqrt(max(chance @ (scores - mean) ** 2, 0.0)))
    # Each score stands for the step around it; whole quantiles would make intervals hold more than they say.
    edges = np.append(scores - scale.step / 2, scale.high + scale.step / 2)
    points = tuple(float(np.clip(np.interp(q, np.append(0.0, np.cumsum(chance)), edges), scale.low, scale.high)) for q in LEVELS)
    return Spread(mean, spread, points, tuple(None if x is None else float(chance[scores <= x + 1e-9].sum()) for x in limits))


def quantiles(values: Array, weight: Array, at: tuple[float, ...]) -> Array:
    """Return weighted quantiles (len(at), T) of values (n, T) under weights (n,), midway between the steps."""
    order = np.argsort(values, axis=0, kind="stable")
    ranked, w = np.take_along_axis(values, order, 0), weight[order]
    edges = np.cumsum(w, axis=0) - 0.5 * w
    return np.array([[np.interp(q, edges[:, j], ranked[:, j]) for j in range(values.shape[1])] for q in at])
