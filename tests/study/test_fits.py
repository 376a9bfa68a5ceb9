"""A fit file is read back as it was written, is refused where the model cannot take it, and reaches people and animals."""

import json
from dataclasses import replace

import numpy as np
import pytest

from resynapse.methods.cohort import Who
from resynapse.methods.fit import DECLARED, Fit, Number
from resynapse.model import build
from resynapse.model.calibration import STAGES
from resynapse.model.population import POPULATIONS
from resynapse.notation import InputError
from resynapse.study import study_of_text
from resynapse.study.fits import hashes, is_current, load_fit, save_fit, strangers
from resynapse.study.people import Differ, draw_people, people_of
from resynapse.study.provenance import versions

STUDY = """\
question: Does a fit reach the people?
population: {of: trd_adult, n: 5, seed: 3}
arms: {placebo: {drug: placebo, days: [0]}}
visits: [0 d, 1 d]
endpoints: ["change(MADRS, 1 d)"]
fit: %s
"""


def number(centre, stage="symptoms", unit="1"):
    return Number(stage, unit, "log", 0.1, 10.0, centre, centre, np.linspace(0.9, 1.1, 20) * centre)


@pytest.fixture
def fit():
    numbers = {"share": number(0.3), "person:share": number(0.01), "s_CLint": number(200.0, "pharmacokinetics", "L/h")}
    return Fit("2026-01-01", numbers, {"scores": 1.5}, {"versions": versions(), "model_hash": hashes()})


def written(fit, tmp_path, **changes):
    path = tmp_path / "one.json"
    save_fit(fit, path)
    if changes:
        path = tmp_path / "changed.json"
        path.write_text(json.dumps({**json.loads((tmp_path / "one.json").read_text()), **changes}))
    return path


def test_a_file_is_read_as_it_was_written(fit, tmp_path):
    found = load_fit(written(fit, tmp_path))
    assert found.typical == fit.typical and found.spreads == fit.spreads and found.beyond == fit.beyond
    assert np.allclose(found.draws["share"], fit.draws["share"], rtol=1e-4) and found.date == fit.date
    assert load_fit("none without people, studies and sampling").left_out == {"people", "studies", "sampling"}
    assert is_current(found) and is_current(DECLARED) and load_fit("none") is DECLARED
    assert not is_current(replace(found, recipe={**found.recipe, "model_hash": {"human": "x"}}))


def test_a_fit_that_the_model_cannot_take_is_refused(fit, tmp_path):
    def said(of=fit, **changes):
        with pytest.raises(InputError) as caught:
            load_fit(written(of, tmp_path, **changes))
        load_fit.__globals__["read_fit"].cache_clear()
        return str(caught.value)

    assert "calibrate again with this edition" in said(format=99)
    assert "calibrate again" in said(recipe={"versions": {"resynapse": "0.0.1"}})
    assert "a fit file, as `resynapse calibrate` writes it" in said(numbers={"share": {}})
    other = replace(fit, numbers={"shore": fit.numbers["share"]})
    assert "Did you mean 'share'" in said(other)
    assert "L/h, as the model declares it" in said(replace(fit, numbers={"s_CLint": number(1.0)}))
    with pytest.raises(InputError, match="a fit file that can be read"):
        load_fit(tmp_path / "none.json")


def test_people_are_drawn_about_the_fitted_values(fit):
    system, adults = build("human"), POPULATIONS["trd_adult"]
    people = draw_people(adults, adults.covariates, system, Who.of(6, 1, 2), Differ("human", fit))
    by_block = [set(np.round(people.values["share"][people.block == b], 2)) for b in (0, 1)]
    assert all(len(values) < 3 for values in by_block)  # the fitted SD between people is almost nothing
    assert people.values["s_CLint"].mean() == pytest.approx(200, rel=0.5)
    one = draw_people(adults, adults.covariates, system, Who.of(6, 1), Differ("human", fit))
    assert one.values["share"].mean() == pytest.approx(0.3, rel=0.02)
    published = draw_people(adults, adults.covariates, system, Who.of(6, 1), Differ((), fit))
    assert "s_CLint" not in published.values and "share" in published.values


def test_animals_take_parameters_of_the_chain_but_no_spreads_of_people(fit):
    mice = POPULATIONS["naive_mouse"]
    drawn = draw_people(mice, mice.covariates, build("mouse"), Who.of(4, 1), Differ("mouse", fit))
    assert drawn.values["share"] == pytest.approx(np.full(4, 0.3)) and "s_CLint" not in drawn.values


def test_a_study_names_its_fit(fit, tmp_path):
    path = written(fit, tmp_path)
    people = people_of(study_of_text(STUDY % path, "x.yaml"), build("human"))
    assert people.values["share"].mean() == pytest.approx(0.3, rel=0.05)
    bare = people_of(study_of_text(STUDY % "none", "x.yaml"), build("human"))
    assert not np.allclose(bare.values["share"], people.values["share"])
    with pytest.raises(InputError, match="newest, none, or a fit file"):
        study_of_text(STUDY % "nowhere.json", "x.yaml")


def test_the_fit_of_the_package_is_a_posterior_with_its_recipe_and_strangers():
    fit, recipe = load_fit(), load_fit().recipe
    assert fit.size >= 400 and set(recipe["stages"]) == set(STAGES) and {"seed", "versions", "model_hash"} <= set(recipe)
    for name, stage in recipe["stages"].items():
        assert stage["least_effective_size"] >= 100 and stage["largest_rhat"] < 1.05, name
        assert stage["rows"] and set(stage["bounds"]) <= set(fit.numbers)
    for number, (low, high, _) in ((n, b) for s in recipe["stages"].values() for n, b in s["bounds"].items() if ":" not in n):
        assert low <= fit.numbers[number].draws.min() and fit.numbers[number].draws.max() <= high
    known = strangers()
    assert len(known.left) > 50 and known.without("synapse").size >= 50
    assert all(one.values or one.k <= 0.7 for stages in known.left.values() for one in stages.values())
