"""Imaging: dendrites of a few animals of every arm, watched one by one with the rates of their own course.

The course of an arm is solved once more for the rates of its cortex; sites come and go at random on top, as under a microscope.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from resynapse.engine import Ensemble, Schedule, Settings
from resynapse.methods.dendrite import RATES, Dendrite, Microscope, Rates, Tally, tally, turnover, watch
from resynapse.model.switches import INTERVENTIONS
from resynapse.study.plan import arm_values, plan_of, whole_events
from resynapse.study.schema import Arm, Imaging
from resynapse.study.simulate import RunResult

REGION = "mpfc_"
STEP_H = 1.0
ERASED = INTERVENTIONS["photo_erasure"].what


@dataclass(frozen=True)
class Seen:
    """What became of the sites of one animal by one image.

    spines, formed, lost: percent of the spines before stress, and of those at the treatment that came and went since (NaN before it).
    """

    arm: str
    animal: int
    hour: float
    count: int
    spines: float
    formed: float
    lost: float
    fates: Tally


@dataclass(frozen=True)
class ArmImages:
    """One arm: the dendrite of each animal, and a row for each animal and image."""

    arm: str
    dendrites: tuple[Dendrite, ...]
    seen: tuple[Seen, ...]


def imaged(result: RunResult) -> dict[str, ArmImages]:
    """Return the images of every arm of a study that asks for them; empty where it does not."""
    asked = result.study.imaging
    if asked is None:
        return {}
    return {name: _arm_images(result, name, arm, asked) for name, arm in result.study.arms.items()}


def _arm_images(result: RunResult, name: str, arm: Arm, asked: Imaging) -> ArmImages:
    images = sorted({*result.study.visits, asked.before, asked.treatment})
    hours = np.unique(np.r_[np.arange(0.0, images[-1], STEP_H), images])
    how = Microscope(spines=asked.spines, memory=asked.memory, erase=tuple(_erasures(arm)))
    animals = min(asked.animals, result.people(name).n)
    rates = _rates(result, name, animals, hours)
    found = tuple(watch(rate, images, result.study.seed, k, how) for k, rate in enumerate(rates))
    rows = tuple(_seen(name, k, one, hour, asked) for k, one in enumerate(found) for hour in images)
    return ArmImages(name, found, rows)


def _erasures(arm: Arm) -> Iterator[float]:
    """Yield the hours at which light shrinks the drug-made spines."""
    for one in arm.interventions:
        named = INTERVENTIONS.get(one.state)
        if (named.what if named else one.state) == ERASED:
            yield one.time


def _rates(result: RunResult, name: str, animals: int, hours: np.ndarray) -> list[Rates]:
    """Return the rates of the cortex of each animal over the hours asked for."""
    few = result.people(name).take(np.arange(animals))
    schedule = Schedule.of(whole_events(plan_of(result.study, name), result.system, few), animals, result.system)
    values = arm_values(result.study.arms[name], few, result.system, result.study.population)
    wanted = [REGION + name for name in (*RATES, "young", "established")]
    solved = Ensemble.of(result.system).run(animals, values, schedule, hours, wanted, Settings()).values
    course = {name: np.maximum(solved[REGION + name], 0.0) for name in (*RATES, "young", "established")}
    return [
        Rates(hours, {name: course[name][k] for name in RATES}, float(course["young"][k, 0]), float(course["established"][k, 0]))
        for k in range(animals)
    ]


def _seen(arm: str, animal: int, one: Dendrite, hour: float, asked: Imaging) -> Seen:
    first, now = int(one.present(asked.before).sum()), int(one.present(hour).sum())
    formed, lost = turnover(one, asked.treatment, hour) if hour >= asked.treatment else (np.nan, np.nan)
    share = 100 * now / first if first else np.nan
    return Seen(arm, animal, hour, now, share, formed, lost, tally(one, asked.before, asked.treatment, hour))
