"""The table of verdicts, row by row, and the intervals of what was observed."""

import math
from pathlib import Path

import pytest
from virtual import row

from resynapse.methods.evidence import Spread, load_evidence
from resynapse.methods.judge import AREAS, Prediction, area, fold_limit, judge, observed_interval, wilson


def plasma(**given):
    return row(**{"quantity": "s_ketamine", "unit": "ng/mL", "value": 100.0, **given})


def predicted(median, sd=1.0, low=None, high=None, **more):
    return Prediction(median, median - 2 * sd if low is None else low, median + 2 * sd if high is None else high, sd, **more)


@pytest.mark.parametrize(
    ("quantity", "statistic", "expected"),
    [
        ("ketamine", "mean", "exposure"), ("s_norketamine", "auc_t", "exposure"), ("hnk", "metabolic_ratio", "exposure"),
        ("s_ketamine", "clearance", "exposure"), ("r_ketamine", "ratio_vs_control", "exposure"), ("ketamine", "tmax", "exposure"),
        ("MADRS", "mean", "scores"), ("HAMD25", "change", "scores"), ("MADRS", "difference_vs_control", "scores"),
        ("HAMD6", "effect_size_vs_control", "scores"), ("HAMD17", "ratio_vs_control", "scores"), ("item:MADRS_10", "mean", "scores"),
        ("PHQ9", "percent_change", "scores"), ("BDI", "mean", "scores"), ("MADRS", "response", "rates"),
        ("depressive_episode", "remission", "rates"), ("event:MADRS_response", "incidence", "rates"),
        ("HAMD24", "remission", "rates"), ("MADRS", "median_time_to_relapse", "relapse"), ("HAMD17", "relapse", "relapse"),
        ("depressive_episode", "hazard_ratio", "relapse"), ("CADSS", "tmax", "safety"), ("SBP", "change", "safety"),
        ("sedation_MOAAS", "tmax", "safety"), ("event:dissociation", "incidence", "safety"),
        ("event:SBP_rise_ge40", "incidence", "safety"), ("glutamate", "percent_change", "mechanism"),
        ("nmda_block", "tmax", "mechanism"), ("r_hnk_brain_ecf", "cmax", "mechanism"), ("MADRS", "direction", "direction"),
        ("il6", "direction", "direction"),
    ],
)  # fmt: skip
def test_area(quantity, statistic, expected):
    assert area(row(quantity=quantity, statistic=statistic)) == expected


@pytest.mark.parametrize(
    ("given", "prediction", "agrees"),
    [
        ({}, 149.0, True), ({}, 151.0, False), ({}, 67.0, True), ({}, 66.0, False),
        ({"route": "oral"}, 199.0, True), ({"route": "oral"}, 201.0, False), ({"route": "oral"}, 51.0, True),
        ({"route": "oral", "statistic": "bioavailability", "value": 0.2}, 0.39, True),
        ({"route": "oral", "statistic": "half_life", "unit": "h", "value": 5.0}, 7.6, False),
        ({"route": "oral", "statistic": "metabolic_ratio", "unit": "ratio", "value": 2.0}, 2.9, True),
        ({"route": "oral", "statistic": "ratio_vs_control", "unit": "ratio", "value": 3.0}, 1.9, False),
        ({"statistic": "tmax", "unit": "h", "value": 0.3}, 0.54, True), ({"statistic": "tmax", "unit": "h", "value": 0.3}, 0.56, False),
        ({"statistic": "tmax", "unit": "min", "value": 18.0}, 32.0, True), ({"statistic": "tmax", "unit": "h", "value": 4.0}, 5.9, True),
        ({"quantity": "CADSS", "statistic": "tmax", "unit": "h", "value": 0.67}, 0.9, True),
        ({"quantity": "MADRS", "statistic": "median_time_to_relapse", "unit": "days", "value": 18.0}, 28.0, False),
        ({"quantity": "MADRS", "statistic": "odds_ratio", "unit": "ratio", "value": 2.0}, 2.9, True),
        ({"quantity": "HAMD17", "statistic": "ratio_vs_control", "unit": "ratio", "value": 2.0}, 3.1, False),
    ],
)  # fmt: skip
def test_ratios_and_times(given, prediction, agrees):
    found = judge(plasma(**given), predicted(prediction))
    assert found.agrees is agrees and found.as_ratio
    assert found.agreement == pytest.approx(prediction / plasma(**given).value)


@pytest.mark.parametrize(("value", "median", "sd", "agrees"), [(20, 22, 1.0, True), (20, 22.1, 1.0, False), (20, 30, 5.0, True)])
def test_everything_else_by_z(value, median, sd, agrees):
    found = judge(row(value=value), predicted(median, sd))
    assert found.agrees is agrees and not found.as_ratio and found.agreement == pytest.approx(median - value)


