"""A large run in parts, with real processes: the same result from any split, resumed after any stop, nothing lost, nothing mixed in."""

import contextlib
import csv
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from resynapse.engine.executor import Crew
from resynapse.faces import large_run, report
from resynapse.faces.large_run import Order, run_in_parts
from resynapse.notation import InputError
from resynapse.study import study_of_text
from resynapse.study.parts import Maker, Part, store_of

STUDY = """\
question: Do twelve people in parts give what they give together?
population: {{of: trd_adult, n: {n}, seed: 7}}
arms:
  control: {{drug: midazolam}}
  ketamine: {{drug: ketamine, dose: 0.5 mg/kg, route: iv, over: 40 min}}
control: control
visits: [0 d, 1 d, 7 d]
keep: {keep}
endpoints: [change(MADRS, 7 d), response(MADRS, 1 d), median(MADRS, 1 d), peak(ketamine)]
"""


@pytest.fixture(autouse=True)
def short_report(monkeypatch):
    """Reports are tested elsewhere."""
    monkeypatch.setattr(report, "write_run_report", lambda result, path, watched=None: path.write_text("a report"))


FOURS = Order(part=4)


def run(folder: Path, n: int = 12, keep: str = "endpoints", order: Order = FOURS):
    return run_in_parts(study_of_text(STUDY.format(n=n, keep=keep)), folder, order, [], lambda *_: None)


def facts(folder: Path) -> tuple[str, str]:
    """Return the digest and the summary of a run folder."""
    return json.loads((folder / "provenance.json").read_text())["digest"], (folder / "summary.csv").read_text()


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "whole"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "write_run_report", lambda result, path, watched=None: path.write_text("a report"))
        run(folder, order=Order(part=12))
    return facts(folder)


@pytest.mark.parametrize("order", [Order(part=1), Order(part=5), Order(Crew("threads", 1), 4)], ids=["1", "5", "one thread"])
def test_any_split_and_crew_gives_the_same_bits(tmp_path, reference, order):
    run(tmp_path / "run", order=order)
    assert facts(tmp_path / "run") == reference
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_parts_are_what_the_whole_is(tmp_path):
    """All visits kept in parts: the tables, summary and digest of a run of everybody at once."""
    from resynapse.study import tables
    from resynapse.study.simulate import simulate
    from resynapse.study.summary import summary

    result = run(tmp_path / "run", keep="{what: visits, courses: 5}")
    once = simulate(result.study)
    assert once.digest == result.digest and summary(once) == summary(result)
    held = pq.read_table(tmp_path / "run" / "observations.parquet").to_pandas()
    whole, order = tables.observations(once).to_pandas(), ["patient", "arm", "time_h", "quantity"]
    text = {"arm": str, "quantity": str}
    assert held.astype(text).sort_values(order, ignore_index=True).equals(whole.astype(text).sort_values(order, ignore_index=True))
    courses = pq.read_table(tmp_path / "run" / "courses.parquet").to_pandas()
    assert set(courses["patient"]) == set(range(5)) and courses["time_h"].nunique() == len(once.arms["ketamine"].times)
    assert set(pq.read_table(tmp_path / "run" / "patients.parquet").column("patient").to_pylist()) == set(range(12))


def test_endpoints_alone_are_kept_where_no_more_is_asked(tmp_path):
    run(tmp_path / "run")
    assert {p.name for p in (tmp_path / "run").glob("*.parquet")} == {"endpoints.parquet", "patients.parquet"}
    table = pq.read_table(tmp_path / "run" / "endpoints.parquet").to_pandas()
    assert list(table.columns) == ["patient", "arm", "change(MADRS, 7 d)", "response(MADRS, 1 d)", "median(MADRS, 1 d)", "peak(ketamine)"]
    rows = list(csv.DictReader((tmp_path / "run" / "summary.csv").read_text().splitlines()))
    one = next(r for r in rows if r["endpoint"] == "change(MADRS, 7 d)" and r["arm"] == "ketamine" and not r["against"])
    assert float(one["value"]) == pytest.approx(table[table["arm"] == "ketamine"]["change(MADRS, 7 d)"].mean())


# ---- real processes that are stopped
def started(folder: Path, script: str, n: int = 12, limit: int | None = None) -> subprocess.Popen:
    """Start a run in a process of its own; script: what is changed before it begins."""
    (folder / "one.yaml").write_text(STUDY.format(n=n, keep="endpoints"))
    program = f"""
import signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite that a shell runs in the background hands down "ignored"
from resynapse.faces import report
from resynapse.faces.cli import main
from resynapse.study import parts
report.write_run_report = lambda result, path, watched=None: path.write_text("a report")
{script}
main(["run", "one.yaml", "--out", "run", "--part", "4", "--backend", "threads", "--workers", "1"])
"""
    bound = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) if limit else None
    command, quiet = [sys.executable, "-c", program], subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, stdout=quiet, text=True, preexec_fn=bound)


