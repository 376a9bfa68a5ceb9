"""Coordinate: a number between its plausible ends as an unbounded one that is standard normal before any evidence.

u -> share = 1/(1 + exp(-1.6 (u + centre))) -> between the ends, on the log scale where both are above 0 and more than threefold
apart.  With a centre of 0 the prior is nearly even between the ends; no fit leaves them.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
WIDTH, EDGE, APART = 1.6, 0.02, 3.0


@dataclass(frozen=True)
class Coordinate:
    """One number's plausible ends and scale, and where between them the prior has its middle."""

    low: float
    high: float
    log: bool
    centre: float = 0.0

    @staticmethod
    def of(ends: tuple[float, float], about: float | None = None) -> "Coordinate":
        """Return the coordinate of a plausible range, its prior about a value, or about the middle where there is none."""
        low, high = ends
        bare = Coordinate(low, high, low > 0 and high / low > APART)
        return bare if about is None else replace(bare, centre=bare.place(about))

    @property
    def scale(self) -> str:
        """Return the scale in a word."""
        return "log" if self.log else "plain"

    def value(self, u: Array | float) -> Array:
        """Return numbers at u, any shape."""
        share = 1 / (1 + np.exp(-WIDTH * (np.asarray(u, float) + self.centre)))
        if self.log:
            return self.low * (self.high / self.low) ** share
        return self.low + (self.high - self.low) * share

    def place(self, value: float) -> float:
        """Return u of a number; one at an end is taken a little inside."""
        if self.log:
            share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        share = min(max(share, EDGE), 1 - EDGE)
        return math.log(share / (1 - share)) / WIDTH - self.centre

    def prior(self) -> tuple[float, float]:
        """Return the central 95 % before any evidence."""
        return float(self.value(-1.96)), float(self.value(1.96))
