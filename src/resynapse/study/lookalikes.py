"""Lookalikes: virtual people of a patient's population who share what is known of the patient and live through the same doses.

Their unknowns are standard normal numbers, given from outside (`engine.streams.Draws`), so that people can be drawn where they fit.
Between the last record and the end of a forecast somebody goes on asking how the person is once a week, unless the table plans visits.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from resynapse.engine import Ensemble, Event, Schedule, Settings, streams
from resynapse.engine.solution import Solution, State
from resynapse.methods.cohort import Cohort, Who
from resynapse.methods.fit import DECLARED, Fit
from resynapse.methods.fluctuation import Followed, day_of
from resynapse.methods.ratings import log_chance
from resynapse.model import build
from resynapse.model.expectancy import BLINDINGS, TABLETS_HALF_RISE
from resynapse.model.items import DOMAINS
from resynapse.model.population import POPULATIONS
from resynapse.model.scales import READOUTS, readout_of
from resynapse.notation import System
from resynapse.study.answered import habit_names, is_answered, scatter, usual_answer
from resynapse.study.dosing import Administration, dose_events, is_given
from resynapse.study.measure import FLUCTUATION, error_sd
from resynapse.study.patient_table import INERT, TABLETS, Dose, Patient
from resynapse.study.people import Differ, draw_people
from resynapse.study.plan import resolved
from resynapse.study.sessions import session_events

CLOSE = Settings(rtol=1e-2, on_failure="report")  # to some thousandths of a point, far below any rater's error
PERSONAL = ("covariate:", "person:", "study:")
WEEK = 168.0
EXACT = 0.1  # least error of any measurement, in its own unit


@functools.cache
def solver(depots: bool) -> Ensemble:
    """Return the solver of the model, with absorption or without; the same for all patients."""
    return Ensemble.of(build("human", depots))


def strays(quantity: str) -> bool:
    """Tell whether ratings of a quantity stray from its course for days: those of mood do, whole or item by item."""
    return READOUTS[quantity].area in ("scores", "items")


def is_session(dose: Dose) -> bool:
    """Tell whether a dose is a session: the drug, or a control that is given as the drug is; a tablet of placebo is none."""
    return is_given(dose.drug) or (dose.drug in INERT and dose.route != "oral")


def doses_so_far(patient: Patient) -> tuple[Dose, ...]:
    """Return a person's doses without the sessions after the last observation; tablets go on."""
    return tuple(d for d in patient.doses if not is_session(d) or d.time <= patient.now)


