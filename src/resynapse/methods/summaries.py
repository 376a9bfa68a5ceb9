"""What a study would print: one number per replicate from the people in it.

Every function takes people as (R, n, k): replicate, person, and what was read on each (usually value and baseline), and returns
(R,).  People with a NaN are left out; an empty group gives NaN.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def mean(x: Array) -> Array:
    """Mean over people (last axis) of finite values."""
    ok = np.isfinite(x)
    count = ok.sum(axis=-1)
    return np.where(ok, x, 0.0).sum(axis=-1) / np.where(count, count, np.nan)


def sd(x: Array) -> Array:
    """Standard deviation over people, n - 1 in the denominator."""
    ok = np.isfinite(x)
    count = ok.sum(axis=-1)
    off = np.where(ok, x - mean(x)[..., None], 0.0)
    return np.sqrt((off**2).sum(axis=-1) / np.where(count > 1, count - 1, np.nan))


def median(x: Array) -> Array:
    """Median over people of finite values."""
    ok = np.isfinite(x)
    count = ok.sum(axis=-1)
    ordered = np.sort(np.where(ok, x, np.inf), axis=-1)
    low, high = np.maximum(count - 1, 0) // 2, np.maximum(count, 1) // 2
    middle = [np.take_along_axis(ordered, i[..., None], axis=-1)[..., 0] for i in (low, high)]
    return np.where(count > 0, np.where(count > 0, middle[0] + middle[1], 0.0) / 2, np.nan)


def geomean(x: Array) -> Array:
    """Geometric mean over people of positive values."""
    return np.exp(mean(np.log(np.where(x > 0, x, np.nan))))


def change(x: Array) -> Array:
    """Value minus baseline of each person."""
    return x[..., 0] - x[..., 1]


def percent_change(x: Array) -> Array:
    """Change of each person in percent of their own baseline; NaN where that is not above 0."""
    return 100 * change(x) / np.where(x[..., 1] > 0, x[..., 1], np.nan)


def pooled_sd(x: Array, y: Array) -> Array:
    """Pooled standard deviation of two groups."""
    nx, ny = (np.isfinite(v).sum(axis=-1) for v in (x, y))
    total = np.where(nx + ny > 2, nx + ny - 2, np.nan)
    return np.sqrt(((nx - 1) * sd(x) ** 2 + (ny - 1) * sd(y) ** 2) / total)


def standardised(difference: Array, scale: Array) -> Array:
    """Difference over its scale; 0 where both are 0, infinite with the right sign where only the scale is."""
    ratio = difference / np.where(scale > 0, scale, 1.0)
    return np.where(scale > 0, ratio, np.where(difference == 0, 0.0, np.copysign(np.inf, difference)))


def adjusted_difference(x: Array, y: Array) -> Array:
    """Drug minus control in the change from baseline, adjusted for baseline (ANCOVA with one slope for both arms)."""
    ok_x, ok_y = np.isfinite(x).all(axis=-1, keepdims=True), np.isfinite(y).all(axis=-1, keepdims=True)
    x, y = np.where(ok_x, x, np.nan), np.where(ok_y, y, np.nan)
    within_xy, within_xx = 0.0, 0.0
    for arm in (x, y):
        off_c = change(arm) - mean(change(arm))[..., None]
        off_b = arm[..., 1] - mean(arm[..., 1])[..., None]
        within_xy = within_xy + np.nansum(off_c * off_b, axis=-1)
        within_xx = within_xx + np.nansum(off_b * off_b, axis=-1)
    slope = within_xy / np.where(np.asarray(within_xx) > 0, within_xx, np.inf)
    return mean(change(x)) - mean(change(y)) - slope * (mean(x[..., 1]) - mean(y[..., 1]))


def odds_ratio(x: Array, y: Array) -> Array:
    """Odds ratio of two groups of 0/1; half a person is added to every cell where one is empty (Haldane)."""
    cells = np.stack([np.nansum(v == w, axis=-1) for v in (x, y) for w in (1.0, 0.0)]).astype(float)
    cells = cells + 0.5 * (cells == 0).any(axis=0)
    return cells[0] * cells[3] / (cells[1] * cells[2])


def hazard_ratio(x: Array, y: Array, horizon: float) -> Array:
    """Hazard ratio of two groups of event times (inf: never), seen until `horizon`: observed over expected events (Pike)."""
    time = np.concatenate([x, y], axis=-1)
    arm = np.concatenate([np.ones(x.shape), np.zeros(y.shape)], axis=-1)
    event = time <= horizon
    order = np.argsort(np.where(event, time, np.inf), axis=-1, kind="stable")
    arm, event = np.take_along_axis(arm, order, -1), np.take_along_axis(event, order, -1)
    # At risk: everybody whose time is not earlier; those who share a time are counted from the first of them.
    ordered = np.take_along_axis(np.where(time <= horizon, time, np.inf), order, -1)
    place = np.arange(time.shape[-1])
    new = np.concatenate([np.ones((*ordered.shape[:-1], 1), dtype=bool), ordered[..., 1:] > ordered[..., :-1]], axis=-1)
    first = np.maximum.accumulate(np.where(new, place, 0), axis=-1)
    before_x = np.concatenate([np.zeros((*arm.shape[:-1], 1)), np.cumsum(arm, axis=-1)], axis=-1)
    risk_x = arm.sum(axis=-1, keepdims=True) - np.take_along_axis(before_x, first, -1)
    risk = time.shape[-1] - first
    expected_x = np.where(event, risk_x / risk, 0.0).sum(axis=-1)
    seen, seen_x = event.sum(axis=-1), (event * arm).sum(axis=-1)
    expected_y = seen - expected_x
    lost = (expected_x <= 0) | (expected_y <= 0) | (seen_x == seen)
    ratio = (seen_x / np.where(lost, 1.0, expected_x)) / np.where(lost, 1.0, (seen - seen_x) / np.where(lost, 1.0, expected_y))
    return np.where(lost, np.nan, ratio)


def correlation(x: Array) -> Array:
    """Pearson correlation of the two readings of each person."""
    x = np.where(np.isfinite(x).all(axis=-1, keepdims=True), x, np.nan)
    a, b = x[..., 0] - mean(x[..., 0])[..., None], x[..., 1] - mean(x[..., 1])[..., None]
    scale = np.sqrt(np.nansum(a * a, axis=-1) * np.nansum(b * b, axis=-1))
    return np.nansum(a * b, axis=-1) / np.where(scale > 0, scale, np.nan)
