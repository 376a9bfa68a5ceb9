"""A stage that is linear: truth is recovered, draws agree with the closed form, and what is left out is not known."""

import numpy as np
import pytest

from resynapse.methods.linear import Linear, damped, laplace, solve, spreads
from resynapse.methods.sampler import resampled, sample, unseen

TRUTH, OMEGA, TAU = np.array([0.8, -0.5]), 0.4, 0.3


def made(seed=1, trials=12, each=6, curved=0.0):
    """Rows of trials that differ in one study effect and beyond it."""
    rng = np.random.default_rng(seed)
    n = trials * each
    J, S = rng.normal(size=(n, 2)), np.abs(rng.normal(size=(n, 1)))
    names = tuple(f"t{i // each}" for i in range(n))
    effect = np.repeat(rng.normal(size=trials) * OMEGA, each)
    shared = np.repeat(rng.normal(size=trials) * TAU * np.sqrt(0.5), each) + rng.normal(size=n) * TAU * np.sqrt(0.5)
    H = curved * np.abs(J)
    y = J @ TRUTH + 0.5 * H @ TRUTH**2 + S[:, 0] * effect + shared + rng.normal(size=n) * 0.1
    prior = np.array([[np.log(0.3), 0.7], [np.log(0.3), 0.7]])
    ids = tuple(f"r{i}" for i in range(n))
    return Linear(("a", "b"), ("study",), ids, names, ("k",) * n, np.zeros(2), y, np.full(n, 0.1), np.zeros(n), J, H, S, prior)


@pytest.fixture(scope="module")
def drawn():
    of = made()
    phi = spreads(of)
    return of, phi, sample(of, phi, laplace(of, phi), (2, 400, 50), np.random.default_rng(1))


def test_truth_and_spreads_are_recovered(drawn):
    of, phi, draws = drawn
    low, high = np.quantile(draws.u, [0.005, 0.995], axis=0)
    assert (low < TRUTH).all() and (high > TRUTH).all()
    low, high = np.quantile(draws.spread, [0.005, 0.995], axis=0)
    assert (low < [OMEGA, TAU]).all() and (high > [OMEGA, TAU]).all()
    assert draws.size > 50 and draws.rhat < 1.1


def test_draws_agree_with_the_closed_form(drawn):
    of, phi, draws = drawn
    exact = solve(of, np.exp(phi))
    assert draws.u.mean(axis=0) == pytest.approx(exact.best, abs=0.05)
    assert draws.u.std(axis=0) == pytest.approx(np.sqrt(np.diag(np.linalg.inv(exact.A))), rel=0.3)


def test_a_trial_that_is_left_out_is_not_known_whether_weighed_or_fitted_anew(drawn, monkeypatch):
    of, phi, draws = drawn
    rest = of.without("t3")
    assert not set(rest.ids) & {i for i, t in zip(of.ids, of.trials, strict=True) if t == "t3"}
    exact = solve(rest, np.exp(spreads(rest))).best
    weighed = unseen(of, phi, draws, "t3", (60, 1))
    assert not weighed.anew and weighed.k < 0.7
    monkeypatch.setattr("resynapse.methods.sampler.FAILED", -9.0)
    anew = unseen(of, phi, draws, "t3", (60, 1))
    assert anew.anew and len(anew.u) == 60
    for found in (weighed, anew):
        assert found.u.mean(axis=0) == pytest.approx(exact, abs=0.08)


def test_a_row_far_off_counts_less_and_the_others_as_before():
    of = made()
    of.y[4] += 20.0
    wide, _ = damped(of)
    assert wide.s[4] > 5 * of.s[4]
    assert np.median(wide.s / of.s) == pytest.approx(1.0)
    assert np.abs(solve(wide, np.array([OMEGA, TAU])).best - TRUTH).max() < np.abs(solve(of, np.array([OMEGA, TAU])).best - TRUTH).max()


def test_curvature_is_followed():
    of = made(curved=0.4)
    phi = spreads(of)
    draws = sample(of, phi, laplace(of, phi), (1, 300, 50), np.random.default_rng(2))
    low, high = np.quantile(draws.u, [0.005, 0.995], axis=0)
    assert (low < TRUTH).all() and (high > TRUTH).all()


def test_draws_are_picked_as_often_as_their_weights_say():
    picks = resampled(np.array([0.5, 0.0, 0.5]), 10, np.random.default_rng(3))
    assert sorted(picks) == [0] * 5 + [2] * 5
