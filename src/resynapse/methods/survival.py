"""Times to an event: read off visits, compared by Kaplan-Meier and the log-rank test, or by Cox's model (lifelines).

An event is dated at the visit at which it is seen; who is not seen again is censored at the last visit.
| time to | is |
|---|---|
| response | the first visit with a fall of at least 50 % from baseline |
| remission | the first visit at or below the scale's threshold; those who are there at the start are not at risk |
| relapse | from the first visit with response (from baseline for those who start below the threshold of relapse), the first later visit |
|         | at or above that threshold; those who never respond are not at risk and have no time |
"""

import math
import warnings
from dataclasses import dataclass, replace

import numpy as np

from resynapse.methods.analysis import exponential
from resynapse.methods.effects import LEVEL, NO_EFFECT, Effect, effect
from resynapse.methods.endpoints import Course, at
from resynapse.methods.trial_data import TrialData
from resynapse.notation import InputError


@dataclass(frozen=True)
class Times:
    """Hours (n,) until the event or the last visit, NaN for those not at risk; event (n,): whether it was seen."""

    hours: np.ndarray
    event: np.ndarray

    def take(self, who: np.ndarray) -> "Times":
        """Return those of some people."""
        return Times(self.hours[who], self.event[who])

    def at_risk(self) -> "Times":
        """Return those with a time."""
        return self.take(np.isfinite(self.hours))


def times_to(what: str, visits: Course, until: float | None = None) -> Times:
    """Return the time to `response`, `remission` or `relapse` from values at visits. Raises InputError without the threshold."""
    keep = np.ones(len(visits.times), bool) if until is None else visits.times <= until + 1e-6
    t, x, base = visits.times[keep], visits.values[:, keep], at(visits, 0.0)
    with np.errstate(invalid="ignore"):
        fallen = x <= 0.5 * base[:, None]
        if what == "response":
            return _first(t, x, fallen, np.zeros(len(base)))
        limit = visits.remission if what == "remission" else visits.relapse
        if limit is None:
            raise InputError(f"endpoint time_to_{what}", visits.quantity, f"a scale with a threshold of {what}")
        if what == "remission":
            return _first(t, x, x <= limit, np.where(base <= limit, np.nan, 0.0))
        well = np.where(base < limit, 0.0, np.where(fallen.any(axis=1), t[fallen.argmax(axis=1)], np.nan))
        return _first(t, x, x >= limit, well)


