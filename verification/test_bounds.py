"""Ten thousand random people, each with a random regimen of half a year: no state leaves its physical bounds."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "model"))
from random_courses import violations  # noqa: E402


@pytest.mark.parametrize("seed", range(100, 110))
def test_no_state_leaves_its_bounds(seed):
    """A thousand people for each seed."""
    assert violations(1000, seed) == []
