"""Bad input, failures, tolerances, and going on from where a run ended."""

import re
from dataclasses import replace

import numpy as np
import pytest
from conftest import TIGHT

from resynapse.engine import Crew, Dose, Ensemble, Event, Schedule, Settings, SolverFailure, Twin, dose_events
from resynapse.notation import InputError, Mechanism, assemble, param, state

BOLUS = [Event(0.0, "central", "add", 100.0)]


def run(ens, n=1, values=None, events=BOLUS, times=(0.0, 1.0), outputs=("central",), settings=None):
    return ens.run(n, values or {}, Schedule.of(events, n, ens.system), times, outputs, settings)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": {"Cl": 5.0}}, "values: read 'Cl'; expected a parameter. Did you mean 'CL'?"),
        ({"values": {"CL": [1.0, 2.0, 3.0]}, "n": 2}, "values['CL']: read 'shape (3,)'; expected one number or 2 numbers."),
        ({"values": {"CL": [1.0, np.nan]}, "n": 2}, "values['CL'], patient 1: read 'nan'; expected a finite number."),
        ({"outputs": ["plasma", "centra"]}, "outputs: read 'centra'; expected a state, a quantity or an input. Did you mean 'central'?"),
        ({"times": []}, "times: read '[]'; expected at least one time in hours."),
        ({"times": [1.0, 0.5]}, "expected ascending hours, from 0 h on."),
        ({"times": [-1.0, 0.5]}, "expected ascending hours, from 0 h on."),
        ({"times": [0.0, np.nan]}, "times: read 'nan'; expected finite hours."),
        (
            {"events": [Event(0.0, "centrl", "add", 1.0)]},
            "event 1 (add 'centrl'): read 'centrl'; expected a state or an input. Did you mean 'central'?",
        ),
        ({"events": [Event(0.0, "central", "ad", 1.0)]}, "read 'ad'; expected one of set, add, scale, infuse, reset. Did you mean 'add'?"),
        ({"events": [Event(0.0, "central", "infuse", 1.0, duration=1.0)]}, "expected an input, because an infusion sets a rate."),
        ({"events": [Event(0.0, "rate", "infuse", 1.0)]}, "expected a duration longer than 0 h."),
        ({"events": [Event(-1.0, "central", "add", 1.0)]}, "patient 0: read '-1.0'; expected a time of 0 h or later."),
        ({"events": [Event(0.0, "central", "add", [1.0, np.nan])], "n": 2}, "patient 1: read 'nan'; expected a number as value."),
        (
            {"events": [Event(0.0, "central", "add", [1.0, 2.0, 3.0])], "n": 2},
            "expected a number or one number for each of 2 patients as",
        ),
        ({"events": [Event(0.0, "central", "add", 1.0, "h")]}, "read 'h'; expected a unit of the kind of 'µmol'."),
    ],
)
def test_bad_input_is_refused(kinetics, change, message):
    with pytest.raises(InputError, match=re.escape(message)):
        run(kinetics, **change)


@pytest.mark.parametrize(
    ("dose", "message"),
    [
        (Dose(0.0, -1.0, "central"), "dose 1: amount: read '-1.0'; expected a number of 0.0 or more."),
        (Dose(0.0, 1.0, "rate"), "dose 1: rate: read 'a dose without rate and duration'; expected a rate or a duration."),
        (Dose(0.0, 1.0, "central", duration=2.0), "expected an input to infuse into, because a state takes a bolus."),
        (Dose(0.0, 1.0, "rate", rate=1.0, duration=2.0), "expected one of them."),
        (Dose(0.0, 1.0, "rate", rate=0.0), "dose 1: rate: read '0.0'; expected a number above 0."),
        (Dose(0.0, 1.0, "central", addl=3), "expected an interval above 0 h, because addl or ss is given."),
        (Dose(0.0, 1.0, "cental"), "Did you mean 'central'?"),
        (Dose(0.0, 1.0, "central", evid=2), "expected 1 (dose), 3 (reset) or 4 (reset and dose)."),
        (Dose(0.0, 1.0, "central", ss=1, ii=12.0), "which can run the system to its steady state."),
    ],
)
def test_bad_doses_are_refused(linear, dose, message):
    with pytest.raises(InputError, match=re.escape(message)):
        dose_events([dose], linear)


def test_bad_settings_are_refused(linear):
    for wrong in ({"rtol": 0.0}, {"chunk": 0}, {"threads": -1}, {"on_failure": "ignore"}):
        with pytest.raises(InputError, match="settings"):
            Settings(**wrong)
    with pytest.raises(InputError, match="lanes"):
        Ensemble.of(linear, lanes=3)
    with pytest.raises(InputError, match="Did you mean 'threads'"):
        Crew("thread")


def test_a_failure_is_never_silent(zoo):
    rate = np.zeros(20)
    rate[[3, 17]] = 5.0  # these blow up
    events = [Event(1.0, "x", "set", 2.0)]
    with pytest.raises(SolverFailure, match=r"2 of 20 patients could not be solved.*: 3, 17\. Patient 3: .*runaway = 5") as caught:
        run(zoo, 20, {"runaway": rate}, events, [0.5, 5.0], ["x", "start_level"])
    sol = run(zoo, 20, {"runaway": rate}, events, [0.5, 5.0], ["x", "start_level"], Settings(on_failure="report"))
    assert list(sol.failed) == [3, 17] == list(caught.value.solution.failed) and len(sol.causes) == 2
    good = np.setdiff1d(np.arange(20), sol.failed)
    assert np.all(np.isnan(sol.values["x"][sol.failed])) and np.all(np.isfinite(sol.values["x"][good]))
    assert np.all(np.isnan(sol.values["start_level"][sol.failed]))
    alone = run(zoo, 1, {}, events, [0.5, 5.0], ["x"])
    assert np.array_equal(sol.values["x"][good], np.repeat(alone.values["x"], 18, axis=0))  # neighbours are not disturbed


