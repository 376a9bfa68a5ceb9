"""Setup: everything that happens to the people of one published experiment, and the pool of people that it yields.

Two rows with equal setups share one pool.  The pool is drawn in blocks, each a study of its own between-study effects.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from resynapse.engine import Ensemble, Event, Schedule, Settings
from resynapse.methods.cohort import Cohort, Who
from resynapse.methods.fit import DECLARED, Fit
from resynapse.methods.pool import NotSimulated, Pool
from resynapse.model import build
from resynapse.model.expectancy import TABLETS_HALF_RISE
from resynapse.model.interactions import Change
from resynapse.model.kinetics import MOLAR_MASS
from resynapse.model.population import POPULATIONS, Covariate
from resynapse.model.scales import READOUTS, readout_of
from resynapse.model.session_events import DRIVERS
from resynapse.notation import System
from resynapse.study.animal_pool import switched
from resynapse.study.beside import changed
from resynapse.study.dosing import ENANTIOMERS, Administration, dose_events, is_given
from resynapse.study.people import Differ, draw_people
from resynapse.study.sessions import event_series, probes, session_events, side_effects
from resynapse.study.simulate import measured, resolved, trial_events

USUAL_VISITS_D = (1.0, 2.0, 3.0, 7.0, 8.0, 14.0, 15.0, 21.0, 22.0, 28.0)
ECT_DAYS = tuple(float(d) for week in range(3) for d in (7 * week, 7 * week + 2, 7 * week + 4))  # three a week for three weeks


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
    people = draw_people(POPULATIONS[setup.population], covariates_of(setup), system, Who.of(*how), Differ(setup.species, setup.fit))
    for name, value in changed(people.values, setup.changes, system).items():
        people.values[name] = np.broadcast_to(np.asarray(value, float), (people.n,)).copy()
    if setup.conventional and "half_rise" in system.params:
        people.values["half_rise"] = np.full(people.n, TABLETS_HALF_RISE.value)
    return people


def events_of(setup: Setup, system: System, people: Cohort) -> list[Event]:
    """Return doses and everything else that happens."""
    given = enumerate(zip(setup.days, setup.doses, strict=False))
    doses = [Administration(24.0 * d, a, unit, setup.over, k) for k, (d, (a, unit)) in given]
    out = dose_events(setup.drug, setup.route, doses, people)
    if "enrolled" not in system.inputs:
        return out
    out += session_events(setup.drug, [24.0 * d for d in setup.days], (), system, people)
    contacts = {24.0 * d for d in (*setup.days, *USUAL_VISITS_D)}
    blinding = "anaesthesia" if setup.conventional else setup.blinding
    trial = trial_events(blinding, is_given(setup.drug) or bool(setup.treatment), contacts, setup.background)
    trial += {
        "antidepressant": [Event(0.0, "antidepressant_on", "set", 1.0)],
        "therapy": [Event(0.0, "therapy_on", "set", 1.0)],
        "ect": [Event(24.0 * d, "ect_session", "add", 1.0) for d in ECT_DAYS],
    }.get(setup.treatment, [])
    if setup.conventional:
        trial.append(Event(0.0, "new_drug", "set", 1.0))
    return out + [resolved(e, system) for e in trial]


def pool_of(setup: Setup, times: tuple[float, ...], n: int, blocks: int, seed: int) -> Pool | NotSimulated:
    """Simulate n people in blocks and return every read-out at the given times (h), true and as measured."""
    system = build(setup.species, setup.depots, setup.plasma_only)
    people = people_of_setup(setup, system, (n, seed, blocks))
    outputs = {q: readout_of(q, setup.site)[0] for q in READOUTS}
    outputs = {q: o for q, o in outputs.items() if o in system.units and _wanted(READOUTS[q].area, setup)}
    schedule = Schedule.of(events_of(setup, system, people), n, system)
    axis, sessions = np.asarray(times, float), [24.0 * d for d in setup.days]
    drivers = [d for d in DRIVERS if d in system.units]
    every = np.union1d(axis, probes(sessions, setup.over)) if drivers else axis
    wanted = list(dict.fromkeys([*outputs.values(), *drivers]))
    solved = Ensemble.of(system).run(n, {**people.values, **switched(setup.cut, system)}, schedule, every, wanted, Settings())
    asked = np.isin(every, axis)
    true = {q: solved.values[o][:, asked] for q, o in outputs.items()}
    arm = f"{setup.drug} {setup.route} {setup.treatment}"
    seen = {q: measured(q, o, true[q], axis, people, (system, arm)) for q, o in outputs.items()}
    units = {q: READOUTS[q].unit for q in outputs}
    if drivers:
        seen |= event_series(side_effects(solved.values, every, sessions, people), sessions, axis)
    return Pool(people.block, axis, seen, units, noise_free=true, dose=_given(setup, people), molar_mass=_masses())


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
