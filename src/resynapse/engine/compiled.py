"""Compiled: a lowered system with its machine code, the loop that runs it, and the tables that the loop reads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from resynapse.engine import cache
from resynapse.engine.executor import Crew, execute, processors
from resynapse.engine.lower import Lowered
from resynapse.engine.machine import compile_text, load_object
from resynapse.engine.schedule import Schedule
from resynapse.engine.solution import Settings
from resynapse.engine.tables import DONE, EXPORTED, Array, Course, Patients, Plan, plan_of, working_memory

RETRY = 0.01  # factor on tolerances for a patient that failed
MESSAGE = "Compiling the solver for this machine: once, about half a minute at most."


def _texts(*files: str) -> list[str]:
    return [(Path(__file__).parent / file).read_text(encoding="utf-8") for file in files]


@dataclass(frozen=True)
class Starts:
    """Where n patients begin, for all states and inputs of the system; internal units."""

    names: tuple[str, ...]  # of the states
    states: Array  # (n, NS)
    reset: Array  # (n, NS) after a reset
    inputs: Array  # (n, 3 * NI), as in `State`

    def at(self, states: Sequence[str]) -> Array:
        """Return the columns of a choice of states."""
        return np.array([self.names.index(s) for s in states], np.int64)


@dataclass(frozen=True)
class Compiled:
    """What is solved, the loop that runs it, and the plan by which the loop finds its functions."""

    low: Lowered
    run_chunk: Any
    plan: Plan
    alive: Any  # owns the machine code

    @staticmethod
    def of(low: Lowered, lanes: int, tell: Callable[[str], None]) -> "Compiled":
        """Compile, or load what an earlier process has compiled."""
        from resynapse.engine import emit

        parts = [repr(low), str(lanes), *_texts("emit.py", "vector.py", "rodas5p.py", "tables.py", "machine.py")]
        code = cache.load_code(parts, lambda: compile_text(emit.write_model(low, lanes)))
        alive, addresses = load_object(code, EXPORTED)
        plan = plan_of(low.sizes(), lanes, addresses)
        (kernel,) = _texts("kernel.py")
        module = cache.load_module(kernel, _texts("calls.py", "tables.py"), lambda m: _touch(m, low, plan), lambda: tell(MESSAGE))
        return Compiled(low, module.run_chunk, plan, alive)

    def solve(self, env: Mapping[str, Any], starts: Starts, events: Schedule, course: Course, settings: Settings) -> Patients:
        """Run everybody; those who fail once more, tighter, from the start.  env: {column: number or (n,)}."""
        n, lanes, sizes = len(starts.states), self.plan.lanes, self.low.sizes()
        d, rows_of = self._patients(starts, events, course), self._rows(env, starts)
        threads = settings.threads or processors()
        chunk = min(settings.chunk, max(lanes, -(-n // (4 * threads))))  # a few for each thread, so that none waits long

        def run(lo: int, hi: int, how: Course) -> None:
            mine = Patients(rows_of(lo, hi), d.offset[lo : hi + 1], d.when, d.what, d.out[lo:hi], d.end[lo:hi], d.ended[lo:hi])
            self.run_chunk(0, hi - lo, *working_memory(sizes, lanes), mine, how, self.plan)

        execute(lambda lo: run(lo, min(n, lo + chunk), course), range(0, n, chunk), Crew("threads", threads))
        tighter = course._replace(rtol=course.rtol * RETRY, atol=course.atol * RETRY, first=course.first * RETRY, limit=2 * course.limit)
        for w in np.flatnonzero(d.ended[:, 1] != DONE):
            d.out[w] = np.nan
            run(int(w), int(w) + 1, tighter)
            if d.ended[w, 1] != DONE:
                d.out[w] = np.nan
        return d

    def _patients(self, starts: Starts, events: Schedule, course: Course) -> Patients:
        """Return the tables of everybody, all but the rows of what they are."""
        inputs, mine = len(self.low.inputs), starts.at(self.low.states)
        new = np.full(len(starts.names) + inputs + 1, -1)  # by old number of a state or an input; the last is that of a reset, -1
        new[mine], new[len(starts.names) : -1] = np.arange(mine.size), mine.size + np.arange(inputs)
        d = _empty(self.low, len(starts.states), (course.chosen.size, course.visits.size))
        when, what = np.stack([events.when, events.value], 1), np.stack([new[events.target], events.act], 1)
        return d._replace(offset=events.offset, when=when, what=what)

    def _rows(self, env: Mapping[str, Any], starts: Starts) -> Callable[[int, int], Array]:
        """Return a function that gives the rows of patients lo to hi: filled for a chunk at a time, they stay in the processor's cache."""
        low, mine, size = self.low, starts.at(self.low.states), self.low.sizes()
        columns = [np.asarray(env[name], float) for name in low.columns]
        begin = starts.states[:, mine], starts.reset[:, mine], starts.inputs
        parts = np.cumsum([size["NP"], size["NS"], size["NS"]])

        def rows_of(lo: int, hi: int) -> Array:
            rows = np.empty((hi - lo, parts[-1] + 3 * size["NI"]))
            for i, x in enumerate(columns):
                rows[:, i] = x[lo:hi] if x.ndim else x
            for part, x in zip(np.split(rows, parts, axis=1)[1:], begin, strict=True):
                part[:] = x[lo:hi]
            return rows

        return rows_of


def _empty(low: Lowered, n: int, shape: tuple[int, int]) -> Patients:
    """Return the tables of n patients without events and without rows; shape: (outputs, visits)."""
    s = low.sizes()
    end = np.zeros((n, s["NS"] + 3 * s["NI"]))
    offset, when, what = np.zeros(n + 1, np.int64), np.zeros((0, 2)), np.zeros((0, 2), np.int64)
    return Patients(np.zeros((0, 0)), offset, when, what, np.full((n, *shape), np.nan), end, np.zeros((n, 2), np.int64))


def _touch(module: ModuleType, low: Lowered, plan: Plan) -> None:
    """Compile the loop by a run of one patient that ends at once."""
    s, whole = low.sizes(), np.zeros(0, np.int64)
    patients = _empty(low, 1, (0, 1))._replace(rows=np.zeros((1, s["NP"] + 2 * s["NS"] + 3 * s["NI"])))
    course = Course(np.zeros(1), whole, np.zeros(len(low.states)), 1e-4, 0.0, 0.02, 1.0, 1)
    module.run_chunk(0, 1, *working_memory(s, plan.lanes), patients, course, plan)
