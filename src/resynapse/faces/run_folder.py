"""A run folder: everything of one run in one place, there as a whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resynapse.notation import InputError

if TYPE_CHECKING:
    from resynapse.study.schema import Study
    from resynapse.study.simulate import RunResult

MARK = "provenance.json"
FORMAT = 1
CHECK = ("quantity", "time_h", "n", "percentile", "data", "low", "median", "high", "unit")
SUMMARY = ("endpoint", "arm", "against", "n", "value", "low", "high", "sd", "unit", "se", "df", "p", "method", "estimand")
EFFECTS = ("endpoint", "arm", "against", "measure", "n", "value", "low", "high", "p")


@contextmanager
def new_folder(out: str | Path, kind: str, mixed: bool = False) -> Iterator[Path]:
    """Give a folder to write into; it takes the place of `out` at the end, or vanishes if anything goes wrong.

    kind: "run", "qualify" or "power".  mixed: a folder that holds other things is allowed, and keeps them.  Raises InputError, before
    anything is computed, when `out` cannot be written, is a file, or is a folder that no earlier run made.
    """
    target = Path(out)
    foreign = refuse_foreign(target, kind, mixed)
    try:
        target = target.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except (OSError, ValueError) as why:
        raise InputError("--out", str(out), f"a folder that can be written ({getattr(why, 'strerror', None) or why})") from None
    try:
        yield made
        made.chmod(0o777 & ~_umask())
        if foreign:
            _add(made, target)
        else:
            _put(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def refuse_foreign(target: Path, kind: str, mixed: bool = False) -> bool:
    """Tell whether a place holds other things, where that is allowed (mixed).  Raises InputError where it is not, or is no folder."""
    foreign = _is_foreign(target, kind)
    if foreign and not (mixed and target.is_dir()):
        what = "a folder with other things in it" if target.is_dir() else "not a folder"
        raise InputError("--out", f"{target} ({what})", f"a new folder, or one that an earlier `resynapse {kind}` made")
    return foreign


def parts_beside(target: Path) -> Path:
    """Return where a long command keeps what is finished until the folder `target` can be written."""
    place = Path(os.path.abspath(target))
    return place.parent / f".{place.name}.parts"


def _is_foreign(target: Path, kind: str) -> bool:
    """Tell whether a place holds anything but an earlier result of the same kind."""
    try:
        if not target.exists() or (target.is_dir() and not any(target.iterdir())):
            return False
        return kind_of(target) != kind
    except (OSError, ValueError) as why:
        raise InputError("--out", str(target), f"a folder that can be written ({getattr(why, 'strerror', None) or why})") from None


def kind_of(folder: Path) -> str:
    """Return "run", "qualify" or "power" for a folder that Resynapse made, else an empty text."""
    try:
        held = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(held.get("kind", "")) if isinstance(held, dict) else ""


def _add(made: Path, target: Path) -> None:
    """Move finished files into a folder that holds other things, each at once."""
    for file in sorted(made.iterdir()):
        os.replace(file, target / file.name)


def _put(made: Path, target: Path) -> None:
    """Put a finished folder in its place; an earlier one steps aside first and is then removed."""
    old = None
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent)) / "old"
        os.replace(target, old)
    try:
        os.replace(made, target)
    except OSError:
        if old:
            os.replace(old, target)
        raise
    finally:
        if old:
            shutil.rmtree(old.parent, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_run(folder: Path, result: RunResult, facts: dict[str, Any]) -> None:
    """Write a run: study.yaml; patients, observations, events as Parquet; summary.csv; session.csv; methods.md; report.html; provenance.

    The tables of a run in parts are there already.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from resynapse.faces.dendrite_panel import HEAD as DENDRITES
    from resynapse.faces.dendrite_panel import dendrite_rows, dendrites, write_drawings
    from resynapse.faces.methods_text import methods_text
    from resynapse.faces.report import write_run_report
    from resynapse.faces.session_panel import HEAD, MINUTES, minute_rows, session_rows, watch
    from resynapse.study import tables
    from resynapse.study.effect_sizes import effect_sizes
    from resynapse.study.events_table import events
    from resynapse.study.summary import summary

    (folder / "study.yaml").write_text(study_yaml(result.study), encoding="utf-8")
    if "whole" not in result.extra:
        pq.write_table(pa.table(dict(tables.patients(result))), folder / "patients.parquet", compression="zstd")
        pq.write_table(tables.observations(result), folder / "observations.parquet", compression="zstd")
        if result.study.items:
            pq.write_table(tables.answers(result), folder / "items.parquet", compression="zstd")
    write_csv(folder / "summary.csv", SUMMARY, [row.as_dict() for row in summary(result)])
    if sizes := effect_sizes(result):
        write_csv(folder / "effect_sizes.csv", EFFECTS, [row.as_dict() for row in sizes])
    (folder / "methods.md").write_text(methods_text(result, facts), encoding="utf-8")
    watched = watch(result)
    if "whole" not in result.extra:
        happened = events(result, {name: arm.happens for name, arm in watched.items()})
        pq.write_table(happened, folder / "events.parquet", compression="zstd")
    if watched:
        write_csv(folder / "session.csv", HEAD, session_rows(watched))
        write_csv(folder / "session_minutes.csv", MINUTES, minute_rows(result, watched))
    images = dendrites(result)
    if images:
        write_csv(folder / "dendrites.csv", DENDRITES, dendrite_rows(images))
        write_drawings(folder, result, images)
    write_run_report(result, folder / "report.html", watched=watched)
    if repeated := result.extra.get("replicates"):
        from resynapse.faces.power import COLUMNS, rows, write_estimates

        write_csv(folder / "operating.csv", COLUMNS, rows(repeated))
        write_estimates(folder / "replicates.parquet", [repeated])
    if result.extra.get("vpc"):
        from resynapse.methods.vpc import rows as checks

        write_csv(folder / "predictive_check.csv", CHECK, [row for one in result.extra["vpc"].values() for row in checks(one)])
    write_facts(folder, "run", facts)


def study_yaml(study: Study) -> str:
    """Return the resolved study as YAML that can be read again."""
    import yaml

    return yaml.safe_dump(study.resolved(), sort_keys=False, allow_unicode=True, width=100)


def write_csv(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    """Write a table; numbers with ten significant digits, so that files compare."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.10g}" if isinstance(v, float) else v for k, v in row.items()})


def write_facts(folder: Path, kind: str, facts: dict[str, Any]) -> None:
    """Write provenance.json, the mark of a folder that Resynapse made."""
    held = {"kind": kind, "format": FORMAT, **facts}
    (folder / MARK).write_text(json.dumps(held, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_facts(folder: str | Path, kind: str) -> dict[str, Any]:
    """Return the provenance of a folder. Raises InputError when Resynapse did not make it."""
    folder = Path(folder)
    if not folder.is_dir() or kind_of(folder) != kind:
        read = "no such folder" if not folder.exists() else "not a folder of this kind"
        raise InputError(str(folder), read, f"a folder made by `resynapse {kind}`")
    return json.loads((folder / MARK).read_text(encoding="utf-8"))
