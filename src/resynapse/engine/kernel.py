"""The ensemble loop: every lane has its own patient, time and step; a lane whose patient is finished takes the next from the queue.

This file is a template and is never imported.  `emit` puts everything below the line of dashes behind the code generated for one model
(sizes NS, NP, NI, NQ, L; GROWTH; step, between, observe, load, store, where_positive, vexp, vlog, vmax, vmin), which is then compiled.
No statement here looks at more than one lane, so a patient's numbers cannot depend on the neighbours.
"""

import math

import numba as nb
from stand_ins import GROWTH, NI, NP, NQ, NS, L, between, load, observe, step, store, vexp, vlog, vmax, vmin, where_positive  # type: ignore

# ----------------------------------------------------------------------------------------------------------------------------------
SET, ADD, SCALE, RESET, INFUSION_ENDS, INFUSION_BEGINS = 0, 1, 2, 3, 4, 5
DONE, TOO_MANY_STEPS, STEP_TOO_SMALL = 0, 1, 2


@nb.njit(cache=True, error_model="numpy")
def changed(old, act, value):
    """Return a number after set, add or scale."""
    return value if act == SET else old + value if act == ADD else old * value


@nb.njit(cache=True, error_model="numpy")
def refresh(lane, b):
    """Put the level of each input, infusions included, where the equations read it."""
    for i in range(NI):
        b.p[NP + i, lane] = b.inputs[i, lane] + b.inputs[NI + i, lane]


@nb.njit(cache=True, error_model="numpy")
def happen(e, lane, d, b):
    """Carry out event e."""
    act, value, k = d.act[e], d.value[e], d.target[e]
    if act == RESET:
        for i in range(NS):
            b.y[i, lane] = d.reset[b.who[lane], i]
        for i in range(NI, 3 * NI):
            b.inputs[i, lane] = 0.0
    elif act == INFUSION_BEGINS or act == INFUSION_ENDS:
        i = k - NS
        running = b.inputs[2 * NI + i, lane] + (1.0 if act == INFUSION_BEGINS else -1.0)
        total = b.inputs[NI + i, lane] + (value if act == INFUSION_BEGINS else -value)
        b.inputs[2 * NI + i, lane] = running
        b.inputs[NI + i, lane] = total if running > 0.5 else 0.0  # exactly 0 when the last one ends
    elif k < NS:
        b.y[k, lane] = changed(b.y[k, lane], act, value)
    else:
        b.inputs[k - NS, lane] = changed(b.inputs[k - NS, lane], act, value)


@nb.njit(cache=True, error_model="numpy")
def happen_now(lane, d, b, c):
    """Carry out every event of this moment, in order."""
    last = d.offset[b.who[lane] + 1]
    if b.event[lane] < last and d.when[b.event[lane]] <= b.t[lane]:
        while b.event[lane] < last and d.when[b.event[lane]] <= b.t[lane]:
            happen(b.event[lane], lane, d, b)
            b.event[lane] += 1
        refresh(lane, b)
        b.wish[lane] = min(b.wish[lane], c.first)


@nb.njit(cache=True, error_model="numpy")
def admit(w, lane, d, b, c):
    """Give patient w to a lane."""
    for i in range(NS):
        b.y[i, lane] = d.begin[w, i]
    for i in range(NP):
        b.p[i, lane] = d.columns[w, i]
    for i in range(3 * NI):
        b.inputs[i, lane] = d.inputs[w, i]
    refresh(lane, b)
    b.who[lane], b.t[lane], b.wish[lane] = w, c.begin, c.first
    b.event[lane], b.visit[lane] = d.offset[w], 0
    d.steps[w] = 0


@nb.njit(cache=True, error_model="numpy")
def leave(lane, status, d, b):
    """Write the patient's end and free the lane.  The numbers stay in it, so that an idle lane computes something finite."""
    w = b.who[lane]
    for i in range(NS):
        d.end[w, i] = b.y[i, lane]
    for i in range(3 * NI):
        d.inputs_end[w, i] = b.inputs[i, lane]
    d.status[w] = status
    b.who[lane] = -1


@nb.njit(cache=True, error_model="numpy")
def note(lane, source, d, b, c):
    """Write down the visit that is due."""
    w, visit = b.who[lane], b.visit[lane]
    for j in range(c.chosen.size):
        i = c.chosen[j]
        if i < NS:
            d.out[w, j, visit] = source[i, lane]
        elif i < NS + NQ:
            d.out[w, j, visit] = b.o[i - NS, lane]
        else:
            d.out[w, j, visit] = b.p[NP + i - NS - NQ, lane]
    b.visit[lane] += 1


@nb.njit(cache=True, error_model="numpy")
def arrive(d, b, c):
    """A visit at the very start is read, then the events of that moment happen.  Lanes under way are left alone."""
    observe(b.y, b.p, b.o)
    for lane in range(L):
        if b.who[lane] >= 0 and d.steps[b.who[lane]] == 0:
            if c.visits[b.visit[lane]] <= b.t[lane] and b.visit[lane] == 0:
                note(lane, b.y, d, b, c)
            if b.visit[lane] == c.visits.size:
                leave(lane, DONE, d, b)
            else:
                happen_now(lane, d, b, c)


