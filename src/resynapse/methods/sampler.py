"""Sampler: draws from the posterior of a stage, and from that without one trial.

Spreads move by random walks; u, given them, by elliptical slices about its Gaussian posterior, weighed by curvature alone, so that
every step moves.  Chains start apart from one another; how well they agree is reported.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resynapse.methods.forecast import smoothed
from resynapse.methods.linear import Linear, solve, spreads, summit
from resynapse.notation import InputError

Array = NDArray[np.float64]
WALKS, REACH = 3, 1.6
APART, BURN = 12, 150  # steps between draws that are kept of a fit made anew, steps before the first
FAILED = 0.7  # Pareto's k above which weights do not stand for the posterior (Vehtari 2024)


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws: u (M, P), spread (M, W + K), log density of each trial's rows {trial: (M,)}; least effective size, largest R-hat."""

    u: Array
    spread: Array
    trials: dict[str, Array]
    size: float
    rhat: float

    def some(self, picks: NDArray[np.intp]) -> Draws:
        """Return some of the draws."""
        return Draws(self.u[picks], self.spread[picks], {t: x[picks] for t, x in self.trials.items()}, self.size, self.rhat)


@dataclass(frozen=True, eq=False)
class _At:
    """The problem at some spreads: whitening (n, n), its log determinant, white J, white rest, and u's Gaussian posterior."""

    phi: Array
    white: Array
    log: float
    prior: float

    @staticmethod
    def of(one: Linear, phi: Array) -> _At:
        spread, white, log = np.exp(phi), np.zeros((len(one.y), len(one.y))), 0.0
        for trial, (rows, _) in one.blocks.items():
            inverse = np.linalg.inv(np.linalg.cholesky(one.covariance(trial, spread)))
            white[np.ix_(rows, rows)] = inverse
            log += float(np.log(np.diag(inverse)).sum())
        return _At(phi, white, log, -0.5 * float((((phi - one.prior[:, 0]) / one.prior[:, 1]) ** 2).sum()))

    def density(self, off: Array) -> float:
        """Return the log density of rows that are off by (n,)."""
        r = self.white @ off
        return self.log - 0.5 * float(r @ r)


def sample(of: Linear, phi: Array, cover: Array, how: tuple[int, int, int], rng: np.random.Generator) -> Draws:
    """Return draws of a stage.  phi, cover: most likely log spreads and their covariance; how = (chains, draws of each, burn-in)."""
    chains, keep, burn = how
    root = np.asarray(np.linalg.cholesky(cover + 1e-9 * np.eye(len(phi))), float)
    straight = of.tangent(summit(of, np.exp(phi)))
    us, phis, logs = [], [], {t: np.empty(chains * keep) for t in of.blocks}
    for chain in range(chains):
        at = _At.of(of, phi + root @ rng.standard_normal(len(phi)))
        u = solve(straight, np.exp(at.phi)).best
        for step in range(burn + keep):
            for _ in range(WALKS):
                at = _walk(of, at, u, REACH / math.sqrt(len(phi)) * root, rng)
            u = _slice((of, straight), at, u, rng)
            if step >= burn:
                us.append(u)
                phis.append(at.phi)
                _note(of, at, u, logs, chain * keep + step - burn)
    shape = lambda x: np.array(x).reshape(chains, keep, -1)  # noqa: E731
    size, rhat = _quality(np.concatenate([shape(us), shape(phis)], axis=2)) if chains > 1 else (math.nan, math.nan)
    return Draws(np.array(us), np.exp(np.array(phis)), logs, size, rhat)


def _walk(of: Linear, at: _At, u: Array, root: Array, rng: np.random.Generator) -> _At:
    """Move the spreads at fixed u, or stay."""
    new = _At.of(of, at.phi + root @ rng.standard_normal(len(at.phi)))
    off = of.y - of.mean(u)
    gain = new.density(off) + new.prior - at.density(off) - at.prior
    return new if math.log(rng.random()) < gain else at


