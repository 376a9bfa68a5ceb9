"""The judge at work: predict published statistics as replicate studies would report them, then compare.

Rows that share an experiment share one pool of at least 5,000 people in at least 50 blocks; each block is a virtual study with
its own between-study effects.  A replicate picks a block and draws n people from it, WITHOUT putting them back: drawn from a
block of independent people, such a group is itself a random sample, so the spread over replicates holds exactly the between-study
variance and that of n people, not that of n from the 100 who happen to stand in the block.  Where n is larger than a block, two
halves of the block are summarised apart: how far they differ tells the variance that comes from people, which is then brought down
to that of n (`shrunk`).  A missing n counts as 30 people or 10 animals.

Draws depend on seed and row id alone, and the hours that a pool is asked for on all rows given, so predicting a few ids gives
the numbers of a full run.  Rows reach the model without their observed values (`Row.blinded`); the predictions are sealed by a
digest before the observed column is read.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resynapse.engine.checkpoint import checkpointed
from resynapse.engine.solution import SolverFailure
from resynapse.engine.streams import normal, uniform
from resynapse.methods import judge
from resynapse.methods.conversion import factor
from resynapse.methods.evidence import Row, word_problem
from resynapse.methods.families import Family, Means, as_plain, families_of, from_plain
from resynapse.methods.judge import Prediction, Verdict
from resynapse.methods.likelihood import backward, forward
from resynapse.methods.pool import Experiment, Missing, NotSimulated, Pool
from resynapse.methods.readings import Reading, series_of
from resynapse.methods.statistic import Plan, plan
from resynapse.notation import InputError

Array = NDArray[np.float64]
MISSING_N = {"human": 30}
MISSING_ANIMALS = 10
LARGEST_SAMPLE = 20_000_000  # numbers held at once while replicates are drawn


@dataclass(frozen=True)
class Settings:
    """How much is simulated: replicates per row, people and blocks per pool, and the seed of everything random.

    sampling: whether replicates hold as many people as the row says; if not, the spread of few people is left out.
    """

    replicates: int = 200
    seed: int = 1
    people: int = 5000
    blocks: int = 50
    sampling: bool = True


@dataclass(frozen=True)
class Comparison:
    """One predict row beside its prediction; without one (`reason` says why) the verdict is not_simulated."""

    row: Row
    area: str
    observed: tuple[float, float] | None
    prediction: Prediction | None
    verdict: Verdict | None
    reason: str

    @property
    def word(self) -> str:
        """Return agrees, disagrees or not_simulated."""
        if self.verdict is None:
            return "not_simulated"
        return "agrees" if self.verdict.agrees else "disagrees"


@dataclass(frozen=True)
class Qualification:
    """All comparisons, in the order of the rows, with the digest of the predictions."""

    comparisons: tuple[Comparison, ...]
    digest: str
    settings: Settings


@dataclass(frozen=True)
class Job:
    """A row that can be predicted: its experiment, and how its statistic is computed."""

    row: Row
    experiment: Experiment
    plan: Plan


def qualify(
    rows: Sequence[Row],
    experiment_of: Callable[[Row], Experiment | NotSimulated],
    settings: Settings | None = None,
    ids: Iterable[str] = (),
    progress: Callable[[int, int], None] | None = None,
    means: Means | None = None,
) -> Qualification:
    """Predict and judge every predict row, or those named by `ids`.

    experiment_of: row without its observed value -> Experiment or NotSimulated.  progress: called with families of rows done and in
    all.  means: who works, and where finished families are kept; what comes out depends on neither.
    InputError where an id is not that of a predict row.
    """
    settings, means = settings or Settings(), means or Means()
    asked = [row for row in rows if row.use == "predict"]
    wanted, blind = _wanted(asked, ids), [row.blinded() for row in asked]
    jobs = {row.id: job_of(row, experiment_of) for row in blind}
    predictions: dict[str, Prediction | NotSimulated] = {
        job[0]: job[1] for job in jobs.values() if isinstance(job, tuple) and job[0] in wanted
    }  # fmt: skip
    keys = {name: [arm.key for arm in arms_of(job)] if isinstance(job, Job) else [] for name, job in jobs.items()}
    tasks = families_of(blind, keys, wanted, means.mark)
    for found in checkpointed(Predictor(experiment_of, settings), tasks, means.store, means.crew, progress).values():
        predictions |= {name: from_plain(plain) for name, plain in found.items()}
    digest = seal(predictions)
    # Only from here on is an observed value read.
    compared = tuple(_compare(row, predictions[row.id]) for row in asked if row.id in wanted)
    return Qualification(compared, digest, settings)


def _wanted(asked: Sequence[Row], ids: Iterable[str]) -> set[str]:
    known = {row.id for row in asked}
    ids = list(ids)
    for name in ids:
        if name not in known:
            raise InputError("--ids", name, "the id of a row with use=predict", known)
    return set(ids) or known


def job_of(row: Row, experiment_of: Callable[[Row], Experiment | NotSimulated]) -> Job | tuple[str, NotSimulated]:
    """Set a row up, or say why not."""
    if row.access == "recalled":
        return row.id, NotSimulated("access=recalled: never tested on")
    problem = word_problem(row)
    if problem:
        return row.id, NotSimulated(problem)
    try:
        experiment = experiment_of(row)
        if isinstance(experiment, NotSimulated):
            return row.id, experiment
        made = plan(row, experiment)
    except InputError as error:
        return row.id, NotSimulated(str(error))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # an odd cell costs its own row, not the others
        return row.id, NotSimulated(f"the row cannot be set up ({type(error).__name__}: {error})")
    if isinstance(made, NotSimulated):
        return row.id, made
    first = min((float(t) for r in (made.drug, made.control) if r is not None for t in r.times), default=0.0)
    if first < -1e-9:
        return row.id, NotSimulated(f"needs a time {-first:g} h before the simulated experiment begins")
    return Job(row, experiment, made)


@dataclass(frozen=True)
class Predictor:
    """Predicts families of rows; can be sent to another process where `experiment_of` can."""

    experiment_of: Callable[[Row], Experiment | NotSimulated]
    settings: Settings

    def __call__(self, family: Family) -> dict[str, Any]:
        """Return {wanted row: its prediction as plain data}; each experiment is simulated once, and its pool kept while it is needed."""
        jobs = [job for job in (job_of(row, self.experiment_of) for row in family.rows) if isinstance(job, Job)]
        todo = [job for job in jobs if job.row.id in family.wanted]
        made = with_pools(todo, times_by_key(jobs), self.settings)
        return {job.row.id: as_plain(_predict(job, pools, self.settings)) for job, pools in made}


def with_pools(
    jobs: Sequence[Job], times: Mapping[Hashable, tuple[float, ...]], settings: Settings
) -> Iterator[tuple[Job, list[Pool | NotSimulated]]]:
    """Yield every job, those of one experiment together, with the pools of its arms: each is simulated once and kept while it is needed."""
    order = {key: i for i, key in enumerate(dict.fromkeys(job.experiment.key for job in jobs))}
    waiting = Counter(arm.key for job in jobs for arm in arms_of(job))
    pools: dict[Hashable, Pool | NotSimulated] = {}
    for job in sorted(jobs, key=lambda job: order[job.experiment.key]):
        arms = arms_of(job)
        for arm in arms:
            if arm.key not in pools:
                pools[arm.key] = _pool_of(arm, times[arm.key], settings)
        yield job, [pools[arm.key] for arm in arms]
        for arm in arms:
            waiting[arm.key] -= 1
            if not waiting[arm.key]:
                del pools[arm.key]


def _pool_of(arm: Experiment, times: tuple[float, ...], settings: Settings) -> Pool | NotSimulated:
    """Simulate one experiment; what the model refuses or fails to solve costs its own rows, not the others."""
    try:
        return arm.simulate(times, settings.people, settings.blocks, settings.seed)
    except (InputError, SolverFailure) as why:
        return NotSimulated(f"the experiment cannot be simulated: {why}")


def arms_of(job: Job) -> list[Experiment]:
    """The experiment of a row, with its control where the statistic compares."""
    control = job.experiment.control
    return [job.experiment] if job.plan.control is None or control is None else [job.experiment, control]


def times_by_key(jobs: Iterable[Job]) -> dict[Hashable, tuple[float, ...]]:
    """All hours (pool axis) that any row needs from each pool."""
    needed: dict[Hashable, set[float]] = {}
    for job in jobs:
        for arm, *readings in zip(arms_of(job), (job.plan.drug, job.plan.control), job.plan.enrolled, strict=False):
            for reading in filter(None, readings):
                needed.setdefault(arm.key, set()).update(round(float(t), 9) for t in reading.times)
    return {key: tuple(sorted(times)) for key, times in needed.items()}


def _predict(job: Job, pools: Sequence[Pool | NotSimulated], settings: Settings) -> Prediction | NotSimulated:
    """The row's statistic over replicates, in the row's unit."""
    arms: list[Pool] = []
    for pool in pools:
        if isinstance(pool, NotSimulated):
            return pool
        arms.append(pool)
    row, made = job.row, job.plan
    try:
        values = _replicates(job, arms, settings)
        unit = made.unit or made.drug.unit_in(arms[0])
    except Missing as error:
        return NotSimulated(str(error))
    if row.statistic != "direction":
        weight = row.number("weight") or 70.0
        size = factor(unit, row.unit, arms[0].molar_mass.get(series_of(row, job.experiment)), weight)
        if isinstance(size, NotSimulated):
            return size
        values = _widened(row, values * size, job.experiment.beyond, settings)
    notes = (*job.experiment.notes, *made.notes)
    if row.n is None:
        notes = (*notes, f"n missing: {size_of(row)} {'people' if row.species in MISSING_N else 'animals'}")
    return _prediction(values, row.statistic == "direction", notes)


def _widened(row: Row, values: Array, beyond: float, settings: Settings) -> Array:
    """Add to each replicate (R,) what trials differ by beyond the model, on the row's own scale."""
    if not beyond:
        return values
    z = normal(settings.seed, f"qualify, beyond, {row.id}", 0, np.arange(len(values)))
    return backward(row, forward(row, values) + beyond * z)


