"""Conduct: what is decided in a study beside belief: doses held or reduced by rules, missed sessions, people who leave."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from resynapse.engine import Event
from resynapse.methods.rules import DECISIONS, Rule, RuleSet, judge_people
from resynapse.methods.side_effects import occurrences
from resynapse.methods.trial import chance_of, differing, drawn
from resynapse.model.attendance import attendance_sd, hazard_of_share, lack_hazard
from resynapse.model.expectancy import BLINDINGS
from resynapse.model.session_events import DRIVERS, LAWS
from resynapse.notation import InputError, System
from resynapse.study.belief import Belief
from resynapse.study.conditions import Condition
from resynapse.study.dosing import is_given
from resynapse.study.natural import NaturalCourse
from resynapse.study.plan import Plan, plan_of
from resynapse.study.policy import GoingOn, Policy, Rescuing
from resynapse.study.rule_files import load_rules, rule_file
from resynapse.study.schema import Study
from resynapse.study.sessions import probes
from resynapse.study.trial_parts import Dropout
from resynapse.study.visits import Decider, Moment, miss

VITAL = {"SBP": "sbp", "DBP": "dbp"}
SEEN_H = 4.0  # hours after the start of a session within which its events show
LOST_H = 0.001  # who does not come to a visit has left just before it


def rules_of(study: Study) -> RuleSet:
    """Return the rules that a study is run by.  Raises InputError where its drug has none and it names no file."""
    if study.supervision != "rules":
        return load_rules(study.supervision)
    drugs = [arm.drug for arm in study.arms.values() if is_given(arm.drug)]
    if not drugs:
        raise InputError(study.where("supervision"), "rules", "a study that gives a drug with rules, or the name of a rule file")
    return load_rules(rule_file(drugs[0]))


def deciders_of(study: Study, name: str, system: System) -> list[Decider]:
    """Return what is decided while an arm of a study goes on, in the order of decision.

    Raises InputError where a model without sessions (an animal's) is asked for what happens in them.
    """
    arm, plan = study.arms[name], plan_of(study, name)
    out = belief_deciders(plan, system)
    asked = departures(study, name)
    if asked and not all(d in system.units for d in DRIVERS):
        raise InputError(study.where(asked[0]), "asked for", "none: nothing is known of a clinic's session in this model")
    going_on = [phase.who for phase in plan.phases if phase.who is not None]
    if going_on:
        out.append(GoingOn(needs=scales(going_on)))
    if study.adherence < 1:
        out.append(Attendance(share=study.adherence))
    if study.supervision != "none":
        out.append(Supervision(rules=rules_of(study)))
    if arm.policy:
        out.append(Policy(needs=scales(rule.when for rule in arm.policy), rules=arm.policy, visits=study.visits))
    if study.rescue is not None:
        out.append(Rescuing(needs=scales([study.rescue.when]), how=study.rescue, visits=study.visits))
    if study.natural_course == "drawn":
        out.append(NaturalCourse())
    if study.dropout is not None:
        out.append(Leaving(how=study.dropout, visits=study.visits))
    return out


def departures(study: Study, name: str) -> list[str]:
    """Return the keys by which an arm may depart from its plan."""
    found = {
        "supervision": study.supervision != "none", "dropout": study.dropout is not None, "adherence": study.adherence < 1,
        "natural_course": study.natural_course != "none", "rescue": study.rescue is not None,
        "arms": bool(study.arms[name].policy or any(phase.who for phase in study.arms[name].phases)),
    }  # fmt: skip
    return [key for key, yes in found.items() if yes]


def scales(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """Return the scales that conditions ask for, once each."""
    return tuple(dict.fromkeys(c.quantity for c in conditions))


def belief_deciders(plan: Plan, system: System) -> list[Decider]:
    """Return the follower of belief, where there is anything to believe."""
    able = "belief" in system.inputs and all(o in system.units for o in Belief.needs)
    return [Belief()] if able and not all(BLINDINGS[phase.blinding].known for phase in plan.phases) else []


@dataclass(frozen=True)
class Attendance(Decider):
    """Some sessions are missed; people differ in how many."""

    share: float = field(kw_only=True)

    def moments(self, plan: Plan) -> Iterable[float]:
        """At every session but the first, at which people are enrolled."""
        return plan.sessions[1:]

    def decide(self, now: Moment) -> list[Event]:
        """Let those who miss this session get nothing."""
        k = now.session
        if k is not None:
            comes = differing(now.people, "attends", self.share, attendance_sd.value)
            miss(now.conduct, now.plan, k, ~drawn(now.people, "attends", k, comes))
        return []


def happened(now: Moment, session: int, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Return {event: (n,) whether it happened} in a session that is over; the same draws stand in the results."""
    start = now.plan.sessions[session]
    tops = {d: now.top(d, start)[:, None] for d in DRIVERS}
    came = now.conduct.came[:, session]
    return {n: x[:, 0] & came for n, x in occurrences({n: LAWS[n] for n in names}, tops, now.people, session).items()}


@dataclass(frozen=True)
class SessionDecider(Decider):
    """Decides at the start of sessions, and once the last one is over."""

    needs: tuple[str, ...] = DRIVERS

    def moments(self, plan: Plan) -> Iterable[float]:
        """At every session, and four hours after the last one."""
        return (*plan.sessions, plan.sessions[-1] + SEEN_H) if plan.sessions else ()

    def looks(self, plan: Plan) -> Iterable[float]:
        """Return the hours at which the height of a session is looked for."""
        return probes(plan.sessions, plan.over).tolist()

    def give_up(self, now: Moment) -> None:
        """Let those leave whom the last session has brought an event that makes them give up."""
        if now.begun:
            k = now.begun - 1
            onset = now.plan.sessions[k] + LAWS["discontinuation_ae"].onset_h
            now.conduct.leave(happened(now, k, ["discontinuation_ae"])["discontinuation_ae"], onset, "adverse event")


@dataclass(frozen=True)
class Supervision(SessionDecider):
    """Doses held or reduced, and the drug given up, by the rules of a clinic.

    Held: a rule on blood pressure holds or refuses.  Reduced: to the rules' `reduced_dose` from the session after a severe
    dissociation on.  Given up: after the session that brings `discontinuation_ae`.
    """

    rules: RuleSet = field(kw_only=True)
    needs: tuple[str, ...] = (*DRIVERS, *VITAL)

    @property
    def vital(self) -> list[Rule]:
        """The rules on blood pressure."""
        return [r for r in self.rules.rules if r.test is not None and r.test[0] in VITAL.values()]

    def decide(self, now: Moment) -> list[Event]:
        """Look back on the last session, then decide on the one that begins."""
        self.give_up(now)
        if now.begun and now.session is not None:
            self._reduce(now, happened(now, now.begun - 1, ["dissociation_severe"])["dissociation_severe"])
        if now.session is not None:
            seen = {field: now.read(quantity, quantity) for quantity, field in VITAL.items()}
            age = {"age": now.people.covariates["age"]} if "age" in now.people.covariates else {}
            hold = judge_people(self.vital, age | seen, now.people.n) >= DECISIONS.index("hold")
            hold &= now.conduct.came[:, now.session] & ~(now.conduct.stopped < now.time)
            now.conduct.held[:, now.session] = hold
            miss(now.conduct, now.plan, now.session, hold)
        return []

    def _reduce(self, now: Moment, severe: np.ndarray) -> None:
        least = self.rules.number("reduced_dose", np.inf)
        for k, (day, (amount, unit)) in enumerate(zip(now.plan.days, now.plan.doses, strict=False)):
            if day >= now.time - 1e-9 and unit == "mg" and amount > 0:
                now.conduct.share[severe, k] = np.minimum(now.conduct.share[severe, k], least / amount)


@dataclass(frozen=True)
class Leaving(SessionDecider):
    """People leave: for lack of effect, for an adverse event, at random.  Asked at visits, and before each session."""

    how: Dropout = field(kw_only=True)
    visits: tuple[float, ...] = field(kw_only=True)
    needs: tuple[str, ...] = (*DRIVERS, "MADRS")

    def moments(self, plan: Plan) -> Iterable[float]:
        """At visits after the first hour of the study, at sessions, and after the last one."""
        return sorted({*super().moments(plan), *(v for v in self.visits if v > 0)})

    def decide(self, now: Moment) -> list[Event]:
        """Draw who does not come back."""
        if self.how.adverse_event == "events":
            self.give_up(now)
        visit = [k for k, v in enumerate(self.visits) if abs(v - now.time) < 1e-9 and v > 0]
        if visit:
            self._lose(now, visit[0])
        time = np.where(np.isfinite(now.conduct.left), now.time, np.nan)  # nobody goes on with a tablet or a therapist
        return [Event(time, switch, "set", 0.0) for switch in ("antidepressant_on", "therapy_on")]

    def _lose(self, now: Moment, k: int) -> None:
        """Missing at random: by the score of the visit before; not at random (`sees: now`): by the one that nobody will see."""
        last = max((v for v in self.visits if v < now.time), default=0.0)
        days = (now.time - last) / 24
        base = now.read("MADRS", "MADRS", 0.0)
        score = now.true("MADRS") if self.how.sees == "now" else now.read("MADRS", "MADRS", last)
        lack = chance_of(lack_hazard(self.how.lack_of_effect, score, base), days)
        for why, chance in (("lack of effect", lack), ("at random", chance_of(hazard_of_share(self.how.at_random), days))):
            now.conduct.leave(drawn(now.people, f"leaves {why}", k, chance), now.time - LOST_H, why)
