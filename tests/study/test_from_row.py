"""What a row about people becomes: severity on other scales, inherited variants, response at any visit."""

import pytest

from resynapse.methods.evidence import Row
from resynapse.methods.pool import Experiment, NotSimulated
from resynapse.model.linked_scales import madrs_of
from resynapse.study.from_row import experiment_of
from resynapse.study.setup import Setup


def row(**changes) -> Row:
    held = {"id": "p-1", "source": "s", "quantity": "MADRS", "statistic": "change", "value": -10.0, "unit": "points",
            "population": "trd_adult", "drug": "ketamine", "route": "iv", "dose": 0.5, "dose_unit": "mg/kg", "duration_min": 40.0,
            "dose_days": (0.0,), "blinding": "inactive", "time_h": 24.0}  # fmt: skip
    return Row(**(held | changes))


def setup(**changes) -> Setup:
    found = experiment_of(row(**changes))
    assert isinstance(found, Experiment) and isinstance(found.key, Setup), found
    return found.key


def test_a_baseline_on_another_scale_sets_the_severity():
    (of_hamd,) = setup(quantity="HAMD17", covariates={"baseline": "18.6", "baseline_sd": "3"}).covariates
    assert of_hamd[0] == "madrs" and of_hamd[1] == pytest.approx(madrs_of("HAMD17", 18.6)) and 2.5 < of_hamd[2] < 5
    assert setup(quantity="PHQ9", covariates={"madrs_baseline": "37.4"}).covariates == (("madrs", 37.4, -1.0),)
    assert setup(covariates={"baseline": "35", "baseline_sd": "5"}).covariates == (("madrs", 35.0, 5.0),)
    assert setup(quantity="CADSS", covariates={"baseline": "2"}).covariates == ()


@pytest.mark.parametrize(("scale", "total"), [("HAMD17", 7), ("QIDS_SR", 5), ("HAMD6", 4), ("PHQ9", 10)])
def test_links_to_the_madrs_go_back_and_forth(scale, total):
    madrs = madrs_of(scale, total)
    assert madrs is not None and 4 < madrs < 20
    assert madrs_of("CGI_S", 4) is None


def test_an_inherited_variant_is_set_and_its_control_is_without_it():
    found = experiment_of(row(covariates={"genotype": "bdnf:val/met"}, control="genotype", statistic="difference_vs_control"))
    assert isinstance(found, Experiment) and found.control is not None
    assert found.key.cut == ("bdnf:val_met",) and found.control.key.cut == ()  # pyright: ignore
    assert not any("genotype" in note for note in found.notes)


def test_response_at_any_visit_is_read_off_the_scale():
    held = {"quantity": "event:MADRS_response", "statistic": "incidence", "unit": "fraction", "window_h": 336.0, "time_h": 336.0}
    assert isinstance(experiment_of(row(**held)), Experiment)
    assert isinstance(experiment_of(row(**held | {"quantity": "event:CGI_response"})), NotSimulated)


def test_scales_without_a_published_link_are_not_simulated():
    found = experiment_of(row(quantity="HAMD25"))
    assert isinstance(found, NotSimulated) and "HAMD25" in found.reason


def test_items_and_longer_forms_are_simulated_from_their_items():
    for quantity in ("HAMD24", "SSI", "item:MADRS_10", "suicidal_ideation"):
        assert isinstance(experiment_of(row(quantity=quantity)), Experiment)


def test_patients_are_compared_with_healthy_people_as_they_are():
    found = experiment_of(row(quantity="cortisol", statistic="direction", unit="sign", drug="none", route="none", dose=None, dose_unit="",
                              duration_min=None, dose_days=(), time_h=None, control="healthy", value=1.0))  # fmt: skip
    assert isinstance(found, Experiment) and found.control is not None
    assert found.read_h == 0.0 and found.control.key.population == "healthy_adult"  # pyright: ignore
    ill, well = (e.simulate((0.0,), 40, 2, 1).noise_free["cortisol"].mean() for e in (found, found.control))  # pyright: ignore
    assert ill > 0.3 and abs(well) < 1e-6
