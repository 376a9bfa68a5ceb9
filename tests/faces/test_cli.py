"""The command line: what it prints, what it writes, how it exits."""

import csv
import json
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from resynapse.faces import report
from resynapse.faces.cli import main
from resynapse.study import load_study

STUDY = """\
question: Does one infusion help?
population: {of: trd_adult, n: 6, seed: 7}
arms:
  control: {drug: midazolam}
  ketamine: {drug: ketamine, dose: 0.5 mg/kg, route: iv, over: 40 min}
control: control
visits: [0 d, 4 h, 1 d]
endpoints: [change(MADRS, 1 d), response(MADRS, 1 d), peak(ketamine)]
"""
FILES = ["effect_sizes.csv", "events.parquet", "methods.md", "observations.parquet", "patients.parquet", "provenance.json"]
FILES += ["report.html", "session.csv", "session_minutes.csv", "study.yaml", "summary.csv"]


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run a command in an empty folder; -> (exit code, standard output, error output)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.yaml").write_text(STUDY)

    def run(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        told = [line for line in err.splitlines(keepends=True) if not line.startswith("Compiling")]     # on a machine's first run
        return stopped.value.code or 0, out, "".join(told)

    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three finished runs: a, its repetition b, and c with another seed and more people."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "one.yaml").write_text(STUDY)
    with pytest.MonkeyPatch.context() as patch:
        for name, more in (("a", []), ("b", []), ("c", ["--seed", "8", "--n", "9"])):
            with pytest.raises(SystemExit) as stopped:
                main(["run", str(folder / "one.yaml"), "--out", str(folder / name), *more])
            assert not stopped.value.code
            patch.setattr(report, "write_run_report", lambda result, path, watched=None: path.write_text("one report is enough"))
    return folder


def test_check_says_how_exact_the_solver_is(call):
    code, out, err = call("check", "one.yaml")
    errors = dict(line.split() for line in out.splitlines() if line.startswith("  "))
    assert (code, err) == (0, "") and "6 people" in out and len(out.split()[-1]) == 64
    assert 0 < float(errors["MADRS"]) < 1e-4 and 0 < float(errors["ketamine"]) < 1e-4


def test_a_run_folder_holds_everything(runs):
    assert sorted(p.name for p in (runs / "a").iterdir()) == FILES
    assert sorted(p.name for p in runs.iterdir()) == ["a", "b", "c", "one.yaml"]


def test_the_resolved_study_reads_again(runs):
    assert load_study(runs / "a" / "study.yaml") == load_study(runs / "one.yaml")
    changed = load_study(runs / "c" / "study.yaml")
    assert (changed.n, changed.seed) == (9, 8)


def test_patients_and_observations(runs):
    people = pq.read_table(runs / "a" / "patients.parquet").to_pandas()
    assert list(people["patient"]) == list(range(6))
    assert people["age"].between(18, 64).all() and people["weight"].between(40, 180).all()
    seen = pq.read_table(runs / "a" / "observations.parquet").to_pandas()
    assert list(seen.columns) == ["patient", "arm", "time_h", "quantity", "value", "true"]
    assert set(seen["arm"]) == {"control", "ketamine"} and set(seen["time_h"]) == {0.0, 4.0, 24.0}
    scores = seen[seen["quantity"] == "MADRS"]
    assert len(scores) == 6 * 2 * 3 and (scores["value"] == scores["value"].round()).all()
    first = scores[scores["time_h"] == 0].pivot(index="patient", columns="arm", values="value")
    assert len(first) == 6


def test_events_are_doses_and_what_they_brought(runs):
    seen = pq.read_table(runs / "a" / "events.parquet").to_pandas()
    assert list(seen.columns) == ["patient", "arm", "time_h", "event", "what", "amount", "unit"]
    doses = seen[seen["event"] == "dose"]
    assert len(doses) == 6 * 2 and set(doses["what"]) == {"midazolam", "ketamine"} and set(doses["unit"]) == {"mg/kg"}
    assert set(seen["event"]) <= {"dose", "side_effect"}


def test_the_summary_agrees_with_the_observations(runs):
    seen = pq.read_table(runs / "a" / "observations.parquet").to_pandas()
    scores = seen[(seen["quantity"] == "MADRS") & (seen["arm"] == "ketamine")].pivot(index="patient", columns="time_h", values="value")
    with (runs / "a" / "summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    row = next(r for r in rows if r["endpoint"] == "change(MADRS, 1 d)" and r["arm"] == "ketamine" and not r["against"])
    assert float(row["value"]) == pytest.approx((scores[24.0] - scores[0.0]).mean())
    assert {(r["arm"], r["against"]) for r in rows} == {("control", ""), ("ketamine", ""), ("ketamine", "control")}


def test_provenance_and_methods(runs):
    facts = [json.loads((runs / name / "provenance.json").read_text()) for name in "abc"]
    assert facts[0]["digest"] == facts[1]["digest"] != facts[2]["digest"]
    assert facts[0]["model_hash"] == facts[2]["model_hash"]
    assert facts[0]["seed"] == 7 and facts[0]["versions"]["numba"] and facts[0]["command"][0] == "resynapse"
    text = (runs / "a" / "methods.md").read_text()
    assert "6 virtual people" in text and "ketamine 0.5 mg/kg intravenously over 40 min on day 0" in text
    assert "## Sources" in text and "not a medical device" in text


def test_a_run_prints_a_short_summary(call, monkeypatch):
    monkeypatch.setattr(report, "write_run_report", lambda result, path, watched=None: path.write_text("one report is enough"))
    code, out, err = call("run", "one.yaml", "--n", 3)
    assert (code, err) == (0, "")
    assert out.startswith("Does one infusion help?\n") and "3 virtual people" in out
    assert "ketamine - control" in out and "Report: runs/one/report.html" in out


def test_diff(call, runs):
    code, out, _ = call("diff", runs / "a", runs / "b")
    assert code == 0 and "The same results, digit for digit." in out and "the same study" in out
    code, out, _ = call("diff", runs / "a", runs / "c")
    assert code == 0 and "-  seed: 7" in out and "ketamine - control" in out and "digest" in out
    assert call("diff", runs / "a", runs)[0] == 2
    (runs / "b" / "summary.csv").write_text("endpoint,arm\nx,y\n")
    assert call("diff", runs / "a", runs / "b")[0] == 2


BAD = [
    ("dose: 0.5 mg/kg", "dose: -0.5 mg/kg", "one.yaml:5 arms.ketamine.dose: read '-0.5 mg/kg'; expected a dose from 0"),
    (" dose: 0.5 mg/kg,", "", "arms.ketamine.dose: read 'nothing'"),
    ("0.5 mg/kg", "0.5 mgkg", "did you mean 'mg/kg'?"),
    ("route: iv", "route: ivv", "Did you mean 'iv'?"),
    (", over: 40 min", "", "arms.ketamine.over: read 'nothing'; expected how long the infusion takes"),
    ("[0 d, 4 h, 1 d]", "[0 d, 1 d, 4 h]", "visits that go forward"),
    ("[0 d, 4 h, 1 d]", "[]", "read 'no visits'"),
    ("seed: 7", "seed: 7, where: {weight: 5 kg}", "expected a weight from 30 to 250 kg"),
    ("seed: 7", "seed: 7, where: {weight: 500 kg}", "expected a weight from 30 to 250 kg"),
    ("seed: 7", "seed: 7, where: {severity: [0, 5]}", "one.yaml"),
    ("n: 6", "n: .nan", "read 'nan'"),
    ("n: 6", "n: 6, n: 7", "the key 'n' a second time"),
    ("over: 40 min", "over: 40 min, interventions: [{time: 1 h, state: serverity, set: 1}]", "one.yaml"),
]


@pytest.mark.parametrize(("old", "new", "said"), BAD, ids=[new[:30] or old for old, new, _ in BAD])
def test_bad_studies_exit_with_2_and_write_nothing(call, tmp_path, old, new, said):
    assert old in STUDY
    (tmp_path / "one.yaml").write_text(STUDY.replace(old, new))
    code, out, err = call("run", "one.yaml", "--out", "result")
    assert (code, out) == (2, "")
    assert err.startswith("Error: one.yaml") and err.count("\n") == 1 and said in err
    assert [p.name for p in tmp_path.iterdir()] == ["one.yaml"]


def test_an_unwritable_folder_exits_with_2(call, tmp_path):
    code, out, err = call("run", "one.yaml", "--out", "one.yaml/below")
    assert (code, out) == (2, "") and err.startswith("Error: --out: ")
    assert call("run", "one.yaml", "--out", ".")[0] == 2
    assert call("run", "one.yaml", "--n", "0")[0] == 2
    assert call("run", "two.yaml")[2] == "Error: two.yaml: read 'two.yaml'; expected a file that is there. Did you mean 'one.yaml'?\n"
    assert [p.name for p in tmp_path.iterdir()] == ["one.yaml"]


def test_a_fault_of_ours_exits_with_1_and_writes_nothing(call, tmp_path, monkeypatch):
    from resynapse.study import simulate

    def broken(study, progress):
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr(simulate, "simulate", broken)
    code, _, err = call("run", "one.yaml")
    assert code == 1 and "ZeroDivisionError: by accident" in err and "Traceback" not in err
    assert not list((tmp_path / "runs").iterdir())
    monkeypatch.setenv("RESYNAPSE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["run", "one.yaml"])


def test_describe(call):
    code, out, _ = call("describe")
    assert code == 0 and "receptor" in out and "from dose to symptom" in out
    code, out, _ = call("describe", "Receptor")
    assert code == 0 and "Parameters" in out and "Equations" in out and "def interneuron_block" in out and "@quantity" not in out
    assert "Did you mean 'receptor'?" in call("describe", "recepter")[2]
    assert "ampa" in call("describe", "--cuts")[1]
    assert call("describe", "--species", "cat")[0] == 2


def test_the_flow_is_drawn(call, tmp_path):
    assert "glutamate -> plasticity" in call("describe")[1]
    assert call("describe", "--flow", "flow.svg")[0] == 0
    assert (tmp_path / "flow.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")
    assert call("describe", "--flow", "flow.doc")[0] == 2
    assert call("describe", "--flow", "nowhere/flow.svg")[0] == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["flow.svg", "one.yaml"]


def test_cite(call):
    code, out, _ = call("cite")
    assert code == 0 and "[ebert1997]" in out and "rest on assumptions" in out
    code, out, _ = call("cite", "--bibtex")
    assert code == 0 and out.startswith("@misc{")


def test_usage(call):
    assert call("--version")[1].startswith("resynapse ")
    assert "qualify" in call("--help")[1]
    assert call("rum", "one.yaml")[0] == 2


def test_a_real_process_says_one_line_and_exits_with_2(tmp_path):
    (tmp_path / "one.yaml").write_text(STUDY.replace("ketamine, dose", "ketamin, dose"))
    command = [sys.executable, "-m", "resynapse.faces.cli", "run", "one.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == (
        "Error: one.yaml:5 arms.ketamine.drug: read 'ketamin'; expected a drug: one of ketamine, esketamine, arketamine, midazolam,"
        " placebo, none, antidepressant, ssri, paroxetine, escitalopram, fluoxetine, sertraline, citalopram, venlafaxine, duloxetine,"
        " quetiapine, cbt, psychotherapy, ect. Did you mean 'ketamine'?\n"
    )
    assert [p.name for p in tmp_path.iterdir()] == ["one.yaml"]
