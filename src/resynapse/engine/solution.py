"""What a run gives back, and what it is asked to observe."""

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from resynapse.engine.schedule import Schedule
from resynapse.engine.tables import DONE, STEP_TOO_SMALL, TOO_MANY_STEPS, Array
from resynapse.notation import InputError

CAUSES = {DONE: "finished", TOO_MANY_STEPS: "too many steps", STEP_TOO_SMALL: "values not finite or the step shrank to nothing"}
DEFAULT_ATOL = 1e-7
"""The absolute tolerance at which a state's own tolerance is meant; both shrink together."""


@dataclass(frozen=True)
class Settings:
    """How exactly, and with how many hands.  Only rtol, atol and the steps can change a digit; chunk and threads never do."""

    rtol: float = 1e-3
    atol: float = DEFAULT_ATOL  # of states that declare none of their own
    chunk: int = 256  # patients handed to a thread at a time, at most
    threads: int | None = None  # None: one per processor
    first_step: float = 0.02  # hours; the largest step after the start and after an event
    largest_step: float = math.inf  # hours
    max_steps: int = 100_000  # per patient
    on_failure: str = "raise"  # or "report": the caller looks at Solution.failed

    def __post_init__(self) -> None:
        for name in ("rtol", "atol", "first_step", "largest_step"):
            if not getattr(self, name) > 0:
                raise InputError(f"settings.{name}", getattr(self, name), "a number above 0")
        for name in ("chunk", "threads", "max_steps"):
            number = getattr(self, name)
            if number is not None and (not isinstance(number, int) or number < 1):
                raise InputError(f"settings.{name}", number, "a whole number of at least 1")
        if self.on_failure not in ("raise", "report"):
            raise InputError("settings.on_failure", self.on_failure, "raise or report", ("raise", "report"))


@dataclass(frozen=True)
class State:
    """Where n patients stand at a time, so that a run can go on from there.  Internal units."""

    time: float
    states: Array  # (n, NS)
    inputs: Array  # (n, 3 * NI) level without infusions; sum of running rates; number of running infusions
    running: Schedule  # ends of the infusions that are under way

    def take(self, patients: Array) -> "State":
        """Return the state of a choice of patients."""
        return State(self.time, self.states[patients], self.inputs[patients], self.running.take(patients))


@dataclass(frozen=True)
class Solution:
    """Outputs of n patients.  A failed patient's outputs are all not-a-number, and its index stands in `failed`."""

    times: Array  # (visits,) hours
    values: dict[str, Array]  # output -> (n, visits), declared units
    final: Array  # (n, NS) at the last visit, before the events of that moment; internal units
    inputs_final: Array  # (n, NI) levels with infusions, internal units
    steps: Array  # (n,) accepted and refused
    failed: Array  # indices of patients without a result
    causes: tuple[str, ...]  # why, for each of `failed`
    end: State

    def state(self) -> State:
        """Return the end of the run, for `Ensemble.run(..., start=...)`."""
        return self.end

    def digest(self) -> str:
        """Return a sha256 of times and outputs: equal digests mean equal bits."""
        h = hashlib.sha256(np.ascontiguousarray(self.times, "<f8").tobytes())
        for name in sorted(self.values):
            h.update(name.encode() + b"\0" + np.ascontiguousarray(self.values[name], "<f8").tobytes())
        return h.hexdigest()


class SolverFailure(Exception):
    """Patients could not be solved, even at tighter tolerance.  `solution` holds everybody else's results."""

    def __init__(self, message: str, solution: Solution):
        super().__init__(message)
        self.solution = solution
