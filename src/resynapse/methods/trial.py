"""Trial: what becomes of a plan, person by person, and the random decisions of a trial.

Hazards and updates are declared in the model and come in as numbers; here they are drawn.  A draw depends on (seed, purpose,
occasion, person), so neither the other people of a batch nor the order of decisions can change it.
"""

from dataclasses import dataclass, fields

import numpy as np

from resynapse.engine import streams
from resynapse.methods.cohort import Cohort

NOT_ON = "not eligible for the next phase"
LEFT = ("stayed", "lack of effect", "adverse event", "at random", NOT_ON)
"""Why somebody left a trial, by the code in `Conduct.why`."""


@dataclass(frozen=True)
class Conduct:
    """What became of a plan.  n people, D doses, K sessions (sham among them); filled in as a trial goes on.

    given (n, D); share (n, D): of the planned dose; held, came (n, K): held back by a rule, attended and not held; odds (n, K): log
    odds of having got the drug, after each session, NaN where they are not followed; stopped (n,): hour of the end of treatment, inf
    if never; left (n,): hour at which the person left the study; why (n,): code in LEFT; well_since, relapsed, recovered (n,): hours of
    the natural course, the last of each; rescued (n,): hour; gap (n,): hours that a rule wants between sessions.
    """

    given: np.ndarray
    share: np.ndarray
    held: np.ndarray
    came: np.ndarray
    stopped: np.ndarray
    left: np.ndarray
    why: np.ndarray
    odds: np.ndarray
    well_since: np.ndarray
    relapsed: np.ndarray
    recovered: np.ndarray
    rescued: np.ndarray
    gap: np.ndarray

    @classmethod
    def planned(cls, n: int, doses: int, sessions: int) -> "Conduct":
        """Return conduct in which everything goes as planned."""
        never = np.full(n, np.inf)
        return cls(
            np.ones((n, doses), bool), np.ones((n, doses)), np.zeros((n, sessions), bool), np.ones((n, sessions), bool),
            never, never.copy(), np.zeros(n, np.int64), np.full((n, sessions), np.nan),
            never.copy(), never.copy(), never.copy(), never.copy(), np.zeros(n),
        )  # fmt: skip

    def take(self, index: np.ndarray) -> "Conduct":
        """Return that of some of the people."""
        return Conduct(*(getattr(self, f.name)[index] for f in fields(self)))

    def time(self, dose: int, planned: float) -> np.ndarray:
        """Return the hours (n,) of one dose, NaN for those who do not get it."""
        return np.where(self.given[:, dose], planned, np.nan)

    def stop(self, who: np.ndarray, time: float) -> None:
        """End the treatment of some people, who (n,) bool."""
        self.stopped[who] = np.minimum(self.stopped[who], time)

    def leave(self, who: np.ndarray, time: float | np.ndarray, why: str) -> None:
        """Let some people leave, and end their treatment; those who have left stay so."""
        new = who & ~np.isfinite(self.left)
        self.left[new] = np.broadcast_to(time, new.shape)[new]
        self.why[new] = LEFT.index(why)
        self.stopped[new] = np.minimum(self.stopped[new], self.left[new])


def drawn(people: Cohort, purpose: str, occasion: int, chance: np.ndarray | float) -> np.ndarray:
    """Return to whom something with a chance happens, (n,) bool."""
    return streams.uniform(people.seed, f"trial:{purpose}", occasion, people.people) < chance


def chance_of(hazard: np.ndarray | float, days: float) -> np.ndarray:
    """Return the chance of an event within so many days, from its hazard per day."""
    return 1 - np.exp(-np.maximum(hazard, 0.0) * days)


def differing(people: Cohort, purpose: str, typical: float, sd: float) -> np.ndarray:
    """Return a share (n,) between 0 and 1 that differs between people, normal on the logit around the typical one."""
    if not 0 < typical < 1:
        return np.full(people.n, float(typical))
    odds = typical / (1 - typical) * np.exp(sd * streams.normal(people.seed, f"trial:{purpose}:person", 0, people.people))
    return odds / (1 + odds)


def allocated(seed: int, strata: np.ndarray, parts: np.ndarray, blocks: int) -> np.ndarray:
    """Return the arm (N,) of everybody in a trial, drawn in blocks within strata (N,), in the order of the people.

    parts: how often each arm stands in a ratio; blocks: how many ratios make a block.  Within a block every arm stands as often as
    its parts say; the order in it is drawn.
    """
    slots = np.repeat(np.arange(len(parts)), parts * blocks)
    out = np.zeros(len(strata), np.int64)
    for label in np.unique(strata):
        who = np.flatnonzero(strata == label)
        block = np.arange(len(who)) // len(slots)
        keys = streams.uniform(seed, f"trial:randomised:{label}", np.arange(block.max() + 1)[:, None], np.arange(len(slots))[None, :])
        order = slots[np.argsort(keys, axis=1, kind="stable")]
        out[who] = order[block, np.arange(len(who)) % len(slots)]
    return out
