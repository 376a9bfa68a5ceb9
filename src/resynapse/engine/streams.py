"""Counter-based random numbers: a draw depends on (seed, purpose, occasion, patient) and on nothing else.

Philox 4x64 with 10 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").  The key is a hash of seed and purpose,
the counter is (patient, occasion), so neither the order of calls nor the split of patients over workers can change a digit.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from resynapse.notation import InputError

Array = np.ndarray
_U = np.uint64
_MULTIPLY = (_U(0xD2E7470EE14C6C93), _U(0xCA5A826395121157))
_WEYL = (_U(0x9E3779B97F4A7C15), _U(0xBB67AE8584CAA73B))
_LOW, _HALF = _U(0xFFFFFFFF), _U(32)


def _multiply(a: np.uint64, b: Array) -> tuple[Array, Array]:
    """Return the high and the low half of the 128-bit product."""
    a_low, a_high, b_low, b_high = a & _LOW, a >> _HALF, b & _LOW, b >> _HALF
    cross = a_high * b_low
    middle = (a_low * b_low >> _HALF) + (cross & _LOW) + a_low * b_high
    return a_high * b_high + (cross >> _HALF) + (middle >> _HALF), a * b


def philox(counter: tuple[Array, Array, Array, Array], key: tuple[np.uint64, np.uint64]) -> tuple[Array, Array, Array, Array]:
    """Return four 64-bit words for each counter (four equally long arrays of uint64)."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    with np.errstate(over="ignore"):
        for _ in range(10):
            high0, low0 = _multiply(_MULTIPLY[0], c0)
            high1, low1 = _multiply(_MULTIPLY[1], c2)
            c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
            k0, k1 = k0 + _WEYL[0], k1 + _WEYL[1]
    return c0, c1, c2, c3


def _first_words(who: Array, when: Array, key: tuple[np.uint64, np.uint64]) -> Array:
    """Return the first word at each counter (who, when, 0, 0).

    On one occasion, people numbered nearly one after another lie side by side in the stream of NumPy's generator, which counts faster.
    """
    if who.size and when.size == 1:
        low, high = int(who.min()), int(who.max())
        if high - low < 4 * who.size:
            before = ((int(when.flat[0]) << 64) + low - 1) % 2**256  # it counts up before it draws
            stream = np.random.Philox(counter=before, key=int(key[0]) + (int(key[1]) << 64))
            return stream.random_raw(4 * (high - low + 1))[::4][(who - _U(low)).astype(np.intp)]
    who, when = np.broadcast_arrays(who, when)
    zero = np.zeros_like(who)
    return philox((who, when, zero, zero), key)[0]


def _whole(x: Any, what: str) -> Array:
    a = np.asarray(x)
    if a.dtype.kind not in "iu" or np.any(a < 0):
        raise InputError(what, x, "whole numbers of 0 or more")
    return a.astype(np.uint64)


@dataclass(frozen=True)
class Draws:
    """A seed of which some draws are given: people at positions 0, 1, … have the numbers `number` in the streams.

    given: {purpose: (n,) standard normal numbers} that stand in place of the stream's own on every occasion; asked: the purposes
    that were asked for, in order.  Stands wherever a seed may stand.
    """

    seed: int
    number: Array
    given: Mapping[str, Array] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list, compare=False)


Seed = int | Draws


def uniform(seed: Seed, purpose: str, occasion: Any, patients: Any) -> Array:
    """Return uniform numbers in the open interval (0, 1), one for each patient number; occasion: one number, or one for each.

    Shape: that of `patients`, broadcast with `occasion`.
    """
    if isinstance(seed, Draws):
        seed.asked.append(purpose)
        at = np.atleast_1d(np.asarray(patients))
        if purpose in seed.given:
            from scipy.special import ndtr

            return np.clip(ndtr(seed.given[purpose][at]), 2.0**-53, 1 - 2.0**-53)
        return uniform(seed.seed, purpose, occasion, seed.number[at])
    digest = hashlib.sha256(f"{int(seed)}\0{purpose}".encode()).digest()
    key = (_U(int.from_bytes(digest[:8], "little")), _U(int.from_bytes(digest[8:16], "little")))
    word = _first_words(np.atleast_1d(_whole(patients, "patients")), _whole(occasion, "occasion"), key)
    return ((word >> _U(12)).astype(float) + 0.5) * 2.0**-52


def normal(seed: Seed, purpose: str, occasion: Any, patients: Any) -> Array:
    """Return standard normal numbers for the same arguments: the inverse distribution function of `uniform`."""
    from scipy.special import ndtri

    if isinstance(seed, Draws) and purpose in seed.given:
        seed.asked.append(purpose)
        return seed.given[purpose][np.atleast_1d(np.asarray(patients))]
    return ndtri(uniform(seed, purpose, occasion, patients))
