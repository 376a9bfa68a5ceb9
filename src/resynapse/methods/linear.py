"""Linear: the posterior of one stage of a calibration, from predictions made linear (with curvature) about the best point.

Everything lives on coordinates u, standard normal before any evidence.  A row's number y (on its own scale, `likelihood`) is
    y = m(u) + studies + beyond + chance,      m(u) = mu + J (u - at) + H (u - at)^2 / 2
studies: effects of a trial on parameters of the model, each of SD omega, seen through S; beyond: what trials of one kind of row
differ by beyond that, SD tau, half of it (assumed) shared by a trial's rows; chance: SD s.  omega and tau are estimated with u.
Rows far off (more than 2.5 SD) count less, so that they widen intervals rather than bend the mechanism.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SHARED, FAR, CURVED = 0.5, 2.5, 1.0


@dataclass(frozen=True, eq=False)
class Linear:
    """Rows (n), numbers (P), study effects (W) and kinds (K) of one stage.

    at (P,): the point; mu (n,), J, H (n, P), S (n, W); y, s (n,).  prior: log-median and log-SD of omega and tau, (W + K, 2).
    """

    names: tuple[str, ...]
    studies: tuple[str, ...]
    ids: tuple[str, ...]
    trials: tuple[str, ...]
    kinds: tuple[str, ...]
    at: Array
    y: Array
    s: Array
    mu: Array
    J: Array
    H: Array
    S: Array
    prior: Array

    @functools.cached_property
    def sorts(self) -> tuple[str, ...]:
        """Kinds of rows, each once."""
        return tuple(dict.fromkeys(self.kinds))

    @functools.cached_property
    def blocks(self) -> dict[str, tuple[NDArray[np.intp], Array]]:
        """{trial: (its rows, (K, m, m) which of them share a kind)}."""
        trial, kind, out = np.array(self.trials), np.array(self.kinds), {}
        for name in dict.fromkeys(self.trials):
            rows = np.flatnonzero(trial == name)
            same = np.stack([(kind[rows] == k).astype(float) for k in self.sorts])
            out[name] = (rows, same[:, :, None] * same[:, None, :])
        return out

    def mean(self, u: Array) -> Array:
        """Predictions (n,) at u (P,), or (D, n) at (D, P).  Curvature is trusted within CURVED of the point."""
        off = u - self.at
        return self.mu + off @ self.J.T + 0.5 * (np.clip(off, -CURVED, CURVED) ** 2) @ self.H.T

    def tangent(self, u: Array) -> Linear:
        """Return the straight problem that touches this one at u."""
        off = np.clip(u - self.at, -CURVED, CURVED)
        inside = np.abs(u - self.at) < CURVED
        return replace(self, at=u, mu=self.mean(u), J=self.J + self.H * off * inside, H=np.zeros_like(self.H))

    def without(self, trial: str) -> Linear:
        """Return the stage without the rows of one trial."""
        keep = np.array([t != trial for t in self.trials])
        some = lambda words: tuple(w for w, k in zip(words, keep, strict=True) if k)  # noqa: E731
        cut = {name: getattr(self, name)[keep] for name in ("y", "s", "mu", "J", "H", "S")}
        left = replace(self, ids=some(self.ids), trials=some(self.trials), kinds=some(self.kinds), **cut)
        order = [*range(len(self.studies)), *(len(self.studies) + self.sorts.index(k) for k in left.sorts)]
        return replace(left, prior=self.prior[order])

    def covariance(self, trial: str, spread: Array) -> Array:
        """Return the covariance (m, m) of a trial's rows; spread: omega and tau (W + K,)."""
        rows, same = self.blocks[trial]
        W = len(self.studies)
        seen: Array = self.S[rows] * spread[:W]
        tau = np.einsum("k,kij->ij", spread[W:] ** 2, same)
        mixed = SHARED * tau + (1 - SHARED) * np.diag(np.diag(tau))
        return np.asarray(seen @ seen.T + mixed + np.diag(self.s[rows] ** 2), float)


