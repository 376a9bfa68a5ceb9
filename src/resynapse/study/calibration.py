"""Calibration: the model fitted to the evidence, stage by stage, and for every trial also without that trial.

Each stage goes by Gauss-Newton steps to its best point, makes predictions linear (and curved) there, and draws from the posterior
by importance (`methods/linear.py`).  What an experiment gives at many points is kept as soon as it is there, so a calibration that
was stopped goes on.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from resynapse.engine.checkpoint import Store, version_of
from resynapse.methods.cohort import CHANCE
from resynapse.methods.coordinate import Coordinate
from resynapse.methods.evidence import Row
from resynapse.methods.fit import Fit, Number
from resynapse.methods.judge import area
from resynapse.methods.likelihood import forward, kind_of, printed_error
from resynapse.methods.linear import Linear, damped, laplace, solve
from resynapse.methods.response import Response, responses
from resynapse.methods.sampler import Draws, Unseen, sample, unseen
from resynapse.model import build
from resynapse.model.calibration import STAGES, Stage
from resynapse.model.spreads import spreads_of
from resynapse.notation import InputError
from resynapse.study.fits import hashes, spread_name
from resynapse.study.from_row import experiment_of
from resynapse.study.provenance import versions
from resynapse.study.unseen import Left, Strangers

Array = np.ndarray
STEP, SHIFT, LEAP = 0.3, 0.3, 1.2
TAU = {"ratio": 0.12, "share": 0.06, "points": 1.5, "contrast": 1.0, "SD": 0.15, "percent": 5.0, "mmHg": 1.0}
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Effort:
    """How much is computed: steps to the best point, people at each point of a step and of the last, people at the best point.

    chains, draws of each and burn-in of the posterior, draws kept of them, and for each trial left out, seed.
    """

    steps: int = 3
    people: int = 100
    last: int = 150
    best: int = 1500
    chains: int = 4
    each: int = 2400
    burn: int = 400
    draws: int = 400
    unseen: int = 60
    seed: int = 1


QUICK = Effort(steps=1, people=24, last=24, best=60, chains=2, each=60, burn=30, draws=80, unseen=20)
"""To try the command: minutes instead of half an hour, and numbers that are not worth keeping."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """One stage: its linear problem, draws, what is known without each trial, and rows that were not simulated, with the reason."""

    stage: str
    linear: Linear
    drawn: Draws
    unseen: Mapping[str, Unseen]
    not_simulated: Mapping[str, str]


def fitted_rows(rows: Sequence[Row], stage: Stage) -> list[Row]:
    """Return the rows that inform a stage: predict rows of its areas, never recalled ones; directions only judge."""
    some = [r for r in rows if r.use == "predict" and r.access != "recalled" and r.statistic != "direction"]
    asked = [r for r in some if area(r) in stage.areas and r.quantity not in stage.but]
    return [r for r in asked if not stage.only or r.quantity in stage.only]


def coordinates(names: Sequence[str]) -> dict[str, Coordinate]:
    """Return the coordinate of every number.  InputError for one that the model does not have."""
    known = _declarations()
    for name in names:
        if name not in known:
            raise InputError("calibration", name, "a parameter or spread of the model", known)
    told = {name: known[name] for name in names}
    return {name: Coordinate.of(ends, None if source.startswith("fit:") else value) for name, (value, ends, source) in told.items()}


def declared(names: Sequence[str]) -> dict[str, float]:
    """Return the declared value of every number."""
    known = _declarations()
    return {name: known[name][0] for name in names}


@functools.cache
def _declarations() -> dict[str, tuple[float, tuple[float, float], str]]:
    """Return {number: declared value, plausible range, source}: people's before animals' where both have one."""
    params = {name: p for species in ("rat", "mouse", "human") for name, p in build(species).params.items()}
    out = {name: (float(p.value), p.range, p.source) for name, p in params.items()}
    return out | {spread_name(s): (float(s.sd), s.range, s.source) for s in spreads_of("human")}


def _moved(value: float, scale: str, by: float) -> float:
    if scale == "log":
        return value * float(np.exp(by))
    if scale == "logit":
        odds = value / (1 - value) * float(np.exp(by))
        return odds / (1 + odds)
    return value + by


def points_of(stage: Stage, u: Array, known: Mapping[str, float], both: bool) -> dict[str, Array]:
    """Return {number: (K,)}: the point itself, each number moved up (and down), each study effect moved up; known: earlier stages."""
    names = (*stage.parameters, *stage.spreads)
    axes = coordinates(names)
    steps = [(j, sign) for j in range(len(names)) for sign in ((1.0, -1.0) if both else (1.0,))]
    studies = [s for s in spreads_of("human") if spread_name(s) in stage.studies]
    K = 1 + len(steps) + len(studies)
    at = {name: float(axes[name].value(u[j])) for j, name in enumerate(names)}
    targets = [t for s in studies for t in s.targets]
    base = declared(targets) | dict(known) | at
    out = {name: np.full(K, value) for name, value in base.items()}
    for k, (j, sign) in enumerate(steps, 1):
        out[names[j]][k] = axes[names[j]].value(u[j] + sign * STEP)
    for k, s in enumerate(studies, 1 + len(steps)):
        for t in s.targets:
            out[t][k] = _moved(base[t], s.scale, SHIFT)
    return out


def as_fit(values: Mapping[str, Array]) -> Fit:
    """Return points of parameter space as a fit whose draws are the points, shown on the same people of typical studies.

    Side effects come as their chances, not as draws, so that small steps show.
    """
    numbers = {name: Number("", "", "", 0.0, 0.0, 0.0, float(x[0]), x) for name, x in values.items()}
    return Fit("points", numbers, left_out=frozenset(("studies", CHANCE)), copies=True)


def _asked(rows: Sequence[Row], values: Mapping[str, Array], people: int, seed: int) -> dict[str, Any]:
    """Return {row: [scatter, values at every point], or the reason why there are none} as plain data."""
    fit = as_fit(values)
    found = responses(rows, lambda row: experiment_of(row, fit), len(next(iter(values.values()))), people, seed)
    return {name: [r.scatter, *r.values.tolist()] if isinstance(r, Response) else r.reason for name, r in found.items()}


@dataclass(frozen=True)
class Work:
    """What every step of a calibration needs: rows, their trials, effort, where results are kept, whom to tell."""

    rows: Sequence[Row]
    trials: Mapping[str, str]
    effort: Effort
    store: Store | None
    tell: Tell

    def asked(self, key: str, rows: Sequence[Row], values: Mapping[str, Array], people: int) -> dict[str, Any]:
        """Return what the model predicts, from the store where it is there."""
        held = self.store.finished(key) if self.store else None
        if held:
            return held[0]
        found = _asked(rows, values, people, self.effort.seed)
        return self.store.keep(key, found) if self.store else found


def linearised(work: Work, name: str, at: tuple[Array, bool], known: Mapping[str, float]) -> tuple[Linear, dict[str, Any]]:
    """Return a stage made linear about u; at = (u, whether curvature is wanted, with more people).  Also the rows not simulated."""
    stage, (u, both), effort = STAGES[name], at, work.effort
    rows = fitted_rows(work.rows, stage)
    values = points_of(stage, u, known, both)
    mark = hashlib.sha256(np.round(np.concatenate([values[n] for n in sorted(values)]), 9).tobytes()).hexdigest()[:10]
    found = work.asked(f"{name}-{mark}", rows, values, effort.last if both else effort.people)
    if both:
        exact = work.asked(f"{name}-{mark}-best", rows, {n: x[:1] for n, x in values.items()}, effort.best)
        found = {k: _joined(exact[k], x) for k, x in found.items()}
    else:
        found = {k: x if isinstance(x, str) else [x[0], x[1], *x[1:]] for k, x in found.items()}
    good = [r for r in rows if not isinstance(found[r.id], str) and np.isfinite(forward(r, r.value))]
    gone = {r.id: found[r.id] for r in rows if isinstance(found[r.id], str)}
    return _linear(stage, good, np.array([found[r.id] for r in good]), (u, both), work.trials), gone


def _joined(exact: Any, moved: Any) -> Any:
    """Return scatter and prediction by many people followed by the points with fewer, or why one of them is missing."""
    missing = next((x for x in (exact, moved) if isinstance(x, str)), None)
    return missing or [*exact, *moved[1:]]


def _linear(stage: Stage, rows: Sequence[Row], table: Array, at: tuple[Array, bool], trials: Mapping[str, str]) -> Linear:
    """Return the linear problem.  table (n, 3 + K): scatter, prediction at the point, and at every point with fewer people."""
    (u, both), P = at, len(stage.parameters) + len(stage.spreads)
    scatter, mu, base, moved = table[:, 0], table[:, 1], table[:, 2], table[:, 3:]
    if both:
        up, down, rest = moved[:, 0 : 2 * P : 2], moved[:, 1 : 2 * P : 2], moved[:, 2 * P :]
        J, H = (up - down) / (2 * STEP), (up + down - 2 * base[:, None]) / STEP**2
        # A second difference of a few people is mostly chance: no slope changes by more than half within one unit of u.
        H = np.clip(H, -np.abs(J) / 2, np.abs(J) / 2)
    else:
        J, rest = (moved[:, :P] - base[:, None]) / STEP, moved[:, P:]
        H = np.zeros_like(J)
    S = (rest - base[:, None]) / SHIFT
    printed = [printed_error(r) for r in rows]
    s = np.array([x if p is None else p for p, x in zip(printed, scatter, strict=True)])
    kinds = tuple(kind_of(r) for r in rows)
    y = np.array([float(forward(r, r.value)) for r in rows])
    prior = [_study_prior(name) for name in stage.studies] + [_tau_prior(k) for k in dict.fromkeys(kinds)]
    return Linear(
        (*stage.parameters, *stage.spreads), stage.studies, tuple(r.id for r in rows), tuple(trials[r.id] for r in rows), kinds,
        u, y, np.maximum(s, 1e-6), mu, J, H, S, np.array(prior),
    )  # fmt: skip


def _study_prior(name: str) -> tuple[float, float]:
    """Log-median and log-SD of the SD between studies: its plausible range holds 95 %."""
    low, high = next(s.range for s in spreads_of("human") if spread_name(s) == name)
    return float(np.log(low * high) / 2), float(np.log(high / low) / 3.92)


def _tau_prior(kind: str) -> tuple[float, float]:
    """Log-median and log-SD of what trials differ by beyond the model, by the scale of the kind (assumed, within a factor of six)."""
    scale = kind.partition(", ")[2]
    return float(np.log(TAU.get(scale, TAU["contrast"] if "difference" not in scale else 0.08))), 0.9


def fit_stage(work: Work, name: str, known: Mapping[str, float]) -> Fitted:
    """Fit one stage; known: best values of earlier ones."""
    stage, effort = STAGES[name], work.effort
    names = (*stage.parameters, *stage.spreads)
    axes, start = coordinates(names), declared(names)
    u = np.array([axes[n].place(start[n]) for n in names])
    whole = effort.steps + 3
    for k in range(effort.steps):
        work.tell(f"{name}: step {k + 1}", k, whole)
        of, phi = damped(linearised(work, name, (u, False), known)[0], 2)
        leap = solve(of, np.exp(phi)).best - u
        u = u + leap * min(1.0, LEAP / max(float(np.abs(leap).max()), 1e-9))
    work.tell(f"{name}: curvature", effort.steps, whole)
    bare, gone = linearised(work, name, (u, True), known)
    of, phi = damped(bare)
    work.tell(f"{name}: draws", effort.steps + 1, whole)
    rng = np.random.default_rng([effort.seed, *name.encode()])
    drawn = sample(of, phi, laplace(of, phi), (effort.chains, effort.each * stage.longer, effort.burn), rng)
    kept = np.linspace(0, len(drawn.u) - 1, effort.draws).astype(int)
    work.tell(f"{name}: each trial left out", effort.steps + 2, whole)
    few = drawn.some(kept)
    left = {t: unseen(of, phi, few, t, (effort.unseen, effort.seed)) for t in of.blocks}
    return Fitted(name, of, few, left, gone)


def stages_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return the stages named, in their order; all of them where none is named.  InputError for an unknown one."""
    for name in names:
        if name not in STAGES:
            raise InputError("--stage", name, f"one of {', '.join(STAGES)}", STAGES)
    return tuple(name for name in STAGES if name in (names or STAGES))


