"""A runner's process as the contest sees it: start it, tell it to solve, measure, end it."""

import json
import os
import select
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.runners.serve import MARK

ROOT = Path(__file__).resolve().parents[2]


class RunnerError(Exception):
    """A runner ended, took too long, or could not solve."""


@dataclass
class Runner:
    """One contestant's process.  cache: the folder for everything that it compiles."""

    command: list[str]
    cache: Path
    limit: float = 1800.0  # seconds for one order, on a busy machine
    started: float = 0.0  # seconds from nothing to the first person's result
    first: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen | None = None

    def start(self) -> "Runner":
        """Start the process and wait for its first result."""
        self.cache.mkdir(parents=True, exist_ok=True)
        caches = {k: str(self.cache) for k in ("RESYNAPSE_CACHE", "NUMBA_CACHE_DIR", "BENCHMARK_CACHE")}
        (self.cache / "log.txt").touch()
        began = time.perf_counter()
        with (self.cache / "log.txt").open("a") as log:
            pipe, env = subprocess.PIPE, {**os.environ, **caches, "OMP_NUM_THREADS": "2"}
            self.process = subprocess.Popen(self.command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, stderr=log, bufsize=0)
        self.first = self._answer()
        self.started = time.perf_counter() - began
        return self

    def _answer(self) -> dict[str, Any]:
        assert self.process is not None and self.process.stdout is not None
        until = time.monotonic() + self.limit
        while True:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                self.process.kill()
                raise RunnerError(f"gave up after {self.limit:.0f} s")
            line = self.process.stdout.readline().decode()
            if not line:
                last = (self.cache / "log.txt").read_text(errors="replace").strip().splitlines()[-1:]
                raise RunnerError("; ".join(last) or "ended without a word")
            if line.startswith(MARK):
                told = json.loads(line[len(MARK) :])
                if "failed" in told:
                    raise RunnerError(told["failed"])
                return told

    def solve(self, n: int, rtol: float, atol: float, keep: bool = False) -> tuple[dict[str, Any], np.ndarray | None]:
        """Solve n people -> what it took, and the outputs (n, visits, outputs) if they are to be kept."""
        assert self.process is not None and self.process.stdin is not None
        path = self.cache / "out.npy"
        order = {"n": n, "rtol": rtol, "atol": atol, "save": str(path) if keep else ""}
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        told = self._answer()
        return told, np.load(path) if keep else None

    def end(self) -> None:
        """Close its input and wait; a process that stays is ended."""
        if self.process is None or self.process.stdin is None:
            return
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
