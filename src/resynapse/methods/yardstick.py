"""Yardstick: the figures that the model is to reach, and what statistics alone reach on the same rows.  Fixed before looking.

Points: all rows of depression scores in points; contrasts: those of drug minus control among them.  Rates: response and remission
as fractions.  An area counts for coverage from 30 rows on.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from resynapse.methods.judge import AREAS
from resynapse.methods.qualify import Comparison

GMFE, TWOFOLD, POINTS, CONTRAST, RATES = 1.35, 0.90, 3.7, 2.5, 0.10
COVERED, ENOUGH, DIRECTIONS, SIMULATED, BETTER = (0.80, 0.97), 30, 0.85, 0.90, 0.85
Others = Mapping[str, Mapping[str, float]]
"""{predictor: {row: predicted}}"""


@dataclass(frozen=True)
class Figure:
    """One figure: what it is, over how many rows, its value (None where nothing was simulated), what it should be, whether it is."""

    name: str
    rows: int
    value: float | None
    low: float
    high: float

    @property
    def reached(self) -> bool:
        """Whether the value lies between its limits."""
        return self.value is not None and self.low - 1e-9 <= self.value <= self.high + 1e-9


def in_points(c: Comparison) -> bool:
    """Whether a row is a depression score in points."""
    return c.area == "scores" and c.row.unit == "points"


def contrast(c: Comparison) -> bool:
    """Whether it is the drug's difference from its control in points."""
    return in_points(c) and c.row.statistic == "difference_vs_control"


def as_share(c: Comparison) -> bool:
    """Whether it is response or remission as a fraction."""
    return c.area == "rates" and c.row.unit == "fraction"


KINDS: Mapping[str, Callable[[Comparison], bool]] = {"points": in_points, "contrasts": contrast, "rates": as_share}


def error(comparisons: Sequence[Comparison], kind: str) -> float | None:
    """Return the mean absolute error of the model over a kind of rows; None where there are none."""
    found = [abs(c.prediction.median - c.row.value) for c in comparisons if KINDS[kind](c) and c.prediction is not None]
    return sum(found) / len(found) if found else None


def errors_of_others(comparisons: Sequence[Comparison], kind: str, others: Others) -> dict[str, float]:
    """Return {predictor: mean absolute error} over the simulated rows of a kind that all predictors predict."""
    rows = _shared(comparisons, kind, others)
    if not rows:
        return {}
    return {name: sum(abs(found[c.row.id] - c.row.value) for c in rows) / len(rows) for name, found in others.items()}


def _shared(comparisons: Sequence[Comparison], kind: str, others: Others) -> list[Comparison]:
    asked = [c for c in comparisons if KINDS[kind](c) and c.prediction is not None]
    return [c for c in asked if others and all(c.row.id in found for found in others.values())]


def figures(comparisons: Sequence[Comparison], others: Others) -> list[Figure]:
    """Return every figure, in the order in which a reader asks."""
    done = [c for c in comparisons if c.verdict is not None]
    logs = [abs(math.log(c.verdict.agreement)) for c in done if c.area == "exposure" and c.verdict and c.verdict.agreement > 0]
    gmfe = math.exp(sum(logs) / len(logs)) if logs else None
    out = [
        Figure("exposure: geometric mean fold error", len(logs), gmfe, 1.0, GMFE),
        Figure("exposure: share within 2-fold", len(logs), _share([x <= math.log(2) + 1e-12 for x in logs]), TWOFOLD, 1.0),
    ]
    for kind, limit, words in (
        ("points", POINTS, "depression scores: mean absolute error, points"),
        ("contrasts", CONTRAST, "drug minus control: mean absolute error, points"),
        ("rates", RATES, "response, remission: mean absolute error"),
    ):
        count = sum(KINDS[kind](c) for c in done)
        out.append(Figure(words, count, error(done, kind), 0.0, limit))
    out += [_coverage(name, [c for c in done if c.area == name]) for name in AREAS if name != "direction"]
    right = [c.word == "agrees" for c in done if c.area == "direction"]
    out.append(Figure("directions right", len(right), _share(right), DIRECTIONS, 1.0))
    for kind in ("points", "rates"):
        rows, best = _shared(done, kind, others), errors_of_others(done, kind, others)
        mine = error(rows, kind)
        if best and mine is not None:
            words = f"{kind}: error against the best of statistics alone ({min(best, key=lambda k: best[k])})"
            out.append(Figure(words, len(rows), mine / min(best.values()), 0.0, BETTER))
    out.append(Figure("rows simulated", len(comparisons), _share([c.verdict is not None for c in comparisons]), SIMULATED, 1.0))
    return [f for f in out if f.rows]


def _coverage(name: str, rows: Sequence[Comparison]) -> Figure:
    inside = [c.prediction.low - 1e-9 <= c.row.value <= c.prediction.high + 1e-9 for c in rows if c.prediction]
    counts = len(inside) >= ENOUGH
    low, high = COVERED if counts else (0.0, 1.0)
    words = f"{name}: inside the 90 % interval" + ("" if counts else " (too few rows to count)")
    return Figure(words, len(inside), _share(inside), low, high)


def _share(right: Sequence[bool]) -> float | None:
    return sum(right) / len(right) if right else None