SLOW = """
quick = parts.Maker.__call__
def slow(self, part):
    made = quick(self, part)
    if part.first >= 4:
        time.sleep(60)
    return made
parts.Maker.__call__ = slow
"""


def finished_parts(folder: Path) -> list[Path]:
    return sorted(folder.glob(".run.parts/*/*.json"))


def until_one_part(process: subprocess.Popen, folder: Path) -> list[Path]:
    for _ in range(600):
        if found := finished_parts(folder):
            return found
        assert process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.1)
    raise AssertionError("no part was finished in a minute")


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_stopped_and_given_again_it_goes_on(tmp_path, reference, sign, code):
    process = started(tmp_path, SLOW)
    (part,) = until_one_part(process, tmp_path)
    stamp = part.stat().st_mtime_ns
    process.send_signal(sign)
    _, told = process.communicate(timeout=30)
    assert process.returncode == code and not (tmp_path / "run").exists()
    if code == 130:
        assert "1 of 3 parts are finished and kept" in told
    assert part.stat().st_mtime_ns == stamp
    made = []
    with pytest.MonkeyPatch.context() as patch:
        quick = Maker.__call__
        patch.setattr(Maker, "__call__", lambda self, part: (made.append(part.first), quick(self, part))[1])
        run(tmp_path / "run")
    assert made == [4, 8] and facts(tmp_path / "run") == reference
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.yaml", "run"]


def test_a_full_disk_is_named_and_loses_nothing(tmp_path, reference):
    """A limit on the size of files stands for the full disk: the system refuses to write on."""
    process = started(tmp_path, "", limit=1_000)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 2 and "File too large" in told and "0 of 3 parts are finished and kept" in told
    assert not (tmp_path / "run").exists() and not list(tmp_path.glob(".run.parts/*/*.part"))
    run(tmp_path / "run")
    assert facts(tmp_path / "run") == reference


def test_lost_permission_is_named_and_loses_nothing(tmp_path, reference, monkeypatch):
    """The system's own refusal, at the seam where files are opened (a superuser is refused nothing by modes)."""
    opened, forbidden = Path.open, "000000004-000000007.patients.parquet"

    def refuse(self, *args, **more):
        if forbidden in self.name and self.name.endswith(".part"):
            raise PermissionError(13, os.strerror(13), str(self))
        return opened(self, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        with pytest.raises(InputError, match=r"Permission denied.* 1 of 3 parts are finished and kept"):
            run(tmp_path / "run", order=Order(Crew("threads", 1), 4))
    assert [p.name for p in finished_parts(tmp_path)] == ["000000000-000000003.json"]
    run(tmp_path / "run")
    assert facts(tmp_path / "run") == reference


def test_another_study_is_never_mixed_in(tmp_path, reference):
    store = store_of(study_of_text(STUDY.format(n=13, keep="endpoints")), tmp_path / ".run.parts")
    store.keep("000000000-000000003", Maker(study_of_text(STUDY.format(n=13, keep="endpoints")))(Part(0, 4)))
    run(tmp_path / "run")
    assert facts(tmp_path / "run") == reference
    assert len(finished_parts(tmp_path)) == 1  # what another study has finished is left as it is


def test_a_damaged_part_is_made_again(tmp_path, reference):
    with contextlib.suppress(KeyboardInterrupt), pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_run, "whole_of", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        run(tmp_path / "run")
    first, second, third = finished_parts(tmp_path)
    table = first.with_suffix(".endpoints.parquet")
    table.write_bytes(table.read_bytes()[:-1] + b"?")
    second.write_text("{")
    run(tmp_path / "run")
    assert facts(tmp_path / "run") == reference


def test_two_at_once_are_refused(tmp_path):
    study = study_of_text(STUDY.format(n=12, keep="endpoints"))
    with store_of(study, tmp_path / ".run.parts").locked(), pytest.raises(InputError, match="in use"):
        run(tmp_path / "run")


def test_what_is_not_ours_is_refused_before_anything_is_computed(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("precious")
    with pytest.raises(InputError, match="--out"):
        run(tmp_path / "run")
    assert [p.name for p in tmp_path.iterdir()] == ["run"]
