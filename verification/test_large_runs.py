"""Large runs on every backend, with workers that are killed on the way: the same digest, always."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

STUDY = """\
question: Does it matter who computes?
population: {of: trd_adult, n: 600, seed: 7}
arms:
  control: {drug: midazolam, days: [0, 3, 7]}
  ketamine: {drug: ketamine, dose: 0.5 mg/kg, route: iv, over: 40 min, days: [0, 3, 7]}
control: control
visits: [0 d, 1 d, 7 d, 14 d]
keep: endpoints
endpoints: [change(MADRS, 14 d), response(MADRS, 14 d), median(MADRS, 14 d), peak(ketamine)]
"""
PROGRAM = "from resynapse.faces.cli import main; main()"


def start(folder: Path, out: str, *more: str) -> subprocess.Popen:
    (folder / "one.yaml").write_text(STUDY)
    command = [sys.executable, "-c", PROGRAM, "run", "one.yaml", "--out", out, *more]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def done(process: subprocess.Popen) -> None:
    _, told = process.communicate(timeout=600)
    assert process.returncode == 0, told


def facts(folder: Path) -> tuple[str, str]:
    return json.loads((folder / "provenance.json").read_text())["digest"], (folder / "summary.csv").read_text()


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    done(start(folder, "run", "--part", "600"))
    return facts(folder / "run")


CREWS = [
    "--backend threads --workers 2 --part 7", "--backend processes --workers 2 --part 100", "--backend processes --workers 3 --part 41",
    "--backend dask --workers 1 --part 200", "--backend dask --workers 2 --part 55",
]  # fmt: skip


@pytest.mark.parametrize("crew", CREWS)
def test_every_crew_gives_the_same(tmp_path, reference, crew):
    done(start(tmp_path, "run", *crew.split()))
    assert facts(tmp_path / "run") == reference


def workers_of(process: subprocess.Popen) -> list[psutil.Process]:
    """Return the processes that were spawned to work: those that hold the solver in memory, below the command itself."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.mark.parametrize("backend", ["processes", "dask"])
def test_a_killed_worker_is_replaced(tmp_path, reference, backend):
    process = start(tmp_path, "run", "--backend", backend, "--workers", "2", "--part", "10")
    while not list(tmp_path.glob(".run.parts/*/*.json")):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    victim = workers_of(process)[0]
    os.kill(victim.pid, signal.SIGKILL)
    assert process.poll() is None, "the run was over before a worker was killed"
    done(process)
    assert facts(tmp_path / "run") == reference


def test_killed_again_and_again(tmp_path, reference):
    """Kill -9 of the whole run, three times, each time on another backend with another number of workers; then to the end."""
    kept = 0
    for crew in (("threads", "1"), ("processes", "2"), ("threads", "2")):
        process = start(tmp_path, "run", "--backend", crew[0], "--workers", crew[1], "--part", "20")
        while len(list(tmp_path.glob(".run.parts/*/*.json"))) < kept + 3:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.02)
        children = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        psutil.wait_procs(children, timeout=30)
        now = len(list(tmp_path.glob(".run.parts/*/*.json")))
        assert kept + 3 <= now < 30
        kept = now
    done(start(tmp_path, "run", "--part", "20"))
    assert facts(tmp_path / "run") == reference
    rows = list(csv.DictReader((tmp_path / "run" / "summary.csv").read_text().splitlines()))
    assert {r["n"] for r in rows if not r["against"]} == {"600"}


@pytest.mark.skipif(os.geteuid() != 0 or not sys.platform.startswith("linux"), reason="a small file system of its own needs root on Linux")
def test_a_disk_that_is_really_full(tmp_path, reference):
    """A file system of 300 kB fills up in the middle; with room, the same command goes on."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        process = start(tmp_path, "disk/run", "--part", "60", "--backend", "threads", "--workers", "1")
        _, told = process.communicate(timeout=300)
        finished = len(list(disk.glob(".run.parts/*/*.json")))
        assert process.returncode == 2 and "No space left on device" in told and f"{finished} of 10 parts are finished and kept" in told
        assert 0 < finished < 10 and not (disk / "run").exists()
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        done(start(tmp_path, "disk/run", "--part", "60"))
        assert facts(disk / "run") == reference
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        process = start(tmp_path, "disk/run2", "--part", "60")
        _, told = process.communicate(timeout=300)
        assert process.returncode == 2 and "Read-only file system" in told
    finally:
        subprocess.run(["umount", str(disk)], check=True)
