"""The forecast command: the folder it writes, and that nothing is left of a refused table."""

import csv
import json
from pathlib import Path

import pytest

import resynapse as rs
from resynapse.faces.cli import main
from resynapse.faces.forecast import COLUMNS

TABLE = """ID,TIME,EVID,DRUG,ROUTE,AMT,UNIT,DUR,DVID,DV,AGE,SEX,WT
a/1,0,0,,,,,,MADRS,34,44,F,70
a/1,0,1,ketamine,iv,0.5,mg/kg,40,,,,,
a/1,24,0,,,,,,MADRS,22,,,
a/1,168,1,ketamine,iv,0.5,mg/kg,40,,,,,
b,0,1,ketamine,iv,0.5,mg/kg,40,,,,,
"""


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return stopped.value.code or 0, out, err

    return run


def rows_of(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_folder_with_forecasts_what_was_learned_and_pictures(call, tmp_path):
    (tmp_path / "p.csv").write_text(TABLE)
    code, out, err = call("forecast", "p.csv", "--at", "3.5,14", "--out", "f", "--seed", "3")
    assert code == 0, err
    folder = Path("f")
    assert sorted(p.name for p in folder.iterdir()) == [
        "NOTICE.txt", "diagnostics.csv", "figures", "forecast.csv", "next_session.csv", "posterior.csv", "provenance.json", "report.html",
    ]  # fmt: skip
    made = rows_of(folder / "forecast.csv")
    assert tuple(made[0]) == COLUMNS and len(made) == 2 * 2 * 2
    assert made[0]["ID"] == "a/1" and made[0]["time_h"] == "84" and made[0]["p_response"] and not made[-1]["p_response"]
    assert sorted(p.name for p in (folder / "figures").iterdir()) == ["a_1.svg", "b.svg"]
    facts = json.loads((folder / "provenance.json").read_text())
    assert facts["kind"] == "forecast" and facts["seed"] == 3 and facts["risk"] == 0.2
    for name in ("NOTICE.txt", "report.html", "figures/b.svg", "posterior.csv", "diagnostics.csv", "next_session.csv", "provenance.json"):
        assert "esearch use only" in (folder / name).read_text(encoding="utf-8"), name
    assert "research use only" in out
    code, again, _ = call("forecast", "p.csv", "--at", "3.5,14", "--out", "g", "--seed", "3")
    assert json.loads(Path("g/provenance.json").read_text())["digest"] == facts["digest"]
    assert call("diff", "f", "g")[0] == 2  # a forecast is no run


def test_a_refused_table_leaves_nothing_behind(call, tmp_path):
    (tmp_path / "p.csv").write_text(TABLE.replace("MADRS,22", "MADRS,122"))
    code, _, err = call("forecast", "p.csv", "--at", "14", "--out", "f")
    assert code == 2 and "p.csv:4 column DV" in err and "Traceback" not in err
    assert [p.name for p in tmp_path.iterdir()] == ["p.csv"]


def test_the_same_in_python(tmp_path):
    (tmp_path / "p.csv").write_text(TABLE)
    table = rs.forecast(tmp_path / "p.csv", at=[14], seed=3)
    assert tuple(table.columns) == COLUMNS and set(table.kind) == {"observed", "true"}