def test_too_many_steps_are_tried_again_and_reported(kinetics):
    sol = run(kinetics, 2, times=[0.0, 50.0], settings=Settings(max_steps=5, on_failure="report"))
    assert list(sol.failed) == [0, 1] and sol.causes[0] == "too many steps"


def test_a_visit_at_the_time_of_an_event_is_read_before_it(kinetics):
    events = [*BOLUS, Event(2.0, "central", "set", 7.0)]
    sol = run(kinetics, events=events, times=[0.0, 2.0, 2.0, np.nextafter(2.0, 3.0)])
    assert sol.values["central"][0, 0] == 0.0 and sol.values["central"][0, 1] == sol.values["central"][0, 2] > 60
    assert sol.values["central"][0, 3] == pytest.approx(7.0)


def test_ties_happen_in_the_documented_order(kinetics):
    events = [Event(1.0, "depot", "add", 3.0), Event(1.0, "depot", "scale", 0.5), Event(1.0, "depot", "set", 10.0), Event(1.0, "", "reset")]
    sol = run(kinetics, values={"ka": 1e-9}, events=events, times=[1.0, 1.0 + 1e-9], outputs=["depot"])
    assert sol.values["depot"][0, 1] == pytest.approx(13.0)  # reset; scale, then set, as listed; then add
    twin = Twin(kinetics.system).run({"ka": 1e-9}, events, [1.0, 1.0 + 1e-9], ["depot"])
    assert twin["depot"][1] == pytest.approx(13.0)


def test_own_times_and_values_of_patients(kinetics):
    events = [Event(np.array([0.0, 2.0, np.nan]), "central", "add", np.array([100.0, 50.0, 1.0]))]
    sol = run(kinetics, 3, events=events, times=[1.0, 3.0], settings=TIGHT)
    expected = [[100 * np.exp(-0.2), 100 * np.exp(-0.6)], [0.0, 50 * np.exp(-0.2)], [0.0, 0.0]]
    np.testing.assert_allclose(sol.values["central"], expected, rtol=1e-7)


@pytest.mark.parametrize("cut", [1.0, 2.0, 3.0, 4.5, 10.0])
def test_going_on_is_like_not_having_stopped(kinetics, cut):
    """The infusion from 2 to 6 h is under way at some cuts; the second half may know the whole schedule or its own part only."""
    events = [*BOLUS, Event(2.0, "rate", "infuse", [10.0, 20.0], duration=4.0), Event(3.0, "rate", "infuse", 5.0, duration=[1.0, 9.0])]
    events += [Event(1.0, "pace", "set", 2.0), Event(10.0, "central", "scale", 0.5)]
    n, later = 2, [4.5, 10.0, 11.0, 13.0, 20.0]
    later = [t for t in later if t >= cut]
    whole = run(kinetics, n, events=events, times=[cut, *later], outputs=["central", "rate", "pace"], settings=TIGHT)
    first = run(kinetics, n, events=events, times=[cut], settings=TIGHT)
    for rest in (events, [e for e in events if e.time >= cut]):
        second = kinetics.run(n, {}, Schedule.of(rest, n, kinetics.system), later, ["central", "rate", "pace"], TIGHT, first.state())
        for name in ("central", "rate", "pace"):
            np.testing.assert_allclose(second.values[name], whole.values[name][:, 1:], rtol=1e-6, atol=1e-12)
    half = first.state().take(np.array([1]))
    alone = kinetics.run(1, {}, Schedule.of(events, n, kinetics.system).take(np.array([1])), later, ["central"], TIGHT, half)
    np.testing.assert_allclose(alone.values["central"], whole.values["central"][1:, 1:], rtol=1e-6)
    with pytest.raises(InputError, match="from .* h on"):
        kinetics.run(n, {}, Schedule.of(events, n, kinetics.system), [cut - 0.5], ["central"], TIGHT, first.state())


class Small(Mechanism):
    """The same decay in two scales; only one declares its tolerance."""

    k = param(1.0, "1/h", "rate", (0, 10), "assumed")

    @state("1", start=1e-7)
    def d_loose(self, loose):
        return -self.k * loose

    @state("1", start=1e-7, atol=1e-14)
    def d_tight(self, tight):
        return -self.k * tight


def test_tolerance_of_a_state():
    ens = Ensemble.of(assemble([Small()]))
    sol = run(ens, events=[], times=[1.0, 3.0, 5.0], outputs=["tight"])
    np.testing.assert_allclose(sol.values["tight"][0], 1e-7 * np.exp([-1.0, -3.0, -5.0]), rtol=3e-4)
    careless = Ensemble.of(replace(ens.system, atol={}))
    assert run(careless, events=[], times=[5.0], outputs=["tight"]).steps[0] < sol.steps[0]


def test_tolerance_is_kept(kinetics):
    """The error falls with the tolerance, and so does the number of steps rise."""
    times, values, steps = np.linspace(0.5, 40, 80), {"Q2": 25.0, "Q3": 7.0}, []
    exact = run(kinetics, values=values, times=times, settings=Settings(rtol=1e-11, atol=1e-13)).values["central"]
    for rtol in (1e-3, 1e-5, 1e-7):
        sol = run(kinetics, values=values, times=times, settings=Settings(rtol=rtol, atol=rtol / 100))
        assert np.max(np.abs(sol.values["central"] / exact - 1)) < 5 * rtol
        steps.append(int(sol.steps[0]))
    assert steps == sorted(steps)
