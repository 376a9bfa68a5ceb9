"""Responses: whole answers to items, drawn for every person and visit from the traits of that moment.

An item comes in as data: discrimination a, thresholds b.  An answer is the number of thresholds below trait + scatter/a, where the
scatter is logistic.  A share of it is the person's habit with that item and stays (some always sleep badly), the rest is of the visit:
totals have the spread of graded responses, and two ratings of one person agree as well as test and retest do.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from resynapse.engine import streams

Numbers = dict[str, np.ndarray]


class ItemLike(Protocol):
    """What is needed of an item; see `model.items.Graded`."""

    @property
    def a(self) -> float: ...  # noqa: D102
    @property
    def b(self) -> tuple[float, ...]: ...  # noqa: D102
    @property
    def steady(self) -> float: ...  # noqa: D102


def habit_draw(item: str) -> str:
    """Return the name of the draw that is a person's habit with an item."""
    return f"item:{item}"


def habits(seed: streams.Seed, people: np.ndarray, items: Mapping[str, ItemLike], yardstick: float | None = None) -> Numbers:
    """Return each person's habit with each item, {item: (n,)}, standard normal.

    yardstick: a trait at which the habits shall not change the total; then a person is as ill as the total says.
    """
    own = {name: streams.normal(seed, habit_draw(name), 0, people) for name in items}
    if yardstick is not None:
        up, down = np.array(1.0), np.array(-1.0)
        step = {name: float(given_habit(item, yardstick, up) - given_habit(item, yardstick, down)) for name, item in items.items()}
        whole = sum((step[name] * z for name, z in own.items()), np.zeros(len(people))) / sum(w**2 for w in step.values())
        own = {name: z - step[name] * whole for name, z in own.items()}
    return own


def given_habit(item: ItemLike, trait: np.ndarray | float, habit: np.ndarray) -> np.ndarray:
    """Return the expected answer of people with a trait and a habit, any shape."""
    return np.sum(_reached(item, trait, habit), axis=0)


def spread_given_habit(item: ItemLike, trait: np.ndarray | float, habit: np.ndarray) -> np.ndarray:
    """Return the SD of one answer of people with a trait and a habit, any shape."""
    chances = _reached(item, trait, habit)
    square = np.sum([(2 * k + 1) * chance for k, chance in enumerate(chances)], axis=0)
    return np.sqrt(np.maximum(square - np.sum(chances, axis=0) ** 2, 0.0))


def _reached(item: ItemLike, trait: np.ndarray | float, habit: np.ndarray) -> list[np.ndarray]:
    """Return the chances of 1, 2, … points or more."""
    from scipy.special import expit, ndtr, ndtri

    cuts = (ndtri(np.clip(expit(item.a * (b - np.asarray(trait))), 1e-15, 1 - 1e-15)) for b in item.b)
    return [ndtr((np.sqrt(item.steady) * habit - cut) / np.sqrt(1 - item.steady)) for cut in cuts]


def answers(item: ItemLike, trait: np.ndarray, habit: np.ndarray, of_visit: np.ndarray) -> np.ndarray:
    """Return whole points (n, T) at traits (n, T); habit (n,) and what is of the visit (n, T), standard normal."""
    from scipy.special import log_ndtr

    z = np.sqrt(item.steady) * habit[:, None] + np.sqrt(1 - item.steady) * of_visit
    reach = trait + (log_ndtr(z) - log_ndtr(-z)) / item.a  # normal turned into logistic
    return sum((reach > b for b in item.b), np.zeros(trait.shape))


def of_visits(seed: streams.Seed, purpose: str, times: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Return standard normal numbers for every person and time (h), (n, T)."""
    stamps = np.round(np.asarray(times) * 3600).astype(np.int64)
    return streams.normal(seed, purpose, stamps[None, :], np.asarray(people)[:, None])
