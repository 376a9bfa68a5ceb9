"""The power command and the replicates of a run: what is written, and what is refused."""

import csv
import json

import pyarrow.parquet as pq
import pytest
from small_trial import SMALL_TRIAL

from resynapse.faces.cli import main
from resynapse.faces.power import sizes_of
from resynapse.notation import InputError


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.yaml").write_text(SMALL_TRIAL, encoding="utf-8")

    def run(*words):
        with pytest.raises(SystemExit) as stopped:
            main([*map(str, words)])
        return stopped.value.code or 0, *capsys.readouterr()

    return run


def test_a_power_curve_is_a_folder_of_its_own(call, tmp_path):
    code, out, _ = call("power", "one.yaml", "--vary", "n=4,8", "--replicates", "4", "--assurance", "--out", "p")
    assert code == 0 and "4 trials at every size" in out
    names = ["power.csv", "provenance.json", "replicates.parquet", "report.html", "study.yaml"]
    assert sorted(p.name for p in (tmp_path / "p").iterdir()) == names
    rows = list(csv.DictReader((tmp_path / "p" / "power.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["n"] for row in rows] == ["4", "8"] and all(0 <= float(row["assurance"]) <= 1 for row in rows)
    table = pq.read_table(tmp_path / "p" / "replicates.parquet")
    assert table.num_rows == 2 * 3 * 4 and set(table["kind"].to_pylist()) == {"drug", "drug without effect", "between studies"}
    page = (tmp_path / "p" / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2 and "Type I error" in page and "<script" not in page
    assert json.loads((tmp_path / "p" / "provenance.json").read_text())["kind"] == "power"


def test_a_run_with_replicates_shows_them(call, tmp_path):
    code, out, _ = call("run", "one.yaml", "--replicates", "3", "--out", "r")
    assert code == 0 and "3 trials of 6 in each arm" in out
    assert {"operating.csv", "replicates.parquet"} <= {p.name for p in (tmp_path / "r").iterdir()}
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert 'href="#repeated"' in page and "3 whole trials of 6 people in each arm" in page
    assert "replicates: 3" in (tmp_path / "r" / "study.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["n", "n=", "n=a,b", "n=40,20", "n=1,5", "m=20", "dose=1,2", "n=20,20"])
def test_sizes_that_cannot_be_read_are_refused(text):
    with pytest.raises(InputError, match="--vary"):
        sizes_of(text)


def test_refusals_leave_nothing(call, tmp_path):
    code, _, err = call("power", "one.yaml", "--vary", "weeks=1,2", "--out", "p")
    assert code == 2 and "--vary: read 'weeks=1,2'" in err and not (tmp_path / "p").exists()
    (tmp_path / "two.yaml").write_text(SMALL_TRIAL.replace("control: control\n", ""), encoding="utf-8")
    code, _, err = call("power", "two.yaml", "--replicates", "2", "--out", "p")
    assert code == 2 and "a study with a `control:` arm" in err and not (tmp_path / "p").exists()
