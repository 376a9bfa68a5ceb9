"""Analyses of a study: each key changes what stands in the summary, and giving up is seen as the estimand says."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from resynapse.methods.endpoints import Course
from resynapse.study import study_of
from resynapse.study.effect_sizes import effect_sizes
from resynapse.study.estimands import event_times, trial_data, under_estimand
from resynapse.study.simulate import simulate
from resynapse.study.summary import summary

ASKED = {
    "question": "Does one infusion help?",
    "population": {"of": "trd_adult", "n": 40, "seed": 3},
    "arms": {"placebo": {"drug": "placebo"}, "ketamine": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"}},
    "control": "placebo",
    "visits": ["0 d", "1 d", "7 d", "14 d"],
    "endpoints": ["change(MADRS, 1 d)", "response(MADRS, 1 d)", "time_to_response(MADRS, 14 d)"],
}


@pytest.fixture(scope="module")
def run():
    return simulate(study_of(ASKED))


def asking(run, **analysis):
    """The same run, analysed in another way."""
    return replace(run, study=study_of(ASKED | {"analysis": analysis}))


def contrasts(run):
    return {row.endpoint.split("(")[0]: row for row in summary(run) if row.against}


def test_every_analysis_answers_the_same_question(run):
    plain = contrasts(run)
    assert {row.method for row in plain.values()} == {
        "difference of means (Welch)", "risk difference (Newcombe)", "Kaplan-Meier, log-rank"
    }  # fmt: skip
    assert all(row.estimand == "treatment_policy" and row.low < row.value < row.high and 0 <= row.p <= 1 for row in plain.values())
    for change in ("ancova", "mmrm"):
        row = contrasts(asking(run, change=change))["change"]
        assert row.value == pytest.approx(plain["change"].value, abs=2.5) and row.n == 80
        assert row.df == pytest.approx(77, rel=1e-4)
    modelled = contrasts(asking(run, rates="logistic", time_to_event="cox"))
    assert (modelled["response"].unit, modelled["time_to_response"].unit) == ("odds ratio", "hazard ratio")
    assert modelled["response"].value > 1 and modelled["time_to_response"].value > 1
    sizes = {(e.endpoint.split("(")[0], e.measure): e.value for e in effect_sizes(run) if e.against}
    assert sizes["response", "number needed to treat"] == pytest.approx(1 / plain["response"].value)
    assert sizes["change", "Hedges' g"] == pytest.approx(plain["change"].value / plain["change"].sd, rel=0.02)


def test_a_course_under_each_estimand():
    course = Course("MADRS", np.array([0.0, 24, 168, 336]), np.array([[36.0, 20, 12, np.nan], [36, 20, 12, 8]]), (), 10, 22)
    ends = np.array([100.0, np.inf])
    seen = {e: under_estimand(course, ends, e).values[0, 2:].tolist() for e in ("composite", "while_on_treatment", "treatment_policy")}
    assert seen["composite"] == [36, 36] and seen["while_on_treatment"] == [20, 20] and seen["treatment_policy"][0] == 12
    assert np.isnan(under_estimand(course, ends, "hypothetical").values[0, 2:]).all()
    assert all(np.array_equal(under_estimand(course, ends, e).values[1], course.values[1]) for e in seen)


def test_estimands_reach_the_analysis(run):
    gone = np.where(np.arange(40) % 4 == 0, 100.0, np.inf)  # a quarter give ketamine up after four days
    conduct = {"conduct": {"ketamine": SimpleNamespace(stopped=gone)}}
    found = {e: replace(asking(run, estimand=e), extra=conduct) for e in ("treatment_policy", "hypothetical", "composite")}
    late = {e: trial_data(r, "MADRS").change[40:, 1:] for e, r in found.items()}
    assert np.isnan(late["hypothetical"][::4]).all() and (late["composite"][::4] == 0).all()
    assert np.array_equal(late["treatment_policy"], trial_data(run, "MADRS").change[40:, 1:])
    relapse = event_times(found["composite"], "ketamine", "time_to_relapse", "MADRS", 336.0)
    well = np.isfinite(relapse.hours[::4])
    assert relapse.event[::4][well].all()
    assert {row.estimand for row in summary(found["composite"])} == {"composite"}


def test_one_person_in_each_arm_is_enough_for_what_was_asked():
    one = simulate(study_of(ASKED | {"population": {"of": "trd_adult", "n": 1, "seed": 3}}))
    sizes = {e.measure: e for e in effect_sizes(one) if e.against}
    assert np.isnan(sizes["odds ratio"].value) and sizes["odds ratio"].n == 2 and np.isfinite(sizes["risk difference"].value)
