"""Each kind of row has its scale, comes back from it, and is as uncertain as its spread or its n says."""

import numpy as np
import pytest

from resynapse.methods.evidence import Row, Spread
from resynapse.methods.likelihood import backward, forward, kind_of, printed_error, scale_of


def row(quantity="MADRS", statistic="change", value=-10.0, unit="points", **more):
    return Row("x", "y", quantity, statistic, value, unit, **more)


@pytest.mark.parametrize(
    "of, scale, kind",
    [
        (row("ketamine", "cmax", 100.0, "ng/mL"), "log", "exposure, ratio"),
        (row(), "plain", "scores, points"),
        (row(statistic="difference_vs_control"), "plain", "scores, contrast"),
        (row(statistic="response", value=0.4, unit="fraction"), "share", "rates, share"),
        (row(statistic="effect_size_vs_control", unit="d"), "plain", "scores, SD"),
        (row("SBP", "sd", 12.0, "mmHg"), "plain", "safety, mmHg of people"),
        (row("ketamine", "tmax", 0.7, "h"), "log", "exposure, ratio"),
    ],
)
def test_kinds(of, scale, kind):
    assert scale_of(of) == scale and kind_of(of) == kind
    assert float(backward(of, forward(of, of.value))) == pytest.approx(of.value)


def test_what_has_no_place_on_a_scale_is_no_number():
    assert np.isnan(forward(row("ketamine", "cmax", 1.0, "ng/mL"), -1.0))
    assert float(forward(row(statistic="response", unit="fraction"), 1.2)) == pytest.approx(np.pi / 2)
    assert float(backward(row(statistic="response", unit="percent"), np.array(np.pi / 4))) == pytest.approx(50.0)


def test_the_error_of_a_row_is_that_of_its_spread_or_of_its_n():
    assert printed_error(row(spread=Spread("se", (1.5,)), n=20)) == pytest.approx(1.5)
    assert printed_error(row(spread=Spread("sd", (9.0,)), n=36)) == pytest.approx(1.5)
    assert printed_error(row(statistic="response", value=0.4, unit="fraction", n=25)) == pytest.approx(0.1)
    assert printed_error(row()) is None and printed_error(row(statistic="response", value=0.4, unit="fraction")) is None
    geometric = row("ketamine", "geomean", 100.0, "ng/mL", spread=Spread("ci95", (80.0, 125.0)), n=10)
    assert printed_error(geometric) == pytest.approx(np.log(1.25) / 1.96, rel=1e-3)
