"""Simulate: a study becomes people, events and courses; the result holds what was asked for, true and as measured.

The only place where science (model) and methods (cohort, endpoints) meet the engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from resynapse.engine import Ensemble, Settings
from resynapse.methods.cohort import Cohort
from resynapse.methods.endpoints import Course
from resynapse.methods.trial import LEFT, NOT_ON, Conduct, allocated
from resynapse.model.expectancy import TABLETS_HALF_RISE
from resynapse.model.items import DOMAINS
from resynapse.model.scales import DRAWN, READOUTS, STORY, Readout, readout_of
from resynapse.model.session_events import DRIVERS
from resynapse.notation import InputError, System
from resynapse.study.conduct import deciders_of, departures
from resynapse.study.digest import digest_of
from resynapse.study.disposition import system_of
from resynapse.study.dosing import is_given
from resynapse.study.measure import as_rated, measured
from resynapse.study.people import people_of
from resynapse.study.plan import arm_values, plan_of
from resynapse.study.rated import Rated, completed, item_names
from resynapse.study.schema import Study
from resynapse.study.sessions import event_series, probes, side_effects
from resynapse.study.visits import follow
from resynapse.study.vocabulary import TRAITS

SESSION_GRID_H = np.array([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 75, 90, 105, 120, 150, 180, 240, 300, 360, 480, 720]) / 60
AT_VISITS = ("mean", "median", "sd", "change", "percent_change", "response", "remission")  # read at visits alone
ALL_SESSIONS = ("peak", "cmax", "tmax", "auc", "auc_inf", "half_life")


@dataclass(frozen=True)
class ArmResult:
    """One arm: times (T,) h; true and measured {quantity: (n, T)}; session starts (h), sham among them; people not solved.

    who (n,): its people's places in the cohort, where not everybody is in this arm.
    """

    name: str
    times: np.ndarray
    true: dict[str, np.ndarray]
    measured: dict[str, np.ndarray]
    sessions: tuple[float, ...]
    failed: tuple[int, ...] = ()
    sham: tuple[float, ...] = ()
    who: np.ndarray | None = None

    def course(self, quantity: str, as_measured: bool = True) -> Course:
        """Return one quantity with the thresholds of its scale, as it was measured or without error of measurement."""
        scale = READOUTS[quantity].scale
        limits = (scale.remission, scale.relapse) if scale else (None, None)
        values = self.measured if as_measured else self.true
        dosed = tuple(t for t in self.sessions if t not in self.sham) or self.sessions
        return Course(quantity, self.times, values[quantity], dosed, *limits)

    def take(self, mask: np.ndarray, n: int) -> "ArmResult":
        """Return the arm with some of its n people, by mask (n,)."""
        pick = lambda table: {q: x[mask] for q, x in table.items()}  # noqa: E731
        rows, who = np.flatnonzero(mask), np.arange(n) if self.who is None else self.who
        failed = tuple(int(k) for k in np.flatnonzero(np.isin(rows, self.failed)))
        return replace(self, true=pick(self.true), measured=pick(self.measured), failed=failed, who=who[mask])


@dataclass(frozen=True)
class RunResult:
    """A study with its people and the courses of every arm."""

    study: Study
    system: System
    cohort: Cohort
    arms: dict[str, ArmResult]
    extra: dict[str, Any] = field(default_factory=dict)

    def people(self, arm: str) -> Cohort:
        """Return the people of an arm, in the order of its courses."""
        who = self.arms[arm].who
        return self.cohort if who is None else self.cohort.take(who)

    @cached_property
    def digest(self) -> str:
        """Digest of every value of everybody in every arm; the same study and seed give the same one (`study.digest`)."""
        return self.extra["whole"].digest if "whole" in self.extra else digest_of(self)

    @cached_property
    def supervision(self) -> dict[str, Any]:
        """The supervision of every arm with sessions (`supervise.ArmSupervision`), of all its people; worked out when it is asked for."""
        from resynapse.study.supervise import supervise

        return supervise(self, most=self.cohort.n)


def asked(study: Study) -> list[str]:
    """Return the quantities that a study needs: those of its endpoints and, unless it keeps no more, one for each link of the chain."""
    readable = set(system_of(study).readable())
    drawn = set(DRIVERS) <= readable
    itemised = set(DOMAINS) <= readable

    def gives(q: str, r: Readout) -> bool:
        if r.area in DRAWN:
            return drawn
        return readout_of(q, study.sampling.site)[0] in readable if r.output else itemised

    given = [q for q, r in READOUTS.items() if gives(q, r)]
    for place, endpoint in enumerate(study.endpoints):
        if endpoint.quantity not in given:
            shown = [q for q in given if READOUTS[q].area != "items"]
            what = f"a quantity that the model of this study gives: {', '.join(shown)}, or an item such as item:MADRS_10"
            raise InputError(study.where("endpoints", place), endpoint.quantity, what, given)
    read = (e.quantity for e in study.endpoints if READOUTS[e.quantity].area != "burden")
    story = [q for q in STORY if q in given and study.keep.what == "visits"]
    return list(dict.fromkeys([*story, *read, *item_names(study)]))


def first_dose(study: Study) -> float:
    """Return the hour of the first dose of an active drug; 0 where a study gives none."""
    return min((d for arm in study.arms.values() if is_given(arm.drug) for d in arm.days), default=0.0)


def grid(study: Study) -> np.ndarray:
    """Return the times (T,) h at which courses are kept: what the study observes, fine steps around sessions, days between."""
    if study.keep.what == "endpoints" and all(e.statistic in AT_VISITS for e in study.endpoints):
        return np.unique(np.round([0.0, *study.times], 9))
    sessions = sorted({d for arm in study.arms.values() for d in (*arm.days, *arm.blind)}) or [0.0]
    end = max([*study.times, sessions[-1]])
    fine = sessions if any(e.statistic in ALL_SESSIONS for e in study.endpoints) else sorted({sessions[0], first_dose(study)})
    parts = [s + SESSION_GRID_H for s in fine] + [np.array(study.times), np.arange(0.0, end + 1e-9, 24.0)]
    every = np.unique(np.round(np.concatenate(parts), 9))
    return every[every <= end + 1e-9] if study.visits else every


def attended(happens: Mapping[str, np.ndarray], conduct: Conduct | None) -> dict[str, np.ndarray]:
    """Return events {name: (n, K)} of those sessions that took place."""
    return {name: x & conduct.came if conduct else x for name, x in happens.items()}


def simulate(
    study: Study, progress: Callable[[str, int, int], None] | None = None, settings: Settings | None = None, people: Cohort | None = None
) -> RunResult:
    """Run a study.  progress(text, done, all) is told of every arm; people: those of the study unless given.

    Raises InputError for a quantity, cut or state that the model does not have.
    """
    settings = settings or Settings(on_failure="report")
    system = system_of(study)
    people = people or people_of(study, system)
    ensemble = Ensemble.of(system)
    arms, conducts, members = {}, {}, randomised(study, people)
    for k, name in enumerate(study.arms):
        if progress:
            progress(f"arm {name}", k, len(study.arms))
        arms[name], conducts[name] = _arm(study, name, (ensemble, people), members.get(name), settings)
    if progress:
        progress("done", len(study.arms), len(study.arms))
    extra: dict[str, Any] = {"conduct": conducts} if any(departures(study, name) for name in study.arms) else {}
    if study.expectancy == "both":
        extra["without_expectancy"] = simulate(study.model_copy(update={"expectancy": "off"}), None, settings, people)
    return RunResult(study, system, people, arms, extra)


def randomised(study: Study, people: Cohort) -> dict[str, np.ndarray]:
    """Return {arm: places of its people in the cohort}, where everybody gets one arm; empty where every arm treats everybody.

    Arms are drawn for the whole trial, whichever of its people are at hand.
    """
    how = study.randomisation
    if how is None:
        return {}
    whole = people if people.n == study.n else people_of(study, system_of(study))
    strata = np.zeros(whole.n, np.int64)
    for trait in how.by:
        values = whole.covariates[TRAITS["human"][trait].covariate]
        strata = 2 * strata + (values > (0.5 if trait == "sex" else np.median(values)))
    parts = np.array([how.ratio.get(name, 1) for name in study.arms])
    arm = allocated(study.seed, strata, parts, how.blocks)[np.searchsorted(whole.people, people.people)]
    return {name: np.flatnonzero(arm == k) for k, name in enumerate(study.arms)}


def _arm(
    study: Study, name: str, whole: tuple[Ensemble, Cohort], members: np.ndarray | None, settings: Settings
) -> tuple[ArmResult, Conduct]:
    """Solve one arm and read it as a trial does."""
    ensemble, system, plan = whole[0], whole[0].system, plan_of(study, name)
    people = whole[1] if members is None else whole[1].take(members)
    wanted, times = asked(study), grid(study)
    outputs = {q: readout_of(q, study.sampling.site)[0] for q in wanted if READOUTS[q].area != "event" and READOUTS[q].output}
    events, summed = [q for q in wanted if READOUTS[q].area == "event"], [q for q in wanted if plan.asks.sums(q)]
    read = list(dict.fromkeys([*outputs.values(), *(DRIVERS if events else ()), *(DOMAINS if summed else ())]))
    every = np.union1d(times, probes(plan.sessions, plan.over)) if events else times
    values = arm_values(study.arms[name], people, system, study.population)
    if plan.tablets_alone and "half_rise" in system.params:
        values["half_rise"] = TABLETS_HALF_RISE.value
    if study.expectancy == "off" and "expectancy" in system.params:
        values["expectancy"] = 0.0
    solved = follow(plan, (ensemble, people), values, (every, read), deciders_of(study, name, system), settings)
    at = np.searchsorted(solved.times, times - 1e-9)
    true = {q: solved.values[o][:, at] for q, o in outputs.items()}
    belief = solved.values["belief"][:, at] if plan.rater_bias else None
    rated = {q: as_rated(q, x, belief, plan.rater_bias) for q, x in true.items()}
    seen = {q: measured(q, o, rated[q], times, people, (system, name)) for q, o in outputs.items()}
    if summed:
        traits = {domain: solved.values[domain][:, at] for domain in DOMAINS}
        off = 0.0 if belief is None else plan.rater_bias * belief
        true, seen = completed(summed, true, seen, Rated(traits, times, people, name, taken_off=off), plan.asks)
    gone = times[None, :] > solved.conduct.left[:, None]
    seen = {q: np.where(gone, np.nan, x) for q, x in seen.items()} if gone.any() else seen
    if events:
        happens = attended(side_effects(solved.values, solved.times, plan.sessions, people), solved.conduct)
        series = event_series(happens, plan.sessions, times)
        counted = {q: series[f"event:{q}"] for q in events}
        true, seen = true | counted, seen | counted
    sham = tuple(s for phase in plan.phases for s in phase.sham)
    found = ArmResult(name, times, true, seen, plan.sessions, tuple(int(i) for i in solved.failed), sham, members)
    stays = solved.conduct.why != LEFT.index(NOT_ON)  # an arm's people are those who went on into all of its phases
    return (found, solved.conduct) if stays.all() else (found.take(stays, people.n), solved.conduct.take(stays))
