"""Answered: what a person would answer to single items on average, and how far one answer strays from it.

A person keeps a habit with every item (`methods.responses`): it is part of the person, as a clearance is, and is learned from answers.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from resynapse.engine import streams
from resynapse.methods.cohort import Cohort
from resynapse.methods.responses import given_habit, habits, spread_given_habit
from resynapse.model.items import BANKS, TYPICAL, YARDSTICK, Graded
from resynapse.model.scales import READOUTS

GRID = np.linspace(-6.0, 10.0, 321)  # traits at which the scatter of answers is worked out


def is_answered(quantity: str) -> bool:
    """Tell whether a quantity is summed from answers to items alone."""
    return READOUTS[quantity].area == "items" and READOUTS[quantity].at_least is None


def asked_of(quantity: str) -> dict[str, Graded]:
    """Return {name: item} of all items whose habits bear on a quantity: those of its banks."""
    return {f"{bank}_{k}": item for bank in dict.fromkeys(b for b, _ in READOUTS[quantity].parts) for k, item in BANKS[bank].items()}


def habit_names(quantity: str) -> tuple[str, ...]:
    """Return the names of the draws that make these habits."""
    draws = streams.Draws(0, np.arange(1))
    habits(draws, np.arange(1), asked_of(quantity))
    return tuple(draws.asked)


def usual_answer(quantity: str, traits: Mapping[str, np.ndarray], people: Cohort) -> np.ndarray:
    """Return what each person would answer on average, (n, T), at traits {domain: (n, T)}."""
    view = people.covariates.get("self_view", np.zeros(people.n))[:, None]
    own: dict[str, np.ndarray] = {}
    for bank in dict.fromkeys(b for b, _ in READOUTS[quantity].parts):
        items = {f"{bank}_{k}": item for k, item in BANKS[bank].items()}
        own |= habits(people.seed, people.people, items, TYPICAL if bank == YARDSTICK else None)
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
