"""Families: rows of evidence that share experiments are predicted together, one family a task, by any crew, each kept once it is there."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resynapse.engine.checkpoint import Store
from resynapse.engine.executor import HERE, Crew
from resynapse.methods.evidence import Row
from resynapse.methods.judge import Prediction
from resynapse.methods.pool import NotSimulated

NUMBERS = ("median", "low", "high", "sd", "up", "down", "effect")


@dataclass(frozen=True)
class Means:
    """Who predicts, and where what is finished is kept (None: nowhere).  mark: begins the names of its files."""

    crew: Crew = HERE
    store: Store | None = None
    mark: str = "rows"


@dataclass(frozen=True)
class Family:
    """Rows without their observed values: those that are wanted, and others that ask the same experiments for further hours."""

    rows: tuple[Row, ...]
    wanted: frozenset[str]


def families_of(rows: Sequence[Row], keys: Mapping[str, Sequence[Hashable]], wanted: set[str], mark: str) -> dict[str, Family]:
    """Return the families of the wanted rows, by name.  keys: {row: its experiments}, () for one that is not simulated."""
    chief: dict[Hashable, Hashable] = {}

    def head(key: Hashable) -> Hashable:
        while chief.setdefault(key, key) != key:
            key = chief[key]
        return key

    for name in (r.id for r in rows if r.id in wanted):
        for other in keys[name][1:]:
            chief[head(other)] = head(keys[name][0])
    simulated = dict.fromkeys(head(keys[r.id][0]) for r in rows if r.id in wanted and keys[r.id])
    out: dict[str, Family] = {}
    for place, of in enumerate(simulated):
        own = {r.id for r in rows if r.id in wanted and keys[r.id] and head(keys[r.id][0]) == of}
        asked = {key for name in own for key in keys[name]}
        out[f"{mark}-{place:04d}"] = Family(tuple(r for r in rows if asked.intersection(keys[r.id])), frozenset(own))
    return out


def as_plain(found: Prediction | NotSimulated) -> Any:
    """Return a prediction, or the reason why there is none, as plain data."""
    return found.reason if isinstance(found, NotSimulated) else [[getattr(found, name) for name in NUMBERS], list(found.notes)]


def from_plain(plain: Any) -> Prediction | NotSimulated:
    """Return what `as_plain` wrote."""
    if isinstance(plain, str):
        return NotSimulated(plain)
    (median, low, high, sd, up, down, effect), notes = plain
    return Prediction(median, low, high, sd, up, down, effect, tuple(notes))
