"""What statistics alone get from the same typed columns: three predictors, each trial predicted from the other trials.

python -m verification.baselines writes docs/statistics_alone.csv, which the qualification report compares with.

naive    median of the other trials' rows of the same area, unit, statistic, quantity and kind of arm at the nearest time; where there is
         none, the quantity is not asked for, then the kind of arm
ridge    linear regression with a penalty (chosen by leaving out one of those trials at a time) on all columns, categories as 0 and 1,
         a mean as a change from its baseline
forest   random forest of 500 trees on the same columns
"""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from resynapse.methods.evidence import Row, load_evidence, load_sources
from resynapse.methods.judge import area
from resynapse.study.unseen import trial_of

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "statistics_alone.csv"
COLUMNS = ("id", "naive", "ridge", "forest")
KINDS = (("scores", "points"), ("rates", "fraction"))
ACTIVE = ("ketamine", "esketamine", "arketamine")
NUMBERS = ("baseline", "age", "female", "failed_trials", "weight")


def kind_of_arm(row: Row) -> str:
    """Return drug, inert, active control or other, with a newly started antidepressant or without, and whether it is a contrast."""
    drug = "drug" if row.drug in ACTIVE else "inert" if row.drug in ("placebo", "none") else row.drug
    return f"{drug}, {row.covariates.get('background') == 'new_ad'}, {bool(row.control)}"


def naive(row: Row, others: Sequence[Row]) -> float:
    """Return the median of the rows that are most like this one at the nearest time."""
    same = [r for r in others if r.statistic == row.statistic] or list(others)
    for alike in (
        lambda r: r.quantity == row.quantity and kind_of_arm(r) == kind_of_arm(row),
        lambda r: kind_of_arm(r) == kind_of_arm(row),
        lambda r: r.quantity == row.quantity,
        lambda r: True,
    ):
        found = [r for r in same if alike(r)]
        if found:
            far = [abs(np.log1p(r.time_h or 0.0) - np.log1p(row.time_h or 0.0)) for r in found]
            return float(np.median([r.value for r, x in zip(found, far, strict=True) if x <= min(far) + 1e-9]))
    raise ValueError("no row of another trial")


def features(rows: Sequence[Row]) -> np.ndarray:
    """Return the typed columns as numbers (n, k): categories as 0 and 1, missing numbers as the median with a mark."""
    words = [
        {f"{name}={value}" for name, value in (
            ("statistic", "change" if _start(r) else r.statistic), ("quantity", r.quantity), ("drug", r.drug), ("route", r.route),
            ("population", r.population),
            ("blinding", r.blinding), ("control", r.control), ("background", r.covariates.get("background", "")),
            ("enrichment", r.covariates.get("enrichment", "")), ("arm", kind_of_arm(r)),
        )}
        for r in rows
    ]  # fmt: skip
    every = sorted(set().union(*words))
    table = np.array([[float(w in one) for w in every] for one in words])
    numbers = np.array([
        [np.log1p(max(r.time_h or 0.0, 0.0)), np.log(_mg(r)) if r.dose else np.nan,
         np.log1p(len(r.dose_days)) if isinstance(r.dose_days, tuple) else np.nan, *(_number(r, name) for name in NUMBERS)]
        for r in rows
    ], float)  # fmt: skip
    missing = ~np.isfinite(numbers)
    middle = np.array([np.median(x[np.isfinite(x)]) if np.isfinite(x).any() else 0.0 for x in numbers.T])
    filled = np.where(missing, middle, numbers)
    spread = filled.std(axis=0)
    return np.hstack([table, (filled - filled.mean(axis=0)) / np.where(spread > 0, spread, 1.0), missing.astype(float)])


def _start(row: Row) -> float:
    """Return the baseline that a mean is read as a change from, 0 for every other statistic."""
    return row.number("baseline", 0.0) or 0.0 if row.statistic == "mean" else 0.0


def _mg(row: Row) -> float:
    return (row.dose or 0.0) * (70.0 if row.dose_unit == "mg/kg" else 1.0)


def _number(row: Row, name: str) -> float:
    try:
        return row.number(name, np.nan) or np.nan
    except ValueError:
        return np.nan


def predictions(rows: Sequence[Row], trials: Sequence[str]) -> dict[str, tuple[float, float, float]]:
    """Return {row: naive, ridge and forest}, each made from the rows of other trials alone."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut

    x, trial = features(rows), np.array(trials)
    start = np.array([_start(r) for r in rows])
    y = np.array([r.value for r in rows]) - start
    out: dict[str, tuple[float, float, float]] = {}
    for left in dict.fromkeys(trials):
        own, rest = np.flatnonzero(trial == left), np.flatnonzero(trial != left)
        inner = GridSearchCV(Ridge(), {"alpha": np.geomspace(0.1, 1000, 9)}, scoring="neg_mean_absolute_error", cv=LeaveOneGroupOut())
        line = inner.fit(x[rest], y[rest], groups=trial[rest]).predict(x[own])
        forest = RandomForestRegressor(500, min_samples_leaf=2, random_state=1, n_jobs=1).fit(x[rest], y[rest]).predict(x[own])
        others = [rows[i] for i in rest]
        for i, a, b in zip(own, line, forest, strict=True):
            out[rows[i].id] = (naive(rows[i], others), float(a + start[i]), float(b + start[i]))
    return out


def everything(folder: Path = ROOT / "evidence") -> dict[str, tuple[float, float, float]]:
    """Return the predictions of every visible score in points and every rate; a kind of row is predicted from rows of its kind."""
    sources = load_sources(folder / "sources.csv")
    rows = [r for r in load_evidence(folder) if r.use == "predict" and r.access != "recalled"]
    out: dict[str, tuple[float, float, float]] = {}
    for where, unit in KINDS:
        some = [r for r in rows if area(r) == where and r.unit == unit]
        out |= predictions(some, [trial_of(r, sources) for r in some])
    return out


def main() -> None:
    """Write the table."""
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([name, *(f"{x:.4g}" for x in found)] for name, found in everything().items())


if __name__ == "__main__":
    sys.exit(main())
