"""Responses: one row at several points, on the same people, on the row's own scale."""

import numpy as np
import pytest
from virtual import row, scores

from resynapse.methods.pool import NotSimulated, Pool
from resynapse.methods.response import Response, responses


def moved(shift_of):
    """An experiment whose blocks are points: everybody falls by shift_of[point], the same people in each."""
    experiment = scores()

    def simulate(times, people, blocks, seed):
        block = np.arange(people) % blocks
        person = np.arange(people) // blocks
        first = np.random.default_rng(seed).normal(0, 5, people)[person]
        series = np.array([30 + first + (np.asarray(shift_of)[block] if t > 0 else 0.0) for t in times]).T
        return Pool(np.sort(block), np.array(times), {"MADRS": series[np.argsort(block, kind="stable")]}, {"MADRS": "points"})

    return experiment.__class__("drug", simulate)


def test_points_differ_by_what_was_moved_alone():
    asked = row(statistic="change", value=-9.0, n=30)
    found = responses([asked], lambda _: moved([-5.0, -8.0, -2.0]), 3, 40)["t-1"]
    assert isinstance(found, Response)
    assert found.values == pytest.approx([-5.0, -8.0, -2.0])


def test_n_people_scatter_about_a_mean():
    asked = row(statistic="mean", value=22.0, n=25)
    found = responses([asked], lambda _: moved([-5.0, -8.0]), 2, 400)["t-1"]
    assert found.scatter == pytest.approx(5 / np.sqrt(25), rel=0.25)


def test_a_row_that_cannot_be_set_up_says_why():
    asked = row()
    found = responses([asked], lambda _: NotSimulated("no such drug"), 2, 10)
    assert found["t-1"] == NotSimulated("no such drug")
