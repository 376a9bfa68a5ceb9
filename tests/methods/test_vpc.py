"""The predictive check on numbers made here: coverage, bins, correction."""

import numpy as np
import pytest

from resynapse.methods.vpc import check
from resynapse.notation import InputError


def draw(random, copies, n, times):
    log = random.normal(3.0, 0.4, (copies, n, 1)) - 0.2 * times + random.normal(0, 0.2, (copies, n, len(times)))
    return np.exp(log).reshape(copies, -1)


def test_percentiles_of_a_true_model_lie_in_their_bands_nine_times_in_ten():
    random, times = np.random.default_rng(1), np.array([1.0, 2.0, 4.0, 8.0])
    t = np.tile(times, 40)
    done = [check(t, draw(random, 1, 40, times)[0], draw(random, 200, 40, times)) for _ in range(40)]
    assert np.mean([d.hits for d in done]) == pytest.approx(0.9, abs=0.04)
    assert np.mean([d.inside for d in done]) == pytest.approx(0.9, abs=0.02)


def test_bins_follow_times_that_repeat_and_quantiles_otherwise():
    random = np.random.default_rng(1)
    nominal = check(np.repeat([0.0, 1.0, 24.0], 7), np.ones(21), np.ones((3, 21)))
    assert list(nominal.middle) == [0, 1, 24] and list(nominal.count) == [7, 7, 7]
    free = check(random.uniform(0, 24, 200), np.ones(200), np.ones((3, 200)))
    assert len(free.middle) == 12 and free.count.sum() == 200 and free.count.min() >= 10
    own = check(np.arange(10.0), np.ones(10), np.ones((3, 10)), edges=[0, 5, 10])
    assert list(own.count) == [5, 5]
    assert check([3.0], [1.0], [[1.0]]).count == [1]


def test_correction_takes_out_what_the_dose_predicts():
    random = np.random.default_rng(1)
    dose = np.tile([1.0, 100.0], 50)
    y, s = dose * random.lognormal(0, 0.2, 100), dose * random.lognormal(0, 0.2, (300, 100))
    plain, corrected = check(np.zeros(100), y, s), check(np.zeros(100), y, s, corrected=True)
    width = lambda v: v.percentiles[2, 0] / v.percentiles[0, 0]  # noqa: E731
    assert width(plain) > 80 and width(corrected) == pytest.approx(np.exp(2 * 1.645 * 0.2), rel=0.15)
    assert corrected.corrected and corrected.hits > 0.6


def test_nothing_to_compare_is_refused():
    with pytest.raises(InputError):
        check([], [], np.zeros((3, 0)))
    with pytest.raises(InputError):
        check([1.0, 2.0], [1.0, 2.0], np.zeros((3, 5)))
