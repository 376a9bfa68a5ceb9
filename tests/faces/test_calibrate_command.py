"""The calibrate command: its files, that qualify takes them, its refusals."""

import csv
import json
from pathlib import Path

import pytest

from resynapse.faces.cli import main

FEW = ("modasava2019", "shao2021", "phoumthipphavong2016")
EVIDENCE = Path(__file__).resolve().parents[2] / "evidence"


@pytest.fixture
def few(tmp_path):
    """A folder of evidence with the rows on mice; those of one source are turned into recalled ones."""
    with (EVIDENCE / "mechanism.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["use"] == "predict" and r["statistic"] != "direction"]
    chosen = [{**r, "access": "recalled"} if r["source"] == "modasava2019" else r for r in rows if r["source"] in FEW][-24:]
    folder = tmp_path / "few"
    folder.mkdir()
    with (folder / "mechanism.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(chosen[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(chosen)
    (folder / "sources.csv").write_bytes((EVIDENCE / "sources.csv").read_bytes())
    return folder


@pytest.fixture
def call(capsys):
    def run(*words):
        with pytest.raises(SystemExit) as stopped:
            main([str(w) for w in words])
        out, err = capsys.readouterr()
        return stopped.value.code or 0, out, err

    return run


def test_a_fit_is_written_and_judged_by_strangers(call, few, tmp_path):
    code, out, _ = call("calibrate", "--evidence", few, "--out", tmp_path / "fit", "--quick", "--stage", "mechanism")
    assert code == 0 and "mpfc_k_pot" in out and "least effective sample size" in out
    path = next(p for p in (tmp_path / "fit").glob("????-??-??.json"))
    fit = json.loads(path.read_text(encoding="utf-8"))
    assert "modasava2019" not in json.dumps(json.loads(path.with_suffix(".unseen.json").read_text(encoding="utf-8")))
    assert not any(i for i in fit["recipe"]["stages"]["mechanism"]["rows"] if i in recalled(few))
    with (tmp_path / "fit" / "numbers.csv").open(encoding="utf-8", newline="") as file:
        assert {r["number"] for r in csv.DictReader(file)} == set(fit["numbers"])
    code, out, _ = call(
        "qualify", "--evidence", few, "--out", tmp_path / "judged", "--fit", f"{path} without trial", "--replicates", 10
    )
    assert code == 0
    told = json.loads((tmp_path / "judged" / "summary.json").read_text(encoding="utf-8"))
    assert told["fit"] == fit["date"] and "trial" in told["without"]


def recalled(folder):
    with (folder / "mechanism.csv").open(encoding="utf-8", newline="") as file:
        return {r["id"] for r in csv.DictReader(file) if r["access"] == "recalled"}


def test_what_cannot_be_fitted_is_refused(call, few, tmp_path):
    code, _, err = call("calibrate", "--evidence", few, "--out", tmp_path / "fit", "--stage", "mechanisms")
    assert code == 2 and "--stage" in err and "Did you mean 'mechanism'" in err and not (tmp_path / "fit").exists()
    code, _, err = call("qualify", "--evidence", few, "--out", tmp_path / "x", "--fit", "none without trial")
    assert code == 2 and "fit" in err and not (tmp_path / "x").exists()
