"""Tables of patients: what is read, and what is refused by row and column."""

import re

import pytest

from resynapse.notation import InputError
from resynapse.study.patient_table import patients_of_text

HEAD = "ID,TIME,EVID,DRUG,ROUTE,AMT,UNIT,DUR,DVID,DV,AGE,SEX,WT\n"
GOOD = """1,0,0,,,,,,MADRS,34,44,F,
1,0,1,ketamine,iv,0.5,mg/kg,40,,,44,F,
1,24,0,,,,,,MADRS,15,,,
1,168,1,ketamine,iv,0.5,mg/kg,40,,,44,F,
"""


def test_doses_scores_and_traits_are_read():
    (one,) = patients_of_text(HEAD + GOOD)
    assert [d.time for d in one.doses] == [0, 168] and one.doses[0].over == pytest.approx(2 / 3)
    assert one.traits == {"age": 44.0, "female": 1.0} and one.now == 24 and one.baseline("MADRS") == 34
    assert one.baseline("PHQ9") is None and one.population == "trd_adult" and one.blinding == "open"


def test_dates_with_a_zone_become_hours_from_the_first_dose():
    text = HEAD + "x,2026-03-01T09:00+01:00,0,,,,,,PHQ9,18,,,\nx,2026-03-01T10:00+01:00,1,placebo,iv,,,,,,,,\n"
    text += "x,2026-03-02T09:00+00:00,0,,,,,,PHQ9,12,,,\n"
    (one,) = patients_of_text(text)
    assert [s.time for s in one.seen] == [-1.0, 24.0] and one.origin is not None and one.baseline("PHQ9") == 18


def test_an_observation_without_a_value_is_a_planned_visit():
    (one,) = patients_of_text(HEAD + GOOD + "1,336,0,,,,,,MADRS,.,,,\n")
    assert one.visits == (336.0,) and one.now == 24


@pytest.mark.parametrize(("rows", "where", "what"), [
    ("1,24,0,,,,,,MADRS,15,,,\n1,0,0,,,,,,MADRS,30,,,\n", ":3 column TIME", "do not go back"),
    ("1,0,1,ketamine,iv,,mg/kg,40,,,,,\n", ":2 column AMT", "an amount above 0"),
    ("1,0,0,,,,,,MADRAS,30,,,\n", ":2 column DVID", "Did you mean 'MADRS'?"),
    ("1,0,0,,,,,,item:MADRS_10,7,,,\n", ":2 column DV", "a score of item:MADRS_10, 0 to 6"),
    ("1,0,0,,,,,,MADRS,61,,,\n", ":2 column DV", "0 to 60"),
    ("1,0,0,,,,,,MADRS,-1,,,\n", ":2 column DV", "0 to 60"),
    ("1,0,0,,,,,,MADRS,30.5,,,\n", ":2 column DV", "steps of 1"),
    ("1,0,0,,,,,,MADRS,30,,,\n1,0,0,,,,,,MADRS,31,,,\n", ":3 column TIME", "stands in line 2"),
    ("1,0,1,ketamine,im,30,mg,,,,,,\n1,72,1,ketamine,im,0.5,mg/kg,,,,,,\n", ":3 column UNIT", "mixed units"),
    ("1,2026-03-01T09:00,0,,,,,,MADRS,30,,,\n", ":2 column TIME", "no zone"),
    ("1,2026-03-01,0,,,,,,MADRS,30,,,\n", ":2 column TIME", "no zone"),
    ("1,0,0,,,,,,MADRS,30,,,\n1,2026-03-01T09:00Z,0,,,,,,MADRS,30,,,\n", ":3 column TIME", "one kind in a table"),
    ("1,soon,0,,,,,,MADRS,30,,,\n", ":2 column TIME", "date-time"),
    ("1,0,1,ketamin,iv,0.5,mg/kg,40,,,,,\n", ":2 column DRUG", "Did you mean 'ketamine'?"),
    ("1,0,1,ketamine,nose,50,mg,,,,,,\n", ":2 column ROUTE", "one of iv"),
    ("1,0,1,ketamine,iv,0.5,g,40,,,,,\n", ":2 column UNIT", "mg/kg"),
    ("1,0,1,ketamine,iv,0.5,mg/kg,,,,,,\n", ":2 column DUR", "minutes of the infusion"),
    ("1,0,3,,,,,,MADRS,30,,,\n", ":2 column EVID", "0 (observation) or 1 (dose)"),
    ("1,0,0,,,,,,MADRS,30,44,,\n1,24,0,,,,,,MADRS,30,45,,\n", ":3 column AGE", "one value for each person"),
    ("1,0,0,,,,,,MADRS,30,440,,\n", ":2 column AGE", "12 to 110"),
    ("1,0,0,,,,,,MADRS,30,,Q,\n", ":2 column SEX", "one of F, M"),
    ("1,0,0,,,,,,MADRS,30,,,\n2,0,0,,,,,,MADRS,30,,,\n1,24,0,,,,,,MADRS,30,,,\n", ":4 column ID", "together"),
    ("1,0,0,,,,,,MADRS,thirty,,,\n", ":2 column DV", "a number"),
    ("1,0,0,,,,,,ketamine,-3,,,\n", ":2 column DV", "0 or more"),
    ("1,0,0,,,,,,MADRS,30\n", ":2", "13, one for each column"),
])  # fmt: skip
def test_bad_rows_are_refused_by_row_and_column(rows, where, what):
    with pytest.raises(InputError, match=re.escape(what)) as refused:
        patients_of_text(HEAD + rows, "t.csv")
    assert refused.value.where == f"t.csv{where}"


def test_a_misspelt_column_is_refused_and_others_are_left_alone():
    with pytest.raises(InputError, match="FAILED_TRIALS"):
        patients_of_text("ID,TIME,EVID,DVID,DV,FAILED_TRAILS\n1,0,0,MADRS,30,2\n")
    assert len(patients_of_text("ID,TIME,EVID,DVID,DV,CLINIC\n1,0,0,MADRS,30,north\n")) == 1


def test_a_table_without_what_it_needs_is_refused():
    with pytest.raises(InputError, match="a column DVID"):
        patients_of_text("ID,TIME,EVID,DV\n1,0,0,3\n")
    with pytest.raises(InputError, match="an empty file"):
        patients_of_text("")
