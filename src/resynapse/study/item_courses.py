"""Item courses: how each symptom of a scale goes, on average over the people of an arm, from a run that asked for its items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resynapse.model.items import BANKS
from resynapse.model.scales import ITEMISED, item_name
from resynapse.notation import InputError
from resynapse.study.simulate import RunResult


@dataclass(frozen=True)
class ItemCourses:
    """The items of one scale in one arm.

    times (T,): hours.  meanings, domains, most: K texts each, and the highest points of each item.
    mean (K, T): points expected, averaged over the arm's people who could be solved, without error of rating.
    """

    times: np.ndarray
    meanings: tuple[str, ...]
    domains: tuple[str, ...]
    most: tuple[int, ...]
    mean: np.ndarray


def item_courses(result: RunResult, scale: str = "MADRS") -> dict[str, ItemCourses]:
    """Return {arm: courses of every item of a scale}, at all times that were simulated.

    Raises InputError for a scale whose items the study did not ask for.
    """
    if scale not in result.study.items:
        known = ", ".join(result.study.items) or "none"
        raise InputError("items", scale, f"a scale whose items the study asks for: {known}", result.study.items)
    items = [BANKS[bank][number] for bank, number in ITEMISED[scale]]
    names = [item_name(scale, number) for _, number in ITEMISED[scale]]
    words, domains, most = tuple(i.meaning for i in items), tuple(i.domain for i in items), tuple(len(i.b) for i in items)
    return {
        name: ItemCourses(arm.times, words, domains, most, np.array([np.nanmean(arm.true[q], axis=0) for q in names]))
        for name, arm in result.arms.items()
    }
