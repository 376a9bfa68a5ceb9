"""Events of a finished run as a tidy table: doses, sham sessions, what was held back or missed, how people went on, side effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from resynapse.methods.trial import LEFT, Conduct
from resynapse.study.plan import Plan, plan_of

if TYPE_CHECKING:
    from resynapse.study.simulate import ArmResult, RunResult


class Happening(NamedTuple):
    """One thing that happened to people (k,), by their place in the arm: hour and amount (NaN: none), for all or for each."""

    who: np.ndarray
    hour: Any
    event: str
    what: str = ""
    amount: Any = np.nan
    unit: str = ""


def events(result: RunResult, happens: Mapping[str, Mapping[str, np.ndarray]]) -> Any:
    """Return a pyarrow table with one row for each thing that happened: patient, arm, time_h, event, what, amount, unit.

    event: dose (what: the drug), sham, held, missed, stopped, left (what: why), rescued, relapsed and recovered (the last of each by
    the natural course), or side_effect (what: which; dated at the start of its session).
    happens: {arm: {side effect: (people, sessions)}} of those who were watched, the first of a large cohort.
    """
    import pyarrow as pa

    found: list[tuple[str, Happening]] = []
    for name, arm in result.arms.items():
        people, plan = result.people(name).people, plan_of(result.study, name)
        conduct = result.extra.get("conduct", {}).get(name)
        rows = [*_sessions(plan, conduct, len(people)), *_course(conduct), *_effects(arm, happens.get(name, {}))]
        found += [(name, one._replace(who=people[one.who])) for one in rows]
    size = [len(one.who) for _, one in found]
    who = np.concatenate([np.zeros(0, np.int64), *(one.who for _, one in found)])
    each = lambda values: np.concatenate(  # noqa: E731
        [np.zeros(0), *(np.broadcast_to(np.asarray(x, float), k) for x, k in zip(values, size, strict=True))]
    )
    hours, amounts = each([one.hour for _, one in found]), each([one.amount for _, one in found])
    places = np.repeat([list(result.arms).index(name) for name, _ in found], size).astype(int)
    order = np.lexsort((hours, who, places))

    def text(values: list[str]) -> Any:
        words = list(dict.fromkeys(values))
        codes = np.repeat([words.index(x) for x in values], size).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(codes[order]), pa.array(words, pa.string()))

    return pa.table({
        "patient": who[order], "arm": text([name for name, _ in found]), "time_h": hours[order],
        "event": text([one.event for _, one in found]), "what": text([one.what for _, one in found]),
        "amount": amounts[order], "unit": text([one.unit for _, one in found]),
    })  # fmt: skip


def _sessions(plan: Plan, conduct: Conduct | None, n: int) -> Iterator[Happening]:
    """Give doses, sham sessions, and sessions that were held back or missed."""
    everybody, d = np.arange(n), 0
    for phase in plan.phases:
        for day, (amount, unit) in zip(phase.days, phase.doses or ((np.nan, ""),) * len(phase.days), strict=True):
            who = everybody if conduct is None else np.flatnonzero(conduct.given[:, d])
            yield Happening(who, day, "dose", phase.drug, amount if conduct is None else amount * conduct.share[who, d], unit)
            d += 1
    sham = {day for phase in plan.phases for day in phase.sham}
    for k, start in enumerate(plan.sessions):
        if start in sham:
            yield Happening(everybody if conduct is None else np.flatnonzero(conduct.came[:, k]), start, "sham")
        if conduct is not None:
            yield Happening(np.flatnonzero(conduct.held[:, k]), start, "held")
            yield Happening(np.flatnonzero(~conduct.came[:, k] & ~conduct.held[:, k] & (conduct.stopped > start)), start, "missed")


def _course(conduct: Conduct | None) -> Iterator[Happening]:
    """Give ends of treatment and of taking part, rescue, relapse and recovery."""
    if conduct is None:
        return
    for event in ("stopped", "rescued", "relapsed", "recovered"):
        hour = getattr(conduct, event)
        who = np.flatnonzero(np.isfinite(hour))
        yield Happening(who, hour[who], event)
    for code, why in enumerate(LEFT):
        who = np.flatnonzero(np.isfinite(conduct.left) & (conduct.why == code))
        yield Happening(who, conduct.left[who], "left", why)


def _effects(arm: ArmResult, happens: Mapping[str, np.ndarray]) -> Iterator[Happening]:
    """Give side effects by session; that any of them happened is no event of its own."""
    for effect, x in happens.items():
        for k, start in enumerate(arm.sessions if effect != "any_adverse_event" else ()):
            yield Happening(np.flatnonzero(x[:, k]), start, "side_effect", effect)
