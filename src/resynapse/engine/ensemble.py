"""Ensemble: one system compiled once, run for any number of patients, values, events, visits and outputs."""

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from resynapse.engine import cache
from resynapse.engine.executor import Crew, execute, processors
from resynapse.engine.fold import evaluate, need
from resynapse.engine.lower import Lowered, lower
from resynapse.engine.machine import compile_text, load_object
from resynapse.engine.schedule import Schedule
from resynapse.engine.solution import CAUSES, DEFAULT_ATOL, Settings, Solution, SolverFailure, State
from resynapse.engine.tables import DONE, EXPORTED, Array, Course, Patients, Plan, plan_of, working_memory
from resynapse.notation import InputError, System, units

LANES = (1, 4, 8, 16)
RETRY = 0.01  # factor on tolerances for a patient that failed


def _texts(*files: str) -> list[str]:
    return [(Path(__file__).parent / file).read_text(encoding="utf-8") for file in files]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Machine:
    """A compiled model: the loop that runs it, and the plan by which the loop finds its functions."""

    run_chunk: Any
    plan: Plan
    alive: Any  # owns the machine code


@dataclass(frozen=True, eq=False, repr=False)
class Ensemble:
    """A system with its solver.  The first run compiles it, or loads what an earlier one has compiled."""

    system: System
    low: Lowered
    lanes: int
    tell: Callable[[str], None]

    @staticmethod
    def of(system: System, lanes: int = 8, tell: Callable[[str], None] = _say) -> "Ensemble":
        """Prepare a system.  lanes: 1, 4, 8 or 16, the same bits come out; tell: where the message of a cold compile goes."""
        if lanes not in LANES:
            raise InputError("lanes", lanes, f"one of {LANES}")
        return Ensemble(system, lower(system), lanes, tell)

    @functools.cached_property
    def machine(self) -> Machine:
        """The compiled model."""
        from resynapse.engine import emit

        parts = [repr(self.low), str(self.lanes), *_texts("emit.py", "vector.py", "rodas5p.py", "tables.py", "machine.py")]
        code = cache.load_code(parts, lambda: compile_text(emit.write_model(self.low, self.lanes)))
        alive, addresses = load_object(code, EXPORTED)
        plan = plan_of(self.low.sizes(), self.lanes, addresses)
        text = "Compiling the solver for this machine: once, about half a minute at most."
        (kernel,) = _texts("kernel.py")
        module = cache.load_module(kernel, _texts("calls.py", "tables.py"), lambda m: self._touch(m, plan), lambda: self.tell(text))
        return Machine(module.run_chunk, plan, alive)

    def _touch(self, module: ModuleType, plan: Plan) -> None:
        """Compile the loop by a run of one patient that ends at once."""
        patients, whole = self._empty(1, (0, 1)), np.zeros(0, np.int64)
        course = Course(np.zeros(1), whole, np.zeros(len(self.low.states)), 1e-4, 0.0, 0.02, 1.0, 1)
        module.run_chunk(0, 1, *working_memory(self.low.sizes(), self.lanes), patients, course, plan)

    def _empty(self, n: int, shape: tuple[int, int]) -> Patients:
        """Return the tables of n patients without events; shape: (outputs, visits)."""
        s = self.low.sizes()
        rows, end = np.zeros((n, s["NP"] + 2 * s["NS"] + 3 * s["NI"])), np.zeros((n, s["NS"] + 3 * s["NI"]))
        offset, when, what = np.zeros(n + 1, np.int64), np.zeros((0, 2)), np.zeros((0, 2), np.int64)
        return Patients(rows, offset, when, what, np.full((n, *shape), np.nan), end, np.zeros((n, 2), np.int64))

    def derive(self, names: Sequence[str], values: Mapping[str, Any], n: int) -> dict[str, Array]:
        """Return quantities that depend on parameters only: {name: (n,)} in declared units."""
        known = {**dict(self.low.derived), **self.system.params}
        for name in names:
            if name not in known or name not in self.system.units:
                raise InputError("derive", name, "a quantity that depends on parameters only", [k for k in known if k in self.system.units])
        env = evaluate(need(self.low.derived, names), self._internal(values, n))
        return {name: np.broadcast_to(env[name] / units.factor(self.system.units[name]), (n,)).copy() for name in names}

    def run(
        self,
        n: int,
        values: Mapping[str, Any],
        schedule: Schedule,
        times: Any,
        outputs: Sequence[str],
        settings: Settings | None = None,
        start: State | None = None,
    ) -> Solution:
        """Solve n patients.

        values: {parameter: number or (n,) in its declared unit}, others at their declared value.  times: hours, ascending; a visit
        at an event's time is read before the event.  outputs: states, quantities, inputs.  start: the end of an earlier run; times
        stay absolute, what had begun goes on, and events of the schedule before it are left out.
        Raises InputError for what cannot be read, and SolverFailure (with all other results) unless settings.on_failure is "report".
        """
        settings = settings or Settings()
        begin = 0.0 if start is None else start.time
        times = _times(times, begin)
        if schedule.n != n:
            raise InputError("schedule", schedule.n, f"a schedule of {n} patients")
        inside = self._internal(values, n)
        wanted = [o for o in outputs if o in dict(self.low.derived)]
        env = evaluate(need(self.low.derived, {*wanted, *(name for name, _ in self.low.needed)}), inside)
        chosen = self._chosen(outputs)
        events = schedule.following(begin, start.running if start else None)
        patients = self._patients(n, env, events, start, (len(chosen), times.size))
        atol = np.array([self.system.atol.get(s, DEFAULT_ATOL) for s in self.low.states]) * (settings.atol / DEFAULT_ATOL)
        course = Course(times, chosen, atol, settings.rtol, begin, settings.first_step, settings.largest_step, settings.max_steps)
        self._solve(patients, course, settings)
        solution = self._solution(patients, course, outputs, env, events)
        if solution.failed.size and settings.on_failure == "raise":
            raise SolverFailure(self._complaint(solution, values, n), solution)
        return solution

    def _internal(self, values: Mapping[str, Any], n: int) -> dict[str, Any]:
        """Return {parameter: number or (n,)} in internal units."""
        params = self.system.params
        out: dict[str, Any] = {name: p.value * units.factor(p.unit) for name, p in params.items()}
        for name, value in values.items():
            if name not in params:
                raise InputError("values", name, "a parameter", params)
            x = np.asarray(value, float)
            if x.shape not in ((), (n,)):
                raise InputError(f"values['{name}']", f"shape {x.shape}", f"one number or {n} numbers")
            bad = np.flatnonzero(~np.isfinite(np.atleast_1d(x)))
            if bad.size:
                raise InputError(f"values['{name}'], patient {bad[0]}", float(np.atleast_1d(x)[bad[0]]), "a finite number")
            out[name] = x * units.factor(params[name].unit)
        return out

    def _chosen(self, outputs: Sequence[str]) -> Array:
        """Return the kernel's number of each output; parameter-only ones are left out."""
        readable = [*self.low.states, *self.low.quantities, *self.low.inputs]
        at = {name: i for i, name in enumerate(readable)}
        constant = [name for name, _ in self.low.derived if name in self.system.units]
        for o in outputs:
            if o not in at and o not in constant:
                raise InputError("outputs", o, "a state, a quantity or an input", [*readable, *constant])
        return np.array([at[o] for o in outputs if o in at], np.int64)

    def _patients(self, n: int, env: Mapping[str, Any], events: Schedule, start: State | None, shape: tuple[int, int]) -> Patients:
        system, factor, size = self.system, units.factor, self.low.sizes()
        d = self._empty(n, shape)
        d = d._replace(offset=events.offset, when=np.stack([events.when, events.value], 1), what=np.stack([events.target, events.act], 1))
        at = np.cumsum([size["NP"], size["NS"], size["NS"]])
        columns, begin, reset, levels = np.split(d.rows, at, axis=1)  # views
        for i, name in enumerate(self.low.columns):
            columns[:, i] = env[name]
        for i, (name, value) in enumerate(system.states.items()):
            reset[:, i] = env[value] if isinstance(value, str) else value * factor(system.units[name])
        bad = np.argwhere(~np.isfinite(reset))
        if bad.size:
            who, state = bad[0]
            raise InputError(f"start of '{self.low.states[state]}', patient {who}", float(reset[who, state]), "values that give a number")
        if start is None:
            begin[:] = reset
            levels[:, : size["NI"]] = [i.start * factor(i.unit) for i in system.inputs.values()]
        elif start.states.shape != reset.shape:
            raise InputError("start", f"shape {start.states.shape}", f"the state of {n} patients of this system, shape {reset.shape}")
        else:
            begin[:], levels[:] = start.states, start.inputs
        return d

    def _solve(self, d: Patients, course: Course, settings: Settings) -> None:
        """Run everybody; those who fail once more, tighter, from the start."""
        machine, sizes, n = self.machine, self.low.sizes(), len(d.rows)
        threads = settings.threads or processors()
        chunk = min(settings.chunk, max(self.lanes, -(-n // (4 * threads))))  # a few for each thread, so that none waits long

        def task(lo: int) -> None:
            machine.run_chunk(lo, min(n, lo + chunk), *working_memory(sizes, self.lanes), d, course, machine.plan)

        execute(task, range(0, n, chunk), Crew("threads", threads))
        tighter = course._replace(rtol=course.rtol * RETRY, atol=course.atol * RETRY, first=course.first * RETRY, limit=2 * course.limit)
        for w in np.flatnonzero(d.ended[:, 1] != DONE):
            d.out[w] = np.nan
            machine.run_chunk(w, w + 1, *working_memory(sizes, self.lanes), d, tighter, machine.plan)
            if d.ended[w, 1] != DONE:
                d.out[w] = np.nan

    def _solution(self, d: Patients, course: Course, outputs: Sequence[str], env: Mapping[str, Any], events: Schedule) -> Solution:
        n, times = len(d.rows), course.visits
        derived, values, j = dict(self.low.derived), {}, 0
        failed = np.flatnonzero(d.ended[:, 1] != DONE)
        for o in outputs:
            factor = units.factor(self.system.units[o])
            if o in derived:
                values[o] = np.broadcast_to(np.reshape(env[o], (-1, 1)) / factor, (n, times.size)).copy()
                values[o][failed] = np.nan
            else:
                values[o] = d.out[:, j] / factor
                j += 1
        d.end[failed] = np.nan
        ns, ni = len(self.low.states), len(self.system.inputs)
        states, levels = d.end[:, :ns].copy(), d.end[:, ns:].copy()
        end = State(float(times[-1]), states, levels, events.running(float(times[-1])))
        reached = levels[:, :ni] + levels[:, ni : 2 * ni]
        causes = tuple(CAUSES[int(s)] for s in d.ended[failed, 1])
        return Solution(times, values, states, reached, d.ended[:, 0].copy(), failed, causes, end)

    def _complaint(self, solution: Solution, values: Mapping[str, Any], n: int) -> str:
        """Name the patients that failed, and the first one's values."""
        w, shown = int(solution.failed[0]), ", ".join(map(str, solution.failed[:10]))
        mine = ", ".join(f"{k} = {np.broadcast_to(np.asarray(v, float), (n,))[w]:.6g}" for k, v in values.items())
        more = " …" if solution.failed.size > 10 else ""
        return (
            f"{solution.failed.size} of {n} patients could not be solved, even at a hundredth of the tolerance: {shown}{more}. "
            f"Patient {w}: {solution.causes[0]}; {mine or 'all parameters at their declared values'}."
        )


def _times(times: Any, begin: float) -> Array:
    x = np.array(times, float, ndmin=1)
    if x.ndim != 1 or x.size == 0:
        raise InputError("times", times, "at least one time in hours")
    if not np.all(np.isfinite(x)):
        raise InputError("times", float(x[~np.isfinite(x)][0]), "finite hours")
    if x[0] < begin or np.any(np.diff(x) < 0):
        raise InputError("times", f"{x[:6]}", f"ascending hours, from {begin:g} h on")
    return x
