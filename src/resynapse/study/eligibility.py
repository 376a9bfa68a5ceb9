"""Eligibility: one real person against the rules, and what the model expects for people like this under the default course.

For research: a forecast for a group of virtual people who share what is known of this person, not advice for the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from resynapse.methods.cohort import Who, fixed
from resynapse.methods.endpoints import individual
from resynapse.methods.judge import wilson
from resynapse.methods.rule_words import FIELDS
from resynapse.methods.rules import Judgement, RuleSet, judge_person, person_of
from resynapse.model.population import POPULATIONS, Covariate
from resynapse.notation import InputError
from resynapse.study.disposition import system_of
from resynapse.study.fits import load_fit
from resynapse.study.people import Differ, draw_people
from resynapse.study.reading import study_of
from resynapse.study.rule_files import load_rules, rule_file
from resynapse.study.simulate import RunResult, simulate
from resynapse.study.supervise import ArmSupervision, supervise
from resynapse.study.yaml import read_file

COURSE_STAGES = ("indication", "contraindication")
DRUGS = ("esketamine", "ketamine")
WORDS = (("sex", "female", "female"), ("hypertension", "yes", "hypertension"))  # field of a person, word, covariate that it sets to 1
ASKED = ("age", "female", "weight", "madrs", "hypertension")  # what a clinic knows of a person, and is told where it is missing
TWICE_WEEKLY = (0, 3.5, 7, 10.5, 14, 17.5, 21, 24.5)
POPULATION = {"trd": "trd_adult", "mdd": "mdd_adult", "mdd_si": "mdd_adult_si", "bipolar": "bipolar_adult"}
DISCLAIMER = "For research use only: a simulation of people like this one, not a medical device and not dosing advice."


@dataclass(frozen=True)
class Expectation:
    """One expected number with a 90 % interval: of a change its spread between such people, of a share that between clinics."""

    what: str
    value: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True)
class Eligibility:
    """Whether the course is open to somebody, whether the next dose is, and what is expected.

    course: indication and contraindications.  today: what is checked before a dose.  schedule: the default course in words.
    benefit, burden: empty where a course is refused or too little is known to choose people like this (`notes` say so).
    """

    person: Mapping[str, float | str]
    rules: RuleSet
    course: Judgement
    today: Judgement
    schedule: str
    benefit: tuple[Expectation, ...]
    burden: tuple[Expectation, ...]
    notes: tuple[str, ...]
    disclaimer: str = DISCLAIMER


def eligible(path: str | Path, rules: str | Path | None = None, n: int = 400, seed: int = 1) -> Eligibility:
    """Judge one person's file by the rules (the project's for the drug, or a file of one's own) and simulate people like this.

    The file is flat: `drug: esketamine` or `ketamine`, and fields that a rule can read, with units.
    Raises InputError with file and line for an unknown field, a forgotten unit, an impossible value, or a rule file that is wrong.
    """
    document = read_file(path)
    data = dict(document.data)
    at = lambda name: document.places.where((name,))  # noqa: E731
    drug = data.pop("drug", "esketamine")
    if drug not in DRUGS:
        raise InputError(at("drug"), str(drug), f"one of {', '.join(DRUGS)}", DRUGS)
    for name in data:
        if name not in FIELDS:
            raise InputError(at(name), name, f"a field: drug, {', '.join(FIELDS)}", (*FIELDS, "drug"))
    person = person_of(data, at)
    used = load_rules(rules if rules is not None else rule_file(str(drug)))
    course = judge_person(used.rules, person, COURSE_STAGES)
    today = judge_person(used.rules, person, ("before_dose",))
    return expected(person, used, (course, today), str(drug), (n, seed))


def expected(
    person: Mapping[str, float | str], rules: RuleSet, judged: tuple[Judgement, Judgement], drug: str, how: tuple[int, int]
) -> Eligibility:
    """Return the judgements with what is expected of the default course for n people like this; how = (n, seed)."""
    course, today = judged
    population = population_of(person)
    arm, schedule = default_course(person, rules, drug)
    if course.decision == "refuse" or not population:
        why = "the rules refuse the course" if course.decision == "refuse" else "no population is known for this diagnosis"
        return Eligibility(person, rules, course, today, schedule, (), (), (f"nothing is simulated: {why}",))
    study = study_of({
        "question": "what is expected for people like this",
        "population": {"of": population, "n": how[0], "seed": how[1], "background": "new_ad"},
        "arms": {"placebo": {"drug": "placebo", "route": arm["route"], "days": list(TWICE_WEEKLY)}, "drug": arm},
        "control": "placebo", "blinding": "inactive", "visits": ["0 d", "28 d"],
        "endpoints": ["change(MADRS, 28 d)", "response(MADRS, 28 d)", "remission(MADRS, 28 d)"],
    })  # fmt: skip
    system = system_of(study)
    people, notes = people_like(person, population, how)
    drawn = draw_people(POPULATIONS[population], people, system, Who.of(*how, 10), Differ("human", load_fit(study.fit)))
    result = simulate(study, people=drawn)
    burden = burden_of(supervise(result, rules)["drug"], drawn.block)
    return Eligibility(person, rules, course, today, schedule, benefit_of(result), burden, notes)


def population_of(person: Mapping[str, float | str]) -> str:
    """Return the population that a person is taken from, empty where there is none; without a diagnosis treatment-resistant depression."""
    name = POPULATION.get(str(person.get("diagnosis", "trd")), "")
    return "trd_older" if name == "trd_adult" and float(person.get("age", 0.0)) >= 65 else name


def default_course(person: Mapping[str, float | str], rules: RuleSet, drug: str) -> tuple[dict[str, object], str]:
    """Return the default course of a drug as an arm, and in words: spray from the first dose up to the largest, or 0.5 mg/kg."""
    days = list(TWICE_WEEKLY)
    if drug == "ketamine":
        infusion: dict[str, object] = {"drug": drug, "dose": "0.5 mg/kg", "route": "iv", "over": "40 min", "days": days}
        return infusion, "0.5 mg/kg over 40 min, twice a week for 4 weeks, with a newly started antidepressant"
    first, largest = rules.number("first_dose", 56.0, person), rules.number("largest_dose", 84.0, person)
    doses = [min(first + 28.0 * k, largest) for k in range(len(days))]
    words = ", ".join(f"{d:g}" for d in doses[:3])
    arm: dict[str, object] = {"drug": drug, "doses": [f"{d:g} mg" for d in doses], "route": "intranasal", "days": days}
    return arm, f"{words} mg and so on, twice a week for 4 weeks, with a newly started antidepressant"


def people_like(person: Mapping[str, float | str], population: str, how: tuple[int, int]) -> tuple[dict, tuple[str, ...]]:
    """Return the population's covariates with what is known of the person put in place, and notes on what is not known."""
    out, notes = dict(POPULATIONS[population].covariates), []
    known = {k: float(v) for k, v in person.items() if k in ("age", "weight", "madrs") and v == v}
    known |= {name: float(person[field] == word) for field, word, name in WORDS if field in person}
    for name, covariate in out.items():
        if name in known:
            value = known[name]
            if name == "madrs" and value < 12:
                notes.append("a MADRS below 12 leaves little to relieve: response and remission say little")
            out[name] = fixed(covariate, value)
        elif name in ASKED:
            word = "sex" if name == "female" else name
            notes.append(f"{word} is not given: people are drawn as in {population}")
    for name in ("sbp", "dbp"):
        if name in person:
            out[name] = Covariate("normal", float(person[name]), 0.0, 0.0, 300.0, "mmHg", "measured")
    return out, tuple(notes)


