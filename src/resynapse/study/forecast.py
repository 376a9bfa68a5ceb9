"""Forecast: from a person's doses and scores so far to the posterior course, the unknowns behind it, and what further sessions bring.

The only place where the model of one patient (lookalikes) meets the method (methods.forecast).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from resynapse.engine.executor import completed
from resynapse.methods.forecast import USUAL, Budget, Posterior, infer
from resynapse.methods.ratings import LEVELS, Spread, quantiles, true_spread, written_spread
from resynapse.model.population import POPULATIONS
from resynapse.model.scales import READOUTS
from resynapse.notation import InputError
from resynapse.study.cloud import Cloud, cloud_of, daily
from resynapse.study.fits import NEWEST, load_fit
from resynapse.study.lookalikes import Lookalikes, doses_so_far
from resynapse.study.next_session import NextSession, next_session
from resynapse.study.patient_table import Patient, instant, read_patients
from resynapse.study.vocabulary import LONGEST_HOURS

LEAST_DAYS_AHEAD = 28.0
MOST_TIMES = 1000


@dataclass(frozen=True)
class Row:
    """The forecast of one quantity at one time; kind: `observed`, a new rating with its error, or `true`."""

    time_h: float
    quantity: str
    kind: str
    spread: Spread


@dataclass(frozen=True)
class Learned:
    """A number that differs between people: before and after the observations.  contraction: 0 nothing learned, 1 everything."""

    parameter: str
    unit: str
    prior: tuple[float, float]
    posterior: tuple[float, float]
    q05: float
    q95: float

    @property
    def contraction(self) -> float:
        """Share of the spread between people that the observations took away."""
        return 1 - self.posterior[1] / self.prior[1] if self.prior[1] > 0 else 0.0


@dataclass(frozen=True)
class Band:
    """Quantiles (5, T) of a true course over hours (T,): 5, 25, 50, 75 and 95 %."""

    hours: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Forecast:
    """All that is said of one person."""

    patient: Patient
    posterior: Posterior
    rows: tuple[Row, ...]
    learned: tuple[Learned, ...]
    main: str
    bands: dict[str, Band]
    next: NextSession | None


@dataclass(frozen=True)
class Forecasts:
    """The people of one table.  risk: accepted chance of relapse."""

    people: tuple[Forecast, ...]
    seed: int
    risk: float

    @cached_property
    def digest(self) -> str:
        """Hash of every number; the same table, times and seed give the same one."""
        made = hashlib.sha256()
        for one in self.people:
            made.update(repr((one.patient.name, one.rows, one.learned, one.next)).encode())
        return made.hexdigest()


def forecast_table(
    table: str | Path,
    at: str | Sequence[float],
    seed: int = 1,
    risk: float = 0.2,
    fit: str = NEWEST,
    budget: Budget = USUAL,
    progress: Callable[[str, int, int], None] | None = None,
) -> Forecasts:
    """Forecast everybody in a table.

    at: days after the first dose, or text: days or ISO date-times, comma apart.  fit: as a study names it.

    Raises InputError for a table or times that cannot be used.
    """
    if not 0 < risk < 1:
        raise InputError("--risk", risk, "a chance between 0 and 1")
    patients = read_patients(table)
    held, wanted = load_fit(fit), [hours_of(at, one) for one in patients]

    def do(k: int) -> Forecast:
        return forecast(Lookalikes(patients[k], seed, held), wanted[k], risk, budget)

    tell = progress or (lambda text, done, whole: None)
    tell(f"patient {patients[0].name}", 0, len(patients))
    out = {0: do(0)}  # alone: it makes ready, with all processors, what everybody after it uses
    for place, one in completed(do, range(1, len(patients))):
        tell(f"after patient {one.patient.name}", len(out), len(patients))
        out[place + 1] = one
    return Forecasts(tuple(out[k] for k in range(len(patients))), seed, risk)


def hours_of(at: str | Sequence[float], patient: Patient) -> tuple[float, ...]:
    """Return hours after the first dose, ascending, each once."""
    words = [w.strip() for w in at.split(",") if w.strip()] if isinstance(at, str) else list(at)
    if not words or len(words) > MOST_TIMES:
        raise InputError("--at", at if isinstance(at, str) else len(words), f"1 to {MOST_TIMES} days, for example 7,14,28")
    out = []
    for word in words:
        try:
            hours = 24.0 * float(word)
        except ValueError:
            then = instant(str(word), "--at")
            if patient.origin is None:
                raise InputError("--at", str(word), "days after the first dose, because TIME in the table is hours") from None
            hours = (then - patient.origin).total_seconds() / 3600
        if not 0 <= hours <= LONGEST_HOURS / 2:
            raise InputError("--at", str(word), "a day from the first dose on, within five years")
        out.append(round(hours, 9))
    return tuple(sorted(set(out)))


def forecast(like: Lookalikes, hours: Sequence[float], risk: float = 0.2, budget: Budget = USUAL) -> Forecast:
    """Forecast one person, by virtual people like this one, at some hours after the first dose."""
    patient = like.patient
    posterior = infer(like.log_likelihood if patient.seen else None, like.unknown, like.seed, budget)
    main = main_scale(patient)
    asked = list(dict.fromkeys([*([s.quantity for s in patient.seen]), main]))
    end = max(*hours, patient.now + 24 * LEAST_DAYS_AHEAD)
    cloud = cloud_of(like, posterior, hours, asked)
    ahead = np.unique([patient.now, *daily(patient.now, end), *(h for h in hours if h >= patient.now)])
    planned = cloud.ahead(patient.doses, ahead, asked)
    rows = []
    for hour in hours:
        axis, values = (cloud.hours, cloud.values) if hour < patient.now else (ahead, planned)
        j = int(np.searchsorted(axis, hour))
        rows += [row for q in asked for row in rows_of(cloud, q, hour, values[q][:, j])]
    so_far = doses_so_far(patient)
    stopped = planned[main] if so_far == patient.doses else cloud.ahead(so_far, ahead, [main])[main]
    bands = {
        "so far": _band(cloud.hours, cloud.values[main], cloud.weight),
        "as planned": _band(ahead, planned[main], cloud.weight),
        "no further session": _band(ahead, stopped, cloud.weight),
    }
    advice = next_session(cloud, main, (ahead, stopped), risk)
    return Forecast(patient, posterior, tuple(rows), learned_of(like, posterior, budget), main, bands, advice)


def main_scale(patient: Patient) -> str:
    """Return the scale on which a person is followed: the one rated most often, the MADRS where none is."""
    scales = [s.quantity for s in patient.seen if READOUTS[s.quantity].area == "scores"]
    return max(dict.fromkeys(scales), key=scales.count) if scales else "MADRS"


def rows_of(cloud: Cloud, quantity: str, hour: float, true: np.ndarray) -> list[Row]:
    """Return the two rows of one quantity at one time, with the chances of response and of remission where they have a meaning."""
    scale, baseline = READOUTS[quantity].scale, cloud.like.patient.baseline(quantity)
    symptom = READOUTS[quantity].area == "scores"
    limits = (baseline / 2 if symptom and baseline else None, scale.remission if symptom and scale else None)
    middle, error = cloud.rated(quantity, hour, true)
    return [
        Row(hour, quantity, "observed", written_spread(middle, error, cloud.weight, scale, limits)),
        Row(hour, quantity, "true", true_spread(true, cloud.weight, limits)),
    ]


def learned_of(like: Lookalikes, posterior: Posterior, budget: Budget) -> tuple[Learned, ...]:
    """Return how each number that differs between people has moved."""
    people = like.people(posterior.z, np.arange(len(posterior.z)))
    values = {k: v for k, v in {**people.covariates, **people.values}.items() if np.ptp(v) > 0}
    covariates = POPULATIONS[like.patient.population].covariates
    units = {name: one.unit for name, one in (*like.system.params.items(), *covariates.items())}
    out = []
    for name, x in values.items():
        first, w = x[: budget.first], posterior.weight
        mean = float(w @ x)
        sd = float(np.sqrt(max(w @ (x - mean) ** 2, 0.0)))
        low, high = quantiles(x[:, None], w, (LEVELS[0], LEVELS[-1]))[:, 0]
        out.append(Learned(name, units.get(name, "1"), (float(first.mean()), float(first.std())), (mean, sd), float(low), float(high)))
    return tuple(out)


def _band(hours: np.ndarray, values: np.ndarray, weight: np.ndarray) -> Band:
    return Band(hours, quantiles(values, weight, LEVELS))
