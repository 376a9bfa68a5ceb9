"""Mood around its course: as it is drawn, and as ratings show it."""

import numpy as np
import pytest

from resynapse.methods.fluctuation import Fluctuation, Followed, day_of
from resynapse.model.scales import Scale

MADRS = Scale(0, 60)

LAW = Fluctuation(0.06, 14.0)
HOURS = np.array([0.0, 10.0, 24.0, 30.0, 24.0 * 14, 24.0 * 50])


def test_it_starts_from_nothing_and_forgets_itself():
    x = LAW.drawn(HOURS, 3, np.arange(4_000))
    assert np.all(x[:, :2] == 0) and np.array_equal(x[:, 2], x[:, 3])
    assert x[:, 5].std() == pytest.approx(0.06, rel=0.05)
    assert x[:, 4].std() == pytest.approx(0.06 * np.sqrt(1 - np.exp(-2)), rel=0.05)
    assert np.corrcoef(x[:, 2], LAW.drawn(np.array([24.0 * 15]), 3, np.arange(4_000))[:, 0])[0, 1] == pytest.approx(
        np.exp(-1) * np.sqrt((1 - np.exp(-2 / 14)) / (1 - np.exp(-30 / 14))), abs=0.05
    )


def test_a_day_is_the_same_whatever_else_is_asked():
    people = np.arange(5)
    assert np.array_equal(LAW.drawn(HOURS[[4]], 3, people)[:, 0], LAW.drawn(HOURS, 3, people)[:, 4])
    assert np.array_equal(LAW.drawn(HOURS, 3, people[3:]), LAW.drawn(HOURS, 3, people)[3:])


@pytest.mark.parametrize(("true", "ratings"), [(30.0, (31.0, 33.0, 29.0)), (2.0, (0.0, 3.0, 0.0)), (57.0, (60.0, 55.0, 60.0))])
def test_ratings_are_as_likely_as_in_a_simulation(true, ratings):
    """The chance of three ratings in a row, and what they leave, against many simulated people."""
    n, sd, days = 400_000, 2.0, (2, 9, 20)
    rng = np.random.default_rng(5)
    x, last, kept = np.zeros(n), 0, np.ones(n, bool)
    for day, rating in zip(days, ratings, strict=True):
        keep = LAW.kept(day - last)
        x, last = keep * x + LAW.sd * np.sqrt(1 - keep**2) * rng.standard_normal(n), day
        kept &= np.clip(np.round(true + 60 * x + sd * rng.standard_normal(n)), 0, 60) == rating
    held, chance = Followed.at_rest(LAW, 1), 0.0
    for day, rating in zip(days, ratings, strict=True):
        one, held = held.on(day).rated(rating, np.array([true]), np.array([sd]), MADRS)
        chance += one[0]
    assert np.exp(chance) == pytest.approx(kept.mean(), rel=0.15)
    assert held.mean[0] == pytest.approx(x[kept].mean(), abs=0.01) and held.variance[0] == pytest.approx(x[kept].var(), rel=0.3)


def test_days_count_from_enrolment():
    assert day_of(np.array([-30.0, 0.0, 23.9, 24.0, 49.0])).tolist() == [0, 0, 0, 1, 2]
