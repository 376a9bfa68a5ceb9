"""Summary: the endpoints of a study by arm, and every arm against the control, as plain rows for tables, terminals and reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from resynapse.methods.analysis import Linear, ancova, mean_difference, odds_ratio, risk_difference
from resynapse.methods.effects import Effect
from resynapse.methods.endpoints import RATES, Estimate, at, individual, summarise
from resynapse.methods.mmrm import Mmrm
from resynapse.methods.trial_data import TrialData
from resynapse.model.scales import READOUTS
from resynapse.study.burden import burden_of, is_burden
from resynapse.study.endpoints import TIME_TO, Endpoint
from resynapse.study.estimands import event_times, is_score, scored, trial_data
from resynapse.study.schema import Study
from resynapse.study.simulate import RunResult

if TYPE_CHECKING:
    from resynapse.methods.survival import Times

CURVE = ("peak", "trough", "cmax", "tmax", "auc", "auc_inf", "half_life")
WITHOUT = " without expectancy"
UNITS = {"tmax": "h", "percent_change": "percent", "auc": "ng*h/mL"}
METHODS = {
    "means": "difference of means (Welch)",
    "ancova": "ANCOVA",
    "mmrm": "MMRM",
    "risk_difference": "risk difference (Newcombe)",
    "logistic": "logistic regression",
    "km": "Kaplan-Meier, log-rank",
    "cox": "Cox regression",
}


@dataclass(frozen=True)
class SummaryRow:
    """One endpoint of one arm, or of its contrast with the control (`against`), with a 90 % interval.

    se, df, p: of a contrast and of a modelled mean; p is two-sided, against no effect.
    """

    endpoint: str
    arm: str
    against: str
    n: int
    value: float
    low: float
    high: float
    sd: float
    unit: str
    se: float = np.nan
    df: float = np.nan
    p: float = np.nan
    method: str = ""
    estimand: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the row as plain data."""
        return asdict(self)


def unit_of(endpoint: Endpoint) -> str:
    """Return the unit in which an endpoint is reported."""
    if endpoint.statistic in (*RATES, *TIME_TO, "per_session"):
        return "fraction"
    own = READOUTS[endpoint.quantity].unit
    if endpoint.statistic == "auc" and own != "ng/mL":
        return f"{own}*h"
    return UNITS.get(endpoint.statistic, own)


def each_person(result: RunResult, arm: str, endpoint: Endpoint) -> np.ndarray:
    """Return one number for each person of an arm (n,), from what was measured, under the study's estimand.

    Shapes of a plasma curve are read without assay error: the fine grid of a simulation would turn that error into higher peaks.
    """
    if is_burden(endpoint):
        each = burden_of(result, arm, endpoint)
        each[list(result.arms[arm].failed)] = np.nan
        return each
    curve = READOUTS[endpoint.quantity].area == "plasma" and endpoint.statistic in CURVE
    score = is_score(endpoint.quantity) and endpoint.statistic not in CURVE
    course = scored(result, arm, endpoint.quantity) if score else result.arms[arm].course(endpoint.quantity, not curve)
    each = individual(endpoint.statistic, course, endpoint.time)
    if score and endpoint.statistic in ("response", "remission") and result.study.analysis.estimand == "hypothetical":
        assert endpoint.time is not None
        each = np.where(np.isfinite(at(course, endpoint.time)), each, np.nan)
    each[list(result.arms[arm].failed)] = np.nan  # a course that was not solved is no non-responder
    return each


def summarise_endpoint(result: RunResult, endpoint: Endpoint, fits: dict[str, Mmrm] | None = None) -> list[SummaryRow]:
    """Return the rows of one endpoint: every arm, then every arm against the control if the study names one.

    fits: mixed models made so far, by quantity, to be used again.
    """
    if endpoint.statistic in TIME_TO:
        return _times(result, endpoint)
    numbers = {arm: each_person(result, arm, endpoint) for arm in result.arms}
    modelled = endpoint.statistic == "change" and result.study.analysis.change != "means"
    if modelled:
        return _modelled(result, endpoint, numbers, {} if fits is None else fits)
    rows = plain_rows(result.study, endpoint, numbers)
    if endpoint.statistic in RATES and result.study.analysis.rates == "logistic" and is_score(endpoint.quantity):
        rows = [_odds(result, endpoint, row, numbers) if row.against else row for row in rows]
    return rows


def plain_rows(study: Study, endpoint: Endpoint, numbers: Mapping[str, np.ndarray]) -> list[SummaryRow]:
    """Return rows of means or rates and their differences, without a model, from one number for each person {arm: (n,)}."""
    unit = unit_of(endpoint)
    rows = [_row(study, endpoint, (arm, ""), summarise(endpoint.statistic, x), unit) for arm, x in numbers.items()]
    for arm in _against(study) if endpoint.statistic not in ("sd", "median") else ():
        rows.append(_contrast(study, endpoint, arm, numbers))
    return rows


def _against(study: Study) -> list[str]:
    """Return the arms that are compared with the control."""
    return [arm for arm in study.arms if arm != study.control] if study.control else []


def _contrast(study: Study, endpoint: Endpoint, arm: str, numbers: Mapping[str, np.ndarray]) -> SummaryRow:
    control = str(study.control)
    both, unit = (numbers[arm], numbers[control]), unit_of(endpoint)
    if endpoint.statistic in RATES:
        row = _row(study, endpoint, (arm, control), risk_difference(*both), unit, METHODS["risk_difference"])
    else:
        row = _row(study, endpoint, (arm, control), mean_difference(*both), unit, METHODS["means"])
    return replace(row, sd=_pooled(*both))


