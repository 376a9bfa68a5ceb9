"""Designs and rules of trials: doses by rule, rescue, phases, randomisation, other treatments, the natural course."""

import numpy as np
import pytest

from resynapse.notation import InputError
from resynapse.study.disposition import system_of
from resynapse.study.people import people_of
from resynapse.study.reading import study_of
from resynapse.study.simulate import simulate
from resynapse.study.summary import summary
from resynapse.study.tables import observations

SPRAY = {"drug": "esketamine", "dose": "56 mg", "route": "intranasal", "days": [0, 7, 14, 21]}


def study(arms, n=80, **more):
    return study_of({
        "question": "q", "population": {"of": "trd_adult", "n": n, "seed": 11}, "arms": arms, "visits": ["0 d", "7 d", "14 d", "28 d"],
        "endpoints": ["change(MADRS, 28 d)"],
    } | more)  # fmt: skip


def seen(result, arm, day):
    found = result.arms[arm]
    return found.measured["MADRS"][:, np.searchsorted(found.times, 24.0 * day - 1e-6)]


def test_doses_follow_the_score_of_the_visit():
    raised = {"when": "improvement(MADRS) < 50 %", "at": [7], "do": "raise to 84 mg"}
    rules = [raised, {"when": "response(MADRS)", "at": [14], "do": "hold"}]
    result = simulate(study({"a": SPRAY | {"policy": rules}}, endpoints=["change(MADRS, 28 d)", "trough(ketamine)"]))
    conduct, base = result.extra["conduct"]["a"], seen(result, "a", 0)
    slow = seen(result, "a", 7) > 0.5 * base
    assert np.allclose(conduct.share[:, 1], np.where(slow, 84 / 56, 1.0)) and np.all(conduct.share[:, 0] == 1) and 0 < slow.mean() < 1
    well = seen(result, "a", 14) <= 0.5 * base
    assert np.array_equal(conduct.given[:, 2], ~well) and conduct.given[:, 3].all()


def test_intervals_stretch_and_return():
    rules = [{"when": "MADRS >= 0", "at": [7], "do": "every 14 d"}, {"when": "MADRS >= 0", "at": [21], "do": "as planned"}]
    plan = SPRAY | {"days": [0, 7, 14, 21, 28, 35], "policy": rules}
    conduct = simulate(study({"a": plan}, n=5, visits=["0 d", "42 d"], endpoints=["change(MADRS, 42 d)"])).extra["conduct"]["a"]
    assert conduct.came[0].tolist() == [True, False, True, True, True, True]


def test_rescue_ends_the_drug_and_begins_another_treatment():
    rescue = {"when": "no response(MADRS)", "from": "14 d", "gives": "ect"}
    plain, result = (simulate(study({"a": SPRAY}, n=60, **more)) for more in ({}, {"rescue": rescue}))
    conduct = result.extra["conduct"]["a"]
    saved = conduct.rescued == 14 * 24
    assert np.array_equal(saved, seen(result, "a", 14) > 0.5 * seen(result, "a", 0)) and saved.any()
    assert not conduct.given[saved, 2:].any() and conduct.given[~np.isfinite(conduct.rescued)].all()
    late = [r.arms["a"].true["MADRS"][saved, -1].mean() for r in (plain, result)]
    assert late[1] < late[0] - 5


