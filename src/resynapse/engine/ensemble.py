"""Ensemble: one system compiled once, run for any number of patients, values, events, visits and outputs."""

import functools
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from resynapse.engine.compiled import Compiled, Starts
from resynapse.engine.fold import evaluate, need
from resynapse.engine.lower import Lowered, lower
from resynapse.engine.schedule import Schedule
from resynapse.engine.solution import CAUSES, DEFAULT_ATOL, Settings, Solution, SolverFailure, State
from resynapse.engine.still import quiet_names, still, without
from resynapse.engine.tables import DONE, Array, Course, Patients
from resynapse.notation import InputError, System, units

LANES = (1, 4, 8, 16)
COMPILING = threading.Lock()  # runs on several threads wait for one compilation
WORTH = 1e6  # hours of patients from which on a run is compiled without what stays at zero in it
Names = frozenset[str]


@functools.lru_cache(maxsize=16)
def _shelf(low: Lowered, lanes: int) -> tuple[dict[Names, Compiled], dict[Names, float], dict[Names, Names]]:
    """Return what has been compiled of a system, and how it was used: the same for all ensembles of a process."""
    return {}, {}, {}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True, eq=False, repr=False)
class Ensemble:
    """A system with its solver.  The first run compiles it, or loads what an earlier one has compiled."""

    system: System
    low: Lowered
    lanes: int
    tell: Callable[[str], None]
    kept: dict[Names, Compiled]  # by what is left out
    worked: dict[Names, float]  # hours of patients, by what was at zero
    stays: dict[Names, Names]  # what stays at zero, by what was

    @staticmethod
    @functools.lru_cache(maxsize=32)
    def of(system: System, lanes: int = 8, tell: Callable[[str], None] = _say) -> "Ensemble":
        """Prepare a system.  lanes: 1, 4, 8 or 16, the same bits come out; tell: where the message of a cold compile goes.

        The same arguments give the same ensemble, which is prepared once.
        """
        if lanes not in LANES:
            raise InputError("lanes", lanes, f"one of {LANES}")
        low = lower(system)
        return Ensemble(system, low, lanes, tell, *_shelf(low, lanes))

    @property
    def machine(self) -> Compiled:
        """The whole system, compiled."""
        return self._compiled(frozenset())

    def _compiled(self, zero: frozenset[str]) -> Compiled:
        """Return the system without what stays at zero, compiled."""
        with COMPILING:
            if zero not in self.kept:
                self.kept[zero] = Compiled.of(without(self.low, zero) if zero else self.low, self.lanes, self.tell)
            return self.kept[zero]

    def _machine(self, quiet: frozenset[str], hours: float) -> Compiled:
        """Return what runs best for so many hours of patients, of whom none is given these names.  The same bits come out."""
        self.worked[quiet] = self.worked.get(quiet, 0.0) + hours
        if self.worked[quiet] < WORTH:
            return self.machine
        if quiet not in self.stays:
            self.stays[quiet] = still(self.low, quiet)
        return self._compiled(self.stays[quiet])

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
        self._check(outputs)
        inside = self._internal(values, n)
        wanted = [o for o in outputs if o in dict(self.low.derived)]
        env = evaluate(need(self.low.derived, {*wanted, *(name for name, _ in self.low.needed)}), inside)
        events = schedule.following(begin, start.running if start else None)
        starts = self._starts(n, env, start)
        quiet = quiet_names(self.low, (starts.states, starts.reset, starts.inputs), events)
        machine = self._machine(quiet, n * (times[-1] - begin))
        course = self._course(machine.low, times, begin, outputs, settings)
        patients = machine.solve(env, starts, events, course, settings)
        solution = self._solution(machine.low, patients, course, outputs, env, events)
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

    def _check(self, outputs: Sequence[str]) -> None:
        """Refuse what cannot be observed."""
        constant = [name for name, _ in self.low.derived if name in self.system.units]
        readable = {*self.low.states, *self.low.quantities, *self.low.inputs, *constant}
        for o in outputs:
            if o not in readable:
                raise InputError("outputs", o, "a state, a quantity or an input", sorted(readable))

    def _starts(self, n: int, env: Mapping[str, Any], start: State | None) -> Starts:
        """Return where everybody begins."""
        system, factor, inputs = self.system, units.factor, len(self.low.inputs)
        reset, levels = np.empty((n, len(system.states))), np.zeros((n, 3 * inputs))
        for i, (name, value) in enumerate(system.states.items()):
            reset[:, i] = env[value] if isinstance(value, str) else value * factor(system.units[name])
        bad = np.argwhere(~np.isfinite(reset))
        if bad.size:
            who, state = bad[0]
            raise InputError(f"start of '{self.low.states[state]}', patient {who}", float(reset[who, state]), "values that give a number")
        levels[:, :inputs] = [i.start * factor(i.unit) for i in system.inputs.values()]
        if start is None:
            return Starts(self.low.states, reset, reset, levels)
        if start.states.shape != reset.shape:
            raise InputError("start", f"shape {start.states.shape}", f"the state of {n} patients of this system, shape {reset.shape}")
        return Starts(self.low.states, start.states, reset, start.inputs)

    def _course(self, low: Lowered, times: Array, begin: float, outputs: Sequence[str], settings: Settings) -> Course:
        """Return what is the same for all patients; outputs that are constant, or at zero throughout, are left out."""
        at = {name: i for i, name in enumerate((*low.states, *low.quantities, *low.inputs))}
        chosen = np.array([at[o] for o in outputs if o in at], np.int64)
        atol = np.array([self.system.atol.get(s, DEFAULT_ATOL) for s in low.states]) * (settings.atol / DEFAULT_ATOL)
        return Course(times, chosen, atol, settings.rtol, begin, settings.first_step, settings.largest_step, settings.max_steps)

    def _solution(
        self, low: Lowered, d: Patients, course: Course, outputs: Sequence[str], env: Mapping[str, Any], events: Schedule
    ) -> Solution:
        n, times = len(d.ended), course.visits
        moving, values, j = {*low.states, *low.quantities, *low.inputs}, {}, 0
        failed = np.flatnonzero(d.ended[:, 1] != DONE)
        for o in outputs:
            factor = units.factor(self.system.units[o])
            if o in moving:
                values[o] = d.out[:, j] / factor
                j += 1
            else:
                values[o] = np.broadcast_to(np.reshape(env.get(o, 0.0), (-1, 1)) / factor, (n, times.size)).copy()
                values[o][failed] = np.nan
        ns, ni = len(low.states), len(low.inputs)
        states, levels = np.zeros((n, len(self.low.states))), d.end[:, ns:].copy()
        states[:, [self.low.states.index(s) for s in low.states]] = d.end[:, :ns]
        states[failed] = levels[failed] = np.nan
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
