"""Tolerability: at rest nothing happens, effects rise with dose, sessions grow familiar, every number reads."""

import numpy as np
import pytest

from resynapse.engine import Event, Twin
from resynapse.model import build
from resynapse.model.session_events import COMPLAINTS, DRIVERS, LAWS
from resynapse.model.tolerability import OCCASIONS, Circulation, Dissociation, Sedation
from resynapse.notation import check_dimensions


@pytest.fixture(scope="module")
def twin():
    return Twin(build("human", depots=False))


TIMES = np.array([0, 10, 20, 30, 40, 50, 60, 90, 120, 240]) / 60
WATCHED = ["CADSS", "SBP", "DBP", "HR", "sedation_MOAAS", "sleepiness", "cognition", "felt"]


def course(twin, mg, extra=(), start=0.0, times=TIMES):
    """Half of the dose for each enantiomer, infused over 40 minutes; mg of the racemate."""
    rate = mg / 2 * 1000 / 237.73 / (40 / 60)
    doses = [Event(start, f"{e}_infusion", "infuse", rate, "µmol/h", duration=40 / 60) for e in "sr"] if mg else []
    return twin.run({}, [*doses, *extra], times, WATCHED)


def values(solved, name):
    return np.asarray(solved[name])


def test_rest_is_rest(twin):
    still = course(twin, 0)
    for name, rest in (("CADSS", 0.0), ("SBP", 118.0), ("DBP", 75.0), ("HR", 72.0), ("sedation_MOAAS", 5.0), ("cognition", 100.0)):
        assert values(still, name) == pytest.approx(np.full(len(TIMES), rest), abs=1e-9)


def test_effects_rise_with_the_dose_and_wear_off(twin):
    low, high = course(twin, 17.5), course(twin, 35.0)
    for name, sign in (("CADSS", 1), ("SBP", 1), ("DBP", 1), ("HR", 1), ("sleepiness", 1), ("sedation_MOAAS", -1), ("cognition", -1)):
        small, large = (sign * (values(x, name) - values(x, name)[0]) for x in (low, high))
        assert large.max() > small.max() > 0
        assert TIMES[large.argmax()] == pytest.approx(0.75, abs=0.15)  # minutes behind the end of the infusion
        assert large[-1] < 0.25 * large.max()


def test_a_session_is_milder_when_many_went_before_and_new_again_after_eight_weeks(twin):
    used = [Event(0.0, "remembered", "set", 7.0)]
    new = [Event(0.0, "remembered", "set", 1.0)]
    rested = [Event(0.0, "remembered", "set", 1.0 + 6.0 * 0.5 ** (56 / 14))]
    first, late, again = (values(course(twin, 35, e), "CADSS").max() for e in (new, used, rested))
    assert late == pytest.approx(0.7 * first, rel=0.01)
    assert again > 0.9 * first


def test_occasions_scale_one_effect_each(twin):
    plain = course(twin, 35)
    strong = course(twin, 35, [Event(0.0, "occasion_felt", "set", 2.0)])
    assert values(strong, "CADSS").max() == pytest.approx(2 * values(plain, "CADSS").max(), rel=1e-3)
    assert values(strong, "SBP").max() == pytest.approx(values(plain, "SBP").max(), rel=1e-6)


def test_midazolam_sedates_and_does_not_dissociate(twin):
    calm = course(twin, 0, [Event(0.0, "midazolam", "add", 1.0)])
    assert values(calm, "sedation_MOAAS").min() < 4.6
    assert values(calm, "CADSS").max() == 0.0


def test_dissociation_moves_nothing_of_the_chain_to_mood():
    system = build("human", depots=False)
    mine = {name for name, e in system.equations.items() if isinstance(e.instance, Dissociation | Circulation | Sedation)}
    readers = {name for name, e in system.equations.items() if mine & set(e.arguments.values())}
    assert readers <= mine


def test_dimensions_hold():
    assert [line for line in check_dimensions(build("human")) if "tolerability.py" in line] == []


def test_laws_read_what_the_model_gives():
    given = set(build("human", depots=False).readable())
    assert set(DRIVERS) <= given
    assert {law.driver for law in LAWS.values()} <= set(DRIVERS)
    assert all(o.what in build("human", depots=False).inputs for o in OCCASIONS)
    assert all(0 < law.rate < 0.2 and law.slope >= 0 and 0.5 <= law.sd <= 1.6 and 0.2 <= law.study_sd <= 1 for law in LAWS.values())
    assert set(COMPLAINTS) < set(LAWS)
