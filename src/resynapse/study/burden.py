"""Burden: what a course of treatment asks of each person and of the clinic: hours of observation, sessions, days on which to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from resynapse.study.endpoints import Endpoint
from resynapse.study.schema import Arm, Study

if TYPE_CHECKING:
    from resynapse.study.simulate import RunResult

BY_SESSION = {"observation": "hours", "sessions": "came", "held_sessions": "held"}


def is_burden(endpoint: Endpoint) -> bool:
    """Tell whether an endpoint is read off the supervision of a study rather than off a course."""
    return endpoint.quantity in (*BY_SESSION, "visits") or endpoint.statistic == "per_session"


def burden_of(result: RunResult, name: str, endpoint: Endpoint) -> np.ndarray:
    """Return one number for each person of an arm (n,); per_session is not a number for who came to no session."""
    arm, until = result.study.arms[name], np.inf if endpoint.time is None else endpoint.time + 1e-6
    if endpoint.quantity == "visits":
        return _days(result.study, arm, until, _leaves(result, name))
    watched = result.supervision.get(name)
    if watched is None:  # no sessions
        return np.full(result.people(name).n, np.nan if endpoint.statistic == "per_session" else 0.0)
    if endpoint.statistic == "per_session":
        came = watched.watched["came"].sum(axis=1)
        return watched.happens[endpoint.quantity].sum(axis=1) / np.where(came > 0, came, np.nan)
    begun = np.array(sorted({*arm.days, *arm.blind})) <= until
    key = BY_SESSION[endpoint.quantity]
    each = watched.watched[key] * (watched.watched["came"] if key == "hours" else 1.0)
    return each[:, begun].sum(axis=1).astype(float)


def _leaves(result: RunResult, name: str) -> np.ndarray:
    """Return the hour (n,) after which each person is not seen again, inf for never."""
    conduct = result.extra.get("conduct", {}).get(name)
    return np.full(result.people(name).n, np.inf) if conduct is None else conduct.left


def _days(study: Study, arm: Arm, until: float, leaves: np.ndarray) -> np.ndarray:
    """Return on how many days each person comes."""
    contacts = sorted(t for t in {*study.visits, *arm.days, *arm.blind} if t <= until)
    first = {int(t // 24): t for t in reversed(contacts)}  # the first contact of each day
    return (np.array(list(first.values()))[None, :] <= leaves[:, None] + 1e-9).sum(axis=1).astype(float)
