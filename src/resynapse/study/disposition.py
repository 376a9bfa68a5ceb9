"""Disposition: which kinetics a study runs on, our own or a published model, and what that model can be asked.

A published model holds plasma alone, for the drug, routes, ages, analytes and sampling site of its paper; anything else is refused
with what it covers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from resynapse.methods.cohort import Cohort
from resynapse.model import build
from resynapse.model.population import POPULATIONS
from resynapse.model.published import PUBLISHED, Published, published_system
from resynapse.model.routes import RODENT_ROUTES, ROUTES, Route
from resynapse.model.spreads import Spread
from resynapse.notation import System
from resynapse.study.dosing import is_given
from resynapse.study.vocabulary import Refused, maybe

if TYPE_CHECKING:
    from resynapse.study.schema import Arm, Study

OWN = "resynapse"
DISPOSITIONS = (OWN, *PUBLISHED)
CHILD = "child"  # a population that only a published model covers


def system_of(study: Study) -> System:
    """Assemble what a study runs on."""
    if study.disposition != OWN:
        return published_system(study.disposition)
    depots = any(is_given(a.drug) and a.route != "iv" for a in study.arms.values())
    return build(study.species, depots)


def routes_of(study: Study) -> Mapping[str, Route] | None:
    """Return the routes of a rodent or a published model; None for our own in humans."""
    if study.disposition != OWN:
        return PUBLISHED[study.disposition].routes
    return None if study.species == "human" else RODENT_ROUTES


def differ_for(study: Study) -> str | tuple[Spread, ...]:
    """Return how the people of a study differ: the spreads of a published model, or the species whose usual ones are meant."""
    return PUBLISHED[study.disposition].spreads if study.disposition != OWN else study.species


def descent_of(study: Study, people: Cohort, system: System) -> dict[str, np.ndarray]:
    """Return what descent sets in a published model: {parameter: (n,)}."""
    factors = PUBLISHED[study.disposition].descent.get(study.population.ethnicity, {}) if study.disposition != OWN else {}
    return {k: people.values.get(k, np.full(people.n, system.params[k].value)) * f for k, f in factors.items()}


def site_of(disposition: object) -> str:
    """Return the sampling site that stands where a study names none."""
    return PUBLISHED[disposition].site if isinstance(disposition, str) and disposition in PUBLISHED else "venous"


def check_disposition(study: Study) -> None:
    """Refuse what the kinetics of a study do not cover: routes of the species, and everything beyond a published model's paper."""
    known = RODENT_ROUTES if study.species != "human" else ROUTES
    for name, arm in study.arms.items():
        if arm.route and arm.route not in known:
            raise Refused(arm.route, f"a route of a {study.species}: one of {', '.join(known)}", tuple(known), ("arms", name, "route"))
    if study.disposition == OWN:
        if study.population.of == CHILD:
            raise Refused(OWN, "flint2017: our own kinetics do not hold for children", way=("disposition",))
        return
    model = PUBLISHED[study.disposition]
    if study.species != "human":
        raise Refused(study.disposition, f"{OWN}: published models are of people", way=("disposition",))
    for name, arm in study.arms.items():
        _check_arm(model, name, arm)
    _check_people(model, study)
    for place, one in enumerate(study.endpoints):
        if one.quantity not in _asked(model):
            raise Refused(str(one), f"plasma of this model ({model.covers})", way=("endpoints", place))
    if study.sampling.site != model.site:
        raise Refused(study.sampling.site, f"{model.site} ({model.covers})", way=("sampling", "site"))


def _asked(model: Published) -> tuple[str, ...]:
    """Return analytes under the enantiomer's name and as the whole of what is there."""
    return (*model.analytes, *(a.removeprefix("s_") for a in model.analytes))


def _check_arm(model: Published, name: str, arm: Arm) -> None:
    way = ("arms", name)
    if is_given(arm.drug) and arm.drug not in model.drugs:
        raise Refused(arm.drug, f"one of {', '.join(model.drugs)} ({model.covers})", way=(*way, "drug"))
    if is_given(arm.drug) and arm.route not in model.routes:
        word = maybe(arm.route, model.routes)
        raise Refused(arm.route, f"one of {', '.join(model.routes)} ({model.covers}){word}", way=(*way, "route"))
    beyond = next((key for key, held in (("with", arm.given_with), ("cut", arm.cut), ("interventions", arm.interventions)) if held), None)
    if beyond:
        raise Refused(beyond, f"no such key: {model.covers}, nothing beside it", way=(*way, beyond))


def _check_people(model: Published, study: Study) -> None:
    people = study.population
    age = people.own.get("age", POPULATIONS[people.of].covariates["age"])
    low, high = people.limits.get("age", (age.low, age.high))
    low, high = max(low, age.low), min(high, age.high)
    if low < model.ages[0] or high > model.ages[1]:
        where = ("population", "where", "age") if "age" in people.where else ("population", "of")
        raise Refused(f"ages {low:g} to {high:g}", f"ages within {model.ages[0]:g} to {model.ages[1]:g} ({model.covers})", way=where)
    for key in ("renal", "hepatic"):
        if getattr(people, key) not in ("", "none"):
            raise Refused(getattr(people, key), f"no impairment ({model.covers})", way=("population", key))
    if people.ethnicity and people.ethnicity not in model.descent:
        told = f"one of {', '.join(model.descent)}" if model.descent else "nothing: the paper tells no descents apart"
        raise Refused(people.ethnicity, f"{told} ({model.covers})", way=("population", "ethnicity"))
