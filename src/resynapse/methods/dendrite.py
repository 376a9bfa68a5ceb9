"""Dendrite: sites that spines come to and leave, each a Markov chain (absent, young, established) with the rates of a model run.

The rates arrive as arrays over time, so this module knows no drug.  A run gives what one microscope sees: whole counts with their
scatter, which sites are occupied again (repair) and which for the first time (new), and a drawing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from resynapse.engine.streams import uniform
from resynapse.notation import InputError

Array = np.ndarray
ABSENT, YOUNG, YOUNG_NEW, ESTABLISHED = 0, 1, 2, 3
RATES = ("plain_formation", "new_formation", "young_loss", "settling", "new_settling", "established_loss")
"""Rates per hour that a region of the model gives; formations are shares of health's density per hour."""


@dataclass(frozen=True)
class Rates:
    """Rates of one region over time: hours (T,) ascending, each rate (T,); young and established are shares of health at the start."""

    hours: Array
    values: Mapping[str, Array]
    young: float
    established: float

    def __post_init__(self) -> None:
        if len(self.hours) < 2 or np.any(np.diff(self.hours) <= 0):
            raise InputError("dendrite: hours", list(self.hours)[:5], "two or more ascending times")
        for name in RATES:
            if name not in self.values:
                raise InputError("dendrite: rates", name, "one array for each rate", RATES)
            if np.shape(self.values[name]) != np.shape(self.hours) or np.min(self.values[name]) < 0:
                raise InputError(f"dendrite: {name}", self.values[name], "as many numbers of 0 or more as there are times")

    def at(self, hours: Array) -> dict[str, Array]:
        """Return every rate at these times, interpolated, each with the shape of `hours`."""
        return {name: np.interp(hours, self.hours, self.values[name]) for name in RATES}


@dataclass(frozen=True)
class Microscope:
    """How a dendrite is watched.

    spines: expected number in health; sites: places per spine of health; memory: how much likelier a place that has held a spine is
    taken again than one that has not (assumed, 1-10); step: hours between looks of the chain; erase: times at which light shrinks
    the young drug-made spines; memory 1 means no preference.
    """

    spines: int = 60
    sites: float = 2.0
    memory: float = 3.0
    step: float = 0.5
    erase: tuple[float, ...] = ()


@dataclass(frozen=True)
class Dendrite:
    """What was seen: hours (images,), present (images, sites) as ABSENT, YOUNG, YOUNG_NEW, ESTABLISHED."""

    hours: Array
    state: Array

    def image(self, hour: float) -> int:
        """Return the number of the image taken at `hour`."""
        near = int(np.abs(self.hours - hour).argmin())
        if abs(self.hours[near] - hour) > 1e-6:
            raise InputError("dendrite: image", hour, f"one of the times {list(self.hours)}")
        return near

    def present(self, hour: float) -> Array:
        """Return which sites hold a spine at the time of an image, (sites,) of bool."""
        return self.state[self.image(hour)] != ABSENT

    def count(self) -> Array:
        """Return the number of spines in each image."""
        return (self.state != ABSENT).sum(1)


def watch(rates: Rates, images: Sequence[float], seed: int, animal: int = 0, how: Microscope | None = None) -> Dendrite:
    """Follow one dendrite and return its state at the times of `images` (hours, ascending, within the rates').

    Draws depend on (seed, animal, step) alone.  Expected counts are those of the model that gave the rates.
    """
    how = how or Microscope()
    looks = np.asarray(images, float)
    if looks.size == 0 or np.any(np.diff(looks) <= 0) or looks[0] < rates.hours[0] or looks[-1] > rates.hours[-1]:
        raise InputError("dendrite: images", list(looks), f"ascending hours from {rates.hours[0]:g} to {rates.hours[-1]:g}")
    n = round(how.spines * how.sites)
    who = np.arange(n) + animal * n
    first = uniform(seed, "dendrite:start", 0, who)
    chance = np.cumsum([rates.young / how.sites, rates.established / how.sites])
    state = np.select([first < chance[0], first < chance[1]], [YOUNG, ESTABLISHED], ABSENT)
    used = state != ABSENT
    stops = np.unique(np.r_[np.arange(rates.hours[0], looks[-1], how.step), looks, [t for t in how.erase if t < looks[-1]]])
    middles, spans = (stops[:-1] + stops[1:]) / 2, np.diff(stops)
    rate = rates.at(middles)
    drawn = uniform(seed, "dendrite:step", np.arange(1, len(stops))[:, None], who[None, :])
    seen = {float(stops[0]): state.copy()}
    for k in range(len(spans)):
        if stops[k] in how.erase:
            state = np.where(state == YOUNG_NEW, ABSENT, state)
        state = _moved(state, used, {x: float(v[k]) for x, v in rate.items()}, float(spans[k]), drawn[k], how)
        used = used | (state != ABSENT)
        seen[float(stops[k + 1])] = state.copy()
    return Dendrite(looks, np.array([seen[float(t)] for t in looks]))


