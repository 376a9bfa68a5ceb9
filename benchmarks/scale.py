"""How cost grows: patients, weeks, cores; the whole human model, dosed twice weekly, visited daily, one call of the ensemble."""

import os
import time
from dataclasses import dataclass

import numpy as np
from benchmarks import results
from benchmarks.problem import OUTPUTS, Problem, problem

from resynapse.engine import Ensemble, Settings, self_check

QUICK, FULL = ((100, 1_000, 10_000), (4, 12)), ((100, 1_000, 10_000, 100_000), (4, 12, 26, 52))
MOST = 130_000  # people times weeks beyond the shortest: larger combinations are left out


@dataclass(frozen=True)
class Run:
    """One measurement: seconds of the call, processor seconds, steps per patient."""

    n: int
    weeks: int
    cores: int
    seconds: float
    processor: float
    steps: float


def measure(of: Problem, ensemble: Ensemble, n: int, weeks: int, cores: int) -> Run:
    """Run n people once (small numbers: the best of five)."""
    schedule, best = of.schedule(n), None
    for _ in range(5 if n <= 1_000 else 2 if n <= 10_000 else 1):
        used, began = time.process_time(), time.perf_counter()
        sol = ensemble.run(n, of.of(n), schedule, of.times, OUTPUTS, Settings(threads=cores))
        seconds, processor = time.perf_counter() - began, time.process_time() - used
        if best is None or seconds < best.seconds:
            best = Run(n, weeks, cores, seconds, processor, float(np.mean(sol.steps)))
    assert best is not None
    print(f"{n:>7,} people, {weeks:>2} weeks, {cores} core(s): {best.seconds:.3f} s, {best.n / best.seconds:,.0f} people/s", flush=True)
    return best


def report(runs: list[Run], prepared: list[str], error: dict[str, float], full: bool) -> str:
    """Return this part of RESULTS.md."""
    rows = []
    for r in runs:
        each = f"{1e6 * r.processor / r.n / r.weeks:,.1f}"
        rows.append((f"{r.n:,}", r.weeks, r.cores, f"{r.seconds:.3f}", f"{r.n / r.seconds:,.0f}", each, f"{r.steps:.0f}"))
    head = ("patients", "weeks", "cores", "seconds", "patients/s", "processor µs per patient and week", "steps per patient")
    errors = ", ".join(f"{k} {v:.0e}" for k, v in error.items())
    return f"""## How cost grows

{results.machine()}

One call of `Ensemble.run` at the default tolerances (rtol {Settings().rtol:g}, atol {Settings().atol:g}), whole human model,
0.5 mg/kg of racemate twice weekly to the end, daily visits, {len(OUTPUTS)} outputs.
Tables of people and doses are made before ({"; ".join(prepared)}). Best of five up to
1,000 people, of two up to 10,000, else one run; more than {MOST:,} people times weeks only for the shortest, and 100,000 people only on
both cores. If cost is linear, the processor time per patient and week stays the same down the table; it leaves out waiting for other
work, not what that work takes from caches and shared units. Error at these tolerances by the engine's own check (20 people, 4 weeks):
{errors}.
{"" if full else "Quick: `--full` goes to 100,000 people and 52 weeks."}
{results.table(head, rows)}
"""


def main(full: bool) -> None:
    """Measure and write this part of RESULTS.md."""
    people, lengths = FULL if full else QUICK
    runs, prepared, error = [], [], {}
    for weeks in lengths:
        most = max(n for n in people if weeks == lengths[0] or n * weeks <= MOST)
        began = time.perf_counter()
        of = problem(most, weeks, daily_only=True)
        prepared.append(f"{most:,} people, {weeks} weeks: {time.perf_counter() - began:.1f} s")
        ensemble = Ensemble.of(of.system)
        few = min(most, 20)
        error = error or self_check(ensemble, of.of(few), of.schedule(few), of.times, OUTPUTS)
        for cores in sorted({1, min(2, os.cpu_count() or 1)}):
            for n in people:
                if n <= most and (cores > 1 or n < 100_000):
                    runs.append(measure(of, ensemble, n, weeks, cores))
    results.write("scale", report(runs, prepared, error, full))
