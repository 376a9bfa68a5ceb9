"""Rated: single items and what is summed from them, for the people of one arm at some times.

The model gives the traits of the domains; here they become whole answers, and totals that are sums of the answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from resynapse.methods.cohort import Cohort
from resynapse.methods.responses import answers, given_habit, habits, of_visits
from resynapse.model.expectancy import RATED
from resynapse.model.items import BANKS, TYPICAL, YARDSTICK, Graded, alike, expected
from resynapse.model.scales import ITEMISED, READOUTS, item_name
from resynapse.study.measure import FLUCTUATION

if TYPE_CHECKING:
    from resynapse.study.schema import Study

Numbers = Mapping[str, np.ndarray]
Table = dict[str, np.ndarray]
PER_TRAIT = 0.40  # share of a scale's range for one unit of the trait, in mid-scale
OWN = {"own_phq9": ("PHQ9", range(1, 10)), "own_hamd": ("HAMD", range(1, 18)), "own_qids": ("QIDS_SR", range(1, 10)),
       "own_bdi": ("BDI", range(1, 22))}  # fmt: skip
"""A person's own distance from the MADRS on another scale: its parameter, its items."""


def named_items(bank: str, numbers: Iterable[int] = ()) -> dict[str, Graded]:
    """Return items of a bank, all of them where no number is named, by the names of people's habits with them."""
    return {f"{bank}_{k}": BANKS[bank][k] for k in numbers or BANKS[bank]}


def habits_with(bank: str, people: Cohort) -> dict[str, np.ndarray]:
    """Return people's habits with every item of a bank, {item: (n,)}; those with the yardstick leave its total alone."""
    return habits(people.seed, people.people, named_items(bank), TYPICAL if bank == YARDSTICK else None)


def self_view(people: Cohort) -> np.ndarray:
    """Return how much worse people see themselves than a rater does, on the trait (n,)."""
    return people.covariates.get("self_view", np.zeros(people.n))


