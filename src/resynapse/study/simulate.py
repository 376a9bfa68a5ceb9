"""Simulate: a study becomes people, events and courses; the result holds what was asked for, true and as measured.

The only place where science (model) and methods (cohort, endpoints) meet the engine.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from resynapse.engine import Ensemble, Event, Schedule, Settings, streams
from resynapse.methods.cohort import Cohort
from resynapse.methods.endpoints import Course
from resynapse.methods.fluctuation import Fluctuation
from resynapse.model.blinding import BELIEF
from resynapse.model.fluctuation import fluctuation, turnover
from resynapse.model.scales import DRAWN, READOUTS, STORY, readout_of
from resynapse.model.session_events import DRIVERS
from resynapse.model.switches import INTERVENTIONS, SWITCHES
from resynapse.notation import InputError, System
from resynapse.study.beside import changed, changes
from resynapse.study.digest import digest_of
from resynapse.study.disposition import routes_of, system_of
from resynapse.study.dosing import Administration, dose_events, is_given
from resynapse.study.life import life_events
from resynapse.study.people import people_of
from resynapse.study.schema import Arm, Study
from resynapse.study.schema import Population as Participants
from resynapse.study.sessions import event_series, probes, session_events, side_effects
from resynapse.study.vocabulary import time_text

SESSION_GRID_H = np.array([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 75, 90, 105, 120, 150, 180, 240, 300, 360, 480, 720]) / 60
FLUCTUATION = Fluctuation(fluctuation.value, turnover.value)
AT_VISITS = ("mean", "median", "sd", "change", "percent_change", "response", "remission")  # read at visits alone
ALL_SESSIONS = ("peak", "cmax", "tmax", "auc", "auc_inf", "half_life")


@dataclass(frozen=True)
class ArmResult:
    """One arm: times (T,) h; true and measured {quantity: (n, T)}; session starts (h), sham among them; people not solved."""

    name: str
    times: np.ndarray
    true: dict[str, np.ndarray]
    measured: dict[str, np.ndarray]
    sessions: tuple[float, ...]
    failed: tuple[int, ...] = ()
    sham: tuple[float, ...] = ()

    def course(self, quantity: str, as_measured: bool = True) -> Course:
        """Return one quantity with the thresholds of its scale, as it was measured or without error of measurement."""
        scale = READOUTS[quantity].scale
        limits = (scale.remission, scale.relapse) if scale else (None, None)
        values = self.measured if as_measured else self.true
        dosed = tuple(t for t in self.sessions if t not in self.sham) or self.sessions
        return Course(quantity, self.times, values[quantity], dosed, *limits)


@dataclass(frozen=True)
class RunResult:
    """A study with its people and the courses of every arm."""

    study: Study
    system: System
    cohort: Cohort
    arms: dict[str, ArmResult]
    extra: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Digest of every value of everybody in every arm; the same study and seed give the same one (`study.digest`)."""
        return self.extra["whole"].digest if "whole" in self.extra else digest_of(self)

    @cached_property
    def supervision(self) -> dict[str, Any]:
        """The supervision of every arm with sessions (`supervise.ArmSupervision`), of all its people; worked out when it is asked for."""
        from resynapse.study.supervise import supervise

        return supervise(self, most=self.cohort.n)


def asked(study: Study) -> list[str]:
    """Return the quantities that a study needs: those of its endpoints and, unless it keeps no more, one for each link of the chain."""
    readable = set(system_of(study).readable())
    drawn = set(DRIVERS) <= readable
    given = [q for q, r in READOUTS.items() if (drawn if r.area in DRAWN else readout_of(q, study.sampling.site)[0] in readable)]
    for place, endpoint in enumerate(study.endpoints):
        if endpoint.quantity not in given:
            what = f"a quantity that the model of this study gives: {', '.join(given)}"
            raise InputError(study.where("endpoints", place), endpoint.quantity, what, given)
    read = (e.quantity for e in study.endpoints if READOUTS[e.quantity].area != "burden")
    story = [q for q in STORY if q in given and study.keep.what == "visits"]
    return list(dict.fromkeys([*story, *read]))


def first_dose(study: Study) -> float:
    """Return the hour of the first dose of an active drug; 0 where a study gives none."""
    return min((d for arm in study.arms.values() if is_given(arm.drug) for d in arm.days), default=0.0)


