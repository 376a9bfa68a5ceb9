"""MMRM: the mixed model for repeated measures, as trials of depression are analysed.

change ~ arm:visit + baseline:visit + (stratum:visit), no intercept; every effect has its own value at every visit.  Within a patient
the errors are normal with an unstructured covariance; patients are independent.  Missing visits are missing at random.  Fitted by
restricted maximum likelihood (REML); contrasts have Satterthwaite's degrees of freedom (Satterthwaite 1946; as in SAS PROC MIXED
with ddfm=satterthwaite) from the observed information of the covariance.

Since every effect is crossed with visit, a patient's design is z' (x) S: covariates z (c,) and the visits S that were seen.  So patients
with the same missing visits enter through sums of zz', zy' and yy' alone, and the cost of the likelihood does not depend on n.
The covariance is moved as L0 T T' L0' from a start L0 L0', T lower triangular with a log diagonal: it stays positive, and near the
start its information is close to the identity.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from resynapse.methods.effects import Effect, effect
from resynapse.methods.trial_data import TrialData
from resynapse.notation import InputError

_STEP = 1e-4  # of the differences that give the observed information from the exact gradient
_SMALL = 1e-6  # largest gradient, for each patient, of a finished fit


@dataclass(frozen=True)
class Mmrm:
    """A fit: coefficients (c, V) of the arms and then the covariates, their covariance (cV, cV), that of the errors (V, V).

    slopes (q, cV, cV): how the coefficients' covariance moves with the parameters of the errors' covariance; spread (q, q): the
    covariance of those parameters' estimates.
    """

    arms: tuple[str, ...]
    visits: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray
    errors: np.ndarray
    deviance: float
    slopes: np.ndarray
    spread: np.ndarray
    n: int

    def contrast(self, weights: np.ndarray) -> Effect:
        """Return the effect sum(weights * coefficients), weights (c, V), with Satterthwaite's degrees of freedom."""
        w = np.asarray(weights, float).ravel()
        variance = float(w @ self.covariance @ w)
        slope = np.einsum("i,qij,j->q", w, self.slopes, w)
        spread = float(slope @ self.spread @ slope)
        df = 2 * variance**2 / spread if spread > 0 else np.nan
        return effect(self.n, float(w @ self.coefficients.ravel()), np.sqrt(variance), df)

    def mean(self, arm: str, visit: float) -> Effect:
        """Return the least-squares mean of an arm at a visit: at the mean baseline (and stratum) of all patients."""
        return self.contrast(self._weights({arm: 1.0}, visit))

    def difference(self, arm: str, against: str, visit: float) -> Effect:
        """Return one arm minus another at a visit."""
        return self.contrast(self._weights({arm: 1.0, against: -1.0}, visit))

    def _weights(self, of: dict[str, float], visit: float) -> np.ndarray:
        out = np.zeros_like(self.coefficients)
        place = int(np.argmin(np.abs(self.visits - visit)))
        if abs(self.visits[place] - visit) > 1e-6:
            raise InputError("mmrm", f"{visit:g} h", f"a visit of the fit: {', '.join(f'{t:g} h' for t in self.visits)}")
        for arm, weight in of.items():
            out[self.arms.index(arm), place] = weight
        return out


class _Patterns(NamedTuple):
    """Sums over patients with the same visits: seen (K, V), how many they are (K,), zz (K, c, c), zy (K, c, V), yy (K, V, V)."""

    seen: np.ndarray
    people: np.ndarray
    zz: np.ndarray
    zy: np.ndarray
    yy: np.ndarray


class _At(NamedTuple):
    """The restricted likelihood at B covariances: -2 log (B,), its slope (B, V, V), coefficients (B, c, V), covariance (B, cV, cV)."""

    deviance: np.ndarray
    slope: np.ndarray
    beta: np.ndarray
    covariance: np.ndarray


