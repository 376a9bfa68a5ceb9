"""Fluctuation: a normal process by day around a course, as it is drawn for virtual people and as it is followed through ratings.

It starts from nothing on day 0, has SD sd in the long run and forgets itself over `turnover` days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resynapse.engine import streams
from resynapse.methods.ratings import ScaleLike, log_chance

Array = np.ndarray


@dataclass(frozen=True)
class Fluctuation:
    """sd: in the long run, as a share of a scale's range; turnover: days."""

    sd: float
    turnover: float

    def kept(self, days: float) -> float:
        """Return what is left of it after some days."""
        return float(np.exp(-days / self.turnover))

    def drawn(self, hours: Array, seed: streams.Seed, people: Array) -> Array:
        """Return it for people (n,) at hours (T,), ascending: (n, T).  A day's draw depends on the person and the day alone."""
        day = day_of(hours)
        out, now = np.zeros((len(people), len(hours))), np.zeros(len(people))
        keep = self.kept(1.0)
        new = self.sd * np.sqrt(1 - keep**2)
        for d in range(1, int(day.max(initial=0)) + 1):
            now = keep * now + new * streams.normal(seed, "fluctuation", d, people)
            out[:, day == d] = now[:, None]
        return out


def day_of(hours: Array | float) -> Array:
    """Return the whole days (T,) since enrolment; 0 before it."""
    return np.maximum(np.floor(np.asarray(hours, float) / 24 + 1e-9), 0).astype(int)


@dataclass(frozen=True)
class Followed:
    """What ratings so far say of each virtual person's fluctuation: mean and variance (n,) on a day."""

    law: Fluctuation
    day: int
    mean: Array
    variance: Array

    @staticmethod
    def at_rest(law: Fluctuation, n: int) -> Followed:
        """Return the start: nothing on day 0."""
        return Followed(law, 0, np.zeros(n), np.zeros(n))

    def take(self, index: Array) -> Followed:
        """Return that of some of the people."""
        return Followed(self.law, self.day, self.mean[index], self.variance[index])

    def on(self, day: int) -> Followed:
        """Return what is known of a later day."""
        keep = self.law.kept(max(day - self.day, 0))
        return Followed(self.law, max(day, self.day), keep * self.mean, keep**2 * self.variance + self.law.sd**2 * (1 - keep**2))

    def rated(self, value: float, true: Array, sd: Array, scale: ScaleLike) -> tuple[Array, Followed]:
        """Return the log chance (n,) of a score at true values with the rater's error, and what is known after it."""
        width = scale.high - scale.low
        total = np.sqrt(sd**2 + width**2 * self.variance)
        middle = true + width * self.mean
        chance = log_chance(value, middle, total, scale)
        mean, variance = truncated(value, middle, total, scale)
        gain = width * self.variance / total**2
        after = self.mean + gain * (mean - middle)
        left = self.variance - gain * width * self.variance + gain**2 * variance
        return chance, Followed(self.law, self.day, after, np.maximum(left, 0.0))


def truncated(value: float, middle: Array, sd: Array, scale: ScaleLike) -> tuple[Array, Array]:
    """Return mean and variance (n,) of a normal number, given the score that it is written as."""
    half = scale.step / 2
    low = -np.inf if value <= scale.low else value - half
    high = np.inf if value >= scale.high else value + half
    if np.isfinite(low) and np.isfinite(high):
        return np.full_like(middle, value), np.full_like(middle, scale.step**2 / 12)
    from scipy.special import log_ndtr

    side = 1.0 if np.isfinite(low) else -1.0  # one end is open: a tail beyond the edge
    edge = side * ((low if side > 0 else high) - middle) / sd
    hazard = np.exp(-0.5 * edge**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(-edge))
    return middle + side * sd * hazard, np.maximum(sd**2 * (1 + edge * hazard - hazard**2), 1e-9)
