"""Tried: what a block of replicates gives, and how it is kept as plain files: numbers in one, everything else in another."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from resynapse.study.simulate import ArmResult

FACTS, NUMBERS = ".json", ".npz"


@dataclass(frozen=True)
class Block:
    """Replicates first … last - 1."""

    first: int
    last: int

    @property
    def key(self) -> str:
        """Name of its files."""
        return f"{self.first:06d}-{self.last - 1:06d}"


@dataclass(frozen=True)
class Tried:
    """What a block of replicates gives.

    estimates: {(kind, size, endpoint, arm, against): (unit, (R, 5) numbers, NaN where the analysis could not be made)};
    complaints: {(kind, size): (where, read, expected)} where no contrast could; true: {arm: everybody, seen without error}.
    """

    block: Block
    estimates: dict[tuple[str, int, str, str, str], tuple[str, np.ndarray]]
    complaints: dict[tuple[str, int], tuple[str, str, str]]
    true: dict[str, ArmResult]

    @property
    def size(self) -> int:
        """How many replicates."""
        return self.block.last - self.block.first


def as_files(tried: Tried) -> dict[str, bytes]:
    """Return {ending: content} of the files that hold a block, the mark last."""
    numbers: dict[str, np.ndarray] = {}

    def put(x: np.ndarray) -> str:
        numbers[name := f"x{len(numbers)}"] = x
        return name

    facts = {
        "block": [tried.block.first, tried.block.last],
        "estimates": [[*k, unit, put(table)] for k, (unit, table) in tried.estimates.items()],
        "complaints": [[*k, *words] for k, words in tried.complaints.items()],
        "true": [_arm_facts(arm, put) for arm in tried.true.values()],
    }
    held = io.BytesIO()
    np.savez(held, allow_pickle=False, **numbers)
    return {NUMBERS: held.getvalue(), FACTS: json.dumps(facts, ensure_ascii=False).encode()}


def _arm_facts(arm: ArmResult, put: Any) -> dict[str, Any]:
    return {
        "name": arm.name, "sessions": arm.sessions, "sham": arm.sham, "failed": [int(k) for k in arm.failed], "times": put(arm.times),
        "true": {q: put(x) for q, x in arm.true.items()}, "who": None if arm.who is None else put(arm.who),
    }  # fmt: skip


def read_back(mark: Path) -> Tried:
    """Return what `as_files` wrote.  Raises OSError, ValueError or KeyError where the files are not whole."""
    facts = json.loads(mark.read_bytes())
    with np.load(io.BytesIO(mark.with_suffix(NUMBERS).read_bytes()), allow_pickle=False) as held:
        numbers = {name: held[name] for name in held.files}
    estimates = {(k, n, e, a, b): (unit, numbers[at]) for k, n, e, a, b, unit, at in facts["estimates"]}
    complaints = {(k, n): (where, read, expected) for k, n, where, read, expected in facts["complaints"]}
    return Tried(Block(*facts["block"]), estimates, complaints, {one["name"]: _arm(one, numbers) for one in facts["true"]})


def _arm(facts: Mapping[str, Any], numbers: Mapping[str, np.ndarray]) -> ArmResult:
    true = {q: numbers[at] for q, at in facts["true"].items()}
    who = None if facts["who"] is None else numbers[facts["who"]]
    times, failed = numbers[facts["times"]], tuple(facts["failed"])
    return ArmResult(facts["name"], times, true, true, tuple(facts["sessions"]), failed, tuple(facts["sham"]), who)
