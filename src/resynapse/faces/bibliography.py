"""Bibliography: which published sources the numbers of a model come from, and how they are cited."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from resynapse.notation import System

if TYPE_CHECKING:
    from resynapse.methods.evidence import Source

NO_SOURCE = ("assumed", "convention", "switch", "")


@cache
def sources() -> dict[str, Source]:
    """Return every known source by its key; empty where the evidence is not at hand (an installed copy elsewhere)."""
    from resynapse.methods.evidence import load_sources
    from resynapse.study.folders import shipped

    table = shipped("evidence/sources.csv")
    return load_sources(table) if table else {}


def keys(text: str) -> tuple[str, ...]:
    """Return the source keys in a parameter's source: "fit:otto2021,wang2019" -> ("otto2021", "wang2019")."""
    parts = re.split(r"[,;]\s*", text.removeprefix("fit:"))
    return tuple(part for part in parts if part not in NO_SOURCE)


def used(system: System) -> dict[str, int]:
    """Return the sources of a system's parameters with the number of parameters that rest on each, most used first."""
    count = Counter(key for p in system.params.values() for key in keys(p.source))
    return dict(sorted(count.items(), key=lambda item: (-item[1], item[0])))


def assumed(system: System) -> int:
    """Return how many parameters rest on an assumption alone."""
    return sum(p.source == "assumed" for p in system.params.values())


def citation(key: str) -> str:
    """Return one source as a line of a bibliography."""
    found = sources().get(key)
    if found is None:
        return key
    held = found.reference_id
    name = f"doi:{held}" if re.match(r"10\.\d+/", held) else held
    return ". ".join(part for part in (found.study, name or found.url) if part) + f" [{key}]"


def bibtex(key: str) -> str:
    """Return one source as a BibTeX entry of what is known of it."""
    found = sources().get(key)
    if found is None:
        return f"@misc{{{key},\n  title = {{{key}}}\n}}"
    fields = {"title": found.study, "year": found.year, "note": found.reference_id, "url": found.url}
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return "@misc{" + key + ",\n" + ",\n".join(lines) + "\n}"
