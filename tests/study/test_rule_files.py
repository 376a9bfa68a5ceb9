"""The rule files that come with the project, and a clinic's own."""

from pathlib import Path

import pytest

from resynapse.methods.evidence import load_evidence
from resynapse.methods.rules import judge_person
from resynapse.notation import InputError
from resynapse.study.rule_files import load_rules, rule_file, rules_folder

ROOT = Path(__file__).resolve().parents[2]
FIT = {
    "age": 45.0, "diagnosis": "trd", "failed_antidepressants": 3.0, "psychotic_features": "no", "psychiatric_assessment": "yes",
    "baseline_rating": "yes", "treatment_history": "yes", "aneurysmal_vascular_disease": "no", "arteriovenous_malformation": "no",
    "intracerebral_haemorrhage": "no", "hypersensitivity": "no", "hepatic": "normal", "certified_setting": "yes",
    "enrolled": "yes",
    "observer_present": "yes", "since_food": 3.0, "since_drink": 1.0, "sbp": 128.0, "dbp": 80.0,
    "slept_since_dose": "yes", "place": "clinic",
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(rules_folder().glob("*.yaml")), ids=lambda p: p.stem)
def test_every_file_reads_and_names_rows_that_exist(path):
    rows = {r.id: r for r in load_evidence(ROOT / "evidence" / "safety_symptoms.csv")}
    for rule in load_rules(path).rules:
        assert not rule.row or rows[rule.row].source == rule.source, rule.name


@pytest.mark.parametrize(
    ("change", "decision"),
    [({}, "allowed"), ({"sbp": 145.0}, "hold"), ({"sbp": 145.0, "age": 70.0}, "allowed"), ({"sbp": 155.0, "age": 70.0}, "hold"),
     ({"dbp": 95.0}, "hold"), ({"hepatic": "child_pugh_c"}, "refuse"), ({"hepatic": "child_pugh_b"}, "allowed"),
     ({"age": 17.0}, "refuse"), ({"diagnosis": "mdd"}, "refuse"), ({"failed_antidepressants": 1.0}, "refuse"),
     ({"place": "home"}, "refuse"),
     ({"diagnosis": "mdd_si", "failed_antidepressants": 0.0}, "allowed"), ({"since_food": 1.0}, "hold"),
     ({"sbp": float("nan")}, "cannot be judged")],
)  # fmt: skip
def test_the_spray_by_its_label(change, decision):
    assert judge_person(load_rules(rule_file("esketamine")).rules, FIT | change).decision == decision


def test_numbers_of_the_regimen_by_age_and_week():
    rules = load_rules(rule_file("esketamine"))
    assert [rules.number("first_dose", 0, FIT | {"age": a}) for a in (45.0, 70.0)] == [56, 28]
    assert [rules.number("sessions_per_week", 0, FIT, week) for week in (1, 4, 5, 9, 30)] == [2, 2, 1, 0.5, 0.5]
    assert rules.number("observation", 0) == 2 and rules.number("pressure_recheck", 0) == pytest.approx(2 / 3)


def test_longer_observation_is_said():
    found = judge_person(load_rules(rule_file("esketamine")).rules, FIT | {"hepatic": "child_pugh_b"})
    assert [r.name for r in found.observe_longer] == ["observe_longer_liver"]


GOOD = """rules:
  pressure:
    text: Wait.
    source: local: house rule 4
    stage: before_dose
    does: hold
    field: sbp
    above: 135 mmHg
""".replace("local: house rule 4", '"local: house rule 4"')


def test_a_clinic_puts_its_own_file_in_place(tmp_path):
    (tmp_path / "own.yaml").write_text(GOOD, encoding="utf-8")
    own = load_rules(tmp_path / "own.yaml")
    assert judge_person(own.rules, {"sbp": 138.0}).decision == "hold"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [("135 mmHg", "135 kPa", 8, "135 kPa"), ("135 mmHg", "135", 8, "with its unit"), ("field: sbp", "field: spb", 7, "Did you mean 'sbp'?"),
     ('    source: "local: house rule 4"\n', "", 2, "no source"), ("    text: Wait.", "    texts: Wait.", 3, "Did you mean 'text'?"),
     ("rules:", "rulez:", 1, "Did you mean 'rules'?")],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_line(tmp_path, old, new, line, said):
    (tmp_path / "own.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as told:
        load_rules(tmp_path / "own.yaml")
    assert f"own.yaml:{line}" in str(told.value) and said in str(told.value)


def test_a_drug_without_rules_is_refused():
    with pytest.raises(InputError, match="ketamine"):
        rule_file("ketamin")
