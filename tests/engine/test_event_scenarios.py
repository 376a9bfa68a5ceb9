"""Dose records of every kind against sums of exponentials, and against the twin.  The table stands in docs/events.md."""

from pathlib import Path

import numpy as np
import pytest
from conftest import TIGHT

from resynapse.engine import Dose, Event, Schedule, Twin, regimen

K, KA = 0.2, 1.1  # CL/V1 and ka
AMOUNT = 100.0
TIMES = np.array([0.25, 1.0, 2.0, 3.5, 5.0, 8.0, 11.9, 12.0, 12.4, 15.0, 20.0, 24.0, 26.0, 31.0, 40.0, 48.0])
MANY = range(400)  # doses before, for a steady state


def bolus(t, amount=AMOUNT, k=K):
    return np.where(t > 0, amount * np.exp(-k * np.maximum(t, 0)), 0.0)


def oral(t, amount=AMOUNT):
    t = np.maximum(t, 0)
    return amount * KA / (KA - K) * (np.exp(-K * t) - np.exp(-KA * t))


def infusion(t, rate, duration, k=K):
    run, rest = np.clip(t, 0, duration), np.maximum(t - duration, 0)
    return rate / k * (1 - np.exp(-k * run)) * np.exp(-k * rest)


def until(t, end, value):
    """A course that a reset at `end` wipes out; a visit at that time still sees it."""
    return np.where(t <= end, value, 0.0)


def before(t, course, interval):
    """The sum of one course given every interval, for ever, up to time 0, and once more at time 0."""
    return sum(course(t + j * interval) for j in MANY)


def changing(t):
    """A bolus while the clearance triples at 5 h and is back at 15 h."""
    spent = np.minimum(t, 5) + 3 * np.clip(t - 5, 0, 10) + np.maximum(t - 15, 0)
    return AMOUNT * np.exp(-K * spent)


B, D, R = "central", "depot", "rate"
SCENARIOS = {
    "bolus": ([Dose(0, AMOUNT, B)], lambda t: bolus(t)),
    "infusion, rate given": ([Dose(1, AMOUNT, R, rate=25.0)], lambda t: infusion(t - 1, 25, 4)),
    "infusion, duration given": ([Dose(1, AMOUNT, R, duration=5.0)], lambda t: infusion(t - 1, 20, 5)),
    "first-order absorption": ([Dose(0, AMOUNT, D)], lambda t: oral(t)),
    "absorption with lag": ([Dose(0, AMOUNT, D, lag=0.75)], lambda t: oral(t - 0.75)),
    "bolus with bioavailability": ([Dose(0, AMOUNT, B, fraction=0.4)], lambda t: bolus(t, 40)),
    "bioavailability, rate given": ([Dose(0, AMOUNT, R, rate=25.0, fraction=0.4)], lambda t: infusion(t, 25, 1.6)),
    "bioavailability, duration given": ([Dose(0, AMOUNT, R, duration=4.0, fraction=0.4)], lambda t: infusion(t, 10, 4)),
    "modelled rate": ([Dose(0, AMOUNT, R, rate=np.array([40.0]))], lambda t: infusion(t, 40, 2.5)),
    "modelled duration": ([Dose(0, AMOUNT, R, duration=np.array([0.8]))], lambda t: infusion(t, 125, 0.8)),
    "lag of an infusion": ([Dose(2, AMOUNT, R, duration=4.0, lag=1.5)], lambda t: infusion(t - 3.5, 25, 4)),
    "ADDL, bolus": ([Dose(0, AMOUNT, B, ii=12, addl=3)], lambda t: sum(bolus(t - 12 * j) for j in range(4))),
    "ADDL, infusion": ([Dose(0, AMOUNT, R, rate=50.0, ii=8, addl=4)], lambda t: sum(infusion(t - 8 * j, 50, 2) for j in range(5))),
    "ADDL, absorption with lag": ([Dose(0, AMOUNT, D, lag=0.5, ii=12, addl=2)], lambda t: sum(oral(t - 12 * j - 0.5) for j in range(3))),
    "II shorter than the infusion": (
        [Dose(0, AMOUNT, R, duration=9.0, ii=6, addl=4)],
        lambda t: sum(infusion(t - 6 * j, AMOUNT / 9, 9) for j in range(5)),
    ),
    "overlapping infusions of two records": (
        [Dose(0, AMOUNT, R, duration=5.0), Dose(3, AMOUNT, R, duration=5.0)],
        lambda t: infusion(t, 20, 5) + infusion(t - 3, 20, 5),
    ),
    "SS, bolus": ([Dose(0, AMOUNT, B, ii=12, ss=1)], lambda t: before(t, bolus, 12)),
    "SS, infusion": ([Dose(0, AMOUNT, R, rate=50.0, ii=12, ss=1)], lambda t: before(t, lambda u: infusion(u, 50, 2), 12)),
    "SS, absorption with lag": ([Dose(0, AMOUNT, D, lag=2.0, ii=12, ss=1)], lambda t: before(t, lambda u: oral(u - 2), 12)),
    "SS, lag longer than II": ([Dose(0, AMOUNT, B, lag=15.0, ii=12, ss=1)], lambda t: before(t, lambda u: bolus(u - 15), 12)),
    "SS, II shorter than the infusion": (
        [Dose(0, AMOUNT, R, duration=18.0, ii=12, ss=1)],
        lambda t: before(t, lambda u: infusion(u, AMOUNT / 18, 18), 12),
    ),
    "SS after other doses, with ADDL": (
        [Dose(0, AMOUNT, B, ii=5, addl=9), Dose(12, AMOUNT, B, ii=12, ss=1, addl=1)],
        lambda t: until(t, 12, sum(bolus(t - 5 * j) for j in range(3))) + np.where(t > 12, before(t - 12, bolus, 12) + bolus(t - 24), 0),
    ),
    "reset (EVID 3) during an infusion": (
        [Dose(0, AMOUNT, R, duration=20.0), Dose(12, evid=3), Dose(15, AMOUNT, B)],
        lambda t: until(t, 12, infusion(t, 5, 20)) + bolus(t - 15),
    ),
    "reset and dose (EVID 4) cancels ADDL": (
        [Dose(0, AMOUNT, B, ii=5, addl=9), Dose(12, 70.0, B, evid=4)],
        lambda t: until(t, 12, sum(bolus(t - 5 * j) for j in range(3))) + bolus(t - 12, 70),
    ),
    "simultaneous records": (
        [Dose(1, AMOUNT, R, duration=4.0), Dose(1, AMOUNT, B), Dose(1, AMOUNT, D), Dose(5, AMOUNT, R, duration=3.0)],
        lambda t: infusion(t - 1, 25, 4) + bolus(t - 1) + oral(t - 1) + infusion(t - 5, AMOUNT / 3, 3),
    ),
    "covariate that changes in time": ([Dose(0, AMOUNT, B), Event(5, "pace", "set", 3.0), Event(15, "pace", "set", 1.0)], changing),
}


