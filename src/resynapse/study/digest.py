"""Digest: one number for every bit of a result, the same however its people were split over parts, workers and machines.

The name of an arm, a person's number and values in it are hashed to 256 bits (BLAKE2b); the digest is the sum of these over people and
arms, modulo 2^256.  So the digest of a whole is the sum of the digests of its parts, in any order and of any size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from resynapse.study.simulate import ArmResult, RunResult

BLOCK = 256  # people whose values lie side by side in memory at once


def digest_of(result: RunResult) -> str:
    """Return the digest of the people that a result holds: true and measured values at all times in every arm."""
    return _written(sum(_of_arm(arm, np.asarray(result.people(name).people, np.int64)) for name, arm in result.arms.items()))


def _of_arm(arm: ArmResult, people: np.ndarray) -> int:
    tables = (("true", arm.true), ("measured", arm.measured))
    named = [(f"{kind}:{arm.name}:{q}", table[q]) for kind, table in tables for q in sorted(table)]
    head = hashlib.sha256("\0".join(name for name, _ in named).encode()).digest()
    total = 0
    for low in range(0, len(people) if named else 0, BLOCK):
        who = slice(low, low + BLOCK)
        rows = np.concatenate([np.asarray(values[who], float).reshape(len(people[who]), -1) for _, values in named], axis=1)
        for number, row in zip(people[who], rows, strict=True):
            each = hashlib.blake2b(head + number.tobytes() + row.tobytes(), digest_size=32).digest()
            total += int.from_bytes(each, "little")
    return total


def sum_of(digests: Iterable[str]) -> str:
    """Return the digest of a whole from those of its parts, which hold each person once."""
    return _written(sum(int(d, 16) for d in digests))


def _written(total: int) -> str:
    return f"{total % 2**256:064x}"
