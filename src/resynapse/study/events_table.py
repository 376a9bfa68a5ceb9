"""Events of a finished run as a tidy table: doses, sham sessions, what was held back or missed, ends of treatment, side effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from resynapse.study.schema import Arm
    from resynapse.study.simulate import ArmResult, Conduct, RunResult


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

    event: dose (what: the drug), sham, held, missed, stopped, or side_effect (what: which; dated at the start of its session).
    happens: {arm: {side effect: (people, sessions)}} of those who were watched, the first of a large cohort.
    """
    import pyarrow as pa

    found: list[tuple[str, Happening]] = []
    for name, arm in result.arms.items():
        conduct = result.extra.get("conduct", {}).get(name)
        rows = [*_sessions(arm, result.study.arms[name], conduct, result.cohort.n), *_effects(arm, happens.get(name, {}))]
        found += [(name, one) for one in rows]
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
        "patient": result.cohort.people[who[order]], "arm": text([name for name, _ in found]), "time_h": hours[order],
        "event": text([one.event for _, one in found]), "what": text([one.what for _, one in found]),
        "amount": amounts[order], "unit": text([one.unit for _, one in found]),
    })  # fmt: skip


def _sessions(arm: ArmResult, plan: Arm, conduct: Conduct | None, n: int) -> Iterator[Happening]:
    """Give doses, sham sessions, sessions that were held back or missed, and treatments that ended early."""
    everybody = np.arange(n)
    for d, day in enumerate(plan.days):
        amount, unit = plan.doses[d] if plan.doses else (np.nan, "")
        who = everybody if conduct is None else np.flatnonzero(conduct.given[:, d])
        yield Happening(who, day, "dose", plan.drug, amount if conduct is None else amount * conduct.share[who, d], unit)
    for k, start in enumerate(arm.sessions):
        if start in plan.blind:
            yield Happening(everybody if conduct is None else np.flatnonzero(conduct.came[:, k]), start, "sham")
        if conduct is not None:
            yield Happening(np.flatnonzero(conduct.held[:, k]), start, "held")
            yield Happening(np.flatnonzero(~conduct.came[:, k] & ~conduct.held[:, k] & (conduct.stopped > start)), start, "missed")
    if conduct is not None:
        stopped = np.flatnonzero(np.isfinite(conduct.stopped))
        yield Happening(stopped, conduct.stopped[stopped], "stopped")


def _effects(arm: ArmResult, happens: Mapping[str, np.ndarray]) -> Iterator[Happening]:
    """Give side effects by session; that any of them happened is no event of its own."""
    for effect, x in happens.items():
        for k, start in enumerate(arm.sessions if effect != "any_adverse_event" else ()):
            yield Happening(np.flatnonzero(x[:, k]), start, "side_effect", effect)
