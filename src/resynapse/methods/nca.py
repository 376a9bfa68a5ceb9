"""Non-compartmental analysis: what a table of concentrations says without a model.

Linear up, log down: a rising or flat stretch is a trapezoid, a falling one an exponential (the convention of regulatory work).
The terminal slope is the least-squares line of log concentration on the last points after the peak (at least 3); of all such
sets the one with the largest adjusted R2 is taken, and among those within `tolerance` of it the longest (the rule of Phoenix
WinNonlin, with tolerance 1e-4).  Everything is vectorised over people.
Source: Gabrielsson and Weiner, Pharmacokinetic and Pharmacodynamic Data Analysis, 5th ed. 2016, chapter 2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class NCA:
    """The table of one set of curves; every field is (n,), NaN where it cannot be told.

    Units follow the input: concentrations in C, times in h, dose in D: areas C h, moments C h^2, clearance D/(C h),
    volumes D/C.  After an extravascular dose clearance and volumes are divided by the bioavailable fraction (CL/F, Vz/F).
    """

    cmax: Array
    tmax: Array
    c_last: Array
    t_last: Array
    auc_t: Array
    aumc_t: Array
    lambda_z: Array
    points: Array
    half_life: Array
    auc_inf: Array
    aumc_inf: Array
    mrt: Array
    clearance: Array
    volume_z: Array
    volume_ss: Array


def nca(
    times: ArrayLike, conc: ArrayLike, dose: ArrayLike = np.nan, infusion_h: float = 0.0, bolus: bool = False, tolerance: float = 1e-4
) -> NCA:
    """Analyse curves `conc` (n, T) read at ascending `times` (T,) or (n, T) hours after the dose.

    dose: (n,) or one number; infusion_h: length of an infusion, taken off the mean residence time; bolus: the dose went into the
    blood at time 0, so a curve that starts later is extended back to 0 and the peak may serve the terminal slope.
    """
    c = np.atleast_2d(np.asarray(conc, dtype=float))
    t = np.broadcast_to(np.asarray(times, dtype=float), c.shape)
    if bolus:
        t, c = _back_to_zero(t, c)
    last = _last_positive(c)
    rows = np.arange(len(c))
    peak = np.nanargmax(np.where(np.isfinite(c), c, -np.inf), axis=1)
    usable = np.arange(c.shape[1]) <= last[:, None]
    auc, aumc = _areas(t, np.where(usable, c, np.nan))
    first = peak + (0 if bolus else 1)
    slope, points = terminal_slope(t, np.where(np.arange(c.shape[1]) >= first[:, None], c, np.nan), tolerance)
    c_last, t_last = c[rows, last], t[rows, last]
    auc_inf = auc + c_last / slope
    aumc_inf = aumc + c_last * t_last / slope + c_last / slope**2
    mrt = aumc_inf / auc_inf - infusion_h / 2
    clearance = np.asarray(dose, dtype=float) / auc_inf
    return NCA(
        cmax=c[rows, peak], tmax=t[rows, peak], c_last=c_last, t_last=t_last, auc_t=auc, aumc_t=aumc, lambda_z=slope, points=points,
        half_life=np.log(2) / slope, auc_inf=auc_inf, aumc_inf=aumc_inf, mrt=mrt, clearance=clearance, volume_z=clearance / slope,
        volume_ss=clearance * mrt,
    )  # fmt: skip


def area(times: ArrayLike, conc: ArrayLike) -> Array:
    """Area under each curve (n, T) from the first to the last time, linear up, log down; (n,)."""
    c = np.atleast_2d(np.asarray(conc, dtype=float))
    return _areas(np.broadcast_to(np.asarray(times, dtype=float), c.shape), c)[0]


def terminal_slope(t: Array, c: Array, tolerance: float = 1e-4) -> tuple[Array, Array]:
    """Rate of the last log-linear stretch (1/h) and how many points it rests on, each (n,); NaN where there is none.

    Points without a positive concentration are left out.  Sums run backwards from the last point, so that column j holds
    those of the line through all points from j on.
    """
    good = np.isfinite(c) & (np.where(np.isfinite(c), c, 0.0) > 0)
    logc = np.log(np.where(good, c, 1.0))
    end = np.where(good.any(axis=1), c.shape[1] - 1 - np.argmax(good[:, ::-1], axis=1), 0)
    rows = np.arange(len(c))
    # Measured from the last point: keeps the sums small and their differences exact enough for R2 close to 1.
    x = np.where(good, t - t[rows, end][:, None], 0.0)
    y = np.where(good, logc - logc[rows, end][:, None], 0.0)
    k, sx, sy, sxx, syy, sxy = (_from_the_end(v) for v in (good.astype(float), x, y, x * x, y * y, x * y))
    enough = good & (k >= 3)
    k = np.where(enough, k, 3.0)
    vxx, vyy, vxy = sxx - sx * sx / k, syy - sy * sy / k, sxy - sx * sy / k
    enough &= (vxx > 0) & (vyy > 0) & (vxy < 0)
    r2 = np.where(enough, vxy**2, 0.0) / np.where(enough, vxx * vyy, 1.0)
    adjusted = np.where(enough, 1 - (1 - r2) * (k - 1) / (k - 2), -np.inf)
    best = adjusted.max(axis=1, keepdims=True)
    chosen = np.argmax(enough & (adjusted >= best - tolerance), axis=1)  # the first column has the most points
    ok = enough[rows, chosen]
    slope = -np.where(ok, vxy[rows, chosen], np.nan) / np.where(ok, vxx[rows, chosen], 1.0)
    return slope, np.where(ok, k[rows, chosen], np.nan)


def _from_the_end(values: Array) -> Array:
    return np.cumsum(values[:, ::-1], axis=1)[:, ::-1]


def _last_positive(c: Array) -> NDArray[np.intp]:
    positive = np.where(np.isfinite(c), c, 0.0) > 0
    return np.where(positive.any(axis=1), c.shape[1] - 1 - np.argmax(positive[:, ::-1], axis=1), 0)


def _areas(t: Array, c: Array) -> tuple[Array, Array]:
    """Area and first moment of each curve; stretches that touch a NaN count nothing."""
    c1, c2, t1, t2 = c[:, :-1], c[:, 1:], t[:, :-1], t[:, 1:]
    dt = t2 - t1
    here = np.isfinite(c1) & np.isfinite(c2)
    c1, c2 = np.where(here, c1, 0.0), np.where(here, c2, 0.0)
    # A fall of less than one in a million is a straight line to double precision, and safer as one.
    falling = (c2 > 0) & (c2 < c1 * (1 - 1e-6))
    rate = np.log(np.where(falling, c1, np.e) / np.where(falling, c2, 1.0)) / np.where(dt > 0, dt, 1.0)
    auc = np.where(falling, (c1 - c2) / rate, (c1 + c2) / 2 * dt)
    aumc = np.where(falling, (t1 * c1 - t2 * c2) / rate + (c1 - c2) / rate**2, (t1 * c1 + t2 * c2) / 2 * dt)
    return auc.sum(axis=1), aumc.sum(axis=1)


def _back_to_zero(t: Array, c: Array) -> tuple[Array, Array]:
    """Put the concentration just after a bolus in front: the line through the first two points on the log scale, if it falls."""
    after = t[:, 0] > 0
    if not after.any():
        return t, c
    t1, t2, c1, c2 = t[:, 0], t[:, 1], c[:, 0], c[:, 1]
    falls = after & (c2 > 0) & (c2 < c1)
    rate = np.log(np.where(falls, c1, np.e) / np.where(falls, c2, 1.0)) / (t2 - t1)
    start = np.where(falls, np.where(falls, c1, 1.0) * np.exp(rate * np.where(falls, t1, 0.0)), c1)
    return np.column_stack([np.where(after, 0.0, t1), t]), np.column_stack([start, c])
