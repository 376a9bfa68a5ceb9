"""The qualify command: evidence in, comparisons, summary and report out, and a few lines for the terminal."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resynapse.faces.describe import columns
from resynapse.faces.run_folder import new_folder, write_facts
from resynapse.study.fits import split

if TYPE_CHECKING:
    from resynapse.methods.evidence import Row, Source
    from resynapse.methods.fit import Fit
    from resynapse.methods.pool import Experiment, NotSimulated
    from resynapse.study.arrows import Arrow

SOURCES = "sources.csv"
Tell = Callable[[str, int, int], None]
AREA_HEADS = {"rows": "rows", "simulated": "simulated", "agreeing": "agreeing", "gmfe": "GMFE", "within_2_fold": "within 2-fold",
              "coverage": "coverage", "right_directions": "right directions"}  # fmt: skip


@dataclass(frozen=True)
class Order:
    """What is judged: evidence files or folders, the table of sources (None: beside the evidence), ids (all when empty).

    arrows: also judge without each arrow of the mechanism, with fewer people.  fit: as `study.fits.load_fit` reads it; after
    `newest without trial` every trial is judged by the fit that never saw it.
    """

    evidence: Sequence[Path]
    ids: tuple[str, ...]
    replicates: int
    seed: int
    arrows: bool = False
    fit: str = "newest"


def qualify(order: Order, out: Path, command: list[str], tell: Tell) -> list[str]:
    """Judge the model and write comparisons.csv, summary.json, report.html and provenance.json into `out`.

    With arrows also arrows.csv, the same as one picture (arrows.png), and a section of the report.  Returns the lines to print.
    Raises InputError for a broken file, an unknown id or an `out` that cannot be written.
    """
    from resynapse.methods.evidence import load_evidence
    from resynapse.methods.qualify import Settings
    from resynapse.methods.qualify import qualify as judge
    from resynapse.methods.records import summary, write
    from resynapse.model import build
    from resynapse.study.provenance import model_hash, provenance

    rows, sources = load_evidence(tables_of(order)), sources_of(order)
    fit, experiments = judged_by(order, sources)
    with new_folder(out, "qualify", mixed=True) as folder:
        settings = Settings(replicates=order.replicates, seed=order.seed, sampling="sampling" not in fit.left_out)
        result = judge(rows, experiments, settings, order.ids, lambda done, whole: tell("experiments", done, whole))
        arrows = arrows_of(order, rows, folder / "arrows.csv", tell) if order.arrows else []
        tell("writing the report", 1, 1)
        extra: Mapping[str, object] = {
            "model_hash": {species: model_hash(build(species)) for species in ("human", "mouse")},
            "fit": fit.date or "none",
            "without": sorted(fit.left_out) + (["trial"] if leaves_trials_out(order) else []),
        }
        write(result, folder, extra)
        write_report(result, sources, folder / "report.html", arrows)
        write_facts(folder, "qualify", provenance(build(), order.seed, result.digest, command))
    return lines(summary(result), out)


def leaves_trials_out(order: Order) -> bool:
    """Tell whether every trial is to be judged by a fit that never saw it."""
    return "trial" in split(order.fit)[1]


def judged_by(order: Order, sources: Mapping[str, Source]) -> tuple[Fit, Callable[[Row], Experiment | NotSimulated]]:
    """Return the fit, and how every row is set up with it, or with the fit that never saw the row's trial."""
    from resynapse.study.fits import load_fit, strangers
    from resynapse.study.from_row import experiment_of
    from resynapse.study.unseen import trial_of

    if not leaves_trials_out(order):
        fit = load_fit(order.fit)
        return fit, lambda row: experiment_of(row, fit)
    known = strangers(order.fit)
    fits = {trial: known.without(trial) for trial in known.left}
    return known.fit, lambda row: experiment_of(row, fits.get(trial_of(row, sources), known.fit))


def write_report(result: Any, sources: Mapping[str, Source], path: Path, arrows: Sequence[Arrow] = ()) -> None:
    """Write the report of a qualification."""
    from resynapse.faces.report import write_qualify_report

    write_qualify_report(result, sources, path, arrows)


def arrows_of(order: Order, rows: Sequence[Row], path: Path, tell: Tell) -> list[Arrow]:
    """Judge again without each arrow, write the table to `path` and return it."""
    from resynapse.faces import style
    from resynapse.faces.arrow_figure import arrow_figure
    from resynapse.study.arrows import arrow_table

    asked = [row for row in rows if not order.ids or row.id in order.ids]
    table = arrow_table(asked, progress=tell)
    write_arrows(table, path)
    style.save(arrow_figure(table), path.with_suffix(".png"))
    return table


def write_arrows(table: Sequence[Arrow], path: Path) -> None:
    """Write the fit without each arrow as CSV: rows that agree and rows simulated by area, log score, ids gained and lost."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        heads = [f"{area}_{word}" for area in table[0].agree for word in ("agree", "simulated")]
        writer.writerow(["arrow", "meaning", *heads, "log_score_change", "gained", "lost"])
        for a in table:
            counts = [n for pair in a.agree.values() for n in pair]
            writer.writerow([a.name, a.meaning, *counts, f"{a.score:.4f}", " ".join(a.gained), " ".join(a.lost)])


def tables_of(order: Order) -> list[Path]:
    """Return the files and folders of rows: what was given but for tables of sources."""
    return [path for path in order.evidence if path.name != SOURCES]


def sources_of(order: Order) -> dict[str, Source]:
    """Return the sources by key: from the sources.csv given, else from the one beside the evidence, else none."""
    from resynapse.methods.evidence import load_sources

    given = [path for path in order.evidence if path.name == SOURCES]
    folders = [path if path.is_dir() else path.parent for path in order.evidence]
    beside = given + [folder / SOURCES for folder in folders if (folder / SOURCES).is_file()]
    return load_sources(beside[0]) if beside else {}


def lines(found: Mapping[str, Any], out: Path) -> list[str]:
    """Return the summary by area as lines of text."""
    areas = {"all": found["all"], **found["areas"]}
    rows = [
        {"area": name} | {head: shown(area.get(key)) for key, head in AREA_HEADS.items()} for name, area in areas.items() if area["rows"]
    ]
    return [columns(rows) if rows else "No predict rows.", "", f"Report: {out / 'report.html'}"]


def shown(value: object) -> str:
    """Return a number of the summary as text."""
    return "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
