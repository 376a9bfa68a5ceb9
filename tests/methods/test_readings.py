"""What is read on each person: events, visits, windows, relapse, courses."""

import numpy as np
import pytest
from virtual import row

from resynapse.methods.pool import Experiment, Missing, NotSimulated, Pool
from resynapse.methods.qualify import Settings, qualify
from resynapse.methods.readings import VISITS_H, end_of, event, needed_series, point, rate, relapse_time, visits


def experiment(functions, events=None, **how):
    """People 0..n-1; each series is a function of (person, hour), given as arrays that broadcast."""

    def simulate(times, people, blocks, seed):
        who, when = np.arange(people)[:, None], np.array(times)[None, :]
        series = {name: np.broadcast_to(np.asarray(f(who, when), float), (people, len(times))) for name, f in functions.items()}
        first = {name: np.asarray(f(np.arange(people)), float) for name, f in (events or {}).items()}
        return Pool(np.arange(people) * blocks // people, np.array(times), series, dict.fromkeys(series, "points"), event_h=first)

    return Experiment("drug" if "control" in how else "alone", simulate, **how)


def read(reading, made, people=6):
    pool = made.simulate(tuple(sorted({*reading.times})), people, 2, 1)
    return reading.values(pool)


def test_response_and_remission_at_a_visit_and_at_any_visit():
    made = experiment({"MADRS": lambda i, t: 30.0 - i * 5 * (t == 72.0) - 2 * i * (t == 168.0)})
    at_end = rate(row(statistic="response", time_h=168.0), made, "response")
    assert read(at_end, made)[:, 0].tolist() == [0, 0, 0, 0, 0, 0]
    any_visit = rate(row(statistic="response", time_h=168.0, window_h=168.0), made, "response")
    assert read(any_visit, made)[:, 0].tolist() == [0, 0, 0, 1, 1, 1] and "usual visits assumed" in any_visit.notes
    as_event = event(row(quantity="event:MADRS_response", statistic="incidence", time_h=168.0, window_h=168.0), made)
    assert read(as_event, made)[:, 0].tolist() == [0, 0, 0, 1, 1, 1]
    below = rate(row(statistic="remission", time_h=72.0, covariates={"remission_threshold": "15"}), made, "remission")
    assert read(below, made)[:, 0].tolist() == [0, 0, 0, 1, 1, 1]
    assert read(rate(row(statistic="remission", time_h=72.0), made, "remission"), made)[:, 0].tolist() == [0, 0, 0, 0, 1, 1]
    assumed = rate(row(statistic="remission", quantity="HAMD24", time_h=72.0), made, "remission")
    assert assumed.notes == ("remission threshold 10 assumed",)


def test_visits_are_the_usual_ones_unless_the_study_names_its_own():
    plain = experiment({})
    assert visits(row(), plain, 0.0, 336.0) == VISITS_H
    assert visits(row(), plain, 168.0, 700.0) == (240.0, 336.0, 504.0, 672.0, 700.0)
    own = experiment({}, visits=(4.0, 100.0), zero_h=10.0)
    assert visits(row(), own, 0.0, 120.0) == (14.0, 110.0, 120.0)


def test_times_count_from_what_the_row_calls_zero_and_changes_from_the_baseline():
    made = experiment({"MADRS": lambda i, t: 30 - 0.1 * t + 0 * i}, zero_h=264.0, baseline_h=0.0)
    assert end_of(row(time_h=24.0), made) == 288.0
    got = read(point(row(time_h=24.0), made), made)
    assert got[0].tolist() == pytest.approx([30 - 28.8, 30.0])
    assert isinstance(point(row(time_h=None), made), NotSimulated)
    assert end_of(row(time_h=None), experiment({}, read_h=5.0)) == 5.0


def test_windows_give_peaks_of_vital_signs_and_averages_of_mechanisms():
    shape = {"SBP": lambda i, t: 120 + i * (t == 1.0), "sedation_MOAAS": lambda i, t: 5 - i * (t == 1.0), "bdnf": lambda i, t: t + 0 * i}
    made = experiment(shape)
    peak = read(point(row(quantity="SBP", statistic="change", time_h=1.5, window_h=1.5), made), made)
    assert (peak[:, 0] - peak[:, 1]).tolist() == [0, 1, 2, 3, 4, 5]
    deep = read(point(row(quantity="sedation_MOAAS", time_h=1.5, window_h=1.5), made), made)
    assert deep[:, 0].tolist() == [5, 4, 3, 2, 1, 0]
    mean = read(point(row(quantity="bdnf", time_h=24.0, window_h=12.0), made), made)
    assert mean[0, 0] == pytest.approx(18.5)
    late = read(point(row(quantity="bdnf", time_h=24.0, window_h=12.0), experiment(shape, windowed=True)), made)
    assert late[0, 0] == 24.0


def test_events_from_counts_from_first_times_and_from_vital_signs():
    nausea = row(quantity="event:nausea", statistic="incidence", time_h=672.0, window_h=24.0)
    counted = experiment({"event:nausea": lambda i, t: i * (t > 650.0) + (i == 2)})
    assert read(event(nausea, counted), counted)[:, 0].tolist() == [0, 1, 1, 1, 1, 1]
    timed = experiment({}, {"nausea": lambda i: np.where(i < 3, 660.0, np.inf)})
    assert read(event(nausea, timed), timed)[:, 0].tolist() == [1, 1, 1, 0, 0, 0]
    rise = row(quantity="event:SBP_rise_ge40", statistic="incidence", time_h=200.0, window_h=200.0)
    pressure = experiment({"SBP": lambda i, t: 120 + 10 * i * (np.abs(t - 169) < 0.01)}, dose_h=(0.0, 168.0))
    assert read(event(rise, pressure), pressure)[:, 0].tolist() == [0, 0, 0, 0, 1, 1]
    asleep = row(quantity="event:MOAAS_le3", statistic="incidence", time_h=24.0, window_h=24.0)
    sedated = experiment({"sedation_MOAAS": lambda i, t: 5 - i * (np.abs(t - 1.5) < 0.01)})
    assert read(event(asleep, sedated), sedated)[:, 0].tolist() == [0, 0, 1, 1, 1, 1]
    with pytest.raises(Missing, match="no event 'nausea'"):
        read(event(nausea, sedated), sedated)


def test_relapse_from_its_own_times_and_from_weekly_ratings():
    r = row(statistic="relapse", unit="fraction", time_h=672.0)
    own = experiment({}, {"relapse": lambda i: 300.0 * (i + 1)}, zero_h=100.0)
    times = read(relapse_time(r, own, 772.0), own)[:, 0]
    assert times.tolist() == [200.0, 500.0, *[np.inf] * 4]
    rated = experiment({"MADRS": lambda i, t: 10 + (t >= 300) * i * 6.0})
    assert read(relapse_time(r, rated, 672.0), rated)[:, 0].tolist() == [np.inf, np.inf, 336.0, 336.0, 336.0, 336.0]
    later = row(statistic="relapse", time_h=672.0, covariates={"relapse_from_wk": "3", "relapse_threshold": "16"})
    assert read(relapse_time(later, rated, 672.0), rated)[:, 0].tolist() == [np.inf, *[672.0] * 5]


SOME = Settings(replicates=40, people=5000)


def judged(made, **given):
    return qualify([row(**given)], lambda _: made, SOME).comparisons[0].prediction


def test_relapse_statistics():
    placebo = experiment({}, {"relapse": lambda i: 100.0 * (1 + i % 10)})
    made = experiment({}, {"relapse": lambda i: 200.0 * (1 + i % 10)}, control=placebo)
    assert judged(made, statistic="relapse", unit="fraction", time_h=1000.0, n=400).median == pytest.approx(0.5, abs=0.11)
    found = judged(made, statistic="median_time_to_relapse", unit="days", time_h=None, n=400)
    assert found.median == pytest.approx(1100 / 24, rel=0.15) and found.notes == ("relapse watched for 4368 h",)
    ratio = judged(made, statistic="hazard_ratio", unit="ratio", time_h=1000.0, control="placebo", n=400)
    assert ratio.median < 0.6


def test_the_time_of_a_peak_is_that_of_the_mean_course():
    made = experiment({"CADSS": lambda i, t: 10 * np.exp(-((t - 0.67) ** 2) / 0.1) + 0 * i})
    found = judged(made, quantity="CADSS", statistic="tmax", unit="h", time_h=None)
    assert found.median == pytest.approx(0.67, abs=0.02)


def test_contrasts_of_rates_and_means():
    placebo = experiment({"MADRS": lambda i, t: 30 - 20 * (t > 0) * (i % 5 == 0), "glutamate": lambda i, t: 2.0 + 0 * i * t})
    made = experiment(
        {"MADRS": lambda i, t: 30 - 20 * (t > 0) * (i % 5 < 2), "glutamate": lambda i, t: 3.0 + 0 * i * t}, control=placebo
    )
    big = {"n": 400, "control": "placebo"}
    ratio = judged(made, statistic="ratio_vs_control", unit="ratio", covariates={"of": "response"}, **big)
    assert ratio.median == pytest.approx(2, rel=0.3)
    assert judged(made, statistic="odds_ratio", unit="ratio", **big).median == pytest.approx((2 / 3) / (1 / 4), rel=0.5)
    difference = judged(made, statistic="difference_vs_control", unit="percent", covariates={"of": "response"}, **big)
    assert difference.median == pytest.approx(20, abs=9)
    assert judged(made, quantity="glutamate", statistic="percent_of_control", unit="percent", **big).median == pytest.approx(150)
    assert judged(made, quantity="glutamate", statistic="percent_change", unit="percent", **big).median == pytest.approx(50)
    assert judged(made, quantity="glutamate", statistic="fold_of_baseline", unit="fold", n=400).median == pytest.approx(1)
    assert judged(made, statistic="effect_size_within", unit="sd", n=400).median < -1
    assert judged(made, statistic="correlation", unit="r", covariates={"x": "MADRS"}, n=400).median == pytest.approx(1)


@pytest.mark.parametrize(
    ("quantity", "series"),
    [("MADRS", "MADRS"), ("event:MADRS_response", "MADRS"), ("event:SBP_rise_ge40", "SBP"), ("event:MOAAS_le3", "sedation_MOAAS")]
    + [("event:nausea", "event:nausea")],
)
def test_what_a_row_is_read_off(quantity, series):
    assert needed_series(row(quantity=quantity)) == series


def test_enrichment_that_can_be_read_off_the_scale_chooses_people():
    made = experiment({"MADRS": lambda i, t: 30 - 20 * (t >= 24) * (i % 2) + (t > 100) * (i % 4) * 8.0}, zero_h=0.0)
    everybody = judged(made, time_h=168.0, n=400)
    late = judged(made, time_h=168.0, n=400, covariates={"enrichment": "nonresponders_at_trial_day_2"})
    assert everybody.median == pytest.approx(32, abs=2)
    assert late.median == pytest.approx(38, abs=2) and "only nonresponders at trial day 2" in late.notes
    well = judged(made, time_h=168.0, n=400, covariates={"enrichment": "responders_at_trial_day_3"})
    assert well.median == pytest.approx(26, abs=2)
    nobody = qualify([row(time_h=168.0, covariates={"enrichment": "responders_after_1_weeks"})], lambda _: made, SOME).comparisons[0]
    assert nobody.reason == "nobody in the pool is enrolled"
    last = {"enrichment": "responders", "time_zero": "last_dose"}
    relapse = judged(made, statistic="median_time_to_relapse", unit="h", time_h=None, n=400, covariates=last)
    assert relapse.notes == ("relapse watched for 4368 h", "only responders")
    unknown = judged(made, time_h=168.0, n=400, covariates={"enrichment": "veterans"})
    assert unknown.median == pytest.approx(everybody.median)
