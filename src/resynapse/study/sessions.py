"""Sessions: what a study does at every session beside the dose itself, with a placebo as with the drug."""

from collections.abc import Iterable

import numpy as np

from resynapse.engine import Event, streams
from resynapse.methods.cohort import Cohort
from resynapse.model.tolerability import OCCASIONS
from resynapse.notation import System
from resynapse.study.dosing import is_given


def session_events(drug: str, doses: Iterable[float], sham: Iterable[float], system: System, people: Cohort) -> list[Event]:
    """Return the events of sessions (h): how each person takes each one, and what is remembered of a dose.  sham: sessions without."""
    if not all(o.what in system.inputs for o in OCCASIONS):
        return []
    named = "dose_given" if is_given(drug) else "midazolam_given" if drug == "midazolam" else ""
    action = system.events[named] if named else None
    dosed = set(doses)
    out: list[Event] = []
    for k, t in enumerate(sorted({*dosed, *sham})):
        for o in OCCASIONS:
            z = streams.normal(people.seed, f"occasion:{o.what}", k, people.people)
            out.append(Event(t, o.what, "set", np.exp(o.sd * z - o.sd**2 / 2)))
        if action is not None and t in dosed:
            out.append(Event(t, action.state, action.act, action.value))
    return out
