"""Evidence: every published row, with the model's prediction beside it where one has been made."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from typing import Any

from htmltools import Tag, tags

from resynapse.faces import bibliography
from resynapse.faces.explore.know import evidence_rows
from resynapse.faces.explore.views import plain_table
from resynapse.methods.evidence import Row
from resynapse.methods.judge import AREAS, area
from resynapse.study.folders import shipped

COMPARISONS = "docs/qualification/comparisons.csv"
COLOURS = {"agrees": "@blue/0.65", "disagrees": "@red/0.9"}


@dataclass(frozen=True)
class Line:
    """A row of evidence, its area, and what the last qualification said: predicted, low, high (None where not simulated), verdict."""

    row: Row
    area: str
    predicted: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: str = ""
    reason: str = ""


@cache
def lines() -> tuple[Line, ...]:
    """Return all rows in order; predictions come from the qualification that is kept in the docs."""
    said = comparisons()
    return tuple(_line(row, said.get(row.id)) for row in evidence_rows())


@cache
def comparisons() -> dict[str, dict[str, str]]:
    """Return the kept qualification by id; {} where there is none."""
    path = shipped(COMPARISONS)
    if path is None:
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def verdicts() -> dict[str, str]:
    """Return the verdict of every judged row by id."""
    return {key: row["verdict"] for key, row in comparisons().items()}


def _line(row: Row, said: dict[str, str] | None) -> Line:
    where = area(row) if row.use == "predict" else row.use
    if said is None:
        return Line(row, where)
    number = lambda name: float(said[name]) if said[name] else None  # noqa: E731
    return Line(row, where, number("predicted"), number("predicted_low"), number("predicted_high"), said["verdict"], said["reason"])


def areas() -> list[str]:
    """Return the areas that rows belong to, those that are judged first."""
    found = {one.area for one in lines()}
    return [*(a for a in AREAS if a in found), *sorted(found - set(AREAS))]


def quantities() -> list[str]:
    """Return the quantities of the rows."""
    return sorted({one.row.quantity for one in lines()})


def chosen(of: str, quantity: str, verdict: str, words: str) -> list[Line]:
    """Return the rows that fit every filter; an empty one lets all through."""
    sought = words.lower().split()

    def fits(one: Line) -> bool:
        text = f"{one.row.id} {one.row.source} {one.row.arm} {one.row.note} {one.row.drug} {one.row.population}".lower()
        return (
            of in ("", one.area) and quantity in ("", one.row.quantity) and verdict in ("", one.verdict) and all(w in text for w in sought)
        )

    return [one for one in lines() if fits(one)]


def counted(some: list[Line]) -> str:
    """Return how many rows there are and how the model fares."""
    judged = [one for one in some if one.verdict in COLOURS]
    agree = sum(one.verdict == "agrees" for one in judged)
    tail = f"; the model agrees with {agree} of the {len(judged)} that it was judged by" if judged else ""
    return f"{len(some)} rows{tail}."


def table(some: list[Line]) -> Any:
    """Return the rows as a frame for the grid."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "id": o.row.id,
                "source": o.row.source,
                "area": o.area,
                "population": o.row.population,
                "drug": o.row.drug,
                "quantity": o.row.quantity,
                "statistic": o.row.statistic,
                "observed": o.row.value,
                "predicted": o.predicted,
                "unit": o.row.unit,
                "verdict": o.verdict.replace("_", " "),
            }
            for o in some
        ],
        columns=["id", "source", "area", "population", "drug", "quantity", "statistic", "observed", "predicted", "unit", "verdict"],
    )


def figure(some: list[Line]) -> dict[str, Any]:
    """Return predicted against observed, in each row's own unit; both axes logarithmic where all numbers allow it."""
    shown = [o for o in some if o.predicted is not None]
    log = bool(shown) and all(o.row.value > 0 and (o.predicted or 0) > 0 for o in shown)
    data: list[dict[str, Any]] = []
    for verdict, colour in COLOURS.items():
        mine = [o for o in shown if o.verdict == verdict]
        data.append(
            {
                "type": "scattergl" if len(mine) > 2000 else "scatter",
                "mode": "markers",
                "name": verdict,
                "x": [o.row.value for o in mine],
                "y": [o.predicted for o in mine],
                "customdata": [o.row.id for o in mine],
                "marker": {"color": colour, "size": 8, "symbol": "circle" if verdict == "agrees" else "diamond"},
                "text": [f"{o.row.source}: {o.row.quantity} {o.row.statistic}" for o in mine],
                "hovertemplate": "%{text}<br>observed %{x:.3~g}, predicted %{y:.3~g}<extra>" + verdict + "</extra>",
            }
        )
    ends = [v for o in shown for v in (o.row.value, o.predicted or 0.0)]
    if ends:
        data.insert(
            0,
            {
                "x": [min(ends), max(ends)],
                "y": [min(ends), max(ends)],
                "mode": "lines",
                "hoverinfo": "skip",
                "showlegend": False,
                "line": {"color": "@soft", "width": 1, "dash": "dot"},
            },
        )
    kind = "log" if log else "linear"
    layout = {
        "height": 420,
        "hovermode": "closest",
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.08},
        "xaxis": {"type": kind, "title": {"text": "observed, each in its own unit"}},
        "yaxis": {"type": kind, "title": {"text": "predicted"}},
    }
    return {"id": "evidence-plot", "data": data, "layout": layout, "click": "ev_click", "label": counted(some)}


def detail(key: str) -> Tag | None:
    """Return everything about one row: the number, its source, the experiment as it was simulated, the verdict."""
    found = next((o for o in lines() if o.row.id == key), None)
    if found is None:
        return None
    r, source = found.row, bibliography.sources().get(found.row.source)
    link = (
        tags.a(bibliography.citation(r.source), href=source.url, rel="noreferrer", target="_blank")
        if source and source.url
        else bibliography.citation(r.source)
    )
    facts = {
        "published": f"{r.quantity} {r.statistic} {r.value:g} {r.unit}" + (f" at {r.time_h:g} h" if r.time_h is not None else ""),
        "source": link,
        "where in it": r.locator,
        "how it is known": r.access,
        "used to": r.use,
        "experiment": " ".join(
            str(x)
            for x in (r.drug, r.dose or "", r.dose_unit, r.route, "in", r.population.replace("_", " "), f"(n = {r.n})" if r.n else "")
            if x
        ),
        "circumstances": "; ".join(f"{k} = {v}" for k, v in r.covariates.items()),
        "note": r.note,
    }
    if found.predicted is not None:
        facts["predicted"] = f"{found.predicted:.4g} ({found.low:.4g} to {found.high:.4g} in nine of ten studies of this size)"
    facts |= {"verdict": found.verdict.replace("_", " "), "how it was simulated": found.reason}
    return tags.div(tags.h3(f"Row {key}"), plain_table([{"": k, " ": v} for k, v in facts.items() if v]), class_="card", id="ev-card")
