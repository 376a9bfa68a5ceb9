"""Supervision of a simulated study: the first session minute by minute, thresholds crossed, events by arm, hours of observation.

The arms of a result are solved once more for the same people, at the minutes that a clinic looks at; nothing random is drawn anew.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from resynapse.engine import Ensemble, Schedule, Settings
from resynapse.methods.cohort import Cohort
from resynapse.methods.judge import wilson
from resynapse.methods.rules import DECISIONS, RuleSet, judge_people
from resynapse.methods.session import CHECKS_H, Crossing, Fitness, crossings, first_fit, fit_to_leave
from resynapse.methods.trial import Conduct
from resynapse.model.scales import readout_of
from resynapse.model.session_events import DRIVERS, LAWS
from resynapse.notation import InputError
from resynapse.study.conduct import rules_of
from resynapse.study.dosing import is_given
from resynapse.study.measure import measured
from resynapse.study.plan import Plan, arm_values, plan_of, whole_events
from resynapse.study.rule_files import load_rules, rule_file
from resynapse.study.sessions import probes, side_effects
from resynapse.study.simulate import RunResult, attended

WATCHED = ("ketamine", "CADSS", "SBP", "DBP", "HR", "sedation_MOAAS", "sleepiness", "cognition")
SIGNS = ("sedation_MOAAS", "CADSS", "SBP", "DBP")
MINUTES = np.arange(0.0, 241.0, 2.0)
MOST = 4000
LEAVE_MINUTES = (60.0, 90.0, 120.0)
DEFAULT = Fitness(alert=5.0, cadss_above=4.0, sbp_above=10.0, dbp_above=8.0)


@dataclass(frozen=True)
class EventShare:
    """One event in one arm: shares of people who ever have it (with a 90 % interval) and of sessions with it, and its usual course."""

    event: str
    ever: float
    low: float
    high: float
    per_session: float
    onset_h: float
    lasts_h: float


@dataclass(frozen=True)
class Burden:
    """What an arm asks of people and clinic, means for each person: sessions, hours of observation, sessions held before the dose."""

    sessions: float
    hours: float
    held: float


@dataclass(frozen=True)
class ArmSupervision:
    """One arm.  minutes (M,) after the first dose, column 0 before it; courses {quantity: (n, M)} without error of measurement.

    fit: (n, M) whether fit to leave; leave: {minute: share fit to leave then}; earliest: (n,) minute from which each person may
    leave, not before the observation that the rules ask for, inf where not within the four hours seen; happens: {event: (n, K)};
    watched: {hours, came, held: (n, K)} by session: hours of observation, whether it took place, whether a rule held it.
    """

    arm: str
    minutes: np.ndarray
    courses: dict[str, np.ndarray]
    fit: np.ndarray
    leave: dict[float, float]
    earliest: np.ndarray
    crossings: list[Crossing]
    events: list[EventShare]
    burden: Burden
    happens: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    watched: dict[str, np.ndarray] = field(default_factory=dict, repr=False)


def supervise(result: RunResult, rules: RuleSet | None = None, most: int = MOST) -> dict[str, ArmSupervision]:
    """Return the supervision of every arm that has sessions and people, by name.  rules: those of the project for the drug, unless given.

    most: of a larger cohort only so many people, the first, are watched.

    Raises InputError for a species without a model of tolerability.
    """
    if not all(d in result.system.units for d in DRIVERS):
        raise InputError("species", result.study.species, "human: nothing is known of a clinic's session in animals")
    rules = rules or rules_for(result)
    result = _watched(result, most)
    plans = {name: plan_of(result.study, name) for name in result.arms if result.people(name).n}
    return {name: _watch(result, plan, rules) for name, plan in plans.items() if plan.sessions}


def _watched(result: RunResult, most: int) -> RunResult:
    """Return a result whose arms hold no more than the first so many people each."""
    first = {name: np.arange(min(most, result.people(name).n)) for name in result.arms}
    conduct = {name: c.take(first[name]) for name, c in result.extra.get("conduct", {}).items()}
    arms = {name: replace(arm, who=first[name] if arm.who is None else arm.who[first[name]]) for name, arm in result.arms.items()}
    return replace(result, arms=arms, extra=result.extra | {"conduct": conduct})


def rules_for(result: RunResult) -> RuleSet | None:
    """Return the project's rules for the drug of a study, None where it has none or the files are not at hand."""
    if result.study.supervision != "none":
        return rules_of(result.study)
    drugs = [arm.drug for arm in result.study.arms.values() if is_given(arm.drug)]
    try:
        return load_rules(rule_file(drugs[0])) if drugs else None
    except InputError:
        return None


def fitness_of(rules: RuleSet | None) -> Fitness:
    """Return the limits of leaving that a rule file sets, the defaults where it sets none."""
    if rules is None:
        return DEFAULT
    return Fitness(
        rules.number("leave_alertness", DEFAULT.alert), rules.number("leave_dissociation", DEFAULT.cadss_above),
        rules.number("leave_systolic", DEFAULT.sbp_above), rules.number("leave_diastolic", DEFAULT.dbp_above),
    )  # fmt: skip


