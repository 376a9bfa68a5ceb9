"""The mixed model against what is known exactly: complete data, brute force, and its own likelihood."""

import numpy as np
import pandas as pd
import pytest

from resynapse.methods import mmrm
from resynapse.methods.trial_data import TrialData
from resynapse.notation import InputError

VISITS = np.array([24.0, 168.0, 336.0, 672.0])


def trial(n: int = 60, missing: float = 0.0, seed: int = 1) -> TrialData:
    rng = np.random.default_rng(seed)
    time = np.arange(1, 5)
    sd = 5.0 + time
    covariance = np.outer(sd, sd) * 0.6 ** np.abs(time[:, None] - time)
    baseline = rng.normal(33, 5, n)
    arm = np.arange(n) % 2
    values = baseline[:, None] + rng.multivariate_normal(np.zeros(4), covariance, n) - 2.0 * time * arm[:, None]
    values[rng.random((n, 4)) < missing] = np.nan
    return TrialData(("placebo", "drug"), VISITS, arm, baseline, values)


def test_complete_data_give_the_regression_of_each_visit_and_exact_degrees_of_freedom():
    data = trial()
    found, z = mmrm.fit(data), data.design()
    for j, visit in enumerate(VISITS):
        beta, left = np.linalg.lstsq(z, data.change[:, j], rcond=None)[:2]
        variance = left[0] / (data.n - 3)
        inverse = np.linalg.inv(z.T @ z)
        w = np.array([-1.0, 1.0, 0.0])
        effect = found.difference("drug", "placebo", visit)
        assert effect.value == pytest.approx(beta[1] - beta[0], rel=1e-7)
        assert effect.se == pytest.approx(np.sqrt(variance * w @ inverse @ w), rel=1e-6)
        assert effect.df == pytest.approx(data.n - 3, rel=1e-5)
        assert found.mean("drug", visit).value == pytest.approx(beta[1], rel=1e-7)


def test_likelihood_is_that_of_the_whole_design_and_its_slope_is_exact():
    data = trial(20, 0.2)
    y, z = data.change, data.design()
    sums, sigma = mmrm._patterns(y, z), np.diag([40.0, 50, 60, 70]) + 20
    normal, right, total = np.zeros((12, 12)), np.zeros(12), 0.0
    for row, who in zip(y, z, strict=True):
        seen = np.isfinite(row)
        x, w = np.kron(who, np.eye(4))[seen], np.linalg.inv(sigma[np.ix_(seen, seen)])
        normal += x.T @ w @ x
        right += x.T @ w @ row[seen]
        total += row[seen] @ w @ row[seen] - np.linalg.slogdet(w)[1]
    beta = np.linalg.solve(normal, right)
    found = mmrm._likelihood(sums, sigma[None])
    assert found.deviance[0] == pytest.approx(total + np.linalg.slogdet(normal)[1] - right @ beta, rel=1e-10)
    assert found.beta[0].ravel() == pytest.approx(beta, rel=1e-8)
    root, theta = np.linalg.cholesky(sigma), np.linspace(-0.2, 0.3, 10)
    step = 1e-5 * np.eye(10)
    up, down = (mmrm._gradient(sums, root, theta + s * step)[0] for s in (1, -1))
    assert mmrm._gradient(sums, root, theta[None])[1][0] == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-6)


def test_missing_visits_are_fitted_at_a_maximum_whatever_the_order_of_patients():
    data = trial(80, 0.25)
    found = mmrm.fit(data)
    again = mmrm.fit(data.take(np.random.default_rng(1).permutation(80)))
    one, other = (f.difference("drug", "placebo", 672.0) for f in (found, again))
    assert (one.value, one.se, one.df) == pytest.approx((other.value, other.se, other.df), rel=1e-6)
    sums = mmrm._patterns(data.change, data.design())
    nearby = np.array([found.errors * (1 + e) for e in (-0.02, 0.02)])
    assert (mmrm._likelihood(sums, nearby).deviance > found.deviance).all()
    complete = np.isfinite(data.values).all(axis=1).sum() - 3
    assert complete < one.df < data.n - 3


def test_visits_that_say_nearly_the_same_are_fitted_too():
    rng = np.random.default_rng(6)
    level, n = rng.normal(0, 5, 90), 90
    values = 30 + level[:, None] * [1.0, 1.2, 1.1] + rng.normal(0, [0.01, 0.2, 0.002], (n, 3))
    data = TrialData(("placebo", "drug"), VISITS[:3], np.arange(n) % 2, np.full(n, 30.0), values)
    found = mmrm.fit(data)
    left = values - np.array([values[data.arm == k].mean(axis=0) for k in (0, 1)])[data.arm]
    assert found.errors == pytest.approx(left.T @ left / (n - 2), rel=1e-4)


def test_tidy_tables_are_read_and_faults_in_them_named():
    data = trial(12, 0.1)
    rows = [
        {"patient": k, "arm": data.arms[data.arm[k]], "visit": t, "baseline": data.baseline[k], "value": data.values[k, j]}
        for k in range(12)
        for j, t in enumerate(VISITS)
        if np.isfinite(data.values[k, j])
    ]
    table = pd.DataFrame(rows)
    read = TrialData.from_tidy(table)
    assert read.arms == data.arms and np.array_equal(read.values, data.values, equal_nan=True)
    for wrong, said in (
        (table.drop(columns="baseline"), "no column baseline"),
        (pd.concat([table, table.head(1)]), "twice at visit"),
        (table.assign(baseline=np.arange(len(table)) * 1.0), "two baselines"),
    ):
        with pytest.raises(InputError, match=said):
            TrialData.from_tidy(wrong)


def test_data_that_cannot_tell_are_refused_by_name():
    few, flat, gone = trial(6), trial(), trial()
    flat.values[:, 2] = flat.baseline
    gone.values[gone.arm == 1, 3] = np.nan
    for data, said in ((few, "patients seen at the same two visits"), (flat, "nobody differs"), (gone, "nobody of arm drug at 672 h")):
        with pytest.raises(InputError, match=said):
            mmrm.fit(data)
    with pytest.raises(InputError, match="a visit of the fit"):
        mmrm.fit(trial()).mean("drug", 5.0)
