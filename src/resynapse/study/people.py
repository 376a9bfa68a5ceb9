"""People: draws those of a study from its population, with everything that their covariates set in the mechanisms.

A person is a number: any range of numbers, in any order, gives the same persons as the whole.  `first` lets replicates and groups
have people of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from resynapse.engine import streams
from resynapse.methods import cohort as cohorts
from resynapse.methods.cohort import COUNTING, Cohort, Drawn, Who
from resynapse.methods.fit import DECLARED, Fit
from resynapse.methods.likelihood import COUNTED
from resynapse.model.population import POPULATIONS, Covariate, Population
from resynapse.model.spreads import CORRELATIONS, Spread, spreads_of
from resynapse.model.traits import parameters_of, steady, worked_out
from resynapse.notation import System
from resynapse.study.disposition import descent_of, differ_for
from resynapse.study.enrolment import Gate, enrolled
from resynapse.study.fits import for_system, load_fit, spread_name
from resynapse.study.rated import own_distances
from resynapse.study.schema import Study


@dataclass(frozen=True)
class Differ:
    """How people differ: spreads, or the species whose usual ones are meant; and fitted numbers in place of declared ones."""

    by: str | tuple[Spread, ...]
    fit: Fit = DECLARED

    @property
    def spreads(self) -> tuple[Spread, ...]:
        """Return the spreads."""
        return spreads_of(self.by) if isinstance(self.by, str) else self.by

    def fitted(self, system: System, who: Who) -> tuple[dict[str, float | np.ndarray], dict[str, float | np.ndarray]]:
        """Return fitted parameters and SDs of spreads: one draw for each block, the best values where there are no blocks."""
        fit = for_system(self.fit, system, self.by if isinstance(self.by, str) else "human", isinstance(self.by, str))
        values = fit.values(who.blocks, who.seed)
        return {k: x for k, x in values.items() if k in system.params}, fit.sds(values, [spread_name(s) for s in self.spreads])


COVARIATES_ALONE = Differ(())


def shown_on(fit: Fit, n: int, seed: streams.Seed, blocks: int) -> Who:
    """Return n people in blocks; where every draw of a fit is shown on the same people, each block holds them again."""
    who = Who.of(n, seed, blocks)
    return replace(who, people=np.tile(np.arange(n // blocks, dtype=np.int64), blocks)) if fit.copies and blocks else who


def people_of(study: Study, system: System, who: Who | None = None) -> Cohort:
    """Draw the study's people with their parameters.  who: other numbers than 0 to n - 1, or other blocks than none.

    Raises InputError for a table that cannot be read, and for criteria or a target table that people of this kind do not meet.
    """
    who = who or Who.of(study.n, study.seed)
    part = study.population
    population = POPULATIONS[part.of]
    covariates = dict(population.covariates) | part.own
    if "bmi" in part.own and "weight" not in part.own:
        covariates = {k: c for k, c in covariates.items() if k != "weight"}
    known = table_of(study)
    covariates = cohorts.limited(covariates, {k: x for k, x in part.limits.items() if k in covariates and k not in known})
    differ = Differ(differ_for(study), load_fit(study.fit))
    gate = Gate.of(study, known)

    def drawn(some: Who, differ: Differ) -> Cohort:
        rows = rows_of(some, len(next(iter(known.values()), ())))
        return draw_people(population, covariates, system, some, differ, {k: x[rows] for k, x in known.items()})

    chosen, selection = enrolled(lambda some: drawn(some, differ if gate.needs_pressure else COVARIATES_ALONE).covariates, who, gate)
    people = replace(drawn(chosen, differ), selection=selection)
    people.values.update(descent_of(study, people, system))
    return people


def table_of(study: Study) -> dict[str, np.ndarray]:
    """Return the covariates of the study's table of people {name: (people,)}; a path counts from the study's file, or from here."""
    if not study.population.table:
        return {}
    from resynapse.study.people_table import read_people

    beside = Path(study.places.name).parent / study.population.table
    return read_people(beside if beside.is_file() else study.population.table, study.species)


def rows_of(who: Who, count: int) -> np.ndarray:
    """Return which of `count` people of a table stands for each number (n,): in order, again from the top; later candidates by chance."""
    rows = who.people % max(count, 1)
    later = who.candidate > 0
    if later.any():
        rows = np.where(later, (who.uniform("table:row") * count).astype(np.int64), rows)
    return rows


def draw_people(
    population: Population,
    covariates: Mapping[str, Covariate],
    system: System,
    who: Who,
    differ: Differ,
    known: Mapping[str, np.ndarray] | None = None,
) -> Cohort:
    """Draw people of a population with the covariates given; a population's own values stand above fitted ones.

    known: covariates that are not drawn, {name: (n,)}.
    """
    declared = {name: p.value for name, p in system.params.items()}
    fitted, sds = differ.fitted(system, who)
    own = fitted | {k: v for k, v in population.values.items() if k in declared}
    expected = dict(covariates)
    if "madrs" in expected and expected["madrs"].b > 0:
        expected["madrs"] = steady(expected["madrs"])
    drawn = cohorts.draw(Drawn(expected, differ.spreads, {**declared, **own}, CORRELATIONS, known, sds), who)
    drawn = replace(drawn, left_out=differ.fit.left_out | ({COUNTING} if COUNTED in differ.fit.beyond else set()))
    if "bmi" in drawn.covariates and "height" in drawn.covariates:  # given in place of weight
        drawn.covariates["weight"] = drawn.covariates["bmi"] * (drawn.covariates["height"] / 100) ** 2
    drawn.values.update({k: cohorts.by_person(x, who.block) for k, x in own.items() if k not in drawn.values})
    drawn.values.update(own_distances(drawn, declared))
    drawn.values.update(parameters_of(drawn.covariates, drawn.values, declared))
    drawn.covariates.update(worked_out(drawn.covariates, drawn.values, declared))
    return drawn
