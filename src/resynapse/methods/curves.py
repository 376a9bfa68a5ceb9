"""Readings of whole curves: peak, area, slope, clearance, ratios of exposures, the time of a peak.

Curves are read without error of measurement on a grid dense around each dose; only half-lives are read as a study reads them,
off measured samples at the usual times, because how far a slope can be followed decides which slope is found.  The stretch that
a curve statistic looks at: the window that ends at `time_h`; with a time but no window, the dosing interval that holds it (areas:
from time 0); with neither, from time 0 to 24 h after the last dose.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from resynapse.methods import judge
from resynapse.methods.conversion import factor
from resynapse.methods.evidence import Row
from resynapse.methods.nca import NCA, area, nca
from resynapse.methods.pool import Experiment, Missing, NotSimulated, Pool
from resynapse.methods.readings import Reading, end_of, series_of

Array = NDArray[np.float64]

AFTER_DOSE_H = 24.0
# Usual blood samples, hours after a dose; one more is taken at the end of an infusion.
SAMPLES_H = (0.083, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 36.0, 48.0)
METRICS = ("auc", "auc_inf", "auc_t", "cmax", "tmax", "half_life", "clearance", "volume_ss")
# Hours after a dose or the end of an infusion: 10 s, every 2 min to 40 min, 5 to 2 h, 10 to 4 h, then half hours and hours.
_OFFSETS = np.concatenate(
    [[0.0, 1 / 360, 1 / 60], np.arange(2, 40, 2) / 60, np.arange(40, 120, 5) / 60, np.arange(120, 240, 10) / 60]
    + [np.arange(4, 8, 0.5), np.arange(8, 24, 1.0), np.arange(24, 72, 4.0)]
)


def grid(experiment: Experiment, start: float, end: float) -> tuple[float, ...]:
    """Hours on the pool axis from start to end, dense after each dose and after the end of each infusion."""
    found = {round(start, 9), round(end, 9)}
    for dose in experiment.dose_h:
        for origin in {dose, dose + experiment.infusion_h}:
            found.update(round(float(t), 9) for t in origin + _OFFSETS if start < t < end)
    return tuple(sorted(found))


def samples(experiment: Experiment, start: float, end: float) -> tuple[float, ...]:
    """Hours on the pool axis at which blood is usually drawn from start to end."""
    usual = (round(d + s, 9) for d in experiment.dose_h for s in (*SAMPLES_H, experiment.infusion_h))
    return tuple(sorted({start} | {t for t in usual if start < t <= end + 1e-9}))


def stretch(row: Row, experiment: Experiment, from_zero: bool = False) -> tuple[float, float]:
    """Start and end (pool axis) of the part of the curve that a row looks at."""
    zero, end = experiment.zero_h, end_of(row, experiment)
    if row.window_h and not experiment.windowed:
        return (end - row.window_h, end) if end is not None else (zero, zero + row.window_h)
    doses = [d for d in experiment.dose_h if d >= zero - 1e-9] or [zero]
    last = max(doses) + AFTER_DOSE_H
    if end is None:
        return zero, last
    if from_zero:
        return zero, end
    before = [d for d in doses if d < end - 1e-9] or [zero]
    after = [d for d in doses if d >= end - 1e-9] or [max(last, end)]
    return max(before), min(after)


def exposure(row: Row, experiment: Experiment, metric: str, name: str = "") -> Reading | NotSimulated:
    """One number per person from the curve of a compound, (n, 1): a metric of METRICS, or `f` (area per mg of dose)."""
    name = name or series_of(row, experiment)
    if metric == "auc":
        metric = "auc_inf" if row.time_h is None and row.window_h is None else "auc_t"
    begin, end = stretch(row, experiment, from_zero=metric == "auc_t")
    times = samples(experiment, begin, end) if metric == "half_life" else grid(experiment, begin, end)
    start = times[0]

    def values(pool: Pool) -> Array:
        if metric == "half_life":
            return nca(np.array(times) - start, pool.measured(name, np.array(times))).half_life[:, None]
        curve = pool.curve(name, np.array(times))
        if metric == "auc_t":
            return area(times, curve)[:, None]
        table = nca(np.array(times) - start, curve, infusion_h=experiment.infusion_h)
        if metric in ("cmax", "tmax", "auc_inf"):
            return getattr(table, metric)[:, None]
        return _per_dose(pool, name, table, metric)

    units = {"cmax": f"[{name}]", "tmax": "h", "half_life": "h", "clearance": "L/h", "volume_ss": "L", "f": "1/L*h"}
    return Reading(times, values, units.get(metric, f"[{name}]*h"))


def _per_dose(pool: Pool, name: str, table: NCA, metric: str) -> Array:
    """Clearance (L/h), volume (L) or area per dose (h/L) from areas in the pool's unit and doses in mg."""
    if name not in pool.dose:
        raise Missing(f"the simulation names no dose of '{name}'")
    size = factor(pool.units.get(name, ""), "ng/mL", pool.molar_mass.get(name))
    if isinstance(size, NotSimulated):
        raise Missing(size.reason)
    # 1 mg per (ng h/mL) is 1000 L/h.
    clearance = 1000.0 * np.asarray(pool.dose[name], dtype=float) / (table.auc_inf * size)
    return {"clearance": clearance, "volume_ss": clearance * table.mrt, "f": 1 / clearance}[metric][:, None]


def ratio_of_exposures(row: Row, experiment: Experiment, metric: str) -> Reading | NotSimulated:
    """Metabolite over parent of each person, (n, 1)."""
    if not experiment.parent:
        return NotSimulated(f"no parent compound of '{row.quantity}' is known")
    top, bottom = exposure(row, experiment, metric), exposure(row, experiment, metric, experiment.parent)
    if isinstance(top, NotSimulated):
        return top
    if isinstance(bottom, NotSimulated):
        return bottom

    def values(pool: Pool) -> Array:
        below = bottom.values(pool)
        return top.values(pool) / np.where(below > 0, below, np.nan)

    return Reading(top.times, values, "ratio")


def any_metric(row: Row, experiment: Experiment, word: str) -> Reading | NotSimulated:
    """Reading for the word of a `ratio_of` covariate: a metric, or auc_ratio_X_to_Y (metabolite over parent)."""
    if word.startswith("auc_ratio"):
        return ratio_of_exposures(row, experiment, "auc")
    if word not in METRICS:
        return NotSimulated(f"unknown ratio_of '{word}' (known: {', '.join(METRICS)}, auc_ratio_...)")
    return exposure(row, experiment, word)


def mean_curve(row: Row, experiment: Experiment) -> tuple[Reading, Callable[[Array], Array]]:
    """A whole course per person, (n, T), and the summary that finds when the mean of a study leaves baseline most, in h.

    For what is not a concentration: the published time of a peak is that of the mean course.
    """
    name = series_of(row, experiment)
    start, end = stretch(row, experiment)
    first = [d for d in experiment.dose_h if d >= start - 1e-9] or [start]
    end = min(end, first[0] + 4.0) if row.time_h is None and not row.window_h and row.quantity in judge.SAFETY else end
    times = grid(experiment, start, end)
    base = experiment.baseline_h

    def values(pool: Pool) -> Array:
        return pool.curve(name, np.array(times)) - pool.curve(name, np.array([base]))

    def peak_time(x: Array) -> Array:
        seen = np.isfinite(x)
        course = np.where(seen, x, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
        return np.array(times)[np.argmax(np.abs(course), axis=-1)] - start

    return Reading((*times, base), values, "h"), peak_time
