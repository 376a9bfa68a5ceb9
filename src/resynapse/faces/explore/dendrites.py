"""Dendrites of the page: one drawn example for each arm and region, with the rates of a typical person."""

from __future__ import annotations

from typing import Any

import numpy as np

from resynapse.methods.dendrite import ABSENT, Microscope, Rates, watch
from resynapse.study.simulate import RunResult
from resynapse.study.typical import SpineRates, spine_rates

REGIONS = {"mpfc": "prefrontal cortex", "hippocampus": "hippocampus"}
ILLNESS_D = 200  # days that a dendrite is followed from health into the chronic load before the first dose
IMAGES = 49
SEED = 3


def drawn(result: RunResult, end_h: float) -> dict[str, Any]:
    """Return {hours, arms: {arm: {region: {healthy, ill, now}}}}; sites as text of 0 and 1, now one text for each hour."""
    hours = np.unique(np.r_[0.0, np.linspace(2, 24, 12), np.linspace(24, end_h, IMAGES - 12)])
    found = spine_rates(result.study, result.system, hours, tuple(REGIONS))
    arms = {arm: {REGIONS[r]: _sites(one, hours, k) for k, (r, one) in enumerate(of.items())} for arm, of in found.items()}
    return {"hours": [float(h) for h in hours], "arms": arms}


def _sites(of: SpineRates, hours: np.ndarray, dendrite: int) -> dict[str, Any]:
    """Follow one dendrite from health through the illness to the end; every arm is shown on the same one."""
    before = np.array([-24.0 * ILLNESS_D, -1.0])
    course = {name: np.r_[v[0], v[0], v] for name, v in of.values.items()}
    rates = Rates(np.r_[before, hours], course, of.young, 1 - of.young)
    seen = watch(rates, [*before, *hours], seed=SEED, animal=dendrite, how=Microscope(spines=38, sites=1.7, step=3.0))
    text = ["".join("1" if s else "0" for s in row) for row in seen.state != ABSENT]
    return {"healthy": text[0], "ill": text[1], "now": text[2:]}
