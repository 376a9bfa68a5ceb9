"""Enrolment as a trial does it: people are seen at a screening visit, and those who meet the criteria take part.

A screening score is what a rater writes down: the person's level, the fluctuation of that week, and the rater's error.  Whoever is
enrolled for a high score was partly seen on a bad day, so scores fall by themselves until baseline (regression to the mean).
A place that is not filled goes to the next candidate of the same number: who takes part depends on the person's number alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from resynapse.methods.cohort import Who
from resynapse.methods.tilt import Tilt, balance
from resynapse.model.fluctuation import fluctuation
from resynapse.model.population import POPULATIONS
from resynapse.model.traits import MADRS_SCATTER, TRAITS
from resynapse.notation import InputError
from resynapse.study import vocabulary as words
from resynapse.study.covariates import RATED, baseline_table

if TYPE_CHECKING:
    from resynapse.study.schema import Study

MOST, ENOUGH = 2000, 200  # candidates for one place; and where nobody at all has got in by then
POOL, FAR = 20_000, 1 << 40  # people whose weights are solved, and their numbers: nobody of a study
Numbers = dict[str, np.ndarray]
Look = Callable[[Who], Numbers]


@dataclass(frozen=True)
class Gate:
    """Who gets in: limits of covariates, of the screening score, and weights towards another trial's baseline table."""

    limits: dict[str, tuple[float, float]]
    score: tuple[float, float] | None = None
    targets: dict[str, tuple[float, float | None]] | None = None
    where: str = "enrolment"

    @classmethod
    def of(cls, study: Study, known_of: Iterable[str] = ()) -> Gate:
        """Return the gate of a study: its enrolment, limits on what is given or worked out, its target table.

        known_of: covariates that a table of people gives.
        """
        known = words.TRAITS[study.species]
        held = POPULATIONS[study.population.of].covariates
        drawn = {*held, *study.population.own, *known_of}
        limits = {name: pair for name, pair in study.population.limits.items() if name not in drawn or name in known_of}
        asked = dict(study.enrolment.criteria) if study.enrolment else {}
        score = asked.pop(RATED, None)
        for trait, one in asked.items():
            low, high = (known[trait].words[one],) * 2 if isinstance(one, str) else one
            limits[known[trait].covariate] = (low, high)
        table = baseline_table(study.population.reweight_to, study.species) if study.population.reweight_to else None
        for name in (*limits, *(table or {})):
            if name not in (*drawn, "bmi", "sbp", "dbp") or (name == "bmi" and "height" not in drawn):
                raise InputError(study.where("enrolment"), TRAITS[name].title, f"what a {study.population.of} has: {', '.join(held)}")
        return cls(limits, score if isinstance(score, tuple) else None, table, study.where("enrolment"))

    @property
    def is_open(self) -> bool:
        """Whether everybody gets in."""
        return not self.limits and self.score is None and not self.targets

    @property
    def needs_pressure(self) -> bool:
        """Whether blood pressure at rest decides, which no covariate alone gives."""
        return bool({"sbp", "dbp"} & {*self.limits, *(self.targets or {})})

    def meets(self, who: Who, covariates: Numbers) -> np.ndarray:
        """Tell who meets the criteria, (n,)."""
        fits = np.ones(who.n, bool)
        for name, (low, high) in self.limits.items():
            fits &= (covariates[name] >= low - 1e-9) & (covariates[name] <= high + 1e-9)
        if self.score is not None:
            rated = screening(who, covariates)
            fits &= (rated >= self.score[0]) & (rated <= self.score[1])
        return fits


def screening(who: Who, covariates: Numbers) -> np.ndarray:
    """Return the MADRS that a rater writes down at the screening visit (n,)."""
    z = 60 * fluctuation.value * who.normal("screening:fluctuation") + MADRS_SCATTER.b * who.normal("screening:rater")
    return np.clip(np.round(covariates["madrs"] + z), 0, 60)


def enrolled(look: Look, who: Who, gate: Gate) -> tuple[Who, dict[str, float]]:
    """Return which candidate fills each place, and how they were chosen (screened, enrolled, effective_share); {} where all get in.

    look: the covariates of candidates.  Raises InputError where almost nobody meets the criteria, and for a target table that these
    people cannot meet.
    """
    if gate.is_open:
        return who, {}
    tilt = _tilt(look, who, gate) if gate.targets else None
    candidate, waiting, some = who.candidate.copy(), np.arange(who.n), who
    turn = 0
    for turn in range(MOST):
        covariates = look(some)
        fits = gate.meets(some, covariates)
        if tilt is not None:
            fits &= some.uniform("reweight_to") < tilt.weights(covariates)
        candidate[waiting[fits]] = some.candidate[fits]
        waiting, some = waiting[~fits], some.take(~fits).next()
        if not len(waiting) or (turn == ENOUGH and len(waiting) == who.n):
            break
    if len(waiting):
        raise InputError(gate.where, f"nobody among {turn + 1} candidates for a place", "criteria that some of the population meet")
    told = {"screened": float((candidate + 1).sum()), "enrolled": float(who.n)}
    return replace(who, candidate=candidate), told | ({"effective_share": tilt.share} if tilt else {})


def _tilt(look: Look, who: Who, gate: Gate) -> Tilt:
    """Solve the weights on people of their own, so that they do not depend on how many take part."""
    some = Who.of(POOL, who.seed, first=FAR)
    covariates = look(some)
    fits = gate.meets(some, covariates)
    if fits.sum() < POOL / 100 or gate.targets is None:
        raise InputError(gate.where, f"{fits.sum()} of {POOL} people meet the criteria", "criteria that some of the population meet")
    return balance({name: x[fits] for name, x in covariates.items()}, gate.targets)
