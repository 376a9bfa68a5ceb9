"""The ensemble loop: every lane has its own patient, time and step; a lane whose patient is finished takes the next from the queue.

Compiled once for all models: the plan r says how large a model is, where its rows stand, and at which addresses its functions lie.
Never imported from here; `ensemble` compiles a copy of this text in the cache folder.

m: (rows, lanes) numbers; z: (rows, lanes) whole numbers; d: Patients; c: Course; r: Plan.  No statement looks at more than one lane,
so a patient's numbers cannot depend on the neighbours.  What runs at every step touches m and z only: reading an array out of a bundle
counts references, and threads would wait for each other.
"""

# pyright: reportCallIssue=false
import math

import numba as nb

from resynapse.engine.calls import call_at, call_on, call_step
from resynapse.engine.tables import (
    ADD,
    DONE,
    EVENT,
    INFUSION_BEGINS,
    INFUSION_ENDS,
    RESET,
    SET,
    STEP_TOO_SMALL,
    STEPS,
    TOO_MANY_STEPS,
    VISIT,
    WHO,
)

inner = nb.njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)  # no fastmath: bits must not depend on the lanes


NEAR = 0.5  # of a step: a visit that is nearer is read from the interpolation


@inner
def changed(old, act, value):
    """Return a number after set, add or scale."""
    return value if act == SET else old + value if act == ADD else old * value


@inner
def refresh(lane, m, r):
    """Put the level of each input, infusions included, where the equations read it."""
    for i in range(r.ni):
        m[r.inputs + i, lane] = m[r.levels + i, lane] + m[r.levels + r.ni + i, lane]


@inner
def happen(e, lane, w, d, m, r):
    """Carry out event e on patient w."""
    k, act, value = d.what[e, 0], d.what[e, 1], d.when[e, 1]
    if act == RESET:
        for i in range(r.ns):
            m[r.y + i, lane] = d.rows[w, r.np + r.ns + i]
        for i in range(r.ni, 3 * r.ni):
            m[r.levels + i, lane] = 0.0
    elif act == INFUSION_BEGINS or act == INFUSION_ENDS:
        i = k - r.ns
        running = m[r.levels + 2 * r.ni + i, lane] + (1.0 if act == INFUSION_BEGINS else -1.0)
        total = m[r.levels + r.ni + i, lane] + (value if act == INFUSION_BEGINS else -value)
        m[r.levels + 2 * r.ni + i, lane] = running
        m[r.levels + r.ni + i, lane] = total if running > 0.5 else 0.0  # exactly 0 when the last one ends
    elif k >= r.ns:
        m[r.levels + k - r.ns, lane] = changed(m[r.levels + k - r.ns, lane], act, value)
    elif k >= 0:  # below: a state that is left out, because nothing moves it from zero
        m[r.y + k, lane] = changed(m[r.y + k, lane], act, value)


@inner
def happen_now(lane, m, z, d, c, r):
    """Carry out every event of this moment, in order, and look up the next one."""
    w, e = z[WHO, lane], z[EVENT, lane]
    last = d.offset[w + 1]
    if e < last and d.when[e, 0] <= m[r.time, lane]:
        while e < last and d.when[e, 0] <= m[r.time, lane]:
            happen(e, lane, w, d, m, r)
            e += 1
        refresh(lane, m, r)
        m[r.wish, lane] = min(m[r.wish, lane], c.first)
    z[EVENT, lane] = e
    m[r.next_event, lane] = d.when[e, 0] if e < last else math.inf


@inner
def admit(w, lane, m, z, d, c, r):
    """Give patient w to a lane."""
    for i in range(r.ns):
        m[r.y + i, lane] = d.rows[w, r.np + i]
    for i in range(r.np):
        m[r.p + i, lane] = d.rows[w, i]
    for i in range(3 * r.ni):
        m[r.levels + i, lane] = d.rows[w, r.np + 2 * r.ns + i]
    refresh(lane, m, r)
    m[r.time, lane], m[r.wish, lane], m[r.next_visit, lane] = c.begin, c.first, c.visits[0]
    z[WHO, lane], z[EVENT, lane], z[VISIT, lane], z[STEPS, lane] = w, d.offset[w], 0, 0


@inner
def leave(lane, status, m, z, d, r):
    """Write the patient's end and free the lane.  The numbers stay in it, so that an idle lane computes something finite."""
    w = z[WHO, lane]
    for i in range(r.ns):
        d.end[w, i] = m[r.y + i, lane] + 0.0
    for i in range(3 * r.ni):
        d.end[w, r.ns + i] = m[r.levels + i, lane]
    d.ended[w, 0], d.ended[w, 1] = z[STEPS, lane], status
    z[WHO, lane] = -1


@inner
def note(lane, y, m, z, d, c, r):
    """Write down the visit that is due, and look up the next one."""
    w, visit = z[WHO, lane], z[VISIT, lane]
    for j in range(c.chosen.size):
        i = c.chosen[j]
        row = y + i if i < r.ns else r.seen + i - r.ns if i < r.ns + r.nq else r.inputs + i - r.ns - r.nq
        d.out[w, j, visit] = m[row, lane] + 0.0  # so that there is one zero
    z[VISIT, lane] = visit + 1
    m[r.next_visit, lane] = c.visits[visit + 1] if visit + 1 < c.visits.size else math.inf


@inner
def arrive(m, z, d, c, r):
    """A visit at the very start is read, then the events of that moment happen.  Lanes under way are left alone."""
    call_at(r.at_observe, m, r.y)
    for lane in range(r.lanes):
        if z[WHO, lane] >= 0 and z[STEPS, lane] == 0:
            while m[r.next_visit, lane] <= c.begin:
                note(lane, r.y, m, z, d, c, r)
            if z[VISIT, lane] == c.visits.size:
                leave(lane, DONE, m, z, d, r)
            else:
                happen_now(lane, m, z, d, c, r)


