"""Dosing: the administrations of one arm -> events on depots and inputs, for every person.

Only this module knows how drugs, routes and enantiomers meet: shares vary between people and occasions, a spray comes in devices,
what is not absorbed where it was put is swallowed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from resynapse.engine import Event, streams
from resynapse.methods.cohort import Cohort
from resynapse.model.kinetics import MOLAR_MASS
from resynapse.model.routes import Route, Way, route_of

ENANTIOMERS = {"ketamine": {"s": 0.5, "r": 0.5}, "esketamine": {"s": 1.0}, "arketamine": {"r": 1.0}}
MICROMOLES_PER_MG = 1000.0 / MOLAR_MASS["ketamine"]


@dataclass(frozen=True)
class Administration:
    """One dose of one arm: hours after the first dose, amount with its unit (mg or mg/kg), length in hours.

    time, amount and over are numbers, or one for each person; a time that is not a number means that this person gets none.
    """

    time: float | np.ndarray
    amount: float | np.ndarray
    unit: str
    over: float | np.ndarray
    occasion: int


def is_given(drug: str) -> bool:
    """Tell whether the model has kinetics for this drug; placebo, midazolam and the like leave the chain at rest."""
    return drug in ENANTIOMERS


def dose_events(
    drug: str, route: str, doses: Sequence[Administration], cohort: Cohort, routes: Mapping[str, Route] | None = None
) -> list[Event]:
    """Return the events of all administrations.  An arm without ketamine has none.  routes: those of another kinetic model."""
    if not is_given(drug):
        return []
    way = route_of(route, drug) if routes is None else routes[route]
    out: list[Event] = []
    for one in doses:
        mg = one.amount * (cohort.values["weight"] if one.unit == "mg/kg" else np.ones(cohort.n))
        for later, at, part in _devices(way, one, mg):
            for way_, share in _shares(way, later, cohort, one.occasion):
                for enantiomer, fraction in ENANTIOMERS[drug].items():
                    amount = part * share * fraction * MICROMOLES_PER_MG
                    out += _one(f"{enantiomer}_{way_.target}", at, amount, _length(way_, one, cohort))
    return out


def _devices(route: Route, dose: Administration, mg: np.ndarray) -> Iterator[tuple[bool, float | np.ndarray, np.ndarray]]:
    """Yield (later than the first, hours, mg for each person) of every device; one for a route without devices."""
    if not route.device_mg:
        yield False, dose.time, mg
        return
    count = int(np.ceil(np.max(mg) / route.device_mg - 1e-9))
    for k in range(count):
        part = np.clip(mg - k * route.device_mg, 0.0, route.device_mg)
        yield k > 0, dose.time + k * route.apart_h, part


def _shares(route: Route, later: bool, cohort: Cohort, occasion: int) -> list[tuple[Way, np.ndarray]]:
    """Return the share of the dose that takes each way, (n,) each; they add up to one where the route has a rest."""
    left = np.ones(cohort.n)
    out = []
    for way in route.ways:
        share = left if way.share is None else _varied(way, cohort, occasion)
        if way.share is not None and later and route.later_device is not None:
            share = share * route.later_device.value
        out.append((way, share))
        left = left - share
    return out


def _varied(way: Way, cohort: Cohort, occasion: int) -> np.ndarray:
    """Return one share between people (logit) and occasions (log), never above one."""
    assert way.share is not None
    p = way.share.value
    if p >= 1.0:
        return np.full(cohort.n, p)
    scaled = cohort.values.get(way.scaled_by, 1.0)
    z = way.sd_share * streams.normal(cohort.seed, f"person:share:{way.target}", 0, cohort.people)
    odds = p / (1 - p) * np.exp(z)
    between = np.exp(way.sd_occasion * streams.normal(cohort.seed, f"occasion:share:{way.target}", occasion, cohort.people))
    return np.minimum(odds / (1 + odds) * between * scaled, 0.98)


def _length(way: Way, dose: Administration, cohort: Cohort) -> np.ndarray | float:
    """Return the hours that a share takes to come in: the study's own for an infusion, the release's otherwise, (n,) or a number."""
    if way.target == "infusion":
        return dose.over
    if way.duration is None or not way.sd_duration:
        return 0.0 if way.duration is None else way.duration.value
    z = streams.normal(cohort.seed, f"occasion:duration:{way.target}", dose.occasion, cohort.people)
    return way.duration.value * np.exp(way.sd_duration * z)


def _one(target: str, time: float | np.ndarray, amount: np.ndarray, hours: np.ndarray | float) -> list[Event]:
    """Return one share of one enantiomer: at once, or as a rate over some hours."""
    if np.ndim(hours) == 0 and hours <= 0:
        return [Event(time, target.replace("infusion", "central"), "add", amount, "µmol")]
    return [Event(time, target, "infuse", amount / hours, "µmol/h", duration=hours)]
