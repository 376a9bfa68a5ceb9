"""Response: what the model predicts for every row at several points of parameter space, on the same people each time.

All points of one experiment are solved together, one block of the same people for each, so that differences between points are
those of the parameters alone.  Studies are typical ones: how they differ is added by whoever asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resynapse.engine.streams import uniform
from resynapse.methods.conversion import factor
from resynapse.methods.evidence import Row
from resynapse.methods.likelihood import forward
from resynapse.methods.pool import Experiment, Missing, NotSimulated, Pool
from resynapse.methods.qualify import Job, Settings, job_of, size_of, times_by_key, with_pools
from resynapse.methods.readings import Reading, series_of

Array = NDArray[np.float64]
RESAMPLED, LARGEST = 60, 400


@dataclass(frozen=True)
class Response:
    """One row at K points: predicted numbers (K,) on the row's scale, and by how much n people scatter about the first."""

    values: Array
    scatter: float


def responses(
    rows: Sequence[Row], experiment_of: Callable[[Row], Experiment | NotSimulated], points: int, people: int, seed: int = 1
) -> dict[str, Response | NotSimulated]:
    """Return {row: its response}.  experiment_of: gives experiments whose pools hold `points` blocks of the same people, in order."""
    made = [job_of(row.blinded(), experiment_of) for row in rows]
    found: dict[str, Response | NotSimulated] = {job[0]: job[1] for job in made if isinstance(job, tuple)}
    jobs = [job for job in made if isinstance(job, Job)]
    settings = Settings(people=people * points, blocks=points, seed=seed)
    pooled = with_pools(jobs, times_by_key(jobs), settings)
    return found | {job.row.id: _response(job, pools, points) for job, pools in pooled}


def _response(job: Job, pools: Sequence[Pool | NotSimulated], points: int) -> Response | NotSimulated:
    row, made = job.row, job.plan
    arms: list[Pool] = []
    for pool in pools:
        if isinstance(pool, NotSimulated):
            return pool
        arms.append(pool)
    try:
        readings = [r for r in (made.drug, made.control) if r is not None]
        held = [_by_point(r, chosen, p, points) for r, chosen, p in zip(readings, made.enrolled, arms, strict=False)]
        unit = made.unit or made.drug.unit_in(arms[0])
    except Missing as why:
        return NotSimulated(str(why))
    size = 1.0
    if row.statistic != "direction":
        size = factor(unit, row.unit, arms[0].molar_mass.get(series_of(row, job.experiment)), row.number("weight") or 70.0)
    if isinstance(size, NotSimulated):
        return size
    values = np.concatenate([_summary(job, [_kept(h[k]) for h in held])[:1] for k in range(points)])
    if row.statistic == "direction":
        return Response(values[:, 1], 1.0)
    values = forward(row, values * size)
    if not np.isfinite(values).all():
        return NotSimulated("the statistic is not defined in the simulated people")
    return Response(values, _scatter(job, [_kept(h[0]) for h in held], size))


def _by_point(reading: Reading, chosen: Reading | None, pool: Pool, points: int) -> Array:
    """Return what was read on the people of every point, (K, m, k); NaN on those of whom the row does not speak."""
    values = reading.values(pool)
    if chosen is not None:
        values = np.where(chosen.values(pool)[:, :1] > 0, values, -np.inf)
    return values.reshape(points, -1, values.shape[1])


def _kept(values: Array) -> Array:
    """Return the people of one point of whom the row speaks, (m, k)."""
    return values[~np.isneginf(values).all(axis=1)]


def _summary(job: Job, groups: Sequence[Array]) -> Array:
    """Return the statistic of one group of people in each arm, (1,) or (1, 2)."""
    drug = groups[0][None]
    return job.plan.summary(drug, groups[1][None] if len(groups) > 1 else drug[:, :0])


def _scatter(job: Job, groups: Sequence[Array], size: float) -> float:
    """Return the SD, on the row's scale, of the statistic over groups of the row's n people (drawn with replacement)."""
    n = size_of(job.row)
    alone = job.plan.paired or len(groups) == 1
    each = max(n if alone else n // 2, 2)
    taken = min(each, LARGEST)
    if min(len(g) for g in groups) < 2:
        return 0.0
    picks: list[NDArray[np.intp]] = []
    for k, group in enumerate(groups):
        u = uniform(1, f"scatter, {0 if alone else k}", np.arange(RESAMPLED)[:, None], np.arange(taken)[None, :])
        picks.append((u * len(group)).astype(int))
    drug = groups[0][picks[0]]
    values = job.plan.summary(drug, groups[1][picks[1]] if len(groups) > 1 else drug[:, :0])
    spread = forward(job.row, values * size)
    spread = spread[np.isfinite(spread)]
    return float(np.std(spread)) * float(np.sqrt(taken / each)) if len(spread) > 1 else 0.0