def calibrate(work: Work, stages: Sequence[str] = ()) -> list[Fitted]:
    """Fit stages in their order, each at the best values of those before it; names as for `stages_of`."""
    known: dict[str, float] = {}
    out = []
    for name in stages_of(stages):
        done = fit_stage(work, name, known)
        known |= best_values(done)
        out.append(done)
    return out


def best_values(done: Fitted) -> dict[str, float]:
    """Return {number: its median over draws} of a stage."""
    return {name: float(np.median(x)) for name, x in values_of(done.linear, done.drawn.u).items()}


def values_of(of: Linear, u: Array) -> dict[str, Array]:
    """Return {number: (D,)} of coordinates u (D, P)."""
    axes = coordinates(of.names)
    return {name: axes[name].value(u[:, j]) for j, name in enumerate(of.names)}


def fit_of(done: Sequence[Fitted], recipe: Mapping[str, Any]) -> Fit:
    """Return the fit of all stages: numbers with draws, SDs between studies, and what trials differ by beyond."""
    numbers: dict[str, Number] = {}
    beyond: dict[str, float] = {}
    units = {name: p.unit for species in ("rat", "mouse", "human") for name, p in build(species).params.items()}
    for one in done:
        of = one.linear
        values, spread = values_of(of, one.drawn.u), one.drawn.spread
        values |= {name: spread[:, k] for k, name in enumerate(of.studies)}
        axes, start = coordinates(tuple(values)), declared(tuple(values))
        for name, x in values.items():
            low, high = (axes[name].low, axes[name].high) if name in of.studies else axes[name].prior()
            unit = units.get(name, "1")
            numbers[name] = Number(one.stage, unit, axes[name].scale, low, high, start[name], float(np.median(x)), x)
        taus = spread[:, len(of.studies) :]
        beyond |= {kind: float(np.sqrt(np.mean(taus[:, k] ** 2))) for k, kind in enumerate(of.sorts)}
    return Fit(date.today().isoformat(), numbers, beyond, dict(recipe))


