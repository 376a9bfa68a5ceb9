"""Rifampicin, clarithromycin and renal impairment give the published ratios that their strengths were chosen on."""

from pathlib import Path

import numpy as np
import pytest

from resynapse.methods.evidence import load_evidence
from resynapse.methods.nca import nca
from resynapse.study.from_row import experiment_of

ROWS = {row.id: row for row in load_evidence(Path(__file__).parents[2] / "evidence")}
TIMES = tuple(np.unique(np.round(np.concatenate([np.arange(0, 3, 1 / 24), np.arange(3, 12, 0.25), np.arange(12, 49, 1)]), 6)))
# row: how near, as a fold
NEAR = {
    "pk-0335": 1.15, "pk-0374": 1.1, "pk-0375": 1.2, "pk-0402": 1.5, "pk-0403": 1.25, "pk-0404": 1.25, "pk-0410": 1.15, "pk-0411": 1.2,
}  # fmt: skip


@pytest.mark.parametrize("name", NEAR)
def test_a_published_ratio_is_met(name):
    row = ROWS[name]
    experiment = experiment_of(row)
    curves = [e.simulate(TIMES, 40, 4, 1).noise_free for e in (experiment, experiment.control)]

    def ratio(quantity, measure):
        changed, usual = (getattr(nca(TIMES, c[quantity]), measure) for c in curves)
        return float(np.exp(np.mean(np.log(changed / usual))))

    if row.covariates["ratio_of"].startswith("auc_ratio"):
        got = ratio("s_norketamine", "auc_inf") / ratio("s_ketamine", "auc_inf")
    else:
        got = ratio(row.quantity, "cmax" if row.covariates["ratio_of"] == "cmax" else "auc_inf")
    assert abs(np.log(got / row.value)) < np.log(NEAR[name])
