"""From synapse to symptom: scales, expectancy, comparators, and what lasts."""

import numpy as np
import pytest
from model_bench import course, infusion

from resynapse.engine import Event
from resynapse.model.linked_scales import madrs_of_psi, psi_of_madrs

FLAT = {"low_mood": 0.0}


def test_madrs_rises_with_the_trait_and_its_inverse_is_right():
    grid = np.linspace(-3, 4.5, 200)
    totals = madrs_of_psi(grid)
    assert (np.diff(totals) > 0).all() and totals[0] >= 0 and totals[-1] <= 60
    assert psi_of_madrs(madrs_of_psi([0.5, 1.5, 2.5])) == pytest.approx([0.5, 1.5, 2.5], abs=2e-3)
    assert psi_of_madrs(np.array([[10.0, 37.5]])).shape == (1, 2)
    assert psi_of_madrs(-3.0) < -1.3 and psi_of_madrs(60.0) > 3.5


def test_the_plain_function_and_the_equations_are_one():
    got = course("human", [], [0.0], ["psi", "MADRS", "PHQ9", "HAMD17"])
    assert got["MADRS"][0] == pytest.approx(float(madrs_of_psi(got["psi"][0])), rel=1e-9)


def test_scales_agree_where_they_were_measured_together():
    at = float(psi_of_madrs(37.5)) - 0.0
    got = course("human", [], [0.0], ["MADRS", "PHQ9"], {"severity0": at})
    assert got["PHQ9"][0] == pytest.approx(19.5, abs=0.2)  # daly2019
    low = course("human", [], [0.0], ["MADRS", "HAMD17"], {"severity0": float(psi_of_madrs(8.5))})
    assert low["HAMD17"][0] == pytest.approx(7.0, abs=0.25)  # carmody2006


def test_expectancy_rises_in_hours_and_fades_without_visits():
    hours = [0, 12, 24, 336, 1344]
    names = ["placebo_relief", "severity"]
    flat = FLAT | {"glow": 0.0}
    seen = [Event(0.0, "enrolled", "set", 1.0), Event(0.0, "contact", "set", 1.0)]
    visits = [Event(24.0 * 7 * k, "contact", "set", 1.0) for k in range(1, 9)]
    left, kept = course("human", seen, hours, names, flat), course("human", [*seen, *visits], hours, names, flat)
    assert left["placebo_relief"][0] == 0
    assert 0.4 < left["placebo_relief"][1] / 0.18 < 0.55
    assert left["placebo_relief"][4] < 0.75 * left["placebo_relief"][2] < 0.9 * kept["placebo_relief"][4]
    sure = course("human", [*seen, Event(1.0, "belief", "set", 1.0)], hours, names, flat)
    blind = course("human", [*seen, Event(1.0, "belief", "set", 1.0)], hours, names, flat | {"unblinding": 0.0})
    assert sure["placebo_relief"][2] > 1.3 * left["placebo_relief"][2]
    assert blind["placebo_relief"] == pytest.approx(left["placebo_relief"])
    none = course("human", seen, hours, names, flat | {"expectancy": 0.0})
    assert none["placebo_relief"].max() == 0


def test_the_first_hours_after_a_visit_and_a_crisis_relieve_more():
    hours, names = [0, 1, 6, 24, 336], ["placebo_relief"]
    seen = [Event(0.0, "enrolled", "set", 1.0), Event(0.0, "contact", "set", 1.0)]
    of = lambda **values: course("human", seen, hours, names, FLAT | values)["placebo_relief"]  # noqa: E731
    plain, glow, crisis = of(glow=0.0), of(glow=1.0), of(glow=0.0, crisis=1.0, by_crisis=0.7)
    more = (glow - plain) / 0.18
    assert abs(more[0]) < 1e-9 and 0.6 < more[1] < 0.75 and more[2] == pytest.approx(0.54, abs=0.03) and more[3] < 0.08 and more[4] < 1e-6
    assert crisis[1:] == pytest.approx(plain[1:] * np.exp(0.7), rel=1e-6)
    asked_again = course("human", [*seen, Event(0.9, "contact", "set", 1.0)], hours, names, FLAT | {"glow": 1.0})["placebo_relief"]
    assert (asked_again >= glow - 1e-9).all()  # another visit takes nothing away


