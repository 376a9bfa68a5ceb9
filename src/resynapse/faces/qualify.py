"""The qualify command: evidence in, comparisons, summary and report out, and a few lines for the terminal."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resynapse.engine.executor import Crew
from resynapse.faces.describe import columns
from resynapse.faces.run_folder import new_folder, parts_beside, refuse_foreign, write_facts
from resynapse.notation import InputError
from resynapse.study.fits import split

if TYPE_CHECKING:
    from resynapse.methods.evidence import Row, Source
    from resynapse.methods.fit import Fit
    from resynapse.study.arrows import Arrow
    from resynapse.study.experiments import Experiments
    from resynapse.study.unseen import Strangers

SOURCES, ALONE = "sources.csv", "statistics_alone.csv"
Tell = Callable[[str, int, int], None]
AREA_HEADS = {"rows": "rows", "simulated": "simulated", "agreeing": "agreeing", "gmfe": "GMFE", "within_2_fold": "within 2-fold",
              "coverage": "coverage", "right_directions": "right directions"}  # fmt: skip


@dataclass(frozen=True)
class Order:
    """What is judged: evidence files or folders, with tables of sources and of what statistics alone predict among them; ids or all.

    arrows: also judge without each arrow of the mechanism, with fewer people.  fit: as `study.fits.load_fit` reads it; after
    `newest without trial` every trial is judged by the fit that never saw it.  crew: who works.
    """

    evidence: Sequence[Path]
    ids: tuple[str, ...]
    replicates: int
    seed: int
    arrows: bool = False
    fit: str = "newest"
    crew: Crew = field(default_factory=Crew)


def qualify(order: Order, out: Path, command: list[str], tell: Tell) -> list[str]:
    """Judge the model and write comparisons.csv, summary.json, report.html and provenance.json into `out`.

    With arrows also arrows.csv, the same as one picture (arrows.png), and a section of the report.  Returns the lines to print.
    What is finished waits beside `out`: stopped, the same command goes on from it.
    Raises InputError for a broken file, an unknown id or an `out` that cannot be written.
    """
    from resynapse.methods.evidence import load_evidence
    from resynapse.methods.families import Means
    from resynapse.methods.qualify import Settings
    from resynapse.methods.qualify import qualify as judge
    from resynapse.methods.records import summary, write
    from resynapse.model import build
    from resynapse.study.arrows import arrow_table
    from resynapse.study.provenance import model_hash, provenance

    refuse_foreign(out, "qualify", mixed=True)
    rows, sources = load_evidence(tables_of(order)), sources_of(order)
    fit, known, experiments = judged_by(order, rows, sources)
    others = statistics_alone(next((path for path in order.evidence if path.name == ALONE), None))
    settings = Settings(replicates=order.replicates, seed=order.seed, sampling="sampling" not in fit.left_out)
    store = experiments.store(parts_beside(out), rows, order.ids, settings)
    means = Means(order.crew, store)
    asked = [r for r in rows if not order.ids or r.id in order.ids]
    with store.until_done():
        result = judge(rows, experiments, settings, order.ids, lambda done, whole: tell("experiments", done, whole), means)
        arrows = arrow_table(asked, progress=tell, means=means, set_up=experiments) if order.arrows else []
        spread = spread_of(asked, fit, tell) if known else {}
        tell("writing the report", 1, 1)
        extra: Mapping[str, object] = {
            "model_hash": {species: model_hash(build(species)) for species in ("human", "mouse")},
            "fit": fit.date or "none",
            "without": sorted(fit.left_out) + (["trial"] if leaves_trials_out(order) else []),
        }
        with new_folder(out, "qualify", mixed=True) as folder:
            write(result, folder, extra)
            if arrows:
                write_arrows(arrows, folder / "arrows.csv")
            write_report((result, arrows), sources, folder / "report.html", (fit, known, others, spread))
            write_facts(folder, "qualify", provenance(build(), order.seed, result.digest, command))
    return lines(summary(result), out)


def leaves_trials_out(order: Order) -> bool:
    """Tell whether every trial is to be judged by a fit that never saw it."""
    return "trial" in split(order.fit)[1]


def judged_by(order: Order, rows: Sequence[Row], sources: Mapping[str, Source]) -> tuple[Fit, Strangers | None, Experiments]:
    """Return the fit, the fits without each trial where they judge, and how every row is set up with the one or the other."""
    from resynapse.study.experiments import Experiments
    from resynapse.study.fits import load_fit, strangers
    from resynapse.study.unseen import trial_of

    if not leaves_trials_out(order):
        return load_fit(order.fit), None, Experiments(order.fit, {})
    known = strangers(order.fit)
    return known.fit, known, Experiments(order.fit, {row.id: trial_of(row, sources) for row in rows})


def statistics_alone(path: Path | None) -> dict[str, dict[str, float]]:
    """Return {predictor: {row: predicted}} of a table with a column `id` and one for each predictor.  InputError for a broken one."""
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        names = [name for name in (lines[0] if lines else ()) if name != "id"]
        return {name: {line["id"]: float(line[name]) for line in lines} for name in names}
    except OSError as why:
        raise InputError("--evidence", str(path), f"a table that can be read ({why.strerror})") from None
    except (ValueError, KeyError, TypeError) as why:
        raise InputError(str(path), f"{type(why).__name__}: {why}", "a column `id` and numbers under each predictor") from None


def spread_of(rows: Sequence[Row], fit: Fit, tell: Tell) -> dict[str, dict[str, float]]:
    """Return by area how much of a prediction's variance each source brings, from a smaller simulation."""
    from resynapse.methods.widths import widths
    from resynapse.study.from_row import experiment_of

    return widths(rows, fit, experiment_of, tell)


def write_report(found: tuple[Any, Sequence[Arrow]], sources: Mapping[str, Source], path: Path, by: tuple[Any, ...]) -> None:
    """Write the report of a qualification; found = (result, arrows), by = what `Beside` holds, in order."""
    from resynapse.faces.qualify_beside import Beside
    from resynapse.faces.report import write_qualify_report

    write_qualify_report(found[0], sources, path, found[1], Beside(*by))


def write_arrows(table: Sequence[Arrow], path: Path) -> None:
    """Write the fit without each arrow as CSV: rows that agree and rows simulated by area, log score, ids gained and lost; and draw it."""
    from resynapse.faces import style
    from resynapse.faces.arrow_figure import arrow_figure

    style.save(arrow_figure(table), path.with_suffix(".png"))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        heads = [f"{area}_{word}" for area in table[0].agree for word in ("agree", "simulated")]
        writer.writerow(["arrow", "meaning", *heads, "log_score_change", "gained", "lost"])
        for a in table:
            counts = [n for pair in a.agree.values() for n in pair]
            writer.writerow([a.name, a.meaning, *counts, f"{a.score:.4f}", " ".join(a.gained), " ".join(a.lost)])


def tables_of(order: Order) -> list[Path]:
    """Return the files and folders of rows: what was given but for tables of sources and of other predictors."""
    return [path for path in order.evidence if path.name not in (SOURCES, ALONE)]


def sources_of(order: Order) -> dict[str, Source]:
    """Return the sources by key: from the sources.csv given, else from the one beside the evidence, else none."""
    from resynapse.methods.evidence import load_sources

    given = [path for path in order.evidence if path.name == SOURCES]
    folders = [path if path.is_dir() else path.parent for path in tables_of(order)]
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
