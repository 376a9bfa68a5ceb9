"""The figures to reach say what they say, and are compared with others on shared rows alone."""

import pytest
from virtual import row

from resynapse.methods.judge import Prediction, area, judge
from resynapse.methods.qualify import Comparison
from resynapse.methods.yardstick import error, errors_of_others, figures


def compared(name, observed, predicted, **more):
    asked = row(id=name, value=observed, **more)
    if predicted is None:
        return Comparison(asked, area(asked), None, None, None, "no such drug")
    said = Prediction(predicted, predicted - 2, predicted + 2, 1.2)
    return Comparison(asked, area(asked), None, said, judge(asked, said), "")


ROWS = [
    compared("a", -10.0, -12.0), compared("b", -10.0, -6.0),
    compared("c", -4.0, -5.0, statistic="difference_vs_control", control="placebo"),
    compared("d", -9.0, None), compared("e", 100.0, 150.0, quantity="ketamine", statistic="cmax", unit="ng/mL"),
]  # fmt: skip


def test_errors_are_means_over_their_kind():
    assert error(ROWS, "points") == pytest.approx((2 + 4 + 1) / 3) and error(ROWS, "contrasts") == pytest.approx(1.0)
    assert error(ROWS, "rates") is None
    found = {f.name.split(":")[0] + f.name[-6:]: f for f in figures(ROWS, {})}
    assert found["exposure error"].value == pytest.approx(1.5) and not found["exposure error"].reached
    assert found["depression scorespoints"].value == pytest.approx(7 / 3) and found["depression scorespoints"].reached
    simulated = next(f for f in figures(ROWS, {}) if f.name == "rows simulated")
    assert simulated.value == pytest.approx(0.8) and not simulated.reached and simulated.rows == 5


def test_statistics_alone_are_compared_on_the_rows_that_all_predict():
    others = {"naive": {"a": -10.5, "b": -4.0, "d": -1.0}, "forest": {"a": -9.0, "b": -10.0, "c": -4.0}}
    assert errors_of_others(ROWS, "points", others) == pytest.approx({"naive": (0.5 + 6) / 2, "forest": 0.5})
    ratio = next(f for f in figures(ROWS, others) if f.name.startswith("points:"))
    assert ratio.rows == 2 and ratio.value == pytest.approx(3.0 / 0.5) and "forest" in ratio.name and not ratio.reached


def test_an_area_of_few_rows_does_not_count_for_coverage():
    few = next(f for f in figures(ROWS, {}) if f.name.startswith("scores"))
    assert "too few" in few.name and few.reached
