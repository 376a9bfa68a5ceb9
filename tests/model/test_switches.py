"""The alias tables name things that exist, and every arrow has a switch."""

from resynapse.model import build
from resynapse.model.switches import CUTS, INTERVENTIONS, STRAINS


def test_every_alias_names_a_parameter_within_its_range():
    for species in ("human", "mouse"):
        params = build(species).params
        for name, cut in {**CUTS, **STRAINS}.items():
            for parameter, value in cut.values.items():
                low, high = params[parameter].range
                assert low <= value <= high, (name, parameter)


def test_every_switch_has_a_cut_and_every_text_says_something():
    switches = {n for n, p in build().params.items() if p.source == "switch"}
    assert switches <= {p for cut in CUTS.values() for p in cut.values}
    for thing in (*CUTS.values(), *STRAINS.values(), *INTERVENTIONS.values()):
        assert len(thing.meaning) > 10


def test_interventions_name_inputs_or_states():
    system = build("mouse")
    for name, it in INTERVENTIONS.items():
        assert it.what in (system.inputs if it.act == "set" else system.states), name
