"""Virtual people: baselines as published, covariates that reach the mechanisms, enrolment, tables, reweighting."""

from pathlib import Path

import numpy as np
import pytest

from resynapse.engine import Twin
from resynapse.methods.cohort import Who
from resynapse.methods.evidence import load_evidence
from resynapse.model import build
from resynapse.model.population import POPULATIONS
from resynapse.model.spreads import CORRELATIONS, spreads_of
from resynapse.notation import InputError
from resynapse.study import study_of
from resynapse.study.disposition import system_of
from resynapse.study.people import people_of

SYSTEM = build("human", False)
ROWS = load_evidence(Path(__file__).parents[2] / "evidence" / "safety_symptoms.csv")
DALY = {"age": "age_mean", "madrs": "MADRS_baseline_mean", "episode": "episode_weeks_mean", "female": "female_fraction"}


def written(of="trd_adult", n=20_000, enrolment=None, **people):
    return study_of({
        "question": "who takes part?", "population": {"of": of, "n": n, "seed": 5} | people, "arms": {"a": {"drug": "placebo"}},
        "visits": ["0 d", "1 d"], "endpoints": ["mean(MADRS, 1 d)"], **({"enrolment": {"criteria": enrolment}} if enrolment else {}),
    })  # fmt: skip


def drawn(*a, **k):
    return people_of(written(*a, **k), SYSTEM)


def published(population: str, source: str, word: str) -> tuple[float, float]:
    """Mean and SD over the groups that one source prints; a share has no SD."""
    rows = [r for r in ROWS if (r.population, r.source, r.quantity) == (population, source, f"parameter:{word}")]
    n = np.array([r.n or 1 for r in rows], float)
    mean = np.average([r.value for r in rows], weights=n)
    sd = np.array([r.spread.numbers[0] if r.spread else 0.0 for r in rows])
    return float(mean), float(np.average(sd**2 + (np.array([r.value for r in rows]) - mean) ** 2, weights=n) ** 0.5)


def near(values: np.ndarray, target: tuple[float, float], tolerance: float = 0.05) -> bool:
    mean, sd = target
    return abs(values.mean() / mean - 1) < tolerance and (sd == 0 or len(np.unique(values)) == 2 or abs(values.std() / sd - 1) < tolerance)


def test_baselines_are_as_published():
    people = drawn().covariates
    for name in ("age", "episode", "female"):
        assert near(people[name], published("trd_adult", "daly2019", DALY[name])), name
    assert near(people["bmi"], published("trd_adult", "sustain2_2020", "bmi_mean"))
    assert near(people["benzodiazepine"], published("trd_adult", "feeney2022", "benzodiazepine_use_fraction"))
    assert near(people["anxious"], published("mdd_adult", "price2022", "any_anxiety_disorder_fraction"))
    suicidal = drawn("mdd_adult_si").covariates
    assert near(suicidal["age"], published("mdd_adult_si", "aspire_pooled2021", "age_mean"))
    assert near(suicidal["female"], published("mdd_adult_si", "aspire_pooled2021", "female_fraction"))
    assert near(drawn("healthy_adult").covariates["age"], published("healthy_adult", "liebe2017", "age_mean"))
    general = drawn("general_adult").covariates
    assert np.median(general["age"]) == pytest.approx(45, rel=0.05) and np.median(general["weight"]) == pytest.approx(74, rel=0.05)


def test_inflammation_and_genes_are_as_published():
    people = drawn("mdd_adult").covariates
    assert (np.mean(people["crp"] > 3), np.mean(people["crp"] > 1)) == pytest.approx((0.27, 0.58), abs=0.02)  # osimo2019
    assert np.mean(people["met_alleles"] == 0) == pytest.approx(0.661, abs=0.01)  # laje2012


