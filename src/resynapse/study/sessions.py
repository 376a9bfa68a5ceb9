"""Sessions: what a study does at every session beside the dose itself, with a placebo as with the drug."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from resynapse.engine import Event, streams
from resynapse.methods.cohort import CHANCE, Cohort
from resynapse.methods.side_effects import counts, hazards, occurrences, peaks
from resynapse.model.session_events import COMPLAINTS, DRIVERS, LAWS
from resynapse.model.tolerability import OCCASIONS
from resynapse.notation import System
from resynapse.study.dosing import is_given

EVENTS = tuple(f"event:{name}" for name in (*LAWS, "any_adverse_event"))
_FROM_COURSE = re.compile(r"^event:(SBP|DBP|HR|CADSS|MOAAS|sedation_MOAAS)_(rise_ge|fall_ge|ge|le)\d+(\.\d+)?$")
_OF_A_SCALE = re.compile(r"^event:(MADRS|HAMD17|PHQ9)_(response|remission)$")  # at any visit
PROBES_H = (20 / 60, 0.5, 40 / 60, 50 / 60, 1.0, 1.5, 2.0, 3.0)


def is_known_event(quantity: str) -> bool:
    """Tell whether an event is drawn here, or read off a course or a scale, such as event:SBP_rise_ge40."""
    return quantity in EVENTS or any(form.match(quantity) for form in (_FROM_COURSE, _OF_A_SCALE))


def session_events(
    drug: str,
    sessions: tuple[Iterable[float], Iterable[float]],
    system: System,
    people: Cohort,
    given: Mapping[float, np.ndarray] | None = None,
    numbers: Mapping[float, int] | None = None,
) -> list[Event]:
    """Return the events of sessions (h): how each person takes each one, and what is remembered of a dose.

    sessions: with a dose, and sham.  given: {session: hours (n,), NaN for those who do not get that dose}; everybody where left out.
    numbers: of sessions among all of an arm; in order where left out.
    """
    if not all(o.what in system.inputs for o in OCCASIONS):
        return []
    named = "dose_given" if is_given(drug) else "midazolam_given" if drug == "midazolam" else ""
    action = system.events[named] if named else None
    dosed, sham = (set(x) for x in sessions)
    out: list[Event] = []
    for k, t in enumerate(sorted(dosed | sham)):
        k = k if numbers is None else numbers[t]
        for o in OCCASIONS:
            z = streams.normal(people.seed, f"occasion:{o.what}", k, people.people)
            out.append(Event(t, o.what, "set", np.exp(o.sd * z - o.sd**2 / 2)))
        if action is not None and t in dosed:
            out.append(Event((given or {}).get(t, t), action.state, action.act, action.value))
    return out


def probes(sessions: Iterable[float], over: float) -> np.ndarray:
    """Return the hours at which the height of a session is looked for, in all sessions."""
    after = {*PROBES_H, over + 0.1}
    return np.unique(np.round([s + a for s in sessions for a in after], 9))


def side_effects(values: Mapping[str, np.ndarray], times: np.ndarray, sessions: Sequence[float], people: Cohort) -> dict[str, np.ndarray]:
    """Return {event: (n, K) whether it happens} from courses (n, T) of every driver; `any_adverse_event` is any of them.

    Where chance is left out of the people, the hazard of each event stands for whether it happens.
    """
    drivers = {d: peaks(values[d], times, sessions) for d in DRIVERS}
    if CHANCE in people.left_out:
        likely = {name: hazards(name, law, drivers[law.driver], people) for name, law in LAWS.items()}
        return likely | {"any_adverse_event": np.sum([likely[c] for c in COMPLAINTS], axis=0)}
    happens = occurrences(LAWS, drivers, people)
    happens["any_adverse_event"] = np.any([happens[c] for c in COMPLAINTS], axis=0)
    return happens


def event_series(happens: Mapping[str, np.ndarray], sessions: Sequence[float], times: np.ndarray) -> dict[str, np.ndarray]:
    """Return {event:NAME: (n, T) number of such events up to each time}."""
    onset = {name: law.onset_h for name, law in LAWS.items()}
    return {f"event:{name}": counts(x, sessions, onset.get(name, 0.25), times) for name, x in happens.items()}
