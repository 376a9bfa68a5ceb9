"""Every claim is judged, by the rows that speak of it and by rules fixed beforehand."""

from pathlib import Path

import pytest

from resynapse.methods.evidence import load_evidence
from resynapse.methods.judge import Prediction, area, judge
from resynapse.methods.qualify import Comparison
from resynapse.model.claims import CLAIMS
from resynapse.study.claims import NOT, PARTLY, SUPPORTED, judged, speaks

ROWS = [r for r in load_evidence(Path(__file__).resolve().parents[2] / "evidence") if r.use == "predict"]


def compared(row, right):
    far = abs(row.value) * 10 + 10
    sign = 1.0 if (row.value > 0) == right else 0.0
    centre = row.value if right else row.value + far
    said = Prediction(centre, centre - 1e-3, centre + 1e-3, 1e-3, up=sign, down=1 - sign, effect=0.0 if right else 5.0)
    return Comparison(row, area(row), None, said, judge(row, said), "")


def test_there_are_fifteen_and_their_rows_exist():
    assert [c.number for c in CLAIMS] == list(range(1, 16))
    for claim in CLAIMS:
        for pick in claim.picks:
            assert any(speaks(pick, r) for r in ROWS), claim.text
        assert claim.decides and (claim.untested or not claim.capped)


@pytest.mark.parametrize("right", [True, False])
def test_verdicts_follow_the_rows(right):
    found = {j.claim.number: j for j in judged((r, compared(r, right).word) for r in ROWS)}
    assert found[9].verdict == (SUPPORTED if right else NOT) and found[12].verdict == PARTLY and found[12].rows == 0
    assert found[10].verdict == (PARTLY if right else NOT) and "against it" in found[10].why or right
    assert found[2].verdict == (PARTLY if right else NOT) and "too few rows" in found[2].why
