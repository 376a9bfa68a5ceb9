"""Tilt: the people of one population, weighted so that their means and SDs are those of another table (entropy balancing).

Of all weights that give the target's moments these stay closest to equal ones: exp(sum of coefficients x moments) (Hainmueller 2012).
How many people's worth is left is the effective sample size, (sum w)^2 / sum w^2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from resynapse.notation import InputError

Targets = Mapping[str, tuple[float, float | None]]
LEAST_SHARE = 0.01
NEARLY_ALL = 0.999  # the few weights above that of 99.9 % of people count as much as it: else hardly anybody would be taken


@dataclass(frozen=True)
class Tilt:
    """Weights as a function of covariates.  share: effective sample size over people.  top: the weight (log) that counts as 1."""

    targets: dict[str, tuple[float, float | None]]
    scales: dict[str, float]
    coefficients: np.ndarray
    top: float
    share: float

    def weights(self, covariates: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return weights (n,), at most 1."""
        return np.exp(np.minimum(moments(covariates, self.targets, self.scales) @ self.coefficients - self.top, 0.0))


def moments(covariates: Mapping[str, np.ndarray], targets: Targets, scales: Mapping[str, float]) -> np.ndarray:
    """Return what should be 0 on average (n, k): distance from each target mean, and of its square from each target variance."""
    out = []
    for name, (mean, sd) in targets.items():
        away = (covariates[name] - mean) / scales[name]
        out.append(away)
        if sd is not None:
            out.append(away**2 - (sd / scales[name]) ** 2)
    return np.array(out).T


def balance(covariates: Mapping[str, np.ndarray], targets: Targets) -> Tilt:
    """Return the weights of these people that meet the targets {covariate: (mean, SD or None)}.

    Raises InputError for a covariate that these people do not have, and for a table that they cannot meet or only with next to nobody.
    """
    from scipy.optimize import minimize

    for name in targets:
        if name not in covariates:
            raise InputError("reweight_to", name, f"a covariate of this population: {', '.join(covariates)}", covariates)
    scales = {name: max(float(np.std(covariates[name])), 1e-9) for name in targets}
    f = moments(covariates, targets, scales)

    def dual(v: np.ndarray) -> tuple[float, np.ndarray]:
        z = f @ v
        w = np.exp(z - z.max())
        return float(z.max() + np.log(w.sum())), w @ f / w.sum()

    with np.errstate(all="ignore"):  # a table that cannot be met sends the search to infinity
        found: Any = minimize(dual, np.zeros(f.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 500})
    at = np.asarray(found.x)
    z = f @ at
    w = np.exp(z - z.max())
    off = np.abs(w @ f) / w.sum()
    share = float(w.sum() ** 2 / (w**2).sum() / len(w))
    if not np.isfinite(off).all() or off.max() > 1e-2 or share < LEAST_SHARE:
        told = ", ".join(f"{n} {m:g}" + (f" ({s:g})" if s is not None else "") for n, (m, s) in targets.items())
        now = ", ".join(f"{n} {covariates[n].mean():.3g} ({covariates[n].std():.3g})" for n in targets)
        raise InputError("reweight_to", told, f"a table that people of this population can meet; theirs is {now}")
    return Tilt(dict(targets), scales, at, float(np.quantile(z, NEARLY_ALL)), share)