def _prediction(values: Array, direction: bool, notes: tuple[str, ...]) -> Prediction | NotSimulated:
    """Median, interval and SD over replicates; those in which the statistic is not defined are left out."""
    up = down = effect = float("nan")
    if direction:
        values, standard = values[:, 0], values[:, 1]
        effect = float(np.median(standard[np.isfinite(values)])) if np.isfinite(values).any() else effect
        values = np.sign(values)
    values = values[np.isfinite(values)]
    if not len(values):
        return NotSimulated("the statistic is not defined in the simulated studies")
    if direction:
        up, down = float((values > 0).mean()), float((values < 0).mean())
        notes = (*notes, f"up in {up:.0%}, down in {down:.0%} of replicates, median standardised effect {effect:.2g}")
    low, middle, high = (float(q) for q in np.quantile(values, [0.05, 0.5, 0.95]))
    # Equal values leave a rounding error in their SD; it must not pass for a spread.
    sd = 0.0 if np.ptp(values) == 0 else float(np.std(values, ddof=1))
    return Prediction(middle, low, high, sd, up, down, effect, notes)


def size_of(row: Row) -> int:
    """How many people or animals stand behind a row; the usual number where it does not say."""
    return row.n if row.n is not None else MISSING_N.get(row.species, MISSING_ANIMALS)


