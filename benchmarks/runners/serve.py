"""The talk between the contest and a runner: one JSON line each way.  Needs numpy only, because peers live in environments of their own."""

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

MARK = "@@"
Solve = Callable[[int, float, float], np.ndarray]


def peak_mb() -> float:
    """Return the peak memory of this process and its children, MB (what they share counts for each)."""
    total = 0
    for pid in [os.getpid(), *(c.pid for c in multiprocessing.active_children())]:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return total / 1024


def processor_seconds() -> float:
    """Return the processor time of this process and its children so far: other work on the machine does not count."""
    total = 0
    for pid in [os.getpid(), *(c.pid for c in multiprocessing.active_children())]:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def say(**what: object) -> None:
    """Tell the contest."""
    print(MARK + json.dumps(what), flush=True)


def serve(solve: Solve, versions: dict[str, str]) -> None:
    """Solve one person, then obey until the input ends.  solve(n, rtol, atol) -> (n, visits, outputs), internal units."""
    solve(1, 1e-4, 1e-6)
    say(ready=True, versions=versions, mb=peak_mb())
    for line in sys.stdin:
        order = json.loads(line)
        try:
            used, began = processor_seconds(), time.perf_counter()
            out = solve(order["n"], order["rtol"], order["atol"])
            seconds = time.perf_counter() - began
        except Exception as e:  # whatever a peer throws is its result, not ours
            say(failed=f"{type(e).__name__}: {str(e)[:200]}")
            continue
        if order.get("save"):
            np.save(order["save"], out)
        say(seconds=seconds, processor=processor_seconds() - used, mb=peak_mb())


def halves(n: int, parts: int = 2) -> list[np.ndarray]:
    """Split people among processors."""
    return [x for x in np.array_split(np.arange(n), parts) if x.size]
