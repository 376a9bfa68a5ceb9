"""Tables of records: what is read, what is refused and where; the predictive check recovers its own simulation."""

import numpy as np
import pytest

from resynapse.notation import InputError
from resynapse.study import study_of_text
from resynapse.study.nonmem import read_nonmem, table_of_text
from resynapse.study.predictive import vpc
from resynapse.study.simulate import simulate

GOOD = """\
ID,TIME,AMT,RATE,EVID,CMT,DV,WT,AGE,SEX
1,0,35,52.5,1,1,.,70,30,1
1,0.5,.,.,0,1,60.2,70,30,1
1,0.5,.,.,0,2,20,70,30,1
1,24,35,52.5,1,1,.,70,30,1
1,24.5,.,.,0,1,64,70,30,1
2,0,40,60,1,1,.,80,41,0
2,1,.,.,0,1,55,80,41,0
"""
BAD = [
    ("1,0.5,.,.,0,1,60.2", "1,0.5,.,.,0,1,abc", "data:3 column DV: read 'abc'; expected a number"),
    ("1,0.5,.,.,0,1,60.2", "1,-1,.,.,0,1,60.2", "data:3 column TIME: read '-1'"),
    ("1,24.5,.,.,0,1,64", "1,0.1,.,.,0,1,64", "data:6 column TIME: read '0.1'; expected times that do not go back"),
    ("1,24,35,52.5,1", "1,24,0,52.5,1", "data:5 column AMT: read '0'; expected an amount above 0"),
    ("1,0.5,.,.,0,2,20", "1,0.5,3,.,0,2,20", "data:4 column AMT: read '3'; expected no amount"),
    ("1,0.5,.,.,0,2,20", "1,0.5,.,.,7,2,20", "data:4 column EVID: read '7'; expected one of 0, 1, 2, 3, 4"),
    ("2,0,40,60,1", "2,0,40,-2,1", "data:7 column RATE: read '-2'"),
    ("2,1,.,.,0,1,55,80", "1,25,.,.,0,1,55,80", "data:8 column ID: read '1'; expected all records of a person together"),
    ("2,1,.,.,0,1,55,80", "2,1,.,.,0,1,55,8000", "data:8 column WT: read '8000'"),
    ("2,1,.,.,0,1,55,80,41,0", "2,1,.,.,0,1,55,80,41", "data:8: read '9 values'; expected 10"),
    ("ID,TIME", "NR,TIME", "a column ID"),
    ("RATE", "AMT", "the column AMT twice"),
    ("1,0.5,.,.,0,1,60.2", "1,0.5,.,.,0,1,-2", "a concentration of 0 or more, in ng/mL and not its logarithm"),
    ("1,0.5,.,.,0,1,60.2", "1,0.5,.,.,0,1,1e400", "a finite number"),
    (GOOD, "ID,TIME,DV\n", "a header alone"),
    (GOOD, "", "an empty file"),
    (GOOD, "ID TIME AMT DV\n1 0 5 .\n", "no concentration"),
]


def test_a_table_is_read():
    table = table_of_text(GOOD)
    assert list(table.ids) == [1, 2] and list(table.person) == [0] * 5 + [1] * 2
    assert list(np.flatnonzero(table.is_dose)) == [0, 3, 5] and table.is_sample.sum() == 4
    assert list(table.first("WT")) == [70, 80] and list(table.first("SEX")) == [1, 0]
    assert list(table.analyte[table.is_sample]) == [1, 2, 1, 1]


def test_white_space_comments_and_missing_evid():
    table = table_of_text("# made by hand\nid time amt dv\n1 0 35 .\n1 1 . 30\n1 2 . NA\n")
    assert list(table["EVID"]) == [1, 0, 0] and table.is_sample.sum() == 1
    assert list(table.line) == [3, 4, 5]


@pytest.mark.parametrize(("old", "new", "said"), BAD)
def test_a_bad_table_is_refused_by_row_and_column(old, new, said):
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        table_of_text(GOOD.replace(old, new, 1))
    assert said in str(caught.value)


