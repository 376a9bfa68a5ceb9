"""The ensemble loop: every lane has its own patient, time and step; a lane whose patient is finished takes the next from the queue.

This file is a template and is never imported.  `emit` puts everything below the line of dashes behind the code generated for one model:
sizes NS, NP, NI, NQ, L; rows of m (Y, NEW, ... and those of tables.py); step, between, observe; load, store and the functions of simd.py.

m: (rows, L) numbers, one column per lane; z: (rows, L) whole numbers; d: Patients; c: Course.  No statement looks at more than one lane,
so a patient's numbers cannot depend on the neighbours.  What runs at every step touches m and z only: reading an array out of a bundle
counts references, and threads would wait for each other.
"""

import math

import numba as nb
from stand_ins import *  # type: ignore  # noqa: F403

# ruff: noqa: F405
# pyright: reportUndefinedVariable=false
# ----------------------------------------------------------------------------------------------------------------------------------


@nb.njit(cache=True, error_model="numpy")
def changed(old, act, value):
    """Return a number after set, add or scale."""
    return value if act == SET else old + value if act == ADD else old * value


@nb.njit(cache=True, error_model="numpy")
def refresh(lane, m):
    """Put the level of each input, infusions included, where the equations read it."""
    for i in range(NI):
        m[INPUTS + i, lane] = m[LEVELS + i, lane] + m[LEVELS + NI + i, lane]


@nb.njit(cache=True, error_model="numpy")
def happen(e, lane, w, d, m):
    """Carry out event e on patient w."""
    k, act, value = d.what[e, 0], d.what[e, 1], d.when[e, 1]
    if act == RESET:
        for i in range(NS):
            m[Y + i, lane] = d.rows[w, NP + NS + i]
        for i in range(NI, 3 * NI):
            m[LEVELS + i, lane] = 0.0
    elif act == INFUSION_BEGINS or act == INFUSION_ENDS:
        i = k - NS
        running = m[LEVELS + 2 * NI + i, lane] + (1.0 if act == INFUSION_BEGINS else -1.0)
        total = m[LEVELS + NI + i, lane] + (value if act == INFUSION_BEGINS else -value)
        m[LEVELS + 2 * NI + i, lane] = running
        m[LEVELS + NI + i, lane] = total if running > 0.5 else 0.0  # exactly 0 when the last one ends
    elif k < NS:
        m[Y + k, lane] = changed(m[Y + k, lane], act, value)
    else:
        m[LEVELS + k - NS, lane] = changed(m[LEVELS + k - NS, lane], act, value)


@nb.njit(cache=True, error_model="numpy")
def happen_now(lane, m, z, d, c):
    """Carry out every event of this moment, in order, and look up the next one."""
    w, e = z[WHO, lane], z[EVENT, lane]
    last = d.offset[w + 1]
    if e < last and d.when[e, 0] <= m[TIME, lane]:
        while e < last and d.when[e, 0] <= m[TIME, lane]:
            happen(e, lane, w, d, m)
            e += 1
        refresh(lane, m)
        m[WISH, lane] = min(m[WISH, lane], c.first)
    z[EVENT, lane] = e
    m[NEXT_EVENT, lane] = d.when[e, 0] if e < last else math.inf


@nb.njit(cache=True, error_model="numpy")
def admit(w, lane, m, z, d, c):
    """Give patient w to a lane."""
    for i in range(NS):
        m[Y + i, lane] = d.rows[w, NP + i]
    for i in range(NP):
        m[P + i, lane] = d.rows[w, i]
    for i in range(3 * NI):
        m[LEVELS + i, lane] = d.rows[w, NP + 2 * NS + i]
    refresh(lane, m)
    m[TIME, lane], m[WISH, lane], m[NEXT_VISIT, lane] = c.begin, c.first, c.visits[0]
    z[WHO, lane], z[EVENT, lane], z[VISIT, lane], z[STEPS, lane] = w, d.offset[w], 0, 0


@nb.njit(cache=True, error_model="numpy")
def leave(lane, status, m, z, d):
    """Write the patient's end and free the lane.  The numbers stay in it, so that an idle lane computes something finite."""
    w = z[WHO, lane]
    for i in range(NS):
        d.end[w, i] = m[Y + i, lane]
    for i in range(3 * NI):
        d.end[w, NS + i] = m[LEVELS + i, lane]
    d.ended[w, 0], d.ended[w, 1] = z[STEPS, lane], status
    z[WHO, lane] = -1


@nb.njit(cache=True, error_model="numpy")
def note(lane, y, m, z, d, c):
    """Write down the visit that is due, and look up the next one."""
    w, visit = z[WHO, lane], z[VISIT, lane]
    for j in range(c.chosen.size):
        i = c.chosen[j]
        d.out[w, j, visit] = m[y + i, lane] if i < NS else m[SEEN + i - NS, lane] if i < NS + NQ else m[INPUTS + i - NS - NQ, lane]
    z[VISIT, lane] = visit + 1
    m[NEXT_VISIT, lane] = c.visits[visit + 1] if visit + 1 < c.visits.size else math.inf


@nb.njit(cache=True, error_model="numpy")
def arrive(m, z, d, c):
    """A visit at the very start is read, then the events of that moment happen.  Lanes under way are left alone."""
    observe(m, Y)
    for lane in range(L):
        if z[WHO, lane] >= 0 and z[STEPS, lane] == 0:
            while m[NEXT_VISIT, lane] <= c.begin:
                note(lane, Y, m, z, d, c)
            if z[VISIT, lane] == c.visits.size:
                leave(lane, DONE, m, z, d)
            else:
                happen_now(lane, m, z, d, c)


