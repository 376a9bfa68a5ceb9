"""Digest: one number for every bit of a result, the same however its people were split over parts, workers and machines.

Each person's number and values, in every arm, are hashed to 256 bits (BLAKE2b); the digest is the sum of these over people, modulo
2^256.  So the digest of a whole is the sum of the digests of its parts, in any order and of any size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from resynapse.study.simulate import RunResult

BLOCK = 256  # people whose values lie side by side in memory at once


def digest_of(result: RunResult) -> str:
    """Return the digest of the people that a result holds: true and measured values at all times in every arm."""
    named = [(f"{kind}:{name}:{q}", table[q]) for name, arm in result.arms.items()
             for kind, table in (("true", arm.true), ("measured", arm.measured)) for q in sorted(table)]  # fmt: skip
    head = hashlib.sha256("\0".join(name for name, _ in named).encode()).digest()
    total, people = 0, np.asarray(result.cohort.people, np.int64)
    for low in range(0, len(people), BLOCK):
        who = slice(low, low + BLOCK)
        rows = np.concatenate([np.asarray(values[who], float).reshape(len(people[who]), -1) for _, values in named], axis=1)
        for number, row in zip(people[who], rows, strict=True):
            each = hashlib.blake2b(head + number.tobytes() + row.tobytes(), digest_size=32).digest()
            total += int.from_bytes(each, "little")
    return _written(total)


def sum_of(digests: Iterable[str]) -> str:
    """Return the digest of a whole from those of its parts, which hold each person once."""
    return _written(sum(int(d, 16) for d in digests))


def _written(total: int) -> str:
    return f"{total % 2**256:064x}"