def test_anxious_people_are_more_depressed_as_published():
    people = drawn("mdd_adult").covariates
    gap = people["madrs"][people["anxious"] > 0].mean() - people["madrs"][people["anxious"] == 0].mean()
    assert gap == pytest.approx(35.18 - 31.97, abs=0.5)  # anxious_ma2025


@pytest.mark.parametrize("name", [n for n in POPULATIONS if not n.endswith(("mouse", "rat", "child"))])
def test_every_population_is_drawn_and_solvable(name):
    people = drawn(name, 300)
    for x in (*people.covariates.values(), *people.values.values()):
        assert np.isfinite(x).all()
    if "severity0" in people.values:
        assert (people.values["severity0"] >= 0).all() and people.values["severity0"].max() < 5


def test_every_correlation_is_between_things_that_are_drawn():
    known = {name for p in POPULATIONS.values() for name in p.covariates} | {s.targets[0] for s in spreads_of("human")}
    assert [c for c in CORRELATIONS if not {c.one, c.other} <= known or not -1 < c.rho < 1] == []


def test_covariates_reach_the_mechanisms():
    people = drawn(n=400)
    got = Twin(SYSTEM)
    read = ["severity", "MADRS", "stress", "crp_level", "antidepressant_relief", "SBP"]

    def start(k: int) -> dict[str, float]:
        out = got.run({name: float(x[k]) for name, x in people.values.items()}, [], [0.0], read)
        return {name: float(out[name][0]) for name in read}

    for k in range(0, 400, 40):
        one, of = start(k), {name: float(x[k]) for name, x in people.covariates.items()}
        assert one["MADRS"] == pytest.approx(of["madrs"], abs=0.05)
        assert one["crp_level"] == pytest.approx(of["crp"], rel=0.5)  # stress and mood of the person move it a little
        assert one["SBP"] == pytest.approx(of["sbp"])
        assert people.values["failed"][k] == of["failed"] and people.values["mpfc_release"][k] == (1.0, 0.7, 0.5)[int(of["met_alleles"])]
    burdened = people.covariates["maltreated"] + people.covariates["poor"]
    loads = [np.mean([start(k)["stress"] for k in np.flatnonzero(burdened == b)[:25]]) for b in (0, 2)]
    assert loads[1] > loads[0] + 0.08


def test_enrolment_holds_its_criteria_and_scores_fall_by_themselves():
    before, after = drawn(), drawn(enrolment={"MADRS": ">= 40", "age": [30, 50], "bmi": "<= 32", "SBP": [90, 140]})
    x = after.covariates
    assert x["age"].min() >= 30 and x["age"].max() <= 50 and x["bmi"].max() <= 32 and x["sbp"].max() <= 140
    assert after.selection["screened"] > 3 * after.selection["enrolled"]
    assert before.covariates["madrs"].mean() + 2 < x["madrs"].mean() < 42.0  # their screening scores were above 40 and a mean of about 43
    assert np.mean(x["madrs"] < 40) > 0.2


def test_who_takes_part_depends_on_a_number_alone():
    study = written(n=300, enrolment={"MADRS": ">= 40"}, reweight_to={"age": {"mean": "50 years"}})
    whole, some = people_of(study, SYSTEM), people_of(study, SYSTEM, Who.of(20, 5, first=100))
    assert all(np.array_equal(whole.values[name][100:120], x) for name, x in some.values.items())


def test_reweighted_people_are_those_of_the_table():
    table = {"age": {"mean": "50 years", "sd": "9 years"}, "sex": {"female": 0.5}, "severity": {"mean": "35 points"}}
    people = drawn(n=6000, reweight_to=table)
    x = people.covariates
    assert (x["age"].mean(), x["age"].std(), x["female"].mean(), x["madrs"].mean()) == pytest.approx((50, 9, 0.5, 35), rel=0.03)
    assert 0.2 < people.selection["effective_share"] < 0.9