@dataclass(frozen=True)
class Lookalikes:
    """One patient's virtual people.  seed: of every draw; a person's number is its place in the streams.

    fit: what is known of the model's numbers; every person takes one draw, and comes from a study of its own.
    """

    patient: Patient
    seed: int
    fit: Fit = DECLARED

    @property
    def solver(self) -> Ensemble:
        """The solver; absorption is carried where some dose needs it."""
        return solver(any(is_given(d.drug) and d.route != "iv" for d in self.patient.doses))

    @property
    def system(self) -> System:
        """The model."""
        return self.solver.system

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """What differs between these people: the draws that they ask for, by name."""
        asked: list[str] = []
        one = self._drawn(streams.Draws(self.seed, np.arange(1), asked=asked))
        self.events(one, self.patient.doses, 0.0)
        free = [name for name in dict.fromkeys(asked) if name.startswith(PERSONAL)]
        own = [name for s in self.patient.seen if is_answered(s.quantity) for name in habit_names(s.quantity)]
        return tuple(name for name in (*free, *dict.fromkeys(own)) if name.removeprefix("covariate:") not in self.patient.traits)

    def people(self, z: np.ndarray, number: np.ndarray) -> Cohort:
        """Return people with unknowns z (n, d) and numbers (n,)."""
        given = {name: z[:, j] for j, name in enumerate(self.unknown)}
        return self._drawn(streams.Draws(self.seed, number, given))

    def _drawn(self, draws: streams.Draws) -> Cohort:
        population, traits, n = POPULATIONS[self.patient.population], self.patient.traits, len(draws.number)
        known = {k: np.full(n, float(x)) for k, x in traits.items() if k in population.covariates}
        people = draw_people(population, population.covariates, self.system, Who.of(n, draws, n), Differ("human", self.fit), known)
        if self.tablets_alone:
            people.values["half_rise"] = np.full(n, TABLETS_HALF_RISE.value)
        return people

    def events(self, people: Cohort, doses: Sequence[Dose], until: float) -> list[Event]:
        """Return everything that happens to these people: doses, sessions, visits, tablets, other treatments."""
        sessions = sorted({d.time for d in doses if is_session(d)})
        out: list[Event] = []
        for drug, route in dict.fromkeys((d.drug, d.route) for d in doses):
            mine = [d for d in doses if (d.drug, d.route) == (drug, route)]
            at = [d.time for d in mine]
            administrations = [Administration(d.time, d.amount, d.unit, d.over, sessions.index(d.time)) for d in mine if is_given(drug)]
            out += dose_events(drug, route, administrations, people)
            if is_session(mine[0]):
                out += session_events(drug, (at, [t for t in sessions if t not in at]), self.system, people)
        return out + [resolved(e, self.system) for e in self._trial(doses, sessions, until)]

    @property
    def tablets_alone(self) -> bool:
        """Tell whether this is a blinded trial of tablets, of which everybody begins one and nobody can tell which."""
        doses = self.patient.doses
        begun = any(d.drug in TABLETS or (d.drug == "placebo" and d.route == "oral") for d in doses)
        return begun and not any(is_given(d.drug) for d in doses) and self.patient.blinding != "open"

    def _trial(self, doses: Sequence[Dose], sessions: Sequence[float], until: float) -> list[Event]:
        """Return belief, visits and treatments beside the drug; a newly begun tablet raises hopes, of the drug or of placebo."""
        one, first = self.patient, {}
        for d in doses:
            first.setdefault(d.drug, d.time)
        tablets = [d.time for d in doses if d.drug in TABLETS or (d.drug == "placebo" and d.route == "oral")]
        blinding = "anaesthesia" if self.tablets_alone else one.blinding
        given = any(is_given(d.drug) or d.drug in TABLETS for d in doses)
        visits = {t for t in (*sessions, *(s.time for s in one.seen), *one.visits, *self._weekly(until)) if t >= 0}
        belief = BLINDINGS[blinding].typical[0 if given else 1]
        out = [Event(0.0, "enrolled", "set", 1.0), Event(0.0, "belief", "set", belief)]
        out += [Event(t, "visit", "set", 1.0) for t in sorted({0.0, *visits})]
        if one.background == "new_ad":
            out += [Event(0.0, "new_drug", "set", 1.0), Event(0.0, "antidepressant_on", "set", 1.0)]
        if self.tablets_alone or any(t in first for t in TABLETS):
            out.append(Event(max(0.0, min(tablets)), "new_drug", "set", 1.0))
        begun = {"antidepressant": "antidepressant_on", "psychotherapy": "therapy_on"}
        out += [Event(first[drug], state, "set", 1.0) for drug, state in begun.items() if drug in first]
        return out + [Event(d.time, "ect_session", "add", 1.0) for d in doses if d.drug == "ect"]

    def _weekly(self, until: float) -> list[float]:
        last = max([self.patient.now, *self.patient.visits])
        return [] if last > self.patient.now else [float(t) for t in np.arange(last + WEEK, until + 1e-9, WEEK)]

    def output(self, quantity: str) -> str:
        """Return the name of a quantity among what is solved: the model's, in venous blood for plasma; its own for answers to items."""
        return quantity if is_answered(quantity) else readout_of(quantity)[0]

    def error(self, quantity: str, true: np.ndarray, people: Cohort) -> np.ndarray:
        """Return the SD of one measurement at true values (n,); no assay or rater is exact."""
        if is_answered(quantity):
            return np.maximum(scatter(quantity, true), EXACT)
        one = self.system.observations.get(self.output(quantity))
        if one is None:
            return np.full_like(true, EXACT)
        return np.maximum(error_sd(one.proportional, people, self.system) * true + error_sd(one.additive, people, self.system), EXACT)

    def solve(
        self, people: Cohort, doses: Sequence[Dose], times: np.ndarray, quantities: Sequence[str], start: State | None = None
    ) -> Solution:
        """Return the courses of these people; the values stand under the names of `output`."""
        schedule = Schedule.of(self.events(people, doses, float(times[-1])), people.n, self.system)
        items = [q for q in quantities if is_answered(q)]
        outputs = list(dict.fromkeys([*(self.output(q) for q in quantities if q not in items), *(DOMAINS if items else ())]))
        solved = self.solver.run(people.n, people.values, schedule, times, outputs, CLOSE, start)
        solved.values.update({q: usual_answer(q, solved.values, people) for q in items})
        return solved

    def log_likelihood(self, z: np.ndarray, number: np.ndarray) -> np.ndarray:
        """Return how likely the patient's observations are of each virtual person (n,); -inf of one that could not be solved."""
        people = self.people(z, number)
        solved = self.solve(people, self.patient.doses, self.clock, [s.quantity for s in self.patient.seen])
        return self.follow(people, solved)[0]

    @property
    def clock(self) -> np.ndarray:
        """Hours at which something was observed; what lies before the first dose is read at its time."""
        return np.unique([max(s.time, 0.0) for s in self.patient.seen])

    def follow(self, people: Cohort, solved: Solution) -> tuple[np.ndarray, Followed]:
        """Return the log-likelihood (n,) of the patient's observations, and the fluctuation of mood that they leave each person with.

        solved: courses of what was observed, at the hours of `clock` among others.
        """
        out, strayed = np.zeros(people.n), Followed.at_rest(FLUCTUATION, people.n)
        for one in self.patient.seen:
            t = max(one.time, 0.0)
            true = solved.values[self.output(one.quantity)][:, np.searchsorted(solved.times, t)]
            sd, scale = self.error(one.quantity, true, people), READOUTS[one.quantity].scale
            if scale is not None and strays(one.quantity):
                chance, strayed = strayed.on(int(day_of(t))).rated(one.value, true, sd, scale)
            else:
                chance = log_chance(one.value, true, sd, scale)
            out += chance
        return np.where(np.isfinite(out), out, -np.inf), strayed
