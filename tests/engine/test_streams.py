"""Random numbers depend on what they are for, and on nothing else."""

import numpy as np
import pytest

from resynapse.engine.streams import Draws, normal, philox, uniform
from resynapse.notation import InputError


def one(x):
    return np.array([x], np.uint64)


def test_philox_is_numpys():
    generator = np.random.Philox(key=np.array([5, 7], np.uint64), counter=np.array([2**64 - 1, 9, 1, 2], np.uint64))
    words = generator.random_raw(8)  # numpy counts up before it draws
    for first, block in ((0, words[:4]), (1, words[4:])):
        mine = philox((one(first), one(10), one(1), one(2)), (np.uint64(5), np.uint64(7)))
        assert [int(w[0]) for w in mine] == [int(w) for w in block]


def test_order_and_company_do_not_matter():
    patients = np.arange(1000)
    all_of_them = uniform(7, "clearance", 3, patients)
    assert np.array_equal(uniform(7, "clearance", 3, patients[::-1]), all_of_them[::-1])
    assert uniform(7, "clearance", 3, [412])[0] == all_of_them[412]
    assert np.array_equal(uniform(7, "clearance", np.full(1000, 3), patients), all_of_them)


@pytest.mark.parametrize("patients", [[0], [3, 0, 2], range(7, 40), range(0, 90, 3), [0, 2**63], [2**64 - 1, 2**64 - 2]])
@pytest.mark.parametrize("occasion", [0, 5, 2**64 - 1])
def test_people_side_by_side_draw_what_each_draws_alone(patients, occasion):
    patients = np.array(list(patients), np.uint64)
    each = uniform(7, "clearance", np.full(len(patients), occasion, np.uint64), patients)  # one occasion for each: the plain way
    assert np.array_equal(uniform(7, "clearance", np.uint64(occasion), patients), each)


@pytest.mark.parametrize("other", [(8, "clearance", 3), (7, "clearance ", 3), (7, "clearance", 4)])
def test_every_part_of_the_address_matters(other):
    a, b = uniform(7, "clearance", 3, np.arange(2000)), uniform(*other, np.arange(2000))
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.08 and not np.any(a == b)


def test_distribution():
    u, z = uniform(1, "a", 0, np.arange(100_000)), normal(1, "a", 0, np.arange(100_000))
    assert 0 < u.min() and u.max() < 1
    assert u.mean() == pytest.approx(0.5, abs=0.004) and u.var() == pytest.approx(1 / 12, abs=0.001)
    assert z.mean() == pytest.approx(0, abs=0.013) and z.std() == pytest.approx(1, abs=0.01)
    assert np.histogram(u, 20, (0, 1))[0].min() > 4700


def test_addresses_are_whole_numbers():
    for occasion, patients in ((-1, [0]), (0, [-1]), (0, [0.5]), (0.5, [1])):
        with pytest.raises(InputError, match="whole numbers"):
            uniform(1, "a", occasion, patients)


def test_given_draws_stand_in_place_of_the_streams_own():
    people = np.arange(3)
    draws = Draws(7, np.array([10, 20, 30]), {"person:a": np.array([-1.0, 0.0, 2.0])})
    assert normal(draws, "person:a", 0, people[[2, 0]]).tolist() == [2.0, -1.0]
    assert uniform(draws, "person:a", 0, people)[1] == 0.5
    assert np.array_equal(normal(draws, "person:b", 4, people), normal(7, "person:b", 4, np.array([10, 20, 30])))
    assert draws.asked == ["person:a", "person:a", "person:b"]
