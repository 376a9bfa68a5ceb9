"""Calibration of a handful of rows: what informs it, that it goes on where it stopped, and that a trial left out was not seen."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resynapse.methods.evidence import load_evidence, load_sources
from resynapse.model.calibration import STAGES
from resynapse.notation import InputError
from resynapse.study import calibration
from resynapse.study.calibration import (
    QUICK,
    Work,
    calibrate,
    coordinates,
    fit_of,
    fitted_rows,
    points_of,
    recipe_of,
    store_of,
    strangers_of,
)
from resynapse.study.fits import known_numbers, load_fit, save_fit
from resynapse.study.unseen import beside, save_strangers, trial_of

EVIDENCE = Path(__file__).resolve().parents[2] / "evidence"
TINY = replace(QUICK, steps=1, people=12, last=12, best=24, chains=2, each=60, burn=20, draws=40, unseen=10)
STAGE = "mechanism"


@pytest.fixture(scope="module")
def evidence():
    return load_evidence([EVIDENCE]), load_sources(EVIDENCE / "sources.csv")


def work_of(rows, sources, folder):
    return Work(rows, {r.id: trial_of(r, sources) for r in rows}, TINY, store_of(folder, rows, TINY), lambda *_: None)


@pytest.fixture(scope="module")
def done(evidence, tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibration")
    rows, sources = evidence
    some = [r for r in fitted_rows(rows, STAGES[STAGE]) if r.species == "mouse"]
    work = work_of(some, sources, folder)
    return work, calibrate(work, (STAGE,)), folder


def test_rows_that_inform_a_stage_are_never_recalled_and_never_directions(evidence):
    rows, _ = evidence
    for stage in STAGES.values():
        used = fitted_rows(rows, stage)
        assert used and all(r.access != "recalled" and r.use == "predict" and r.statistic != "direction" for r in used)
    recalled = [replace(r, access="recalled") for r in fitted_rows(rows, STAGES["symptoms"])]
    assert not fitted_rows(recalled, STAGES["symptoms"])
    everywhere = [name for stage in STAGES.values() for name in (*stage.parameters, *stage.spreads, *stage.studies)]
    assert len(everywhere) == len(set(everywhere)) and set(everywhere) <= set(known_numbers())


def test_points_move_one_number_at_a_time():
    stage = STAGES[STAGE]
    u = np.zeros(len(stage.parameters))
    values = points_of(stage, u, {}, True)
    table = np.array([values[name] for name in stage.parameters])
    assert table.shape == (len(u), 1 + 2 * len(u))
    changed = (np.abs(table - table[:, :1]) > 1e-12).sum(axis=0)
    assert changed[0] == 0 and (changed[1:] == 1).all()


def test_a_number_that_the_model_does_not_have_is_refused():
    with pytest.raises(InputError, match="Did you mean 'mpfc_k_pot'"):
        coordinates(["mpfc_k_pott"])
    with pytest.raises(InputError, match="--stage"):
        calibrate(Work([], {}, TINY, None, lambda *_: None), ("mechanisms",))


def test_a_fit_is_kept_with_its_recipe_and_every_trial_has_its_stranger(done, tmp_path):
    work, stages, _ = done
    fit = fit_of(stages, recipe_of(work, stages))
    path = tmp_path / f"{fit.date}.json"
    save_fit(fit, path)
    save_strangers(strangers_of(fit, stages), beside(path))
    read = load_fit(path)
    assert read.size == TINY.draws and set(read.numbers) == set(STAGES[STAGE].parameters)
    recipe = json.loads(path.read_text())["recipe"]["stages"][STAGE]
    assert set(recipe["rows"]) | set(recipe["not_simulated"]) == {r.id for r in work.rows}
    for name, (low, high, _) in recipe["bounds"].items():
        assert (read.numbers[name].draws >= low).all() and (read.numbers[name].draws <= high).all()
    trials = {t for i, t in work.trials.items() if i in recipe["rows"]}
    for trial in trials:
        without = load_fit(f"{path} without trial={trial}")
        assert without.size == TINY.unseen and without.date == read.date
    with pytest.raises(InputError, match="one trial that the fit has seen"):
        load_fit(f"{path} without trial=nobody")
    one = stages[0]
    for trial, kept in one.unseen.items():
        rest = one.linear.without(trial)
        assert not {work.trials[i] for i in rest.ids} & {trial}
        assert kept.anew or set(kept.picks) <= set(range(TINY.draws))


def test_what_is_finished_is_not_asked_again(done, evidence, monkeypatch):
    work, stages, folder = done
    monkeypatch.setattr(calibration, "responses", lambda *_: pytest.fail("predicted again"))
    again = calibrate(work_of(work.rows, evidence[1], folder), (STAGE,))
    assert np.array_equal(again[0].drawn.u, stages[0].drawn.u)


def test_another_model_or_other_rows_begin_anew(done, evidence):
    work, _, folder = done
    other = store_of(folder, work.rows[:-1], TINY)
    assert work.store is not None and other.place != work.store.place
