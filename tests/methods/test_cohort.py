"""Drawing people: marginal distributions, correlations, given covariates, and numbers that do not depend on who else is drawn."""

from dataclasses import dataclass

import numpy as np
import pytest

from resynapse.methods.cohort import Drawn, Who, draw, factor
from resynapse.methods.distributions import before_cut, quantile, rank
from resynapse.methods.tilt import balance
from resynapse.notation import InputError


@dataclass(frozen=True)
class Shape:
    """A distribution."""

    kind: str
    a: float
    b: float
    low: float
    high: float
    within: tuple[float, float] | None = None


@dataclass(frozen=True)
class Tie:
    """A correlation."""

    one: str
    other: str
    rho: float


@dataclass(frozen=True)
class Wide:
    """A spread."""

    targets: tuple[str, ...]
    sd: float
    scale: str = "log"
    level: str = "person"


SHAPES = {
    "age": Shape("normal", 46.3, 11.3, 18, 64, (18, 64)),
    "weight": Shape("lognormal", 75, 0.2, 30, 200),
    "ill": Shape("bernoulli", 0.3, 0, 0, 1),
    "failed": Shape("poisson", 2.6, 2, 2, 12),
    "alleles": Shape("binomial", 0.2, 2, 0, 2),
}
TIES = (Tie("age", "ill", 0.5), Tie("weight", "age", 0.3), Tie("weight", "CL", 0.4))
EVERYTHING = Drawn(SHAPES, (Wide(("CL", "Q"), 0.3), Wide(("V",), 0.2), Wide(("V",), 0.1, level="study")), {"CL": 10, "Q": 5, "V": 50}, TIES)


def test_distributions_come_out_as_they_are_written():
    x = draw(EVERYTHING, Who.of(40_000, 1)).covariates
    assert (x["age"].mean(), x["age"].std()) == pytest.approx((46.3, 11.3), rel=0.01) and x["age"].min() >= 18 and x["age"].max() <= 64
    assert x["ill"].mean() == pytest.approx(0.3, abs=0.01) and np.median(x["weight"]) == pytest.approx(75, rel=0.01)
    assert x["failed"].mean() == pytest.approx(2.6, rel=0.01) and x["failed"].min() == 2
    assert [np.mean(x["alleles"] == k) for k in range(3)] == pytest.approx([0.64, 0.32, 0.04], abs=0.01)


def test_a_rank_is_the_inverse_of_a_value():
    u = np.linspace(0.01, 0.99, 50)
    for shape in SHAPES.values():
        values = quantile(shape, u)
        again = quantile(shape, rank(shape, values, u))
        assert again == pytest.approx(values, rel=1e-6)


def test_no_normal_distribution_is_wider_than_its_limits_allow():
    assert before_cut(40.0, 30.0, (18, 64)) == (40.0, 30.0)
    assert before_cut(70.0, 5.0, (18, 64)) == (70.0, 5.0)


def test_things_go_together_as_declared():
    made = draw(EVERYTHING, Who.of(40_000, 1))
    weight, cl = np.log(made.covariates["weight"]), np.log(made.values["CL"])
    assert np.corrcoef(weight, cl)[0, 1] == pytest.approx(0.4, abs=0.02)
    assert np.corrcoef(np.log(made.values["Q"]), cl)[0, 1] == pytest.approx(1.0)
    ill = made.covariates["ill"] > 0
    assert made.covariates["age"][ill].mean() > 5 + made.covariates["age"][~ill].mean()


def test_a_person_is_a_number():
    whole = draw(EVERYTHING, Who.of(500, 7))
    some = draw(EVERYTHING, Who.of(20, 7, first=300))
    for table, part in ((whole.covariates, some.covariates), (whole.values, some.values)):
        assert all(np.array_equal(table[name][300:320], part[name]) for name in part)
    others = draw(EVERYTHING, Who.of(20, 7, first=300).next())
    assert not np.any(others.values["CL"] == some.values["CL"])


def test_studies_share_what_differs_between_studies():
    made = draw(EVERYTHING, Who.of(100, 7, blocks=5))
    plain = draw(EVERYTHING, Who.of(100, 7))
    moved = np.log(made.values["V"] / plain.values["V"])
    assert len(np.unique(np.round(moved, 9))) == 5 and np.array_equal(made.block, np.repeat(np.arange(5), 20))


def test_what_is_given_stands_and_the_rest_goes_with_it():
    old = Drawn(SHAPES, (), {}, TIES, {"age": np.full(20_000, 62.0)})
    young = Drawn(SHAPES, (), {}, TIES, {"age": np.full(20_000, 22.0)})
    a, b = (draw(x, Who.of(20_000, 1)).covariates for x in (old, young))
    assert set(a["age"]) == {62.0} and a["ill"].mean() > 0.2 + b["ill"].mean()
    assert 1.05 < np.median(a["weight"]) / np.median(b["weight"])
    ill = Drawn(SHAPES, (), {}, TIES, {"ill": np.ones(20_000)})
    assert draw(ill, Who.of(20_000, 1)).covariates["age"].mean() > 49


def test_correlations_that_exclude_each_other_are_refused():
    with pytest.raises(InputError, match="all hold at once"):
        factor(("a", "b", "c"), (("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9)))


def test_weights_meet_a_table_and_tell_what_they_cost():
    x = draw(EVERYTHING, Who.of(20_000, 1)).covariates
    same = balance(x, {"age": (float(x["age"].mean()), float(x["age"].std()))})
    assert same.share == pytest.approx(1.0, abs=1e-3)
    tilt = balance(x, {"age": (52.0, 8.0), "ill": (0.5, None)})
    w = tilt.weights(x)
    assert w.max() <= 1 and 0.2 < tilt.share < 0.9
    mean = np.average(x["age"], weights=w)
    sd = np.average((x["age"] - mean) ** 2, weights=w) ** 0.5
    assert (mean, sd, np.average(x["ill"], weights=w)) == pytest.approx((52.0, 8.0, 0.5), rel=0.02)
    with pytest.raises(InputError, match="can meet"):
        balance(x, {"age": (80.0, 5.0)})
    with pytest.raises(InputError, match="a covariate of this population"):
        balance(x, {"crp": (1.0, None)})
