"""Plan: what is meant to happen in one arm, in hours; and the events that it becomes, as planned or as things went.

An arm of a study and a published experiment both become a Plan, and the visit loop (study/visits.py) follows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resynapse.engine import Event
from resynapse.methods.cohort import Cohort
from resynapse.methods.trial import Conduct
from resynapse.model.comparators import ECT_DAYS
from resynapse.model.expectancy import BLINDINGS, SURE
from resynapse.model.routes import Route
from resynapse.model.switches import INTERVENTIONS, SWITCHES
from resynapse.notation import InputError, System
from resynapse.study import vocabulary as words
from resynapse.study.beside import changed, changes
from resynapse.study.conditions import Condition
from resynapse.study.disposition import routes_of, system_of
from resynapse.study.dosing import Administration, dose_events, is_given
from resynapse.study.life import life_events
from resynapse.study.rated import Questions
from resynapse.study.schema import Arm, Given, Study
from resynapse.study.schema import Population as Participants
from resynapse.study.sessions import session_events


@dataclass(frozen=True)
class Treatment:
    """An oral antidepressant, psychotherapy or ect beside or instead of the drug, from one hour until another; hours of ect sessions."""

    kind: str
    start: float = 0.0
    stop: float = np.inf
    days: tuple[float, ...] = ()


@dataclass(frozen=True)
class Phase:
    """A stretch of an arm with one drug, in hours of the study.  days, sham: of doses and of sessions without one; doses with unit and
    length for each of `days`; blinding of this phase; treated: no control; who: those who go on into it, everybody if None.
    """

    drug: str
    route: str = "none"
    days: tuple[float, ...] = ()
    doses: tuple[tuple[float, str], ...] = ()
    lengths: tuple[float, ...] = ()
    sham: tuple[float, ...] = ()
    start: float = 0.0
    blinding: str = "open"
    treated: bool = False
    who: Condition | None = None

    @property
    def sessions(self) -> tuple[float, ...]:
        """Hours of all sessions, sham among them."""
        return tuple(sorted({*self.days, *self.sham}))

    @property
    def every_dose(self) -> tuple[tuple[float, str], ...]:
        """A dose for each of `days`; 0 of what holds no drug."""
        return self.doses or ((0.0, "mg"),) * len(self.days)


@dataclass(frozen=True)
class Plan:
    """One arm, phase after phase.

    contacts: hours at which somebody asks how the person is; hopeful: a newly started antidepressant raises hopes; extra: whatever
    else happens; rater_bias: points at full belief; end: of what is observed; asks: items that are answered one by one;
    expects: animals expect nothing; life: stressful events of life in a year; routes: of another kinetic model.
    """

    name: str
    phases: tuple[Phase, ...]
    contacts: tuple[float, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    hopeful: bool = False
    extra: tuple[Event, ...] = ()
    rater_bias: float = 0.0
    end: float = 0.0
    asks: Questions = Questions()
    expects: bool = True
    life: float = 0.0
    routes: Mapping[str, Route] | None = None

    @property
    def days(self) -> tuple[float, ...]:
        """Hours of all doses."""
        return tuple(d for phase in self.phases for d in phase.days)

    @property
    def doses(self) -> tuple[tuple[float, str], ...]:
        """All doses with their units, 0 of what holds no drug."""
        return tuple(dose for phase in self.phases for dose in phase.every_dose)

    @property
    def sessions(self) -> tuple[float, ...]:
        """Hours of all sessions, sham among them."""
        return tuple(s for phase in self.phases for s in phase.sessions)

    @property
    def tablets_alone(self) -> bool:
        """Whether this is a blinded trial of tablets, of which everybody begins one and nobody can tell which."""
        return self.hopeful and not self.sessions and not any(BLINDINGS[phase.blinding].known for phase in self.phases)

    @property
    def over(self) -> float:
        """Length of the longest administration, h."""
        return max([x for phase in self.phases for x in phase.lengths], default=0.0)


def plan_of(study: Study, name: str) -> Plan:
    """Return the plan of one arm of a study."""
    arm = study.arms[name]
    phases = tuple(_phase(study, one, one.start, one.who, one.blinding or study.blinding) for one in arm.phases)
    phases = phases or (_phase(study, arm, 0.0, None, study.blinding),)
    treatments = treatments_of(study, arm)
    sessions = tuple(s for phase in phases for s in phase.sessions)
    return Plan(
        name=name,
        phases=phases,
        contacts=tuple(sorted({0.0, *study.visits, *sessions})),
        treatments=treatments,
        hopeful=begins_tablet(treatments) or any(daily_tablet(one) for one in arm.phases or (arm,)),
        extra=_interventions(study, name),
        rater_bias=study.rater_bias,
        end=max([*study.times, *sessions]),
        asks=Questions.of(study),
        expects=study.species == "human",
        life=study.life_events,
        routes=routes_of(study),
    )


def _interventions(study: Study, name: str) -> tuple[Event, ...]:
    """Return what else is done to an arm, on what it acts.  Raises InputError for an end of what does not last."""
    out, system = [], system_of(study)
    for k, i in enumerate(study.arms[name].interventions):
        named = INTERVENTIONS.get(i.state)
        what = named.what if named else i.state
        out.append(Event(i.time, what, i.act, i.value, i.unit))
        if i.until is not None and what not in system.inputs:
            where = study.where("arms", name, "interventions", k, "until")
            raise InputError(where, words.time_text(i.until), f"no `until`: {i.state} happens once and does not last")
        if i.until is not None:
            out.append(Event(i.until, what, "set", 0.0))
    return tuple(out)


def _phase(study: Study, arm: Given, start: float, who: Condition | None, blinding: str) -> Phase:
    treats = words.DRUGS[arm.drug].treats
    days = () if treats or daily_tablet(arm) else arm.days
    return Phase(
        drug=arm.drug,
        route=arm.route,
        days=tuple(start + d for d in days),
        doses=arm.doses,
        lengths=arm.lengths or (arm.over,) * len(days),
        sham=tuple(start + d for d in arm.blind),
        start=start,
        blinding=blinding,
        treated=is_given(arm.drug) or bool(_beside(arm, 0.0, np.inf)),
        who=who,
    )


def daily_tablet(arm: Given) -> bool:
    """Tell whether an arm gets a placebo tablet every day, which looks like an oral antidepressant: there are no sessions."""
    return arm.drug == "placebo" and arm.route == "oral" and arm.days == (0.0,)


def treatments_of(study: Study, arm: Arm) -> tuple[Treatment, ...]:
    """Return what else than ketamine is given in an arm: as the arm's own treatment, beside it, or newly begun by everybody."""
    out = [] if arm.phases else _beside(arm, 0.0, np.inf)
    for k, phase in enumerate(arm.phases):
        out += _beside(phase, phase.start, arm.phases[k + 1].start if k + 1 < len(arm.phases) else np.inf)
    if (arm.background or study.population.background) == "new_ad":
        out.append(Treatment("antidepressant"))
    return tuple(dict.fromkeys(out))


