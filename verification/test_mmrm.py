"""The mixed model against its reference (R, nlme::gls) on open data, and its type I error, coverage and speed by simulation."""

import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from resynapse.methods.mmrm import fit
from resynapse.methods.trial_data import TrialData

ROOT = Path(__file__).resolve().parents[1]
OPEN_DATA = ROOT / "evidence" / "individual" / "dia_antidepressant_hamd17.csv"


def has_nlme() -> bool:
    asked = ["Rscript", "-e", "quit(status = !requireNamespace('nlme', quietly = TRUE))"]
    return shutil.which("Rscript") is not None and subprocess.run(asked, capture_output=True).returncode == 0


def open_trial() -> pd.DataFrame:
    """HAM-D17 of 172 patients on an oral antidepressant or placebo; baseline about the mean over patients, as ours is."""
    table = pd.read_csv(OPEN_DATA).rename(columns={"hamd17_baseline": "baseline", "hamd17": "value"})
    table["change"] = table["value"] - table["baseline"]
    return table


@pytest.mark.skipif(not has_nlme(), reason="R with the package nlme is not installed: the reference fit cannot be made")
def test_estimates_and_errors_agree_with_nlme(tmp_path, capsys):
    table = open_trial()
    ours = fit(TrialData.from_tidy(table))
    table["baseline"] -= table.groupby("patient")["baseline"].first().mean()
    table.to_csv(tmp_path / "in.csv", index=False)
    script = Path(__file__).with_name("reference_mmrm.R")
    made = subprocess.run(["Rscript", str(script), str(tmp_path / "in.csv")], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    worst, seen = 0.0, 0
    for line in made.stdout.splitlines():
        kind, name, value, se = line.split()
        if kind == "difference":
            mine = ours.difference("drug", "placebo", float(name))
        elif kind == "coefficient" and name.startswith("arm"):
            mine = ours.mean(name.removeprefix("arm").split(":")[0], float(name[-1]))
        elif kind == "coefficient":
            weights = np.zeros_like(ours.coefficients)
            weights[len(ours.arms), int(np.flatnonzero(ours.visits == float(name.split("visit")[1].split(":")[0]))[0])] = 1.0
            mine = ours.contrast(weights)
        else:
            continue
        seen += 1
        worst = max(worst, abs(mine.value / float(value) - 1), abs(mine.se / float(se) - 1))
        assert (mine.value, mine.se) == pytest.approx((float(value), float(se)), rel=1e-3), line
    assert seen == 16
    with capsys.disabled():
        print(f"\nMMRM against nlme::gls: largest relative difference of {seen} estimates and standard errors {worst:.1e}")


def null_trial(rng: np.random.Generator, n: int, visits: int, leaving: float) -> TrialData:
    """A trial without an effect: correlated errors whose variance grows, baseline with a slope, people who leave for good."""
    time_ = np.arange(1, visits + 1)
    sd = 6 + 1.2 * time_
    covariance = np.outer(sd, sd) * 0.65 ** np.abs(time_[:, None] - time_)
    baseline = rng.normal(33, 5, n)
    value = baseline[:, None] + rng.multivariate_normal(np.zeros(visits), covariance, n) - 0.4 * (baseline - 33)[:, None] - time_
    hazard = leaving / visits * np.exp(0.03 * (value - value.mean(axis=0)))  # those who do badly leave: missing at random
    gone = np.cumsum(rng.random((n, visits)) < hazard, axis=1)
    value[:, 1:][gone[:, :-1] > 0] = np.nan
    return TrialData(("placebo", "drug"), 168.0 * time_, np.arange(n) % 2, baseline, value)


@pytest.mark.parametrize(("n", "visits", "leaving"), [(24, 4, 0.0), (40, 4, 0.3), (200, 6, 0.3)])
def test_type_one_error_and_coverage_under_no_effect(n, visits, leaving, capsys):
    rng, count = np.random.default_rng(n), 2000
    found = [fit(null_trial(rng, n, visits, leaving)).difference("drug", "placebo", 168.0 * visits) for _ in range(count)]
    rejected, covered = (np.mean([e.p < 0.05 for e in found]), np.mean([e.covers(0.0) for e in found]))
    naive = np.mean([abs(e.value / e.se) > 1.95996 for e in found])
    with capsys.disabled():
        df = np.median([e.df for e in found])
        told = f"type I error {rejected:.3f} (normal: {naive:.3f}), 90 % cover {covered:.3f}, df {df:.0f}"
        print(f"\nn {n}, {visits} visits, {leaving:.0%} leave: {told}")
    assert abs(rejected - 0.05) < 3 * np.sqrt(0.05 * 0.95 / count)
    assert abs(covered - 0.90) < 3 * np.sqrt(0.90 * 0.10 / count)


def test_a_fit_takes_less_than_a_tenth_of_a_second(capsys):
    rng, took = np.random.default_rng(3), []
    for _ in range(40):
        data = null_trial(rng, 200, 6, 0.3)
        start = time.perf_counter()
        fit(data)
        took.append(time.perf_counter() - start)
    with capsys.disabled():
        print(f"\nMMRM, 200 patients x 6 visits: median {1e3 * np.median(took):.0f} ms")
    assert np.median(took) < 0.1
