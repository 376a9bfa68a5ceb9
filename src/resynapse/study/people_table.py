"""A table of people: covariates from a CSV file, one person a row, units in the heads or in a row of their own.

`age [years],weight [kg],sex` and then the people; or a plain head and a second row `years,kg,`.  What a column does not give is drawn
around what it gives.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np

from resynapse.notation import InputError, closest
from resynapse.study import vocabulary as words
from resynapse.study.covariates import number_of
from resynapse.study.vocabulary import Limit, Refused

LARGEST_FILE, MOST_PEOPLE = 64 * 1024 * 1024, 1_000_000
_HEAD = re.compile(r"\s*([A-Za-z_]+)\s*(?:[\[(]\s*([^\])]*?)\s*[\])])?\s*")


def read_people(path: str | Path, species: str = "human") -> dict[str, np.ndarray]:
    """Return {covariate: (people,)} in the units that the model has.

    Raises InputError (file, line, column) for a file that cannot be read, an unknown or repeated column, a forgotten or unknown unit,
    an empty cell, text for a number, and a value that no person can have.
    """
    path = Path(path)
    lines = _lines(path)
    if len(lines) < 2:
        raise InputError(str(path), f"{len(lines)} lines", "a head and at least one person")
    heads, start = [_head(cell, path) for cell in lines[0]], 1
    if all(not unit for _, unit in heads) and _is_units(lines[1]):
        if len(lines[1]) != len(heads):
            raise InputError(f"{path}:2", f"{len(lines[1])} units", f"{len(heads)}, one for each column")
        heads, start = [(name, cell.strip()) for (name, _), cell in zip(heads, lines[1], strict=True)], 2
    known = words.TRAITS[species]
    for place, (name, unit) in enumerate(heads):
        if name not in known:
            raise InputError(f"{path}:1", name, f"a trait: one of {', '.join(known)}", known)
        if name in [other for other, _ in heads[:place]]:
            raise InputError(f"{path}:1", f"the column '{name}' a second time", "each column once")
        if unit and unit not in known[name].units:
            raise InputError(f"{path}:1 {name}", unit, f"a unit of {name}: {', '.join(u for u in known[name].units if u) or 'none'}")
    rows = [(n, row) for n, row in enumerate(lines[start:], start + 1) if any(cell.strip() for cell in row)]
    if not 1 <= len(rows) <= MOST_PEOPLE:
        raise InputError(str(path), f"{len(rows)} people", f"1 to {MOST_PEOPLE:,}")
    out = {known[name].covariate: np.empty(len(rows)) for name, _ in heads}
    for k, (line, row) in enumerate(rows):
        if len(row) != len(heads):
            raise InputError(f"{path}:{line}", f"{len(row)} cells", f"{len(heads)}, one for each column")
        for (name, unit), cell in zip(heads, row, strict=True):
            out[known[name].covariate][k] = _value(cell.strip(), name, unit, known[name], f"{path}:{line} {name}")
    return out


def _lines(path: Path) -> list[list[str]]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(str(path), f"{path.stat().st_size:,} bytes", f"at most {LARGEST_FILE:,}")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as why:
        near = tuple(p.name for p in path.parent.glob("*.csv"))[:50] if path.parent.is_dir() else ()
        raise InputError(str(path), getattr(why, "strerror", None) or str(why), f"a CSV file{closest(path.name, near)}") from None


def _head(cell: str, path: Path) -> tuple[str, str]:
    match = _HEAD.fullmatch(cell)
    if match is None:
        raise InputError(f"{path}:1", cell[:80], "a column such as 'weight [kg]'")
    return match.group(1), (match.group(2) or "").strip()


def _is_units(row: list[str]) -> bool:
    """A row without any number, and with at least one unit."""
    units = {unit for limit in words.TRAITS["human"].values() for unit in limit.units if unit}
    return any(cell.strip() in units for cell in row) and not any(_is_number(cell) for cell in row)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _value(cell: str, name: str, unit: str, limit: Limit, where: str) -> float:
    if limit.words:
        word = {"1": "yes", "0": "no"}.get(cell, cell.lower()) if "yes" in limit.words else cell.lower()
        if word not in limit.words:
            raise InputError(where, cell, f"one of {', '.join(limit.words)}", limit.words)
        return limit.words[word]
    if not _is_number(cell):
        raise InputError(where, cell or "an empty cell", "a number")
    try:
        return number_of(f"{cell} {unit}" if unit else float(cell), name, limit)
    except Refused as why:
        raise InputError(where, why.read, why.expected) from None
