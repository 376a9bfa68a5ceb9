"""The table of a curve against closed forms and against published output of Phoenix WinNonlin."""

from pathlib import Path

import numpy as np
import pytest

from resynapse.methods.nca import area, nca

DATA = Path(__file__).parents[1] / "data"


def read(name):
    return np.genfromtxt(DATA / name, delimiter=",", names=True, comments=None, skip_header=1)


def test_theophylline_agrees_with_the_published_winnonlin_table_to_its_printed_digits():
    data, table = read("theoph.csv"), read("theoph_winnonlin.csv")
    for expected in table:
        one = data[data["subject"] == expected["subject"]]
        got = nca(one["time_h"], one["conc_mg_per_L"], dose=320.0)
        for name in table.dtype.names[1:]:
            assert getattr(got, name)[0] == pytest.approx(expected[name], rel=6e-9, abs=6e-10), (expected["subject"], name)


def test_many_people_at_once_give_the_same_as_one_by_one():
    rng = np.random.default_rng(1)
    t = np.array([0, 0.25, 0.5, 1, 2, 4, 8, 12, 24.0])
    c = 10 * (np.exp(-0.1 * t) - np.exp(-1.5 * t)) * rng.lognormal(0, 0.2, (20, 9))
    c[3, 5] = np.nan
    c[4, -1] = 0.0
    together = nca(t, c, dose=100.0)
    for i in range(20):
        alone = nca(t, c[i], dose=100.0)
        for name in ("cmax", "auc_t", "lambda_z", "auc_inf", "volume_ss", "t_last"):
            assert getattr(together, name)[i] == pytest.approx(getattr(alone, name)[0], rel=1e-12, nan_ok=True)
    assert together.t_last[4] == 12


def test_one_compartment_bolus_is_exact():
    t = np.linspace(0.5, 48, 96)
    k, v = np.array([0.05, 0.2]), 40.0
    got = nca(t, 500 / v * np.exp(-k[:, None] * t), dose=500.0, bolus=True)
    assert got.cmax == pytest.approx(500 / v)
    assert got.half_life == pytest.approx(np.log(2) / k, rel=1e-9)
    assert got.clearance == pytest.approx(k * v, rel=1e-9)
    assert got.volume_ss == pytest.approx([v, v], rel=1e-9)
    assert got.volume_z == pytest.approx([v, v], rel=1e-9)


def test_one_compartment_infusion_on_a_dense_grid():
    cl, v, length, dose = 6.0, 30.0, 2.0, 120.0
    k = cl / v
    t = np.unique(np.concatenate([np.linspace(0, length, 40001), np.linspace(length, 60, 400)]))
    rate = dose / length
    c = np.where(t <= length, rate / cl * (1 - np.exp(-k * t)), rate / cl * (1 - np.exp(-k * length)) * np.exp(-k * (t - length)))
    got = nca(t, c, dose=dose, infusion_h=length)
    assert got.clearance[0] == pytest.approx(cl, rel=1e-6)
    assert got.volume_ss[0] == pytest.approx(v, rel=1e-6)
    assert got.tmax[0] == length
    assert got.cmax[0] == pytest.approx(rate / cl * (1 - np.exp(-k * length)), rel=1e-12)


def test_one_compartment_oral_on_a_dense_grid():
    ka, k, v, dose = 1.2, 0.15, 25.0, 100.0
    t = np.concatenate([np.linspace(0, 60, 60001), [90, 120, 150]])
    c = dose * ka / v / (ka - k) * (np.exp(-k * t) - np.exp(-ka * t))
    got = nca(t, c, dose=dose, tolerance=0.0)
    assert got.auc_inf[0] == pytest.approx(dose / (k * v), rel=1e-6)
    assert got.half_life[0] == pytest.approx(np.log(2) / k, rel=1e-6)
    assert got.tmax[0] == pytest.approx(np.log(ka / k) / (ka - k), abs=1e-3)
    assert got.mrt[0] == pytest.approx(1 / ka + 1 / k, rel=1e-6)


def test_two_compartments_on_a_dense_grid():
    a, b, al, be, dose = 8.0, 2.0, 1.5, 0.1, 100.0
    t = np.concatenate([np.linspace(0, 20, 20001), np.linspace(20, 200, 1801)[1:]])
    got = nca(t, a * np.exp(-al * t) + b * np.exp(-be * t), dose=dose, bolus=True, tolerance=0.0)
    auc, aumc = a / al + b / be, a / al**2 + b / be**2
    assert got.auc_inf[0] == pytest.approx(auc, rel=1e-6)
    assert got.volume_ss[0] == pytest.approx(dose * aumc / auc**2, rel=1e-6)
    assert got.half_life[0] == pytest.approx(np.log(2) / be, rel=1e-6)


def test_area_between_two_times_and_curves_without_an_end():
    t = np.linspace(0, 10, 11)
    assert area(t, 2 * t)[0] == pytest.approx(100.0)
    rising = nca(t, 1 + t)
    assert np.isnan(rising.half_life[0]) and np.isnan(rising.auc_inf[0]) and rising.auc_t[0] == pytest.approx(60.0)
    zero = nca(t, 0 * t)
    assert zero.cmax[0] == 0 and zero.auc_t[0] == 0 and np.isnan(zero.lambda_z[0])
