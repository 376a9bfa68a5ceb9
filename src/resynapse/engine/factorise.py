"""Sparse LU of (a*I - J) as straight-line code: diagonal pivots in Markowitz order, without row exchange.

Cascades that decay keep their diagonal dominant, so no exchange is needed; where it is, the step's error grows or turns
non-finite and the controller refuses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Entry = tuple[int, int]


@dataclass(frozen=True)
class Factors:
    """Code lines.  `body` computes the factors, `keep` stores them in `slots` rows; `solve` takes SLOPE and stores the solution at `to`."""

    body: tuple[str, ...]
    keep: tuple[str, ...]
    solve: tuple[str, ...]
    slots: int


def _value(i: int, j: int, entries: Mapping[Entry, str]) -> str:
    if i != j:
        return f"-{entries[i, j]}"
    return f"a - {entries[i, i]}" if (i, i) in entries else "a"


def factorise(entries: Mapping[Entry, str], n: int) -> Factors:
    """Write the factorisation of a*I - J, J given by its entries {(row, column): run-time name}; n rows."""
    filled = set(entries) | {(i, i) for i in range(n)}
    body = [f"m_{i}_{j} = {_value(i, j, entries)}" for i, j in sorted(filled)]
    keep: list[str] = []
    order: list[int] = []
    left = set(range(n))
    slot: dict[Entry, int] = {}

    def store(i: int, j: int, name: str) -> None:
        keep.append(f"store(m, FACTORS + {slot.setdefault((i, j), len(slot))}, {name})")

    def cost(k: int) -> tuple[int, int]:
        rows, columns = (sum((i, k) in filled for i in left), sum((k, j) in filled for j in left))
        return (rows - 1) * (columns - 1), k

    while left:
        k = min(left, key=cost)
        left.remove(k)
        order.append(k)
        body.append(f"v_{k} = 1.0 / m_{k}_{k}")
        store(k, k, f"v_{k}")
        columns = [j for j in sorted(left) if (k, j) in filled]
        for i in [i for i in sorted(left) if (i, k) in filled]:
            body.append(f"l_{i}_{k} = m_{i}_{k} * v_{k}")
            store(i, k, f"l_{i}_{k}")
            for j in columns:
                body.append(f"m_{i}_{j} = {f'm_{i}_{j} ' if (i, j) in filled else ''}-l_{i}_{k} * m_{k}_{j}")
                filled.add((i, j))
        for j in columns:
            store(k, j, f"m_{k}_{j}")
    return Factors(tuple(body), tuple(keep), tuple(_substitute(order, slot, n)), len(slot))


def _substitute(order: list[int], slot: Mapping[Entry, int], n: int) -> list[str]:
    """Forward, then backward substitution."""
    after = {k: order[q + 1 :] for q, k in enumerate(order)}
    lines = [f"b_{i} = load(m, SLOPE + {i})" for i in range(n)]
    for k in order:
        lines += [f"b_{i} = b_{i} - load(m, FACTORS + {slot[i, k]}) * b_{k}" for i in after[k] if (i, k) in slot]
    for k in reversed(order):
        lines += [f"b_{k} = b_{k} - load(m, FACTORS + {slot[k, j]}) * b_{j}" for j in after[k] if (k, j) in slot]
        lines.append(f"b_{k} = b_{k} * load(m, FACTORS + {slot[k, k]})")
    return lines + [f"store(m, to + {i}, b_{i})" for i in range(n)]
