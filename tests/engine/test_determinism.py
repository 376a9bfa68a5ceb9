"""The same bits, whatever the company: chunks, order, threads, processes, lanes."""

import ctypes
from functools import partial

import numpy as np
import pytest

from resynapse.engine import Crew, Ensemble, Event, Schedule, Settings, execute
from resynapse.engine.emit import write_model
from resynapse.engine.machine import compile_text, load_object
from resynapse.engine.tables import EXPORTED, layout, working_memory

TIMES = [0.0, 0.5, 3.0, 3.0, 7.7, 24.0, 100.0]
OUTPUTS = ["x", "y", "z", "curve", "bent"]
N = 37


def solve(ens, people, rows, settings=None):
    """Events differ between patients, and some happen to some patients only."""
    rows = np.asarray(rows)
    mine = {k: v[rows] for k, v in people.items()}
    when = np.where(rows % 3 == 0, np.nan, 1.0 + 0.31 * rows)
    events = [
        Event(when, "x", "add", 0.1 * rows),
        Event(5.0, "push", "infuse", 0.02 * rows, duration=1.0 + 0.1 * rows),
        Event(5.5, "y", "scale", 0.5),
    ]
    return ens.run(rows.size, mine, Schedule.of(events, rows.size, ens.system), TIMES, OUTPUTS, settings)


@pytest.fixture(scope="module")
def reference(zoo, people):
    return solve(zoo, people, range(N))


@pytest.mark.parametrize("settings", [Settings(chunk=1), Settings(chunk=5), Settings(chunk=1000), Settings(threads=1), Settings(threads=2)])
def test_chunks_and_threads(zoo, people, reference, settings):
    assert solve(zoo, people, range(N), settings).digest() == reference.digest()


def test_order_and_company(zoo, people, reference):
    order = np.random.default_rng(0).permutation(N)
    shuffled = solve(zoo, people, order)
    alone = solve(zoo, people, [11])
    for o in OUTPUTS:
        assert np.array_equal(shuffled.values[o], reference.values[o][order])
        assert np.array_equal(alone.values[o][0], reference.values[o][11])
    assert np.array_equal(shuffled.steps, reference.steps[order]) and np.array_equal(shuffled.final, reference.final[order])


@pytest.mark.parametrize("lanes", [1, 4, 16])
def test_lanes(zoo_system, people, reference, lanes):
    assert solve(Ensemble.of(zoo_system, lanes=lanes), people, range(N)).digest() == reference.digest()


def test_instructions_of_the_processor_do_not_matter(zoo):
    """Code for the oldest processor of the family (no fused multiply-add, narrow registers) computes the same bits."""
    rows = layout(zoo.low.sizes())
    memory = []
    for common in (False, True):
        alive, at = load_object(compile_text(write_model(zoo.low, 8), common), EXPORTED)
        m, _ = working_memory(zoo.low.sizes(), 8)
        m[: rows["K"]] = np.random.default_rng(0).uniform(-0.2, 2, (rows["K"], 8))
        m[rows["P"] : rows["SEEN"]] = np.random.default_rng(1).uniform(0.2, 2, (rows["SEEN"] - rows["P"], 8))
        m[rows["H"]] = np.linspace(0.01, 1, 8)
        atol = np.full(zoo.low.sizes()["NS"], 1e-6)
        void = ctypes.c_void_p
        ctypes.CFUNCTYPE(None, void, void, ctypes.c_double)(at["step"])(m.ctypes.data, atol.ctypes.data, 1e-4)
        ctypes.CFUNCTYPE(None, void, ctypes.c_int64)(at["observe"])(m.ctypes.data, rows["NEW"])
        memory.append(m)
        del alive
    assert np.all(np.isfinite(memory[0][rows["NEW"]])) and np.array_equal(memory[0], memory[1], equal_nan=True)


def digest_of(rows, system, people):
    sol = solve(Ensemble.of(system), people, rows)
    return np.concatenate([sol.values[o] for o in OUTPUTS], axis=1)


@pytest.mark.parametrize("workers", [2, 4])
def test_processes(zoo_system, people, reference, workers):
    tasks = [range(0, 3), range(3, 13), range(13, 20), range(20, N)]
    parts = execute(partial(digest_of, system=zoo_system, people=people), tasks, Crew("processes", workers))
    assert np.array_equal(np.concatenate(parts), np.concatenate([reference.values[o] for o in OUTPUTS], axis=1))


def test_digest_sees_every_bit(zoo, people, reference):
    other = solve(zoo, people, range(N))
    other.values["x"][3, 2] = np.nextafter(other.values["x"][3, 2], 1.0)
    assert other.digest() != reference.digest()


def test_zero_input_stays_exactly_at_rest(kinetics):
    sol = kinetics.run(3, {}, Schedule.of([], 3, kinetics.system), [0.0, 24.0 * 182], ["central", "depot", "third"])
    assert all(np.all(v == 0.0) for v in sol.values.values())
