"""The static edition: a folder with the same story, drawn from numbers computed beforehand; a web host serves it, or the disk itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from htmltools import HTML, Tag, TagList, tags

from resynapse.faces.explore import dendrites, evidence, trial, views
from resynapse.faces.explore.app import HERE, plotly_folder
from resynapse.faces.explore.know import drawers
from resynapse.faces.explore.regimen import Asked, People, Regimen
from resynapse.faces.explore.story import courses, sentences, told
from resynapse.model.population import POPULATIONS

Tell = Callable[[str, int, int], None]
TWICE, ONCE_WEEKLY = "0, 3, 7, 10, 14, 17, 21, 24", "0, 7, 14, 21"
POPULATIONS_SHOWN = ("trd_adult", "mdd_adult", "trd_older", "bipolar_adult")
GRID: dict[str, tuple[str, Regimen]] = {
    "iv05_once": ("ketamine 0.5 mg/kg iv, once", Regimen()),
    "iv05_weekly": ("ketamine 0.5 mg/kg iv, once a week", Regimen(days=ONCE_WEEKLY)),
    "iv05_twice": ("ketamine 0.5 mg/kg iv, twice a week", Regimen(days=TWICE)),
    "iv02_once": ("ketamine 0.2 mg/kg iv, once", Regimen(dose="0.2 mg/kg")),
    "iv1_once": ("ketamine 1 mg/kg iv, once", Regimen(dose="1 mg/kg")),
    "im05_twice": ("ketamine 0.5 mg/kg im, twice a week", Regimen(route="im", over="", days=TWICE)),
    "sc05_twice": ("ketamine 0.5 mg/kg sc, twice a week", Regimen(route="sc", over="", days=TWICE)),
    "lozenge_twice": ("ketamine 100 mg lozenge, twice a week", Regimen(route="sublingual", dose="100 mg", over="", days=TWICE)),
    "oral_twice": ("ketamine 100 mg by mouth, twice a week", Regimen(route="oral", dose="100 mg", over="", days=TWICE)),
    "spray56_twice": ("esketamine 56 mg spray, twice a week", Regimen("esketamine", "intranasal", "56 mg", "", TWICE)),
    "spray84_twice": ("esketamine 84 mg spray, twice a week", Regimen("esketamine", "intranasal", "84 mg", "", TWICE)),
    "spray84_newad": (
        "esketamine 84 mg spray, twice a week, new antidepressant",
        Regimen("esketamine", "intranasal", "84 mg", "", TWICE, "new_ad"),
    ),
    "midazolam_twice": ("midazolam iv, twice a week", Regimen("midazolam", "iv", "0.045 mg/kg", "40 min", TWICE)),
    "placebo_twice": ("placebo, twice a week", Regimen("placebo", "iv", "", "", TWICE)),
}


@dataclass(frozen=True)
class Extent:
    """How much is computed: people in each group, populations and regimens by key."""

    n: int = 400
    populations: tuple[str, ...] = POPULATIONS_SHOWN
    regimens: tuple[str, ...] = tuple(GRID)


def export(folder: Path, extent: Extent, tell: Tell) -> None:
    """Write the site into an empty folder: index.html, assets, and one file of numbers for each population and regimen."""
    (folder / "assets").mkdir()
    (folder / "data").mkdir()
    for name in ("explore.js", "explore.css", "static.js"):
        shutil.copy(HERE / "assets" / name, folder / "assets" / name)
    shutil.copy(plotly_folder() / "plotly.min.js", folder / "assets" / "plotly.min.js")
    pairs = [(p, r) for p in extent.populations for r in extent.regimens]
    for k, (population, key) in enumerate(pairs):
        tell(f"{population}, {GRID[key][0]}", k, len(pairs))
        _data(folder, f"{population}__{key}", computed(population, key, extent.n))
    tell("evidence and page", len(pairs), len(pairs))
    _data(
        folder,
        "evidence",
        {
            "rows": evidence.table(list(evidence.lines())).astype(object).where(lambda x: x.notna(), None).values.tolist(),
            "figure": evidence.figure(list(evidence.lines())),
        },
    )
    (folder / "index.html").write_text(index(extent), encoding="utf-8")


def computed(population: str, key: str, n: int) -> dict[str, Any]:
    """Return what the script needs of one regimen in one population, with the numbers of a trial's end."""
    asked = Asked({key: GRID[key][1]}, People(population, n))
    result = told(asked.study())
    end = [{"endpoint": r["endpoint"], "value": r["value"], "interval": r["90 % interval"]} for r in trial.mood_rows(result)]
    return {
        "courses": courses(result),
        "says": {k: v.replace(f"{key}: ", "") for k, v in sentences(result).items()},
        "dendrites": dendrites.drawn(result, asked.end_h),
        "end": end,
    }


