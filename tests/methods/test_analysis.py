"""Comparisons of two arms against textbook numbers."""

import numpy as np
import pytest

from resynapse.methods import analysis
from resynapse.methods.trial_data import TrialData
from resynapse.notation import InputError


def shares(events: int, n: int) -> np.ndarray:
    return (np.arange(n) < events).astype(float)


def test_newcombe_interval_lies_within_what_risks_can_be():
    # 56/70 against 48/80: difference 0.20, 95 % 0.0524 to 0.3339 in Newcombe (1998); at 90 % it must lie inside that.
    found = analysis.risk_difference(shares(56, 70), shares(48, 80))
    assert found.value == pytest.approx(0.20)
    assert 0.0524 < found.low < found.value < found.high < 0.3339
    # with z for 95 % in place of 90 % the published digits come out
    whole = [analysis.wilson(p, n, 1.959964) for p, n in ((0.8, 70), (0.6, 80))]
    low = 0.2 - np.hypot(0.8 - whole[0][0], whole[1][1] - 0.6)
    high = 0.2 + np.hypot(whole[0][1] - 0.8, 0.6 - whole[1][0])
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    none = analysis.risk_difference(shares(0, 20), shares(0, 20))
    assert (none.value, none.p) == (0.0, 1.0) and none.low < 0 < none.high


def test_number_needed_to_treat_turns_the_interval_over():
    clear = analysis.number_needed_to_treat(analysis.risk_difference(shares(60, 100), shares(30, 100)))
    assert clear.value == pytest.approx(1 / 0.3) and 0 < clear.low < clear.value < clear.high
    unclear = analysis.number_needed_to_treat(analysis.risk_difference(shares(33, 100), shares(30, 100)))
    assert unclear.low > 0 > unclear.high


def test_welch_and_hedges():
    a, b = np.array([1.0, 2, 3, 4, np.nan]), np.array([2.0, 4, 6, 8, 10])
    found = analysis.mean_difference(a, b)
    assert (found.value, found.se) == pytest.approx((-3.5, np.sqrt(5 / 12 + 2)))
    assert found.df == pytest.approx(5.5207, abs=1e-3) and found.p == pytest.approx(0.0697, abs=1e-3)
    pooled = np.sqrt((3 * 5 / 3 + 4 * 10) / 7)
    assert analysis.hedges_g(a, b).value == pytest.approx((1 - 3 / 27) * -3.5 / pooled)
    assert np.isnan(analysis.mean_difference(a[:1], b).value) and np.isnan(analysis.hedges_g(a * 0, b * 0).value)


def trial(n: int = 200) -> TrialData:
    rng = np.random.default_rng(4)
    baseline, arm = rng.normal(30, 5, n), np.arange(n) % 2
    values = baseline * 0.6 + rng.normal(0, 5, n) - 4 * arm
    return TrialData(("placebo", "drug"), np.array([168.0]), arm, baseline, values[:, None])


def test_ancova_adjusts_for_baseline():
    data = trial()
    found = analysis.ancova(data, 168.0)
    raw = analysis.mean_difference(data.change[data.arm == 1, 0], data.change[data.arm == 0, 0])
    effect = found.difference("drug", "placebo")
    assert effect.df == 197 and effect.se < raw.se and effect.value == pytest.approx(-4, abs=2.5)
    assert found.mean("drug").value - found.mean("placebo").value == pytest.approx(effect.value)
    same = TrialData(data.arms, data.visits, data.arm, np.full(200, 30.0), data.values)  # a baseline that does not vary adjusts nothing
    assert analysis.ancova(same, 168.0).difference("drug", "placebo").df == 198
    with pytest.raises(InputError, match="at least 2 in every arm"):
        analysis.ancova(data.take(data.arm == 0), 168.0)


def test_odds_ratio_is_that_of_the_table_where_baseline_says_nothing():
    data = trial()
    event = np.concatenate([shares(20, 100), shares(40, 100)])
    flat = TrialData(data.arms, data.visits, np.repeat([0, 1], 100), np.full(200, 30.0), data.values)
    found = analysis.odds_ratio(flat, event, "drug", "placebo")
    assert found.value == pytest.approx((40 * 80) / (60 * 20), rel=1e-6)
    assert found.se == pytest.approx(np.sqrt(1 / 40 + 1 / 60 + 1 / 20 + 1 / 80), rel=1e-5)
    assert np.isnan(analysis.odds_ratio(flat, np.concatenate([np.zeros(100), shares(40, 100)]), "drug", "placebo").value)
