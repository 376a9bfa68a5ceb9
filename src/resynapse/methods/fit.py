"""Fit: what the evidence says of the model's numbers, as draws; and which sources of spread a prediction carries.

A fitted number is a parameter's typical value, named as the parameter, or the SD of a spread, named `level:targets`
(`person:share`, `study:s_CLint+r_CLint`).  A fit without numbers is the model as declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resynapse.engine.streams import Draws, Seed, uniform
from resynapse.notation import InputError

Array = NDArray[np.float64]
GOLDEN = 0.6180339887498949
SOURCES = ("parameters", "studies", "people", "sampling")
"""Where the width of an interval comes from: what the evidence leaves open, how studies differ, how people differ, how few they are."""


@dataclass(frozen=True, eq=False)
class Number:
    """One fitted number, in the unit of its declaration.

    low, high: the prior's central 95 %.  declared: what the model says without a fit.  centre: the best value.  draws: (D,).
    """

    stage: str
    unit: str
    scale: str
    low: float
    high: float
    declared: float
    centre: float
    draws: Array

    @property
    def contraction(self) -> float:
        """How much of the prior's variance the rows took away, by the central 95 %: 1 all, 0 (or by chance below) nothing."""
        ends = np.array([[self.low, self.high], np.quantile(self.draws, [0.025, 0.975])])
        width = np.diff(np.log(ends) if self.scale == "log" else ends)[:, 0]
        return float(1 - (width[1] / width[0]) ** 2)


@dataclass(frozen=True, eq=False)
class Fit:
    """Fitted numbers with their draws; the draws of all numbers belong together, one by one.

    beyond: kind of row -> SD by which trials differ beyond all that the model knows of, on that kind's own scale.
    recipe: how it was made, as plain data.  left_out: sources of spread that predictions do without.
    copies: every draw is shown on the same people, one block of them for each draw, in order.
    """

    date: str = ""
    numbers: Mapping[str, Number] = field(default_factory=dict)
    beyond: Mapping[str, float] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    copies: bool = False

    @property
    def size(self) -> int:
        """How many draws."""
        return min((len(n.draws) for n in self.numbers.values()), default=0)

    @property
    def typical(self) -> dict[str, float]:
        """Best values of parameters."""
        return {name: n.centre for name, n in self.numbers.items() if ":" not in name}

    @property
    def spreads(self) -> dict[str, float]:
        """Best values of the SDs of spreads."""
        return {name: n.centre for name, n in self.numbers.items() if ":" in name}

    @property
    def draws(self) -> dict[str, Array]:
        """{number: (D,)}."""
        return {name: n.draws for name, n in self.numbers.items()}

    def without(self, sources: Iterable[str]) -> Fit:
        """Return the same fit whose predictions leave out some sources of spread.  InputError for an unknown one."""
        gone = frozenset(sources)
        if not gone:
            return self
        for name in sorted(gone):
            if name not in SOURCES:
                raise InputError("without", name, f"one of {', '.join(SOURCES)}", SOURCES)
        return replace(self, left_out=self.left_out | gone)

    def only(self, wanted: Callable[[str, Number], bool]) -> Fit:
        """Return the fit of some of its numbers."""
        return replace(self, numbers={name: n for name, n in self.numbers.items() if wanted(name, n)})

    def at(self, values: Mapping[str, float]) -> Fit:
        """Return a fit that knows its numbers for sure: `values` where given, else the best ones."""
        return self.drawn({name: np.array([values.get(name, n.centre)]) for name, n in self.numbers.items()})

    def drawn(self, draws: Mapping[str, Array]) -> Fit:
        """Return the same numbers with other draws; the best value is their median."""
        made = {name: replace(n, draws=draws[name], centre=float(np.median(draws[name]))) for name, n in self.numbers.items()}
        return replace(self, numbers=made)

    def values(self, blocks: int, seed: Seed) -> dict[str, float | Array]:
        """Return {number: its best value, or (blocks,) one draw for each block of people}."""
        if not blocks or "parameters" in self.left_out or not self.size:
            return {name: n.centre for name, n in self.numbers.items()}
        if isinstance(seed, Draws):  # people with numbers of their own, each a block: the draw goes with the number
            return {name: n.draws[seed.number % self.size] for name, n in self.numbers.items()}
        if self.copies:
            return {name: n.draws[:blocks] for name, n in self.numbers.items()}
        # Blocks go through the draws in golden steps from a random start: few of them stand for the whole, and more change none.
        at = (uniform(seed, "fit, draw", 0, np.zeros(1, np.int64))[0] + np.arange(blocks) * GOLDEN) % 1.0
        which = np.minimum((at * self.size).astype(int), self.size - 1)
        return {name: n.draws[which] for name, n in self.numbers.items()}

    def sds(self, chosen: Mapping[str, float | Array], names: Iterable[str]) -> dict[str, float | Array]:
        """Return {spread: SD} of those spreads (`level:targets`) that the fit moves, or that are left out."""
        out: dict[str, float | Array] = {name: chosen[name] for name in names if name in chosen}
        quiet = {"study": "studies", "person": "people"}
        return out | {name: 0.0 for name in names if quiet.get(name.partition(":")[0]) in self.left_out}


DECLARED = Fit()
