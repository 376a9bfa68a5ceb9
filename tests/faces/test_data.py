"""`resynapse run STUDY --data FILE`: the check reaches the folder, and bad tables stop the run before it starts."""

import csv

import pytest

from resynapse.faces import cli

STUDY = """\
question: Does the model expect these concentrations?
population: {of: healthy_adult, n: 20, seed: 7}
arms:
  a: {drug: esketamine, dose: 10 mg, route: iv, over: 30 min}
visits: [0 h, 10 h]
endpoints: [cmax(s_ketamine)]
disposition: otto2021
"""
DATA = "ID TIME AMT RATE DV WT\n" + "".join(f"{i} 0 10 20 . 70\n{i} 0.5 0 0 {50 + i} 70\n{i} 2 0 0 {14 + i / 4} 70\n" for i in range(1, 9))


@pytest.fixture
def run(tmp_path, capsys):
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")

    def go(data):
        (tmp_path / "data.csv").write_text(data, encoding="utf-8")
        with pytest.raises(SystemExit) as ended:
            cli.main(["run", str(tmp_path / "study.yaml"), "--data", str(tmp_path / "data.csv"), "--out", str(tmp_path / "out")])
        return ended.value.code, capsys.readouterr().err, tmp_path / "out"

    return go


def test_the_check_stands_in_the_folder_and_in_the_report(run):
    code, said, folder = run(DATA)
    assert not code, said
    rows = list(csv.DictReader((folder / "predictive_check.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 6 and {r["time_h"] for r in rows} == {"0.5", "2"}
    assert all(float(r["low"]) <= float(r["median"]) <= float(r["high"]) for r in rows)
    assert "predictive check against data" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_bad_table_stops_the_run_before_anything_is_written(run):
    code, said, folder = run(DATA.replace("54 70", "5x 70"))
    assert code == 2 and "column DV: read '5x'" in said and "data.csv:12" in said
    assert not folder.exists()