def grid(study: Study) -> np.ndarray:
    """Return the times (T,) h at which courses are kept: what the study observes, fine steps around sessions, days between."""
    if study.keep.what == "endpoints" and all(e.statistic in AT_VISITS for e in study.endpoints):
        return np.unique(np.round([0.0, *study.times], 9))
    sessions = sorted({d for arm in study.arms.values() for d in (*arm.days, *arm.blind)}) or [0.0]
    end = max([*study.times, sessions[-1]])
    fine = sessions if any(e.statistic in ALL_SESSIONS for e in study.endpoints) else sorted({sessions[0], first_dose(study)})
    parts = [s + SESSION_GRID_H for s in fine] + [np.array(study.times), np.arange(0.0, end + 1e-9, 24.0)]
    every = np.unique(np.round(np.concatenate(parts), 9))
    return every[every <= end + 1e-9] if study.visits else every


@dataclass(frozen=True)
class Conduct:
    """What became of a plan: given (n, doses), share of each dose given (n, doses), stopped (n,) h or inf, and by session (n, K):

    held by a rule, and came: neither held nor given up before.
    """

    given: np.ndarray
    share: np.ndarray
    stopped: np.ndarray
    held: np.ndarray
    came: np.ndarray

    def take(self, index: np.ndarray) -> "Conduct":
        """Return that of some of the people."""
        return Conduct(*(getattr(self, f.name)[index] for f in fields(self)))

    def time(self, dose: int, planned: float) -> np.ndarray:
        """Return the hours (n,) of one dose, NaN for those who do not get it."""
        return np.where(self.given[:, dose], planned, np.nan)


def attended(happens: Mapping[str, np.ndarray], conduct: Conduct | None) -> dict[str, np.ndarray]:
    """Return events {name: (n, K)} of those sessions that took place."""
    return {name: x & conduct.came if conduct else x for name, x in happens.items()}


def administrations(arm: Arm, conduct: Conduct | None = None) -> list[Administration]:
    """Return the doses of an arm in order, as planned or as they were given."""
    lengths = arm.lengths or (arm.over,) * len(arm.days)
    plan = [Administration(d, a, unit, over, k) for k, (d, (a, unit), over) in enumerate(zip(arm.days, arm.doses, lengths, strict=False))]
    if conduct is None:
        return plan
    return [replace(p, time=conduct.time(k, float(p.time)), amount=p.amount * conduct.share[:, k]) for k, p in enumerate(plan)]


def trial_events(blinding: str, drug_is_given: bool, visits: Iterable[float], background: str) -> list[Event]:
    """Return what a trial does beside the drug: enrolment, belief, visits, a newly started antidepressant."""
    drug, control = BELIEF[blinding]
    out = [
        Event(0.0, "enrolled", "set", 1.0),
        Event(0.0, "belief", "set", drug if drug_is_given else control),
        *(Event(t, "visit", "set", 1.0) for t in sorted({0.0, *visits})),
    ]
    if background == "new_ad":
        out += [Event(0.0, "new_drug", "set", 1.0), Event(0.0, "antidepressant_on", "set", 1.0)]
    return out


def arm_events(study: Study, arm: Arm, system: System, people: Cohort, conduct: Conduct | None = None) -> list[Event]:
    """Return every event of an arm: doses, the trial's own, interventions by name or by state.  conduct: who gets which dose."""
    out = dose_events(arm.drug, arm.route, administrations(arm, conduct), people, routes_of(study))
    given = {t: conduct.time(k, t) for k, t in enumerate(arm.days)} if conduct else {}
    out += session_events(arm.drug, arm.days, arm.blind, system, people, given)
    if "enrolled" in system.inputs and study.species == "human":  # animals expect nothing
        background = arm.background or study.population.background
        contacts = {*study.visits, *arm.days, *arm.blind}
        out += [resolved(e, system) for e in trial_events(study.blinding, is_given(arm.drug), contacts, background)]
    out += life_events(study.life_events, max(study.times[-1], *arm.days, *arm.blind, 0.0), people, system)
    for k, i in enumerate(arm.interventions):
        named = INTERVENTIONS.get(i.state)
        what = named.what if named else i.state
        out.append(resolved(Event(i.time, what, i.act, i.value, i.unit), system))
        if i.until is not None and what not in system.inputs:
            where = study.where("arms", next(n for n, a in study.arms.items() if a is arm), "interventions", k, "until")
            raise InputError(where, time_text(i.until), f"no `until`: {i.state} happens once and does not last")
        if i.until is not None:
            out.append(Event(i.until, what, "set", 0.0))
    return out


def resolved(e: Event, system: System) -> Event:
    """Put a mechanism's named event in place of its name."""
    action = system.events.get(e.what)
    return Event(e.time, action.state, action.act, action.value, action.unit if action.act != "scale" else "") if action else e


