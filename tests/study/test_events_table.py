"""What happened in a run, as rows."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from resynapse.methods.trial import LEFT, Conduct
from resynapse.study import study_of
from resynapse.study.events_table import events

STUDY = study_of({
    "question": "Does it help?",
    "population": {"of": "trd_adult", "n": 3, "seed": 1},
    "arms": {"ketamine": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min", "days": [0, 7], "blind": [3]}},
    "visits": ["0 d", "7 d"],
    "endpoints": ["change(MADRS, 7 d)"],
})  # fmt: skip


def rows(conduct=None, happens=None):
    arm = SimpleNamespace(name="ketamine", sessions=(0.0, 72.0, 168.0))
    people = SimpleNamespace(n=3, people=np.array([10, 11, 12]))
    extra = {"conduct": {"ketamine": conduct}} if conduct else {}
    result = SimpleNamespace(study=STUDY, arms={"ketamine": arm}, people=lambda arm: people, extra=extra)
    table = events(result, {"ketamine": happens or {}}).to_pylist()
    return [(r["patient"], r["time_h"], r["event"], r["what"], r["amount"]) for r in table]


def test_everything_as_planned():
    found = [r[:4] for r in rows() if r[0] == 11]
    assert found == [(11, 0, "dose", "ketamine"), (11, 72, "sham", ""), (11, 168, "dose", "ketamine")]


def test_departures_and_side_effects_in_the_order_of_people_and_time():
    yes, no = True, False
    conduct = replace(
        Conduct.planned(3, 2, 3),
        given=np.array([[yes, yes], [yes, no], [yes, no]]), share=np.array([[1, 0.5], [1, 1], [1, 1]]),
        held=np.array([[no] * 3, [no, no, yes], [no] * 3]), came=np.array([[yes] * 3, [yes, yes, no], [yes, no, no]]),
        stopped=np.array([np.inf, np.inf, 100.0]), left=np.array([np.inf, 170.0, np.inf]), why=np.array([0, LEFT.index("at random"), 0]),
    )  # fmt: skip
    happens = {"nausea": np.array([[no] * 3, [no] * 3, [yes, no, no]]), "any_adverse_event": np.ones((3, 3), bool)}
    found = rows(conduct, happens)
    assert [(p, t) for p, t, *_ in found] == sorted((p, t) for p, t, *_ in found)
    assert (10, 168.0, "dose", "ketamine", 0.25) in found
    assert {r[2] for r in found if r[0] == 11} == {"dose", "sham", "held", "left"}
    assert (11, 170.0, "left", "at random") in {r[:4] for r in found}
    last = {r[1:4] for r in found if r[0] == 12}
    assert last == {(0, "dose", "ketamine"), (0, "side_effect", "nausea"), (72, "missed", ""), (100, "stopped", "")}
