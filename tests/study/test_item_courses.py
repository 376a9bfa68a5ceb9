"""Courses of single symptoms: means of the people, and a clear word where they were not asked for."""

import numpy as np
import pytest

from resynapse.notation import InputError
from resynapse.study import study_of
from resynapse.study.item_courses import item_courses
from resynapse.study.simulate import simulate


@pytest.fixture(scope="module")
def result():
    return simulate(study_of({
        "question": "which symptoms go?", "population": {"of": "trd_adult", "n": 60, "seed": 2}, "items": ["MADRS"],
        "arms": {"k": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"}},
        "visits": ["0 d", "1 d", "7 d"], "endpoints": ["mean(MADRS, 7 d)"],
    }))  # fmt: skip


def test_items_add_up_to_the_score_and_suicidal_thoughts_fall_before_sleep(result):
    of = item_courses(result)["k"]
    assert of.mean.shape == (10, len(of.times)) and of.most == (6,) * 10
    assert of.mean.sum(axis=0) == pytest.approx(np.mean(result.arms["k"].true["MADRS"], axis=0), rel=1e-6)
    left = of.mean[:, np.flatnonzero(of.times == 24.0)[0]] / of.mean[:, 0]
    assert left[of.domains.index("suicidal")] < left[of.domains.index("mood")] < left[of.domains.index("sleep")] < 1


def test_a_scale_that_was_not_asked_for_is_refused(result):
    with pytest.raises(InputError, match="MADRS"):
        item_courses(result, "PHQ9")
