"""Forecasts of week 6 on the open trial of an oral antidepressant, by a fit that never saw its rows, against plain predictors."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from test_mmrm import OPEN_DATA

from resynapse.methods.forecast import USUAL, infer
from resynapse.methods.ratings import log_chance
from resynapse.model.scales import READOUTS
from resynapse.study.cloud import cloud_of
from resynapse.study.fits import load_fit
from resynapse.study.lookalikes import Lookalikes
from resynapse.study.patient_table import Dose, Patient, Seen

LAST, FOLDS, NEAR = 7, 10, 1.05
SCORES = np.arange(53.0)
FIT = "newest without trial=goldstein"


@dataclass(frozen=True)
class Case:
    """One patient: baseline and early ratings (day, score), the arm, sex, and what was rated in week 6."""

    name: str
    drug: bool
    female: bool
    seen: tuple[tuple[float, float], ...]
    last: tuple[float, float]

    def patient(self, known: bool) -> Patient:
        """Return what a forecast is given: the ratings, or nothing of them."""
        dose = Dose(0.0, "antidepressant" if self.drug else "placebo", "oral")
        seen = tuple(Seen(24 * day, "HAMD17", score) for day, score in self.seen) if known else ()
        return Patient(self.name, (dose,), seen, traits={"female": float(self.female)}, population="mdd_adult", blinding="inactive")


def cases(visits) -> list[Case]:
    """Return everybody who was rated at these visits and in week 6."""
    out = []
    for name, rows in pd.read_csv(OPEN_DATA).groupby("patient"):
        at = {v: (float(d), float(x)) for v, d, x in zip(rows["visit"], rows["days_since_baseline"], rows["hamd17"], strict=True)}
        if {*visits, LAST} <= set(at):
            first = rows.iloc[0]
            seen = ((0.0, float(first["hamd17_baseline"])), *(at[v] for v in visits))
            out.append(Case(str(name), first["arm"] == "drug", first["sex"] == "F", seen, at[LAST]))
    return out


def chances(case: Case, known: bool) -> np.ndarray:
    """Return the chance of every score in week 6."""
    like, hour = Lookalikes(case.patient(known), 1, load_fit(FIT)), 24 * case.last[0]
    posterior = infer(like.log_likelihood if known else None, like.unknown, 1, USUAL)
    cloud = cloud_of(like, posterior, [hour], ["HAMD17"])
    true = cloud.ahead(like.patient.doses, np.unique([cloud.now, hour]), ["HAMD17"])["HAMD17"][:, -1]
    middle, error = cloud.rated("HAMD17", hour, true)
    chance = np.array([cloud.weight @ np.exp(log_chance(x, middle, error, READOUTS["HAMD17"].scale)) for x in SCORES])
    return chance / chance.sum()


def out_of_fold(some: list[Case]) -> tuple[np.ndarray, np.ndarray]:
    """Return mean of the arm, and linear regression on arm and all ratings, each trained on the other nine tenths."""
    y, fold = np.array([c.last[1] for c in some]), np.arange(len(some)) % FOLDS
    x = np.array([[1.0, float(c.drug), *(score for _, score in c.seen)] for c in some])
    mean, line = np.zeros(len(y)), np.zeros(len(y))
    for k in range(FOLDS):
        here, there = fold == k, fold != k
        line[here] = x[here] @ np.linalg.lstsq(x[there], y[there], rcond=None)[0]
        for arm in (0.0, 1.0):
            mean[here & (x[:, 1] == arm)] = y[there & (x[:, 1] == arm)].mean()
    return mean, line


def crps(chance: np.ndarray, score: float) -> float:
    """Return the continuous ranked probability score of one forecast; lower is better."""
    return float(np.sum((np.cumsum(chance) - (score <= SCORES)) ** 2))


def covered(found: np.ndarray, y: np.ndarray, share: float) -> float:
    """Return how often the central interval of a share holds the score."""
    whole = np.cumsum(found, axis=1)
    low = np.array([np.searchsorted(c, (1 - share) / 2) for c in whole])
    high = np.array([np.searchsorted(c, (1 + share) / 2) for c in whole])
    return float(np.mean((low <= y) & (y <= high)))


@pytest.mark.parametrize("visits", [(4,), (4, 5)], ids=["week 1", "weeks 1 and 2"])
def test_week_six_is_forecast_as_well_as_by_the_best_plain_predictor(visits, capsys):
    some = cases(visits)
    y = np.array([c.last[1] for c in some])
    told, blind = (np.array([chances(c, known) for c in some]) for known in (True, False))
    mean, line = out_of_fold(some)
    error = lambda x: float(np.sqrt(np.mean((x - y) ** 2)))  # noqa: E731
    plain = {"last value": error(np.array([c.seen[-1][1] for c in some])), "mean of the arm": error(mean), "regression": error(line)}
    mine, score, without = error(told @ SCORES), *(np.mean([crps(p, s) for p, s in zip(f, y, strict=True)]) for f in (told, blind))
    with capsys.disabled():
        print(f"\n{len(some)} patients, visits {visits}: RMSE {mine:.2f}; " + "; ".join(f"{k} {v:.2f}" for k, v in plain.items()))
        print(f"CRPS {score:.2f}, population forecast {without:.2f}; 50 % intervals hold {covered(told, y, 0.5):.2f}, "
              f"90 % {covered(told, y, 0.9):.2f}; bias {np.mean(told @ SCORES - y):+.2f}")  # fmt: skip
    assert mine <= NEAR * min(plain.values())
    assert score < without
