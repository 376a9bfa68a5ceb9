"""A watched session: who is fit to leave, who crosses which threshold."""

import numpy as np
import pytest

from resynapse.methods.judge import wilson
from resynapse.methods.session import Fitness, Threshold, crossings, first_fit, fit_to_leave

LIMITS = Fitness(alert=5, cadss_above=4, sbp_above=10, dbp_above=8)


def courses(**change):
    rest = {"sedation_MOAAS": [[5.0, 4.0, 4.6]], "CADSS": [[0.0, 9.0, 3.0]], "SBP": [[120.0, 140, 129]], "DBP": [[80.0, 95, 87]]}
    return {k: np.array(v) for k, v in (rest | change).items()}


def test_fit_when_everything_is_back():
    assert fit_to_leave(courses(), LIMITS).tolist() == [[True, False, True]]


@pytest.mark.parametrize(
    "change", [{"sedation_MOAAS": [[5, 4, 4.4]]}, {"CADSS": [[0, 9, 4.1]]}, {"SBP": [[120, 140, 131]]}, {"DBP": [[80, 95, 89]]}]
)
def test_one_thing_is_enough_to_stay(change):
    assert fit_to_leave(courses(**change), LIMITS).tolist() == [[True, False, False]]


def test_first_fit_stays_fit_and_waits():
    fit = np.array([[True, False, True, True], [False, False, False, False], [True, True, True, True]])
    minutes = np.array([0.0, 30, 60, 120])
    assert first_fit(fit, minutes, 0).tolist() == [60, np.inf, 0]
    assert first_fit(fit, minutes, 90).tolist() == [120, np.inf, 120]


def test_crossings_per_session_and_ever():
    before = {"SBP": np.array([[120.0, 120.0], [130.0, 130.0]])}
    checked = {"SBP": np.array([[[165.0, 150.0], [130.0, np.nan]], [[140.0, 150.0], [181.0, 150.0]]])}
    rise, level = crossings(checked, before, (Threshold("SBP", True, 40), Threshold("SBP", False, 180)))
    assert (rise.threshold, rise.per_session, rise.ever) == ("SBP_rise_ge40", 0.5, 1.0)
    assert (level.threshold, level.per_session, level.ever) == ("SBP_ge180", 0.25, 0.5)
    assert level.low < 0.5 < level.high


def test_the_interval_of_a_share_is_wilsons():
    assert wilson(0.0, 30)[0] == pytest.approx(0.0, abs=1e-12)
    assert wilson(0.5, 100) == pytest.approx((0.4191, 0.5809), abs=1e-3)