def fit(data: TrialData) -> Mmrm:
    """Fit the model to changes from baseline; patients with no visit or no baseline are left out.

    Raises InputError where the data cannot tell the covariance or a coefficient, or the likelihood has no maximum inside.
    """
    data = data.take(np.isfinite(data.values).any(axis=1) & np.isfinite(data.baseline))
    if not data.n:
        raise InputError("mmrm", "no patient with a baseline and a visit", "some")
    y, z = data.change, data.design()
    _check(data, z)
    sums = _patterns(y, z)
    root = np.linalg.cholesky(_start(y, z))
    for _ in range(8):  # once is enough, but where visits say nearly the same: then the next round starts where this one ended
        root = root @ _triangle(_maximise(sums, root))
        if (top := _polish(sums, root)) is not None:
            break
    else:
        raise InputError("mmrm", "a likelihood without a maximum", "more people, or fewer visits that say the same")
    lower = root @ _triangle(top.theta)
    best = _likelihood(sums, (lower @ lower.T)[None])
    spread = np.linalg.inv(top.information)
    return Mmrm(
        data.arms, data.visits, best.beta[0], best.covariance[0], lower @ lower.T, float(best.deviance[0]), top.slopes, spread, data.n
    )


def _check(data: TrialData, z: np.ndarray) -> None:
    """Refuse data that cannot tell an unstructured covariance or an arm's mean at a visit."""
    seen = np.isfinite(data.values)
    for k, arm in enumerate(data.arms):
        empty = data.visits[seen[data.arm == k].sum(axis=0) == 0]
        if len(empty):
            raise InputError("mmrm", f"nobody of arm {arm} at {empty[0]:g} h", "every arm seen at every visit")
    both = seen.T.astype(float) @ seen
    least = z.shape[1] + seen.shape[1]
    if both.min() <= z.shape[1] or len(z) < least:
        read = f"{int(both.min())} patients seen at the same two visits"
        raise InputError("mmrm", read, f"at least {least}: fewer visits or more people")


def _patterns(y: np.ndarray, z: np.ndarray) -> _Patterns:
    seen, which = np.unique(np.isfinite(y), axis=0, return_inverse=True)
    which, filled = which.ravel(), np.where(np.isfinite(y), y, 0.0)
    member = (which[None, :] == np.arange(len(seen))[:, None]).astype(float)
    pair = lambda a, b: np.einsum("kn,ni,nj->kij", member, a, b, optimize=True)  # noqa: E731
    return _Patterns(seen, member.sum(axis=1), pair(z, z), pair(z, filled), pair(filled, filled))