def test_a_file_that_is_missing_or_not_text(tmp_path):
    with pytest.raises(InputError, match="a file that is there"):
        read_nonmem(tmp_path / "none.csv")
    (tmp_path / "x.csv").write_bytes(b"ID,TIME,DV\n\xff\xfe,1,2\n")
    with pytest.raises(InputError, match="not UTF-8"):
        read_nonmem(tmp_path / "x.csv")


TEXT = """\
question: Does the model predict its own simulation?
population: {of: healthy_adult, n: 24, seed: 7}
arms:
  a: {drug: esketamine, dose: 28 mg, route: intranasal}
visits: [0 h, 24 h]
sampling: {times: [15 min, 30 min, 1 h, 2 h, 4 h, 8 h]}
endpoints: [cmax(s_ketamine), cmax(s_norketamine)]
"""
TIMES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


def simulated(seed):
    study = study_of_text(TEXT.replace("seed: 7", f"seed: {seed}"))
    result = simulate(study)
    arm, weight = result.arms["a"], result.cohort.covariates["weight"]
    out = ["ID,TIME,AMT,EVID,CMT,DV,WT"]
    for i in range(24):
        out.append(f"{i + 1},0,28,1,1,.,{weight[i]:.2f}")
        for t in TIMES:
            at = int(np.argmin(abs(arm.times - t)))
            for number, quantity in ((1, "s_ketamine"), (2, "s_norketamine")):
                out.append(f"{i + 1},{t},.,0,{number},{arm.measured[quantity][i, at]:.4f},{weight[i]:.2f}")
    return study, "\n".join(out)


def test_the_check_passes_on_its_own_simulation_and_fails_on_a_wrong_one():
    study, text = simulated(101)
    done = vpc(study, table_of_text(text), copies=60)
    assert list(done) == ["s_ketamine", "s_norketamine"]
    for quantity, one in done.items():
        assert (one.quantity, one.unit, one.copies) == (quantity, "ng/mL", 60)
        assert list(one.middle) == list(TIMES) and list(one.count) == [24] * 6
        assert one.inside > 0.8 and one.hits > 0.8
        assert np.all(np.diff(one.bands, axis=1) >= 0) and np.all(np.diff(one.percentiles, axis=0) >= 0)
    wrong = table_of_text(text.replace(",28,1,1", ",112,1,1"))
    assert vpc(study, wrong, copies=20)["s_ketamine"].hits < 0.4
    again = vpc(study, table_of_text(text), copies=60)["s_ketamine"]
    assert np.array_equal(again.bands, done["s_ketamine"].bands)


def test_published_models_and_infusions_are_checked_too():
    text = TEXT.replace("28 mg, route: intranasal", "10 mg, route: iv, over: 30 min") + "disposition: otto2021\n"
    data = "ID TIME AMT RATE EVID II ADDL DV WT\n1 0 10 20 1 24 1 . 68\n1 0.5 . . 0 . . 56 68\n1 24.5 . . 0 . . 57 68\n"
    done = vpc(study_of_text(text), table_of_text(data), copies=50)["s_ketamine"]
    assert done.bands[1, 1] == pytest.approx([51, 51.5], rel=0.15)  # both doses arrive; the second meets a little of the first
    with pytest.raises(InputError, match="as many plasma quantities"):
        three = data + "1 25 . . 0 . . 5 68\n"
        rows = [line + f" {k}" for k, line in zip(("CMT", 1, 1, 2, 3), three.splitlines(), strict=True)]
        vpc(study_of_text(text), table_of_text("\n".join(rows)), copies=2)


def test_the_arm_has_to_be_told_where_several_differ():
    text = TEXT.replace("visits", "  b: {drug: ketamine, dose: 28 mg, route: im}\nvisits")
    with pytest.raises(InputError, match="the arm whose drug and route the data had"):
        vpc(study_of_text(text), table_of_text(GOOD), copies=2)
    assert "s_ketamine" in vpc(study_of_text(text), table_of_text(GOOD), copies=2, arm="b")
