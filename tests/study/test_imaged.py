"""Dendrites of a study's arms: formation is silent for hours, then repairs; light and people are treated as they must be."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from resynapse.faces.dendrite_panel import HEAD, dendrite_rows, dendrite_section, drawings
from resynapse.notation import InputError
from resynapse.study.imaging import imaged
from resynapse.study.reading import study_of
from resynapse.study.simulate import simulate

STRESS = {"time": "0 d", "state": "stress"}
DOSE = {"drug": "ketamine", "dose": "10 mg/kg", "route": "ip", "days": [21]}
ASKED = {
    "question": "q",
    "species": "mouse",
    "fit": "none",
    "population": {"of": "naive_mouse", "n": 10, "seed": 3},
    "imaging": {"treatment": "21 d", "animals": 10, "spines": 150},
    "arms": {
        "stressed": {"drug": "placebo", "route": "ip", "days": [0, 21], "interventions": [STRESS]},
        "ketamine": DOSE | {"interventions": [STRESS]},
        "erased": DOSE | {"interventions": [STRESS, {"time": "530 h", "state": "photo_erasure"}]},
    },
    "visits": ["0 d", "21 d", "507 h", "510 h", "22 d", "23 d"],
    "endpoints": ["mean(immobility, 507 h)"],
}


@pytest.fixture(scope="module")
def result():
    return simulate(study_of(ASKED))


@pytest.fixture(scope="module")
def images(result):
    return imaged(result)


def mean(images, arm, hour, what):
    seen = [s for s in images[arm].seen if s.hour == hour]
    return np.mean([getattr(s, what) if hasattr(s, what) else getattr(s.fates, what) for s in seen])


def test_formation_is_silent_for_hours_and_high_after_a_day(images):
    for hour in (507.0, 510.0):
        assert mean(images, "ketamine", hour, "formed") == pytest.approx(mean(images, "stressed", hour, "formed"), abs=1.0)
    assert mean(images, "ketamine", 528.0, "formed") > mean(images, "stressed", 528.0, "formed") + 8
    assert np.isnan(mean(images, "ketamine", 0.0, "formed"))


def test_stress_takes_spines_and_the_drug_repairs_and_builds_anew(images):
    assert 60 < mean(images, "stressed", 504.0, "spines") < 90
    for what in ("repaired", "new"):
        assert mean(images, "ketamine", 552.0, what) > mean(images, "stressed", 552.0, what) + 1
    lost = 100 - mean(images, "stressed", 528.0, "spines")
    back = mean(images, "ketamine", 528.0, "spines") - mean(images, "stressed", 528.0, "spines")
    assert 0.25 < back / lost < 0.75  # about half of the lost spines within a day
    assert mean(images, "erased", 552.0, "spines") < mean(images, "ketamine", 552.0, "spines") - 2
    assert mean(images, "erased", 528.0, "spines") == mean(images, "ketamine", 528.0, "spines")


def test_behaviour_is_better_before_any_spine_is(result):
    calm = {a: arm.true["immobility"][:, np.isclose(arm.times, 507.0)].mean() for a, arm in result.arms.items()}
    assert calm["ketamine"] < 0.8 * calm["stressed"]


def test_what_a_report_shows(result, images):
    pictures = drawings(result, images)
    assert list(pictures) == ["stressed", "ketamine", "erased"]
    assert "At the start" in pictures["ketamine"] and "1 d after treatment" in pictures["ketamine"]
    assert ElementTree.fromstring(pictures["ketamine"]).tag.endswith("svg")
    section = dendrite_section(result, images)
    assert len(section["table"].rows) == 3 * 5 and section["animals"] == 10
    rows = dendrite_rows(images)
    assert tuple(rows[0]) == HEAD and len(rows) == 3 * 10 * 6
    assert dendrite_section(result, {}) == {}


@pytest.mark.parametrize(("changes", "said"), [
    ({"imaging": {"treatment": "20 d"}}, "a visit"),
    ({"imaging": {"treatment": "21 d", "drawn": ["25 d"]}}, "a visit"),
    ({"imaging": {"treatment": "0 d"}}, "a time after"),
    ({"imaging": {"treatment": "21 d", "animal": 3}}, "animals"),
    ({"species": "human", "population": {"of": "trd_adult", "n": 5},
      "arms": {"a": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"}},
      "endpoints": ["change(MADRS, 21 d)"]}, "mouse or rat"),
])  # fmt: skip
def test_refusals(changes, said):
    with pytest.raises(InputError, match=said):
        study_of(ASKED | changes)
