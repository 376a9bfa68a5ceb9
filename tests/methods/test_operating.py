"""Operating characteristics of estimates whose truth is known."""

import numpy as np
import pytest

from resynapse.methods.operating import Estimates, operating, share


def test_known_numbers_come_back():
    rng = np.random.default_rng(2)
    value = rng.normal(3.0, 1.0, 4000)
    half = 1.644854
    from scipy.special import ndtr

    found = operating(Estimates(value, np.ones(4000), value - half, value + half, 2 * ndtr(-np.abs(value))), 3.0)
    assert abs(found.bias.value) < 3 * found.bias.error and found.bias.error == pytest.approx(1 / np.sqrt(4000), rel=0.05)
    assert abs(found.coverage.value - 0.9) < 3 * found.coverage.error
    assert abs(found.power.value - ndtr(3 - 1.959964)) < 3 * found.power.error
    assert (found.sd, found.se, found.lost) == (pytest.approx(1, rel=0.05), 1.0, 0)


def test_a_replicate_without_an_answer_finds_nothing_and_is_counted():
    nan = np.nan
    e = Estimates(np.array([1.0, nan]), np.array([0.1, nan]), np.array([0.8, nan]), np.array([1.2, nan]), np.array([1e-9, nan]))
    found = operating(e, 1.0)
    assert (found.lost, found.power.value, found.coverage.value) == (1, 0.5, 1.0)
    untested = Estimates(e.value, e.se, e.low, e.high, np.full(2, nan))
    assert np.isnan(untested.rejected().value) and np.isnan(share(np.array([])).value)