def _slice(both: tuple[Linear, Linear], at: _At, u: Array, rng: np.random.Generator) -> Array:
    """Move u at fixed spreads (Murray 2010), about the Gaussian posterior of the straight problem; both = (curved, straight)."""
    of, straight = both
    J, e = at.white @ straight.J, at.white @ (straight.y - straight.mu + straight.J @ straight.at)
    A = np.eye(len(u)) + J.T @ J
    root = np.linalg.cholesky(A)
    best = np.linalg.solve(A, J.T @ e)

    def gain(x: Array) -> float:
        return at.density(of.y - of.mean(x)) - at.density(of.y - straight.mu - straight.J @ (x - straight.at))

    other = np.linalg.solve(root.T, rng.standard_normal(len(u)))
    level = gain(u) + math.log(rng.random())
    angle = rng.random() * 2 * math.pi
    low, high = angle - 2 * math.pi, angle
    while True:
        new = best + (u - best) * math.cos(angle) + other * math.sin(angle)
        if gain(new) > level:
            return new
        low, high = (angle, high) if angle < 0 else (low, angle)
        angle = low + (high - low) * rng.random()


def _note(of: Linear, at: _At, u: Array, logs: dict[str, Array], place: int) -> None:
    """Write down the log density of each trial's rows."""
    off = of.y - of.mean(u)
    for trial, (rows, _) in of.blocks.items():
        inverse = at.white[np.ix_(rows, rows)]
        r = inverse @ off[rows]
        logs[trial][place] = float(np.log(np.diag(inverse)).sum()) - 0.5 * float(r @ r)


def _quality(chains: Array) -> tuple[float, float]:
    """Return the least effective size and the largest R-hat over all coordinates of chains (C, D, all)."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import arviz

        tools: Any = arviz
        held = tools.convert_to_dataset(chains)
        sizes, rhats = tools.ess(held).x.values, tools.rhat(held).x.values
    return float(sizes.min()), float(rhats.max())


def resampled(weights: Array, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return `count` indices, each as often as its weight says, in even steps from a random start, shuffled."""
    steps = (rng.random() + np.arange(count)) / count
    picks = np.searchsorted(np.cumsum(weights), steps * (1 - 1e-12))
    return rng.permutation(np.minimum(picks, len(weights) - 1))


@dataclass(frozen=True, eq=False)
class Unseen:
    """What is known without one trial: draws of u (D, P) and spread (D, W + K'), Pareto's k, and which of the draws they are.

    picks: empty where the stage was fitted anew.
    """

    u: Array
    spread: Array
    k: float
    picks: NDArray[np.intp]
    sorts: tuple[str, ...]

    @property
    def anew(self) -> bool:
        """Whether the stage was fitted anew."""
        return not len(self.picks)


def unseen(of: Linear, phi: Array, drawn: Draws, trial: str, how: tuple[int, int]) -> Unseen:
    """Return draws from the posterior without one trial's rows; how = (draws, seed).

    Its density is divided out of the draws' weights; where that fails the stage is fitted again without the trial.
    """
    count, seed = how
    rng = np.random.default_rng([seed, *trial.encode()])
    if len(of.blocks) == 1:
        raise InputError("evidence", trial, "rows of two trials or more for every stage: without this one nothing is left")
    weights, k = smoothed(-drawn.trials[trial])
    if k <= FAILED:
        picks = resampled(weights, count, rng)
        return Unseen(drawn.u[picks], drawn.spread[picks], k, picks, of.sorts)
    rest = of.without(trial)
    order = [*range(len(of.studies)), *(len(of.studies) + of.sorts.index(k) for k in rest.sorts)]
    cover = np.atleast_2d(np.cov(np.log(drawn.spread[:, order]).T))
    fresh = sample(rest, spreads(rest, phi[order], 15), cover, (1, APART * count, BURN), rng)
    return Unseen(fresh.u[::APART], fresh.spread[::APART], k, np.empty(0, np.intp), rest.sorts)