def own_distances(people: Cohort, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Return what people's habits and their view of themselves add to totals in mid-scale, {parameter: (n,)}."""
    out, view = {}, self_view(people)
    for name, (bank, numbers) in OWN.items():
        if name not in names:
            continue
        items = named_items(bank, numbers)
        own = habits(people.seed, people.people, items)
        most = sum(len(item.b) for item in items.values())
        usual = float(expected([(bank, k) for k in numbers], alike(TYPICAL)))
        felt = sum(given_habit(item, TYPICAL + view if item.own_view else TYPICAL, own[key]) for key, item in items.items())
        share = usual / most
        out[name] = (felt - usual) / (4 * share * (1 - share))
    return out


@dataclass(frozen=True)
class Questions:
    """Of which banks people answer the items one by one, and the hours of the study at which they do.

    A total of these banks is the sum of its answers then; between, and of other banks, it is drawn as a whole (`measure`).
    """

    banks: frozenset[str] = frozenset()
    hours: tuple[float, ...] = ()

    @classmethod
    def of(cls, study: Study) -> Questions:
        """Return what a study asks: the scales of its `items`, and whatever its endpoints need beside totals."""
        wanted = [*item_names(study), *(e.quantity for e in study.endpoints)]
        alone = [READOUTS[q] for q in wanted if q in READOUTS and not READOUTS[q].output]
        return cls(frozenset(bank for readout in alone for bank, _ in readout.parts), study.times)

    def sums(self, quantity: str) -> bool:
        """Tell whether a quantity is made of answers: always where the model has no total of its own, else where its bank is asked."""
        parts = READOUTS[quantity].parts
        return bool(parts) and (not READOUTS[quantity].output or {bank for bank, _ in parts} <= self.banks)

    def columns(self, times: np.ndarray) -> np.ndarray:
        """Return the positions, among times (T,), at which people answer."""
        return np.flatnonzero([any(abs(t - hour) < 1e-9 for hour in self.hours) for t in times])

    def answered(self, quantity: str, time: float) -> bool:
        """Tell whether a quantity is summed from answers at an hour."""
        return self.sums(quantity) and len(self.columns(np.array([time]))) > 0


def item_names(study: Study) -> list[str]:
    """Return the quantities that `items` of a study asks for: the totals, and each item."""
    return [q for scale in study.items for q in (scale, *(item_name(scale, number) for _, number in ITEMISED[scale]))]


@dataclass(frozen=True, eq=False)
class Rated(Mapping[str, np.ndarray]):
    """Quantities made of items, (n, T) of one arm, each worked out when it is asked for.

    traits: {domain: (n, T)}; true: as expected of the people rather than as measured; known: other quantities, which stand before
    these; taken_off (n, T): points that a rater takes off a whole scale for what he believes.
    """

    traits: Numbers
    times: np.ndarray
    people: Cohort
    arm: str
    true: bool = False
    known: Numbers = field(default_factory=dict)
    taken_off: np.ndarray | float = 0.0

    def __getitem__(self, quantity: str) -> np.ndarray:
        """Return one quantity (n, T)."""
        if quantity in self.known:
            return self.known[quantity]
        if quantity not in self:
            raise KeyError(quantity)
        readout = READOUTS[quantity]
        if self.true:
            total = expected(readout.parts, self.traits, self.view)
        else:
            total = sum((self.answer(*part) for part in readout.parts), np.zeros((self.people.n, len(self.times))))
        return total if readout.at_least is None else (total >= readout.at_least).astype(float)

    def __iter__(self) -> Iterator[str]:
        """Go through the quantities that are known or made of items."""
        return iter(dict.fromkeys([*self.known, *(q for q, r in READOUTS.items() if r.parts)]))

    def __len__(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)

    def __contains__(self, quantity: object) -> bool:
        """Whether a quantity is known or made of items."""
        return quantity in self.known or (isinstance(quantity, str) and quantity in READOUTS and bool(READOUTS[quantity].parts))

    @cached_property
    def view(self) -> np.ndarray:
        """How much worse people see themselves than a rater does, on the trait (n, 1)."""
        return self_view(self.people)[:, None]

    @cached_property
    def strayed(self) -> np.ndarray:
        """How far people stray from their course for a while, on the trait (n, T)."""
        return FLUCTUATION.drawn(self.times, self.people.seed, self.people.people) / PER_TRAIT

    @cached_property
    def _kept(self) -> dict[str, dict[str, np.ndarray]]:
        return {}

    def habits(self, bank: str) -> dict[str, np.ndarray]:
        """Return the people's habits with the items of a bank."""
        if bank not in self._kept:
            self._kept[bank] = habits_with(bank, self.people)
        return self._kept[bank]

    def answer(self, bank: str, number: int) -> np.ndarray:
        """Return the answers to one item (n, T)."""
        item, name = BANKS[bank][number], f"{bank}_{number}"
        trait = self.traits[item.domain] + self.strayed + (self.view if item.own_view else 0.0)
        if bank.startswith(RATED):
            trait = trait - self.taken_off / (PER_TRAIT * sum(len(one.b) for one in BANKS[bank].values()))
        visit = of_visits(self.people.seed, f"measured:{self.arm}:{name}", self.times, self.people.people)
        return answers(item, trait, self.habits(bank)[name], visit)

    def at(self, columns: np.ndarray) -> Rated:
        """Return the same at some of the times."""
        off = self.taken_off[:, columns] if isinstance(self.taken_off, np.ndarray) else self.taken_off
        return replace(self, traits={d: x[:, columns] for d, x in self.traits.items()}, times=self.times[columns], known={}, taken_off=off)


def completed(wanted: Iterable[str], true: Numbers, seen: Numbers, rated: Rated, asks: Questions) -> tuple[Table, Table]:
    """Return true and measured quantities with those that people answer: the sums of answers where they do.

    Between, where nobody asks, they are as they stand in `seen`, or as expected.
    """
    likely, columns = replace(rated, true=True), asks.columns(rated.times)
    answered, true, seen = rated.at(columns), dict(true), dict(seen)
    for quantity in wanted:
        true.setdefault(quantity, likely[quantity])
        seen[quantity] = seen.get(quantity, true[quantity]).copy()
        seen[quantity][:, columns] = answered[quantity]
    return true, seen
