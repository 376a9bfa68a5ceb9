"""Forecasts of simulated people: intervals cover as often as they say, and ranks of what was simulated are even.

People are drawn from each depressed population, live through doses by each route, are rated as a study rates them, and are forecast
from their scores of two weeks.  What is judged: a new rating two weeks on (coverage of 50 and 90 %), and the rank of the true unknowns
and of the true score among the posterior (even, by Pearson's statistic over ten bins).
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from resynapse.engine import streams
from resynapse.methods.forecast import infer
from resynapse.study.cloud import cloud_of
from resynapse.study.fits import load_fit
from resynapse.study.forecast import rows_of
from resynapse.study.lookalikes import Lookalikes
from resynapse.study.patient_table import Dose, Patient, Seen
from resynapse.study.simulate import measured

POPULATIONS = ("trd_adult", "trd_adult_si", "trd_older", "mdd_adult", "mdd_adult_si", "mdd_adolescent", "bipolar_adult", "real_world_adult")
ROUTES = {
    "iv": ("ketamine", 0.5, "mg/kg", 40 / 60), "im": ("ketamine", 0.5, "mg/kg", 0.0), "sc": ("ketamine", 0.5, "mg/kg", 0.0),
    "intranasal": ("esketamine", 56.0, "mg", 0.0), "oral": ("ketamine", 1.0, "mg/kg", 0.0), "oral_er": ("ketamine", 120.0, "mg", 0.0),
    "sublingual": ("ketamine", 1.0, "mg/kg", 0.0), "buccal_film": ("esketamine", 50.0, "mg", 0.0), "rectal": ("ketamine", 50.0, "mg", 0.0),
    "inhaled": ("esketamine", 20.0, "mg", 0.0),
}  # fmt: skip
SEEN_H, AHEAD_H, DOSE_DAYS = (0.0, 24.0, 168.0, 336.0), 672.0, (0, 3, 7, 10, 14, 21)
WATCHED = ("covariate:madrs", "person:share", "person:hope", "person:mpfc_k_pot", "person:mpfc_new")
NATURE, EACH = 2026, 6  # seed of the simulated people; people for each population and route


@dataclass(frozen=True)
class Outcome:
    """One simulated person: whether intervals hold the rating to come, and ranks of the truth within the posterior."""

    population: str
    route: str
    within: tuple[bool, bool]
    ranks: dict[str, float]
    k: float


def simulated(population: str, route: str, number: int) -> Outcome:
    """Simulate one person, forecast it, and compare."""
    drug, amount, unit, over = ROUTES[route]
    doses = tuple(Dose(24.0 * d, drug, route, amount, unit, over) for d in DOSE_DAYS)
    scores = tuple(Seen(t, "MADRS", 0.0) for t in SEEN_H)
    blank, fit, who = Patient("x", doses, scores, population=population), load_fit(), np.array([number])
    nature = Lookalikes(blank, NATURE, fit)
    z = np.stack([streams.normal(NATURE, name, 0, who) for name in nature.unknown], axis=1)
    people, times = nature.people(z, who), np.array([*SEEN_H, AHEAD_H])
    true = nature.solve(people, doses, times, ["MADRS"]).values["MADRS"]
    ratings = measured("MADRS", "MADRS", true, times, people, (nature.system, "simulated"))[0]
    seen = tuple(replace(s, value=float(x)) for s, x in zip(scores, ratings, strict=False))
    traits = {k: float(people.covariates[k][0]) for k in ("age", "female", "weight")}
    like = Lookalikes(replace(blank, seen=seen, traits=traits), 1, fit)
    posterior = infer(like.log_likelihood, like.unknown, 1)
    cloud = cloud_of(like, posterior, [AHEAD_H], ["MADRS"])
    ahead = cloud.ahead(doses, np.array([AHEAD_H]), ["MADRS"])["MADRS"][:, 0]
    q = rows_of(cloud, "MADRS", AHEAD_H, ahead)[0].spread.quantiles
    ranks = {
        name: float(posterior.weight @ (posterior.z[:, like.unknown.index(name)] < z[0, nature.unknown.index(name)])) for name in WATCHED
    }
    ranks["score"] = float(cloud.weight @ (ahead < true[0, -1]))
    return Outcome(population, route, (q[1] <= ratings[-1] <= q[3], q[0] <= ratings[-1] <= q[4]), ranks, posterior.k)


@pytest.fixture(scope="module")
def outcomes():
    combined = [(p, r) for p in POPULATIONS for r in ROUTES]
    return [simulated(p, r, EACH * k + i) for k, (p, r) in enumerate(combined) for i in range(EACH)]


def covered(some):
    return np.mean([o.within for o in some], axis=0)


def test_intervals_cover_as_often_as_they_say(outcomes):
    half, ninety = covered(outcomes)
    assert half == pytest.approx(0.50, abs=0.05) and ninety == pytest.approx(0.90, abs=0.04)


@pytest.mark.parametrize("by", ["population", "route"])
def test_they_do_in_every_population_and_by_every_route(outcomes, by):
    """Few people stand in each group: the tolerance is widened by three standard errors of their number."""
    for group in {getattr(o, by) for o in outcomes}:
        some = [o for o in outcomes if getattr(o, by) == group]
        half, ninety = covered(some)
        assert abs(half - 0.5) < 0.05 + 3 * np.sqrt(0.25 / len(some)), (group, half)
        assert abs(ninety - 0.9) < 0.04 + 3 * np.sqrt(0.09 / len(some)), (group, ninety)


@pytest.mark.parametrize("name", [*WATCHED, "score"])
def test_ranks_are_even(outcomes, name):
    counts = np.histogram([o.ranks[name] for o in outcomes], bins=10, range=(0, 1))[0]
    expected = len(outcomes) / 10
    assert np.sum((counts - expected) ** 2) / expected < 27.9, counts.tolist()  # the 0.1 % point of 9 degrees of freedom


def test_the_sampler_reports_trouble_rarely(outcomes):
    assert np.mean([o.k > 0.7 for o in outcomes]) < 0.02
