"""The dimension check finds a slip where units meet, and the whole model passes it."""

import pytest

from resynapse.model import SPECIES, build
from resynapse.notation import Mechanism, assemble, check_dimensions, param, pos, quantity, state, where


class Slip(Mechanism):
    """An equation that adds a rate to an amount."""

    k = param(2.0, "1/h", "rate", (0, 3), "assumed")

    @state("µmol")
    def d_x(self, x): return -self.k * x + x


class Branch(Mechanism):
    """One branch of a choice has the wrong unit."""

    k = param(2.0, "1/h", "rate", (0, 3), "assumed")

    @state("µmol")
    def d_x(self, x): return -self.k * pos(x)

    @quantity("µmol")
    def y(self, x): return where(x > 0 * x, x, self.k)


def test_slips_are_reported_with_what_was_read():
    (complaint,) = check_dimensions(assemble([Slip()]))
    assert "Slip.d_x" in complaint and "x [µmol]" in complaint and "self.k [1/h]" in complaint


def test_branches_that_are_not_taken_are_checked_too():
    (complaint,) = check_dimensions(assemble([Branch()]))
    assert "Branch.y" in complaint


@pytest.mark.parametrize("species", SPECIES)
def test_every_equation_of_the_model_is_sound(species):
    assert check_dimensions(build(species)) == []
