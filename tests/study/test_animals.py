"""Animal experiments: what a row becomes, and what is counted on the animals; small pools."""

from dataclasses import replace

import numpy as np
import pytest

from resynapse.methods.evidence import Row
from resynapse.methods.pool import Experiment, NotSimulated
from resynapse.methods.qualify import Settings, qualify
from resynapse.study.animal_pool import Cage, pool_of
from resynapse.study.animals import animal_experiment, is_animal
from resynapse.study.from_row import experiment_of

SMALL = (60, 3, 1)  # animals, blocks, seed


def row(**changes) -> Row:
    held = {"id": "a-1", "source": "s", "quantity": "spine_density", "statistic": "direction", "value": 1.0, "unit": "sign",
            "species": "mouse", "population": "stressed_mouse", "drug": "ketamine", "route": "ip", "dose": 10.0, "dose_unit": "mg/kg",
            "duration_min": 0.0, "dose_days": (0.0,), "time_h": 24.0, "control": "vehicle",
            "covariates": {"stress_days": "21"}}  # fmt: skip
    return Row(**(held | changes))


NAIVE = {"population": "naive_mouse", "covariates": {}, "window_h": 48.0}


def made(**changes) -> Experiment:
    found = experiment_of(row(**changes))
    assert isinstance(found, Experiment), found
    return found


def cage(**changes) -> Cage:
    key = made(**changes).key
    assert isinstance(key, Cage)
    return key


def test_stress_comes_before_the_dose_and_the_clock_starts_at_rest():
    found = made()
    assert found.zero_h == cage().lead == 504.0 and cage().stress == -504.0
    assert found.dose_h == (504.0,)
    assert found.control is not None and found.control.key == cage().untreated
    assert cage(covariates={"stress_days": "42"}).lead == 1008.0


def test_time_may_count_from_the_start_of_stress():
    held = {"stress_days": "14", "time_zero": "stress_start"}
    found = made(drug="none", route="none", dose=None, dose_unit="", time_h=336.0, control="naive_mouse", covariates=held)
    assert found.key.stress == 0.0 and found.control.key.stress is None  # pyright: ignore


def test_images_lie_side_by_side_and_one_interval_before_the_dose_is_the_baseline():
    found = made(quantity="spine_formation", statistic="change", control="baseline", time_h=24.0,
                 unit="percentage_points", **NAIVE)  # fmt: skip
    windows = found.key.windows  # pyright: ignore
    assert (-24.0, 24.0) in windows and (-72.0, -24.0) in windows and (24.0, 72.0) in windows
    assert found.baseline_h == found.zero_h - 24.0 and found.windowed
    later = made(quantity="spine_elimination", statistic="mean", control="", time_h=72.0, **NAIVE)
    assert later.key == found.key  # one pool serves all images of a study


@pytest.mark.parametrize(
    ("word", "acts", "cut"),
    [("NBQX", ["ampa_antagonist"], ()), ("rapamycin", ["rapamycin"], ()), ("anti_bdnf", ["bdnf_antibody"], ()),
     ("photo_erasure", ["photo_erasure"], ()), ("glun2d_knockout", [], ("glun2d_loss",)), ("ampa", [], ("ampa",))],
)  # fmt: skip
def test_blockers_and_lost_genes_are_read_from_their_words(word, acts, cut):
    found = cage(covariates={"other": word})
    assert [name for name, _, _ in found.acts] == acts and found.cut == cut


def test_words_that_mean_nothing_here_are_named():
    assert any("awake" in note for note in made(covariates={"other": "awake+mPFC"}).notes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"route": "icv"}, "icv"), ({"dose": None}, "dose"), ({"drug": "aspirin"}, "aspirin"), ({"control": "sham"}, "sham")],
)  # fmt: skip
def test_what_cannot_be_set_up_says_why(changes, said):
    found = animal_experiment(row(**changes))
    assert isinstance(found, NotSimulated) and said in found.reason


def test_people_are_not_animals():
    assert not is_animal(row(species="human", population="trd_adult"))


def test_stress_takes_spines_the_drug_brings_some_back_and_a_blocker_prevents_it():
    stressed = cage()
    at = (stressed.lead - 504.0, stressed.lead, stressed.lead + 24.0)
    treated, blocked = (pool_of(c, at, SMALL) for c in (stressed, cage(covariates={"stress_days": "21", "other": "rapamycin"})))
    rest, worst, after = treated.curve("spine_density", np.array(at)).mean(0)
    assert rest == pytest.approx(100, abs=0.01) and worst < 90 and worst + 3 < after < rest
    assert blocked.curve("spine_density", np.array(at[2:])).mean() < worst + 1


def test_a_naive_animal_without_treatment_stays_as_it_is():
    quiet = replace(cage(), stress=None).untreated
    got = pool_of(quiet, (0.0, quiet.lead, quiet.lead + 168.0), SMALL)
    assert np.ptp(got.noise_free["spine_density"]) < 0.01
    assert np.ptp(got.noise_free["immobility"]) < 0.01


def test_spines_are_counted_whole_and_scatter_about_what_is_expected():
    found = made(quantity="spine_formation", statistic="mean", control="", time_h=24.0,
                 drug="none", route="none", dose=None, dose_unit="", **NAIVE)  # fmt: skip
    pool = found.simulate((found.zero_h + 24.0,), 400, 4, 1)
    seen, expected = pool.series["spine_formation"], pool.noise_free["spine_formation"]  # pyright: ignore
    assert np.allclose(seen, np.round(seen)) and seen.min() >= 0
    assert seen.mean() == pytest.approx(expected.mean(), abs=0.6)
    assert np.var(seen - expected) == pytest.approx(expected.mean(), rel=0.3)  # counts among 100


def test_the_rescued_share_is_none_without_treatment_and_grows_with_it():
    rows = [row(quantity="spine_rescue_fraction", statistic="mean", control="", value=0.5, unit="fraction"),
            row(id="a-2", quantity="behaviour_rescue", time_h=3.0),
            row(id="a-3", quantity="spine_formation", time_h=24.0, window_h=12.0)]  # fmt: skip
    found = qualify(rows, experiment_of, Settings(people=120, blocks=4, replicates=40)).comparisons
    share, behaviour, formation = (c.prediction for c in found)
    assert share is not None and 0.2 < share.median < 0.8
    assert behaviour is not None and behaviour.up > 0.9
    assert formation is not None and formation.up > 0.9


def test_the_same_seed_gives_the_same_animals():
    one, two = (pool_of(cage(), (504.0, 528.0), SMALL) for _ in range(2))
    assert all(np.array_equal(one.series[q], two.series[q], equal_nan=True) for q in one.series)
