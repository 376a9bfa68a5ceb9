"""Person: the forecast of one person from a pasted table, and eligibility from a few lines; both read as data and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from htmltools import Tag, tags

from resynapse.faces.explore.story import rounded
from resynapse.faces.explore.views import plain_table
from resynapse.notation import InputError

LARGEST = 200_000  # bytes of an uploaded table


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


@dataclass(frozen=True)
class Seen:
    """A forecast of the first person of a table as the page shows it: one figure, and what stands below it."""

    figure: dict[str, Any]
    below: Tag


def forecast(text: str, at: str) -> Seen:
    """Forecast the first person of a typed table at some days.  Raises InputError that names row and column of the table."""
    from resynapse.faces.forecast import advice, diagnostic_row, forecast_rows
    from resynapse.study.forecast import forecast_table

    try:
        with tempfile.TemporaryDirectory() as folder:
            made = forecast_table(_as_file(text, "patients.csv", folder), at)
    except InputError as why:
        raise InputError(why.where.rpartition("/")[2], why.read, why.expected, why.choices) from None
    one = made.people[0]
    rows = [
        {
            "day": f"{r['time_h'] / 24:g}",
            "scale": r["quantity"],
            "median": f"{r['q50']:.3g}",
            "half of such people": f"{r['q25']:.3g} to {r['q75']:.3g}",
            "nine of ten": f"{r['q05']:.3g} to {r['q95']:.3g}",
            "response": _percent(r["p_response"]),
            "remission": _percent(r["p_remission"]),
        }
        for r in forecast_rows(one)
        if r["kind"] == "observed"
    ]
    checked = diagnostic_row(one)
    return Seen(
        _forecast_figure(one),
        tags.div(
            tags.p(tags.strong("The next session. "), advice(one, made.risk)),
            plain_table(rows),
            tags.p(f"Computed with {checked['people']:,} virtual people, worth {checked['effective_people']:.0f}: {checked['verdict']}."),
            tags.p("Others in the table: " + ", ".join(p.patient.name for p in made.people[1:]) + ".") if len(made.people) > 1 else None,
            tags.p("For research use only; a group of virtual people like this one, not advice for a person."),
            class_="card",
            id="forecast-card",
        ),
    )


def _percent(share: Any) -> str:
    return "" if share == "" else f"{100 * float(share):.0f} %"


BANDS = {"so far": ("@grey", "fitted"), "as planned": ("@blue", "as planned"), "no further session": ("@orange", "no further session")}


def _forecast_figure(one: Any) -> dict[str, Any]:
    """Return scores, the course fitted to them, and what is ahead with and without further sessions; dose days as marks below."""
    data: list[dict[str, Any]] = []
    for name, (colour, words) in BANDS.items():
        band = one.bands[name]
        day = rounded(band.hours / 24)
        edge = {"x": day, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        for low, high, alpha in ((0, 4, 0.12), (1, 3, 0.22)):
            data.append({**edge, "y": rounded(band.values[low])})
            data.append({**edge, "y": rounded(band.values[high]), "fill": "tonexty", "fillcolor": f"{colour}/{alpha}"})
        data.append({"x": day, "y": rounded(band.values[2]), "mode": "lines", "name": words, "line": {"color": colour, "width": 2},
                     "hovertemplate": "<b>%{y:.1f}</b> on day %{x:.1f}<extra>" + words + "</extra>"})  # fmt: skip
    seen = [s for s in one.patient.seen if s.quantity == one.main]
    data.append({"x": [s.time / 24 for s in seen], "y": [s.value for s in seen], "mode": "markers", "name": "scores",
                 "marker": {"color": "@ink", "size": 9}, "hovertemplate": "<b>%{y:g}</b> on day %{x:.1f}<extra>score</extra>"})  # fmt: skip
    doses = [d.time / 24 for d in one.patient.doses]
    mark = {"symbol": "triangle-up", "color": "@green", "size": 11}
    data.append({"x": doses, "y": [0.0] * len(doses), "mode": "markers", "name": "doses", "marker": mark,
                 "hovertemplate": "dose on day %{x:.1f}<extra></extra>"})  # fmt: skip
    layout = {
        "height": 420,
        "showlegend": True,
        "hovermode": "closest",
        "legend": {"orientation": "h", "y": 1.08},
        "xaxis": {"title": {"text": "days after the first dose"}},
        "yaxis": {"title": {"text": f"{one.main}, points"}, "rangemode": "tozero"},
    }
    return {"id": "forecast-plot", "data": data, "layout": layout, "label": f"Forecast of {one.main} for {one.patient.name}"}


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
