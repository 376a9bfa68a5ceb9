"""What is written down, given what is true: chances add up, and agree with a simulation."""

import numpy as np
import pytest

from resynapse.methods.ratings import log_chance, quantiles, true_spread, written_spread
from resynapse.model.scales import Scale

SCALE = Scale(0, 60)


@pytest.mark.parametrize("true", [0.0, 0.3, 30.2, 59.9])
def test_chances_of_all_scores_add_up_to_one(true):
    at, sd = np.array([true]), np.array([2.0])
    assert sum(np.exp(log_chance(x, at, sd, SCALE)[0]) for x in range(61)) == pytest.approx(1)


def test_a_score_far_off_keeps_its_digits():
    far = log_chance(0.0, np.array([55.0, 56.0]), np.array([1.0, 1.0]), SCALE)
    assert np.all(np.isfinite(far)) and far[0] > far[1] > -2000


def test_a_new_score_is_the_truth_with_error_whole_and_within_the_scale():
    rng = np.random.default_rng(1)
    true, sd = np.array([1.0, 20.0, 58.5]), np.full(3, 2.0)
    weight = np.array([0.45, 0.35, 0.2])
    who = rng.choice(3, 200_000, p=weight)
    scores = np.clip(np.round(true[who] + 2.0 * rng.standard_normal(len(who))), 0, 60)
    made = written_spread(true, sd, weight, SCALE, (10.0, None))
    assert made.mean == pytest.approx(scores.mean(), abs=0.1) and made.sd == pytest.approx(scores.std(), rel=0.01)
    assert made.chance[0] == pytest.approx(np.mean(scores <= 10), abs=0.005) and made.chance[1] is None
    assert np.abs(np.array(made.quantiles) - np.quantile(scores, (0.05, 0.25, 0.5, 0.75, 0.95))).max() <= 1


def test_quantiles_of_scores_lie_between_them_so_that_intervals_hold_what_they_say():
    made = written_spread(np.array([30.0]), np.array([0.2]), np.array([1.0]), SCALE, ())
    assert 29.5 < made.quantiles[0] < 29.7 and made.quantiles[2] == pytest.approx(30.0, abs=0.01) and 30.3 < made.quantiles[4] < 30.5
    at_the_end = written_spread(np.array([0.0]), np.array([0.2]), np.array([1.0]), SCALE, ())
    assert at_the_end.quantiles[0] == 0.0


def test_a_concentration_is_never_below_zero():
    made = written_spread(np.array([1.0]), np.array([2.0]), np.array([1.0]), None, ())
    assert made.quantiles[0] == 0.0 and made.quantiles[2] == pytest.approx(1.0, abs=0.15)
    assert log_chance(0.0, np.array([1.0]), np.array([2.0]), None)[0] == pytest.approx(np.log(0.3085), abs=1e-3)


def test_weighted_quantiles():
    values, weight = np.array([[1.0], [2.0], [3.0]]), np.array([0.1, 0.1, 0.8])
    assert quantiles(values, weight, (0.5,))[0, 0] > 2.5
    made = true_spread(values[:, 0], weight, (2.0,))
    assert made.mean == pytest.approx(2.7) and made.chance[0] == pytest.approx(0.2)