@nb.njit(cache=True, error_model="numpy")
def choose_steps(m, z, last, largest):
    """Set the step of each lane: what the controller wishes, but events and the last visit are hit exactly."""
    for lane in range(L):
        if z[WHO, lane] < 0:
            m[H, lane] = 0.01
            continue
        stop = min(last, m[NEXT_EVENT, lane])
        left, h = stop - m[TIME, lane], min(m[WISH, lane], largest)
        m[STOP, lane] = stop
        m[H, lane] = left if left < 1.000001 * h else min(h, 0.5 * left) if left < 2.0 * h else h


@nb.njit(cache=True, error_model="numpy")
def judge(m, z):
    """Accept or refuse each lane's step; the growth factor is 0.9 * error ** (-1/5), between 0.2 and 5.  -> any accepted"""
    size = load(m, ERROR) / NS
    store(m, GREW, vmin(vmax(0.9 * vexp(GROWTH * vlog(size + 1e-24)), 0.2), 5.0))
    any_taken = False
    for lane in range(L):
        fine = z[WHO, lane] >= 0 and m[ERROR, lane] <= NS  # false when it is not a number
        m[TAKEN, lane] = 1.0 if fine else 0.0
        any_taken = any_taken or fine
        if not m[ERROR, lane] < math.inf:
            m[GREW, lane] = 0.2
    return any_taken


@nb.njit(cache=True, error_model="numpy")
def find_visits(m):
    """Set the fraction of the accepted step at which each lane's next visit lies, -1 where none does.  -> any"""
    due = False
    for lane in range(L):
        m[PART, lane] = -1.0
        if m[TAKEN, lane] > 0.0:
            now, h, visit = m[TIME, lane], m[H, lane], m[NEXT_VISIT, lane]
            end = m[STOP, lane] if h == m[STOP, lane] - now else now + h  # an event's time is taken as it stands, without rounding
            if visit <= end:
                m[PART, lane] = 1.0 if visit == end else (visit - now) / h
                due = True
    return due


@nb.njit(cache=True, error_model="numpy")
def read_visits(m, z, d, c):
    """Read all visits within the accepted steps from the method's own interpolation, one visit of every lane at a time."""
    while find_visits(m):
        between(m)
        observe(m, STAGE)
        for lane in range(L):
            if m[PART, lane] >= 0.0:
                note(lane, STAGE, m, z, d, c)


@nb.njit(cache=True, error_model="numpy")
def take(m):
    """Move the accepted lanes."""
    taken = load(m, TAKEN)
    for i in range(NS):
        store(m, Y + i, where_positive(taken, load(m, NEW + i), load(m, Y + i)))


@nb.njit(cache=True, error_model="numpy")
def move_on(m, z, limit):
    """After a step: time and next wish of each lane.  -> whether a lane has an event, is finished, or fails"""
    attention = False
    for lane in range(L):
        if z[WHO, lane] < 0:
            continue
        now, h, grown = m[TIME, lane], m[H, lane], m[GREW, lane] * m[H, lane]
        z[STEPS, lane] += 1
        if m[TAKEN, lane] > 0.0:
            m[TIME, lane] = m[STOP, lane] if h == m[STOP, lane] - now else now + h
            m[WISH, lane] = max(m[WISH, lane], grown) if h < m[WISH, lane] else grown
        else:
            m[WISH, lane] = grown
        attention = attention or m[TIME, lane] >= m[STOP, lane] or z[STEPS, lane] >= limit or too_small(lane, m)
    return attention


@nb.njit(cache=True, error_model="numpy")
def too_small(lane, m):
    """A refused step so short that time stands still."""
    return m[TAKEN, lane] == 0.0 and (m[H, lane] < 1e-13 or m[TIME, lane] + 0.01 * m[H, lane] == m[TIME, lane])


@nb.njit(cache=True, error_model="numpy")
def settle(m, z, d, c):
    """End the runs that are finished or fail; carry out events."""
    for lane in range(L):
        if z[WHO, lane] < 0:
            continue
        if z[VISIT, lane] == c.visits.size:
            leave(lane, DONE, m, z, d)
        elif too_small(lane, m):
            leave(lane, STEP_TOO_SMALL, m, z, d)
        elif z[STEPS, lane] >= c.limit:
            leave(lane, TOO_MANY_STEPS, m, z, d)
        elif m[TIME, lane] >= m[NEXT_EVENT, lane]:
            happen_now(lane, m, z, d, c)


@nb.njit(cache=True, error_model="numpy")
def refill(following, hi, m, z, d, c):
    """Give waiting patients to idle lanes.  -> the next one to wait"""
    first = following
    for lane in range(L):
        if z[WHO, lane] < 0 and following < hi:
            admit(following, lane, m, z, d, c)
            following += 1
    if following > first:
        arrive(m, z, d, c)
    return following


@nb.njit(cache=True, error_model="numpy")
def busy(z):
    """Whether any lane has a patient."""
    for lane in range(L):
        if z[WHO, lane] >= 0:
            return True
    return False


@nb.njit(cache=True, error_model="numpy", nogil=True)
def run_chunk(lo, hi, m, z, d, c):
    """Run patients lo to hi."""
    atol = c.atol
    for lane in range(L):  # idle lanes hold numbers of the first patient
        admit(lo, lane, m, z, d, c)
        z[WHO, lane] = -1
    following, attention, last = lo, True, c.visits[c.visits.size - 1]
    while True:
        if attention:
            following = refill(following, hi, m, z, d, c)
            if not busy(z):
                if following >= hi:
                    return
                continue
        choose_steps(m, z, last, c.largest)
        step(m, atol, c.rtol)
        if judge(m, z):
            if find_visits(m):
                read_visits(m, z, d, c)
            take(m)
        attention = move_on(m, z, c.limit)
        if attention:
            settle(m, z, d, c)
