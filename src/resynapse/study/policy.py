"""Policy: doses, intervals and rescue that follow from the scores of a visit."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from resynapse.engine import Event
from resynapse.methods.trial import NOT_ON
from resynapse.study.conditions import Action, Condition
from resynapse.study.plan import Plan, Treatment, treatment_events
from resynapse.study.trial_parts import PolicyRule, Rescue
from resynapse.study.visits import Decider, Moment, miss
from resynapse.study.vocabulary import TREATMENTS

EARLY_H = 12.0  # a session may be this much early and still keep its interval


def holds(now: Moment, asked: Condition) -> np.ndarray:
    """Tell for whom (n,) a condition holds now, by what is measured; never for those who have left."""
    score, baseline = now.read(asked.quantity, asked.quantity), now.read(asked.quantity, asked.quantity, 0.0)
    return asked.met(score, baseline) & ~(now.conduct.left < now.time)


@dataclass(frozen=True)
class Policy(Decider):
    """The rules of one arm, in order: each is asked at its days, or at every session or visit."""

    rules: tuple[PolicyRule, ...] = field(kw_only=True)
    visits: tuple[float, ...] = field(kw_only=True)

    def moments(self, plan: Plan) -> Iterable[float]:
        """At all that some rule asks for, and at every session where intervals are stretched."""
        out = {t for rule in self.rules for t in self._times(rule, plan)}
        return sorted(out | set(plan.sessions if any(rule.do.what == "every" for rule in self.rules) else ()))

    def _times(self, rule: PolicyRule, plan: Plan) -> Iterable[float]:
        if rule.at == "sessions":
            return plan.sessions
        return [v for v in self.visits if v > 0] if rule.at == "visits" else rule.at

    def decide(self, now: Moment) -> list[Event]:
        """Apply the rules, then skip a session that comes before its interval is over."""
        for rule in self.rules:
            if any(abs(t - now.time) < 1e-6 for t in self._times(rule, now.plan)):
                self._act(now, rule.do, holds(now, rule.when))
        k = now.session
        if k is not None and k > 0:
            came = now.conduct.came[:, :k]
            starts = np.where(came, np.array(now.plan.sessions[:k])[None, :], -np.inf).max(axis=1)
            miss(now.conduct, now.plan, k, now.time - starts < now.conduct.gap - EARLY_H)
        return []

    def _act(self, now: Moment, do: Action, who: np.ndarray) -> None:
        if do.what == "stop":
            now.conduct.stop(who, now.time - 1e-6)
        elif do.what == "hold" and now.session is not None:
            miss(now.conduct, now.plan, now.session, who)
        elif do.what in ("every", "as planned"):
            now.conduct.gap[who] = do.amount
        elif do.what == "dose":
            for k, (day, (amount, _)) in enumerate(zip(now.plan.days, now.plan.doses, strict=False)):
                if day >= now.time - 1e-9 and amount > 0:
                    now.conduct.share[who, k] = do.amount / amount


@dataclass(frozen=True)
class Rescuing(Decider):
    """At visits from a day on: another treatment begins, and the study's drug ends."""

    how: Rescue = field(kw_only=True)
    visits: tuple[float, ...] = field(kw_only=True)

    def moments(self, plan: Plan) -> Iterable[float]:
        """At visits."""
        return [v for v in self.visits if v > 0 and v >= self.how.start]

    def decide(self, now: Moment) -> list[Event]:
        """Begin what is to rescue those who need it and have not had it."""
        who = holds(now, self.how.when) & ~np.isfinite(now.conduct.rescued)
        now.conduct.rescued[who] = now.time
        now.conduct.stop(who, now.time - 1e-6)
        if self.how.gives == "none":
            return []
        out = treatment_events(Treatment(TREATMENTS[self.how.gives], now.time))
        return [Event(np.where(who, e.time, np.nan), e.what, e.act, e.value) for e in out]


@dataclass(frozen=True)
class GoingOn(Decider):
    """At the start of a phase: those of whom its condition does not hold do not go on."""

    def moments(self, plan: Plan) -> Iterable[float]:
        """When a phase with a condition begins."""
        return [phase.start for phase in plan.phases if phase.who is not None]

    def decide(self, now: Moment) -> list[Event]:
        """Let the others leave."""
        for phase in now.plan.phases:
            if phase.who is not None and abs(phase.start - now.time) < 1e-6:
                now.conduct.leave(~holds(now, phase.who), now.time - 1e-6, NOT_ON)
        return []
