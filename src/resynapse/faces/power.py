"""The power command: a trial done many times at several sizes; a folder with tables, curves and a page, and a table for the terminal."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from resynapse.faces.page import Table, number
from resynapse.notation import InputError

if TYPE_CHECKING:
    from resynapse.engine.executor import Crew
    from resynapse.study.replicates import Contrast, Replicated, Trier
    from resynapse.study.schema import Study

COLUMNS = (
    "endpoint", "arm", "against", "unit", "n", "replicates", "lost", "truth", "mean", "bias", "bias_error", "sd", "se",
    "coverage", "coverage_error", "power", "power_error", "type_one", "type_one_error", "assurance", "assurance_error",
)  # fmt: skip
VARIED = ("n",)
NOTE = (
    "Each replicate is a whole trial with people of its own in every arm, analysed as the study says. Power: how often p is below 0.05 "
    "(two-sided). Type I error: the same for a drug that is felt but does nothing for mood. Truth: the contrast of all replicates' people "
    "together, everybody seen without error; bias and coverage (of 90 % intervals) are against it. ± is the Monte Carlo standard error."
)
ASSURED = (
    " Assurance: power when every replicate is another study, with its own draw of what differs between studies and of fitted numbers."
)


def sizes_of(text: str) -> tuple[int, ...]:
    """Read what varies: "n=20,40,80". Raises InputError for another key, or numbers that are none."""
    name, equals, values = text.partition("=")
    if name.strip() not in VARIED or not equals:
        raise InputError("--vary", text, "n=20,40,80: the people in each arm", ("n=20,40,80",))
    try:
        sizes = tuple(int(value) for value in values.split(","))
    except ValueError:
        raise InputError("--vary", text, "whole numbers separated by commas, for example n=20,40,80") from None
    if min(sizes) < 2 or max(sizes) > 100_000 or list(sizes) != sorted(set(sizes)):
        raise InputError("--vary", text, "different numbers of people from 2 to 100000, ascending")
    return sizes


def power(trier: Trier, crew: Crew, out: tuple[Path, list[str]], tell: Callable[[str, int, int], None]) -> Any:
    """Do the trial over and over and write power.csv, replicates.parquet, report.html, study.yaml and provenance.json.

    out: the folder, and the command for the record.  Returns a table for the terminal.  What is finished waits beside the folder:
    stopped, the same command goes on from it.
    """
    from resynapse.faces.run_folder import new_folder, parts_beside, refuse_foreign, study_yaml, write_csv, write_facts
    from resynapse.study.disposition import system_of
    from resynapse.study.provenance import provenance
    from resynapse.study.replicates import replicated

    refuse_foreign(out[0], "power")
    study, store = trier.study, trier.store(parts_beside(out[0]))
    with store.until_done():
        found = replicated(trier, crew, store, tell)
        tell("writing tables and report", 1, 1)
        with new_folder(out[0], "power") as folder:
            write_csv(folder / "power.csv", COLUMNS, [row for one in found for row in rows(one)])
            write_estimates(folder / "replicates.parquet", found)
            (folder / "study.yaml").write_text(study_yaml(study), encoding="utf-8")
            facts = provenance(system_of(study), study.seed, digest(found), out[1])
            write_facts(folder, "power", facts)
            write_page(folder / "report.html", study, found, facts)
    return terminal_table(found)


def rows(one: Replicated) -> list[dict[str, Any]]:
    """Return the contrasts of one size as plain rows."""
    return [dict(zip(COLUMNS, _row(c), strict=True)) for c in one.contrasts]


def _row(c: Contrast) -> tuple[Any, ...]:
    f = c.found
    pairs = [x for s in (f.coverage, f.power, c.type_one, c.assurance) for x in (s.value, s.error)]
    about = (c.endpoint, c.arm, c.against, c.unit, c.n, f.replicates, f.lost)
    return (*about, f.truth, f.mean, f.bias.value, f.bias.error, f.sd, f.se, *pairs)


def write_estimates(path: Path, found: Sequence[Replicated]) -> None:
    """Write the estimate of every contrast in every replicate as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    joined = {name: np.concatenate([one.estimates[name] for one in found]) for name in found[0].estimates}
    columns = {name: pa.array(x.tolist()) if x.dtype == object else x for name, x in joined.items()}
    pq.write_table(pa.table(columns), path, compression="zstd")


def digest(found: Sequence[Replicated]) -> str:
    """Hash of every estimate; the same study, seed and sizes give the same one."""
    made = hashlib.sha256()
    for one in found:
        for name, x in sorted(one.estimates.items()):
            made.update(name.encode())
            made.update(repr(x.tolist()).encode() if x.dtype == object else np.ascontiguousarray(x).tobytes())
    return made.hexdigest()


def share(value: float, error: float) -> str:
    """Write a share of replicates and its error in percent."""
    if not math.isfinite(value):
        return "–"
    digits = 0 if error >= 0.01 else 1
    return f"{100 * value:.{digits}f} ± {100 * error:.{digits}f} %"


def table(found: Sequence[Replicated]) -> Table:
    """Return the contrasts of every size for a page."""
    assured = any(math.isfinite(c.assurance.value) for one in found for c in one.contrasts)
    lines = []
    for c in (c for one in found for c in one.contrasts):
        f = c.found
        cells = [c.endpoint, f"{c.arm} − {c.against}", str(c.n), number(f.truth), number(f.mean),
                 f"{number(f.bias.value)} ± {number(f.bias.error)}", c.unit]  # fmt: skip
        shares = [f.power, c.type_one, f.coverage, *([c.assurance] if assured else [])]
        lines.append((*cells, *(share(s.value, s.error) for s in shares), str(f.lost)))
    head = ("endpoint", "contrast", "n per arm", "truth", "mean", "bias", "unit", "power", "type I error", "coverage")
    return Table((*head, *(("assurance",) if assured else ()), "lost"), lines, tuple(range(2, 6)))


def note(found: Sequence[Replicated]) -> str:
    """Explain the table."""
    return NOTE + (ASSURED if "assurance" in table(found).head else "")


def terminal_table(found: Sequence[Replicated]) -> Any:
    """Return the same for a terminal (rich)."""
    from rich.table import Table as Rich

    made = table(found)
    out = Rich(box=None, pad_edge=False, header_style="bold")
    for k, head in enumerate(made.head):
        out.add_column(head, no_wrap=True, justify="right" if k in made.numbers else "left")
    for row in made.rows:
        out.add_row(*row)
    return out


def write_page(path: Path, study: Study, found: Sequence[Replicated], facts: Mapping[str, Any]) -> None:
    """Write the report: power curves, type I error, the table, and where it comes from."""
    from resynapse.faces.methods_text import analysis_words
    from resynapse.faces.page import picture, render
    from resynapse.faces.report import write_whole
    from resynapse.faces.run_folder import study_yaml
    from resynapse.faces.trial_figures import estimates_figure, power_figure

    held = {
        "title": study.question, "kicker": "Resynapse: power of a trial", "version": facts["versions"].get("resynapse", ""),
        "note": note(found), "replicates": study.replicates, "analysis": analysis_words(study), "table": table(found),
        "curves": [picture(power_figure(found), "power by people in each arm", "Bars: 90 % Monte Carlo intervals. Dotted: 80 % and 5 %.")],
        "estimates": [picture(estimates_figure(found[-1]), f"estimates of every replicate at {found[-1].study.n} in each arm")],
        "provenance": Table(("what", "value"), [(k, str(facts[k])) for k in ("seed", "model_hash", "digest")]),
        "study": study_yaml(study),
    }  # fmt: skip
    write_whole(path, render("power.html.j2", held))
