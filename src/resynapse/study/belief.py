"""Belief: what each person thinks of having got the drug, from what was felt in the sessions so far."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from resynapse.engine import Event, streams
from resynapse.methods.cohort import Cohort
from resynapse.model.expectancy import BLINDINGS, SETTLED, TOLD_H, belief_of, believed
from resynapse.study.plan import Phase, Plan
from resynapse.study.sessions import PROBES_H
from resynapse.study.visits import Decider, Moment


def odds_before(blinding: str, people: Cohort, sd: np.ndarray | float) -> np.ndarray:
    """Return the log odds (n,) of the drug with which people enter.  sd: how they differ in it."""
    return BLINDINGS[blinding].prior + sd * streams.normal(people.seed, "belief:person", 0, people.people)


def lessons(sessions: tuple[float, ...]) -> list[tuple[float, float, int]]:
    """Return (beginning, hour by which it has been felt, number of its last session) of the sessions that still teach something.

    Sessions that follow each other within two hours, such as a bolus and its infusion, are felt as one.
    """
    out: list[tuple[float, float, int]] = []
    for k, start in enumerate(sessions):
        if out and start < out[-1][1] - 1e-9:
            out[-1] = (out[-1][0], start + TOLD_H, k)
        else:
            out.append((start, start + TOLD_H, k))
    return out[:SETTLED]


@dataclass(frozen=True)
class Belief(Decider):
    """Decides, two hours into a session, what each person has learnt from it; with every blinded phase the guessing begins anew."""

    needs: tuple[str, ...] = ("CADSS", "sedation_depth")

    def opening(self, plan: Plan, people: Cohort, number: Callable[[str], np.ndarray | float]) -> list[Event]:
        """Everybody enters a blinded phase with some belief."""
        sd, phases = number("conviction"), [p for p in plan.phases if not BLINDINGS[p.blinding].known]
        return [Event(p.start, "belief", "set", belief_of(odds_before(p.blinding, people, sd))) for p in phases]

    def moments(self, plan: Plan) -> Iterable[float]:
        """Two hours into each session that teaches something."""
        return [told for phase in plan.phases if teaches(phase) for _, told, _ in lessons(phase.sessions)]

    def looks(self, plan: Plan) -> Iterable[float]:
        """Return the hours at which the height of a session is looked for."""
        after = sorted({*(h for h in PROBES_H if h <= TOLD_H), min(plan.over + 0.1, TOLD_H)})
        begins = [begin for phase in plan.phases if teaches(phase) for begin, _, _ in lessons(phase.sessions)]
        return [round(begin + h, 9) for begin in begins for h in after]

    def decide(self, now: Moment) -> list[Event]:
        """Update the log odds of those who came."""
        phases = [p for p in now.plan.phases if teaches(p)]
        phase, i = next((p, i) for p in phases for i, x in enumerate(lessons(p.sessions)) if abs(x[1] - now.time) < 1e-6)
        first, known = now.plan.sessions.index(phase.sessions[0]), lessons(phase.sessions)
        k, past = first + known[i][2], [first + number for _, _, number in known[:i]]
        before = now.conduct.odds[:, past[-1]] if past else odds_before(phase.blinding, now.people, now.number("conviction"))
        felt = now.top("CADSS", known[i][0]), now.top("sedation_depth", known[i][0])
        after = believed(before, now.conduct.came[:, past].sum(axis=1), felt, phase.blinding, now.number)
        came = now.conduct.came[:, k]
        now.conduct.odds[:, k] = np.where(came, after, before)
        return [Event(np.where(came, now.time, np.nan), "belief", "set", belief_of(after))]


def teaches(phase: Phase) -> bool:
    """Tell whether what is felt in the sessions of a phase says something of what was given."""
    return BLINDINGS[phase.blinding].informs and not BLINDINGS[phase.blinding].known
