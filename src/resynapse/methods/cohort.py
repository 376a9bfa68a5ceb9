"""Cohort: draws virtual people.  What varies, and how, comes in as an argument (the model declares it); nothing here knows a drug.

Every draw comes from a stream named after what is drawn, at the person's own number, so a cohort of 10 is the head of a cohort
of 1,000 and arms share their people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from resynapse.engine import streams
from resynapse.notation import InputError


class CovariateLike(Protocol):
    """What is needed of a covariate's distribution; see `model.population.Covariate`."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def a(self) -> float: ...  # noqa: D102
    @property
    def b(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102


class SpreadLike(Protocol):
    """What is needed of a spread; see `model.population.Spread`."""

    @property
    def targets(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def sd(self) -> float: ...  # noqa: D102
    @property
    def scale(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Cohort:
    """People: their numbers (n,), the study block of each (n,), covariates and parameters {name: (n,)} in declared units."""

    seed: streams.Seed
    people: np.ndarray
    block: np.ndarray
    covariates: dict[str, np.ndarray]
    values: dict[str, np.ndarray]

    @property
    def n(self) -> int:
        """How many."""
        return len(self.people)

    def take(self, index: Any) -> "Cohort":
        """Return some of the people, by index or mask."""
        pick = lambda table: {k: v[index] for k, v in table.items()}  # noqa: E731
        return replace(self, people=self.people[index], block=self.block[index], covariates=pick(self.covariates), values=pick(self.values))


def quantile(of: CovariateLike, u: np.ndarray) -> np.ndarray:
    """Return the values of a cut-off distribution at uniform numbers u (n,)."""
    from scipy.special import ndtr, ndtri

    if of.kind == "bernoulli":
        return (u < of.a).astype(float)
    if of.b <= 0:
        return np.full(len(u), float(of.a))
    to = np.log if of.kind == "lognormal" else np.asarray
    middle = float(to(of.a))
    cut = [ndtr((float(to(x)) - middle) / of.b) for x in (max(of.low, 1e-300) if of.kind == "lognormal" else of.low, of.high)]
    z = middle + of.b * ndtri(np.clip(cut[0] + u * (cut[1] - cut[0]), 1e-15, 1 - 1e-15))
    return np.exp(z) if of.kind == "lognormal" else z


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


def draw(
    covariates: Mapping[str, CovariateLike],
    spreads: Sequence[SpreadLike],
    typical: Mapping[str, float | np.ndarray],
    n: int,
    seed: streams.Seed,
    blocks: int = 0,
    sds: Mapping[str, float | np.ndarray] | None = None,
) -> Cohort:
    """Draw n people.

    typical: {parameter: value in its declared unit}; a spread on a parameter that is not there is left out (its mechanism is
    absent).  blocks: 0 for one typical study; else people are split into that many studies of their own between-study effects.
    sds: {`level:targets` of a spread: its SD instead of the declared one}.  Values and SDs may be one for each block, (blocks,).
    """
    people = np.arange(n, dtype=np.int64)
    block = people * blocks // max(n, 1) if blocks else np.full(n, -1, dtype=np.int64)
    drawn = {k: quantile(c, streams.uniform(seed, f"covariate:{k}", 0, people)) for k, c in covariates.items()}
    values: dict[str, np.ndarray] = {}
    for s in spreads:
        targets = [t for t in s.targets if t in typical]
        if not targets or (s.level == "study" and not blocks):
            continue
        who = block if s.level == "study" else people
        name = f"{s.level}:{'+'.join(s.targets)}"
        z = by_person((sds or {}).get(name, s.sd), block) * streams.normal(seed, name, 0, who)
        for t in targets:
            values[t] = _moved(values.get(t, by_person(typical[t], block)), z, s.scale)
    return Cohort(seed, people, block, drawn, values)


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
