"""A glance of the fuzzing that `make fuzz` does for as long as one likes: the same cases every time."""

import pytest
from verification.fuzz import KINDS, tried
from verification.fuzz_patients import solve

CASES = {"study text": 60, "study run": 12, "evidence": 60, "patient table": 100, "person": 8}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_written_is_answered(kind):
    assert tried(kind, CASES[kind], derandomise=True) > 0


def test_odd_people_under_odd_regimens(capsys):
    assert solve(200) == 0
    assert "200 people" in capsys.readouterr().out


def test_a_value_that_is_none_is_found(capsys, monkeypatch):
    from resynapse.engine import Ensemble

    run = Ensemble.run

    def spoilt(self, *args):
        solved = run(self, *args)
        solved.values["MADRS"][3] = float("nan")
        return solved

    monkeypatch.setattr(Ensemble, "run", spoilt)
    assert solve(20) == 1
    assert "MADRS is not finite and not reported in 1 people, first 3" in capsys.readouterr().out