def arm_values(arm: Arm, people: Cohort, system: System, population: Participants | None = None) -> dict[str, np.ndarray | float]:
    """Return parameters of one arm: the people's own, with the arm's cuts, other drugs, organs and descent put in place."""
    values: dict[str, np.ndarray | float] = dict(people.values)
    for name in arm.cut:
        if name not in SWITCHES:
            raise InputError("cut", name, f"one of {', '.join(SWITCHES)}", SWITCHES)
        values |= {k: v for k, v in SWITCHES[name].values.items() if k in system.params}
    return changed(values, changes(population, arm), system)


def measured(quantity: str, output: str, true: np.ndarray, times: np.ndarray, people: Cohort, who: tuple[System, str]) -> np.ndarray:
    """Return values as a laboratory or rater would report them (n, T): fluctuation and error added, scores whole and within their scale."""
    system, arm = who
    error = system.observations.get(output)
    if error is None:
        return true
    scale, symptom = READOUTS[quantity].scale, READOUTS[quantity].area == "scores"
    strayed = (scale.high - scale.low) * FLUCTUATION.drawn(times, people.seed, people.people) if scale and symptom else np.zeros_like(true)
    out = true.copy()
    for j, t in enumerate(times):
        z = streams.normal(people.seed, f"measured:{arm}:{quantity}", int(round(t * 3600)), people.people)
        sd = error_sd(error.proportional, people, system) * true[:, j] + error_sd(error.additive, people, system)
        out[:, j] = true[:, j] + strayed[:, j] + sd * z
    if scale is None:
        return np.maximum(out, 0.0)
    return np.clip(np.round(out / scale.step) * scale.step, scale.low, scale.high)


def error_sd(name: str, people: Cohort, system: System) -> np.ndarray | float:
    """Return one part of an observation's error, by the name of its parameter; 0 without one."""
    if not name:
        return 0.0
    return people.values.get(name, system.params[name].value)


def simulate(
    study: Study, progress: Callable[[str, int, int], None] | None = None, settings: Settings | None = None, people: Cohort | None = None
) -> RunResult:
    """Run a study.  progress(text, done, all) is told of every arm; people: those of the study unless given.

    Raises InputError for a quantity, cut or state that the model does not have.
    """
    settings = settings or Settings(on_failure="report")
    wanted = asked(study)
    system = system_of(study)
    ensemble = Ensemble.of(system)
    people = people or people_of(study, system)
    times = grid(study)
    outputs = {q: readout_of(q, study.sampling.site)[0] for q in wanted if READOUTS[q].area != "event"}
    events = [q for q in wanted if q not in outputs]
    conducts = _conducts(study, system, people)
    read = list(dict.fromkeys([*outputs.values(), *(DRIVERS if events else ())]))
    arms = {}
    for k, (name, arm) in enumerate(study.arms.items()):
        if progress:
            progress(f"arm {name}", k, len(study.arms))
        schedule = Schedule.of(arm_events(study, arm, system, people, conducts.get(name)), people.n, system)
        values = arm_values(arm, people, system, study.population)
        sessions = tuple(sorted({*arm.days, *arm.blind}))
        every = np.union1d(times, probes(sessions, arm.over)) if events else times
        solved = ensemble.run(people.n, values, schedule, every, read, settings)
        true = {q: solved.values[o][:, np.isin(every, times)] for q, o in outputs.items()}
        seen = {q: measured(q, o, true[q], times, people, (system, name)) for q, o in outputs.items()}
        if name in conducts:
            gone = times[None, :] > conducts[name].stopped[:, None]
            seen = {q: np.where(gone, np.nan, x) for q, x in seen.items()}
        if events:
            series = event_series(attended(side_effects(solved.values, every, sessions, people), conducts.get(name)), sessions, times)
            counted = {q: series[f"event:{q}"] for q in events}
            true, seen = true | counted, seen | counted
        arms[name] = ArmResult(name, times, true, seen, sessions, tuple(int(i) for i in solved.failed), tuple(arm.blind))
    if progress:
        progress("done", len(study.arms), len(study.arms))
    return RunResult(study, system, people, arms, {"conduct": conducts} if conducts else {})


def _conducts(study: Study, system: System, people: Cohort) -> dict[str, Conduct]:
    """Return what becomes of the plan of every arm with sessions, where the study is run by rules."""
    if study.supervision == "none":
        return {}
    from resynapse.study.conduct import conduct_of, rules_of

    rules = rules_of(study)
    return {name: conduct_of(study, name, system, people, rules) for name, arm in study.arms.items() if arm.days or arm.blind}
