"""Linked scales: the MADRS total that goes with a total on another scale, and the trait that goes with a MADRS total.

The formulas are those of `totals` and `items`, read backwards.
"""

import functools
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from resynapse.model.items import DOMAINS, alike, every, expected
from resynapse.model.totals import LinkedScales, Scales

GRID = np.linspace(-5.0, 7.0, 1201)


def madrs_of_psi(psi: ArrayLike) -> NDArray[np.float64]:
    """Return the expected MADRS total of somebody with the same trait in every domain, any shape."""
    return expected(every("MADRS"), alike(np.asarray(psi, float)))


@functools.cache
def _totals() -> NDArray[np.float64]:
    """Return the MADRS totals at GRID."""
    return madrs_of_psi(GRID)


def psi_of_madrs(madrs: ArrayLike, own: Mapping[str, np.ndarray] | None = None) -> NDArray[np.float64]:
    """Return the trait at which a MADRS total is expected, any shape; totals are held within 0.01-59.5 points.

    own: how much more a person suffers in a domain, {domain: shape of madrs}.
    """
    held = np.clip(np.asarray(madrs, float), 0.01, 59.5)
    at = np.interp(held, _totals(), GRID)
    if not own:
        return at
    low, high = at - 3.0, at + 3.0
    for _ in range(40):
        at = (low + high) / 2
        above = expected(every("MADRS"), {d: at + own.get(d, 0.0) for d in DOMAINS}) > held
        low, high = np.where(above, low, at), np.where(above, at, high)
    return (low + high) / 2


def hamd_of_madrs(madrs: ArrayLike) -> NDArray[np.float64]:
    """Return the HAMD17 total that goes with a MADRS total, any shape."""
    x = np.asarray(madrs, float)
    return x * (Scales.hamd_far.value + Scales.hamd_near.value * np.exp(-x / Scales.hamd_fade.value))


def madrs_of(scale: str, total: float) -> float | None:
    """Return the MADRS total that goes with one on another scale; None without a link."""
    of, grid = LinkedScales, np.linspace(0.0, 60.0, 2401)
    if scale == "MADRS":
        return total
    if scale == "PHQ9":
        return float(np.interp(total, expected(every("PHQ9"), alike(GRID)), _totals()))
    hamd = {
        "HAMD17": total,
        "QIDS_SR": (total - of.qids_zero.value) / of.qids_slope.value,
        "BDI": (total - of.bdi_zero.value) / of.bdi_slope.value,
        "IDS_SR": (total - of.ids_zero.value) / of.ids_slope.value,
        "HAMD6": 52 * (max(total, 0.0) / 22) ** (1 / of.hamd6.value),
    }.get(scale)
    return None if hamd is None else float(np.interp(hamd, hamd_of_madrs(grid), grid))
