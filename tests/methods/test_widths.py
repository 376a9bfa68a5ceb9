"""What makes predictions wide is found where the truth is known."""

from dataclasses import replace

import pytest
from virtual import row, scores

from resynapse.methods.fit import Fit
from resynapse.methods.qualify import Settings
from resynapse.methods.widths import widths


def test_studies_and_sampling_share_a_known_variance():
    asked = [row(id="a", n=16), row(id="b", n=10_000), row(id="c", statistic="direction", value=1.0, unit="sign")]

    def set_up(one, fit):
        return scores(key=f"{one.n}", between=0.0 if "studies" in fit.left_out else 4.0, within=8.0)

    settings = Settings(replicates=400, people=20_000, blocks=200)
    few = widths(asked[:1], Fit(), set_up, lambda *_: None, settings)["scores"]
    assert few["studies"] == pytest.approx(16 / (16 + 4), abs=0.12) and few["sampling"] == pytest.approx(4 / 20, abs=0.15)
    many = widths(asked[1:], Fit(), set_up, lambda *_: None, replace(settings, replicates=200))
    assert set(many) == {"scores"} and many["scores"]["studies"] > 0.9 and many["scores"]["sampling"] < 0.1
    assert many["scores"]["parameters"] == pytest.approx(0.0, abs=0.05)
