"""What stays at zero is left out of the compiled code, and not a bit of the rest changes."""

from dataclasses import replace

import numpy as np
import pytest

from resynapse.engine import Ensemble, Event, Schedule, Settings, ensemble
from resynapse.engine.still import quiet_names, shrink, still, without

SETTINGS = Settings(threads=1)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("_fma(k, z, x + z)", "x"),
        ("_fma(a, b, z)", "a * b"),
        ("_fma(exp(k * z), b, c)", "b + c"),
        ("(z - x) / (1.0 + pos(z))", "-x"),
        ("x * power(1.0 - z, h)", "x * power(1.0, h)"),
        ("where(z - x, 3.0, x)", "where(-x, 3.0, x)"),
        ("where(z, x, y) + where(x, z, -z)", "y"),
        ("maximum(z, x) * minimum(z, 0.0)", "0.0"),
        ("sqrt(z) + z ** 3 + log(x)", "log(x)"),
    ],
)
def test_statements_shrink(text, left):
    assert shrink([("q", text)], ["z"]) == (("q", left),)


def test_a_statement_that_is_zero_makes_others_zero():
    assert shrink([("a", "k * z"), ("b", "a + x"), ("c", "b * a")], ["z"]) == (("a", "0.0"), ("b", "x"), ("c", "0.0"))


def test_what_others_move_does_not_stay(kinetics):
    low = kinetics.low
    assert still(low, {"depot", "central", "second", "third", "rate"}) == {"depot", "central", "second", "third", "rate"}
    assert still(low, {"depot", "central", "second", "third"}) == {"depot"}  # the rate moves central, and central the others
    left = without(low, frozenset({"depot"}))
    assert left.states == ("central", "second", "third") and left.whole == 4 and "ka" not in left.columns


def quiet(ens, events, n=2):
    zero = np.zeros((n, 4)), np.zeros((n, 4)), np.zeros((n, 6))
    return quiet_names(ens.low, zero, Schedule.of(events, n, ens.system))


def test_an_event_that_moves_nothing_leaves_it_quiet(kinetics):
    everything = {"depot", "central", "second", "third", "rate", "pace"}
    assert quiet(kinetics, []) == everything
    assert quiet(kinetics, [Event(0.0, "depot", "add", 0.0), Event(1.0, "depot", "scale", 2.0), Event(2.0, "", "reset")]) == everything
    assert quiet(kinetics, [Event(0.0, "depot", "add", [0.0, 1e-9])]) == everything - {"depot"}
    assert quiet(kinetics, [Event(0.0, "rate", "infuse", 5.0, duration=1.0)]) == everything - {"rate"}


def fresh(system, monkeypatch, worth):
    """An ensemble that has compiled nothing yet, and leaves things out from so many hours of patients on."""
    monkeypatch.setattr(ensemble, "WORTH", worth)
    return replace(Ensemble.of(system), kept={}, worked={})


def run(system, rows, monkeypatch, worth):
    """Solve some of 20 patients: everybody gets an infusion, the second half a dose by mouth too; without what stays at zero, or with."""
    ens, rows = fresh(system, monkeypatch, worth), np.asarray(rows)
    events = [Event(1.0, "rate", "infuse", 3.0 + rows, duration=2.0), Event(np.where(rows < 10, np.nan, 5.0), "depot", "add", 40.0)]
    values, outputs = {"Q2": 5.0 + rows, "Q3": 2.0}, ["depot", "central", "plasma", "rate", "k"]
    schedule = Schedule.of(events, rows.size, system)
    first = ens.run(rows.size, values, schedule, [0.0, 2.0, 4.0], outputs, SETTINGS)
    then = ens.run(rows.size, values, schedule, [4.0, 9.0, 30.0], outputs, SETTINGS, start=first.state())
    return ens, [first, then]


def test_not_a_bit_changes(linear, monkeypatch):
    whole, expected = run(linear, range(9), monkeypatch, np.inf)
    part, found = run(linear, range(9), monkeypatch, 0.0)
    assert {c.low.states for c in whole.kept.values()} == {whole.low.states}
    assert {c.low.states for c in part.kept.values()} == {("central", "second", "third")}
    for a, b in zip(expected, found, strict=True):
        assert a.digest() == b.digest() and np.array_equal(a.final, b.final) and np.array_equal(a.steps, b.steps)


def test_company_that_takes_another_route_changes_nothing(linear, monkeypatch):
    _, everybody = run(linear, range(20), monkeypatch, 0.0)
    few, alone = run(linear, range(7), monkeypatch, 0.0)
    assert {c.low.states for c in few.kept.values()} == {("central", "second", "third")}
    for a, b in zip(everybody, alone, strict=True):
        assert all(np.array_equal(a.values[o][:7], b.values[o]) for o in a.values) and np.array_equal(a.final[:7], b.final)
        assert np.all(b.values["depot"] == 0.0)


def test_events_on_what_is_left_out_touch_nothing_else(linear, monkeypatch):
    """A state that is set to zero, or scaled, while it is zero is left out; such an event must not reach another row."""
    events = [Event(0.5, "rate", "infuse", 3.0, duration=2.0)]
    events += [Event(1.0 + k, "depot", act, value) for k in range(20) for act, value in (("set", 0.0), ("scale", 2.0), ("add", 0.0))]
    found = []
    for worth in (np.inf, 0.0):
        ens = fresh(linear, monkeypatch, worth)
        found.append(ens.run(9, {}, Schedule.of(events, 9, linear), [0.0, 4.0, 30.0], ["central", "plasma"], SETTINGS))
    assert found[0].digest() == found[1].digest() and found[1].values["central"][:, 1].min() > 0


def test_whole_model_without_unused_routes(monkeypatch):
    """The shipped model with one infusion: depots and drugs that nobody takes are left out, and MADRS keeps its bits."""
    from resynapse.model import build

    system, digests = build("human"), []
    for worth in (np.inf, 0.0):
        ens = fresh(system, monkeypatch, worth)
        schedule = Schedule.of([Event(0.0, "s_infusion", "infuse", 60.0, duration=1.0)], 3, system)
        sol = ens.run(
            3, {"weight": np.array([50.0, 70.0, 110.0])}, schedule, [0.5, 24.0, 48.0], ["MADRS", "nmda_block", "s_nasal"], SETTINGS
        )
        digests.append(sol.digest())
        left = {s for c in ens.kept.values() for s in c.low.states}
    assert digests[0] == digests[1] and "s_central" in left and not left & {"s_nasal", "r_gut", "midazolam"}


def test_failure_is_reported_for_all(zoo_system, monkeypatch):
    ens, settings = fresh(zoo_system, monkeypatch, 0.0), replace(SETTINGS, on_failure="report")
    sol = ens.run(2, {"runaway": [0.0, 9.0]}, Schedule.of([], 2, zoo_system), [50.0], ["x", "idle", "start_level"], settings)
    assert list(sol.failed) == [1] and np.isnan(sol.values["idle"][1, 0]) and sol.values["idle"][0, 0] == 0.0
    assert np.all(np.isnan(sol.final[1])) and np.all(np.isfinite(sol.final[0]))


def test_equal_systems_share_what_is_compiled(linear):
    from conftest import Kinetics

    from resynapse.notation import assemble

    one, other = Ensemble.of(linear), Ensemble.of(assemble([Kinetics()]))
    assert one.low is other.low and one.kept is other.kept and Ensemble.of(linear, lanes=4).kept is not one.kept
