"""The order in which a sparse matrix is eliminated: diagonal pivots, cheapest first (Markowitz), without row exchange.

Cascades that decay keep their diagonal dominant, so no exchange is needed; where it is, the step's error grows or turns
non-finite and the controller refuses it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Entry = tuple[int, int]


@dataclass(frozen=True)
class Pivot:
    """One step of the elimination: the diagonal entry `at`, rows `below` it and columns to its `right` that are not zero."""

    at: int
    below: tuple[int, ...]
    right: tuple[int, ...]


@dataclass(frozen=True)
class Elimination:
    """Pivots in order, and a place in memory for every entry of the factors: inverse diagonal, multiples, upper part."""

    pivots: tuple[Pivot, ...]
    slots: dict[Entry, int]


def eliminate(entries: Iterable[Entry], n: int, order: Sequence[int] = ()) -> Elimination:
    """Plan the elimination of an (n, n) matrix with a full diagonal and these entries beside it; order: of the pivots, if given."""
    filled = set(entries) | {(i, i) for i in range(n)}
    left = set(range(n))
    pivots: list[Pivot] = []

    def cost(k: int) -> tuple[int, int]:
        rows, columns = sum((i, k) in filled for i in left), sum((k, j) in filled for j in left)
        return (rows - 1) * (columns - 1), k

    while left:
        k = order[len(pivots)] if order else min(left, key=cost)
        left.remove(k)
        below = tuple(i for i in sorted(left) if (i, k) in filled)
        right = tuple(j for j in sorted(left) if (k, j) in filled)
        filled |= {(i, j) for i in below for j in right}
        pivots.append(Pivot(k, below, right))
    return Elimination(tuple(pivots), {at: slot for slot, at in enumerate(sorted(filled))})


def restrict(plan: Elimination, entries: Iterable[Entry], at: Mapping[int, int]) -> Elimination:
    """Plan the elimination of the part of a matrix whose rows `at` holds (old row -> new), in the old order; entries: by new rows."""
    return eliminate(entries, len(at), [at[p.at] for p in plan.pivots if p.at in at])
