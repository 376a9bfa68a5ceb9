"""What a qualification leaves behind: comparisons.csv and summary.json, a stable contract.

Both files appear whole or not at all.
"""

import csv
import io
import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from resynapse.methods import judge
from resynapse.methods.qualify import Comparison, Qualification
from resynapse.notation import InputError

COLUMNS = (
    "id", "source", "area", "quantity", "statistic", "time_h", "unit", "observed", "observed_low", "observed_high", "predicted",
    "predicted_low", "predicted_high", "agreement", "verdict", "reason",
)  # fmt: skip
FOLDS = (1.25, 1.5, 2.0)


def write(result: Qualification, out: str | Path, extra: Mapping[str, object] | None = None) -> tuple[Path, Path]:
    """Write comparisons.csv and summary.json into folder `out` (made if needed) and return their paths.

    extra: further entries of the summary, such as the hash of the model.  InputError where the folder cannot be written.
    """
    folder = Path(out)
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(line(c) for c in result.comparisons)
    texts = {
        "comparisons.csv": table.getvalue(),
        "summary.json": json.dumps(summary(result, extra), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / f".{name}.tmp").write_text(text, encoding="utf-8")
        for name in texts:
            os.replace(folder / f".{name}.tmp", folder / name)
    except OSError as error:
        raise InputError("--out", str(out), f"a folder that can be written ({error.strerror})") from None
    return folder / "comparisons.csv", folder / "summary.json"


def line(comparison: Comparison) -> list[str]:
    """One line of comparisons.csv, in the order of COLUMNS."""
    row, seen, found = comparison.row, comparison.observed, comparison.prediction
    numbers = [row.value, *(seen or (None, None)), *((found.median, found.low, found.high) if found else (None, None, None))]
    agreement = comparison.verdict.agreement if comparison.verdict else None
    return [
        row.id, row.source, comparison.area, row.quantity, row.statistic, _text(row.time_h), row.unit,
        *(_text(x) for x in (*numbers, agreement)), comparison.word, comparison.reason,
    ]  # fmt: skip


def _text(number: float | None) -> str:
    return "" if number is None or not math.isfinite(number) else f"{number:.6g}"


def summary(result: Qualification, extra: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return the contents of summary.json: settings, versions, digest, and the numbers of every area and of all rows."""
    settings = result.settings
    return {
        "seed": settings.seed,
        "replicates": settings.replicates,
        "people_per_experiment": settings.people,
        "blocks_per_experiment": settings.blocks,
        "digest": result.digest,
        "versions": versions(),
        **(extra or {}),
        "all": area_numbers(result.comparisons),
        "areas": {name: area_numbers([c for c in result.comparisons if c.area == name]) for name in judge.AREAS},
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide numbers."""
    found = {"python": platform.python_version()}
    for name in ("resynapse", "numpy", "scipy", "numba"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def area_numbers(comparisons: Sequence[Comparison]) -> dict[str, object]:
    """Counts and measures of agreement; None where no row of the kind was simulated.

    gmfe: geometric mean fold error, exp(mean |log(predicted/observed)|), and within_x_fold: both over rows judged by a ratio;
    mean_absolute_error: over the others, each in its own unit; coverage: share of observed values between predicted_low and
    predicted_high, directions left out; right_directions: share of simulated direction rows that agree.
    """
    simulated = [c for c in comparisons if c.verdict is not None]
    direct = [c for c in simulated if c.row.statistic == "direction"]
    valued = [c for c in simulated if c.row.statistic != "direction"]
    logs, errors, inside = [], [], []
    for c in valued:
        if c.verdict is None or c.prediction is None:
            continue
        if not c.verdict.as_ratio:
            errors.append(abs(c.verdict.agreement))
        elif math.isfinite(c.verdict.agreement):
            logs.append(abs(math.log(c.verdict.agreement)))
        inside.append(float(c.prediction.low - 1e-9 <= c.row.value <= c.prediction.high + 1e-9))
    gmfe = _mean(logs)
    return {
        "rows": len(comparisons),
        "simulated": len(simulated),
        "agreeing": sum(c.word == "agrees" for c in simulated),
        "gmfe": None if gmfe is None else round(math.exp(gmfe), 4),
        **{f"within_{fold:g}_fold": _mean([float(x <= math.log(fold) + 1e-12) for x in logs]) for fold in FOLDS},
        "mean_absolute_error": _mean(errors),
        "coverage": _mean(inside),
        "right_directions": _mean([float(c.word == "agrees") for c in direct]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