def test_without_spread_the_interval_decides():
    rate = row(statistic="remission", unit="fraction", value=0.0)
    assert judge(rate, predicted(0.0, 0.0)).agrees
    assert not judge(rate, predicted(0.1, 0.0)).agrees
    zero = judge(plasma(value=0.0), predicted(1.0, low=-0.5, high=3))
    assert zero.agrees and math.isnan(zero.agreement)


@pytest.mark.parametrize(
    ("sign", "up", "down", "effect", "agrees"),
    [(1, 0.8, 0.2, 0.5, True), (1, 0.79, 0.2, 0.5, False), (-1, 0.1, 0.9, -0.4, True), (-1, 0.9, 0.1, 0.4, False)]
    + [(0, 0.6, 0.4, 0.19, True), (0, 0.6, 0.4, -0.19, True), (0, 0.6, 0.4, 0.21, False), (0, 0.5, 0.5, math.nan, False)],
)
def test_directions(sign, up, down, effect, agrees):
    prediction = Prediction(1.0, -1.0, 1.0, 0.5, up, down, effect)
    assert judge(row(statistic="direction", value=sign, unit="sign"), prediction).agrees is agrees


def test_which_rows_have_a_fold_limit():
    assert fold_limit(plasma()) == 1.5 and fold_limit(plasma(route="sc")) == 2.0
    assert fold_limit(plasma(statistic="change")) is None and fold_limit(row()) is None
    assert fold_limit(row(quantity="r_hnk_brain_ecf", statistic="cmax")) is None


def interval(kind, *numbers, **given):
    return observed_interval(row(spread=Spread(kind, numbers), **given))


def test_observed_intervals():
    assert interval("se", 2.0, value=10.0) == pytest.approx((6.710, 13.290), abs=1e-3)
    assert interval("sd", 10.0, value=10.0, n=25) == pytest.approx((6.710, 13.290), abs=1e-3)
    assert interval("sd", 10.0, value=10.0, n=None) is None
    assert interval("ci95", 6.0, 18.0, value=10.0) == pytest.approx((10 - 4 * 0.8392, 10 + 8 * 0.8392), abs=1e-3)
    ratio = interval("ci95", 1.0, 4.0, value=2.0, statistic="odds_ratio", unit="ratio")
    assert ratio == pytest.approx((2 / 2**0.8392, 2 * 2**0.8392), abs=1e-3)
    assert interval("cv_percent", 50.0, value=10.0, n=25) == pytest.approx((10 - 1.645, 10 + 1.645), abs=1e-3)
    low, high = interval("cv_percent", 50.0, value=10.0, n=25, statistic="geomean")
    assert low * high == pytest.approx(100.0) and math.log(high / 10) == pytest.approx(1.645 * math.sqrt(math.log(1.25) / 25), rel=1e-3)
    low, high = interval("iqr", 8.0, 12.0, value=10.0, n=16)
    assert high - 10 == pytest.approx(1.645 * 4 / 1.349 / 4, rel=1e-3) == 10 - low
    low, high = interval("range", 5.0, 15.0, value=10.0, n=10)
    assert high - 10 == pytest.approx(1.645 * 10 / 3.0927 / math.sqrt(10), rel=1e-2)
    assert interval("sd", 10.0, value=10.0, n=25, statistic="median")[1] - 10 == pytest.approx(3.290 * 1.2533, rel=1e-3)


def test_rates_have_wilsons_interval_unless_a_spread_is_printed():
    low, high = observed_interval(row(statistic="response", unit="fraction", value=0.3, n=20))
    assert (low, high) == pytest.approx((0.1630, 0.4858), abs=2e-3)
    percent = observed_interval(row(statistic="response", unit="percent", value=30, n=20))
    assert percent == pytest.approx((100 * low, 100 * high))
    assert interval("ci95", 0.1, 0.5, statistic="response", unit="fraction", value=0.3)[0] == pytest.approx(0.3 - 0.2 * 0.8392, abs=1e-3)
    assert observed_interval(row(statistic="response", unit="fraction", n=None)) is None and observed_interval(row()) is None
    assert wilson(0.0, 10)[0] == 0.0 and wilson(1.0, 10)[1] == pytest.approx(1.0)


def test_every_row_of_our_evidence_has_an_area_and_an_ordered_interval():
    for r in load_evidence(Path(__file__).parents[2] / "evidence"):
        assert area(r) in AREAS
        found = observed_interval(r)
        if found is not None:
            assert found[0] <= r.value + 1e-9 and r.value <= found[1] + 1e-9, r.id
