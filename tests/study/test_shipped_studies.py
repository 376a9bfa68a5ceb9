"""Every study that is shipped runs, small, and what comes out makes sense whatever the numbers of the model are."""

from pathlib import Path

import numpy as np
import pytest

from resynapse.study import load_study
from resynapse.study.simulate import simulate
from resynapse.study.summary import summary

SCALES = ("MADRS", "HAMD17", "PHQ9")
STUDIES = sorted((Path(__file__).parents[2] / "studies").glob("*.yaml"))


@pytest.mark.parametrize("path", STUDIES, ids=lambda p: p.stem)
def test_it_runs(path):
    study = load_study(path)
    study = study.model_copy(update={"population": study.population.model_copy(update={"n": 20})})
    result = simulate(study)
    assert list(result.arms) == list(study.arms)
    for arm in result.arms.values():
        assert arm.failed == ()
        assert all(np.isfinite(values).all() for values in arm.true.values())
        assert all(np.isclose(arm.times, t).any() for t in study.times)
        if "conduct" not in result.extra:
            assert all(np.isfinite(values).all() for values in arm.measured.values())
        if "ketamine" in arm.true and len(result.people(arm.name).people):
            given = study.arms[arm.name].drug in ("ketamine", "esketamine", "arketamine")
            assert (arm.true["ketamine"].max() > 1) == given
    check_start(result)
    check_rows(result)


def check_start(result):
    """Everybody begins alike in whatever arm."""
    start = {}
    for arm in result.arms.values():
        for quantity, values in arm.true.items() if not result.study.arms[arm.name].cut else ():
            for person, value in zip(result.people(arm.name).people.tolist(), values[:, 0], strict=True):
                assert start.setdefault((quantity, person), value) == pytest.approx(value, rel=1e-9, abs=1e-12), f"{quantity} at time 0"


def check_rows(result):
    """Every endpoint has its rows; where arms hold few people or none, a number may be missing but never out of order."""
    study, rows = result.study, summary(result)
    whole = "conduct" not in result.extra and study.randomisation is None
    assert not whole or all(np.isfinite([row.value, row.low, row.high]).all() for row in rows)
    assert all(row.low <= row.value <= row.high for row in rows if np.isfinite([row.low, row.value, row.high]).all())
    count = len(study.arms) * (2 if study.control else 1) - bool(study.control)
    scales = [e for e in study.endpoints if e.quantity in SCALES and study.expectancy == "both"]
    assert len(rows) == count * (len(study.endpoints) + len(scales))
