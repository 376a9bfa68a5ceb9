"""Measure: what a laboratory or a rater reports of a true value."""

import numpy as np

from resynapse.engine import streams
from resynapse.methods.cohort import Cohort
from resynapse.methods.fluctuation import Fluctuation
from resynapse.model.expectancy import RATED
from resynapse.model.fluctuation import fluctuation, turnover
from resynapse.model.scales import READOUTS
from resynapse.notation import System

FLUCTUATION = Fluctuation(fluctuation.value, turnover.value)


def measured(quantity: str, output: str, true: np.ndarray, times: np.ndarray, people: Cohort, who: tuple[System, str]) -> np.ndarray:
    """Return values as a laboratory or rater would report them (n, T): fluctuation and error added, scores whole and within their scale."""
    system, arm = who
    error = system.observations.get(output)
    if error is None:
        return true
    scale, symptom = READOUTS[quantity].scale, READOUTS[quantity].area == "scores"
    strayed = (scale.high - scale.low) * FLUCTUATION.drawn(times, people.seed, people.people) if scale and symptom else np.zeros_like(true)
    out = true.copy()
    for j, t in enumerate(times):
        z = streams.normal(people.seed, f"measured:{arm}:{quantity}", int(round(t * 3600)), people.people)
        sd = error_sd(error.proportional, people, system) * true[:, j] + error_sd(error.additive, people, system)
        out[:, j] = true[:, j] + strayed[:, j] + sd * z
    if scale is None:
        return np.maximum(out, 0.0)
    return np.clip(np.round(out / scale.step) * scale.step, scale.low, scale.high)


def as_rated(quantity: str, true: np.ndarray, belief: np.ndarray | None, bias: float) -> np.ndarray:
    """Return what a rater sees (n, T) who guesses as the person does: `bias` points less where belief in the drug is full."""
    return true if belief is None or not quantity.startswith(RATED) else true - bias * belief


def error_sd(name: str, people: Cohort, system: System) -> np.ndarray | float:
    """Return one part of an observation's error, by the name of its parameter; 0 without one."""
    if not name:
        return 0.0
    return people.values.get(name, system.params[name].value)
