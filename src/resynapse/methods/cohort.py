"""Cohort: draws virtual people.  What varies, and how, comes in as an argument (the model declares it); nothing here knows a drug.

Every draw comes from a stream named after what is drawn, at the person's own number, so a cohort of 10 is the head of a cohort
of 1,000, any range of numbers gives the same persons as the whole, and arms share their people.  Covariates and the differences
of parameters between people are drawn together: normal numbers with the declared correlations, each turned into its own
distribution (a Gaussian copula).
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from resynapse.engine import streams
from resynapse.methods.distributions import CovariateLike, quantile, rank
from resynapse.notation import InputError

Numbers = dict[str, np.ndarray]


class SpreadLike(Protocol):
    """What is needed of a spread; see `model.spreads.Spread`."""

    @property
    def targets(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def sd(self) -> float: ...  # noqa: D102
    @property
    def scale(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> str: ...  # noqa: D102


class CorrelationLike(Protocol):
    """What is needed of a correlation; see `model.spreads.Correlation`."""

    @property
    def one(self) -> str: ...  # noqa: D102
    @property
    def other(self) -> str: ...  # noqa: D102
    @property
    def rho(self) -> float: ...  # noqa: D102


@dataclass(frozen=True)
class Who:
    """Whose draws: seed, person numbers (n,), study block of each (n,) or -1, and the candidate tried in their place (n,).

    blocks: how many there are in all, of which these people may be a few.

    A person who is not enrolled is replaced by the next candidate of the same number, so who takes part depends on nobody else.
    """

    seed: streams.Seed
    people: np.ndarray
    block: np.ndarray
    candidate: np.ndarray
    blocks: int = 0

    @classmethod
    def of(cls, n: int, seed: streams.Seed, blocks: int = 0, first: int = 0) -> "Who":
        """Return n people from number `first` on.  blocks: 0 for one typical study, else they are split into that many studies."""
        place = np.arange(n, dtype=np.int64)
        block = place * blocks // max(n, 1) if blocks else np.full(n, -1, dtype=np.int64)
        return cls(seed, place + first, block, np.zeros(n, dtype=np.int64), blocks)

    @property
    def n(self) -> int:
        """How many."""
        return len(self.people)

    def take(self, index: Any) -> "Who":
        """Return some of them, by index or mask."""
        return replace(self, people=self.people[index], block=self.block[index], candidate=self.candidate[index])

    def next(self) -> "Who":
        """Return the next candidates in their places."""
        return replace(self, candidate=self.candidate + 1)

    def normal(self, purpose: str) -> np.ndarray:
        """Return standard normal numbers (n,) for a purpose."""
        return streams.normal(self.seed, purpose, self.candidate, self.people)

    def uniform(self, purpose: str) -> np.ndarray:
        """Return uniform numbers (n,) for a purpose."""
        return streams.uniform(self.seed, purpose, self.candidate, self.people)


COUNTING, CHANCE = "counting", "chance"
"""Left out: how studies differ in counting side effects (a fit says it instead); whether a side effect befalls (its chance is kept)."""


@dataclass(frozen=True)
class Cohort:
    """People: their numbers (n,), the study block of each (n,), covariates and parameters {name: (n,)} in declared units.

    selection: how people were chosen (screened, enrolled, effective_share), empty where everybody takes part.
    left_out: sources of spread (studies, people, COUNTING, CHANCE) that nothing drawn later may bring in again.
    """

    seed: streams.Seed
    people: np.ndarray
    block: np.ndarray
    covariates: Numbers
    values: Numbers
    selection: Mapping[str, float] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()

    @property
    def n(self) -> int:
        """How many."""
        return len(self.people)

    def take(self, index: Any) -> "Cohort":
        """Return some of the people, by index or mask."""
        pick = lambda table: {k: v[index] for k, v in table.items()}  # noqa: E731
        return replace(self, people=self.people[index], block=self.block[index], covariates=pick(self.covariates), values=pick(self.values))


def fixed(of: Any, value: float) -> Any:
    """Return a covariate of which the value is known."""
    kind = "bernoulli" if of.kind == "bernoulli" else "normal"
    return replace(of, kind=kind, a=value, b=0.0, low=min(of.low, value), high=max(of.high, value))


def limited(population: Mapping[str, Any], where: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Return covariates cut off at further limits {name: (low, high)}.

    Raises InputError where nothing is left or the name is unknown.
    """
    out = dict(population)
    for name, (low, high) in where.items():
        if name not in out:
            raise InputError("population where", name, f"one of {', '.join(sorted(out))}", out)
        one = out[name]
        cut = replace(one, low=max(one.low, low), high=min(one.high, high))
        if cut.low > cut.high:
            raise InputError(f"population where {name}", f"{low:g} to {high:g}", f"limits that overlap {one.low:g} to {one.high:g}")
        out[name] = cut
    return out