def _watch(result: RunResult, plan: Plan, rules: RuleSet | None) -> ArmSupervision:
    name, sessions = plan.name, plan.sessions
    checks = np.array([[s, *(s + c for c in CHECKS_H)] for s in sessions])
    first = sessions[0] + MINUTES / 60
    every = np.unique(np.round(np.concatenate([first, checks.ravel(), probes(sessions, plan.over)]), 9))
    outputs = {q: readout_of(q, result.study.sampling.site)[0] for q in WATCHED}
    values = _solve(result, name, every, list(dict.fromkeys([*outputs.values(), *DRIVERS])))
    at = lambda hours: np.searchsorted(every, np.round(hours, 9))  # noqa: E731
    courses = {q: values[o][:, at(first)] for q, o in outputs.items()}
    fit, limits = fit_to_leave(courses, fitness_of(rules)), fitness_of(rules)
    shortest = 60 * (rules.number("observation", 2.0) if rules else 2.0)
    seen = {q: _measured(result, name, q, outputs[q], values, every, at(checks)) for q in ("SBP", "DBP")}
    conduct = result.extra.get("conduct", {}).get(name)
    happens = attended(side_effects(values, every, sessions, result.people(name)), conduct)
    signs = {q: values[outputs[q]][:, at(checks)] for q in SIGNS}
    by_session = _by_session(signs, {q: x[..., 0] for q, x in seen.items()}, limits, (result.people(name), rules, shortest / 60, conduct))
    return ArmSupervision(
        arm=name,
        minutes=MINUTES,
        courses=courses,
        fit=fit,
        leave={m: float(fit[:, np.searchsorted(MINUTES, m)].mean()) for m in LEAVE_MINUTES},
        earliest=first_fit(fit, MINUTES, shortest),
        crossings=crossings({q: x[..., 1:] for q, x in seen.items()}, {q: x[..., 0] for q, x in seen.items()}),
        events=[_share(event, x) for event, x in happens.items()],
        burden=_burden(by_session),
        happens=happens,
        watched=by_session,
    )


def _solve(result: RunResult, name: str, times: np.ndarray, outputs: list[str]) -> dict[str, np.ndarray]:
    people, system, arm = result.people(name), result.system, result.study.arms[name]
    conduct = result.extra.get("conduct", {}).get(name)
    schedule = Schedule.of(whole_events(plan_of(result.study, name), system, people, conduct), people.n, system)
    values = arm_values(arm, people, system, result.study.population)
    return Ensemble.of(system).run(people.n, values, schedule, times, outputs, Settings()).values


def _measured(
    result: RunResult, arm: str, quantity: str, output: str, values: dict[str, np.ndarray], times: np.ndarray, at: np.ndarray
) -> np.ndarray:
    """Return what a cuff would show at the checks of every session (n, K, checks)."""
    flat = at.ravel()
    seen = measured(quantity, output, values[output][:, flat], times[flat], result.people(arm), (result.system, arm))
    return seen.reshape(len(seen), *at.shape)


def _share(event: str, happens: np.ndarray) -> EventShare:
    ever, per_session = float(happens.any(axis=1).mean()), float(happens.mean())
    low, high = wilson(ever, len(happens))
    law = LAWS.get(event)
    return EventShare(event, ever, low, high, per_session, law.onset_h if law else np.nan, law.lasts_h if law else np.nan)


def _by_session(
    signs: dict[str, np.ndarray],
    before: dict[str, np.ndarray],
    limits: Fitness,
    how: tuple[Cohort, RuleSet | None, float, Conduct | None],
) -> dict[str, np.ndarray]:
    """Return (n, K) of each session: hours until the first check at which a person is fit to leave, no shorter than the rules ask;

    whether it took place, and whether a rule holds it.  In a study that is not run by rules every session takes place.
    """
    people, rules, shortest, conduct = how
    n, k, _ = signs["CADSS"].shape
    flat = {q: x.reshape(n * k, -1) for q, x in signs.items()}
    wait = first_fit(fit_to_leave(flat, limits), np.array([0.0, *CHECKS_H]), shortest)
    hours = np.where(np.isfinite(wait), wait, CHECKS_H[-1]).reshape(n, k)
    if conduct is not None:
        return {"hours": hours, "came": conduct.came, "held": conduct.held}
    held = np.zeros((n, k), bool)
    if rules is not None:
        vital = [r for r in rules.rules if r.test is not None and r.test[0] in ("sbp", "dbp")]
        age = {"age": people.covariates["age"]} if "age" in people.covariates else {}
        for j in range(k):
            columns = {"sbp": before["SBP"][:, j], "dbp": before["DBP"][:, j], **age}
            held[:, j] = judge_people(vital, columns, n) >= DECISIONS.index("hold")
    return {"hours": hours, "came": np.ones((n, k), bool), "held": held}


def _burden(by_session: dict[str, np.ndarray]) -> Burden:
    """Return means over people of the sums over sessions."""
    came = by_session["came"]
    return Burden(*(float(x.sum(axis=1).mean()) for x in (came, by_session["hours"] * came, by_session["held"])))
