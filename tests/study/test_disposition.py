"""Which kinetics a study runs on: routes of a species, populations of a model, brain read-outs."""

import numpy as np
import pytest

from resynapse.notation import InputError
from resynapse.study import study_of_text
from resynapse.study.disposition import DISPOSITIONS, site_of
from resynapse.study.simulate import simulate

MOUSE = """\
question: How much reaches the brain of a mouse?
species: mouse
population: {of: naive_mouse, n: 6, seed: 3}
arms:
  ip: {drug: ketamine, dose: 10 mg/kg, route: ip}
  low: {drug: ketamine, dose: 3 mg/kg, route: ip}
visits: [0 h, 6 h]
endpoints: [cmax(s_ketamine_brain, 6 h), auc(r_ketamine_brain, 6 h)]
"""


def refused(text):
    with pytest.raises(InputError) as caught:
        study_of_text(text, "x.yaml")
    return str(caught.value)


def test_a_mouse_has_its_own_routes_and_a_person_theirs():
    said = "arms.ip.route: read 'intranasal'; expected a route of a mouse: one of iv, ip, sc"
    assert said in refused(MOUSE.replace("route: ip", "route: intranasal"))
    human = MOUSE.replace("species: mouse\n", "").replace("naive_mouse", "healthy_adult")
    assert "read 'ip'; expected a route of a human" in refused(human)
    assert "published models are of people" in refused(MOUSE + "disposition: otto2021\n")


def test_brain_levels_are_in_proportion_to_the_dose():
    result = simulate(study_of_text(MOUSE))
    for quantity in ("s_ketamine_brain", "r_ketamine_brain"):
        high, low = (result.arms[a].true[quantity].max(axis=1) for a in ("ip", "low"))
        assert high / low == pytest.approx(np.full(6, 10 / 3), rel=2e-3)
        assert np.all((high > 0.5) & (high < 3.0))


def test_the_site_follows_the_model_where_a_study_names_none():
    assert [site_of(d) for d in DISPOSITIONS] == ["venous", "arterial", "venous", "venous", "venous"]
    text = MOUSE.replace("species: mouse\n", "").replace("naive_mouse", "healthy_adult").replace("ketamine, dose", "esketamine, dose")
    text = text.replace("10 mg/kg, route: ip", "50 mg, route: buccal_film").replace("3 mg/kg, route: ip", "20 mg, route: iv, over: 20 min")
    text = text.replace("s_ketamine_brain", "s_ketamine").replace("r_ketamine_brain", "s_hnk") + "disposition: simons2022\n"
    study = study_of_text(text)
    assert study.sampling.site == "arterial"
    result = simulate(study)
    assert np.median(result.arms["low"].true["s_ketamine"].max(axis=1)) == pytest.approx(268, rel=0.3)
    assert np.median(result.arms["ip"].true["s_hnk"].max(axis=1)) == pytest.approx(95, rel=0.5)
