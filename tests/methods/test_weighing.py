"""Weighing virtual people: against posteriors that are known in closed form."""

import numpy as np
import pytest

from resynapse.methods.forecast import Budget, infer, smoothed

NAMES = tuple(f"person:u{k}" for k in range(12))


def seen_at(value, sd, along=0):
    """Log-likelihood of one normal observation of one unknown."""
    return lambda z, number: -0.5 * ((value - z[:, along]) / sd) ** 2


def test_a_mild_observation_is_weighed_without_moving_anybody():
    found = infer(seen_at(0.5, 1.0), NAMES, 1, Budget(first=4000))
    assert found.rounds == 0 and found.method == "importance" and found.k < 0.7
    name, mean, sd = found.learned()[0]
    assert name == "person:u0" and mean == pytest.approx(0.25, abs=0.05) and sd == pytest.approx(np.sqrt(0.5), abs=0.05)
    assert all(abs(m) < 0.1 and abs(s - 1) < 0.1 for _, m, s in found.learned()[1:])


def test_a_sharp_and_unusual_observation_is_followed_by_a_local_sampler():
    found = infer(seen_at(3.0, 0.1), NAMES, 1)
    assert found.rounds > 0 and found.method == "adaptive" and found.k < 0.7 and found.ess > 100
    mean, sd = found.learned()[0][1:]
    assert mean == pytest.approx(3.0 / 1.01, abs=0.03) and sd == pytest.approx(np.sqrt(0.01 / 1.01), rel=0.25)


def test_a_curved_ridge_is_covered():
    ridge = lambda z, number: -0.5 * ((z[:, 0] * z[:, 1] - 1.5) / 0.1) ** 2  # noqa: E731
    found = infer(ridge, NAMES, 3)
    grid = np.linspace(-5, 5, 801)
    a, b = np.meshgrid(grid, grid)
    exact = np.exp(-0.5 * (a**2 + b**2) - 0.5 * ((a * b - 1.5) / 0.1) ** 2)
    assert found.weight @ found.z[:, 0] ** 2 == pytest.approx(np.sum(exact * a**2) / exact.sum(), rel=0.15)


def test_nothing_seen_leaves_the_population_as_it_is():
    found = infer(None, NAMES, 1)
    assert found.ess == len(found.z) and found.rounds == 0 and np.ptp(found.weight) == 0


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    one, again, other = (infer(seen_at(2.0, 0.2), NAMES, s) for s in (1, 1, 2))
    assert np.array_equal(one.z, again.z) and np.array_equal(one.weight, again.weight)
    assert not np.array_equal(one.z[:10], other.z[:10])


def test_draws_stand_for_the_weights():
    found = infer(seen_at(1.0, 0.5), NAMES, 5)
    which, weight = found.chosen(400, 5)
    assert weight.sum() == pytest.approx(1) and len(which) == len(set(which.tolist()))
    assert weight @ found.z[which, 0] == pytest.approx(found.weight @ found.z[:, 0], abs=0.05)


def test_people_who_could_not_be_solved_weigh_nothing():
    weight, _ = smoothed(np.where(np.arange(200) % 2 == 0, -np.inf, np.linspace(-1, 0, 200)))
    assert weight[::2].sum() < 1e-12 and weight.sum() == pytest.approx(1)
