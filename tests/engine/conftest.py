"""Two small systems for all engine tests: linear kinetics with closed forms, and a zoo of every function that equations may use."""

import numpy as np
import pytest

from resynapse.engine import Ensemble, Settings, Twin
from resynapse.notation import Mechanism, assemble, exp, given, log, maximum, minimum, param, pos, power, quantity, sqrt, state, where

TIGHT = Settings(rtol=1e-8, atol=1e-11)


class Kinetics(Mechanism):
    CL = param(10.0, "L/h", "clearance", (0, 100), "assumed")
    V1 = param(50.0, "L", "central volume", (1, 500), "assumed")
    Q2 = param(0.0, "L/h", "exchange", (0, 100), "assumed")
    V2 = param(80.0, "L", "second volume", (1, 500), "assumed")
    Q3 = param(0.0, "L/h", "exchange", (0, 100), "assumed")
    V3 = param(300.0, "L", "third volume", (1, 900), "assumed")
    ka = param(1.1, "1/h", "absorption", (0.1, 10), "assumed")

    rate = given("µmol/h", "infusion")
    pace = given("1", "a covariate that changes in time", start=1.0)

    @state("µmol")
    def d_depot(self, depot):
        return -self.ka * depot

    @state("µmol")
    def d_central(self, central, second, third, depot, rate, pace):
        out = (self.CL * pace + self.Q2 + self.Q3) / self.V1 * central
        return rate + self.ka * depot - out + self.Q2 / self.V2 * second + self.Q3 / self.V3 * third

    @state("µmol")
    def d_second(self, central, second):
        return self.Q2 * (central / self.V1 - second / self.V2)

    @state("µmol")
    def d_third(self, central, third):
        return self.Q3 * (central / self.V1 - third / self.V3)

    @quantity("µM")
    def plasma(self, central):
        return central / self.V1

    @quantity("1/h")
    def k(self):
        return self.CL / self.V1


class Zoo(Mechanism):
    """Every function, with feedback; `runaway` is 0 unless a test wants a patient to blow up."""

    tau = param(3.0, "h", "time constant", (0.1, 100), "assumed")
    a = param(1.5, "1", "exponent", (0.1, 5), "assumed")
    target = param(0.8, "1", "level", (0, 5), "assumed")
    runaway = param(0.0, "1/h", "rate of blowing up", (0, 10), "assumed")

    push = given("1/h", "input")

    @quantity("1")
    def start_level(self):
        return 0.5 * self.target

    @quantity("1")
    def curve(self, x, y):
        return power(x, self.a) / (power(x, self.a) + 0.3**2) + 0.1 * exp(-pos(y)) + 0.05 * log(1 + pos(x))

    @quantity("1")
    def bent(self, x, z):
        return (
            where(x > self.target, 2 * (x - self.target), 0.5 * (x - self.target))
            + minimum(z, 0.4)
            - maximum(z, -0.2)
            + sqrt(pos(z) + 0.01)
        )

    @state("1", start=start_level)
    def d_x(self, x, curve, push):
        return (curve - x) / self.tau + push + self.runaway * x**2

    @state("1", start=1.0)
    def d_y(self, y, bent):
        return (bent - y) / (2 * self.tau)

    @state("1")
    def d_z(self, z, x, y):
        return (minimum(pos(x - 0.2) ** 3, 2.0) - z + 0.1 * y) / self.tau

    @state("1")
    def d_idle(self, idle):
        return -power(idle, self.a) / self.tau


@pytest.fixture(scope="session")
def linear():
    return assemble([Kinetics()])


@pytest.fixture(scope="session")
def kinetics(linear):
    return Ensemble.of(linear)


@pytest.fixture(scope="session")
def zoo_system():
    return assemble([Zoo()])


@pytest.fixture(scope="session")
def zoo(zoo_system):
    return Ensemble.of(zoo_system)


@pytest.fixture(scope="session")
def zoo_twin(zoo_system):
    return Twin(zoo_system)


@pytest.fixture(scope="session")
def people():
    """Values of 37 different patients of the zoo."""
    draw = np.random.default_rng(5)
    return {"tau": draw.uniform(1, 8, 37), "a": draw.uniform(0.6, 3, 37), "target": draw.uniform(0.2, 1.5, 37)}