def _beside(arm: Given, begin: float, end: float) -> list[Treatment]:
    """Return what else than ketamine is given from one hour until another."""
    out = []
    if kind := words.DRUGS[arm.drug].treats:
        out.append(Treatment(kind, begin, end, tuple(begin + d for d in arm.days)))
    for word, how in arm.beside.items():
        until = end if how.until is None else min(end, begin + how.until)
        out.append(Treatment(words.DRUGS[word].treats, begin + how.start, until, tuple(begin + d for d in how.days)))
    return out


def begins_tablet(treatments: Sequence[Treatment]) -> bool:
    """Tell whether an oral antidepressant is begun with the study."""
    return any(one.kind == "antidepressant" and one.start == 0 for one in treatments)


def administrations(plan: Plan, phase: Phase, conduct: Conduct | None = None) -> list[Administration]:
    """Return the doses of a phase in order, as planned or as they were given; they are numbered over all phases."""
    first = plan.days.index(phase.days[0]) if phase.days else 0
    given = zip(phase.days, phase.every_dose, phase.lengths, strict=False)
    out = [Administration(d, a, unit, over, k) for k, (d, (a, unit), over) in enumerate(given, start=first)]
    if conduct is None:
        return out
    return [replace(p, time=conduct.time(p.occasion, float(p.time)), amount=p.amount * conduct.share[:, p.occasion]) for p in out]


