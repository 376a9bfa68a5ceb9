"""Endpoints of burden: hours, visits and sessions of each person, and events by session."""

import numpy as np
import pytest

from resynapse.notation import InputError
from resynapse.study.reading import study_of
from resynapse.study.simulate import simulate
from resynapse.study.summary import each_person, summary

SPRAY = {"drug": "esketamine", "dose": "84 mg", "route": "intranasal", "days": [0, 3.5, 7]}
ENDPOINTS = [
    "hours(observation)", "hours(observation, 1 d)", "count(visits)", "count(sessions)", "count(held_sessions)", "count(nausea)",
    "per_session(nausea)", "incidence(nausea)", "change(MADRS, 28 d)",
]  # fmt: skip


def asked(**more):
    return {"question": "q", "population": {"of": "trd_adult", "n": 120, "seed": 5}, "visits": ["0 d", "4 h", "7 d", "28 d"],
            "arms": {"spray": SPRAY, "nothing": {"drug": "none"}}, "endpoints": ENDPOINTS, **more}  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return simulate(study_of(asked()))


@pytest.fixture(scope="module")
def ruled():
    return simulate(study_of(asked(supervision="rules")))


def value(result, endpoint, arm="spray"):
    return next(r for r in summary(result) if r.endpoint == endpoint and r.arm == arm)


def test_hours_and_visits_are_those_of_the_plan(result):
    assert value(result, "hours(observation, 1 d)").value >= 2.0  # the rules ask for two hours
    assert value(result, "hours(observation)").value == pytest.approx(result.supervision["spray"].burden.hours)
    assert value(result, "count(sessions)").value == 3.0
    assert value(result, "count(visits)").value == 4.0  # days 0, 3, 7 and 28
    assert value(result, "count(visits)", "nothing").value == 3.0
    assert value(result, "hours(observation)", "nothing").value == 0.0
    assert np.isnan(value(result, "per_session(nausea)", "nothing").value)


def test_events_by_session_fit_events_by_person(result):
    ever, each = value(result, "incidence(nausea)"), value(result, "per_session(nausea)")
    assert 0 < each.value < ever.value and each.unit == "fraction"
    assert value(result, "count(nausea)").value == pytest.approx(3 * each.value)


def test_rules_and_leaving_take_sessions_away(result, ruled):
    held = value(ruled, "count(held_sessions)").value
    assert held > 0
    assert value(ruled, "count(sessions)").value <= 3.0 - held + 1e-9
    assert value(ruled, "hours(observation)").value < value(result, "hours(observation)").value
    study = ruled.study
    came = each_person(ruled, "spray", study.endpoints[2])
    gone = np.isfinite(ruled.extra["conduct"]["spray"].stopped)
    assert gone.any() == bool((came < 4).any())


@pytest.mark.parametrize(("wrong", "said"), [
    ("mean(observation, 7 d)", "hours, and no other statistic"),
    ("hours(visits)", "hours of one of observation"),
    ("count(MADRS)", "count of one of"),
    ("per_session(visits)", "per_session of one of"),
    ("peak(nausea)", "incidence or count or per_session"),
    ("per_session(nausea, 7 d)", "no time"),
])  # fmt: skip
def test_refusals(wrong, said):
    with pytest.raises(InputError, match=said):
        study_of(asked(endpoints=[wrong]))


def test_animals_have_no_clinic():
    mouse = {"species": "mouse", "population": {"of": "naive_mouse", "n": 2}, "arms": {"a": {"drug": "none"}}}
    with pytest.raises(InputError, match="read .observation"):
        simulate(study_of(asked(**mouse, endpoints=["hours(observation)"])))
