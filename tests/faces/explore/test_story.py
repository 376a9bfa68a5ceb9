"""The story's panels, the trial's numbers, the evidence's filters: what the page is told, without a browser."""

import json
import math

import numpy as np
import pytest

from resynapse.faces.explore import dendrites, evidence, know, story, trial
from resynapse.faces.explore.regimen import Asked, People, Regimen
from resynapse.model import build
from resynapse.model.scales import READOUTS
from resynapse.study.simulate import simulate

TWO = {"A": Regimen(days="0, 3"), "B": Regimen("midazolam", "iv", "0.045 mg/kg", "40 min", "0, 3")}


@pytest.fixture(scope="module")
def result():
    return story.told(Asked(TWO, People(n=40), weeks=1).study())


def test_every_panel_draws_something_the_model_gives_and_names_real_mechanisms():
    files = {type(i).__module__.rpartition(".")[2] for i in build().instances}
    for panel in story.PANELS:
        assert set(panel.lines) <= set(READOUTS), panel.name
        assert set(panel.mechanisms) <= files, panel.name
        assert 1 <= panel.claim <= 15


def test_courses_are_quantiles_in_order_and_plain_numbers(result):
    told = story.courses(result)
    text = json.dumps(told, allow_nan=False)
    assert len(text) < 400_000
    lines = told["A"]["lines"]
    assert {q for p in story.PANELS for q in p.lines} == set(lines)
    for q in lines.values():
        rows = np.array(q, float)
        assert rows.shape == (5, len(told["A"]["times"]))
        assert np.all(np.diff(rows, axis=0) >= -1e-9 * np.abs(rows[1:]) - 1e-12)


def test_sentences_carry_the_results_own_numbers(result):
    said = story.sentences(result)
    peak = np.nanmedian(result.arms["A"].true["ketamine"], axis=0).max()
    assert f"to {peak:.3g} after" in said["drug"]
    assert "B: stays at 0" in said["drug"]
    assert "A: falls from" in said["mood"]


def test_symptoms_are_told_one_by_one(result):
    told = story.courses(result)["A"]
    assert [one["name"] for one in told["items"]][9] == "suicidal thoughts"
    assert all(len(one["mean"]) == len(told["times"]) and 0 <= min(one["mean"]) <= max(one["mean"]) <= one["most"] for one in told["items"])
    total = sum(one["mean"][0] for one in told["items"])
    assert total == pytest.approx(np.mean(result.arms["A"].true["MADRS"][:, 0]), rel=1e-3)
    assert "A, after 24 h: most change in suicidal thoughts (" in story.sentences(result)["symptoms"]


def test_the_work_ends_when_somebody_stops_it():
    with pytest.raises(story.Stopped):
        simulate(Asked(TWO, People(n=20), weeks=1).study(), progress=story.stopping(None, lambda: True))


def test_dendrites_start_ill_and_regrow_with_the_drug_alone(result):
    told = dendrites.drawn(result, 168.0)
    assert len(told["hours"]) == len(told["arms"]["A"]["prefrontal cortex"]["now"])
    for region in ("prefrontal cortex", "hippocampus"):
        with_drug, without = told["arms"]["A"][region], told["arms"]["B"][region]
        assert with_drug["healthy"] == without["healthy"]  # the same dendrite in every arm
        assert with_drug["ill"].count("1") < with_drug["healthy"].count("1")
        day3 = told["hours"].index(min(told["hours"], key=lambda h: abs(h - 100)))
        assert with_drug["now"][day3].count("1") >= without["now"][day3].count("1")


def test_a_trial_reports_the_difference_with_and_without_expectancy():
    order = trial.Order(Asked(TWO, People(n=500), weeks=1), "B", "active", 60)
    texts = []
    done = trial.run(order, lambda text, k, n: texts.append(text))
    assert done.result.study.control == "B" and done.result.study.n == 60
    (effect,) = trial.effects(done.result)
    (plain,) = trial.effects(done.plain)
    assert effect.difference[1] < effect.difference[0] < effect.difference[2] < 0
    assert plain.difference[0] < 0 and plain.difference[0] != effect.difference[0]
    assert effect.to_treat > 1 or math.isinf(effect.to_treat)
    assert "arms:" in done.study_text
    assert {m["id"] for m in trial.figures(done)} == {"trial-score", "trial-rates"}
    assert trial.archive(done)[:2] == b"PK"


@pytest.mark.parametrize("n", [None, 5, 10**6])
def test_a_trial_of_too_few_or_too_many_is_refused(n):
    assert "trial.n" in trial.order_errors(trial.Order(Asked(TWO), "B", "open", n))


def test_evidence_is_filtered_and_told():
    every = evidence.chosen("", "", "", "")
    some = evidence.chosen("exposure", "ketamine", "", "healthy_adult")
    assert 0 < len(some) < len(every)
    assert all(o.row.quantity == "ketamine" and o.row.population == "healthy_adult" for o in some)
    assert evidence.chosen("", "", "", "no such words at all") == []
    json.dumps(evidence.figure(every), allow_nan=False)
    assert len(evidence.table(some)) == len(some)


def test_a_row_shows_its_source_and_its_experiment():
    row = next(o.row for o in evidence.lines() if o.row.use == "predict" and o.row.drug == "ketamine")
    page = str(evidence.detail(row.id))
    assert row.source in page and "experiment" in page
    assert evidence.detail("no-such-row") is None


def test_behind_every_panel_stand_equations_sources_and_rows():
    for name, drawer in know.drawers({}).items():
        text = str(drawer)
        assert "Equations" in text and "Parameters" in text, name
    assert len(know.rows_of(story.PANELS[0])) > 50


def test_a_panel_says_how_its_claim_stands():
    wrong = {r.id: "disagrees" for r in know.rows_of(story.PANELS[0])}
    blood, receptor = (str(know.drawers(wrong)[name]) for name in ("drug", "receptor"))
    assert "The claim: Low-dose ketamine" in blood and "Not supported" in blood and "What would decide" in blood
    assert "no row tests it" in receptor
    assert evidence.verdicts(), "the kept qualification stands beside the evidence"
