"""What the compiled kernel reads and writes: three bundles of arrays.  NS states, NP parameter columns, NI inputs, L lanes, n patients."""

from typing import NamedTuple

import numpy as np

Array = np.ndarray

SET, ADD, SCALE, RESET, INFUSION_ENDS, INFUSION_BEGINS = range(6)
"""Codes of what an event does."""

DONE, TOO_MANY_STEPS, STEP_TOO_SMALL = range(3)
"""Codes of how a patient's run ended."""


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
    """Working memory of one thread: (rows, L) vectors, then one number per lane."""

    y: Array
    new: Array  # y after the step
    stage: Array  # y at a stage, or between two steps
    slope: Array
    factors: Array
    k: Array  # (8 * NS, L)
    p: Array  # (NP + NI, L)
    inputs: Array  # (3 * NI, L)
    o: Array  # quantities
    h: Array  # (1, L) step to try
    error: Array  # (1, L) sum of squares of scaled errors
    growth: Array  # (1, L) by how much the next step may grow
    taken: Array  # (1, L) 1 where the step is accepted
    part: Array  # (1, L) fraction of the step, for reading between
    t: Array  # (L,) hours
    wish: Array  # (L,) step that the controller would like
    stop: Array  # (L,) time that must be hit: next event or last visit
    who: Array  # (L,) patient, -1 when idle
    event: Array  # (L,) next event
    visit: Array  # (L,) next visit


def _aligned(rows: int, lanes: int) -> Array:
    """Zeros of shape (rows, lanes) that begin on a cache line, so that no vector straddles two."""
    raw = np.zeros(rows * lanes + 8)
    skip = (-raw.ctypes.data % 64) // 8
    return raw[skip : skip + rows * lanes].reshape(rows, lanes)


def working_memory(sizes: dict[str, int], lanes: int) -> Lanes:
    """Return fresh working memory; sizes: NS, NP, NI, NQ, NW."""
    ns, ni = sizes["NS"], sizes["NI"]
    rows = [ns, ns, ns, ns, sizes["NW"], 8 * ns, sizes["NP"] + ni, 3 * ni, sizes["NQ"], 1, 1, 1, 1, 1]
    arrays = [_aligned(r, lanes) for r in rows] + [np.zeros(lanes) for _ in range(3)]
    arrays += [np.full(lanes, -1), np.zeros(lanes, np.int64), np.zeros(lanes, np.int64)]
    return Lanes(*arrays)
