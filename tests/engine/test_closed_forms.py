"""One to three compartments against the exact solution of a linear system."""

import numpy as np
import pytest
from conftest import TIGHT
from scipy.linalg import expm

from resynapse.engine import Dose, Event, Schedule, regimen

TIMES = np.array([0.1, 0.5, 1, 2, 3.7, 6, 12, 13, 24, 30, 48.5, 72])
COMPARTMENTS = {1: {}, 2: {"Q2": 25.0}, 3: {"Q2": 25.0, "Q3": 7.0}}
CL = np.array([4.0, 10.0, 23.0])


def matrix(cl, values):
    v1, v2, v3, ka = 50.0, 80.0, 300.0, 1.1
    q2, q3 = values.get("Q2", 0.0), values.get("Q3", 0.0)
    return np.array([
        [-ka, 0, 0, 0],
        [ka, -(cl + q2 + q3) / v1, q2 / v2, q3 / v3],
        [0, q2 / v1, -q2 / v2, 0],
        [0, q3 / v1, 0, -q3 / v3],
    ])  # fmt: skip


def after_bolus(a, t, into, amount):
    return expm(a * t)[1, into] * amount if t > 0 else 0.0


def after_infusion(a, t, rate, duration):
    """Append the constant input as a state of its own."""
    if t <= 0:
        return 0.0
    b = np.zeros((5, 5))
    b[:4, :4], b[1, 4] = a, 1.0
    run = expm(b * min(t, duration))[:4, 4] * rate
    return (expm(a * max(t - duration, 0.0)) @ run)[1]


def solve(kinetics, values, doses, times=TIMES):
    values = values | {"CL": CL}
    events = regimen(kinetics, 3, values, doses)
    return kinetics.run(3, values, Schedule.of(events, 3, kinetics.system), times, ["central", "plasma"], TIGHT)


def agree(solution, expected):
    """To 1e-6 of the value; below 1e-5 of the dose, where the absolute tolerance counts, to 1e-11 of the dose."""
    expected = np.array(expected)
    assert np.max(np.abs(solution.values["central"] - expected) / np.maximum(expected, 1e-3)) < 1e-6


@pytest.mark.parametrize("number", COMPARTMENTS)
def test_bolus_infusion_and_absorption(kinetics, number):
    values = COMPARTMENTS[number]
    sol = solve(kinetics, values, [Dose(0.0, 100.0, "central")])
    agree(sol, [[after_bolus(matrix(c, values), t, 1, 100) for t in TIMES] for c in CL])
    sol = solve(kinetics, values, [Dose(0.0, 100.0, "rate", duration=2.5)])
    agree(sol, [[after_infusion(matrix(c, values), t, 40, 2.5) for t in TIMES] for c in CL])
    sol = solve(kinetics, values, [Dose(0.0, 100.0, "depot", lag=0.3, fraction=0.6)], TIMES[1:])
    agree(sol, [[after_bolus(matrix(c, values), t - 0.3, 0, 60) for t in TIMES[1:]] for c in CL])


@pytest.mark.parametrize("number", COMPARTMENTS)
def test_repeated_and_steady_state(kinetics, number):
    values = COMPARTMENTS[number]
    sol = solve(kinetics, values, [Dose(0.0, 100.0, "central", ii=12.0, addl=5)])
    agree(sol, [[sum(after_bolus(matrix(c, values), t - 12 * k, 1, 100) for k in range(6)) for t in TIMES] for c in CL])
    sol = solve(kinetics, values, [Dose(0.0, 100.0, "central", ii=12.0, ss=1)])
    m = number + 1  # depot and the compartments in use
    part = [matrix(c, values)[:m, :m] for c in CL]
    exact = [[(expm(a * t) @ np.linalg.inv(np.eye(m) - expm(a * 12)))[1, 1] * 100 for t in TIMES] for a in part]
    agree(sol, exact)


def test_outputs_in_declared_units_and_constants(kinetics):
    sol = solve(kinetics, {}, [Dose(0.0, 100.0, "central")])
    np.testing.assert_allclose(sol.values["plasma"], sol.values["central"] / 50.0, rtol=1e-14)
    assert np.array_equal(kinetics.derive(["k"], {"CL": CL}, 3)["k"], CL / 50.0)
    seen = kinetics.run(2, {"CL": [5.0, 10.0]}, Schedule.of([], 2, kinetics.system), [0.0, 1.0], ["k", "rate", "pace"])
    assert np.allclose(seen.values["k"], [[0.1, 0.1], [0.2, 0.2]]) and np.all(seen.values["pace"] == 1) and np.all(seen.values["rate"] == 0)


def test_crowded_visits_do_not_force_steps_and_interpolate_well(kinetics):
    schedule = Schedule.of([Event(0.0, "central", "add", 100.0)], 1, kinetics.system)
    many = np.linspace(0.0, 72.0, 2001)
    few = kinetics.run(1, {"Q2": 25.0}, schedule, [72.0], ["central"])
    sol = kinetics.run(1, {"Q2": 25.0}, schedule, many, ["central"])
    assert few.steps[0] < 60 and sol.steps[0] < 2.5 * few.steps[0]
    exact = np.array([after_bolus(matrix(10.0, {"Q2": 25.0}), t, 1, 100) for t in many[1:]])
    assert np.max(np.abs(sol.values["central"][0, 1:] - exact)) < 100 * 1e-4
