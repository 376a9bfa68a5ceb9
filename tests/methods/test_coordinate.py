"""Coordinates keep numbers between their ends and cover them before any evidence."""

import numpy as np
import pytest

from resynapse.methods.coordinate import Coordinate


@pytest.mark.parametrize("ends, about", [
    ((0.1, 10.0), None), ((0.1, 10.0), 0.4), ((-1.0, 1.0), 0.5), ((0.0, 0.9), None), ((2.0, 5.0), 4.0),
])  # fmt: skip
def test_a_number_comes_back_and_never_leaves_its_ends(ends, about):
    axis = Coordinate.of(ends, about)
    for value in np.linspace(ends[0] + 0.1 * (ends[1] - ends[0]), ends[0] + 0.9 * (ends[1] - ends[0]), 7):
        assert float(axis.value(axis.place(value))) == pytest.approx(value)
    far = axis.value(np.array([-50.0, 50.0]))
    assert far[0] >= ends[0] - 1e-9 and far[1] <= ends[1] + 1e-9


def test_the_prior_lies_about_the_value_given_or_covers_the_range_evenly():
    assert float(Coordinate.of((0.1, 10.0), 0.4).value(0.0)) == pytest.approx(0.4)
    assert float(Coordinate.of((0.1, 10.0)).value(0.0)) == pytest.approx(1.0)  # the middle of a logarithm
    assert float(Coordinate.of((1.0, 2.0)).value(0.0)) == pytest.approx(1.5)
    low, high = Coordinate.of((0.1, 10.0)).prior()
    share = np.log(high / low) / np.log(100)
    assert 0.88 < share < 0.98
    assert Coordinate.of((0.1, 10.0)).scale == "log" and Coordinate.of((1.0, 2.0)).scale == "plain"
