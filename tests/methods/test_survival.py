"""Times to an event: read off visits, and compared."""

import numpy as np
import pytest

from resynapse.methods import survival
from resynapse.methods.endpoints import Course, individual
from resynapse.methods.trial_data import TrialData

TIMES = np.array([0.0, 24, 168, 336])


def seen(*rows) -> Course:
    return Course("MADRS", TIMES, np.array(rows, float), (), 10, 22)


def test_events_are_dated_at_visits_and_censored_at_the_last():
    nan = np.nan
    course = seen([36, 30, 18, 8], [36, 10, 30, 40], [36, 30, nan, 20], [36, 30, nan, nan], [36, nan, nan, nan])
    response, remission, relapse = (survival.times_to(what, course) for what in ("response", "remission", "relapse"))
    assert response.hours[:4].tolist() == [168, 24, 336, 24] and response.event.tolist() == [True, True, False, False, False]
    assert np.isnan(response.hours[4])  # never seen again: not at risk
    assert remission.hours[:2].tolist() == [336, 24]
    assert relapse.hours[:2].tolist() == [168, 144] and relapse.event[:2].tolist() == [False, True]
    assert np.isnan(relapse.hours[2:]).all()  # never got well
    early = survival.times_to("response", course, 24.0)
    assert early.hours[:4].tolist() == [24, 24, 24, 24] and early.event.tolist() == [False, True, False, False, False]
    kept_well = survival.times_to("relapse", seen([8, 9, 25, 9], [8, 9, 9, 9]))
    assert kept_well.hours.tolist() == [168, 336] and kept_well.event.tolist() == [True, False]


def test_who_is_well_at_the_start_cannot_get_well():
    course = seen([9, 30, 8, 8], [36, 30, 18, 8])
    assert np.isnan(survival.times_to("remission", course).hours).tolist() == [True, False]
    assert np.isnan(individual("remission", course, 336.0)).tolist() == [True, False]


def times(hours, event) -> survival.Times:
    return survival.Times(np.array(hours, float), np.array(event, bool))


def test_kaplan_meier_by_hand():
    one = times([24, 24, 48, 72, 72, 96, np.nan], [1, 0, 1, 1, 0, 0, 0])
    found = survival.share_by(one, 72.0)
    free = 5 / 6 * 3 / 4 * 2 / 3
    assert found.n == 6 and found.value == pytest.approx(1 - free)
    assert found.se == pytest.approx(free * np.sqrt(1 / (6 * 5) + 1 / (4 * 3) + 1 / (3 * 2)))
    assert found.low < found.value < found.high
    curve = survival.kaplan_meier(one)  # lifelines
    place = list(curve.hours).index(72.0)
    assert (1 - found.value, 1 - found.high, 1 - found.low) == pytest.approx([x[place] for x in (curve.free, curve.low, curve.high)])
    assert survival.share_by(times([24, 24], [1, 1]), 24.0).high == 1
    assert survival.median_hours(one).value == 72.0
    none = survival.share_by(times([24, 48, 48], [0, 0, 0]), 48.0)
    assert none.value == 0 and 0 < none.high < 1
    assert np.isinf(survival.median_hours(times([24, 48], [0, 0])).value)


def test_the_faster_arm_has_the_larger_hazard():
    rng = np.random.default_rng(1)
    n, arm = 400, np.arange(400) % 2
    true = rng.exponential(np.where(arm == 1, 100.0, 200.0))
    both = survival.Times(np.minimum(np.ceil(true / 24) * 24, 240.0), true <= 240)
    data = TrialData(("placebo", "drug"), np.array([24.0]), arm, rng.normal(30, 5, n), np.zeros((n, 1)))
    ratio = survival.hazard_ratio(data, both, "drug", "placebo")
    assert 1.6 < ratio.value < 2.5 and ratio.low > 1 and ratio.p < 0.001
    back = survival.hazard_ratio(data, both, "placebo", "drug")
    assert ratio.value * back.value == pytest.approx(1, rel=1e-5)
    difference = survival.share_difference(both.take(arm == 1), both.take(arm == 0), 240.0)
    assert difference.value == pytest.approx((1 - np.exp(-2.4)) - (1 - np.exp(-1.2)), abs=0.1) and difference.p < 0.001
    nobody = survival.Times(both.hours, both.event & (arm == 1))
    assert np.isnan(survival.hazard_ratio(data, nobody, "drug", "placebo").value)