def _first(t: np.ndarray, x: np.ndarray, met: np.ndarray, start: np.ndarray) -> Times:
    """Return times from `start` (n,) to the first later visit at which a criterion is met; without a later visit: not at risk."""
    later = np.isfinite(x) & (t[None, :] > start[:, None] + 1e-9)
    hit = met & later
    last = np.where(later.any(axis=1), t[later.shape[1] - 1 - later[:, ::-1].argmax(axis=1)], np.nan)
    seen = np.asarray(hit.any(axis=1))
    return Times(np.where(seen, t[hit.argmax(axis=1)], last) - start, seen)


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve: hours (k,), share without the event, its interval (log-log), number at risk."""

    hours: np.ndarray
    free: np.ndarray
    low: np.ndarray
    high: np.ndarray
    at_risk: np.ndarray


def kaplan_meier(times: Times) -> Curve:
    """Return the curve of one arm, with 90 % intervals (Greenwood's variance on the log-log scale)."""
    fitted = _fitted(times)
    band = fitted.confidence_interval_survival_function_
    table = fitted.event_table
    return Curve(band.index.to_numpy(float), fitted.survival_function_.iloc[:, 0].to_numpy(float), band.iloc[:, 0].to_numpy(float),
                 band.iloc[:, 1].to_numpy(float), table["at_risk"].to_numpy(float))  # fmt: skip


def _fitted(times: Times):
    from lifelines import KaplanMeierFitter

    known = times.at_risk()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return KaplanMeierFitter(alpha=1 - LEVEL).fit(known.hours, known.event)


def share_by(times: Times, hour: float) -> Effect:
    """Return the share with the event by an hour, censoring allowed for: 1 minus Kaplan-Meier; Greenwood's variance, log-log interval.

    In plain numbers, since replicates of a trial ask for it thousands of times; a test holds it to lifelines.
    """
    from scipy.special import ndtri

    known = times.at_risk()
    n = len(known.hours)
    if not n:
        return NO_EFFECT
    steps = np.unique(known.hours[known.event & (known.hours <= hour + 1e-9)])
    died = np.array([(known.event & (known.hours == s)).sum() for s in steps], float)
    risk = np.array([(known.hours >= s).sum() for s in steps], float)
    free = float(np.prod(1 - died / risk))
    if not len(steps) or free == 0:
        low, high = (0.0, _upper(n)) if free else (1 - _upper(n), 1.0)
        return Effect(n, 1 - free, 0.0, math.inf, low, high, math.nan)
    greenwood = math.sqrt(float((died / (risk * (risk - died))).sum()))
    power = float(ndtri(0.5 + LEVEL / 2)) * greenwood / math.log(free)  # log(-log) of the curve, plus and minus
    return Effect(n, 1 - free, free * greenwood, math.inf, 1 - free ** math.exp(power), 1 - free ** math.exp(-power), math.nan)


def _upper(n: int) -> float:
    """Return the upper limit of a share of which none was seen (Wilson)."""
    from resynapse.methods.judge import wilson

    return wilson(0.0, n)[1]


def median_hours(times: Times) -> Effect:
    """Return the Kaplan-Meier median time with its interval (Brookmeyer and Crowley); inf where it is not reached."""
    from lifelines.utils import median_survival_times

    known = times.at_risk()
    if not len(known.hours):
        return NO_EFFECT
    fitted = _fitted(known)
    low, high = np.asarray(median_survival_times(fitted.confidence_interval_survival_function_), float).ravel()
    return Effect(len(known.hours), float(fitted.median_survival_time_), math.nan, math.inf, float(low), float(high), math.nan)


def share_difference(drug: Times, control: Times, hour: float) -> Effect:
    """Return the difference of the shares with the event by an hour; p by the log-rank test over the whole time."""
    from lifelines.statistics import logrank_test

    a, b = share_by(drug, hour), share_by(control, hour)
    if not a.n or not b.n:
        return replace(NO_EFFECT, n=a.n + b.n)
    one, other = drug.at_risk(), control.at_risk()
    p = float(logrank_test(one.hours, other.hours, one.event, other.event).p_value) if one.event.any() or other.event.any() else 1.0
    return replace(effect(a.n + b.n, a.value - b.value, math.hypot(a.se, b.se)), p=p)


def hazard_ratio(data: TrialData, times: Times, arm: str, against: str) -> Effect:
    """Return the hazard ratio of one arm against another by Cox's model, adjusted for baseline (Efron's ties); all arms in one fit.

    Not a number where one of the two had no event: the data hold no finite ratio.
    """
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError

    known = np.isfinite(times.hours) & (times.hours > 0) & np.isfinite(data.baseline)
    there, seen = data.take(known), times.take(known)
    had = {name: bool(seen.event[there.arm == k].any()) for k, name in enumerate(data.arms)}
    if not (had[arm] and had[against]):
        return replace(NO_EFFECT, n=there.n)
    kept = [k for k, name in enumerate(data.arms) if had[name]]
    inside = np.isin(there.arm, kept)
    z = there.design()[inside]
    first = data.arms.index(against)
    columns = [k for k in [*kept, *range(len(data.arms), z.shape[1])] if k != first]
    table = pd.DataFrame(z[:, columns], columns=[str(k) for k in columns]).assign(hours=seen.hours[inside], event=seen.event[inside])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = CoxPHFitter().fit(table, "hours", "event")
    except (ConvergenceError, np.linalg.LinAlgError):
        return replace(NO_EFFECT, n=there.n)
    one = str(data.arms.index(arm))
    return exponential(effect(int(inside.sum()), float(fitted.params_[one]), float(fitted.standard_errors_[one])))
