"""Golden summaries: the shipped studies give the numbers that are written down, on every machine, until someone means to change them."""

import importlib.util
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("golden", ROOT / "tools" / "golden.py")
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)


@pytest.mark.parametrize("name", golden.STUDIES)
def test_summaries_are_as_written(name):
    written = yaml.safe_load((ROOT / "tests" / "golden" / f"{name}.yaml").read_text(encoding="utf-8"))
    found = golden.golden(name)
    assert list(found) == list(written)
    for row, value in written.items():
        assert found[row] == pytest.approx(value, rel=1e-3, abs=0.02), f"{row}: run tools/golden.py if this change is meant"


def test_the_qualification_is_as_written():
    written = yaml.safe_load((ROOT / "tests" / "golden" / "qualification.yaml").read_text(encoding="utf-8"))
    assert golden.counted() == written["counted"]
    found = golden.predicted()
    assert set(found) == set(written["predicted"])
    for row, values in written["predicted"].items():
        assert found[row] == pytest.approx(values, rel=2e-3, abs=0.01), f"{row}: run tools/golden.py if this change is meant"
