"""Eligibility of one person: decisions by the rules, people like this, errors by line."""

import pytest

from resynapse.notation import InputError
from resynapse.study.eligibility import eligible

KNOWN = """drug: esketamine
age: 46
sex: female
weight: 78 kg
madrs: 36
diagnosis: trd
failed_antidepressants: 3
psychotic_features: no
psychiatric_assessment: yes
baseline_rating: yes
treatment_history: yes
aneurysmal_vascular_disease: no
arteriovenous_malformation: no
intracerebral_haemorrhage: no
hypersensitivity: no
hepatic: normal
certified_setting: yes
enrolled: yes
observer_present: yes
since_food: 3 h
since_drink: 45 min
sbp: 128 mmHg
dbp: 80 mmHg
hypertension: no
"""


def judged(tmp_path, text=KNOWN, rules=None):
    (tmp_path / "anna.yaml").write_text(text, encoding="utf-8")
    return eligible(tmp_path / "anna.yaml", rules, n=60)


def test_a_person_of_whom_all_is_known(tmp_path):
    found = judged(tmp_path)
    assert (found.course.decision, found.today.decision) == ("allowed", "allowed")
    assert found.schedule.startswith("56, 84, 84 mg") and found.notes == () and "research" in found.disclaimer
    expected = {x.what: x for x in (*found.benefit, *found.burden)}
    fall = expected["change of the MADRS at day 28"]
    assert fall.low < fall.value < fall.high and fall.value < -5
    assert expected["response at day 28"].value > expected["response at day 28, with placebo spray or infusion"].value
    assert expected["hours of observation"].value >= 16
    assert all(0 <= x.low <= x.value <= x.high <= 1 for x in expected.values() if x.unit == "fraction")


def test_missing_data_are_never_allowed(tmp_path):
    found = judged(tmp_path, KNOWN.replace("hypersensitivity: no\n", "").replace("sbp: 128 mmHg\n", "").replace("weight: 78 kg\n", ""))
    assert found.course.reason == "cannot be judged: needs hypersensitivity"
    assert found.today.reason == "cannot be judged: needs sbp"
    assert found.benefit and "weight is not given" in found.notes[0]


def test_a_refused_course_is_not_forecast(tmp_path):
    found = judged(tmp_path, KNOWN.replace("aneurysmal_vascular_disease: no", "aneurysmal_vascular_disease: yes"))
    assert found.course.decision == "refuse" and "aneurysmal" in found.course.reason
    assert found.benefit == () and "refuse" in found.notes[0]


def test_high_pressure_holds_the_dose_and_not_the_course(tmp_path):
    found = judged(tmp_path, KNOWN.replace("128 mmHg", "152 mmHg"))
    assert (found.course.decision, found.today.decision) == ("allowed", "hold")


def test_the_start_is_lower_at_65_and_over(tmp_path):
    assert judged(tmp_path, KNOWN.replace("age: 46", "age: 70")).schedule.startswith("28, 56, 84 mg")


def test_a_clinics_own_rules(tmp_path):
    rule = "{text: T., source: assumed, stage: before_dose, does: hold, field: sbp, above: 120 mmHg}"
    (tmp_path / "own.yaml").write_text(f"rules:\n  r:\n    {rule}\n")
    assert judged(tmp_path, rules=tmp_path / "own.yaml").today.decision == "hold"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [("78 kg", "78", 4, "with its unit"), ("sex: female", "sexx: female", 3, "Did you mean 'sex'?"),
     ("age: 46", "age: 460", 2, "between 0 and 120"),
     ("drug: esketamine", "drug: esketamin", 1, "Did you mean 'esketamine'?"), ("hepatic: normal", "hepatic: fine", 16, "child_pugh_a")],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_line(tmp_path, old, new, line, said):
    with pytest.raises(InputError) as told:
        judged(tmp_path, KNOWN.replace(old, new))
    assert f"anna.yaml:{line}" in str(told.value) and said in str(told.value)
