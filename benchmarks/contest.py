"""We and the peers, side by side: the same people, the same equations, the same achieved accuracy, in turns."""

import os
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from benchmarks import export, results
from benchmarks.problem import OUTPUTS, problem
from benchmarks.runners.process import Runner, RunnerError

TARGET = 1e-4  # largest relative error allowed on any output
FLOOR = 1e-3  # of a person's largest value: what is smaller counts as this large in a relative error
TRIED = tuple(float(f"{x:.1e}") for x in 10.0 ** np.arange(-2, -8.25, -0.5))  # relative tolerances, loosest first
SHARES = (1e-2, 1e-4)  # absolute tolerance as a share of the relative one
CHECKED, CALIBRATED, MOST, EXPORTED = 64, 32, 4096, 512  # people
OURS, AS_IT_RUNS = "Resynapse, whole system", "Resynapse, as it runs"
NO_RUNNER = "its package could not be had where this was written: the model is exported for it (model.cpp), no runner exists yet"
SLOW = {
    "diffrax Kvaerno5": "only runs when named with --only, because it compiles for over a minute for each number of people; "
    "its speed is not known: tried once by hand, 4 people took 71 s with compiling (error 1.4e-3 at rtol 1e-4), and a second "
    "call did not end in the time given"
}


@dataclass
class Contestant:
    """A peer, its process, and what was found."""

    name: str
    command: list[str]
    cores: str = "2 processes"
    runner: Runner | None = None
    cold: float = float("nan")
    rtol: float = float("nan")
    atol: float = float("nan")
    error: float = float("nan")
    n: int = 0
    memory: float = 0.0
    per_second: list[float] = field(default_factory=list)
    per_processor_second: list[float] = field(default_factory=list)
    missing: str = ""


def contestants(folder: Path, python: str) -> list[Contestant]:
    """Return everybody, with the commands that start them."""
    here, ours = Path(__file__).parent / "runners", [sys.executable, "-m", "benchmarks.runners.ours", str(MOST)]

    def peer(file: str, *more: str) -> list[str]:
        return [python, str(here / file), str(folder), *more]

    return [
        Contestant(OURS, [*ours, "whole"], "2 threads"),
        Contestant(AS_IT_RUNS, ours, "2 threads"),
        Contestant("libRoadRunner (CVODE)", peer("roadrunner_cvode.py")),
        Contestant("SciPy LSODA, solve_ivp", peer("scipy_lsoda.py", "solve_ivp")),
        Contestant("SciPy LSODA, odeint", peer("scipy_lsoda.py", "odeint")),
        Contestant("diffrax Tsit5", peer("diffrax_vmap.py", "Tsit5"), "2 threads"),
        Contestant("diffrax Kvaerno5", peer("diffrax_vmap.py", "Kvaerno5"), "2 threads"),
        Contestant("mrgsolve (LSODA)", [], missing=NO_RUNNER),
    ]


def error_of(found: np.ndarray, reference: np.ndarray) -> float:
    """Return the largest relative error over people, visits and outputs; not-a-number counts as infinite."""
    n = min(len(found), len(reference))
    size = np.abs(reference[:n])
    scale = np.maximum(size, FLOOR * size.max(axis=1, keepdims=True))
    worst = float(np.max(np.abs(found[:n] - reference[:n]) / scale))
    return worst if np.isfinite(worst) else float("inf")


def start(c: Contestant, folder: Path) -> None:
    """Start twice: with nothing compiled, then with what the first one left."""
    cache = folder / "".join(x if x.isalnum() else "_" for x in c.name)
    cold = Runner(c.command, cache)
    try:
        c.cold = cold.start().started
    finally:
        cold.end()
    c.runner = Runner(c.command, cache).start()


def solved(c: Contestant, n: int, rtol: float, atol: float) -> np.ndarray | None:
    """Return what it finds for n people; None where it cannot solve one of them.  Raises RunnerError where it has ended."""
    assert c.runner is not None
    try:
        return c.runner.solve(n, rtol, atol, keep=True)[1]
    except RunnerError:
        if c.runner.process is None or c.runner.process.poll() is not None:
            raise
        return None