def test_hope_leaves_less_for_the_drug_to_relieve():
    seen = [Event(0.0, "enrolled", "set", 1.0), *infusion(0.5)]
    gain = {}
    for overlap in (0.0, 3.0):
        with_drug, without = (course("human", e, [0, 24], ["severity"], FLAT | {"overlap": overlap, "hope": 0.4}) for e in (seen, seen[:1]))
        gain[overlap] = without["severity"][1] - with_drug["severity"][1]
    alone = [course("human", e, [0, 24], ["severity"], FLAT | {"overlap": 3.0, "expectancy": 0.0})["severity"][1] for e in (seen, seen[:1])]
    assert 0 < gain[3.0] < 0.7 * gain[0.0] < alone[1] - alone[0]


def test_an_antidepressant_gains_about_two_points_over_placebo_and_less_after_failures():
    weeks = [0, 168, 336, 672, 1008]
    on = [Event(0.0, "antidepressant_on", "set", 1.0)]
    first = course("human", on, weeks, ["HAMD17"], FLAT | {"failed": 0.0, "severity0": float(psi_of_madrs(30))})["HAMD17"]
    gap = first - first[0]
    assert gap[4] == pytest.approx(-3.0, abs=1.3) and gap[1] == pytest.approx(0.33 * gap[4], rel=0.25)
    third = course("human", on, weeks, ["HAMD17"], FLAT | {"failed": 2.0, "severity0": float(psi_of_madrs(30))})["HAMD17"]
    assert third[0] - third[4] < 0.6 * (first[0] - first[4])


def test_therapy_is_slow_and_lasts_and_ect_is_fast_and_fades():
    hours = [0, 504, 2688, 2688 + 2016]
    therapy = [Event(0.0, "therapy_on", "set", 1.0), Event(2688.0, "therapy_on", "set", 0.0)]
    ect = [Event(24.0 * d, "sessions", "add", 1.0) for week in range(3) for d in (7 * week, 7 * week + 2, 7 * week + 4)]
    slow = course("human", therapy, hours, ["therapy_relief"], FLAT)["therapy_relief"]
    fast = course("human", ect, hours, ["ect_relief"], FLAT)["ect_relief"]
    assert slow[1] < 0.6 * slow[2] and slow[3] > 0.85 * slow[2]
    assert fast[1] > 0.6 and fast[3] < 0.4 * fast[1]


def test_what_lasts_is_what_comes_with_less_stress():
    days = (0, 3, 7, 10, 14, 17, 21, 24)
    hours = [24 * d for d in (0, 28, 56, 140)]
    stays = course("human", infusion(0.5, days), hours, ["mpfc_synapses"], FLAT, fine=1e-6)["mpfc_synapses"]
    lifts = course("human", [*infusion(0.5, days), Event(168.0, "life", "set", -0.238)], hours, ["mpfc_synapses"], FLAT, fine=1e-6)
    back = (stays - stays[0]) / (1 - stays[0])
    kept = (lifts["mpfc_synapses"] - stays[0]) / (1 - stays[0])
    assert 0.55 < back[1] < 0.9 and back[2] < 0.3 and back[3] < 0.05
    assert kept[1] > 0.9 and 0.35 < kept[3] < 0.7


def test_low_mood_sustains_stress_and_relief_lets_it_fall():
    days = (0, 3, 7, 10, 14, 17, 21, 24)
    got = course("human", infusion(0.5, days), [0, 672], ["load", "inflammation"], {"share": 0.7}, fine=1e-6)
    assert got["load"][1] < 0.95 * got["load"][0]
    assert got["inflammation"][1] < got["inflammation"][0]
    cut = course("human", infusion(0.5, days), [0, 672], ["load"], {"share": 0.7, "mood_to_stress": 0.0}, fine=1e-6)
    assert cut["load"][1] == pytest.approx(cut["load"][0])


def test_causes_raise_the_load_of_a_patient_and_none_of_a_healthy_person():
    base = course("human", [], [0.0], ["stress"])["stress"][0]
    more = course("human", [], [0.0], ["stress"], {"maltreated": 1.0, "poor": 1.0, "heredity": 1.0})["stress"][0]
    none = course("human", [], [0.0], ["stress"], {"chronic": 0.0, "maltreated": 1.0})["stress"][0]
    assert more > 1.2 * base and none == 0
