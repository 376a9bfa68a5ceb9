"""Person: the forecast of one person from a pasted table, and eligibility from a few lines; both read as data and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from htmltools import Tag, tags

from resynapse.faces.explore.views import plain_table
from resynapse.notation import InputError

LARGEST = 200_000  # bytes of an uploaded table


@dataclass(frozen=True)
class Seen:
    """A forecast as the page shows it: one figure and its tables."""

    figure: dict[str, Any]
    tables: Any


def read_upload(file: Mapping[str, Any]) -> str:
    """Return an uploaded table as text.  Raises InputError for another kind of file, a large one, or one that is no text."""
    if not str(file["name"]).lower().endswith(".csv"):
        raise InputError("upload", str(file["name"]), "a file that ends in .csv")
    path = Path(file["datapath"])
    if path.stat().st_size > LARGEST:
        raise InputError("upload", f"{path.stat().st_size:,} bytes", f"at most {LARGEST:,} bytes")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError("upload", str(file["name"]), "text in UTF-8") from None


def _as_file(text: str, name: str, folder: str) -> Path:
    if len(text.encode()) > LARGEST:
        raise InputError(name, f"{len(text.encode()):,} bytes", f"at most {LARGEST:,} bytes")
    path = Path(folder) / name
    path.write_text(text, encoding="utf-8")
    return path


def eligibility(text: str) -> Tag:
    """Return the judgement of one person by the rules and what is expected, or what is wrong with the text."""
    from resynapse.faces.eligible_text import decision_lines
    from resynapse.study.eligibility import eligible

    try:
        with tempfile.TemporaryDirectory() as folder:
            found = eligible(_as_file(text, "patient.yaml", folder))
    except InputError as why:
        return tags.p(_without_folder(why), class_="field-error", role="alert")
    expected = [_expected(x) for x in (*found.benefit, *found.burden)]
    return tags.div(
        tags.pre("\n".join(decision_lines(found)), class_="card"),
        tags.h3("Expected for people like this, with 90 % intervals"),
        plain_table(expected),
        tags.p(found.disclaimer),
        class_="card",
        id="eligible-card",
    )


def _expected(x: Any) -> dict[str, str]:
    if x.unit == "fraction":
        return {"what": x.what, "expected": f"{100 * x.value:.0f} %", "interval": f"{100 * x.low:.0f} to {100 * x.high:.0f} %"}
    return {"what": x.what, "expected": f"{x.value:.1f} {x.unit}", "interval": f"{x.low:.1f} to {x.high:.1f}"}


def _without_folder(why: InputError) -> str:
    """Return the message with the name of the passing file in place of its path."""
    return str(why).replace(why.where, why.where.rpartition("/")[2])
