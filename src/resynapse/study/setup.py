"""Setup: everything that happens to the people of one published experiment, and the pool of people that it yields.

Two rows with equal setups share one pool.  The pool is drawn in blocks, each a study of its own between-study effects.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from resynapse.engine import Ensemble, Settings
from resynapse.methods.cohort import CHANCE, Cohort
from resynapse.methods.fit import DECLARED, Fit
from resynapse.methods.pool import NotSimulated, Pool
from resynapse.model import build
from resynapse.model.expectancy import TABLETS_HALF_RISE
from resynapse.model.interactions import Change
from resynapse.model.items import DOMAINS
from resynapse.model.kinetics import MOLAR_MASS
from resynapse.model.population import POPULATIONS, Covariate
from resynapse.model.scales import READOUTS, readout_of
from resynapse.model.session_events import DRIVERS
from resynapse.notation import System
from resynapse.study.animal_pool import switched
from resynapse.study.beside import changed
from resynapse.study.conduct import belief_deciders
from resynapse.study.dosing import ENANTIOMERS, is_given
from resynapse.study.measure import measured
from resynapse.study.natural import NaturalCourse
from resynapse.study.people import Differ, draw_people, shown_on
from resynapse.study.plan import Phase, Plan, Treatment
from resynapse.study.rated import Rated
from resynapse.study.sessions import event_series, probes, side_effects
from resynapse.study.visits import follow

USUAL_VISITS_D = (1.0, 2.0, 3.0, 7.0, 8.0, 14.0, 15.0, 21.0, 22.0, 28.0)


@dataclass(frozen=True)
class Setup:
    """One experiment.  covariates: (name, mean, SD or -1 for the population's own); over: hours of each administration."""

    species: str
    population: str
    drug: str
    treatment: str
    route: str
    doses: tuple[tuple[float, str], ...]
    days: tuple[float, ...]
    over: float
    blinding: str
    background: str
    site: str
    covariates: tuple[tuple[str, float, float], ...]
    changes: tuple[Change, ...]
    plasma_only: bool
    markers: bool = False  # also what laboratories and scanners see of the mechanism
    conventional: bool = False  # a trial of an ordinary antidepressant: both arms begin a tablet and nobody can tell which
    natural: bool = False  # recovery and relapse are drawn
    lead_d: float = 0.0  # days on an antidepressant before the row's time 0
    before_d: float = 0.0  # days on an antidepressant that is stopped then
    cut: tuple[str, ...] = ()  # arrows of the mechanism that are missing, inherited variants
    fit: Fit = DECLARED  # what calibration says of the model's numbers

    @property
    def depots(self) -> bool:
        """Whether absorption has to be carried."""
        return self.route not in ("iv", "none")


def covariates_of(setup: Setup) -> dict[str, Covariate]:
    """Return the population's covariates as the row describes them."""
    out = dict(POPULATIONS[setup.population].covariates)
    for name, mean, sd in setup.covariates:
        if name in ("age_low", "age_high"):
            age = out["age"]
            low, high = (mean, age.high) if name == "age_low" else (age.low, mean)
            middle = age.a if low < age.a < high else (max(low, 0.0) + min(high, 110.0)) / 2
            out["age"] = replace(age, a=middle, low=low, high=high)
        elif name == "failed_trials" and "failed" in out:
            out["failed"] = replace(out["failed"], kind="normal", a=mean, b=0.0)
        elif name in out:
            old = out[name]
            wide = old.b if sd < 0 else sd
            middle = mean * math.exp(-(wide**2) / 2) if old.kind == "lognormal" else mean  # a row gives means
            reach = mean * wide if old.kind == "lognormal" else wide
            out[name] = replace(old, a=middle, b=wide, low=min(old.low, mean - reach), high=max(old.high, mean + reach))
    return out


def people_of_setup(setup: Setup, system: System, how: tuple[int, int, int]) -> Cohort:
    """Draw the people of an experiment and apply what other drugs, organs and descent change; how = (n, seed, blocks)."""
    who, differ = shown_on(setup.fit, *how), Differ(setup.species, setup.fit)
    people = draw_people(POPULATIONS[setup.population], covariates_of(setup), system, who, differ)
    for name, value in changed(people.values, setup.changes, system).items():
        people.values[name] = np.broadcast_to(np.asarray(value, float), (people.n,)).copy()
    if setup.conventional and "half_rise" in system.params:
        people.values["half_rise"] = np.full(people.n, TABLETS_HALF_RISE.value)
    return people


def plan_of_setup(setup: Setup) -> Plan:
    """Return doses and everything else that happens.  Where both arms begin a tablet nobody can tell which, whatever is felt."""
    days = tuple(24.0 * d for d in setup.days) if setup.drug != "none" and not setup.conventional else ()
    treatments = [Treatment(setup.treatment, days=_ect_hours(setup))] if setup.treatment else []
    if setup.background == "new_ad":
        treatments.append(Treatment("antidepressant"))
    if setup.before_d:
        treatments.append(Treatment("antidepressant", 0.0, 24.0 * setup.before_d))
    phase = Phase(
        drug=setup.drug,
        route=setup.route,
        days=days,
        doses=setup.doses,
        lengths=(setup.over,) * len(days),
        blinding="anaesthesia" if setup.conventional else setup.blinding,
        treated=is_given(setup.drug) or bool(treatments),
    )
    return Plan(
        name=f"{setup.drug} {setup.route} {setup.treatment}",
        phases=(phase,),
        contacts=tuple(sorted({0.0, *(24.0 * d for d in (*setup.days, *USUAL_VISITS_D))})),
        treatments=tuple(dict.fromkeys(treatments)),
        hopeful=setup.conventional or setup.background == "new_ad",
    )


def _ect_hours(setup: Setup) -> tuple[float, ...]:
    """Return the hours of the sessions that a row names; a row with one day only means a usual course."""
    return tuple(24.0 * d for d in setup.days) if setup.treatment == "ect" and len(setup.days) > 1 else ()


def pool_of(setup: Setup, times: tuple[float, ...], n: int, blocks: int, seed: int) -> Pool | NotSimulated:
    """Simulate n people in blocks and return every read-out at the given times (h), true and as measured."""
    system = build(setup.species, setup.depots, setup.plasma_only)
    people = people_of_setup(setup, system, (n, seed, blocks))
    outputs = {q: readout_of(q, setup.site)[0] for q, r in READOUTS.items() if r.output}
    outputs = {q: o for q, o in outputs.items() if o in system.units and _wanted(READOUTS[q].area, setup)}
    axis = np.asarray(times, float)
    plan = replace(plan_of_setup(setup), end=float(axis[-1]))
    drivers = [d for d in DRIVERS if d in system.units]
    every = np.union1d(axis, probes(plan.sessions, setup.over)) if drivers else axis
    domains = [d for d in DOMAINS if d in system.units]
    wanted = list(dict.fromkeys([*outputs.values(), *drivers, *domains]))
    values = {**people.values, **switched(setup.cut, system)}
    followers = [*belief_deciders(plan, system), *([NaturalCourse()] if setup.natural else [])]
    solved = follow(plan, (Ensemble.of(system), people), values, (every, wanted), followers, Settings())
    asked = np.searchsorted(solved.times, axis - 1e-9)
    true = {q: solved.values[o][:, asked] for q, o in outputs.items()}
    seen = {q: measured(q, o, true[q], axis, people, (system, plan.name)) for q, o in outputs.items()}
    units = {q: r.unit for q, r in READOUTS.items() if q in outputs or not r.output}
    if drivers:
        seen |= event_series(side_effects(solved.values, solved.times, plan.sessions, people), plan.sessions, axis)
    if domains:
        traits = {d: solved.values[d][:, asked] for d in domains}
        seen = Rated(traits, axis, people, plan.name, known=seen)
        true = Rated(traits, axis, people, plan.name, true=True, known=true)
    hazards = CHANCE in people.left_out
    return Pool(people.block, axis, seen, units, noise_free=true, dose=_given(setup, people), molar_mass=_masses(), hazards=hazards)


def _wanted(area: str, setup: Setup) -> bool:
    """Tell whether a pool keeps the read-outs of an area."""
    return area == "plasma" if setup.plasma_only else area != "plasma" and (area != "mechanism" or setup.markers)


def _given(setup: Setup, people: Cohort) -> dict[str, np.ndarray | float]:
    """Return mg of each compound that every person got in all."""
    if not is_given(setup.drug):
        return {}
    total = sum(a * (people.values["weight"] if unit == "mg/kg" else np.ones(people.n)) for a, unit in setup.doses)
    out: dict[str, np.ndarray | float] = {f"{e}_ketamine": total * share for e, share in ENANTIOMERS[setup.drug].items()}
    out["ketamine"] = total
    return out


def _masses() -> dict[str, float]:
    return {prefix + analyte: mass for analyte, mass in MOLAR_MASS.items() for prefix in ("", "s_", "r_")}