def test_a_crossover_carries_the_first_infusion_over():
    infusion = {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"}
    saline = {"drug": "placebo", "route": "iv", "over": "40 min"}
    arms = {name: {"phases": [first, {"from": "7 d"} | second]} for name, first, second in
            (("late", saline, infusion), ("early", infusion, saline))}  # fmt: skip
    result = simulate(study(arms, expectancy="off", sampling={"times": ["169 h"]}, endpoints=["mean(MADRS, 7 d)", "cmax(ketamine)"]))
    level = {name: arm.true["ketamine"] for name, arm in result.arms.items()}
    hour = np.searchsorted(result.arms["late"].times, [1.0 - 1e-6, 169.0 - 1e-6])
    assert level["early"][:, hour[0]].min() > 10 > 1 > level["late"][:, hour[0]].max()
    assert level["late"][:, hour[1]].min() > 10 > level["early"][:, hour[1]].max()
    assert seen(result, "early", 7).mean() < seen(result, "late", 7).mean() - 1  # still there when the second one comes


def test_responders_alone_go_on_and_who_stays_on_relapses_less():
    arms = {
        name: {"phases": [{"blinding": "open", **SPRAY}, {"from": "28 d", "who": "response(MADRS)", "route": "intranasal", "every": "7 d",
                                                          "count": 10, **drug}]}
        for name, drug in (("off", {"drug": "placebo"}), ("on", {"drug": "esketamine", "dose": "84 mg"}))
    }  # fmt: skip
    days = [f"{d} d" for d in (0, 28, 42, 56, 70, 84, 98)]
    result = simulate(study(arms, n=200, control="off", natural_course="drawn", visits=days, endpoints=["time_to_relapse(MADRS, 98 d)"]))
    assert all(20 < len(arm.who) < 180 for arm in result.arms.values())  # rated apart, so not the same people
    assert np.all(seen(result, "on", 28) <= 0.5 * seen(result, "on", 0))
    off, on = (r.value for r in summary(result)[:2])
    assert on < off - 0.1
    table = observations(result).to_pandas()
    assert set(table[table.arm == "on"].patient) == set(result.people("on").people.tolist())


def test_everybody_gets_one_arm_whoever_is_at_hand():
    both = {"a": SPRAY, "b": {"drug": "placebo", "route": "intranasal"}}
    asked = study(both, n=60, randomisation={"ratio": {"a": 2}, "blocks": 2, "by": ["sex", "severity"]})
    result = simulate(asked)
    who = [set(result.people(name).people.tolist()) for name in both]
    assert not who[0] & who[1] and len(who[0] | who[1]) == 60 and 36 <= len(who[0]) <= 44
    people = people_of(asked, system_of(asked))
    part = simulate(asked, people=people.take(np.arange(20, 40)))
    assert all(set(part.people(name).people.tolist()) == {p for p in w if 20 <= p < 40} for name, w in zip(both, who, strict=True))
    rows = np.isin(result.people("a").people, part.people("a").people)
    assert np.array_equal(part.arms["a"].measured["MADRS"], result.arms["a"].measured["MADRS"][rows])


def test_other_treatments_act_each_in_its_time():
    arms = {
        "nothing": {"drug": "none"}, "ssri": {"drug": "escitalopram"}, "therapy": {"drug": "cbt"}, "ect": {"drug": "ect"},
        "both": SPRAY | {"beside": {"cbt": {"from": "0 d"}}}, "spray": SPRAY,
    }  # fmt: skip
    result = simulate(study(arms, expectancy="off", visits=["0 d", "7 d", "28 d", "84 d"]))
    true = {}
    for name, arm in result.arms.items():
        at = np.searchsorted(arm.times, 24.0 * np.array([7, 28, 84]) - 1e-6)
        true[name] = arm.true["MADRS"][:, at].mean(axis=0)
    assert true["ect"][1] < min(true[x][1] for x in arms if x != "ect")
    assert true["nothing"][2] > true["ssri"][2] and true["therapy"][0] > true["therapy"][1] > true["therapy"][2]
    assert true["both"][2] < true["spray"][2]


def test_an_illness_passes_and_comes_back():
    asked = study({"a": {"drug": "none"}}, n=300, natural_course="drawn", visits=["0 d", "364 d"], endpoints=["change(MADRS, 364 d)"],
                  population={"of": "mdd_adult", "n": 300, "seed": 11})  # fmt: skip
    conduct = simulate(asked).extra["conduct"]["a"]
    assert 0.35 < np.isfinite(conduct.recovered).mean() < 0.85
    assert 0.02 < np.isfinite(conduct.relapsed).mean() < 0.6


def test_a_study_of_phases_is_written_and_read_again():
    made = study({"a": {"phases": [SPRAY, {"from": "28 d", "who": "response(MADRS)", "drug": "placebo", "route": "intranasal"}],
                        "policy": [{"when": "MADRS > 20", "at": "visits", "do": "raise to 84 mg"}]}},
                 rescue={"when": "MADRS >= 30"}, randomisation={"by": ["sex"]}, visits=["0 d", "28 d", "35 d"])  # fmt: skip
    again = study_of(made.resolved())
    assert again == made and made.arms["a"].days == tuple(24.0 * d for d in (0, 7, 14, 21, 28))


PHASE = {"from": "28 d", "drug": "placebo", "route": "intranasal"}


@pytest.mark.parametrize(
    ("arm", "more", "said"),
    [
        ({"phases": [SPRAY, PHASE], "drug": "ketamine"}, {}, "no drug beside phases"),
        ({"phases": [SPRAY, PHASE | {"from": "14 d"}]}, {}, "sessions before the next phase"),
        ({"phases": [PHASE]}, {}, "a first phase from day 0"),
        ({"phases": [SPRAY, PHASE | {"who": "respons(MADRS)"}]}, {}, "a state: one of response, remission"),
        ({"phases": [SPRAY, PHASE | {"whom": "x"}]}, {}, "one of the keys"),
        (SPRAY | {"policy": [{"when": "MADRS > 20", "do": "raise to 1 mg/kg"}]}, {}, "a dose in the arm's own unit: mg"),
        (SPRAY | {"policy": [{"when": "MADRS > 20", "at": "session", "do": "stop"}]}, {}, "one of sessions, visits"),
        (SPRAY | {"beside": ["escitalopran"]}, {}, "Did you mean 'escitalopram'"),
        ({"drug": "escitalopram", "dose": "10 mg"}, {}, "given as usual"),
        (SPRAY, {"rescue": {"when": "MADRS > 20", "gives": "ketamine"}}, "a treatment: one of none"),
        (SPRAY, {"randomisation": {"ratio": {"b": 2}}}, "one of the arms: a"),
        (SPRAY, {"natural_course": "some"}, "natural_course"),
    ],
)
def test_what_is_refused(arm, more, said):
    with pytest.raises(InputError, match=said):
        study({"a": arm}, **more)
