"""The typical person of a study: median traits, nothing drawn; and the rates at which that person's spines come and go."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from resynapse.engine import Ensemble, Schedule, Settings
from resynapse.methods.cohort import Cohort, Who, limited
from resynapse.methods.dendrite import RATES
from resynapse.methods.distributions import quantile
from resynapse.model.population import POPULATIONS, Covariate
from resynapse.notation import System
from resynapse.study.people import COVARIATES_ALONE, draw_people
from resynapse.study.plan import arm_values, plan_of, whole_events
from resynapse.study.schema import Study


def typical_person(study: Study, system: System) -> Cohort:
    """Return one person with the middle of every covariate and parameters at their typical values."""
    population = POPULATIONS[study.population.of]
    covariates = dict(population.covariates) | study.population.own
    limits = {k: x for k, x in study.population.limits.items() if k in covariates}
    fixed = {name: _middle(c) for name, c in limited(covariates, limits).items()}
    return draw_people(population, fixed, system, Who.of(1, study.seed), COVARIATES_ALONE)


def _middle(c: Covariate) -> Covariate:
    """Return a covariate that is its own median in everybody."""
    at = float(quantile(c, np.array([0.5]))[0])
    return replace(c, kind="normal", a=at, b=0.0, low=min(c.low, at), high=max(c.high, at))


@dataclass(frozen=True)
class SpineRates:
    """How spines of one region come and go in an arm's typical person: {rate: (T,) per hour}, and the share of young ones in health."""

    values: dict[str, np.ndarray]
    young: float


def spine_rates(study: Study, system: System, hours: np.ndarray, regions: tuple[str, ...]) -> dict[str, dict[str, SpineRates]]:
    """Return {arm: {region: rates}} at hours (T,), ascending from 0."""
    ens, person = Ensemble.of(system), typical_person(study, system)
    names = [f"{region}_{rate}" for region in regions for rate in RATES]
    settling = ens.derive([f"{r}_settling" for r in regions], {}, 1)
    loss = {r: system.params.get(f"{r}_k_est", system.params["mpfc_k_est"]).value / 24 for r in regions}
    young = {r: float(loss[r] / (loss[r] + settling[f"{r}_settling"][0])) for r in regions}
    out = {}
    for name, arm in study.arms.items():
        schedule = Schedule.of(whole_events(plan_of(study, name), system, person), 1, system)
        solved = ens.run(1, arm_values(arm, person, system, study.population), schedule, hours, names, Settings())
        course = {n: np.maximum(solved.values[n][0], 0.0) for n in names}
        out[name] = {r: SpineRates({rate: course[f"{r}_{rate}"] for rate in RATES}, young[r]) for r in regions}
    return out