def summit(of: Linear, spread: Array, steps: int = 12) -> Array:
    """Return the most likely u (P,) with curvature, by Gauss-Newton steps that are cut where they are long."""
    u = of.at
    for _ in range(steps):
        leap = solve(of.tangent(u), spread).best - u
        u = u + leap * min(1.0, 0.5 / max(float(np.abs(leap).max()), 1e-9))
    return u


@dataclass(frozen=True, eq=False)
class Solved:
    """The linear problem at one set of spreads: log density of the rows, precision A (P, P) and its right side b (P,)."""

    density: float
    A: Array
    b: Array

    @property
    def best(self) -> Array:
        """Return the mean of u, (P,)."""
        return np.asarray(np.linalg.solve(self.A, self.b), float)


def solve(of: Linear, spread: Array) -> Solved:
    """Return the Gaussian posterior of u at given spreads, with the density of the rows (u integrated out)."""
    P = len(of.names)
    A, b, q, logs = np.eye(P), np.zeros(P), 0.0, 0.0
    e = of.y - of.mu + of.J @ of.at
    for trial, (rows, _) in of.blocks.items():
        root = np.linalg.cholesky(of.covariance(trial, spread))
        both = np.linalg.solve(root, np.column_stack([of.J[rows], e[rows]]))
        A += both[:, :P].T @ both[:, :P]
        b += both[:, :P].T @ both[:, P]
        q += float(both[:, P] @ both[:, P])
        logs += 2 * float(np.log(np.diag(root)).sum())
    q -= float(b @ np.linalg.solve(A, b))
    return Solved(-0.5 * (q + logs + float(np.linalg.slogdet(A)[1])), A, b)


def objective(of: Linear, phi: Array) -> float:
    """Return the log posterior density of log spreads."""
    prior = -0.5 * float((((phi - of.prior[:, 0]) / of.prior[:, 1]) ** 2).sum())
    return prior + solve(of, np.exp(phi)).density


def spreads(of: Linear, start: Array | None = None, most: int = 60) -> Array:
    """Return the most likely log spreads (W + K,)."""
    from scipy.optimize import minimize

    begin = of.prior[:, 0] if start is None else start
    found = minimize(lambda phi: -objective(of, phi), begin, method="L-BFGS-B", options={"maxiter": most})
    return np.asarray(found.x)


def damped(of: Linear, rounds: int = 3) -> tuple[Linear, Array]:
    """Return the stage with rows far off made to count less, and its log spreads."""
    phi, bare = spreads(of), of.s
    for _ in range(rounds):
        best = solve(of, np.exp(phi)).best
        total = np.sqrt(variance(of, np.exp(phi)) - of.s**2 + bare**2)
        z = np.abs(of.y - of.mu - of.J @ (best - of.at)) / total
        # The variance that makes the row as far off as FAR allows; the row's own chance alone is widened.
        wide = np.sqrt(bare**2 + total**2 * (np.maximum(z / FAR, 1.0) - 1.0))
        of = replace(of, s=wide)
        phi = spreads(of, phi)
    return of, phi


def variance(of: Linear, spread: Array) -> Array:
    """Return the variance of each row (n,) at fixed u."""
    out = np.zeros(len(of.y))
    for trial, (rows, _) in of.blocks.items():
        out[rows] = np.diag(of.covariance(trial, spread))
    return out


def laplace(of: Linear, phi: Array) -> Array:
    """Return the covariance (W + K, W + K) of log spreads about the most likely ones."""
    n, h = len(phi), 0.15
    base, hessian, move = objective(of, phi), np.zeros((n, n)), np.asarray(h * np.eye(n), float)
    up, down = ([objective(of, phi + sign * step) for step in move] for sign in (1.0, -1.0))
    for i in range(n):
        hessian[i, i] = (up[i] - 2 * base + down[i]) / h**2
        for j in range(i):
            hessian[i, j] = hessian[j, i] = (objective(of, phi + move[i] + move[j]) - up[i] - up[j] + base) / h**2
    values, vectors = np.linalg.eigh(-hessian)
    return np.asarray((vectors / np.maximum(values, 0.25)) @ vectors.T, float)
