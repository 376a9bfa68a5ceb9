"""Speed, as a user meets it: starting, the first study cold and warm, and the engine's patients per second.

`python -m benchmarks` prints one line per measurement: the best of a few, in seconds or patients per second.  Results depend on the
machine and on what else it does; compare only numbers of one machine, taken one after the other.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUDY = ROOT / "studies" / "trd_single_infusion.yaml"


def best(of: int, work: Callable[[], object]) -> float:
    """Return the shortest of several times, in seconds."""
    times = []
    for _ in range(of):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def line(what: str, value: float, unit: str) -> None:
    """Print one measurement."""
    print(f"{what:<58} {value:>10,.4g} {unit}", flush=True)


def python(text: str) -> None:
    """Run a text in a fresh interpreter."""
    subprocess.run([sys.executable, "-c", text], check=True)


def demo(cache: str, folder: str) -> None:
    """Run the first study in a fresh process with its own cache of compiled code."""
    out = tempfile.mkdtemp(dir=folder)
    command = [sys.executable, "-c", "from resynapse.faces.cli import main; main()", "run", str(STUDY), "--out", f"{out}/run"]
    subprocess.run(command, check=True, env={**os.environ, "RESYNAPSE_CACHE": cache}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def engine(n: int, threads: int) -> float:
    """Return patients per second: the whole model, eight infusions in 28 days, 50 visits, two outputs."""
    import numpy as np

    from resynapse.engine import Ensemble, Event, Schedule, Settings
    from resynapse.model import build

    system = build()
    ensemble = Ensemble.of(system)
    each = 0.5 * 70 / 2 / 237.73 * 1000 / (40 / 60)  # µmol/h of each enantiomer: 0.5 mg/kg, 70 kg, 40 min
    days = (0, 3, 7, 10, 14, 17, 21, 24)
    events = [Event(24 * d, f"{side}_infusion", "infuse", each, duration=40 / 60) for d in days for side in ("s", "r")]
    schedule = Schedule.of(events, n, system)
    values = {"weight": np.linspace(50, 110, n)}
    times = np.linspace(0, 672, 50)

    def run() -> None:
        ensemble.run(n, values, schedule, times, ["nmda_block", "severity"], Settings(threads=threads))

    run()
    return n / best(3, run)


def main() -> None:
    """Measure everything and print it."""
    line("import resynapse", best(5, lambda: python("import resynapse")) - best(5, lambda: python("")), "s")
    with tempfile.TemporaryDirectory() as folder:
        line("first study, 2 x 2,000 patients, nothing compiled", best(1, lambda: demo(f"{folder}/cache", folder)), "s")
        line("the same, compiled", best(3, lambda: demo(f"{folder}/cache", folder)), "s")
    for threads in sorted({1, os.cpu_count() or 1}):
        line(f"engine, whole model, 28 days, {threads} thread(s)", engine(4000, threads), "patients/s")

