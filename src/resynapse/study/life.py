"""Life: stressful events that befall each person at random, the same ones in every arm."""

import numpy as np

from resynapse.engine import Event, streams
from resynapse.methods.cohort import Cohort
from resynapse.model.stress import event_sd, event_size
from resynapse.notation import System

HOURS_A_YEAR = 365.25 * 24


def life_events(per_year: float, end: float, people: Cohort, system: System) -> list[Event]:
    """Return the events of each person up to `end` (h): a Poisson process, sizes log-normal with the model's mean.

    A draw depends on the person and the number of the event alone, so a longer study adds events and changes none.
    """
    if per_year <= 0 or "trouble" not in system.states:
        return []
    out: list[Event] = []
    when = np.zeros(people.n)
    for k in range(10_000):
        when = when - np.log(1 - streams.uniform(people.seed, "life_event:time", k, people.people)) * HOURS_A_YEAR / per_year
        if not np.any(when <= end):
            break
        z = streams.normal(people.seed, "life_event:size", k, people.people)
        size = event_size.value * np.exp(event_sd.value * z - event_sd.value**2 / 2)
        out.append(Event(np.where(when <= end, when, np.nan), "trouble", "add", size))
    return out
