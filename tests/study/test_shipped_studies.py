"""Every study that is shipped runs, small, and what comes out makes sense whatever the numbers of the model are."""

from pathlib import Path

import numpy as np
import pytest

from resynapse.study import load_study
from resynapse.study.simulate import simulate
from resynapse.study.summary import summary

STUDIES = sorted((Path(__file__).parents[2] / "studies").glob("*.yaml"))


@pytest.mark.parametrize("path", STUDIES, ids=lambda p: p.stem)
def test_it_runs(path):
    study = load_study(path)
    study = study.model_copy(update={"population": study.population.model_copy(update={"n": 20})})
    result = simulate(study)
    assert list(result.arms) == list(study.arms)
    first = next(iter(result.arms.values()))
    for arm in result.arms.values():
        assert arm.failed == ()
        assert all(np.isfinite(values).all() for values in (*arm.true.values(), *arm.measured.values()))
        assert all(np.isclose(arm.times, t).any() for t in study.times)
        before = {q: values[:, 0] for q, values in arm.true.items()}
        for quantity, values in before.items():
            uncut = not study.arms[arm.name].cut
            assert not uncut or np.allclose(values, first.true[quantity][:, 0], rtol=1e-9, atol=1e-12), f"{quantity} at time 0"
        if "ketamine" in arm.true:
            given = study.arms[arm.name].drug in ("ketamine", "esketamine", "arketamine")
            assert (arm.true["ketamine"].max() > 1) == given
    rows = summary(result)
    assert all(np.isfinite([row.value, row.low, row.high]).all() and row.low <= row.value <= row.high for row in rows)
    assert len(rows) == len(study.endpoints) * (len(study.arms) * (2 if study.control else 1) - bool(study.control))
