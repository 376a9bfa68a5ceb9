"""Endpoints: what a trial reads off each person's course, and how an arm or a contrast is summarised.

A course is (n, T) values at ascending times (h).  Every function returns one number for each person; `summarise` turns them into an
estimate of the arm with a 90 % interval; arms are compared in `analysis`.  Baseline is the value at time 0, before the first dose.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resynapse.methods.judge import RATES, Z90, wilson
from resynapse.notation import InputError

PEAK_WINDOW_H = 4.0


@dataclass(frozen=True)
class Course:
    """One quantity in one arm: times (T,) h, values (n, T), session starts (h), remission and relapse thresholds if it is a scale."""

    quantity: str
    times: np.ndarray
    values: np.ndarray
    sessions: tuple[float, ...] = ()
    remission: float | None = None
    relapse: float | None = None


@dataclass(frozen=True)
class Estimate:
    """One number of one arm or contrast with its 90 % interval."""

    n: int
    value: float
    low: float
    high: float
    sd: float


def at(course: Course, time: float) -> np.ndarray:
    """Return the values (n,) at one of the course's times.  Raises InputError when that time is not among them."""
    hit = np.flatnonzero(np.isclose(course.times, time, rtol=0, atol=1e-6))
    if not len(hit):
        raise InputError(f"endpoint of {course.quantity}", f"{time:g} h", "a time at which the study observes")
    return course.values[:, hit[0]]


def individual(statistic: str, course: Course, time: float | None) -> np.ndarray:
    """Return one number for each person (n,); rates are 0 or 1.

    Raises InputError for a statistic that this course cannot give (no threshold, no sessions).
    """
    x, t = course.values, course.times
    until = np.ones(len(t), bool) if time is None else t <= time + 1e-6
    if statistic in ("mean", "median", "sd"):
        return at(course, _needed(time, statistic))
    if statistic in ("change", "percent_change", "response"):
        base, now = at(course, 0.0), at(course, _needed(time, statistic))
        if statistic == "change":
            return now - base
        relative = (now - base) / np.where(base == 0, np.nan, base)
        return 100 * relative if statistic == "percent_change" else (relative <= -0.5).astype(float)
    if statistic == "remission":
        limit = _threshold(course, course.remission, statistic)
        well = (at(course, _needed(time, statistic)) <= limit).astype(float)
        return np.where(at(course, 0.0) <= limit, np.nan, well)  # who is well at the start cannot get well
    if statistic == "relapse":
        return _relapse(x[:, until], _threshold(course, course.relapse, statistic))
    if statistic == "incidence":  # the course counts events
        return (x[:, until].max(axis=1) > 0).astype(float)
    if statistic == "count":
        return x[:, until].max(axis=1)
    if statistic == "peak":
        return _peak(course)
    if statistic == "trough":
        return np.mean([at(course, s) for s in course.sessions[1:]] or [at(course, 0.0)], axis=0)
    return _kinetic(statistic, t[until], x[:, until])


def _relapse(x: np.ndarray, limit: float) -> np.ndarray:
    """Whether each person (n,) falls ill again: at or above the limit after the first response.

    Who starts below the limit counts as well from the start; NaN for those who never get well: they cannot fall ill again.
    """
    seen = np.where(np.isfinite(x), x, np.inf)
    well = seen <= np.where(x[:, :1] < limit, np.inf, 0.5 * x[:, :1])
    well[:, 1:] &= np.isfinite(x[:, 1:])
    after = np.cumsum(well, axis=1) - well > 0
    again = (after & (np.where(np.isfinite(x), x, -np.inf) >= limit)).any(axis=1)
    return np.where(well.any(axis=1), again.astype(float), np.nan)


def _needed(time: float | None, statistic: str) -> float:
    if time is None:
        raise InputError(f"endpoint {statistic}", "no time", "a time, for example 'change(MADRS, 28 d)'")
    return time


def _threshold(course: Course, threshold: float | None, statistic: str) -> float:
    if threshold is None:
        raise InputError(f"endpoint {statistic}", course.quantity, f"a scale with a threshold of {statistic}")
    return threshold


def _peak(course: Course) -> np.ndarray:
    """Largest value within four hours of each session, averaged over the sessions at which a person was seen."""
    starts = course.sessions or (0.0,)
    seen = np.where(np.isfinite(course.values), course.values, -np.inf)
    tops = np.array([seen[:, (course.times >= s - 1e-9) & (course.times <= s + PEAK_WINDOW_H + 1e-9)].max(axis=1) for s in starts])
    there = np.isfinite(tops)
    return np.where(there, tops, 0.0).sum(axis=0) / np.where(there.any(axis=0), there.sum(axis=0), np.nan)


def _kinetic(statistic: str, t: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Exposure by the trapezoidal rule on the observed times; `nca` has the full analysis."""
    if statistic == "cmax":
        return x.max(axis=1)
    if statistic == "tmax":
        return t[x.argmax(axis=1)]
    if statistic == "auc":
        return np.trapezoid(x, t, axis=1)
    known = ("mean", "median", "sd", "change", "percent_change", "response", "remission", "relapse")
    known += ("peak", "trough", "cmax", "tmax", "auc")
    raise InputError("endpoint", statistic, f"one of {', '.join(known)}", known)


def summarise(statistic: str, each: np.ndarray) -> Estimate:
    """Return the estimate of one arm from individual numbers (n,): Wilson interval for rates, normal for means."""
    good = each[np.isfinite(each)]
    n = len(good)
    if n == 0:
        return Estimate(0, np.nan, np.nan, np.nan, np.nan)
    z = Z90
    sd = float(good.std(ddof=1)) if n > 1 else np.nan
    if statistic in RATES:
        p = float(good.mean())
        return Estimate(n, p, *wilson(p, n), sd)
    if statistic == "median":
        low, value, high = np.quantile(good, [max(0.0, 0.5 - z / (2 * np.sqrt(n))), 0.5, min(1.0, 0.5 + z / (2 * np.sqrt(n)))])
        return Estimate(n, float(value), float(low), float(high), sd)
    if statistic == "sd":
        half = z * sd / np.sqrt(2 * max(n - 1, 1))
        return Estimate(n, sd, sd - half, sd + half, sd)
    value, half = float(good.mean()), z * sd / np.sqrt(n) if n > 1 else np.nan
    return Estimate(n, value, value - half, value + half, sd)


def bands(values: np.ndarray, levels: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95)) -> np.ndarray:
    """Return quantiles over people, (len(levels), T), ignoring missing values."""
    return np.nanquantile(values, levels, axis=0)