@inner
def choose_steps(m, z, last, largest, r):
    """Set the step of each lane: what the controller wishes, but events and the last visit are hit exactly.

    The method's interpolation is less exact than its steps.  So a visit is hit, too, where that shortens the step by half at most;
    where visits are closer, they are read from the interpolation of a step of that length.
    """
    for lane in range(r.lanes):
        if z[WHO, lane] < 0:
            m[r.h, lane] = 0.01
            continue
        stop = min(last, m[r.next_event, lane])
        h, visit = min(m[r.wish, lane], largest), m[r.next_visit, lane]
        if visit - m[r.time, lane] < NEAR * h:
            h *= NEAR
        else:
            stop = min(stop, visit)
        left = stop - m[r.time, lane]
        m[r.stop, lane] = stop
        m[r.h, lane] = left if left < 1.000001 * h else min(h, 0.5 * left) if left < 2.0 * h else h


@inner
def judge(m, z, r):
    """Accept or refuse each lane's step.  -> any accepted"""
    any_taken = False
    for lane in range(r.lanes):
        fine = z[WHO, lane] >= 0 and m[r.error, lane] <= r.whole  # false when it is not a number
        m[r.taken, lane] = 1.0 if fine else 0.0
        any_taken = any_taken or fine
        if not m[r.error, lane] < math.inf:
            m[r.grew, lane] = 0.2
    return any_taken


@inner
def find_visits(m, r):
    """Set the fraction of the accepted step at which each lane's next visit lies, -1 where none does.  -> any"""
    due = False
    for lane in range(r.lanes):
        m[r.part, lane] = -1.0
        if m[r.taken, lane] > 0.0:
            now, h, visit = m[r.time, lane], m[r.h, lane], m[r.next_visit, lane]
            end = m[r.stop, lane] if h == m[r.stop, lane] - now else now + h  # an event's time is taken as it stands, without rounding
            if visit <= end:
                m[r.part, lane] = 1.0 if visit == end else (visit - now) / h
                due = True
    return due


@inner
def read_visits(m, z, d, c, r):
    """Read all visits within the accepted steps from the method's own interpolation, one visit of every lane at a time."""
    while find_visits(m, r):
        call_on(r.at_between, m)
        call_at(r.at_observe, m, r.stage)
        for lane in range(r.lanes):
            if m[r.part, lane] >= 0.0:
                note(lane, r.stage, m, z, d, c, r)


@inner
def move_on(m, z, limit, r):
    """After a step: time and next wish of each lane.  -> whether a lane has an event, is finished, or fails"""
    attention = False
    for lane in range(r.lanes):
        if z[WHO, lane] < 0:
            continue
        now, h, grown = m[r.time, lane], m[r.h, lane], m[r.grew, lane] * m[r.h, lane]
        z[STEPS, lane] += 1
        if m[r.taken, lane] > 0.0:
            m[r.time, lane] = m[r.stop, lane] if h == m[r.stop, lane] - now else now + h
            m[r.wish, lane] = max(m[r.wish, lane], grown) if h < m[r.wish, lane] else grown
        else:
            m[r.wish, lane] = grown
        attention = attention or m[r.time, lane] >= m[r.stop, lane] or z[STEPS, lane] >= limit or too_small(lane, m, r)
    return attention


@inner
def too_small(lane, m, r):
    """A refused step so short that time stands still."""
    return m[r.taken, lane] == 0.0 and (m[r.h, lane] < 1e-13 or m[r.time, lane] + 0.01 * m[r.h, lane] == m[r.time, lane])


@inner
def settle(m, z, d, c, r):
    """End the runs that are finished or fail; carry out events."""
    for lane in range(r.lanes):
        if z[WHO, lane] < 0:
            continue
        if z[VISIT, lane] == c.visits.size:
            leave(lane, DONE, m, z, d, r)
        elif too_small(lane, m, r):
            leave(lane, STEP_TOO_SMALL, m, z, d, r)
        elif z[STEPS, lane] >= c.limit:
            leave(lane, TOO_MANY_STEPS, m, z, d, r)
        elif m[r.time, lane] >= m[r.next_event, lane]:
            happen_now(lane, m, z, d, c, r)


@inner
def refill(following, hi, m, z, d, c, r):
    """Give waiting patients to idle lanes.  -> the next one to wait"""
    first = following
    for lane in range(r.lanes):
        if z[WHO, lane] < 0 and following < hi:
            admit(following, lane, m, z, d, c, r)
            following += 1
    if following > first:
        arrive(m, z, d, c, r)
    return following


@inner
def busy(z, r):
    """Whether any lane has a patient."""
    for lane in range(r.lanes):
        if z[WHO, lane] >= 0:
            return True
    return False


@nb.njit(cache=True, error_model="numpy", nogil=True)
def run_chunk(lo, hi, m, z, d, c, r):
    """Run patients lo to hi."""
    atol = c.atol
    for lane in range(r.lanes):  # idle lanes hold numbers of the first patient
        admit(lo, lane, m, z, d, c, r)
        z[WHO, lane] = -1
    following, attention, last = lo, True, c.visits[c.visits.size - 1]
    while True:
        if attention:
            following = refill(following, hi, m, z, d, c, r)
            if not busy(z, r):
                if following >= hi:
                    return
                continue
        choose_steps(m, z, last, c.largest, r)
        call_step(r.at_step, m, atol, c.rtol)
        if judge(m, z, r):
            if find_visits(m, r):
                read_visits(m, z, d, c, r)
            call_on(r.at_take, m)
        attention = move_on(m, z, c.limit, r)
        if attention:
            settle(m, z, d, c, r)
