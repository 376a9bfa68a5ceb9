"""The report of a qualification: where the model is wrong first, then everything else it was asked."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from resynapse.engine.checkpoint import write_whole
from resynapse.faces import qualify_figures as pictures
from resynapse.faces import style
from resynapse.faces.arrow_figure import arrow_figure
from resynapse.faces.fit_figures import contraction_figure, pairs_figure
from resynapse.faces.page import Picture, Table, number, picture, render, span
from resynapse.faces.qualify_beside import Beside, alike
from resynapse.faces.qualify_beside import held as held_beside
from resynapse.methods import judge
from resynapse.study.vocabulary import time_text

if TYPE_CHECKING:
    from resynapse.methods.evidence import Source
    from resynapse.methods.qualify import Comparison, Qualification
    from resynapse.study.arrows import Arrow

MOST_COURSES, MOST_MISFITS, MOST_PAIRS = 160, 45, 12


@dataclass(frozen=True)
class Area:
    """One area of judgement: its name, its misfits, how many rows were simulated."""

    name: str
    misfits: Table
    count: int
    simulated: int


def write_qualify_report(
    result: Qualification, sources: Mapping[str, Source], path: str | Path, arrows: Sequence[Arrow] = (), beside: Beside | None = None
) -> Path:
    """Write report.html of a qualification.  The file appears whole or not at all.

    sources: for the bibliography; arrows: fit without each arrow, as from `study.arrows.arrow_table`, for a section of its own;
    beside: the fit that judged, and what else the report sets beside the rows.
    """
    from resynapse.methods.records import summary

    path, found = Path(path), summary(result)
    comparisons = result.comparisons
    areas: dict[str, Any] = dict(found["areas"])  # pyright: ignore
    simulated = [c for c in comparisons if c.verdict is not None]
    held = {
        "title": "Where the model is right, and where it is wrong", "kicker": "Resynapse: qualification against published numbers",
        "version": dict(found["versions"]).get("resynapse", ""),  # pyright: ignore
        "tiles": _tiles(dict(found["all"])),  # pyright: ignore
        "areas": [_area(name, [c for c in simulated if c.area == name]) for name in judge.AREAS],
        "misfits": sum(c.word == "disagrees" for c in comparisons), "simulated": len(simulated),
        "areas_table": _area_table(areas, dict(found["all"])),  # pyright: ignore
        "coverage": Picture(style.inline(pictures.coverage_figure(areas), "agreement and coverage by area"), "") if simulated else None,
        "arrows": Picture(style.inline(arrow_figure(arrows), "fit without each arrow of the mechanism"), "") if arrows else None,
        "scatter": _scatter(comparisons), "courses": _courses(comparisons),
        "reasons": _reasons([c for c in comparisons if c.verdict is None]),
        "not_simulated": _not_simulated([c for c in comparisons if c.verdict is None]),
        "agreeing": _rows_table([c for c in simulated if c.word == "agrees"]),
        "rules": inspect.getdoc(judge) or "", "replicates": result.settings.replicates,
        "provenance": Table(("what", "value"), [(k, str(v)) for k, v in _facts(found)]),
        "references": _references(comparisons, sources),
        "forest": _forest([c for c in simulated if c.word == "disagrees"]), **held_beside(beside or Beside(), comparisons),
        **_pictures_of(beside),
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, render("qualify.html.j2", held).encode())
    return path


def _forest(wrong: Sequence[Comparison]) -> Picture | None:
    """Return the worst misfits in one picture; directions have no place on it."""
    some = [c for c in wrong if c.row.statistic != "direction" and c.prediction and c.prediction.sd > 0]
    rows = sorted(some, key=_badness, reverse=True)
    return picture(pictures.forest_figure(rows[:MOST_MISFITS]), "forest of misfits") if rows else None


def _pictures_of(beside: Beside | None) -> dict[str, Picture | None]:
    """Return what the rows say of each number, and pairs that they cannot tell apart, where there is a fit."""
    if beside is None or not beside.fit.numbers:
        return {"contraction": None, "pairs": None}
    pairs = alike(beside.fit)[:MOST_PAIRS]
    shown = picture(pairs_figure(beside.fit, pairs), "draws of pairs of numbers") if pairs else None
    return {"contraction": picture(contraction_figure(beside.fit), "prior and posterior of every number"), "pairs": shown}


def _tiles(every: Mapping[str, Any]) -> list[dict[str, str]]:
    rows, done = every["rows"], every["simulated"]
    share = f"{100 * every['agreeing'] / done:.0f} %" if done else "–"
    return [
        {"over": "rows simulated", "value": f"{done} of {rows}", "under": "the others are listed with the reason"},
        {"over": "rows that agree", "value": share, "under": f"{every['agreeing']} of {done}, by rules fixed before looking"},
        {"over": "geometric mean fold error", "value": _text(every["gmfe"]), "under": "over rows judged by a ratio; 1 is perfect"},
        {"over": "coverage", "value": _percent(every["coverage"]), "under": "observed values inside the 90 % prediction interval"},
    ]


def _area(name: str, rows: Sequence[Comparison]) -> Area:
    wrong = sorted((c for c in rows if c.word == "disagrees"), key=_badness, reverse=True)
    return Area(pictures.AREA_WORDS[name], _rows_table(wrong), len(wrong), len(rows))


def _badness(c: Comparison) -> float:
    """How far a misfit is off: on the log scale for ratios, in standard deviations otherwise."""
    assert c.verdict is not None and c.prediction is not None
    if c.verdict.as_ratio and c.verdict.agreement > 0:
        return abs(float(np.log(c.verdict.agreement))) * 3
    return abs(c.verdict.agreement) / c.prediction.sd if c.prediction.sd > 0 else np.inf


def _rows_table(rows: Sequence[Comparison]) -> Table:
    lines = []
    for c in rows:
        r, p = c.row, c.prediction
        assert p is not None and c.verdict is not None
        dose = f" {r.dose:g} {r.dose_unit}" if r.dose else ""
        treated = f"{r.drug}{dose} {r.route if r.route != 'none' else ''}".strip()
        sign = "×" if c.verdict.as_ratio else "+" if c.verdict.agreement > 0 else ""
        off = f"{sign}{number(c.verdict.agreement)}"
        unit = "" if r.unit in ("", "fraction", "ratio", "sign") else f", {r.unit}"
        when = f" at {time_text(r.time_h)}" if r.time_h is not None and r.time_h >= 0 else ""
        seen = number(r.value) + (f" ({span(*c.observed)})" if c.observed else "")
        said = f"{number(p.median)} ({span(p.low, p.high)})" if r.statistic != "direction" else f"up {p.up:.0%}, down {p.down:.0%}"
        what = f"{r.quantity} {r.statistic.replace('_', ' ')}{when}{unit}"
        lines.append((r.id, r.source, treated, what, seen, said, off, c.reason or "–"))
    return Table(("row", "source", "treatment", "what", "observed (90 %)", "predicted (90 %)", "off by", "assumed"), lines, (4, 5, 6))


def _area_table(areas: Mapping[str, Any], every: Mapping[str, Any]) -> Table:
    head = ("area", "rows", "simulated", "agree", "disagree", "GMFE", "within 1.25-fold", "1.5-fold", "2-fold", "mean absolute error",
            "coverage", "right directions")  # fmt: skip
    lines = []
    for name, a in {**areas, "all": every}.items():
        share = f"{a['agreeing']} ({100 * a['agreeing'] / a['simulated']:.0f} %)" if a["simulated"] else "–"
        error = _text(a["mean_absolute_error"]) if name != "all" else "–"
        wrong = str(a["simulated"] - a["agreeing"])
        lines.append((pictures.AREA_WORDS.get(name, "All"), str(a["rows"]), str(a["simulated"]), share, wrong, _text(a["gmfe"]),
                      _percent(a["within_1.25_fold"]), _percent(a["within_1.5_fold"]), _percent(a["within_2_fold"]), error,
                      _percent(a["coverage"]), _percent(a["right_directions"])))  # fmt: skip
    return Table(head, lines, tuple(range(1, len(head))))


def _scatter(comparisons: Sequence[Comparison]) -> list[Picture]:
    out = []
    for (area, kind), rows in pictures.scatter_groups(comparisons).items():
        title = pictures.AREA_WORDS.get(area, area) + ("" if kind in ("own units", "fraction") else f": {kind}")
        out.append(Picture(style.inline(pictures.scatter_figure(rows, title), f"predicted against observed, {title}"), ""))
    return out


def _courses(comparisons: Sequence[Comparison]) -> list[Picture]:
    groups = pictures.course_groups(comparisons)[:MOST_COURSES]
    return [Picture(style.inline(pictures.course_figure(g), f"time course of {g[0].row.quantity}, {g[0].row.source}"), "") for g in groups]


def _reasons(rows: Sequence[Comparison]) -> Table:
    """Return the reasons for not simulating with their counts, most frequent first."""
    count = Counter((pictures.AREA_WORDS[c.area], c.reason) for c in rows)
    return Table(("area", "why", "rows"), [(area, why, str(k)) for (area, why), k in count.most_common()], (2,))


def _not_simulated(rows: Sequence[Comparison]) -> Table:
    lines = [(c.row.id, c.row.source, f"{c.row.quantity} {c.row.statistic}", c.reason) for c in rows]
    return Table(("row", "source", "what", "why"), lines)


def _facts(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    names = ("seed", "replicates", "people_per_experiment", "blocks_per_experiment", "digest")
    return [(n.replace("_", " "), found[n]) for n in names] + list(found["versions"].items())


def _references(comparisons: Sequence[Comparison], sources: Mapping[str, Source]) -> list[str]:
    """Return the papers whose numbers were judged, as lines of a bibliography."""
    out = []
    for key in sorted({c.row.source for c in comparisons}):
        s = sources.get(key)
        out.append(f"{key}: {s.study}. {s.reference_id or s.url}" if s else key)
    return out


def _text(value: float | None) -> str:
    return "–" if value is None else number(value)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
