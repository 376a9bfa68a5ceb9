"""Events: what happens to whom and when, and the sorted tables that the solver reads.

At one moment, in this order: visits are read; resets; set and scale; add; infusions end; infusions begin.  Within one kind, the
order of the list.  Times are absolute hours; a time that is not a number means that it does not happen to that patient.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from resynapse.engine.tables import ADD, INFUSION_BEGINS, INFUSION_ENDS, RESET, SCALE, SET, Array
from resynapse.notation import InputError, System, units

ACTS = ("set", "add", "scale", "infuse", "reset")
_RANK = np.array([1, 2, 1, 0, 3, 4])  # by code: set, add, scale, reset, infusion ends, infusion begins
_CODE = {"set": SET, "add": ADD, "scale": SCALE}


@dataclass(frozen=True)
class Event:
    """Something that happens to the state or input `what`; time, value and duration are numbers or (n,) arrays.

    act: set, add, scale; infuse (`value` is a rate on an input for `duration` hours; several add up, and the rest is exactly what it was
    before); reset (all states to their start, running infusions end; `what` is empty).  unit: of the value; empty for the declared one.
    """

    time: Any
    what: str
    act: str
    value: Any = 0.0
    unit: str = ""
    duration: Any = 0.0


@dataclass(frozen=True)
class Schedule:
    """Events of n patients in order of patient, time and rank: (events,) columns, and `offset` (n + 1,) where each patient begins."""

    n: int
    patient: Array
    when: Array
    target: Array
    act: Array
    value: Array
    since: Array  # when an ending infusion began; else the same as `when`

    @staticmethod
    def of(events: Iterable[Event], n: int, system: System) -> "Schedule":
        """Sort events into tables.  Raises InputError for what cannot be read, naming the event and the patient."""
        columns: list[tuple[Array, ...]] = []
        for i, event in enumerate(events):
            columns += _records(event, f"event {i + 1} ({event.act} '{event.what}')", n, system)
        return Schedule._sorted(n, columns)

    @staticmethod
    def _sorted(n: int, columns: Sequence[tuple[Array, ...]]) -> "Schedule":
        if not columns:
            whole, real = np.zeros(0, np.int64), np.zeros(0)
            return Schedule(n, whole, real, whole, whole, real, real)
        patient, when, target, act, value, since = (np.concatenate(c) for c in zip(*columns, strict=True))
        order = np.lexsort((_RANK[act], when, patient))  # stable: the order of the list within one rank
        return Schedule(n, *(c[order] for c in (patient, when, target, act, value, since)))._cut_by_resets()

    def _cut_by_resets(self) -> "Schedule":
        """An infusion that a reset has stopped does not end a second time."""
        resets = np.flatnonzero(self.act == RESET)
        if resets.size == 0:
            return self
        keep = np.ones(self.when.size, bool)
        for e in np.flatnonzero(self.act == INFUSION_ENDS):
            lo, hi = np.searchsorted(self.patient[resets], [self.patient[e], self.patient[e] + 1])
            times = self.when[resets[lo:hi]]
            keep[e] = not np.any((self.since[e] < times) & (times <= self.when[e]))
        return self._pick(keep)

    def _columns(self) -> tuple[Array, ...]:
        return self.patient, self.when, self.target, self.act, self.value, self.since

    def _pick(self, rows: Array) -> "Schedule":
        return Schedule(self.n, *(c[rows] for c in self._columns()))

    @property
    def offset(self) -> Array:
        """(n + 1,) where each patient's events begin."""
        return np.searchsorted(self.patient, np.arange(self.n + 1)).astype(np.int64)

    def take(self, patients: Array) -> "Schedule":
        """Return the schedule of a choice of patients (repeats allowed), renumbered in that order."""
        patients, offset = np.asarray(patients, np.int64), self.offset
        count = (offset[1:] - offset[:-1])[patients]
        rows = np.repeat(offset[patients] - np.cumsum(count) + count, count) + np.arange(count.sum())
        numbers = np.repeat(np.arange(patients.size), count)
        return Schedule(patients.size, numbers, *(c[rows] for c in self._columns()[1:]))

    def running(self, time: float) -> "Schedule":
        """Return the ends of those infusions that are under way at a time (events of that very time have not happened yet)."""
        return self._pick((self.act == INFUSION_ENDS) & (self.since < time) & (self.when >= time))

    def following(self, time: float, under_way: "Schedule | None" = None) -> "Schedule":
        """Return what happens from `time` on: what begins then or later, and the ends of infusions that are under way."""
        later = self._pick(self.since >= time)
        if under_way is None or under_way.when.size == 0:
            return later
        return Schedule._sorted(self.n, [under_way._columns(), later._columns()])


def _per_patient(x: Any, n: int, place: str, what: str) -> Array:
    try:
        return np.broadcast_to(np.asarray(x, float), (n,))
    except (TypeError, ValueError):
        raise InputError(place, x, f"a number or one number for each of {n} patients as {what}") from None


def _finite(x: Array, happens: Array, place: str, expected: str) -> None:
    bad = np.flatnonzero(happens & ~np.isfinite(x))
    if bad.size:
        raise InputError(f"{place}, patient {bad[0]}", float(x[bad[0]]), expected)


def _records(event: Event, place: str, n: int, system: System) -> list[tuple[Array, ...]]:
    """One or two columns of records for one event, of those patients to whom it happens."""
    if event.act not in ACTS:
        raise InputError(place, event.act, f"one of {', '.join(ACTS)}", ACTS)
    time = _per_patient(event.time, n, place, "time")
    happens = ~np.isnan(time)
    bad = np.flatnonzero(happens & ~((time >= 0) & np.isfinite(time)))
    if bad.size:
        raise InputError(f"{place}, patient {bad[0]}", float(time[bad[0]]), "a time of 0 h or later")
    who = np.flatnonzero(happens)
    time = time[who]
    if event.act == "reset":
        return [_record(who, time, -1, RESET, np.zeros(who.size), time)]
    rows = [*system.states, *system.inputs]
    if event.what not in rows:
        raise InputError(place, event.what, "a state or an input", rows)
    target = rows.index(event.what)
    value = _per_patient(event.value, n, place, "value")
    _finite(value, happens, place, "a number as value")
    if event.act != "scale":  # a scale is a plain factor
        declared = system.units[event.what]
        value = value * units.into(event.unit or declared, declared, place)
    value = value[who]
    if event.act != "infuse":
        return [_record(who, time, target, _CODE[event.act], value, time)]
    if event.what not in system.inputs:
        raise InputError(place, event.what, "an input, because an infusion sets a rate", system.inputs)
    duration = _per_patient(event.duration, n, place, "duration")
    _finite(duration, happens, place, "a duration in hours")
    duration = duration[who]
    if np.any(duration <= 0):
        raise InputError(f"{place}, patient {who[np.argmin(duration)]}", float(duration.min()), "a duration longer than 0 h")
    begins = _record(who, time, target, INFUSION_BEGINS, value, time)
    return [begins, _record(who, time + duration, target, INFUSION_ENDS, value, time)]


def _record(who: Array, when: Array, target: int, act: int, value: Array, since: Array) -> tuple[Array, ...]:
    return who, when, np.full(who.size, target), np.full(who.size, act), value, since
