"""Power runs and qualifications are killed in the middle, with real processes; the same command goes on and ends in the same digest."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_trial import SMALL_TRIAL

EVIDENCE = Path(__file__).resolve().parents[2] / "evidence"
PROGRAM = """
import sys, time
from resynapse.faces import power, qualify
from resynapse.faces.cli import main
from resynapse.methods.qualify import Predictor
from resynapse.study import replicates
power.write_page = lambda path, *rest: path.write_text("a report")
qualify.write_report = lambda result, sources, path, *rest: path.write_text("a report")
replicates.CHUNK = 12
for maker in (Predictor, replicates.Trier):
    def counted(self, task, quick=maker.__call__, seen=[]):
        seen.append(task)
        time.sleep(60 if sys.argv[1] == "slow" and len(seen) > 2 else 0)
        with open("made.txt", "a") as file:
            file.write("one")
        return quick(self, task)
    maker.__call__ = counted
main(sys.argv[2:])
"""
CREW = ["--backend", "threads", "--workers", "1"]
POWER = ["power", "one.yaml", "--vary", "n=4,6", "--replicates", "7", "--assurance", "--out", "out"]
QUALIFY = ["qualify", "--evidence", "own.csv", "--replicates", "10", "--out", "out"]


def begun(folder: Path, speed: str, command: list[str], crew: list[str]) -> subprocess.Popen:
    words = [sys.executable, "-c", PROGRAM, speed, *command, *crew]
    return subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def done(folder: Path, command: list[str], crew: list[str]) -> str:
    """Run a command to its end and return its digest."""
    process = begun(folder, "quick", command, crew)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    return json.loads((folder / "out" / "provenance.json").read_text())["digest"]


def prepared(folder: Path) -> Path:
    """Write a trial of four blocks, and some rows of evidence of three experiments."""
    folder.mkdir()
    (folder / "one.yaml").write_text(SMALL_TRIAL)
    with (EVIDENCE / "pk.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["use"] == "predict" and row["species"] == "human" and row["route"] == "iv"]
    few = list({(row["source"], row["arm"]): row for row in rows}.values())[:4]
    with (folder / "own.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(few)
    return folder


@pytest.mark.parametrize(("command", "parts"), [(POWER, 4), (QUALIFY, 3)], ids=["power", "qualify"])
def test_killed_it_goes_on_to_the_same_digest(tmp_path, command, parts):
    reference = done(prepared(tmp_path / "whole"), command, ["--backend", "processes", "--workers", "2"])
    folder = prepared(tmp_path / "killed")
    process = begun(folder, "slow", command, CREW)
    until = time.monotonic() + 60
    while len(list(folder.glob(".out.parts/*/*.json"))) < 2:
        assert process.poll() is None and time.monotonic() < until, process.stderr and process.stderr.read()
        time.sleep(0.05)
    process.kill()
    process.communicate()
    assert not (folder / "out").exists() and (folder / "made.txt").read_text() == "oneone"
    assert done(folder, command, CREW) == reference
    assert (folder / "made.txt").read_text() == "one" * parts
    assert sorted(path.name for path in folder.iterdir()) == ["made.txt", "one.yaml", "out", "own.csv"]