@dataclass(frozen=True)
class Drawn:
    """What is to be drawn: distributions by name, spreads of parameters, correlations of both, typical parameters.

    known: covariates that are given {name: (n,)}; what goes with them is drawn around them.  sds: {`level:targets` of a spread: its SD
    in place of the declared one}.  Typical values and SDs may be one for each block, (blocks,).
    """

    covariates: Mapping[str, CovariateLike]
    spreads: Sequence[SpreadLike]
    typical: Mapping[str, float | np.ndarray]
    correlations: Sequence[CorrelationLike] = ()
    known: Mapping[str, np.ndarray] | None = None
    sds: Mapping[str, float | np.ndarray] | None = None


def draw(what: Drawn, who: Who) -> Cohort:
    """Draw people.

    A spread on a parameter that is not there is left out (its mechanism is absent); one between studies needs blocks.
    """
    known = dict(what.known or {})
    spreads = [(s, [t for t in s.targets if t in what.typical]) for s in what.spreads]
    spreads = [(s, targets) for s, targets in spreads if targets and (s.level != "study" or who.block.max(initial=-1) >= 0)]
    personal = {s.targets[0]: f"person:{'+'.join(s.targets)}" for s, _ in reversed(spreads) if s.level != "study"}
    purposes = {name: f"covariate:{name}" for name in what.covariates} | personal
    z = _together(purposes, _pairs(what.correlations, purposes), _ranks(what.covariates, known, who), who)
    drawn = {k: known[k] if k in known else quantile(c, _share(z[k])) for k, c in what.covariates.items()}
    drawn |= {k: x for k, x in known.items() if k not in drawn}
    values: Numbers = {}
    for s, targets in spreads:
        purpose = f"{s.level}:{'+'.join(s.targets)}"
        if s.level == "study":
            own = streams.normal(who.seed, purpose, 0, who.block)
        else:
            own = z[s.targets[0]] if personal[s.targets[0]] == purpose else who.normal(purpose)
        moved = by_person((what.sds or {}).get(purpose, s.sd), who.block) * own
        for t in targets:
            values[t] = _moved(values.get(t, by_person(what.typical[t], who.block)), moved, s.scale)
    return Cohort(who.seed, who.people, who.block, drawn, values)


def _share(z: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return ndtr(z)


def _ranks(covariates: Mapping[str, CovariateLike], known: Mapping[str, np.ndarray], who: Who) -> Numbers:
    """Return the normal numbers (n,) that stand for given covariates; a count or a yes is placed anywhere within its share."""
    from scipy.special import ndtri

    return {k: ndtri(rank(covariates[k], x, who.uniform(f"rank:{k}"))) for k, x in known.items() if k in covariates}


def _pairs(correlations: Sequence[CorrelationLike], names: Mapping[str, str]) -> tuple[tuple[str, str, float], ...]:
    return tuple((c.one, c.other, c.rho) for c in correlations if c.one in names and c.other in names)


def _together(purposes: Mapping[str, str], pairs: tuple[tuple[str, str, float], ...], known: Numbers, who: Who) -> Numbers:
    """Return correlated normal numbers {name: (n,)}; those that are known stand, the others are drawn around them."""
    out = {name: known[name] if name in known else who.normal(purpose) for name, purpose in purposes.items()}
    tied = tuple(n for n in purposes if any(n in pair for pair in pairs))
    order = tuple(sorted(tied, key=lambda n: n not in known))  # stable: the known first
    if order:
        root = factor(order, pairs)
        given = sum(n in known for n in order)
        own = [out[n] for n in order]
        for k in range(given):  # the independent numbers behind the known ones
            own[k] = (own[k] - _weighted(root[k, :k], own)) / root[k, k]
        out |= {name: _weighted(root[k, : k + 1], own) for k, name in enumerate(order)}
    return out


def _weighted(weights: np.ndarray, of: Sequence[np.ndarray]) -> np.ndarray:
    """Sum in one order, so that a person's number does not depend on who else is drawn."""
    return sum((w * x for w, x in zip(weights, of, strict=False)), np.zeros_like(of[0]))


@functools.lru_cache(maxsize=64)
def factor(names: tuple[str, ...], pairs: tuple[tuple[str, str, float], ...]) -> np.ndarray:
    """Return the Cholesky factor of a table of correlations.  Raises InputError where no people could have them all."""
    place = {name: k for k, name in enumerate(names)}
    matrix = np.eye(len(names))
    for one, other, rho in pairs:
        matrix[place[one], place[other]] = matrix[place[other], place[one]] = rho
    try:
        return np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise InputError("correlations", ", ".join(names), "correlations that can all hold at once") from None


def by_person(value: float | np.ndarray, block: np.ndarray) -> np.ndarray:
    """Return a number, or one for each block of people, as one for each person (n,)."""
    return np.asarray(value, float)[block] if np.ndim(value) else np.full(len(block), float(value))


def _moved(base: np.ndarray, z: np.ndarray, scale: str) -> np.ndarray:
    """Shift on the scale of the spread: log, logit, or plain."""
    if scale == "log":
        return base * np.exp(z)
    if scale == "logit":
        odds = base / (1 - base) * np.exp(z)
        return odds / (1 + odds)
    return base + z