def calibrate(c: Contestant, reference: np.ndarray, seconds: float) -> None:
    """Find the loosest tolerance that meets the target and solves everybody, the fastest of the shares, and how many people fill a run."""
    assert c.runner is not None
    best = (float("inf"), 0.0, 0.0, 0, float("nan"))
    people = CALIBRATED if "diffrax" not in c.name else CALIBRATED // 2
    ours = c.name in (OURS, AS_IT_RUNS)
    for share in SHARES:
        for rtol in TRIED:
            found = solved(c, people, rtol, rtol * share)
            if found is None or error_of(found, reference) > TARGET:
                continue
            took = min(c.runner.solve(people, rtol, rtol * share)[0]["processor"] / 2 for _ in range(2))  # of two free cores
            n = int(np.clip(people / took * seconds // 16 * 16, 16, MOST if ours else EXPORTED))
            everybody = solved(c, max(n, CHECKED) if ours else n, rtol, rtol * share)
            if everybody is not None:
                best = min(best, (took, rtol, rtol * share, n, error_of(everybody, reference)))
                break
    if best[1] == 0.0:
        raise RunnerError(f"no tolerance tried met {TARGET:g}")
    _, c.rtol, c.atol, c.n, c.error = best


def attempt(c: Contestant, work: str, *arguments: object) -> None:
    """Do a step for a contestant; who fails is out, with the reason."""
    if c.missing:
        return
    try:
        {"start": start, "calibrate": calibrate}[work](c, *arguments)
        print(f"{c.name}: {work}: cold {c.cold:.1f} s, rtol {c.rtol:g}, error {c.error:.1e}, {c.n} people", flush=True)
    except (RunnerError, OSError) as e:
        c.missing = f"{work}: {e}"
        print(f"{c.name}: left out: {c.missing}", flush=True)
        if c.runner:
            c.runner.end()


def reference_of(folder: Path, everybody: list[Contestant]) -> tuple[np.ndarray, float]:
    """Return SciPy's LSODA at 1e-11 for the people that are checked, and how far we, at 1e-9, are from it."""
    scipy = next(c for c in everybody if "solve_ivp" in c.name)
    one = Runner([*scipy.command[:-1], "odeint"], folder / "reference").start()
    _, reference = one.solve(CHECKED, 1e-11, 1e-14, keep=True)
    one.end()
    two = Runner(everybody[0].command, folder / "reference").start()
    _, mine = two.solve(CHECKED, 1e-9, 1e-12, keep=True)
    two.end()
    assert reference is not None and mine is not None
    return reference, error_of(mine, reference)


def rounds(everybody: list[Contestant], count: int) -> None:
    """Let everybody who is left run once per round, in turns."""
    for r in range(count):
        for c in everybody:
            if c.missing or c.runner is None:
                continue
            told, _ = c.runner.solve(c.n, c.rtol, c.atol)
            c.per_second.append(c.n / told["seconds"])
            c.per_processor_second.append(c.n / max(told["processor"], 0.01))
            c.memory = told["mb"]
        print(f"round {r + 1}: " + ", ".join(f"{c.name} {c.per_second[-1]:,.1f}/s" for c in everybody if c.per_second), flush=True)


def spread(numbers: list[float]) -> str:
    """Return the median and the range."""
    return f"{statistics.median(numbers):,.3g} ({min(numbers):,.3g}–{max(numbers):,.3g})" if numbers else "–"


def report(everybody: list[Contestant], agreement: float, count: int, sizes: tuple[int, int, int]) -> str:
    """Return this part of RESULTS.md."""
    us, there = everybody[0], [c for c in everybody if not c.missing]

    def ratio(c: Contestant, of: str) -> str:
        return "1" if c is us else spread([a / b for a, b in zip(getattr(us, of), getattr(c, of), strict=False)])

    rows = [
        (c.name, f"{spread(c.per_second)}", ratio(c, "per_second"), ratio(c, "per_processor_second"), f"{c.rtol:.0e} / {c.atol:.0e}",
         f"{c.error:.0e}", c.n, f"{c.cold:.1f}", f"{c.runner.started if c.runner else float('nan'):.1f}", f"{c.memory:,.0f}", c.cores)
        for c in there
    ]  # fmt: skip
    head = (
        "engine", "patients/s", "we are faster by", "by processor time", "rtol / atol", "error", "people",
        "cold s", "warm s", "MB", "cores",
    )  # fmt: skip
    out = [f"- {c.name}: {c.missing}" for c in everybody if c.missing] or ["- nobody"]
    versions = {k: v for c in there if c.runner for k, v in c.runner.first["versions"].items()}
    states, statements, columns = sizes
    return f"""## We and the peers

{results.machine()} Peers: {", ".join(f"{k} {v}" for k, v in sorted(versions.items()))}.

The whole human model ({states} states; {statements} statements change in time, {columns} parameters per person), people of a trial in
treatment-resistant depression, eight infusions of 40 min in 28 days, 42 visits, outputs {", ".join(OUTPUTS)}. Each engine got the
same statements, with everything that depends on parameters only computed beforehand; we are rated by the whole system too, though as it
runs, the engine leaves out what stays at zero (its own line; below 1 is faster). {count} rounds in turns; each ran at the loosest
tolerance tried (half decades; absolute tolerance a hundredth or a ten-thousandth of the relative one, the faster) that met
{TARGET:g} on {CALIBRATED} people (diffrax: {CALIBRATED // 2}) and solved everybody. Error: the largest relative error over all
outputs, visits and people (up to {CHECKED}), values below a thousandth of a person's largest counted as that large; reference: LSODA
at 1e-11, from which we, at 1e-9, differ by {agreement:.0e}. Medians and ranges; a ratio is taken within each round. Processor time leaves
out what else the machine did.
Tolerances half a decade apart leave the errors unequal, to the cost of whoever's error is far below the target (perhaps a factor of 1.3).
Few people suffice for the slow ones: cost is linear in people. Cold: from nothing to the first person's result in a new process, with
nothing compiled (not counted for the peers: exporting the model; counted for us: assembling it and drawing {MOST:,} people). Memory:
peak, summed over processes, what they share counted for each.

{results.table(head, rows)}

Left out of this run, and why:

{chr(10).join(out)}
"""


def main(python: str, only: list[str], count: int, seconds: float) -> None:
    """Run the contest and write its part of RESULTS.md."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        of = problem(EXPORTED)
        export.write(of, EXPORTED, folder / "model")
        everybody = contestants(folder / "model", python)
        for c in everybody[1:]:
            if only and not any(o.lower() in c.name.lower() for o in only):
                c.missing = "not asked for"
            elif not only and c.name in SLOW:
                c.missing = SLOW[c.name]
        try:
            reference, agreement = reference_of(folder, everybody)
            print(f"reference: {CHECKED} people; we at 1e-9 differ by {agreement:.1e}", flush=True)
            for c in everybody:
                attempt(c, "start", folder)
                attempt(c, "calibrate", reference, seconds)
            rounds(everybody, count)
            model = export.flat(of.system)
            text = report(everybody, agreement, count, (len(model.states), len(model.slopes), len(model.columns)))
        finally:
            for c in everybody:
                if c.runner:
                    c.runner.end()
    results.write("peers", text)
    print(text if os.environ.get("BENCHMARK_PRINT") else "", flush=True)
