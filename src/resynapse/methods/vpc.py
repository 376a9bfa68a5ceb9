"""Visual predictive check: do measured concentrations lie where the model would have put them?

The data's own design (who, when, how much) is simulated many times with differences between people and error of measurement.
In every bin of time the percentiles of the data stand beside the spread of the same percentiles over the simulated copies.
Source: Bergstrand et al., AAPS J 2011;13:143 (the check, and its correction for predictions that differ within a bin).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from resynapse.notation import InputError

Array = NDArray[np.float64]
PERCENTILES = (0.05, 0.5, 0.95)
BAND = (0.05, 0.5, 0.95)  # of a percentile over the simulated copies
MOST_BINS, LEAST_IN_BIN = 12, 5


@dataclass(frozen=True)
class Vpc:
    """One quantity checked.

    times, observed: (k,) the data.  middle, edges, count: (B,), (B + 1,), (B,) of the bins.  percentiles: (3, B) of the data;
    bands: (3, 3, B), [which percentile, low-median-high over copies, bin].  corrected: values are prediction-corrected.
    inside: share of the data between the simulated 5th and 95th percentile; hits: share of the data's percentiles in their band.
    """

    quantity: str
    unit: str
    times: Array
    observed: Array
    edges: Array
    middle: Array
    count: NDArray[np.int64]
    percentiles: Array
    bands: Array
    inside: float
    hits: float
    copies: int
    corrected: bool = False


def check(
    times: ArrayLike, observed: ArrayLike, simulated: ArrayLike, edges: Sequence[float] | None = None, corrected: bool = False
) -> Vpc:
    """Compare data (k,) at `times` (k,) with simulated copies (copies, k) of the same samples.

    edges: of the bins; without them every time is a bin where times repeat, else bins hold alike many samples.
    Raises InputError when there is nothing to compare or shapes differ.
    """
    t, y, s = np.asarray(times, float), np.asarray(observed, float), np.atleast_2d(np.asarray(simulated, float))
    if y.size == 0 or s.shape[1:] != y.shape or t.shape != y.shape:
        read = f"{y.size} samples, simulated {s.shape}"
        raise InputError("predictive check", read, "as many simulated samples as measured ones, at least one")
    cuts = _edges(t) if edges is None else np.asarray(edges, float)
    which = np.clip(np.searchsorted(cuts, t, side="right") - 1, 0, len(cuts) - 2)
    filled = [b for b in range(len(cuts) - 1) if np.any(which == b)]
    if corrected:
        y, s = _corrected(y, s, which)
    percentiles = np.array([np.quantile(y[which == b], PERCENTILES) for b in filled]).T
    copies = np.stack([np.quantile(s[:, which == b], PERCENTILES, axis=1) for b in filled], axis=-1)  # (3, copies, B)
    bands = np.quantile(copies, BAND, axis=1).transpose(1, 0, 2)
    spread = np.stack([np.quantile(s[:, which == b], (PERCENTILES[0], PERCENTILES[2])) for b in filled], axis=-1)
    place = np.searchsorted(filled, which)
    inside = (y >= spread[0, place]) & (y <= spread[1, place])
    hits = (percentiles >= bands[:, 0]) & (percentiles <= bands[:, 2])
    middle = np.array([np.median(t[which == b]) for b in filled])
    count = np.array([int(np.sum(which == b)) for b in filled])
    kept = np.array([*(cuts[b] for b in filled), cuts[filled[-1] + 1]])
    return Vpc("", "", t, y, kept, middle, count, percentiles, bands, float(inside.mean()), float(hits.mean()), len(s), corrected)


def rows(one: Vpc) -> list[dict[str, object]]:
    """Return one row for each bin and percentile: the data's value and the model's 5, 50 and 95 % of it."""
    out: list[dict[str, object]] = []
    for b, time in enumerate(one.middle):
        for p, percentile in enumerate(PERCENTILES):
            low, median, high = (float(x) for x in one.bands[p, :, b])
            seen = {"quantity": one.quantity, "time_h": float(time), "n": int(one.count[b]), "percentile": 100 * percentile}
            out.append(seen | {"data": float(one.percentiles[p, b]), "low": low, "median": median, "high": high, "unit": one.unit})
    return out


def _edges(t: Array) -> Array:
    """Bins: one for each time that repeats often enough, otherwise quantiles of time."""
    unique, counts = np.unique(t, return_counts=True)
    if len(unique) == 1:
        return np.array([unique[0], unique[0] + 1.0])
    if len(unique) <= MOST_BINS or np.median(counts) >= LEAST_IN_BIN:
        between = (unique[1:] + unique[:-1]) / 2
        return np.concatenate([[unique[0]], between, [unique[-1] + 1e-9]])
    number = max(1, min(MOST_BINS, len(t) // LEAST_IN_BIN))
    cuts = np.unique(np.quantile(t, np.linspace(0, 1, number + 1)))
    return np.concatenate([cuts[:-1], [cuts[-1] + 1e-9]])


def _corrected(y: Array, s: Array, which: NDArray[np.intp]) -> tuple[Array, Array]:
    """Scale every sample by its bin's median prediction over its own: what dose and person predict is taken out."""
    own = np.median(s, axis=0)
    typical = np.array([np.median(own[which == b]) if np.any(which == b) else 1.0 for b in range(int(which.max()) + 1)])[which]
    factor = np.where(own > 0, typical / np.where(own > 0, own, 1.0), 1.0)
    return y * factor, s * factor
