"""Pools with a known truth, for the tests of the judge."""

import numpy as np

from resynapse.methods.evidence import Row
from resynapse.methods.pool import Experiment, Pool


def row(**given):
    """A predict row; only what a test is about need be given."""
    base = {"id": "t-1", "source": "s", "quantity": "MADRS", "statistic": "mean", "value": 20.0, "unit": "points", "n": 50}
    return Row(**{**base, "time_h": 24.0, "drug": "ketamine", "route": "iv", "dose_days": (0.0,), **given})


def scores(key="drug", shift=0.0, between=2.0, within=8.0, base=30.0, rho=0.5, control=None, quantity="MADRS", **how):
    """People with a baseline at time 0 and base + shift later, a study effect on both, correlated over time."""

    def simulate(times, people, blocks, seed):
        rng = np.random.default_rng([seed, sum(map(ord, key))])
        block = np.arange(people) % blocks
        study = np.random.default_rng([seed, 99]).normal(0, between, blocks)[block]
        first = rng.normal(0, within, people)
        series = np.empty((people, len(times)))
        for j, t in enumerate(times):
            noise = rho * first + np.sqrt(1 - rho**2) * rng.normal(0, within, people)
            series[:, j] = base + (first if t <= 0 else noise + shift + study)
        return Pool(block, np.array(times), {quantity: series}, {quantity: how.get("unit", "points")})

    return Experiment(key, simulate, control=control, **{k: v for k, v in how.items() if k != "unit"})


def curves(key="iv", clearance=60.0, volume=150.0, dose=35.0, infusion=0.5, share=1.0, between=0.1, within=0.2, **how):
    """One-compartment curves of s_ketamine (ng/mL) after an infusion, lognormal clearance; s_norketamine is twice as much."""

    def simulate(times, people, blocks, seed):
        t = np.array(times)
        rng = np.random.default_rng([seed, 5])
        block = np.arange(people) % blocks
        cl = clearance * np.exp(rng.normal(0, between, blocks)[block] + rng.normal(0, within, people))[:, None]
        k = cl / volume
        rate = 1000 * share * dose / infusion
        up = rate / cl * (1 - np.exp(-k * np.minimum(np.maximum(t, 0), infusion)))
        c = up * np.exp(-k * np.maximum(t - infusion, 0))
        noisy = c * np.exp(rng.normal(0, 0.1, c.shape))
        return Pool(
            block, t, {"s_ketamine": noisy, "s_norketamine": 2 * noisy}, {"s_ketamine": "ng/mL", "s_norketamine": "ng/mL"},
            {"s_ketamine": c, "s_norketamine": 2 * c}, {"s_ketamine": dose}, molar_mass={"s_ketamine": 237.7},
        )  # fmt: skip

    return Experiment(key, simulate, infusion_h=infusion, parent="s_ketamine", **how)
