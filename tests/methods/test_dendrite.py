"""A dendrite's sites: expected counts are those of the equations, and every site has one fate."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest

from resynapse.methods.dendrite import RATES, Microscope, Rates, fates, tally, turnover, watch
from resynapse.methods.dendrite_drawing import picture
from resynapse.notation import InputError

DAY = 24.0


def rates(new=0.0, hours=480.0, young=0.0905):
    """Rates of a healthy cortex, with a burst of drug-made spines in the middle third."""
    t = np.linspace(0, hours, 201)
    base = {"plain_formation": 0.0425, "new_formation": 0.0, "young_loss": 0.47, "settling": 0.2914, "new_settling": 0.05,
            "established_loss": 0.029}  # fmt: skip
    values = {k: np.full_like(t, v / DAY) for k, v in base.items()}
    values["new_formation"] = np.where((t > hours / 3) & (t < 2 * hours / 3), new / DAY, 0.0)
    return Rates(t, values, young, 1 - young)


def expected(r, hours):
    """Solve the same chain as mean numbers."""
    y, at, out, dt = np.array([r.young, 0.0, r.established]), 0.0, [], 0.25
    for hour in hours:
        while at < hour - 1e-9:
            k = {x: float(v) for x, v in r.at(np.array(at + dt / 2)).items()}
            a, b, c = y
            y = y + dt * np.array([
                k["plain_formation"] - k["young_loss"] * a, k["new_formation"] - k["young_loss"] * b,
                k["settling"] * a + k["new_settling"] * b - k["established_loss"] * c,
            ])  # fmt: skip
            at += dt
        out.append(y.sum())
    return np.array(out)


def test_mean_counts_are_those_of_the_equations():
    r, images = rates(new=0.2), [0.0, 200.0, 300.0, 480.0]
    how = Microscope(spines=60, sites=3.0)
    counts = np.array([watch(r, images, seed=3, animal=a, how=how).count() for a in range(40)]) / 60
    error = counts.std(0) / np.sqrt(40)
    assert (np.abs(counts.mean(0) - expected(r, images)) < 4 * error + 0.01).all()
    assert (counts.std(0) > 0.03).all()  # experimental scatter


def test_the_same_seed_gives_the_same_dendrite_and_animals_differ():
    r, images = rates(), [0.0, 100.0]
    one, again, other = (watch(r, images, 7, animal=a) for a in (1, 1, 2))
    assert (one.state == again.state).all() and (one.state != other.state).any()


def test_a_site_has_one_fate_at_most():
    seen = watch(rates(new=0.3), [0.0, 150.0, 400.0], 11)
    each = np.array(list(fates(seen, 0.0, 150.0, 400.0).values()))
    assert each.sum(0).max() == 1
    t = tally(seen, 0.0, 150.0, 400.0)
    assert t.kept + t.repaired + t.new == seen.present(400.0).sum()
    assert t.lost + t.repaired >= t.lost_before and 0 <= t.repair <= 1
    assert np.isnan(tally(seen, 0.0, 0.0, 400.0).repair)


def test_memory_makes_repair_likelier_than_new_places():
    r, images = rates(new=0.06), [0.0, 150.0, 330.0]

    def repaired(memory):
        how = Microscope(memory=memory, sites=4.0)
        tallies = [tally(watch(r, images, 5, a, how), *images) for a in range(12)]
        return sum(t.repaired for t in tallies) / sum(t.new + t.repaired for t in tallies)

    assert repaired(10.0) > 1.4 * repaired(1.0)


def test_light_erases_young_drug_made_spines_and_no_others():
    how = Microscope(erase=(320.0,))
    images = [0.0, 319.5, 320.5]
    plain, lit = watch(rates(new=0.6), images, 2), watch(rates(new=0.6), images, 2, how=how)
    assert lit.count()[1] == plain.count()[1] and lit.count()[2] < plain.count()[2] - 3


def test_turnover_in_two_days_is_near_the_published_one():
    r = rates(hours=100.0)
    both = np.array([turnover(watch(r, [0.0, 48.0], 1, a), 0.0, 48.0) for a in range(60)])
    assert both.mean(0) == pytest.approx([7.4, 7.4], abs=1.6)


def test_refusals_name_what_is_wrong():
    r = rates()
    for images in ([], [10.0, 5.0], [0.0, 9999.0]):
        with pytest.raises(InputError, match="images"):
            watch(r, images, 1)
    with pytest.raises(InputError, match="settling"):
        replace(r, values={k: v for k, v in r.values.items() if k != "settling"})
    with pytest.raises(InputError, match="ascending"):
        Rates(np.array([1.0, 1.0]), {k: np.zeros(2) for k in RATES}, 0.1, 0.9)
    with pytest.raises(InputError, match="one of the times"):
        watch(r, [0.0], 1).present(3.0)


def test_picture_is_well_formed_and_shows_every_fate_without_colour():
    seen = watch(rates(new=0.4), [0.0, 150.0, 400.0], 11)
    text = picture(seen, 0.0, 150.0, [("Before <stress>", 0.0), ("After stress", 150.0), ("A day after ketamine", 400.0)])
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg") and "&lt;stress&gt;" in text
    assert text.count("<polyline") == 3 and "stroke-dasharray" in text and "<rect" in text
