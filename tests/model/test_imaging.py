"""What repeated images count."""

import pytest
from model_bench import MOUSE_STRESS, course, injection

from resynapse.engine import Event

OUT = ["spine_formation", "spine_elimination", "marked_alive", "at_window_start", "mpfc_synapses"]


def window(begin, end, events=(), later=(), person=None):
    """Return what is counted at the end of a window, and later."""
    marks = [Event(begin, "marking", "set", 1.0), Event(end, "marking", "set", 0.0)]
    return course("mouse", [*marks, *events], [begin, end, *later], OUT, person)


def test_two_days_in_a_naive_mouse_turn_over_as_published():
    got = window(0.0, 48.0)
    assert got["spine_formation"][1] == pytest.approx(7.7, abs=1.1)  # shao2021, five intervals 7.0 to 8.1
    assert got["spine_elimination"][1] == pytest.approx(7.7, abs=1.2)  # 7.2 to 8.7
    assert got["at_window_start"][1] == pytest.approx(1.0)


def test_new_spines_survive_as_published():
    alive = window(0.0, 48.0, later=(192.0, 840.0))["marked_alive"]
    assert 100 * alive[2] / alive[1] == pytest.approx(56.9, abs=15)  # shao2021, standard error 9.6
    assert 100 * alive[3] / alive[1] == pytest.approx(37.0, abs=14)


def test_formation_is_silent_for_hours_and_high_within_a_day():
    rest = [MOUSE_STRESS]
    early = [window(507.0, 510.0, [*rest, *e])["spine_formation"][1] for e in ([], injection(10, 504.0))]
    late = [window(516.0, 528.0, [*rest, *e])["spine_formation"][1] for e in ([], injection(10, 504.0))]
    assert late[1] > 4 * late[0]
    assert early[1] < 1.9 * early[0] and early[1] - early[0] < 0.1 * (late[1] - late[0])


def test_stress_raises_elimination_and_lowers_formation():
    calm = window(0.0, 48.0)
    tense = window(24.0, 72.0, [MOUSE_STRESS])
    assert tense["spine_elimination"][1] > calm["spine_elimination"][1]
    assert tense["spine_formation"][1] < calm["spine_formation"][1]


def test_the_count_is_kept_when_the_window_is_shut():
    got = window(0.0, 48.0, injection(10, 24.0), later=(96.0,))
    assert got["at_window_start"][1] == pytest.approx(1.0, abs=1e-6)
