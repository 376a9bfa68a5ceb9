"""A trial with everything that can happen in one, from its file to its folder; whole and in parts."""

import pyarrow.parquet as pq
import pytest

from resynapse.faces import report
from resynapse.faces.large_run import Order, run_in_parts
from resynapse.faces.running import run_at_once
from resynapse.study import study_of_text

STUDY = """\
question: Does a folder hold what happened?
population: {of: trd_adult, n: 26, seed: 7}
arms:
  later:
    phases:
      - {drug: placebo, route: intranasal, days: [0, 4], blinding: open}
      - {from: 7 d, who: no remission(MADRS), drug: esketamine, dose: 56 mg, route: intranasal, days: [0, 3]}
  spray: {drug: esketamine, dose: 56 mg, route: intranasal, days: [0, 4, 7, 10], policy: [{when: MADRS >= 20, at: [7], do: raise to 84 mg}]}
  tablets: {drug: ssri, beside: {cbt: {from: 3 d}}}
control: later
blinding: inactive
randomisation: {blocks: 1, by: [sex]}
dropout: {at_random: 60 %, sees: now}
adherence: 70 %
rescue: {when: MADRS >= 34, from: 7 d, gives: ect}
natural_course: drawn
visits: [0 d, 7 d, 14 d]
endpoints: [change(MADRS, 14 d), response(MADRS, 14 d), incidence(nausea), count(sessions)]
"""




@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trial") / "run"
    return run_at_once(study_of_text(STUDY), folder, None), folder


def test_tables_tell_what_happened_to_whom(run):
    result, folder = run
    held = pq.read_table(folder / "events.parquet").to_pandas()
    arm_of = {int(p): name for name in result.arms for p in result.people(name).people}
    assert set(held["patient"]) <= set(arm_of) and all(arm_of[p] == arm for p, arm in zip(held["patient"], held["arm"], strict=True))
    assert {"dose", "missed", "rescued", "left"} <= set(held["event"])
    doses = held[held["event"] == "dose"]
    later = doses[doses["arm"] == "later"]
    assert set(later[later["time_h"] < 168]["what"]) == {"placebo"} and set(later[later["time_h"] >= 168]["what"]) == {"esketamine"}
    assert set(doses[doses["arm"] == "spray"]["amount"]) == {56.0, 84.0}
    left = held[held["event"] == "left"]
    seen = pq.read_table(folder / "observations.parquet").to_pandas()
    last = seen[(seen["time_h"] == 336) & (seen["quantity"] == "MADRS")].set_index("patient")["value"]
    assert last[left["patient"]].isna().all() and last.drop(left["patient"]).notna().all()


def test_the_report_and_the_methods_tell_the_design(run):
    _, folder = run
    assert "Everybody got one arm" in (folder / "report.html").read_text()
    methods = (folder / "methods.md").read_text()
    assert "permuted blocks of 3 (1 : 1 : 1) within strata of sex" in methods and "ssri, with cbt" in methods


def test_in_parts_it_is_the_same_trial(run, tmp_path, monkeypatch):
    whole, folder = run
    monkeypatch.setattr(report, "write_run_report", lambda result, path, watched=None: path.write_text("a report"))
    parts = run_in_parts(study_of_text(STUDY + "keep: visits\n"), tmp_path / "run", Order(part=9), [], lambda *_: None)
    assert parts.digest == whole.digest
    assert (tmp_path / "run" / "summary.csv").read_text() == (folder / "summary.csv").read_text()
    order, text = ["patient", "time_h", "event", "what"], {"arm": str, "event": str, "what": str, "unit": str}
    tables = [pq.read_table(f / "events.parquet").to_pandas().astype(text) for f in (folder, tmp_path / "run")]
    one, other = (t[t["event"] != "side_effect"].sort_values(order, ignore_index=True) for t in tables)
    assert one.equals(other)