def strangers_of(fit: Fit, done: Sequence[Fitted]) -> Strangers:
    """Return, with a fit, what every stage knows without each trial."""
    left: dict[str, dict[str, Left]] = {}
    for one in done:
        of = one.linear
        for trial, u in one.unseen.items():
            if not u.anew:
                left.setdefault(trial, {})[one.stage] = Left(u.k, tuple(int(i) for i in u.picks), {}, {})
                continue
            values = values_of(of, u.u) | {name: u.spread[:, k] for k, name in enumerate(of.studies)}
            tau = np.sqrt(np.mean(u.spread[:, len(of.studies) :] ** 2, axis=0))
            new = {name: x.tolist() for name, x in values.items()}
            left.setdefault(trial, {})[one.stage] = Left(u.k, (), new, dict(zip(u.sorts, tau.tolist(), strict=True)))
    return Strangers(fit, left)


def recipe_of(work: Work, done: Sequence[Fitted]) -> dict[str, Any]:
    """Return how a fit was made, as plain data."""
    axes = {n: coordinates((*one.linear.names, *one.linear.studies)) for n, one in ((o.stage, o) for o in done)}
    return {
        "versions": versions(), "model_hash": hashes(), "seed": work.effort.seed, "effort": vars(work.effort),
        "stages": {
            one.stage: {
                "rows": list(one.linear.ids), "not_simulated": dict(one.not_simulated),
                "bounds": {name: [a.low, a.high, a.scale] for name, a in axes[one.stage].items()},
                "least_effective_size": round(one.drawn.size, 1), "largest_rhat": round(one.drawn.rhat, 3),
                "counted_less": [i for i, wide, s in zip(one.linear.ids, one.linear.s, _bare(work, one), strict=True) if wide > 1.05 * s],
            }
            for one in done
        },
    }  # fmt: skip


def _bare(work: Work, one: Fitted) -> Array:
    by_id = {r.id: r for r in work.rows}
    printed = [printed_error(by_id[i]) for i in one.linear.ids]
    return np.array([s if p is None else p for p, s in zip(printed, one.linear.s, strict=True)])


def store_of(folder: Path, rows: Sequence[Row], effort: Effort) -> Store:
    """Return where a calibration of these rows keeps its parts."""
    people = (effort.people, effort.last, effort.best, effort.seed)
    facts = {"rows": [(r.id, r.value) for r in rows], "people": people, "model": hashes()}
    return Store(folder / "parts", version_of(facts))
