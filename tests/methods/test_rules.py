"""Rules: read by line, strongest decision first, missing data never allowed, one function for one person and for many."""

import numpy as np
import pytest

from resynapse.methods.rules import DECISIONS, judge_people, judge_person, person_of, read_rule
from resynapse.notation import InputError


def where(*way):
    return "file:7 " + ".".join(map(str, ("rules", "r", *way)))


def made(change=None, **body):
    body = {"text": "Say so.", "source": "assumed", "stage": "before_dose", "does": "hold", "field": "sbp", "above": "140 mmHg"} | body
    return read_rule("r", {k: v for k, v in (body | (change or {})).items() if v is not None}, where, ("label2020",))


HIGH = made()
NEVER = made(does="refuse", field="aneurysmal_vascular_disease", above=None, **{"is": "yes"})
OLD = made(above="150 mmHg", only={"age": [66, 120]})
WELL = {"sbp": 120.0, "aneurysmal_vascular_disease": "no"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"above": "140 mg"}, "140 mg"),
        ({"above": 140}, "with its unit"),
        ({"above": "high"}, "high"),
        ({"source": None}, "no source"),
        ({"source": "  "}, "no source"),
        ({"source": "label202"}, "Did you mean 'label2020'?"),
        ({"text": None}, "no text"),
        ({"field": "spb"}, "Did you mean 'sbp'?"),
        ({"abov": "3"}, "Did you mean 'above'?"),
        ({"does": "stop"}, "refuse, hold"),
        ({"stage": "later"}, "before_dose"),
        ({"below": "3 mmHg"}, "above, below"),
        ({"above": None}, "no comparison"),
        ({"above": None, "is": "yes"}, "is a number"),
        ({"only": {"wight": [1, 2]}}, "weight"),
        ({"only": {"age": [3, 2]}}, "low and high"),
        ({"does": "set", "sets": "obs", "value": "2 h"}, "observation"),
        ({"does": "set", "sets": "observation", "value": "2 mg"}, "2 mg"),
        ({"does": "set", "sets": "observation"}, "nothing"),
        ({"does": "set", "sets": "observation", "value": "2 h", "weeks": [4, 1]}, "first and the last week"),
    ],
)
def test_a_wrong_rule_is_refused_by_line(change, said):
    with pytest.raises(InputError) as told:
        made(change)
    assert "file:7" in str(told.value) and said in str(told.value)


def test_a_rule_that_is_no_mapping_is_refused():
    with pytest.raises(InputError, match="file:7"):
        read_rule("r", "observe", where)


def test_a_house_rule_names_itself_as_source():
    assert made(source="local: our protocol").source == "local: our protocol"


@pytest.mark.parametrize(
    ("person", "decision"),
    [
        (WELL, "allowed"),
        (WELL | {"sbp": 150.0}, "hold"),
        (WELL | {"sbp": 140.0}, "allowed"),
        (WELL | {"sbp": 150.0, "aneurysmal_vascular_disease": "yes"}, "refuse"),
        ({"aneurysmal_vascular_disease": "no"}, "cannot be judged"),
        ({"sbp": 120.0, "aneurysmal_vascular_disease": ""}, "cannot be judged"),
        ({"sbp": float("nan"), "aneurysmal_vascular_disease": "no"}, "cannot be judged"),
        ({}, "cannot be judged"),
        ({"sbp": 150.0}, "hold"),
        ({"aneurysmal_vascular_disease": "yes"}, "refuse"),
    ],
)
def test_the_strongest_decision_stands(person, decision):
    found = judge_person([HIGH, NEVER], person)
    assert found.decision == decision
    assert (found.decision == "allowed") <= (not found.missing)


def test_the_reason_is_the_rule_or_what_is_missing():
    assert judge_person([HIGH, NEVER], WELL | {"sbp": 150.0}).reason == "Say so. [assumed]"
    assert judge_person([HIGH, NEVER], {"sbp": 100.0}).reason == "cannot be judged: needs aneurysmal_vascular_disease"


def test_a_rule_for_some_asks_who_somebody_is():
    assert judge_person([OLD], {"sbp": 160.0, "age": 70.0}).decision == "hold"
    assert judge_person([OLD], {"sbp": 160.0, "age": 65.5}).decision == "allowed"
    assert judge_person([OLD], {"sbp": 160.0}).missing == ("age",)
    assert judge_person([OLD], {"sbp": 130.0}).decision == "allowed"  # whatever the age
    assert judge_person([OLD], {"age": 40.0}).decision == "allowed"  # whatever the pressure


def test_many_are_judged_as_one_is():
    rng = np.random.default_rng(1)
    rules = [HIGH, NEVER, OLD]
    columns = {
        "sbp": np.where(rng.random(80) < 0.2, np.nan, rng.normal(140, 15, 80)),
        "age": np.where(rng.random(80) < 0.2, np.nan, rng.uniform(20, 90, 80)),
        "aneurysmal_vascular_disease": rng.choice(np.array(["yes", "no", ""], object), 80),
    }
    many = [DECISIONS[c] for c in judge_people(rules, columns, 80)]
    assert many == [judge_person(rules, {k: v[i] for k, v in columns.items()}).decision for i in range(80)]
    assert set(many) == set(DECISIONS)


@pytest.mark.parametrize(
    ("field", "read", "said"),
    [("sbp", 128, "with its unit"), ("sbp", "12.8 kg", "mmHg"), ("sbp", "900 mmHg", "between 50 and 280"),
     ("sex", "woman", "female, male"), ("sbd", "1 mmHg", "Did you mean 'sbp'?"), ("hypersensitivity", 1, "yes, no")],
)  # fmt: skip
def test_a_wrong_person_is_refused_by_line(field, read, said):
    with pytest.raises(InputError) as told:
        person_of({field: read}, lambda name: f"anna.yaml:3 {name}")
    assert "anna.yaml:3" in str(told.value) and said in str(told.value)


def test_a_person_is_read_in_units_inside():
    found = person_of({"sbp": "128 mmHg", "age": 45, "since_food": "90 min", "sex": "female", "dbp": None}, lambda n: n)
    assert found == {"sbp": 128.0, "age": 45.0, "since_food": 1.5, "sex": "female"}
