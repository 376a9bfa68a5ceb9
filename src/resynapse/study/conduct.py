"""Conduct: doses that the rules hold or reduce, and people who give up the drug, decided for every person and session.

The course is solved once as planned; what a clinic would see in it decides which doses are given when it is solved for good.  So a
session is judged as if earlier ones had been given as planned: blood pressure before a dose hardly remembers the last one.
"""

from dataclasses import dataclass

import numpy as np

from resynapse.engine import Ensemble, Schedule, Settings
from resynapse.methods.cohort import Cohort
from resynapse.methods.rules import DECISIONS, RuleSet, judge_people
from resynapse.model.session_events import DRIVERS, LAWS
from resynapse.notation import InputError, System
from resynapse.study.dosing import is_given
from resynapse.study.rule_files import load_rules, rule_file
from resynapse.study.schema import Arm, Study
from resynapse.study.sessions import probes, side_effects
from resynapse.study.simulate import Conduct, arm_events, arm_values, measured

VITAL = {"SBP": "sbp", "DBP": "dbp"}


@dataclass(frozen=True)
class _Seen:
    """What a clinic sees in the planned course: pressures before each session {field: (n, K)} and events {name: (n, K)}."""

    before: dict[str, np.ndarray]
    happens: dict[str, np.ndarray]


def rules_of(study: Study) -> RuleSet:
    """Return the rules that a study is run by.  Raises InputError where its drug has none and it names no file."""
    if study.supervision != "rules":
        return load_rules(study.supervision)
    drugs = [arm.drug for arm in study.arms.values() if is_given(arm.drug)]
    if not drugs:
        raise InputError(study.where("supervision"), "rules", "a study that gives a drug with rules, or the name of a rule file")
    return load_rules(rule_file(drugs[0]))


def conduct_of(study: Study, name: str, system: System, people: Cohort, rules: RuleSet) -> Conduct:
    """Return which doses of an arm each person gets, how large, and when they give up.

    Held: a rule on blood pressure holds or refuses.  Reduced: to the rules' `reduced_dose` from the session after a severe
    dissociation on.  Given up: after the session that brings `discontinuation_ae`.  Raises InputError for animals.
    """
    if not all(d in system.units for d in DRIVERS):
        raise InputError(study.where("supervision"), study.supervision, "none: nothing is known of a clinic's session in this model")
    arm = study.arms[name]
    sessions = np.array(sorted({*arm.days, *arm.blind}))
    seen = _seen(study, name, (system, people), sessions)
    n, k = people.n, len(sessions)
    held = np.zeros((n, k), bool)
    vital = [r for r in rules.rules if r.test is not None and r.test[0] in VITAL.values()]
    age = {"age": people.covariates["age"]} if "age" in people.covariates else {}
    for j in range(k):
        held[:, j] = judge_people(vital, age | {field: x[:, j] for field, x in seen.before.items()}, n) >= DECISIONS.index("hold")
    quits = seen.happens["discontinuation_ae"] & ~held
    last = np.where(quits.any(axis=1), quits.argmax(axis=1), k)
    stopped = np.where(last < k, sessions[np.minimum(last, k - 1)] + LAWS["discontinuation_ae"].onset_h, np.inf)
    at = np.searchsorted(sessions, np.array(arm.days)) if arm.days else np.zeros(0, int)
    severe = np.cumsum(seen.happens["dissociation_severe"], axis=1) - seen.happens["dissociation_severe"] > 0
    given = ~held[:, at] & (at[None, :] <= last[:, None])
    return Conduct(given, _share(arm, severe[:, at], rules), stopped, held, ~held & (np.arange(k)[None, :] <= last[:, None]))


def _share(arm: Arm, severe: np.ndarray, rules: RuleSet) -> np.ndarray:
    """Return the share of each planned dose (n, doses) that is given to those who bore an earlier one badly."""
    least = rules.number("reduced_dose", np.inf)
    planned = [amount if unit == "mg" else 0.0 for amount, unit in arm.doses]
    small = np.array([min(1.0, least / a) if a > 0 else 1.0 for a in planned]) if planned else np.ones(severe.shape[1])
    return np.where(severe, small, 1.0)


def _seen(study: Study, name: str, who: tuple[System, Cohort], sessions: np.ndarray) -> _Seen:
    system, people = who
    arm = study.arms[name]
    every = np.union1d(np.round(sessions, 9), probes(sessions, arm.over))
    schedule = Schedule.of(arm_events(study, arm, system, people), people.n, system)
    values = arm_values(arm, people, system, study.population)
    solved = Ensemble.of(system).run(people.n, values, schedule, every, [*VITAL, *DRIVERS], Settings(on_failure="report")).values
    at = np.searchsorted(every, np.round(sessions, 9))
    before = {f: measured(q, q, solved[q][:, at], every[at], people, (system, name)) for q, f in VITAL.items()}
    return _Seen(before, side_effects(solved, every, list(sessions), people))
