"""Each summary against a plain computation, one replicate at a time."""

import warnings

import numpy as np
import pytest

from resynapse.methods import summaries
from resynapse.methods.conversion import factor
from resynapse.methods.pool import NotSimulated

RNG = np.random.default_rng(4)
X = RNG.normal(20, 6, (5, 31, 2))
Y = RNG.normal(25, 6, (5, 24, 2))


def test_locations_leave_out_what_was_not_seen():
    x = X[..., 0].copy()
    x[0, :3] = np.nan
    x[1] = np.nan
    assert summaries.mean(x)[[0, 2]] == pytest.approx([np.nanmean(x[0]), x[2].mean()])
    assert summaries.sd(x)[[0, 2]] == pytest.approx([np.nanstd(x[0], ddof=1), x[2].std(ddof=1)])
    assert summaries.median(x)[[0, 2]] == pytest.approx([np.nanmedian(x[0]), np.median(x[2])])
    assert summaries.median(x[:, :30])[2] == pytest.approx(np.median(x[2, :30]))
    assert summaries.geomean(np.abs(x))[2] == pytest.approx(np.exp(np.log(np.abs(x[2])).mean()))
    assert all(np.isnan(f(x)[1]) for f in (summaries.mean, summaries.sd, summaries.median, summaries.geomean))


def test_differences():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = summaries.adjusted_difference(X, Y)
    for i in range(5):
        both = np.concatenate([X[i], Y[i]])
        arm = np.r_[np.ones(31), np.zeros(24)]
        design = np.column_stack([np.ones(55), arm, both[:, 1]])
        slope = np.linalg.lstsq(design, both[:, 0] - both[:, 1], rcond=None)[0][1]
        assert found[i] == pytest.approx(slope)
        pooled = np.sqrt((30 * X[i, :, 0].var(ddof=1) + 23 * Y[i, :, 0].var(ddof=1)) / 53)
        assert summaries.pooled_sd(X[..., 0], Y[..., 0])[i] == pytest.approx(pooled)
    assert summaries.percent_change(X)[2, 3] == pytest.approx(100 * (X[2, 3, 0] / X[2, 3, 1] - 1))
    assert summaries.correlation(X)[2] == pytest.approx(np.corrcoef(X[2, :, 0], X[2, :, 1])[0, 1])
    assert list(summaries.standardised(np.array([1.0, 0.0, -1.0, 3.0]), np.array([0.0, 0.0, 0.0, 2.0]))) == [np.inf, 0, -np.inf, 1.5]


def test_odds_and_hazards():
    x, y = np.r_[np.ones(12), np.zeros(8)][None], np.r_[np.ones(5), np.zeros(15)][None]
    assert summaries.odds_ratio(x, y)[0] == pytest.approx(12 * 15 / (8 * 5))
    assert summaries.odds_ratio(x * 0, y)[0] == pytest.approx(0.5 * 15.5 / (20.5 * 5.5))
    times = RNG.exponential(1.0, (20, 800))
    ratio = summaries.hazard_ratio(times[:, :400] / 2, times[:, 400:], horizon=1.5)
    assert ratio.mean() == pytest.approx(2.0, rel=0.06)
    alike = summaries.hazard_ratio(times[:, :400], times[:, 400:], horizon=1.5)
    assert alike.mean() == pytest.approx(1.0, rel=0.05)
    tied = np.array([[1.0, 2.0, 2.0, np.inf]])
    assert summaries.hazard_ratio(tied, tied, 3.0)[0] == pytest.approx(1.0)
    never = np.full((1, 10), np.inf)
    assert np.isnan(summaries.hazard_ratio(never, never, 1.0)[0])


@pytest.mark.parametrize(
    ("have", "wanted", "expected"),
    [
        ("ng/mL", "ug/L", 1.0), ("ng/mL", "mg/L", 1e-3), ("ng/mL*h", "ng*h/mL", 1.0), ("ng/mL*h", "h*ug/mL", 1e-3),
        ("ng/mL*h", "ng*min/mL", 60.0), ("uM", "nM", 1e3), ("ng/mL", "uM", 1 / 237.7), ("uM*h", "ng*h/mL", 237.7), ("h", "min", 60.0),
        ("h", "days", 1 / 24), ("fraction", "percent", 100.0), ("percent", "percent_points", 1.0), ("sd", "d", 1.0),
        ("sd", "g", 1.0), ("ratio", "fold", 1.0), ("L/h", "mL/min", 1 / 0.06), ("L/h", "L/h/kg", 1 / 80), ("L", "L/kg", 1 / 80),
        ("L/h", "mL/min/kg", 1 / 0.06 / 80), ("per_um", "per_um", 1.0), ("µM", "uM", 1.0),
    ],
)  # fmt: skip
def test_units(have, wanted, expected):
    assert factor(have, wanted, 237.7, 80.0) == pytest.approx(expected)


def test_units_that_do_not_fit():
    assert isinstance(factor("points", "mmHg"), NotSimulated) and isinstance(factor("ng/mL", "uM"), NotSimulated)
    assert isinstance(factor("h", "furlong"), NotSimulated)