def _start(y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return a covariance to start from: that of the residuals of each visit, correlations of those seen at both, kept positive."""
    seen = np.isfinite(y)
    residual = np.full_like(y, np.nan)
    for j, there in enumerate(seen.T):
        residual[there, j] = y[there, j] - z[there] @ np.linalg.lstsq(z[there], y[there, j], rcond=None)[0]
    e = np.where(seen, residual, 0.0)
    sd = np.sqrt((e**2).sum(axis=0) / np.maximum(seen.sum(axis=0) - z.shape[1], 1))
    if not (sd > 1e-9 * max(1.0, float(np.abs(np.where(seen, y, 0)).max()))).all():
        raise InputError("mmrm", "a visit at which nobody differs", "scores that vary between patients")
    size = np.sqrt((e**2).T @ seen * (seen.T @ (e**2)))  # each sum of squares over those seen at both visits
    correlation = np.clip(e.T @ e / np.where(size > 0, size, 1.0), -1, 1)
    value, vector = np.linalg.eigh(0.95 * correlation + 0.05 * np.eye(len(sd)))
    return sd[:, None] * (vector * np.maximum(value, 0.02)) @ vector.T * sd[None, :]


def _triangle(theta: np.ndarray) -> np.ndarray:
    """Return lower triangles (…, V, V) from their entries (…, q): the logarithm of the diagonal first, then what lies below it."""
    visits = int((np.sqrt(8 * theta.shape[-1] + 1) - 1) / 2)
    out = np.zeros((*theta.shape[:-1], visits, visits))
    out[..., np.arange(visits), np.arange(visits)] = np.exp(theta[..., :visits])
    rows, columns = np.tril_indices(visits, -1)
    out[..., rows, columns] = theta[..., visits:]
    return out


def _likelihood(sums: _Patterns, sigma: np.ndarray) -> _At:
    """Return -2 log of the restricted likelihood (up to a constant) at covariances (B, V, V), its exact slope, and what it implies."""
    (b, v, _), c = sigma.shape, sums.zz.shape[1]
    both = sums.seen[:, :, None] & sums.seen[:, None, :]
    padded = np.where(both, sigma[:, None], 0.0) + np.eye(v) * ~sums.seen[:, None, :]
    weight = np.linalg.inv(padded) * both
    across = weight.reshape(b, -1, v * v).transpose(0, 2, 1) @ sums.zz.reshape(-1, c * c)
    normal = across.reshape(b, v, v, c, c).transpose(0, 3, 1, 4, 2).reshape(b, c * v, c * v)
    right = (sums.zy[None] @ weight).sum(axis=1).reshape(b, c * v)
    covariance = np.linalg.inv(normal)
    beta = (covariance @ right[..., None])[..., 0]
    fitted = (weight * sums.yy).sum(axis=(1, 2, 3)) - (right * beta).sum(axis=1)
    deviance = np.linalg.slogdet(padded)[1] @ sums.people + np.linalg.slogdet(normal)[1] + fitted
    beta = beta.reshape(b, c, v)
    cross = beta.transpose(0, 2, 1)[:, None] @ sums.zy
    spread = covariance.reshape(b, c, v, c, v).transpose(0, 1, 3, 2, 4) + beta[:, :, None, :, None] * beta[:, None, :, None, :]
    residual = (sums.zz.reshape(-1, c * c) @ spread.reshape(b, c * c, v * v)).reshape(b, -1, v, v)
    residual += sums.yy - cross - cross.transpose(0, 1, 3, 2)
    slope = (sums.people[:, None, None] * weight - weight @ residual @ weight).sum(axis=1)
    return _At(deviance, slope, beta, covariance)


def _gradient(sums: _Patterns, root: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return half the deviance (B,), its gradient (B, q) in theta (B, q), and the covariance of the coefficients."""
    t = _triangle(theta)
    lower = root @ t
    found = _likelihood(sums, lower @ lower.transpose(0, 2, 1))
    slope = root.T @ found.slope @ lower
    rows, columns = np.tril_indices(t.shape[-1], -1)
    diagonal = np.diagonal(slope, axis1=1, axis2=2) * np.diagonal(t, axis1=1, axis2=2)
    return found.deviance / 2, np.concatenate([diagonal, slope[:, rows, columns]], axis=1), found.covariance


def _maximise(sums: _Patterns, root: np.ndarray) -> np.ndarray:
    """Return theta (q,) near the maximum."""
    from scipy.optimize import minimize

    scale, visits = float(sums.people.sum()), len(root)

    def objective(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope, _ = _gradient(sums, root, np.clip(theta, -30, 30)[None])
        return float(value[0]) / scale, slope[0] / scale

    return minimize(objective, np.zeros(visits * (visits + 1) // 2), jac=True, method="BFGS", options={"gtol": 1e-4}).x


class _Top(NamedTuple):
    """The maximum: theta (q,), the observed information (q, q), slopes of the coefficients' covariance (q, cV, cV)."""

    theta: np.ndarray
    information: np.ndarray
    slopes: np.ndarray


def _polish(sums: _Patterns, root: np.ndarray) -> _Top | None:
    """Take Newton's steps to the maximum from theta = 0; None where they do not lead there."""
    visits, scale = len(root), float(sums.people.sum())
    q = visits * (visits + 1) // 2
    theta = np.zeros(q)
    for _ in range(8):
        steps = theta + _STEP * np.vstack([np.zeros(q), np.eye(q), -np.eye(q)])
        _, slope, covariance = _gradient(sums, root, steps)
        information = (slope[1 : q + 1] - slope[q + 1 :]) / (2 * _STEP)
        information = (information + information.T) / 2
        if not np.isfinite(information).all() or np.linalg.eigvalsh(information)[0] <= 1e-6 * scale:
            return None
        if np.abs(slope[0]).max() <= _SMALL * scale:
            return _Top(theta, information, (covariance[1 : q + 1] - covariance[q + 1 :]) / (2 * _STEP))
        theta = theta - np.linalg.solve(information, slope[0])
        if np.abs(theta).max() > 5:
            return None
    return None