def test_distributions_of_ones_own():
    own = {"age": {"mean": "52 years", "sd": "6 years"}, "weight": {"median": "82 kg", "log_sd": 0.1}, "sex": {"female": 0.2}}
    own |= {"failed_trials": 3}
    people = drawn(n=5000, covariates=own)
    x = people.covariates
    assert (x["age"].mean(), np.median(x["weight"]), x["female"].mean()) == pytest.approx((52, 82, 0.2), rel=0.05)
    assert set(people.values["failed"]) == {3.0}


def test_a_table_of_people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("age [years],weight [kg],sex,SBP [mmHg]\n30,60,female,118\n50,9e1,male,135\n", encoding="utf-8")
    people = drawn(n=5, table=str(path))
    assert people.covariates["age"].tolist() == [30, 50, 30, 50, 30] and people.covariates["female"].tolist() == [1, 0, 1, 0, 1]
    assert people.values["weight"].tolist() == [60, 90, 60, 90, 60] and len(set(people.covariates["madrs"])) == 5
    assert people.covariates["sbp"] == pytest.approx([118, 135, 118, 135, 118])
    path.write_text("age,weight,sex\nyears,g,\n30,60000,female\n", encoding="utf-8")
    assert drawn(n=2, table=str(path), enrolment={"age": [20, 40]}).values["weight"].tolist() == [60, 60]


BAD_TABLES = {
    "age,weight\n30,60\n": r":2 weight.*its unit",
    "age,weight [lb]\n30,60\n": r":1 weight.*a unit of weight",
    "age,wieght [kg]\n30,60\n": r":1.*weight",
    "age,age\n30,60\n": "a second time",
    "age [years],weight [kg]\n30,6\n": r":2 weight.*from 30 to 250",
    "age [years],weight [kg]\n30,\n": r":2 weight.*empty cell",
    "age [years],weight [kg]\n30\n": r":2.*1 cells",
    "age [years],sex\n30,woman\n": r":2 sex.*one of female, male",
    "age [years]\n": "at least one person",
}


@pytest.mark.parametrize("text", BAD_TABLES)
def test_a_forgotten_unit_or_an_impossible_value_is_refused(text, tmp_path):
    (tmp_path / "people.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=BAD_TABLES[text]):
        drawn(n=2, table=str(tmp_path / "people.csv"))


BAD_PEOPLE = [
    ({"covariates": {"weight": {"mean": 80, "sd": "9 kg"}}}, "its unit"),
    ({"covariates": {"age": {"mean": "200 years", "sd": "9 years"}}}, "from 1 to 100"),
    ({"covariates": {"age": {"mean": "40 years"}}}, "mean with sd"),
    ({"covariates": {"aeg": 40}}, "age"),
    ({"covariates": {"sex": {"female": 1.5}}}, "0 to 1"),
    ({"reweight_to": {"weight": {"mean": 80}}}, "its unit"),
    ({"reweight_to": {"age": 40}}, "keys and values"),
    ({"table": "nowhere.csv"}, "nowhere.csv"),
    ({"where": {"age": [60, 64]}, "enrolment": {"age": [20, 30]}}, "criteria that some"),
    ({"enrolment": {"MADRS": ">= 70"}}, "from 0 to 60"),
    ({"enrolment": {"PHQ": [1, 2]}}, "a trait, or MADRS"),
    ({"of": "healthy_adult", "reweight_to": {"anxious": {"share": 0.5}}}, "what a healthy_adult has"),
]


@pytest.mark.parametrize("people, said", BAD_PEOPLE, ids=lambda x: str(x)[:40])
def test_people_that_cannot_be_are_refused(people, said):
    with pytest.raises(InputError, match=said):
        drawn(n=20, **people)


def test_a_study_with_its_people_reads_again():
    study = written(n=20, enrolment={"MADRS": ">= 30", "bmi": [18, 40], "hypertension": "no"}, covariates={"age": "40 years"})
    assert study_of(study.resolved()) == study and system_of(study)
