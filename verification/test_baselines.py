"""Statistics alone: the kept table is what the predictors say, and none of them saw the trial that it predicts."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from verification.baselines import COLUMNS, ROOT, TABLE, everything, predictions

from resynapse.methods.evidence import load_evidence, load_sources
from resynapse.methods.judge import area
from resynapse.study.unseen import trial_of


def test_the_kept_table_is_what_the_predictors_say():
    with TABLE.open(encoding="utf-8", newline="") as file:
        kept = {line["id"]: [float(line[name]) for name in COLUMNS[1:]] for line in csv.DictReader(file)}
    now = everything()
    assert set(kept) == set(now)
    assert np.array([kept[k] for k in now]) == pytest.approx(np.array(list(now.values())), rel=2e-3, abs=2e-3)


def test_a_trial_does_not_move_its_own_prediction():
    sources = load_sources(ROOT / "evidence" / "sources.csv")
    rows = [r for r in load_evidence(ROOT / "evidence") if r.use == "predict" and area(r) == "scores" and r.unit == "points"]
    trials = [trial_of(r, sources) for r in rows]
    some = trials[0]
    moved = [replace(r, value=r.value + 100.0) if t == some else r for r, t in zip(rows, trials, strict=True)]
    before, after = predictions(rows, trials), predictions(moved, trials)
    own = [r.id for r, t in zip(rows, trials, strict=True) if t == some]
    assert all(before[k] == pytest.approx(after[k]) for k in own)
    assert any(before[r.id] != pytest.approx(after[r.id]) for r in rows if r.id not in own)
