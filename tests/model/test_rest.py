"""The whole chain at rest: dimensions, sources, steady state, bounds, loops."""

import csv
from pathlib import Path

import pytest
from model_bench import course, twin
from random_courses import violations

from resynapse.engine import Event
from resynapse.model import build
from resynapse.model.switches import CUTS
from resynapse.notation import check_dimensions

ROOT = Path(__file__).resolve().parents[2]
HEALTHY = {"chronic": 0.0, "severity0": 0.0}
EFFECTS = {
    "Laboratory", "Receptor", "Glutamate", "Plasticity", "Stress", "Inflammation", "Network", "Expectancy", "Comparators", "Item",
    "Severity", "Domains", "RatedItem", "Scales", "LinkedScales", "Readouts", "RodentKinetics",
}  # fmt: skip


def from_rest(person, hours=8760.0):
    """Return the largest drift of any state over `hours`, and its name."""
    names = list(twin().system.states)
    got = course("human", [], [0.0, hours], names, person, fine=1e-9)
    drifts = {n: abs(v[1] - v[0]) for n, v in got.items()}
    worst = max(drifts, key=drifts.__getitem__)
    return drifts[worst], worst


@pytest.mark.parametrize("species", ["human", "mouse", "rat"])
def test_every_equation_measures_what_it_says(species):
    system = build(species)
    ours = [c for c in check_dimensions(system) if any(f" {kind}." in c for kind in EFFECTS)]
    assert ours == []


def test_every_number_has_a_known_source():
    text = (ROOT / "evidence" / "sources.csv").read_text(encoding="utf-8")
    known = {row["key"] for row in csv.DictReader(text.splitlines())}
    for species in ("human", "mouse", "rat"):
        for instance in build(species).instances:
            for local, p in instance.own().items():
                keys = p.source.removeprefix("fit:").split(",")
                assert set(keys) <= known | {"assumed", "convention", "switch"}, (type(instance).__name__, local, p.source)


SEVERE = {"severity0": 3.5, "share": 0.9, "tone": 0.8, "w_net": 0.5, "w_inf": 0.3, "maltreated": 1.0}


@pytest.mark.parametrize("person", [{}, HEALTHY, SEVERE])
def test_an_untreated_year_leaves_every_state_where_it_was(person):
    drift, name = from_rest(person)
    assert drift < 1e-6, name


@pytest.mark.parametrize("name", sorted(CUTS))
def test_a_cut_does_not_move_the_state_at_rest(name):
    drift, where = from_rest({**CUTS[name].values, "w_net": 0.4, "w_inf": 0.2}, 720.0)
    assert drift < 1e-6, where


def test_a_resistant_patient_has_lost_a_fifth_of_the_synapses():
    got = course("human", [], [0.0], ["mpfc_synapses", "hippocampus_synapses", "severity", "psi", "inflammation", "il6"])
    assert got["mpfc_synapses"][0] == pytest.approx(0.80, abs=0.002)
    assert got["hippocampus_synapses"][0] == pytest.approx(0.80, abs=0.002)
    assert got["severity"][0] == pytest.approx(2.34)
    assert got["il6"][0] == pytest.approx(0.54, abs=0.05)


def test_a_healthy_adult_has_all_synapses():
    got = course("human", [], [0.0], ["mpfc_synapses", "severity", "MADRS", "il6"], HEALTHY)
    assert got["mpfc_synapses"][0] == pytest.approx(1.0)
    assert got["severity"][0] == 0.0
    assert got["MADRS"][0] < 4


def loop_gain(person, push=0.02):
    """Return how much of a small push on the load comes back through mood."""
    base = {"low_mood": 0.0, **person}
    load = build().params["chronic"].value
    settled = {c: course("human", [], [0.0], ["severity_at_rest", "hold"], person | {"chronic": c}) for c in (load,)}[load]
    slow = course("human", [], [0.0], ["mpfc_synapses"], base | {"chronic": load + push})["mpfc_synapses"][0]
    now = course("human", [], [0.0], ["mpfc_synapses", "full_loss", "severity_at_rest"], base)
    worse = person.get("severity0", 2.34) * person.get("share", 0.35) * (now["mpfc_synapses"][0] - slow) / now["full_loss"][0]
    return settled["hold"][0] * worse / push


def test_the_loop_of_mood_and_stress_fades_in_the_typical_and_in_the_worst_patient():
    assert 0 < loop_gain({}) < 0.5
    assert loop_gain({"share": 1.0, "severity0": 3.5}) < 1


@pytest.mark.parametrize(("cause", "back", "weight"), [("life", "low_mood", 0.0), ("immune_challenge", "inf_mood", 0.0),
                                                       ("immune_challenge", "inf_mood", 1.0)])  # fmt: skip
def test_the_gain_of_every_loop_through_mood_is_below_1_in_the_typical_patient(cause, back, weight):
    opened = {"mood_to_stress": 0.0, "mood_to_inflammation": 0.0, "w_inf": weight, "w_net": weight}
    start, end = course("human", [Event(0.0, cause, "set", 0.02)], [0.0, 17520.0], ["severity"], opened)["severity"]
    assert 0 < (end - start) / 0.02 * build().params[back].value < 0.5


def test_states_stay_within_their_bounds_over_random_people_and_regimens():
    assert violations(300, 5) == []
