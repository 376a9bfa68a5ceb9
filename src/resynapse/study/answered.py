"""Answered: what a person would answer to single items on average, and how far one answer strays from it.

A person keeps a habit with every item (`methods.responses`): it is part of the person, as a clearance is, and is learned from answers.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from resynapse.methods.cohort import Cohort
from resynapse.methods.responses import given_habit, habit_draw, spread_given_habit
from resynapse.model.items import BANKS
from resynapse.model.scales import READOUTS
from resynapse.study.rated import habits_with, named_items, self_view

GRID = np.linspace(-6.0, 10.0, 321)  # traits at which the scatter of answers is worked out


def is_answered(quantity: str) -> bool:
    """Tell whether a quantity is summed from answers to items alone."""
    return READOUTS[quantity].area == "items" and READOUTS[quantity].at_least is None


def banks_of(quantity: str) -> list[str]:
    """Return the banks whose items a quantity sums."""
    return list(dict.fromkeys(bank for bank, _ in READOUTS[quantity].parts))


def habit_names(quantity: str) -> tuple[str, ...]:
    """Return the names of the draws that make the habits that bear on a quantity: those with all items of its banks."""
    return tuple(habit_draw(name) for bank in banks_of(quantity) for name in named_items(bank))


def usual_answer(quantity: str, traits: Mapping[str, np.ndarray], people: Cohort) -> np.ndarray:
    """Return what each person would answer on average, (n, T), at traits {domain: (n, T)}."""
    view = self_view(people)[:, None]
    own = {name: z for bank in banks_of(quantity) for name, z in habits_with(bank, people).items()}
    parts = [(f"{bank}_{k}", BANKS[bank][k]) for bank, k in READOUTS[quantity].parts]
    answers = (given_habit(item, traits[item.domain] + view * item.own_view, own[name][:, None]) for name, item in parts)
    return sum(answers, np.zeros(np.shape(next(iter(traits.values())))))


def scatter(quantity: str, usual: np.ndarray) -> np.ndarray:
    """Return the SD of one answer of people who usually answer so, any shape.

    Taken from people without habits who usually answer so: within a tenth of what people with habits have.
    """
    return np.interp(usual, *_curve(quantity))


@functools.cache
def _curve(quantity: str) -> tuple[np.ndarray, np.ndarray]:
    """Return usual answers, ascending, and the SD of one answer at them."""
    items, none = [BANKS[bank][k] for bank, k in READOUTS[quantity].parts], np.array(0.0)
    mean = sum((given_habit(item, GRID, none) for item in items), np.zeros(len(GRID)))
    variance = sum((spread_given_habit(item, GRID, none) ** 2 for item in items), np.zeros(len(GRID)))
    return mean, np.sqrt(variance)
