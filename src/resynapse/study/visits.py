"""The visit loop: an arm is solved from one decision to the next, and what a clinic would have measured decides how it goes on.

A `Decider` names the hours at which it decides (`moments`) and changes the conduct of the trial or lets something happen
(`decide`).  With no decider there is one stretch from the start to the end.  Cuts lie where the design puts them, so the bits of a
course depend on the design and the person alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from resynapse.engine import Ensemble, Event, Schedule, Settings
from resynapse.methods.cohort import Cohort
from resynapse.methods.trial import Conduct
from resynapse.model.items import DOMAINS
from resynapse.notation import System
from resynapse.study.measure import as_rated, measured
from resynapse.study.plan import Plan, contact_part, resolved, session_part, trial_part, within
from resynapse.study.rated import Rated

Values = Mapping[str, np.ndarray | float]


@dataclass(frozen=True)
class Solved:
    """Courses of an arm: outputs (n, T) at `times` (h), people who could not be solved, and what became of the plan."""

    times: np.ndarray
    values: dict[str, np.ndarray]
    failed: np.ndarray
    conduct: Conduct


@dataclass(frozen=True)
class Moment:
    """A decision: the hour, and all that is known by then."""

    time: float
    plan: Plan
    people: Cohort
    system: System
    conduct: Conduct
    solved: Solved

    @property
    def session(self) -> int | None:
        """Number of the session that begins now."""
        found = [k for k, s in enumerate(self.plan.sessions) if abs(s - self.time) < 1e-9]
        return found[0] if found else None

    def number(self, name: str) -> np.ndarray | float:
        """Return a parameter, each person's own where people differ in it."""
        return self.people.values.get(name, self.system.params[name].value)

    @property
    def begun(self) -> int:
        """How many sessions have begun before now."""
        return sum(s < self.time - 1e-9 for s in self.plan.sessions)

    def true(self, output: str, time: float | None = None) -> np.ndarray:
        """Return an output (n,) now, or at an earlier hour that was looked at, without error."""
        return self.solved.values[output][:, self._column(time)]

    def read(self, quantity: str, output: str, time: float | None = None) -> np.ndarray:
        """Return a quantity (n,) as it is measured; the same number stands in the results."""
        at = self.time if time is None else time
        if self.plan.asks.answered(quantity, at):
            traits = {domain: self.true(domain, time)[:, None] for domain in DOMAINS}
            off = self.plan.rater_bias * self.true("belief", time)[:, None] if self.plan.rater_bias else 0.0
            return Rated(traits, np.array([at]), self.people, self.plan.name, taken_off=off)[quantity][:, 0]
        true = self.true(output, time)
        if self.plan.rater_bias:
            true = as_rated(quantity, true, self.true("belief", time), self.plan.rater_bias)
        return measured(quantity, output, true[:, None], np.array([at]), self.people, (self.system, self.plan.name))[:, 0]

    def top(self, output: str, since: float) -> np.ndarray:
        """Return the highest value (n,) of an output from an hour until now."""
        inside = (self.solved.times >= since - 1e-9) & (self.solved.times <= self.time + 1e-9)
        return self.solved.values[output][:, inside].max(axis=1)

    def _column(self, time: float | None) -> int:
        return int(np.searchsorted(self.solved.times, (self.time if time is None else time) - 1e-9))


def miss(conduct: Conduct, plan: Plan, session: int, who: np.ndarray) -> None:
    """Let some people (n,) go without a session, and the dose that is planned for it."""
    conduct.came[who, session] = False
    for dose, day in enumerate(plan.days):
        if abs(day - plan.sessions[session]) < 1e-9:
            conduct.given[who, dose] = False


def absent(conduct: Conduct, plan: Plan, span: tuple[float, float]) -> None:
    """Those whose treatment has ended do not come to the sessions within [span)."""
    for k, start in enumerate(plan.sessions):
        if span[0] <= start < span[1] and np.any(conduct.stopped < start):
            miss(conduct, plan, k, conduct.stopped < start)


@dataclass(frozen=True)
class Decider:
    """Something that is decided while a trial goes on; the base of all deciders decides nothing.  needs: outputs to be looked at."""

    needs: tuple[str, ...] = ()

    def opening(self, plan: Plan, people: Cohort, number: Callable[[str], np.ndarray | float]) -> list[Event]:
        """Return what happens at the start.  number: name of a parameter -> value."""
        return []

    def moments(self, plan: Plan) -> Iterable[float]:
        """Return the hours of decisions."""
        return ()

    def looks(self, plan: Plan) -> Iterable[float]:
        """Return further hours that have to be looked at."""
        return ()

    def decide(self, now: Moment) -> list[Event]:
        """Change the conduct; return what happens from now on."""
        return []


def follow(
    plan: Plan,
    who: tuple[Ensemble, Cohort],
    values: Values,
    asked: tuple[np.ndarray, Sequence[str]],
    deciders: Sequence[Decider] = (),
    settings: Settings | None = None,
) -> Solved:
    """Solve one arm.  who: the model and the people; values: their parameters; asked: hours (T,) and outputs.

    Hours of decisions are among the times of the result.
    """
    (ensemble, people), system = who, who[0].system
    settings = settings or Settings(on_failure="report")
    end = round(float(asked[0][-1]), 9)
    due = [[round(float(t), 9) for t in d.moments(plan)] for d in deciders]
    cuts = sorted({t for times in due for t in times if 0 <= t <= end})
    looks = [t for d in deciders for t in d.looks(plan) if 0 <= t <= end]
    times = np.unique(np.round(np.concatenate([asked[0], cuts, looks]), 9))
    beside = [*(["belief"] if plan.rater_bias else []), *(DOMAINS if plan.asks.banks else [])]
    outputs: list[str] = list(dict.fromkeys([*asked[1], *(o for d in deciders for o in d.needs), *beside]))
    conduct = Conduct.planned(people.n, len(plan.days), len(plan.sessions))
    solved = Solved(times, {o: np.full((people.n, len(times)), np.nan) for o in outputs}, np.zeros(0, np.int64), conduct)
    number = Moment(0.0, plan, people, system, conduct, solved).number
    opening = [resolved(e, system) for d in deciders for e in d.opening(plan, people, number)]
    events, state, failed = [*trial_part(plan, system, people), *opening], None, set()
    begin = -np.inf
    for until in cuts if cuts and cuts[-1] == end else [*cuts, end]:
        span, decided = (begin, np.inf if until == end else until), conduct if deciders else None
        absent(conduct, plan, span)
        events += session_part(plan, system, people, decided, span) + contact_part(plan, system, decided, span)
        columns = np.flatnonzero((times <= until) & (times > begin))
        schedule = Schedule.of(within(events, *span), people.n, system)
        part = ensemble.run(people.n, values, schedule, times[columns], outputs, settings, state)
        for o in outputs:
            solved.values[o][:, columns] = part.values[o]
        failed |= {int(i) for i in part.failed}
        state, begin = part.state(), until
        now = Moment(until, plan, people, system, conduct, solved)
        for decider in (d for d, moments in zip(deciders, due, strict=True) if until in moments):
            events += [resolved(e, system) for e in decider.decide(now)]
    return _finished(solved, failed)


def _finished(solved: Solved, failed: set[int]) -> Solved:
    lost = np.array(sorted(failed), np.int64)
    for x in solved.values.values():
        x[lost] = np.nan
    return Solved(solved.times, solved.values, lost, solved.conduct)