def events_of(records, ens):
    doses = [r for r in records if isinstance(r, Dose)]
    return regimen(ens, 1, {}, doses) + [r for r in records if isinstance(r, Event)]


def plain(event):
    """The same event with plain numbers, for the twin."""
    one = {name: float(np.ravel(getattr(event, name))[0]) for name in ("time", "value", "duration")}
    return Event(one["time"], event.what, event.act, one["value"], event.unit, one["duration"])


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_has_its_closed_form(kinetics, linear, name):
    records, exact = SCENARIOS[name]
    events = events_of(records, kinetics)
    sol = kinetics.run(1, {}, Schedule.of(events, 1, linear), TIMES, [B], TIGHT)
    expected = exact(TIMES)
    assert np.max(np.abs(sol.values[B][0] - expected)) < 1e-6 * np.max(expected)
    assert np.allclose(sol.values[B][0], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", [n for n in SCENARIOS if not n.startswith("SS")])
def test_scenario_has_its_twin(kinetics, linear, name):
    events = [plain(e) for e in events_of(SCENARIOS[name][0], kinetics)]
    sol = kinetics.run(1, {}, Schedule.of(events, 1, linear), TIMES, [B, R], TIGHT)
    twin = Twin(linear).run({}, events, TIMES, [B, R])
    assert np.max(np.abs(sol.values[B][0] - twin[B])) < 1e-6 * np.max(twin[B])
    np.testing.assert_allclose(sol.values[R][0], twin[R], rtol=1e-14, atol=1e-13)


def test_rate_is_exactly_zero_after_overlapping_infusions(kinetics, linear):
    events = [Event(0.1 * k, R, "infuse", 0.1 + 0.07 * k, duration=1.0) for k in range(9)]
    sol = kinetics.run(1, {}, Schedule.of(events, 1, linear), [0.95, 1.9, 50.0], [R])
    assert sol.values[R][0, 0] > 1 and np.all(sol.values[R][0, 1:] == 0.0)


def test_every_scenario_is_in_the_docs():
    text = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
    assert [n for n in SCENARIOS if f"| {n} |" not in text] == []