def session_part(plan: Plan, system: System, people: Cohort, conduct: Conduct | None, span: tuple[float, float]) -> list[Event]:
    """Return the events of those sessions that begin within [span): the dose, how it is taken, what is remembered."""
    inside = lambda t: span[0] <= t < span[1]  # noqa: E731
    numbers, out = {t: k for k, t in enumerate(plan.sessions)}, []
    for phase in plan.phases:
        doses = [a for a, d in zip(administrations(plan, phase, conduct), phase.days, strict=True) if inside(d)]
        out += dose_events(phase.drug, phase.route, doses, people, plan.routes)
        days, sham = [d for d in phase.days if inside(d)], [d for d in phase.sham if inside(d)]
        given = {d: conduct.time(plan.days.index(d), d) for d in days} if conduct else {}
        out += session_events(phase.drug, (days, sham), system, people, given, numbers)
    return out


def trial_part(plan: Plan, system: System, people: Cohort) -> list[Event]:
    """Return what a trial does beside the sessions: enrolment, belief where all know, other treatments, interventions; and life."""
    out = [resolved(e, system) for e in (*plan.extra, *life_events(plan.life, plan.end, people, system))]
    if not plan.expects or "enrolled" not in system.inputs:
        return out
    trial = [Event(0.0, "enrolled", "set", 1.0)]
    for phase in plan.phases:
        if BLINDINGS[phase.blinding].known:
            trial.append(Event(phase.start, "belief", "set", SURE if phase.treated else -SURE))
    if plan.hopeful:
        trial.append(Event(0.0, "new_drug", "set", 1.0))
    for one in plan.treatments:
        trial += treatment_events(one)
    return out + [resolved(e, system) for e in trial]


def contact_part(plan: Plan, system: System, conduct: Conduct | None, span: tuple[float, float]) -> list[Event]:
    """Return the visits within [span) of those who are still there."""
    if not plan.expects or "enrolled" not in system.inputs:
        return []
    there = [(t, t if conduct is None else np.where(conduct.left < t, np.nan, t)) for t in plan.contacts if span[0] <= t < span[1]]
    return [resolved(Event(time, "visit", "set", 1.0), system) for _, time in there]


def treatment_events(one: Treatment) -> list[Event]:
    """Return how another treatment begins, goes on and ends."""
    if one.kind == "ect":
        days = one.days or tuple(one.start + 24.0 * d for d in ECT_DAYS)
        return [Event(d, "ect_session", "add", 1.0) for d in days if d < one.stop]
    switch = {"antidepressant": "antidepressant_on", "therapy": "therapy_on"}[one.kind]
    end = [Event(one.stop, switch, "set", 0.0)] if np.isfinite(one.stop) else []
    return [Event(one.start, switch, "set", 1.0), *end]


def whole_events(plan: Plan, system: System, people: Cohort, conduct: Conduct | None = None) -> list[Event]:
    """Return every event of an arm but a belief that follows sessions.  conduct: who gets which dose."""
    always = (-np.inf, np.inf)
    sessions = session_part(plan, system, people, conduct, always)
    return sessions + contact_part(plan, system, conduct, always) + trial_part(plan, system, people)


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


def within(events: Sequence[Event], begin: float, end: float) -> list[Event]:
    """Return the events that may happen to somebody within [begin, end)."""
    return [e for e in events if np.any((np.asarray(e.time) >= begin) & (np.asarray(e.time) < end))]
