"""Fields of the page become studies, and are refused beside the field that is wrong."""

import pytest

from resynapse.faces.explore.regimen import Asked, People, Regimen, field_errors, presets, title


def asked(people=None, **fields):
    return Asked({"A": Regimen(**fields)}, people or People(n=20))


def test_a_regimen_becomes_an_arm():
    study = asked(days="0, 3 7").study()
    arm = study.arms["A"]
    assert (arm.drug, arm.route, arm.days, arm.over) == ("ketamine", "iv", (0.0, 72.0, 168.0), pytest.approx(2 / 3))
    assert study.visits[-1] == 672.0


def test_no_treatment_and_a_spray_leave_out_what_they_do_not_take():
    both = Asked({"A": Regimen(drug="none"), "B": Regimen("esketamine", "intranasal", "56 mg", "40 min", "0")}, People(n=20)).study()
    assert both.arms["A"].days == ()
    assert both.arms["B"].over == 0.0


@pytest.mark.parametrize(
    ("fields", "field", "word"),
    [
        ({"dose": "0.5"}, "A.dose", "unit"),
        ({"dose": "-1 mg/kg"}, "A.dose", "0 to"),
        ({"days": "0, x"}, "A.days", "number"),
        ({"days": "3, 0"}, "A.days", "later"),
        ({"over": "40"}, "A.over", "unit"),
        ({"drug": "ketamin"}, "A.drug", "drug"),
        ({"route": "ear"}, "A.route", "route"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(fields, field, word):
    found = field_errors(asked(**fields))
    assert list(found) == [field]
    assert word in found[field]


@pytest.mark.parametrize(("trait", "text"), [("age", "999"), ("weight", "5"), ("severity", "80"), ("age", "old")])
def test_an_impossible_person_is_refused_beside_the_field(trait, text):
    found = field_errors(asked(People(n=20, traits={trait: text})))
    assert list(found) == [f"people.{trait}"]


def test_one_person_has_the_traits_that_were_typed():
    limits = asked(People(n=20, traits={"age": "46", "sex": "female", "weight": "78", "severity": ""})).study().population.limits
    assert limits == {"age": (46.0, 46.0), "female": (1.0, 1.0), "weight": (78.0, 78.0)}


def test_both_regimens_are_judged_each_by_itself():
    two = Asked({"A": Regimen(dose="1"), "B": Regimen(days="-1")}, People(n=20))
    assert set(field_errors(two)) == {"A.dose", "B.days"}


def test_presets_are_shipped_studies_that_the_fields_can_hold():
    found = presets()
    assert {"trd_single_infusion", "twice_weekly"} <= set(found)
    for one in found.values():
        regimens = dict(zip("ABC", one.regimens, strict=False))
        assert field_errors(Asked(regimens, People(one.population, 20), one.weeks)) == {}, one.name


def test_titles_are_short():
    assert title(Regimen(days="0, 3")) == "ketamine 0.5 mg/kg iv, 2 times"
    assert title(Regimen(drug="none")) == "no treatment"
