"""What the compiled kernel reads and writes: tables of patients, the course of a run, and the working memory of a thread."""

from typing import NamedTuple

import numpy as np

Array = np.ndarray

SET, ADD, SCALE, RESET, INFUSION_ENDS, INFUSION_BEGINS = range(6)
"""Codes of what an event does."""

DONE, TOO_MANY_STEPS, STEP_TOO_SMALL = range(3)
"""Codes of how a patient's run ended."""

LANE_ROWS = ("H", "PER_H", "ERROR", "GREW", "TAKEN", "PART", "TIME", "WISH", "STOP", "NEXT_EVENT", "NEXT_VISIT")
"""Numbers of each lane: step to try, one over it; sum of squares of its scaled errors, by how much the next may grow, 1 if accepted,
fraction at which to read a visit; hours; step that the controller would like; time that must be hit; next event; next visit."""

WHO, EVENT, VISIT, STEPS = range(4)
"""Whole numbers of each lane: patient (-1: idle), next event, next visit, steps so far."""


class Patients(NamedTuple):
    """One row per patient; the last three are results.  NS states, NP parameter columns, NI inputs, n patients."""

    rows: Array  # (n, NP + NS + NS + 3 * NI) parameter columns; states at the start of the run; after a reset; levels of inputs
    offset: Array  # (n + 1,) events of patient w stand at offset[w]:offset[w + 1], in order of time
    when: Array  # (events, 2) hours, value
    what: Array  # (events, 2) state or NS + input; one of the codes above
    out: Array  # (n, outputs, visits)
    end: Array  # (n, NS + 3 * NI) states; levels of inputs
    ended: Array  # (n, 2) steps, accepted and refused; one of the codes above


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


EXPORTED = ("step", "observe", "between", "take")
"""Functions of a compiled model."""


class Plan(NamedTuple):
    """The compiled model: sizes, rows of the working memory (see `layout`), addresses of its functions."""

    ns: int
    whole: int  # states of the whole system
    np: int
    ni: int
    nq: int
    lanes: int
    y: int
    stage: int
    p: int
    inputs: int
    levels: int
    seen: int
    h: int
    error: int
    grew: int
    taken: int
    part: int
    time: int
    wish: int
    stop: int
    next_event: int
    next_visit: int
    at_step: int
    at_observe: int
    at_between: int
    at_take: int


def plan_of(sizes: dict[str, int], lanes: int, addresses: dict[str, int]) -> Plan:
    """Return the plan of a model whose functions have been loaded at these addresses."""
    known = sizes | layout(sizes) | {"LANES": lanes} | {f"AT_{name.upper()}": address for name, address in addresses.items()}
    return Plan(**{name: known[name.upper()] for name in Plan._fields})


def layout(sizes: dict[str, int]) -> dict[str, int]:
    """Return where each block of rows begins in the working memory of a thread, and `ROWS`, their number.

    Y states; NEW after the step; STAGE at a stage, or between two steps; SLOPE what the vectors
    before add to the slopes of a stage; K the method's eight vectors; FACTORS of the matrix;
    P parameter columns; INPUTS levels with infusions; LEVELS first those without infusions, then sums of running rates, then numbers of
    running infusions; SEEN quantities.
    """
    ns, ni = sizes["NS"], sizes["NI"]
    blocks = {"Y": ns, "NEW": ns, "STAGE": ns, "SLOPE": ns, "K": 8 * ns, "FACTORS": sizes["NW"], "P": sizes["NP"], "INPUTS": ni}
    blocks |= {"LEVELS": 3 * ni, "SEEN": sizes["NQ"]} | dict.fromkeys(LANE_ROWS, 1)
    out, row = {}, 0
    for name, rows in blocks.items():
        out[name] = row
        row += rows
    return out | {"ROWS": row}


def working_memory(sizes: dict[str, int], lanes: int) -> tuple[Array, Array]:
    """Return fresh (rows, lanes) numbers and whole numbers; they begin on a cache line, so that no vector straddles two."""
    rows = layout(sizes)["ROWS"]
    raw = np.zeros(rows * lanes + 8)
    skip = (-raw.ctypes.data % 64) // 8
    return raw[skip : skip + rows * lanes].reshape(rows, lanes), np.full((STEPS + 1, lanes), -1)
