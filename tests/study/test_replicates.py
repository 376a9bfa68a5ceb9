"""A trial over and over: people of its own for each arm and replicate, whatever the chunks and however many."""

import numpy as np
import pytest

from resynapse.notation import InputError
from resynapse.study import replicates, study_of
from resynapse.study.replicates import replicated, trier_of

ASKED = {
    "question": "Does one infusion help?",
    "population": {"of": "trd_adult", "n": 12, "seed": 3},
    "arms": {"placebo": {"drug": "placebo"}, "ketamine": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"}},
    "control": "placebo",
    "visits": ["0 d", "1 d", "7 d"],
    "endpoints": ["change(MADRS, 1 d)", "response(MADRS, 1 d)", "peak(CADSS)"],
    "analysis": {"change": "mmrm"},
    "replicates": 5,
}


@pytest.fixture(scope="module")
def whole():
    return replicated(trier_of(study_of(ASKED), (8, 12), True))


def of(one, kind="drug", endpoint="change(MADRS, 1 d)"):
    e = one.estimates
    return e["estimate"][(e["kind"] == kind) & (e["endpoint"] == endpoint)]


def test_every_contrast_is_judged_with_its_error(whole):
    small, large = whole
    assert [c.n for c in small.contrasts] == [8] * 3 and [c.endpoint for c in large.contrasts] == ASKED["endpoints"]
    change, response, peak = large.contrasts
    assert change.found.replicates == 5 and change.found.lost == 0 and change.found.truth < -2
    assert peak.found.power.value == 1 and np.isnan(peak.type_one.value)
    assert 0 <= change.type_one.value <= 1 and 0 <= response.assurance.value <= 1
    assert len(of(large)) == 5 and np.isfinite(of(large)).all()
    felt, nothing, other = (of(large, kind) for kind in ("drug", "drug without effect", "between studies"))
    assert felt.mean() < nothing.mean() - 2 and not np.allclose(felt, other)
    assert len(set(felt)) == 5  # no two replicates have the same people


def test_chunks_and_the_number_of_replicates_change_nothing(whole, monkeypatch):
    monkeypatch.setattr(replicates, "CHUNK", 7)
    again = replicated(trier_of(study_of(ASKED | {"replicates": 3}), (8, 12), True))
    for kind in ("drug", "drug without effect", "between studies"):
        for one, other in zip(again, whole, strict=True):
            assert np.array_equal(of(one, kind), of(other, kind)[:3])


def test_arms_have_people_of_their_own():
    asked = ASKED | {"arms": {"placebo": {"drug": "placebo"}, "other": {"drug": "placebo"}}, "endpoints": ["mean(MADRS, 0 d)"]}
    study = study_of(asked | {"analysis": {}})
    (one,) = replicated(trier_of(study))
    assert (of(one, endpoint="mean(MADRS, 0 d)") != 0).all()


def test_without_a_control_nothing_can_be_found():
    study = study_of({k: v for k, v in ASKED.items() if k != "control"})
    with pytest.raises(InputError, match="a `control:` arm"):
        trier_of(study)


def test_an_analysis_that_never_works_says_why():
    with pytest.raises(InputError, match="every arm seen at every visit|patients seen at the same two visits"):
        replicated(trier_of(study_of(ASKED | {"visits": [f"{d} d" for d in range(8)], "endpoints": ["change(MADRS, 1 d)"]}), (4,)))
