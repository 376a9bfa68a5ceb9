"""Compare two runs: what was asked, what they were made from, and what came out."""

from __future__ import annotations

import csv
import difflib
from pathlib import Path
from typing import Any

from resynapse.faces.describe import columns
from resynapse.faces.run_folder import read_facts
from resynapse.notation import InputError

FACTS = ("seed", "model_hash", "digest", "python", "platform")


def compare(first: Path, second: Path) -> str:
    """Return the differences of two run folders as text. Raises InputError for a folder that is no run, or is damaged."""
    facts = [read_facts(folder, "run") for folder in (first, second)]
    parts = [same_or_not(facts[0], facts[1], str(first), str(second))]
    parts.append(_studies(first, second))
    parts.append(_summaries(first, second))
    return "\n\n".join(part for part in parts if part)


def same_or_not(one: dict[str, Any], other: dict[str, Any], first: str, second: str) -> str:
    """Return one line if two runs hold the same digits, else the facts in which they differ."""
    if one.get("digest") == other.get("digest"):
        return "The same results, digit for digit."
    held = [
        {**{k: str(f.get(k, "")) for k in FACTS}, **{f"version of {k}": v for k, v in f.get("versions", {}).items()}} for f in (one, other)
    ]
    rows = [
        {"fact": k, first: held[0].get(k, "")[:40], second: held[1].get(k, "")[:40]}
        for k in dict.fromkeys([*held[0], *held[1]])
        if held[0].get(k) != held[1].get(k)
    ]
    return "Made from\n" + columns(rows)


def _studies(first: Path, second: Path) -> str:
    """Return the lines in which the resolved studies differ."""
    texts = [_text(folder / "study.yaml").splitlines() for folder in (first, second)]
    lines = list(difflib.unified_diff(texts[0], texts[1], str(first), str(second), lineterm="", n=0))
    return "Asked\n" + "\n".join(f"  {line}" for line in lines) if lines else "Asked: the same study."


def _summaries(first: Path, second: Path) -> str:
    """Return the endpoints that both have and in which they differ, and those that only one has."""
    tables = [_table(folder / "summary.csv") for folder in (first, second)]
    rows = []
    for key in dict.fromkeys([*tables[0], *tables[1]]):
        values = [table.get(key) for table in tables]
        if values[0] == values[1] or all(v is not None and v != v for v in values):  # not a number in both
            continue
        both = None not in values
        rows.append({
            "endpoint": key[0],
            "arm": f"{key[1]} - {key[2]}" if key[2] else key[1],
            "first": "-" if values[0] is None else f"{values[0]:.4g}",
            "second": "-" if values[1] is None else f"{values[1]:.4g}",
            "difference": f"{(values[1] or 0) - (values[0] or 0):+.3g}" if both else "",
        })  # fmt: skip
    return "Came out\n" + columns(rows) if rows else "Came out: the same summary."


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(str(path), "nothing that can be read", "a file of a whole run folder") from None


def _table(path: Path) -> dict[tuple[str, str, str], float]:
    """Return {(endpoint, arm, against): value} of a summary."""
    try:
        return {(row["endpoint"], row["arm"], row["against"]): float(row["value"]) for row in csv.DictReader(_text(path).splitlines())}
    except (KeyError, ValueError) as why:
        raise InputError(str(path), str(why), "a summary as `resynapse run` writes it") from None
