"""Effect sizes: for every contrast of a study, the other measures in which trialists report it, beside the one of its analysis."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from resynapse.methods import analysis, survival
from resynapse.methods.effects import NO_EFFECT, Effect
from resynapse.methods.endpoints import RATES
from resynapse.notation import InputError
from resynapse.study.endpoints import TIME_TO, Endpoint
from resynapse.study.estimands import event_times, is_score, trial_data
from resynapse.study.summary import each_person

if TYPE_CHECKING:
    from resynapse.study.simulate import RunResult


@dataclass(frozen=True)
class EffectSize:
    """One measure of one contrast (of one arm where `against` is empty), with its 90 % interval and p value."""

    endpoint: str
    arm: str
    against: str
    measure: str
    n: int
    value: float
    low: float
    high: float
    p: float

    def as_dict(self) -> dict[str, object]:
        """Return the row as plain data."""
        return asdict(self)


def effect_sizes(result: RunResult) -> list[EffectSize]:
    """Return the effect sizes of every score's changes, rates and times to an event; none without a control, or of a run in parts."""
    control = result.study.control
    if control is None or "whole" in result.extra:
        return []
    out = []
    for endpoint in result.study.endpoints:
        if not is_score(endpoint.quantity):
            continue
        for arm in result.arms:
            if arm != control:
                found = _measures(result, endpoint, arm, control)
                out += [EffectSize(str(endpoint), arm, control, name, e.n, e.value, e.low, e.high, e.p) for name, e in found.items()]
        if endpoint.statistic in TIME_TO:
            for arm in result.arms:
                e = survival.median_hours(event_times(result, arm, endpoint.statistic, endpoint.quantity, endpoint.time))
                out.append(EffectSize(str(endpoint), arm, "", "median time, days", e.n, e.value / 24, e.low / 24, e.high / 24, np.nan))
    return out


def _measures(result: RunResult, endpoint: Endpoint, arm: str, control: str) -> dict[str, Effect]:
    """Return {measure: effect} of one contrast."""
    if endpoint.statistic in TIME_TO:
        found = [event_times(result, name, endpoint.statistic, endpoint.quantity, endpoint.time) for name in result.arms]
        whole = survival.Times(*(np.concatenate([getattr(x, name) for x in found]) for name in ("hours", "event")))
        return {"hazard ratio": survival.hazard_ratio(trial_data(result, endpoint.quantity), whole, arm, control)}
    each = {name: each_person(result, name, endpoint) for name in result.arms}
    if endpoint.statistic == "change":
        return {"Hedges' g": analysis.hedges_g(each[arm], each[control])}
    if endpoint.statistic not in RATES:
        return {}
    difference = analysis.risk_difference(each[arm], each[control])
    try:
        ratio = analysis.odds_ratio(trial_data(result, endpoint.quantity), np.concatenate(list(each.values())), arm, control)
    except InputError:  # too few people for it, who may be enough for what was asked
        ratio = replace(NO_EFFECT, n=difference.n)
    return {
        "risk difference": difference,
        "number needed to treat": analysis.number_needed_to_treat(difference),
        "odds ratio": ratio,
    }
