"""The visit loop: belief follows what is felt, people leave and miss sessions, and nothing depends on the batch."""

import numpy as np
import pytest

from resynapse.engine import Settings
from resynapse.notation import InputError
from resynapse.study.belief import lessons
from resynapse.study.disposition import system_of
from resynapse.study.people import people_of
from resynapse.study.reading import study_of
from resynapse.study.simulate import simulate
from resynapse.study.summary import summary

DAYS = [0, 3, 7, 10]
SALINE = {"drug": "placebo", "route": "iv", "over": "40 min", "days": DAYS}
MIDAZOLAM = {"drug": "midazolam", "days": DAYS}
KETAMINE = {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min", "days": DAYS}


def study(control, n=200, **more):
    return study_of({
        "question": "q", "population": {"of": "trd_adult", "n": n, "seed": 11}, "control": "control",
        "arms": {"control": control, "ketamine": KETAMINE}, "visits": ["0 d", "1 d", "7 d", "14 d"],
        "endpoints": ["change(MADRS, 1 d)", "response(MADRS, 14 d)"],
    } | more)  # fmt: skip


@pytest.fixture(scope="module")
def busy():
    return study(SALINE, dropout={"lack_of_effect": "40 %", "at_random": "20 %"}, adherence="85 %", supervision="none")


@pytest.fixture(scope="module")
def result(busy):
    return simulate(busy)


def values(result, endpoint, arm, against=""):
    return next(r.value for r in summary(result) if (r.endpoint, r.arm, r.against) == (endpoint, arm, against))


def test_controls_differ_by_what_is_felt_and_hoped_and_the_drug_is_best():
    saline, midazolam = simulate(study(SALINE, n=800)), simulate(study(MIDAZOLAM, n=800))
    day = "change(MADRS, 1 d)"
    falls = [values(saline, day, "control"), values(midazolam, day, "control"), values(midazolam, day, "ketamine")]
    assert falls[0] > falls[1] > falls[2]
    assert abs(values(saline, day, "ketamine") - values(midazolam, day, "ketamine")) < 2.5  # one effect of ketamine


def test_without_expectancy_only_the_drug_is_left():
    both = simulate(study(SALINE, expectancy="both"))
    assert abs(values(both, "change(MADRS, 1 d) without expectancy", "control")) < 1.0
    assert values(both, "change(MADRS, 1 d) without expectancy", "ketamine", "control") < -4
    assert values(both, "change(MADRS, 1 d)", "control") < -4


def test_belief_follows_what_was_felt(result):
    odds = {arm: conduct.odds for arm, conduct in result.extra["conduct"].items()}
    assert np.nanmean(odds["ketamine"][:, 0]) > 0.3 > -0.1 > np.nanmean(odds["control"][:, 0])
    came = result.extra["conduct"]["ketamine"].came
    assert np.array_equal(np.diff(odds["ketamine"]) == 0, ~came[:, 1:])  # nothing is learnt where nobody came


def test_sessions_close_together_teach_as_one():
    assert lessons((0.0, 0.5, 72.0)) == [(0.0, 2.5, 1), (72.0, 74.0, 2)]


def test_who_has_left_is_not_seen_and_gets_nothing(result):
    for name, conduct in result.extra["conduct"].items():
        gone = np.isfinite(conduct.left)
        assert 0.05 < gone.mean() < 0.8
        seen = result.arms[name].measured["MADRS"]
        times = result.arms[name].times
        assert np.array_equal(np.isnan(seen), times[None, :] > conduct.left[:, None])
        for k, day in enumerate(24.0 * np.array(DAYS)):
            assert not conduct.came[conduct.left < day, k].any()


def test_lack_of_effect_drives_people_out_of_the_control(result):
    lost = {name: (c.why == 1).mean() for name, c in result.extra["conduct"].items()}
    assert lost["control"] > lost["ketamine"]


def test_a_missed_dose_is_missing_in_the_blood():
    asked = {"endpoints": ["trough(ketamine)", "change(MADRS, 14 d)"], "sampling": {"times": ["73 h"]}}
    missing = simulate(study(SALINE, n=60, adherence="60 %", **asked))
    conduct, blood = missing.extra["conduct"]["ketamine"], missing.arms["ketamine"]
    level = blood.true["ketamine"][:, np.searchsorted(blood.times, 73.0 - 1e-6)]
    assert 0 < conduct.came[:, 1].mean() < 1
    assert level[~conduct.came[:, 1]].max() < 0.2 * level[conduct.came[:, 1]].min()


def test_nothing_depends_on_the_batch_or_the_chunk(busy, result):
    people = people_of(busy, system_of(busy))
    some = np.array([3, 50, 117])
    alone = simulate(busy, people=people.take(some), settings=Settings(on_failure="report", chunk=1, threads=1))
    for name, arm in alone.arms.items():
        assert np.array_equal(arm.measured["MADRS"], result.arms[name].measured["MADRS"][some], equal_nan=True)
        assert np.array_equal(alone.extra["conduct"][name].left, result.extra["conduct"][name].left[some])


def test_raters_who_guess_widen_the_gap():
    day = "change(MADRS, 1 d)"
    fair, guessing = (values(simulate(study(SALINE, rater_bias=x)), day, "ketamine", "control") for x in (0.0, 3.0))
    assert guessing < fair - 0.5


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"dropout": "some"}, "usual, none"),
        ({"dropout": {"lack_of_efect": "8 %"}}, "lack_of_effect"),
        ({"dropout": {"at_random": "120 %"}}, "from 0 to 100 %"),
        ({"dropout": 0.2}, "dropout, or shares"),
        ({"adherence": "often"}, "a number with a unit"),
        ({"expectancy": "some"}, "expectancy"),
        ({"rater_bias": -1}, "rater_bias"),
    ],
)
def test_what_is_refused(more, said):
    with pytest.raises(InputError, match=said):
        study(SALINE, **more)