def _moved(state: Array, used: Array, rate: Mapping[str, float], dt: float, drawn: Array, how: Microscope) -> Array:
    """Return the state of every site after a short time."""
    free = np.where(state == ABSENT, np.where(used, how.memory, 1.0), 0.0)
    pull = free / max(free.sum(), 1e-12) * how.spines * dt  # per unit of formation, over the places that are free
    plain, new = rate["plain_formation"] * pull, rate["new_formation"] * pull
    leave = 1 - np.exp(-rate["young_loss"] * dt)
    settled, settled_new = (leave * rate[x] / max(rate["young_loss"], 1e-12) for x in ("settling", "new_settling"))
    gone = 1 - np.exp(-rate["established_loss"] * dt)
    after = np.where(drawn < gone, ABSENT, ESTABLISHED)
    after = np.where(state == YOUNG, np.select([drawn < settled, drawn < leave], [ESTABLISHED, ABSENT], YOUNG), after)
    after = np.where(state == YOUNG_NEW, np.select([drawn < settled_new, drawn < leave], [ESTABLISHED, ABSENT], YOUNG_NEW), after)
    return np.where(state == ABSENT, np.select([drawn < plain, drawn < plain + new], [YOUNG, YOUNG_NEW], ABSENT), after)


@dataclass(frozen=True)
class Tally:
    """Sites of one dendrite by what became of them: fates, and the losses and the count before treatment."""

    kept: int  # there before treatment and now
    lost: int  # there in health and not now
    repaired: int  # there in health, gone before treatment, there again
    new: int  # there neither in health nor before treatment, and now
    lost_before: int  # gone before treatment, of those in health

    @property
    def repair(self) -> float:
        """Share of the lost sites that hold a spine again; not a number when none was lost."""
        return self.repaired / self.lost_before if self.lost_before else float("nan")


def fates(seen: Dendrite, healthy: float, ill: float, now: float) -> dict[str, Array]:
    """Return which sites were kept, lost, repaired or new at the image `now`, each (sites,) of bool; at most one holds for a site.

    healthy, ill, now: hours of three images: before the illness, before treatment, and the one to judge.
    """
    before, worst, present = seen.present(healthy), seen.present(ill), seen.present(now)
    if now <= ill:  # before treatment nothing is repaired or new
        worst = present
    return {
        "kept": worst & present,
        "lost": before & ~present,
        "repaired": before & ~worst & present,
        "new": ~before & ~worst & present,
    }


def tally(seen: Dendrite, healthy: float, ill: float, now: float) -> Tally:
    """Count the fates of all sites."""
    found = {name: int(which.sum()) for name, which in fates(seen, healthy, ill, now).items()}
    gone = int((seen.present(healthy) & ~seen.present(ill)).sum())
    return Tally(found["kept"], found["lost"], found["repaired"], found["new"], gone)


def turnover(seen: Dendrite, begin: float, end: float) -> tuple[float, float]:
    """Return formation and elimination between two images, in percent of the spines in the first (not a number when it has none)."""
    one, two = seen.present(begin), seen.present(end)
    first = int(one.sum())
    if not first:
        return float("nan"), float("nan")
    return 100 * int((~one & two).sum()) / first, 100 * int((one & ~two).sum()) / first