def _data(folder: Path, name: str, content: dict[str, Any]) -> None:
    """Write numbers as a script, because a page opened from the disk may not read other files in any other way."""
    text = f"resynapse.arrived({json.dumps(name)}, {json.dumps(content, allow_nan=False, separators=(',', ':'))});\n"
    (folder / "data" / f"{name}.js").write_text(text, encoding="utf-8")


def index(extent: Extent) -> str:
    """Return the page."""
    body = tags.div(
        views.tab(
            "story", tags.div(_choices(extent), tags.div(views.tools(), views.story_panels(drawers(evidence.verdicts()))), class_="layout")
        ),
        views.tab(
            "evidence",
            tags.h2("What the world measured, and what the model says of it"),
            tags.p(evidence.counted(list(evidence.lines()))),
            views.plot("evidence-plot", "Predicted against observed", tall=True),
            tags.label("Show rows with ", tags.input(id="find", type="search", aria_label="Words to look for")),
            tags.div(id="evidence-rows", class_="wide"),
        ),
        views.about_tab(),
    )
    page = views.page(body, None, ("story", "evidence", "about"))
    head = TagList(
        tags.meta(charset="utf-8"),
        tags.meta(name="viewport", content="width=device-width, initial-scale=1"),
        tags.meta(name="color-scheme", content="light dark"),
        tags.title("Resynapse: from dose to synapse to symptom"),
        tags.link(rel="icon", href="data:,"),
        tags.link(rel="stylesheet", href="assets/explore.css"),
        tags.script(src="assets/plotly.min.js"),
        tags.script(src="assets/explore.js"),
        tags.script(src="assets/static.js", defer=""),
    )
    return "<!doctype html>\n" + tags.html(tags.head(head), tags.body(page), lang="en").get_html_string()


def _choices(extent: Extent) -> Tag:
    """Return the choices of the static page: a population and up to three of the computed regimens."""
    options = lambda words: [tags.option(text, value=key) for key, text in words.items()]  # noqa: E731
    populations = {p: POPULATIONS[p].meaning for p in extent.populations}
    regimens = {key: GRID[key][0] for key in extent.regimens}
    selects = [
        tags.label(
            f"Regimen {name}",
            tags.select(
                *([tags.option("none", value="")] if name != "A" else []),
                *options(regimens),
                id=f"pick-{name.lower()}",
                class_="form-select",
            ),
        )
        for name in ("A", "B", "C")
    ]
    return tags.aside(
        tags.details(
            tags.summary("Regimens and people"),
            tags.fieldset(
                tags.legend("People"),
                tags.label("Population", tags.select(*options(populations), id="pick-population", class_="form-select")),
            ),
            tags.fieldset(tags.legend("Regimens"), *selects),
            tags.div(id="end-numbers"),
            tags.p(
                f"Computed beforehand in {extent.n} virtual people for each choice. The full program lets you choose anything.",
                class_="says",
            ),
            open="",
        ),
        tags.script(HTML(json.dumps({"names": regimens}).replace("</", "<\\/")), id="grid", type="application/json"),
        class_="side",
    )
