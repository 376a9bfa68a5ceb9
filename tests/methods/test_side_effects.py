"""Side effects: chances by the law, draws that depend on person, event and session alone, counts up to a time."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from resynapse.methods.cohort import COUNTING, Cohort
from resynapse.methods.side_effects import counts, hazards, occurrences, peaks, table


@dataclass(frozen=True)
class Law:
    driver: str = "c"
    rate: float = 0.05
    slope: float = 0.5
    sd: float = 0.0
    study_sd: float = 0.0
    onset_h: float = 0.25


def people(n, blocks=0):
    who = np.arange(n, dtype=np.int64)
    return Cohort(3, who, who * blocks // n if blocks else np.full(n, -1, np.int64), {}, {})


def test_the_chance_follows_the_law():
    assert hazards("x", Law(), np.array([[0.0, 1.0]]), people(1)) == pytest.approx(np.array([[0.05, 0.55]]))


def test_people_may_have_a_rate_and_slope_of_their_own():
    some = people(2)
    some.values.update({"x_rate": np.array([0.1, 0.2]), "x_slope": np.array([0.0, 1.0])})
    assert hazards("x", Law(), np.array([[1.0], [1.0]]), some) == pytest.approx(np.array([[0.1], [1.2]]))


def test_what_is_left_out_makes_studies_and_people_alike():
    for left, law in ((COUNTING, Law(study_sd=0.8)), ("studies", Law(study_sd=0.8)), ("people", Law(sd=0.8))):
        some = replace(people(40, blocks=4), left_out=frozenset((left,)))
        assert len(np.unique(hazards("x", law, np.zeros((40, 1)), some))) == 1


def test_shares_match_the_chance_and_people_differ():
    n = 20_000
    drivers = {"c": np.zeros((n, 8))}
    same = occurrences({"x": Law()}, drivers, people(n))["x"]
    assert same.mean() == pytest.approx(1 - np.exp(-0.05), abs=0.003)
    apart = occurrences({"x": Law(sd=1.2)}, drivers, people(n))["x"]
    assert apart.any(axis=1).mean() < same.any(axis=1).mean() - 0.05  # the same people have it again


def test_a_small_cohort_is_the_head_of_a_large_one():
    drivers = np.full((50, 3), 0.4)
    large = occurrences({"x": Law(sd=1.0)}, {"c": drivers}, people(50))["x"]
    small = occurrences({"x": Law(sd=1.0)}, {"c": drivers[:20, :2]}, people(20))["x"]
    assert np.array_equal(large[:20, :2], small)


def test_people_of_one_study_share_how_it_counts():
    p = hazards("x", Law(study_sd=0.8), np.zeros((40, 1)), people(40, blocks=4))[:, 0]
    assert [len(np.unique(p[i : i + 10])) for i in range(0, 40, 10)] == [1, 1, 1, 1]
    assert len(np.unique(p)) == 4


def test_counts_and_table():
    happens = np.array([[True, False, True], [False, False, False]])
    up_to = counts(happens, [0.0, 24.0, 48.0], 0.25, np.array([0.0, 0.25, 30.0, 49.0]))
    assert up_to.tolist() == [[0, 1, 1, 2], [0, 0, 0, 0]]
    assert table({"x": happens}) == {"x": (0.5, pytest.approx(1 / 3))}


def test_peaks_look_within_each_session():
    times = np.array([0.0, 1.0, 3.0, 5.0, 24.0, 25.0])
    x = np.array([[0.0, 2.0, 1.0, 9.0, 0.0, 4.0]])
    assert peaks(x, times, [0.0, 24.0]).tolist() == [[2.0, 4.0]]
