"""Dose records in the sense of NONMEM (AMT, RATE, II, ADDL, SS, EVID, lag, bioavailability) -> events.

Rules   bioavailability scales the amount: with a rate given the infusion gets shorter, with a duration given its rate gets smaller.
        A lag delays every dose of a record.  Infusions may overlap, also when II is shorter than the infusion.
        A reset (EVID 3; EVID 4 also gives the dose; SS 1 likewise) puts all states to their start, stops running infusions, and
        cancels what earlier records still had to give.
        SS = 1 starts at the steady state of the dose repeated every II, found by repeating it until two intervals end alike.
Not     SS = 2 (superposition), and the steady state of a constant infusion.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from resynapse.engine.ensemble import Ensemble
from resynapse.engine.schedule import Event, Schedule
from resynapse.engine.solution import Settings, State
from resynapse.engine.tables import Array
from resynapse.notation import InputError, System, units

ALIKE = 1e-10  # relative change of every state from one interval to the next at steady state
INTERVALS = 5000  # at most; a system that has not settled by then is refused
RUN_IN = Settings(rtol=1e-10, atol=1e-12)


@dataclass(frozen=True)
class Dose:
    """One record.  time (h), amount, rate (amount/h), duration (h), lag (h), fraction: numbers or one for each of n patients.

    into: a state for a bolus, an input for an infusion.  unit: of the amount; empty for the state's, or the input's times an hour.
    """

    time: Any
    amount: Any = 0.0
    into: str = ""
    unit: str = ""
    rate: Any = None
    duration: Any = None
    lag: Any = 0.0
    fraction: Any = 1.0
    ii: float = 0.0
    addl: int = 0
    ss: int = 0
    evid: int = 1


def dose_events(doses: Sequence[Dose], system: System) -> list[Event]:
    """Return the events of records none of which asks for a steady state.  Raises InputError for what cannot be read."""
    if any(dose.ss for dose in doses):
        raise InputError("doses", "ss = 1", "regimen(...), which can run the system to its steady state")
    return [e for i, dose in enumerate(doses) for e in _events(i, doses, system)]


def regimen(ens: Ensemble, n: int, values: Mapping[str, Any], doses: Sequence[Dose]) -> list[Event]:
    """Return the events of any records, for n patients with these parameter values."""
    out: list[Event] = []
    for i, dose in enumerate(doses):
        if dose.ss:
            _check(dose, f"dose {i + 1}", ens.system)
            out += _start_at(dose, steady_state(ens, n, values, dose), ens.system, n)
        out += _events(i, doses, ens.system)
    return out


def _check(dose: Dose, place: str, system: System) -> None:
    rows = [*system.states, *system.inputs]
    if dose.evid not in (1, 3, 4):
        raise InputError(f"{place}: evid", dose.evid, "1 (dose), 3 (reset) or 4 (reset and dose)")
    if dose.evid == 3:
        return
    if dose.into not in rows:
        raise InputError(f"{place}: into", dose.into, "a state or an input", rows)
    if dose.rate is not None and dose.duration is not None:
        raise InputError(place, "rate and duration", "one of them")
    infusion = dose.rate is not None or dose.duration is not None
    if infusion != (dose.into in system.inputs):
        expected = "a rate or a duration" if dose.into in system.inputs else "an input to infuse into, because a state takes a bolus"
        raise InputError(f"{place}: {dose.into}", "an infusion" if infusion else "a dose without rate and duration", expected)
    for name, lowest in (("amount", 0.0), ("lag", 0.0), ("fraction", 0.0), ("ii", 0.0), ("addl", 0)):
        x = np.asarray(getattr(dose, name), float)
        if not np.all(np.isfinite(x) & (x >= lowest)):
            raise InputError(f"{place}: {name}", getattr(dose, name), f"a number of {lowest} or more")
    for name in ("rate", "duration"):
        x = getattr(dose, name)
        if x is not None and not np.all(np.isfinite(np.asarray(x, float)) & (np.asarray(x, float) > 0)):
            raise InputError(f"{place}: {name}", x, "a number above 0")
    if dose.ss not in (0, 1):
        raise InputError(f"{place}: ss", dose.ss, "0 or 1")
    if (dose.addl or dose.ss) and not dose.ii > 0:
        raise InputError(f"{place}: ii", dose.ii, "an interval above 0 h, because addl or ss is given")


def _resets(dose: Dose) -> bool:
    return dose.evid in (3, 4) or dose.ss == 1


def _arrivals(i: int, doses: Sequence[Dose]) -> Iterator[Array]:
    """Yield the times at which record i gives something, not-a-number where a later reset has cancelled it."""
    dose = doses[i]
    start = np.asarray(dose.time, float)
    for k in range(int(dose.addl) + 1):
        arrival = start + k * dose.ii + np.asarray(dose.lag, float)
        for j, other in enumerate(doses):
            if j != i and _resets(other):
                reset = np.asarray(other.time, float)
                earlier = (start < reset) | ((start == reset) & (i < j))
                arrival = np.where(earlier & (arrival >= reset), np.nan, arrival)
        yield arrival


def _events(i: int, doses: Sequence[Dose], system: System) -> list[Event]:
    dose, place = doses[i], f"dose {i + 1}"
    _check(dose, place, system)
    out = [Event(dose.time, "", "reset")] if dose.evid in (3, 4) else []
    if dose.evid == 3:
        return out
    for arrival in _arrivals(i, doses):
        out += _give(dose, arrival, system, place)
    return out


def _give(dose: Dose, time: Any, system: System, place: str) -> list[Event]:
    """Return the event of one single dose, at the time at which it arrives.  An amount of 0 gives nothing."""
    amount = np.asarray(dose.amount, float) * np.asarray(dose.fraction, float)
    if dose.into in system.states:
        return [Event(time, dose.into, "add", amount, dose.unit)]
    declared = system.units[dose.into]
    unit = f"{dose.unit}/h" if dose.unit else declared
    if dose.rate is not None:
        duration = amount / np.asarray(dose.rate, float)
        rate = np.asarray(dose.rate, float)
    else:
        duration = np.asarray(dose.duration, float)
        rate = amount / duration
    units.into(unit, declared, place)
    time = np.where(duration > 0, time, np.nan)
    return [Event(time, dose.into, "infuse", rate, unit, np.where(duration > 0, duration, 1.0))]


def _pick(x: Any, who: Array) -> Any:
    return np.asarray(x)[who] if np.ndim(x) else x


def steady_state(ens: Ensemble, n: int, values: Mapping[str, Any], dose: Dose) -> State:
    """Return where n patients stand just before the next dose when it has been repeated every II for long (time 0 of the State).

    A patient's result depends on that patient alone.  Raises InputError if it has not settled within INTERVALS intervals.
    """
    _check(dose, "steady state", ens.system)
    phase = np.broadcast_to(np.mod(np.asarray(dose.lag, float), dose.ii), (n,))
    least = 2 + (0 if dose.duration is None and dose.rate is None else int(np.ceil(np.max(_length(dose)) / dose.ii)))
    waiting, found, state = np.arange(n), {}, None
    for k in range(INTERVALS):
        now, then = k * dose.ii, (k + 1) * dose.ii
        mine = {name: _pick(v, waiting) for name, v in values.items()}
        part = {name: _pick(getattr(dose, name), waiting) for name in ("amount", "fraction", "rate", "duration")}
        one = Dose(0.0, part["amount"], dose.into, dose.unit, part["rate"], part["duration"], 0.0, part["fraction"])
        events = _give(one, now + phase[waiting], ens.system, "steady state")
        schedule = Schedule.of(events, waiting.size, ens.system)
        after = ens.run(waiting.size, mine, schedule, [then], [], RUN_IN, state).state()
        if state is not None and k >= least:
            change = np.abs(after.states - state.states)
            settled = np.all(change <= ALIKE * np.abs(after.states) + RUN_IN.atol * ALIKE, axis=1)
            for row in np.flatnonzero(settled):
                found[int(waiting[row])] = (after, row)
            keep = np.flatnonzero(~settled)
            waiting, after = waiting[keep], after.take(keep)
            if waiting.size == 0:
                return _together(found, n)
        state = after
    raise InputError("steady state", f"patient {waiting[0]} after {INTERVALS} intervals", "a system that settles")


def _length(dose: Dose) -> Array:
    given = dose.duration if dose.duration is not None else np.asarray(dose.amount, float) / np.asarray(dose.rate, float)
    return np.asarray(given, float) * (1.0 if dose.duration is not None else np.asarray(dose.fraction, float))


def _together(found: Mapping[int, tuple[State, int]], n: int) -> State:
    """Put the patients' own states into one, with time 0 at the end of each one's last interval."""
    rows = [found[w] for w in range(n)]
    states = np.stack([s.states[r] for s, r in rows])
    inputs = np.stack([s.inputs[r] for s, r in rows])
    parts = [s.running.take(np.array([r])) for s, r in rows]
    columns = [
        (np.full(p.when.size, w), p.when - s.time, p.target, p.act, p.value, p.since - s.time)
        for w, (p, (s, _)) in enumerate(zip(parts, rows, strict=True))
    ]
    joined = (np.concatenate(c) for c in zip(*columns, strict=True))
    return State(0.0, states, inputs, Schedule(n, *joined))


def _start_at(dose: Dose, steady: State, system: System, n: int) -> list[Event]:
    """Return the events that put all patients into the steady state at the time of the record; its own dose comes apart from this."""
    time, states = np.broadcast_to(np.asarray(dose.time, float), (n,)), list(system.states)
    out = [Event(time, "", "reset")]
    for i, name in enumerate(states):
        out.append(Event(time, name, "set", steady.states[:, i] / units.factor(system.units[name])))
    running, count = steady.running, np.diff(steady.running.offset)
    for k in range(int(count.max(initial=0))):  # what earlier doses are still infusing
        who = np.flatnonzero(count > k)
        rows = running.offset[who] + k
        rate, rest, begin = np.zeros(n), np.ones(n), np.full(n, np.nan)
        rate[who], rest[who] = running.value[rows] / units.factor(system.units[dose.into]), running.when[rows]
        begin[who] = np.where(running.when[rows] > 0, time[who], np.nan)
        out.append(Event(begin, dose.into, "infuse", rate, "", np.where(rest > 0, rest, 1.0)))
    lag = np.broadcast_to(np.asarray(dose.lag, float), (n,))
    for j in range(1, int(np.max(lag) // dose.ii) + 1):  # doses given before, that have not arrived yet
        late = lag - j * dose.ii
        out += _give(dose, np.where(late >= 0, time + late, np.nan), system, "steady state")
    return out
