"""`resynapse eligible`: what it prints, and how it ends."""

import pytest

from resynapse.faces.cli import main

KNOWN = "age: 46\nsex: female\nweight: 78 kg\nmadrs: 36\ndiagnosis: trd\nfailed_antidepressants: 3\nsbp: 152 mmHg\ndbp: 80 mmHg\n"


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as end:
        main(["eligible", *map(str, arguments)])
    told = capsys.readouterr()
    return end.value.code, told.out, told.err


def test_criteria_forecast_and_disclaimer(tmp_path, capsys):
    (tmp_path / "anna.yaml").write_text(KNOWN, encoding="utf-8")
    code, out, err = call(capsys, tmp_path / "anna.yaml", "--n", 50)
    assert (code, err) == (0, "")
    assert "Course: CANNOT BE JUDGED: needs psychotic_features" in out
    assert "Next dose: HOLD: Withhold the dose while systolic pressure" in out and "[janssen_cv2023]" in out
    assert "response at day 28" in out and "hours of observation" in out and "research use only" in out
    assert "allowed" not in out.lower()


def test_a_refused_person_gets_no_forecast(tmp_path, capsys):
    (tmp_path / "ben.yaml").write_text(KNOWN + "hypersensitivity: yes\n", encoding="utf-8")
    code, out, _ = call(capsys, tmp_path / "ben.yaml")
    assert code == 0 and "Course: REFUSE: Contraindicated with hypersensitivity" in out and "response at day 28" not in out


@pytest.mark.parametrize(("text", "said"), [(KNOWN.replace("152 mmHg", "152"), "anna.yaml:7"), (KNOWN + "spb: 1\n", "anna.yaml:9")])
def test_a_wrong_file_ends_with_2(tmp_path, capsys, text, said):
    (tmp_path / "anna.yaml").write_text(text, encoding="utf-8")
    code, out, err = call(capsys, tmp_path / "anna.yaml")
    assert code == 2 and said in err and out == ""


def test_a_wrong_rule_file_ends_with_2(tmp_path, capsys):
    (tmp_path / "anna.yaml").write_text(KNOWN, encoding="utf-8")
    rule = "{text: T., source: assumed, stage: before_dose, does: hold, field: sbp, above: 140}"
    (tmp_path / "own.yaml").write_text(f"rules:\n  r: {rule}\n", encoding="utf-8")
    code, _, err = call(capsys, tmp_path / "anna.yaml", "--rules", tmp_path / "own.yaml")
    assert code == 2 and "own.yaml:2" in err and "with its unit" in err
