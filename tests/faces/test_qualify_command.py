"""The qualify command: its files, its exit codes, its refusals."""

import csv
import json
from pathlib import Path

import pytest

from resynapse.faces.cli import main

EVIDENCE = Path(__file__).resolve().parents[2] / "evidence"
FILES = ["comparisons.csv", "provenance.json", "report.html", "summary.json"]
COLUMNS = (
    "id,source,area,quantity,statistic,time_h,unit,observed,observed_low,observed_high,predicted,predicted_low,predicted_high,"
    "agreement,verdict,reason"
)


def predict_rows():
    with (EVIDENCE / "pk.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["use"] == "predict"]


@pytest.fixture
def table(tmp_path):
    """Write some predict rows, changed, as a file of evidence of its own."""

    def write(*changes):
        rows = predict_rows()
        with (tmp_path / "own.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows({**rows[0], "id": f"own-{k}", **change} for k, change in enumerate(changes))
        return tmp_path / "own.csv"

    return write


@pytest.fixture
def call(capsys, tmp_path):
    def run(evidence, *more):
        with pytest.raises(SystemExit) as stopped:
            main(["qualify", "--evidence", str(evidence), "--out", str(tmp_path / "out"), *map(str, more)])
        out, err = capsys.readouterr()
        told = [line for line in err.splitlines(keepends=True) if not line.startswith("Compiling")]     # on a machine's first run
        return stopped.value.code or 0, out, "".join(told)

    return run


def test_every_predict_row_gets_a_line_and_disagreement_does_not_change_the_exit_code(call, table, tmp_path):
    known = {"quantity": "ketamine", "statistic": "cmax", "time_h": "", "unit": "ng/mL", "n": "10", "covariates": "", "control": ""}
    usual = {"drug": "ketamine", "route": "iv", "dose": "0.5", "dose_unit": "mg/kg", "duration_min": "40", "dose_days": "0"}
    wrong = {**known, **usual, "value": "99999", "spread": "", "spread_kind": ""}
    path = table(wrong, {"population": "martian_adult"}, {"drug": "aspirin"}, {"use": "context"})
    code, out, err = call(path, "--replicates", 20, "--seed", 3)
    assert (code, err) == (0, "")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == FILES
    text = (tmp_path / "out" / "comparisons.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert text.splitlines()[0] == COLUMNS
    assert [(r["id"], r["verdict"]) for r in rows] == [("own-0", "disagrees"), ("own-1", "not_simulated"), ("own-2", "not_simulated")]
    assert float(rows[0]["predicted_low"]) < float(rows[0]["predicted"]) < float(rows[0]["predicted_high"]) < 1000
    assert "martian_adult" in rows[1]["reason"] and "aspirin" in rows[2]["reason"]
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["all"]["rows"] == 3 and summary["areas"]["exposure"]["simulated"] == 1 and summary["seed"] == 3
    assert json.loads((tmp_path / "out" / "provenance.json").read_text())["digest"] == summary["digest"]
    assert "exposure" in out and out.endswith("report.html\n")


def test_ids_choose_rows_and_unknown_ones_are_refused(call, table, tmp_path):
    path = table({"drug": "aspirin"}, {"drug": "aspirin"})
    assert call(path, "--ids", "own-1")[0] == 0
    assert (tmp_path / "out" / "comparisons.csv").read_text().count("\n") == 2
    code, _, err = call(path, "--ids", "own-1,own-9")
    assert code == 2 and "own-9" in err and "Did you mean 'own-" in err


BROKEN = [({"value": "many"}, "column value: read 'many'"), ({"value": "nan"}, "column value"), ({"use": "guess"}, "column use")]


@pytest.mark.parametrize(("change", "said"), BROKEN)
def test_a_broken_file_is_refused_by_line(call, table, tmp_path, change, said):
    code, out, err = call(table({"drug": "aspirin"}, change))
    assert (code, out) == (2, "") and "own.csv, line 3, " in err and said in err
    assert not (tmp_path / "out").exists()


def test_files_that_are_not_there(call, table, tmp_path):
    assert call(tmp_path / "nowhere.csv")[0] == 2
    assert call(tmp_path)[0] == 2
    assert call(table({"drug": "aspirin"}), "--evidence", tmp_path / "sources.csv")[0] == 2
    assert call(table({"drug": "aspirin"}), "--replicates", 0)[0] == 2
    assert not (tmp_path / "out").exists()
