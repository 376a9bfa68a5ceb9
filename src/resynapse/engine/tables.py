"""What the compiled kernel reads and writes: three bundles of arrays.  NS states, NP parameter columns, NI inputs, L lanes, n patients."""

from typing import NamedTuple

import numpy as np

Array = np.ndarray

SET, ADD, SCALE, RESET, INFUSION_ENDS, INFUSION_BEGINS = range(6)
"""Codes of what an event does."""

DONE, TOO_MANY_STEPS, STEP_TOO_SMALL = range(3)
"""Codes of how a patient's run ended."""

H, ERROR, GREW, TAKEN, PART, TIME, WISH, STOP, NEXT_EVENT, NEXT_VISIT = range(10)
"""Rows of numbers, one per lane: step to try, sum of squares of its scaled errors, by how much the next may grow, 1 if accepted,
fraction at which to read a visit; hours; step that the controller would like; time that must be hit; next event; next visit."""

WHO, EVENT, VISIT, STEPS = range(4)
"""Rows of whole numbers, one per lane: patient (-1: idle), next event, next visit, steps so far."""

CONSTANTS = (
    "SET", "ADD", "SCALE", "RESET", "INFUSION_ENDS", "INFUSION_BEGINS", "DONE", "TOO_MANY_STEPS", "STEP_TOO_SMALL", "H", "ERROR", "GREW",
    "TAKEN", "PART", "TIME", "WISH", "STOP", "NEXT_EVENT", "NEXT_VISIT", "WHO", "EVENT", "VISIT", "STEPS",
)  # fmt: skip
"""What the compiled code takes from this module."""


class Patients(NamedTuple):
    """One row per patient; the last five are results."""

    columns: Array  # (n, NP) parameters and derived parameters that the code reads, internal units
    begin: Array  # (n, NS) states at the start of the run
    reset: Array  # (n, NS) states after a reset
    inputs: Array  # (n, 3 * NI) level without infusions; sum of running rates; number of running infusions
    offset: Array  # (n + 1,) events of patient w stand at offset[w]:offset[w + 1], in order of time
    when: Array  # (events,) hours
    target: Array  # (events,) state, or NS + input
    act: Array  # (events,) one of the codes above
    value: Array  # (events,)
    out: Array  # (n, outputs, visits)
    end: Array  # (n, NS)
    inputs_end: Array  # (n, 3 * NI)
    steps: Array  # (n,) accepted and refused
    status: Array  # (n,) one of the codes above


class Course(NamedTuple):
    """The same for all patients."""

    visits: Array  # (visits,) hours, ascending
    chosen: Array  # (outputs,) state; or NS + quantity; or NS + NQ + input
    atol: Array  # (NS,)
    rtol: float
    begin: float  # hours
    first: float  # largest step after the start and after an event, hours
    largest: float  # largest step at all, hours
    limit: int  # steps per patient


class Lanes(NamedTuple):
    """Working memory of one thread, (rows, L) each."""

    y: Array
    new: Array  # y after the step
    stage: Array  # y at a stage, or between two steps
    slope: Array
    factors: Array
    k: Array  # (8 * NS, L)
    p: Array  # (NP + NI, L)
    inputs: Array  # (3 * NI, L)
    o: Array  # (NQ, L) quantities
    m: Array  # (rows of numbers above, L)
    z: Array  # (rows of whole numbers above, L)


def _aligned(rows: int, lanes: int) -> Array:
    """Zeros of shape (rows, lanes) that begin on a cache line, so that no vector straddles two."""
    raw = np.zeros(rows * lanes + 8)
    skip = (-raw.ctypes.data % 64) // 8
    return raw[skip : skip + rows * lanes].reshape(rows, lanes)


def working_memory(sizes: dict[str, int], lanes: int) -> Lanes:
    """Return fresh working memory; sizes: NS, NP, NI, NQ, NW."""
    ns, ni = sizes["NS"], sizes["NI"]
    rows = [ns, ns, ns, ns, sizes["NW"], 8 * ns, sizes["NP"] + ni, 3 * ni, sizes["NQ"], NEXT_VISIT + 1]
    arrays = [*(_aligned(r, lanes) for r in rows), np.full((STEPS + 1, lanes), -1)]
    return Lanes(*arrays)