def benefit_of(result: RunResult) -> tuple[Expectation, ...]:
    """Return change, response and remission at the end of the course, and what a placebo course would give."""
    asked = result.study.endpoints
    each = {(a, e.statistic): individual(e.statistic, arm.course("MADRS"), e.time) for a, arm in result.arms.items() for e in asked}
    fall, block = each["drug", "change"], result.cohort.block
    out = [Expectation("change of the MADRS at day 28", float(fall.mean()), *_spread(fall), "points")]
    for statistic in ("response", "remission"):
        for arm, words in (("drug", ""), ("placebo", ", with placebo spray or infusion")):
            out.append(share(f"{statistic} at day 28{words}", each[arm, statistic], block))
    return tuple(out)


def share(what: str, each: ArrayLike, block: np.ndarray) -> Expectation:
    """Return a share with the interval that holds it in nine of ten clinics, each a block with its own ways and its own people."""
    x = np.asarray(each, float)
    groups = [x[block == b] for b in np.unique(block)]
    half = 1.645 * float(np.std([g.mean() for g in groups], ddof=1)) if len(groups) > 1 else 0.0
    middle = float(x.mean())
    low, high = wilson(middle, len(x)) if half == 0 else (middle - half, middle + half)
    return Expectation(what, middle, max(0.0, min(low, middle)), min(1.0, max(high, middle)), "fraction")


def burden_of(watched: ArmSupervision, block: np.ndarray) -> tuple[Expectation, ...]:
    """Return visits, hours, early discharge, dissociation, events and thresholds of the course."""
    cadss, rise = watched.courses["CADSS"].max(axis=1), watched.courses["SBP"] - watched.courses["SBP"][:, :1]
    top = rise.max(axis=1)
    came = watched.watched["came"].sum(axis=1).astype(float)
    hours = (watched.watched["hours"] * watched.watched["came"]).sum(axis=1)
    held = watched.watched["held"].sum(axis=1).astype(float)
    out = [
        Expectation("sessions", float(came.mean()), *_spread(came), "sessions"),
        Expectation("hours of observation", float(hours.mean()), *_spread(hours), "h"),
        Expectation("sessions held for the pressure before them", float(held.mean()), *_spread(held), "sessions"),
        Expectation("highest CADSS of the first session", float(cadss.mean()), *_spread(cadss), "points"),
        Expectation("highest rise of systolic pressure, first session", float(top.mean()), *_spread(top), "mmHg"),
    ]
    for minute in watched.leave:
        fit = watched.fit[:, watched.minutes == minute][:, 0]
        out.append(share(f"fit to leave {minute:g} min after the first dose", fit, block))
    out += [share(f"{c.threshold} in any session", c.each, block) for c in watched.crossings]
    for e in sorted(watched.events, key=lambda e: -e.ever):
        if e.event == "discontinuation_ae":
            out.append(share("stops for an adverse event", watched.happens[e.event].any(axis=1), block))
        elif e.event != "any_adverse_event":
            out.append(share(f"{e.event.replace('_', ' ')} in any session", watched.happens[e.event].any(axis=1), block))
    return tuple(out)


def _spread(x: np.ndarray) -> tuple[float, float]:
    low, high = np.nanquantile(x, [0.05, 0.95])
    return float(low), float(high)
