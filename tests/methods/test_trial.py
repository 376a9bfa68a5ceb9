"""The random decisions of a trial: arms drawn in blocks, chances from hazards, people who differ; nothing depends on the batch."""

import numpy as np
import pytest

from resynapse.methods.cohort import Cohort
from resynapse.methods.trial import Conduct, allocated, chance_of, differing, drawn


def people(numbers):
    return Cohort(7, np.asarray(numbers), np.full(len(numbers), -1), {}, {})


def test_blocks_hold_every_arm_as_often_as_the_ratio_says():
    strata = np.array([0, 1] * 60)
    arms = allocated(3, strata, np.array([2, 1]), 2)
    for label in (0, 1):
        mine = arms[strata == label].reshape(-1, 6)
        assert np.all((mine == 1).sum(axis=1) == 2)
        assert len({tuple(block) for block in mine}) > 3  # the order in a block is drawn


def test_a_longer_trial_changes_nobody_who_was_there():
    strata = np.arange(400) % 3
    long = allocated(3, strata, np.array([1, 1]), 2)
    assert np.array_equal(long[:100], allocated(3, strata[:100], np.array([1, 1]), 2))
    assert not np.array_equal(long, allocated(4, strata, np.array([1, 1]), 2))


def test_a_draw_belongs_to_the_person():
    all_, some = people(np.arange(50)), people([3, 40])
    assert np.array_equal(drawn(all_, "x", 2, 0.5)[[3, 40]], drawn(some, "x", 2, 0.5))
    assert drawn(people(np.arange(20_000)), "x", 2, 0.3).mean() == pytest.approx(0.3, abs=0.015)


def test_chances_and_shares():
    assert chance_of(0.1, 7.0) == pytest.approx(1 - np.exp(-0.7))
    shares = differing(people(np.arange(5000)), "attends", 0.9, 1.0)
    assert np.median(shares) == pytest.approx(0.9, abs=0.01) and 0 < shares.min() < 0.5
    assert np.all(differing(people([1, 2]), "attends", 1.0, 1.0) == 1.0)


def test_who_has_left_stays_so_and_is_off_treatment():
    conduct = Conduct.planned(3, 2, 2)
    conduct.leave(np.array([True, False, False]), 10.0, "at random")
    conduct.leave(np.array([True, True, False]), 20.0, "lack of effect")
    conduct.stop(np.array([False, False, True]), 5.0)
    assert conduct.left.tolist() == [10.0, 20.0, np.inf] and conduct.stopped.tolist() == [10.0, 20.0, 5.0]
    assert conduct.why.tolist() == [3, 1, 0]
    assert conduct.take(np.array([1])).left.tolist() == [20.0]
