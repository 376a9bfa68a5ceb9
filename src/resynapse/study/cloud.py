"""Cloud: draws from one patient's posterior, brought up to now, from where they can be led on under any plan of doses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resynapse.engine.solution import State
from resynapse.methods.cohort import Cohort
from resynapse.methods.fluctuation import Followed, day_of
from resynapse.methods.forecast import Posterior
from resynapse.model.scales import READOUTS
from resynapse.study.lookalikes import Lookalikes, strays
from resynapse.study.patient_table import Dose

DRAWS = 300


@dataclass(frozen=True)
class Cloud:
    """Draws from one person's posterior: virtual people with weights, up to now, and where they stand now."""

    like: Lookalikes
    people: Cohort
    weight: np.ndarray
    hours: np.ndarray
    values: dict[str, np.ndarray]
    state: State
    strayed: Followed

    @property
    def now(self) -> float:
        """Hours of the last observation."""
        return float(self.hours[-1])

    def rated(self, quantity: str, hour: float, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return middle and SD (n,) of what a rating or sample at an hour would show of true values (n,): fluctuation and error."""
        scale, error = READOUTS[quantity].scale, self.like.error(quantity, true, self.people)
        if scale is None or not strays(quantity):
            return true, error
        width, then = scale.high - scale.low, self.strayed.on(int(day_of(hour)))
        return true + width * then.mean, np.sqrt(error**2 + width**2 * then.variance)

    def ahead(self, doses: Sequence[Dose], hours: np.ndarray, quantities: Sequence[str]) -> dict[str, np.ndarray]:
        """Return true courses {quantity: (n, T)} from now on under some doses."""
        solved = self.like.solve(self.people, doses, hours, quantities, self.state)
        return {q: solved.values[self.like.output(q)] for q in quantities}


def cloud_of(like: Lookalikes, posterior: Posterior, hours: Sequence[float], quantities: Sequence[str]) -> Cloud:
    """Return draws from the posterior with their true courses up to now, daily and at the hours asked for."""
    which, weight = posterior.chosen(DRAWS, like.seed)
    people, now = like.people(posterior.z[which], which), like.patient.now
    past = np.unique([0.0, *daily(0.0, now), *(h for h in hours if h < now), *like.clock, now])
    solved = like.solve(people, like.patient.doses, past, quantities)
    strayed = like.follow(people, solved)[1]
    whole = np.setdiff1d(np.arange(people.n), solved.failed)
    values = {q: solved.values[like.output(q)][whole] for q in quantities}
    kept = weight[whole] / weight[whole].sum()
    return Cloud(like, people.take(whole), kept, past, values, solved.state().take(whole), strayed.take(whole))


def daily(start: float, end: float) -> np.ndarray:
    """Return the hours of whole days from start to end."""
    return np.arange(24 * np.ceil(start / 24), end + 1e-9, 24.0)
