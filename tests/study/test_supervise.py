"""Supervision of a simulated study: sessions harm more with more drug, a placebo session hardly, hours follow the rules."""

import numpy as np
import pytest

from resynapse.methods.rules import RuleSet, read_rule
from resynapse.notation import InputError
from resynapse.study.reading import study_of
from resynapse.study.simulate import simulate
from resynapse.study.summary import summary
from resynapse.study.supervise import LEAVE_MINUTES, supervise

SPRAY = {"drug": "esketamine", "route": "intranasal", "days": [0, 3.5, 7, 10.5]}


def study(arms, species="human", of="trd_adult", n=200):
    return study_of({
        "question": "q", "species": species, "population": {"of": of, "n": n, "seed": 5}, "arms": arms,
        "visits": ["0 d", "14 d"], "endpoints": ["change(MADRS, 14 d)"] if species == "human" else ["mean(mpfc_synapses, 14 d)"],
    })  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return simulate(study({
        "placebo": {"drug": "placebo", "route": "intranasal", "days": [0, 3.5, 7, 10.5]},
        "low": {**SPRAY, "dose": "28 mg"}, "high": {**SPRAY, "dose": "84 mg"}, "nothing": {"drug": "none"},
    }))  # fmt: skip


@pytest.fixture(scope="module")
def watched(result):
    return supervise(result)


def test_arms_without_sessions_are_not_watched(watched):
    assert set(watched) == {"placebo", "low", "high"}


def test_more_drug_is_more_to_watch(watched):
    placebo, low, high = (watched[a] for a in ("placebo", "low", "high"))
    for minute in LEAVE_MINUTES:
        assert placebo.leave[minute] == 1.0 >= low.leave[minute] >= high.leave[minute]
    assert high.leave[60.0] < high.leave[90.0] < high.leave[120.0]
    assert placebo.burden.hours == pytest.approx(8.0) and high.burden.hours > low.burden.hours >= 8.0
    for name in ("dissociation", "dizziness", "any_adverse_event"):
        shares = [next(e.ever for e in a.events if e.event == name) for a in (placebo, low, high)]
        assert shares == sorted(shares) and shares[2] > shares[0] + 0.1
    rises = [next(c.ever for c in a.crossings if c.threshold == "DBP_rise_ge25") for a in (placebo, low, high)]
    assert rises[0] < rises[2]


def test_courses_begin_before_the_dose_and_come_back(watched):
    high = watched["high"]
    assert high.minutes[0] == 0 and high.minutes[-1] == 240
    assert np.all(high.courses["CADSS"][:, 0] == 0) and np.all(high.courses["ketamine"][:, 0] == 0)
    assert 25 <= high.minutes[high.courses["CADSS"].mean(axis=0).argmax()] <= 50
    assert high.courses["CADSS"][:, -1].mean() < 0.1 * high.courses["CADSS"].mean(axis=0).max()
    assert np.all(high.earliest >= 120)


def test_nothing_random_is_drawn_anew(result, watched):
    again = supervise(result)["high"]
    assert all(np.array_equal(x, watched["high"].happens[k]) for k, x in again.happens.items())


def test_own_rules_change_hours_and_holds(result):
    def rule(name, **body):
        return read_rule(name, {"text": "t", "source": "assumed", "stage": "before_dose"} | body, lambda *way: "here")

    strict = RuleSet("strict", "", (
        rule("a", does="hold", field="sbp", above="60 mmHg"), rule("b", does="set", sets="observation", value="4 h"),
    ))  # fmt: skip
    found = supervise(result, strict)["high"]
    assert found.burden.held == 4.0 and found.burden.hours == pytest.approx(16.0)


def test_animals_have_no_clinic():
    mice = study({"a": {"drug": "ketamine", "dose": "10 mg/kg", "route": "ip", "days": [0]}}, "mouse", "stressed_mouse", 5)
    with pytest.raises(InputError, match="human"):
        supervise(simulate(mice))