@nb.njit(cache=True, error_model="numpy")
def choose_steps(d, b, c):
    """Set the step of each lane: what the controller wishes, but events and the last visit are hit exactly."""
    for lane in range(L):
        if b.who[lane] < 0:
            b.h[0, lane] = c.first
            continue
        stop, e = c.visits[c.visits.size - 1], b.event[lane]
        if e < d.offset[b.who[lane] + 1] and d.when[e] < stop:
            stop = d.when[e]
        left, h = stop - b.t[lane], min(b.wish[lane], c.largest)
        b.stop[lane] = stop
        b.h[0, lane] = left if left < 1.000001 * h else min(h, 0.5 * left) if left < 2.0 * h else h


@nb.njit(cache=True, error_model="numpy")
def judge(b):
    """Accept or refuse each lane's step; the growth factor is 0.9 * error ** (-1/5), between 0.2 and 5.  -> any accepted"""
    size = load(b.error, 0) / NS
    store(b.growth, 0, vmin(vmax(0.9 * vexp(GROWTH * vlog(size + 1e-24)), 0.2), 5.0))
    any_taken = False
    for lane in range(L):
        fine = b.who[lane] >= 0 and b.error[0, lane] <= NS  # false when it is not a number
        b.taken[0, lane] = 1.0 if fine else 0.0
        any_taken = any_taken or fine
        if not b.error[0, lane] < math.inf:
            b.growth[0, lane] = 0.2
    return any_taken


@nb.njit(cache=True, error_model="numpy")
def end_of_step(lane, b):
    """Return the time at the end of the step; an event's time is taken as it stands, without rounding."""
    h = b.h[0, lane]
    return b.stop[lane] if h == b.stop[lane] - b.t[lane] else b.t[lane] + h


@nb.njit(cache=True, error_model="numpy")
def read_visits(d, b, c):
    """Read all visits within the accepted steps from the method's own interpolation, one visit of every lane at a time."""
    while True:
        due = False
        for lane in range(L):
            b.part[0, lane] = -1.0
            if b.taken[0, lane] > 0.0 and b.visit[lane] < c.visits.size:
                time, end = c.visits[b.visit[lane]], end_of_step(lane, b)
                if time <= end:
                    b.part[0, lane] = 1.0 if time == end else (time - b.t[lane]) / b.h[0, lane]
                    due = True
        if not due:
            return
        between(b.y, b.new, b.k, b.part, b.stage)
        observe(b.stage, b.p, b.o)
        for lane in range(L):
            if b.part[0, lane] >= 0.0:
                note(lane, b.stage, d, b, c)


@nb.njit(cache=True, error_model="numpy")
def take(b):
    """Move the accepted lanes."""
    taken = load(b.taken, 0)
    for i in range(NS):
        store(b.y, i, where_positive(taken, load(b.new, i), load(b.y, i)))


@nb.njit(cache=True, error_model="numpy")
def move_on(lane, d, b, c):
    """After the step of one lane: time, next wish, events, end of the run."""
    w, h, growth = b.who[lane], b.h[0, lane], b.growth[0, lane]
    d.steps[w] += 1
    if b.taken[0, lane] > 0.0:
        b.t[lane] = end_of_step(lane, b)
        b.wish[lane] = max(b.wish[lane], growth * h) if h < b.wish[lane] else growth * h
        if b.visit[lane] == c.visits.size:
            leave(lane, DONE, d, b)
            return
        happen_now(lane, d, b, c)
    else:
        b.wish[lane] = growth * h
        if b.t[lane] + 0.01 * h == b.t[lane] or h < 1e-13:
            leave(lane, STEP_TOO_SMALL, d, b)
            return
    if d.steps[w] >= c.limit:
        leave(lane, TOO_MANY_STEPS, d, b)


@nb.njit(cache=True, error_model="numpy", nogil=True)
def run_chunk(lo, hi, d, b, c):
    """Run patients lo to hi."""
    for lane in range(L):  # idle lanes hold numbers of the first patient
        admit(lo, lane, d, b, c)
        b.who[lane] = -1
    following = lo
    while True:
        fresh, active = False, 0
        for lane in range(L):
            if b.who[lane] < 0 and following < hi:
                admit(following, lane, d, b, c)
                following += 1
                fresh = True
        if fresh:
            arrive(d, b, c)
        for lane in range(L):
            active += b.who[lane] >= 0
        if active == 0 and following >= hi:
            return
        choose_steps(d, b, c)
        step(b.y, b.new, b.stage, b.slope, b.p, b.factors, b.k, b.h, b.error, c.rtol, c.atol)
        if judge(b):
            read_visits(d, b, c)
            take(b)
        for lane in range(L):
            if b.who[lane] >= 0:
                move_on(lane, d, b, c)
