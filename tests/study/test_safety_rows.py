"""Published safety rows: nearly all can be set up, and the anchors of tolerability hold."""

from pathlib import Path

import numpy as np
import pytest

from resynapse.methods import judge
from resynapse.methods.evidence import load_evidence
from resynapse.methods.pool import NotSimulated
from resynapse.study.from_row import experiment_of, setup_of
from resynapse.study.setup import pool_of

ROWS = {r.id: r for r in load_evidence(Path(__file__).resolve().parents[2] / "evidence" / "safety_symptoms.csv")}
SAFETY = [r for r in ROWS.values() if r.use == "predict" and r.access != "recalled" and judge.area(r) == "safety"]
CHECKS = (0.0, 0.67, 40 / 60, 1.0, 1.5, 2.0, 4.0)


def pool(row_id, n=2000, blocks=20):
    return pool_of(setup_of(ROWS[row_id])[0], CHECKS, n, blocks, 1)


def within(x, block):
    """Return the mean over studies of the SD between people."""
    return float(np.mean([x[block == b].std() for b in np.unique(block)]))


def test_nine_of_ten_rows_are_set_up():
    refused = [r.id for r in SAFETY if isinstance(experiment_of(r.blinded()), NotSimulated)]
    assert len(SAFETY) >= 100 and len(refused) <= 0.1 * len(SAFETY)


def test_dissociation_after_the_usual_infusion():
    found = pool("sa-0096")
    cadss = found.series["CADSS"][:, 1]
    assert cadss.mean() == pytest.approx(7.7, abs=1.2)
    assert within(cadss, found.block) == pytest.approx(9.2, abs=1.5)
    assert np.all(cadss == np.round(cadss)) and cadss.min() == 0


@pytest.mark.parametrize("row_id", ["sa-0072", "sa-0073", "sa-0074", "sa-0075"])
def test_the_highest_pressure_of_a_session_with_drug_and_with_placebo(row_id):
    row, found = ROWS[row_id], pool(row_id)
    x = found.series[row.quantity]
    highest = x[:, 2:5].max(axis=1) - x[:, 0]
    assert highest.mean() == pytest.approx(row.value, abs=1.5)


def test_incidences_rise_with_the_dose():
    for name, rows in (("dissociation", range(164, 168)), ("blood_pressure_increased", range(168, 172))):
        setups = [setup_of(ROWS[f"ga-0{k}"])[0] for k in rows]
        shares = [(pool_of(s, (0.0, 672.0), 600, 6, 1).series[f"event:{name}"][:, 1] > 0).mean() for s in setups]
        assert shares == sorted(shares) and shares[-1] > shares[0] + 0.1