def test_incidences_are_endpoints():
    wanted = ["incidence(dissociation)", "incidence(dissociation, 7 d)", "incidence(any_adverse_event)"]
    arms = {"placebo": {"drug": "placebo", "route": "intranasal", "days": [0, 3.5, 7, 10.5]}, "high": {**SPRAY, "dose": "84 mg"}}
    found = simulate(study_of({
        "question": "q", "population": {"of": "trd_adult", "n": 200, "seed": 5}, "arms": arms, "visits": ["0 d", "14 d"],
        "endpoints": wanted,
    }))  # fmt: skip
    share = {(r.endpoint, r.arm): r.value for r in summary(found)}
    assert share[wanted[0], "high"] == next(e.ever for e in supervise(found)["high"].events if e.event == "dissociation")
    assert share[wanted[1], "high"] < share[wanted[0], "high"] < share[wanted[2], "high"]
    assert share[wanted[0], "placebo"] < share[wanted[0], "high"] - 0.1


@pytest.mark.parametrize("wrong", ["incidence(MADRS)", "change(nausea, 14 d)", "incidence(nausee)"])
def test_a_wrong_incidence_is_refused(wrong):
    with pytest.raises(InputError, match="incidence|nausea"):
        study_of({
            "question": "q", "population": {"of": "trd_adult", "n": 5}, "arms": {"a": {"drug": "none"}}, "visits": ["14 d"],
            "endpoints": [wrong],
        })  # fmt: skip


def test_a_study_run_by_rules_holds_reduces_and_loses(tmp_path):
    rule = "{text: T., source: assumed, stage: before_dose, does: hold, field: sbp, above: %s mmHg}"
    (tmp_path / "strict.yaml").write_text("rules:\n  r:\n    " + rule % 60)
    arms = {"placebo": {"drug": "placebo", "route": "intranasal", "days": [0, 3.5, 7, 10.5]}, "high": {**SPRAY, "dose": "84 mg"}}
    base = {
        "question": "q", "population": {"of": "trd_adult", "n": 200, "seed": 5}, "arms": arms, "visits": ["0 d", "14 d"], "fit": "none",
        "endpoints": ["peak(ketamine)", "change(MADRS, 14 d)", "incidence(dissociation)"],
    }  # fmt: skip
    free, ruled = (simulate(study_of(base | {"supervision": how})) for how in ("none", "rules"))
    none = simulate(study_of(base | {"supervision": str(tmp_path / "strict.yaml")}))
    peak = [summary(r)[1].value for r in (free, ruled, none)]
    assert peak[0] > peak[1] > peak[2] == 0.0
    conduct, watched = ruled.extra["conduct"]["high"], supervise(ruled)["high"]
    assert 0 < conduct.held.mean() < 0.5 and 0 < np.isfinite(conduct.stopped).mean() < 0.3
    assert not np.any(conduct.given & conduct.held) and np.all(conduct.share[:, 0] == 1.0) and conduct.share.min() == pytest.approx(56 / 84)
    late = np.isnan(ruled.arms["high"].measured["MADRS"][:, -1])
    assert np.array_equal(late, np.isfinite(conduct.stopped))
    assert watched.burden.sessions == pytest.approx(conduct.came.sum(axis=1).mean())
    assert watched.burden.sessions < 4
    assert supervise(free)["high"].burden.hours > watched.burden.hours > 2 * watched.burden.sessions


def test_wrong_supervision_is_refused(tmp_path):
    base = {"question": "q", "population": {"of": "trd_adult", "n": 5}, "visits": ["1 d"], "endpoints": ["mean(MADRS, 1 d)"]}
    with pytest.raises(InputError, match="rules"):
        simulate(study_of(base | {"arms": {"a": {"drug": "placebo"}}, "supervision": "rules"}))
    with pytest.raises(InputError, match="nowhere.yaml"):
        simulate(study_of(base | {"arms": {"a": {"drug": "placebo"}}, "supervision": "nowhere.yaml"}))