def _odds(result: RunResult, endpoint: Endpoint, row: SummaryRow, numbers: dict[str, np.ndarray]) -> SummaryRow:
    """Return a contrast of rates as an odds ratio, adjusted for baseline."""
    found = odds_ratio(trial_data(result, endpoint.quantity), np.concatenate(list(numbers.values())), row.arm, row.against)
    return _row(result.study, endpoint, (row.arm, row.against), found, "odds ratio", METHODS["logistic"])


def _modelled(result: RunResult, endpoint: Endpoint, numbers: dict[str, np.ndarray], fits: dict[str, Mmrm]) -> list[SummaryRow]:
    """Return rows of a change by MMRM or ANCOVA: adjusted means of the arms, and their differences."""
    study, how, time = result.study, result.study.analysis.change, endpoint.time
    assert time is not None
    data = trial_data(result, endpoint.quantity)
    mean, difference = _by_model(how, data, time, endpoint.quantity, fits)
    unit, rows = unit_of(endpoint), []
    for arm, x in numbers.items():
        row = _row(study, endpoint, (arm, ""), mean(arm), unit, METHODS[how])
        rows.append(replace(row, sd=_sd(x), n=int(np.isfinite(x).sum())))
    for arm in _against(study):
        control = str(study.control)
        row = _row(study, endpoint, (arm, control), difference(arm, control), unit, METHODS[how])
        both = numbers[arm], numbers[control]
        rows.append(replace(row, sd=_pooled(*both), n=int(sum(np.isfinite(x).sum() for x in both))))
    return rows


def _by_model(how: str, data: TrialData, time: float, quantity: str, fits: dict[str, Mmrm]) -> tuple[Any, Any]:
    """Return (mean(arm), difference(arm, control)) of a change at one visit."""
    if how == "ancova":
        fitted: Linear = ancova(data, time)
        return fitted.mean, fitted.difference
    from resynapse.methods.mmrm import fit

    mixed = fits[quantity] = fits[quantity] if quantity in fits else fit(data)
    return (lambda arm: mixed.mean(arm, time)), (lambda arm, control: mixed.difference(arm, control, time))


def _times(result: RunResult, endpoint: Endpoint) -> list[SummaryRow]:
    """Return rows of a time to an event: the share with it by the end (Kaplan-Meier), then differences or hazard ratios."""
    from resynapse.methods import survival

    study, found = result.study, times_of(result, endpoint)
    if study.analysis.time_to_event != "cox":
        return time_rows(study, endpoint, found)
    rows = [row for row in time_rows(study, endpoint, found) if not row.against]
    whole = survival.Times(*(np.concatenate([getattr(x, name) for x in found.values()]) for name in ("hours", "event")))
    for arm in _against(study):
        ratio = survival.hazard_ratio(trial_data(result, endpoint.quantity), whole, arm, str(study.control))
        rows.append(_row(study, endpoint, (arm, str(study.control)), ratio, "hazard ratio", METHODS["cox"]))
    return rows


def times_of(result: RunResult, endpoint: Endpoint) -> dict[str, Times]:
    """Return the times to an event of every arm."""
    end = endpoint.time if endpoint.time is not None else result.study.times[-1]
    return {arm: event_times(result, arm, endpoint.statistic, endpoint.quantity, end) for arm in result.arms}


def time_rows(study: Study, endpoint: Endpoint, found: Mapping[str, Times]) -> list[SummaryRow]:
    """Return the shares with an event by the end and their differences, from the times of every arm."""
    from resynapse.methods import survival

    end, control = endpoint.time if endpoint.time is not None else study.times[-1], str(study.control)
    rows = [_row(study, endpoint, (arm, ""), survival.share_by(x, end), "fraction", METHODS["km"]) for arm, x in found.items()]
    for arm in _against(study):
        difference = survival.share_difference(found[arm], found[control], end)
        rows.append(_row(study, endpoint, (arm, control), difference, "fraction", METHODS["km"]))
    return rows


def _sd(x: np.ndarray) -> float:
    good = x[np.isfinite(x)]
    return float(good.std(ddof=1)) if len(good) > 1 else np.nan


def _pooled(drug: np.ndarray, control: np.ndarray) -> float:
    a, b = (x[np.isfinite(x)] for x in (drug, control))
    if len(a) < 2 or len(b) < 2:
        return np.nan
    return float(np.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2)))


def _row(study: Study, endpoint: Endpoint, pair: tuple[str, str], e: Estimate | Effect, unit: str, method: str = "") -> SummaryRow:
    estimand = study.analysis.estimand if is_score(endpoint.quantity) else ""
    row = SummaryRow(str(endpoint), *pair, e.n, e.value, e.low, e.high, np.nan, unit, method=method, estimand=estimand)
    return replace(row, sd=e.sd) if isinstance(e, Estimate) else replace(row, se=e.se, df=e.df, p=e.p)


def summary(result: RunResult) -> list[SummaryRow]:
    """Return the rows of every endpoint of the study, over everybody; then, where it asks for both, those of scales with expectancy off."""
    if "whole" in result.extra:
        return result.extra["whole"].rows
    fits: dict[str, Mmrm] = {}
    rows = [row for endpoint in result.study.endpoints for row in summarise_endpoint(result, endpoint, fits)]
    without, again = result.extra.get("without_expectancy"), {}
    if without is not None:
        scales = [e for e in result.study.endpoints if READOUTS[e.quantity].area == "scores"]
        found = (row for endpoint in scales for row in summarise_endpoint(without, endpoint, again))
        rows += [replace(row, endpoint=row.endpoint + WITHOUT) for row in found]
    return rows
