"""Events of life: as many as asked for, the same in every arm, and they make people worse for weeks."""

import numpy as np
import pytest

from resynapse.methods.cohort import Cohort
from resynapse.model import build
from resynapse.notation import InputError
from resynapse.study.life import HOURS_A_YEAR, life_events
from resynapse.study.reading import study_of
from resynapse.study.simulate import simulate


def people(n, first=0):
    return Cohort(4, np.arange(first, first + n), np.full(n, -1), {}, {})


def times(found):
    return np.stack([e.time for e in found])


def test_the_number_is_that_of_a_poisson_process():
    found = life_events(3.0, HOURS_A_YEAR, people(2000), build())
    count = np.isfinite(times(found)).sum(axis=0)
    assert count.mean() == pytest.approx(3.0, abs=0.15) and count.var() == pytest.approx(3.0, abs=0.4)
    sizes = np.concatenate([e.value for e in found])
    assert sizes.mean() == pytest.approx(0.5, abs=0.02) and sizes.min() > 0
    assert life_events(0.0, HOURS_A_YEAR, people(5), build()) == []


def test_a_longer_study_and_other_people_change_no_event():
    short, long = (times(life_events(3.0, years * HOURS_A_YEAR, people(50), build())) for years in (1, 2))
    same = np.isfinite(short)
    assert np.array_equal(short[same], long[: len(short)][same])
    some = times(life_events(3.0, HOURS_A_YEAR, people(10, first=40), build()))
    assert np.array_equal(some, short[: len(some), 40:], equal_nan=True)


def asked(**more):
    return {"question": "q", "population": {"of": "trd_adult", "n": 40, "seed": 2}, "visits": ["0 d", "28 d"],
            "arms": {"a": {"drug": "none"}, "b": {"drug": "none"}}, "endpoints": ["mean(stress, 28 d)", "change(MADRS, 28 d)"],
            **more}  # fmt: skip


def test_events_make_people_worse_alike_in_every_arm():
    calm, hit = simulate(study_of(asked())), simulate(study_of(asked(life_events=20)))
    assert np.array_equal(hit.arms["a"].true["severity"], hit.arms["b"].true["severity"])
    worse = hit.arms["a"].true["severity"][:, -1] - calm.arms["a"].true["severity"][:, -1]
    assert worse.mean() > 0.01 and worse.min() > -1e-6


def test_what_may_be_written():
    assert study_of(asked(life_events="usual")).life_events == 1.0
    assert study_of(asked(life_events="none")).life_events == 0.0
    for wrong in ("often", -1, 1000):
        with pytest.raises(InputError, match="life_events"):
            study_of(asked(life_events=wrong))
    resolved = study_of(asked(life_events=2.5)).resolved()
    assert study_of(resolved).life_events == 2.5