def _replicates(job: Job, pools: Sequence[Pool], settings: Settings) -> Array:
    """The statistic in each replicate, (R,) or (R, 2)."""
    row, made = job.row, job.plan
    readings = (made.drug, made.control)
    arms = [who(reading, chosen, pool) for reading, chosen, pool in zip(readings, made.enrolled, pools, strict=False) if reading]
    blocks = [block for block, _ in arms]
    n = size_of(row)
    if made.paired and len(arms) == 2 and not np.array_equal(blocks[0], blocks[1]):
        raise Missing("the two arms do not hold the same people")
    own = blocks[:1] if made.paired else blocks
    sizes = [n] if len(own) == 1 else [max(n - n // 2, 1), max(n // 2, 1)]
    half = _half(own)
    if half < 1 or (settings.sampling and all(size <= 2 * half + 1 for size in sizes)):
        return _summaries(job, arms, draw(own, sizes, row.id, settings), settings)
    groups = draw(own, [2 * half] * len(own), row.id, settings)
    halves = [_summaries(job, arms, [g[:, part] for g in groups], settings) for part in (slice(half), slice(half, 2 * half))]
    return shrunk(halves[0], halves[1], half / min(sizes) if settings.sampling else 0.0)


def _half(blocks: Sequence[NDArray[np.int64]]) -> int:
    """Half of the people whom the smallest block can give to each arm."""
    return min(int(np.unique(block, return_counts=True)[1].min()) // len(blocks) for block in blocks) // 2


def _summaries(job: Job, arms: Sequence[tuple[NDArray[np.int64], Array]], groups: list[NDArray[np.intp]], settings: Settings) -> Array:
    """The statistic of every replicate from the people picked for it; the second group stands in the control arm."""
    drug, control = arms[0][1], arms[-1][1]
    other = groups[-1] if len(arms) == 2 else groups[0][:, :0]
    step = max(1, LARGEST_SAMPLE // max(1, groups[0].shape[1] * drug.shape[1]))
    parts = [
        job.plan.summary(drug[groups[0][i : i + step]], control[other[i : i + step]]) for i in range(0, settings.replicates, step)
    ]  # fmt: skip
    return np.concatenate(parts)


def shrunk(first: Array, second: Array, share: float) -> Array:
    """Replicates (R,) or (R, 2) of a study larger than a block, from two halves of a block in each replicate.

    share: people in a half, of those in the study.  The mean of two halves varies by V + W/2, with V between studies and W among
    groups of half a block; a study of n people by V + W*share.  The distance of each replicate from the median is reduced to that.
    """
    middle = (first + second) / 2
    if not np.isfinite(middle).any(axis=0).all():
        return middle
    people = np.nanmean((first - second) ** 2, axis=0) / 2
    total = np.nanvar(middle, axis=0)
    kept = np.maximum(total - people / 2, 0.0) + people * share
    factor = np.sqrt(np.divide(kept, total, out=np.ones_like(total), where=total > 0))
    centre = np.nanmedian(middle, axis=0)
    return centre + (middle - centre) * np.minimum(factor, 1.0)


def who(reading: Reading, chosen: Reading | None, pool: Pool) -> tuple[NDArray[np.int64], Array]:
    """Block and readings of those people of a pool that the row speaks of; Missing where nobody is left."""
    values = reading.values(pool)
    if chosen is None:
        return pool.block, values
    kept = chosen.values(pool)[:, 0] > 0
    if not kept.any():
        raise Missing("nobody in the pool is enrolled")
    return pool.block[kept], values[kept]


def draw(blocks: Sequence[NDArray[np.int64]], sizes: Sequence[int], row_id: str, settings: Settings) -> list[NDArray[np.intp]]:
    """Pick a block for each replicate and people from it, for each arm: indices (R, n) into the arm's pool.

    blocks: the block label of everybody, one array per arm; all arms of a replicate come from the same block, each from its own
    share of the block's people (arms of parallel groups hold different people).  Nobody is drawn twice before everybody in the
    share was drawn once.  Missing where the arms share no block.
    """
    common = np.array(sorted(set(np.unique(blocks[0])).intersection(*(np.unique(b) for b in blocks[1:]))))
    if not len(common):
        raise Missing("the arms share no block of people")
    pick = uniform(settings.seed, f"qualify, block, {row_id}", 0, np.arange(settings.replicates))
    chosen = (pick * len(common)).astype(int)
    return [
        _people(block, common, chosen, n, (arm, len(blocks)), row_id, settings)
        for arm, (block, n) in enumerate(zip(blocks, sizes, strict=True))
    ]  # fmt: skip


def _people(
    block: NDArray[np.int64], labels: NDArray[np.int64], chosen: NDArray[np.int64], n: int, share: tuple[int, int], row_id: str,
    settings: Settings,
) -> NDArray[np.intp]:
    """Indices (R, n) of people from block `labels[chosen]`, from part share[0] of share[1] of a random order of its people."""
    groups = [np.flatnonzero(block == label) for label in labels]
    count = np.array([len(g) for g in groups])
    members = np.full((len(labels), count.max()), -1)
    for i, group in enumerate(groups):
        members[i, : len(group)] = group
    low, high = count * share[0] // share[1], count * (share[0] + 1) // share[1]
    if np.any(high == low):
        raise Missing("a block holds too few people")
    replicate = np.arange(settings.replicates)[:, None]
    low, size = low[chosen][:, None], (high - low)[chosen][:, None]
    # The same random order for every arm, so shares do not overlap; a small block's share that is used up is gone through again.
    keys = uniform(settings.seed, f"qualify, people, {row_id}", replicate, np.arange(count.max())[None, :])
    order = np.argsort(np.where(np.arange(count.max()) < count[chosen][:, None], keys, 2.0), axis=-1)
    return members[chosen[:, None], order[replicate, low + np.arange(n)[None, :] % size]]


def seal(predictions: dict[str, Prediction | NotSimulated]) -> str:
    """Digest (SHA-256) of predictions, whatever their order."""
    lines = []
    for name in sorted(predictions):
        p = predictions[name]
        numbers = [p.reason] if isinstance(p, NotSimulated) else [repr(v) for v in (p.median, p.low, p.high, p.sd, p.up, p.down, p.effect)]
        lines.append([name, *numbers])
    return hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode()).hexdigest()


def _compare(row: Row, prediction: Prediction | NotSimulated) -> Comparison:
    area, interval = judge.area(row), judge.observed_interval(row)
    if isinstance(prediction, NotSimulated):
        return Comparison(row, area, interval, None, None, prediction.reason)
    return Comparison(row, area, interval, prediction, judge.judge(row, prediction), "; ".join(prediction.notes))
