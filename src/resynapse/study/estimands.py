"""Estimands: what is asked where people give up their treatment, and the data that answer it.

A person's treatment ends (an intercurrent event: ICH E9(R1)) when they give it up or are rescued.  What is seen before stands.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from resynapse.methods.endpoints import Course
from resynapse.methods.survival import Times, times_to
from resynapse.methods.trial_data import TrialData
from resynapse.model.scales import READOUTS

if TYPE_CHECKING:
    from resynapse.study.simulate import RunResult


def treatment_ends(result: RunResult, arm: str) -> np.ndarray:
    """Return the hour (n,) at which each person's treatment ended early; inf for those who kept to it."""
    conduct = result.extra.get("conduct", {}).get(arm)
    return np.full(result.people(arm).n, np.inf) if conduct is None else conduct.stopped


def under_estimand(course: Course, ends: np.ndarray, estimand: str) -> Course:
    """Return a course (n, T) as an estimand sees it; ends (n,): when treatment ended."""
    after = course.times[None, :] > ends[:, None] + 1e-9
    if estimand == "treatment_policy" or not after.any():
        return course
    x = course.values
    if estimand == "composite":
        start = int(np.argmin(np.abs(course.times)))
        return replace(course, values=np.where(after, x[:, [start]], x))
    kept = np.where(after, np.nan, x)
    if estimand == "while_on_treatment":
        known = np.where(np.isfinite(kept), np.arange(x.shape[1]), 0)
        last = np.take_along_axis(kept, np.maximum.accumulate(known, axis=1), axis=1)
        kept = np.where(after, last, kept)
    return replace(course, values=kept)


def is_score(quantity: str) -> bool:
    """Tell whether a quantity is a rating scale that visits measure."""
    return READOUTS[quantity].scale is not None


def scored(result: RunResult, arm: str, quantity: str) -> Course:
    """Return a scale as measured, under the study's estimand; a course that was not solved is missing throughout."""
    course = under_estimand(result.arms[arm].course(quantity), treatment_ends(result, arm), result.study.analysis.estimand)
    if failed := list(result.arms[arm].failed):
        course = replace(course, values=course.values.copy())
        course.values[failed] = np.nan
    return course


def at_visits(result: RunResult, arm: str, quantity: str) -> Course:
    """Return the same at the study's own times alone."""
    course = scored(result, arm, quantity)
    seen = np.isclose(course.times[:, None], [0.0, *result.study.times], rtol=0, atol=1e-6).any(axis=1)
    return replace(course, times=course.times[seen], values=course.values[:, seen])


def trial_data(result: RunResult, quantity: str) -> TrialData:
    """Return what the statistician gets: every arm's baseline and later visits of one scale."""
    courses = {arm: at_visits(result, arm, quantity) for arm in result.arms}
    times = next(iter(courses.values())).times
    start, later = int(np.argmin(np.abs(times))), times > 1e-6
    return TrialData.of({arm: (c.values[:, start], c.values[:, later]) for arm, c in courses.items()}, times[later])


def event_times(result: RunResult, arm: str, statistic: str, quantity: str, until: float | None) -> Times:
    """Return the times to an event of one arm; under the composite estimand the end of treatment is a relapse."""
    what, course = statistic.removeprefix("time_to_"), at_visits(result, arm, quantity)
    if what != "relapse" or result.study.analysis.estimand != "composite":
        return times_to(what, course, until)
    ends = treatment_ends(result, arm)
    gone = course.times[None, :] > ends[:, None] + 1e-9
    return times_to(what, replace(course, values=np.where(gone, np.inf, course.values)), until)
