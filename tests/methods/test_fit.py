"""A fit hands out draws by block, leaves sources of spread out when asked, and keeps draws of one row together."""

import numpy as np
import pytest

from resynapse.methods.cohort import Drawn, Who, draw
from resynapse.methods.fit import DECLARED, Fit, Number
from resynapse.model.population import POPULATIONS
from resynapse.model.spreads import Spread
from resynapse.notation import InputError


def number(draws, centre=None, stage="symptoms"):
    draws = np.asarray(draws, float)
    return Number(stage, "1", "log", 0.1, 10.0, 1.0, float(np.median(draws)) if centre is None else centre, draws)


FIT = Fit("2026-01-01", {"gain": number(np.linspace(1, 2, 400)), "study:gain": number(np.full(400, 0.5))}, {"scores": 1.0})


def test_blocks_get_draws_and_no_blocks_the_best_value():
    assert FIT.typical == {"gain": 1.5} and FIT.spreads == {"study:gain": 0.5} and FIT.size == 400
    assert FIT.values(0, 1)["gain"] == 1.5
    drawn = FIT.values(50, 1)["gain"]
    assert drawn.shape == (50,) and np.mean(drawn) == pytest.approx(1.5, abs=0.03) and np.std(drawn) == pytest.approx(0.29, abs=0.02)
    assert np.array_equal(drawn, FIT.values(50, 1)["gain"]) and not np.array_equal(drawn, FIT.values(50, 2)["gain"])
    assert FIT.without(["parameters"]).values(50, 1)["gain"] == 1.5
    assert DECLARED.values(50, 1) == {} and DECLARED.size == 0


def test_draws_of_different_numbers_stay_together():
    pair = Fit("x", {"a": number(np.arange(100.0)), "b": number(np.arange(100.0) * 3)})
    chosen = pair.values(20, 4)
    assert np.array_equal(3 * chosen["a"], chosen["b"])


def test_sources_of_spread_can_be_left_out():
    names = ["study:gain", "person:gain"]
    assert FIT.sds({"study:gain": 0.5}, names) == {"study:gain": 0.5}
    assert FIT.without(["studies"]).sds({"study:gain": 0.5}, names) == {"study:gain": 0.0}
    assert FIT.without(["people"]).sds({"study:gain": 0.5}, names) == {"study:gain": 0.5, "person:gain": 0.0}
    with pytest.raises(InputError, match="Did you mean 'studies'"):
        FIT.without(["study"])


def test_a_point_and_other_draws():
    assert FIT.at({"gain": 3.0}).typical == {"gain": 3.0} and FIT.at({"gain": 3.0}).size == 1
    other = FIT.drawn({"gain": np.array([4.0, 6.0]), "study:gain": np.array([0.1, 0.3])})
    assert other.typical == {"gain": 5.0} and other.spreads["study:gain"] == pytest.approx(0.2)


def test_people_of_a_block_share_the_draw_of_their_block():
    spreads = [Spread(("gain",), sd, "log", level, (0.1, 1.0), "assumed") for level, sd in (("person", 0.3), ("study", 0.5))]
    people = POPULATIONS["healthy_adult"].covariates
    typical, who = np.array([1.0, 10.0]), Who.of(40, 3, 2)
    found = draw(Drawn(people, spreads, {"gain": typical}, sds={"person:gain": np.array([0.0, 0.3]), "study:gain": 0.0}), who)
    first, second = found.values["gain"][:20], found.values["gain"][20:]
    assert np.all(first == 1.0) and np.std(np.log(second)) > 0.15
    plain = draw(Drawn(people, spreads, {"gain": 1.0}), who)
    same = draw(Drawn(people, spreads, {"gain": np.array([1.0, 1.0])}, sds={"person:gain": 0.3}), who)
    assert np.array_equal(plain.values["gain"], same.values["gain"])
