"""From a row to the number that a study would print: which readings of which arms, and how they are summarised.

Published conventions that are followed where a row does not say otherwise:
- exposure ratios are ratios of geometric means; other ratios are ratios of means; `percent_of_control` is 100 times that;
- Cmax, AUC, clearance ... are means over people of each person's own; Tmax of a plasma curve is the median, that of any other
  course the time at which the mean course leaves baseline most;
- a difference of scale scores between arms is the difference of changes, adjusted for baseline; with a unit of percent points
  on a series in other units, the difference of percent changes; any other difference is one of means;
- standardised effects divide by the pooled SD of the two arms (or of the two times) at that time;
- arms are parallel groups of n/2 people each of the same virtual study, unless the row says design=crossover, the control is
  `no_inhibitor`, or the statistic is a bioavailability: then the same n people stand in both arms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resynapse.methods import judge, summaries
from resynapse.methods.curves import any_metric, exposure, mean_curve, ratio_of_exposures
from resynapse.methods.evidence import Row
from resynapse.methods.pool import Experiment, NotSimulated
from resynapse.methods.readings import Reading, end_of, enrolled, event, pair, point, rate, relapse_time

Array = NDArray[np.float64]
Summary = Callable[[Array, Array], Array]
HORIZON_H = 26 * 168.0  # how long relapse is watched where a row names no time

WITHIN = ("baseline", "")  # what a row's `control` says when people are compared with themselves


@dataclass(frozen=True)
class Plan:
    """How a row's statistic is computed.

    drug, control: readings per person; control is None where there is only one arm.
    summary: (people of the drug arm (R, n, k), of the control arm) -> (R,); for directions (R, 2): difference, standardised.
    unit: unit of the result; "" means that of the drug reading.  paired: both arms hold the same people.
    enrolled: for each arm a reading of who of its pool the row speaks of (0/1), or None for everybody.
    """

    drug: Reading
    control: Reading | None
    summary: Summary
    unit: str = ""
    paired: bool = False
    notes: tuple[str, ...] = ()
    enrolled: tuple[Reading | None, ...] = (None, None)


def plan(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    """Return how to compute the row's statistic, or NotSimulated with the word that stands in the way."""
    builder = _BUILDERS.get(row.statistic)
    if builder is None:
        return NotSimulated(f"statistic '{row.statistic}' is not one that a simulated study reports")
    made = builder(row, experiment)
    chosen = enrolled(row, experiment)
    if isinstance(made, NotSimulated) or chosen is None:
        return made
    other = enrolled(row, experiment.control) if experiment.control else None
    return replace(made, enrolled=(chosen, other), notes=(*made.notes, *chosen.notes))


def _one_arm(reading: Reading | NotSimulated, summary: Callable[[Array], Array], unit: str = "") -> Plan | NotSimulated:
    if isinstance(reading, NotSimulated):
        return reading
    return Plan(reading, None, lambda x, _: summary(x), unit, notes=reading.notes)


def _two_arms(
    row: Row, experiment: Experiment, read: Callable[[Row, Experiment], Reading | NotSimulated], summary: Summary, unit: str = ""
) -> Plan | NotSimulated:
    control = experiment.control
    if control is None:
        return NotSimulated(f"no control arm for '{row.control}'" if row.control else "the row names no control")
    drug, other = read(row, experiment), read(row, control)
    if isinstance(drug, NotSimulated):
        return drug
    if isinstance(other, NotSimulated):
        return other
    return Plan(drug, other, summary, unit, is_paired(row), drug.notes)


def is_paired(row: Row) -> bool:
    """Whether the same people stand in both arms of the row's comparison."""
    crossover = "crossover" in row.covariates.get("design", "")
    return crossover or row.control == "no_inhibitor" or row.statistic == "bioavailability"


def _location(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    """mean, median, geomean, sd: of the value, or of what `of` names."""
    summary = {"mean": summaries.mean, "median": summaries.median, "geomean": summaries.geomean, "sd": summaries.sd}[row.statistic]
    match row.covariates.get("of"):
        case None:
            return _one_arm(point(row, experiment), lambda x: summary(x[..., 0]))
        case "change":
            return _one_arm(point(row, experiment), lambda x: summary(summaries.change(x)))
        case "percent_change":
            return _one_arm(point(row, experiment), lambda x: summary(summaries.percent_change(x)), "percent")
        case other:
            return NotSimulated(f"unknown of='{other}' (known: change, percent_change)")


def _change(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    average = summaries.median if row.covariates.get("of") == "median" else summaries.mean
    return _one_arm(point(row, experiment), lambda x: average(summaries.change(x)))


def _percent_change(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    """Of each person from baseline; against another arm, of the arm's mean."""
    if row.control in WITHIN:
        return _one_arm(point(row, experiment), lambda x: summaries.mean(summaries.percent_change(x)), "percent")
    return _two_arms(row, experiment, point, lambda x, y: 100 * (_means(x, y) - 1), "percent")


def _rate(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    return _one_arm(rate(row, experiment, row.statistic), _share, "fraction")


def _incidence(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    return _one_arm(event(row, experiment), _share, "fraction")


def _share(x: Array) -> Array:
    return summaries.mean(x[..., 0])


def _relapse(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    end = end_of(row, experiment)
    if end is None:
        return NotSimulated("relapse without time_h")
    return _one_arm(relapse_time(row, experiment, end), lambda x: np.isfinite(x[..., 0]).mean(axis=-1), "fraction")


def _median_time(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    """Kaplan-Meier median; all censoring is at the end of watching, so it is the plain median of the times, cut there."""
    end = _watch(row, experiment)
    cut = end - experiment.zero_h
    made = _one_arm(relapse_time(row, experiment, end), lambda x: summaries.median(np.minimum(x[..., 0], cut)))
    note = f"relapse watched for {cut:g} h"
    return made if isinstance(made, NotSimulated) else replace(made, notes=(*made.notes, note))


def _watch(row: Row, experiment: Experiment) -> float:
    end = end_of(row, experiment)
    return experiment.zero_h + HORIZON_H if end is None else end


def _hazard(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    horizon = _watch(row, experiment) - experiment.zero_h
    return _two_arms(
        row, experiment, lambda r, e: relapse_time(r, e, _watch(r, e)),
        lambda x, y: summaries.hazard_ratio(x[..., 0], y[..., 0], horizon), "ratio",
    )  # fmt: skip


def _curve(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    """cmax, tmax, auc_inf, auc_t, half_life, clearance, volume_ss: mean (Tmax: median) of each person's own."""
    if row.statistic == "tmax":
        if row.quantity in judge.PLASMA:
            return _one_arm(exposure(row, experiment, "tmax"), lambda x: summaries.median(x[..., 0]))
        return _one_arm(*mean_curve(row, experiment))
    return _one_arm(exposure(row, experiment, row.statistic), lambda x: summaries.mean(x[..., 0]))


def _metabolic_ratio(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    metric = row.covariates.get("ratio_of", "auc")
    return _one_arm(ratio_of_exposures(row, experiment, metric), lambda x: summaries.mean(x[..., 0]), "ratio")


def _bioavailability(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    """Area per mg of dose over that of the intravenous reference, mean over people."""
    return _two_arms(
        row, experiment, lambda r, e: exposure(r, e, "f"), lambda x, y: summaries.mean(x[..., 0] / y[..., 0]), "fraction"
    )  # fmt: skip


def _means(x: Array, y: Array) -> Array:
    below = summaries.mean(y[..., 0])
    return summaries.mean(x[..., 0]) / np.where(below != 0, below, np.nan)


def _geomeans(x: Array, y: Array) -> Array:
    return summaries.geomean(x[..., 0]) / summaries.geomean(y[..., 0])


def _contrasted(row: Row) -> Callable[[Row, Experiment], Reading | NotSimulated] | NotSimulated:
    """What the arms of a ratio, difference or odds ratio are compared by (covariate `of`)."""
    match row.covariates.get("of"):
        case "response" | "remission" as what:
            return lambda r, e: rate(r, e, what)
        case "incidence":
            return event
        case "relapse":
            return lambda r, e: relapse_time(r, e, _watch(r, e))
        case None | "change":
            return event if row.quantity.startswith("event:") else point
        case other:
            return NotSimulated(f"unknown of='{other}' (known: change, response, remission, incidence, relapse)")


def _counts(row: Row) -> bool:
    """Whether the arms are compared by shares of people."""
    return row.quantity.startswith("event:") or row.covariates.get("of") in ("response", "remission", "incidence", "relapse")


def _as_share(row: Row, x: Array) -> Array:
    if row.covariates.get("of") == "relapse":
        return np.isfinite(x[..., 0]).astype(float)
    return x[..., 0]


def _ratio(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    metric = row.covariates.get("ratio_of")
    if metric or (row.quantity in judge.PLASMA and row.time_h is None):
        return _two_arms(row, experiment, lambda r, e: any_metric(r, e, metric or "auc"), _geomeans, "ratio")
    read = _contrasted(row)
    if isinstance(read, NotSimulated):
        return read
    if row.quantity in judge.PLASMA:
        return _two_arms(row, experiment, read, _geomeans, "ratio")
    if _counts(row):
        def shares(x: Array, y: Array) -> Array:
            top, below = (summaries.mean(_as_share(row, v)) for v in (x, y))
            return top / np.where(below > 0, below, np.nan)

        return _two_arms(row, experiment, read, shares, "ratio")
    return _two_arms(row, experiment, read, _means, "ratio")


def _odds(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    named = _counts(row)
    read = _contrasted(row) if named else (lambda r, e: rate(r, e, "response"))
    if isinstance(read, NotSimulated):
        return read
    made = _two_arms(row, experiment, read, lambda x, y: summaries.odds_ratio(_as_share(row, x), _as_share(row, y)), "ratio")
    if named or isinstance(made, NotSimulated):
        return made
    return replace(made, notes=(*made.notes, "odds of response"))


def _difference(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    if row.control == "baseline":
        return _change(row, experiment)
    read = _contrasted(row)
    if isinstance(read, NotSimulated):
        return read
    if _counts(row):
        return _two_arms(
            row, experiment, read, lambda x, y: summaries.mean(_as_share(row, x)) - summaries.mean(_as_share(row, y)), "fraction"
        )  # fmt: skip
    if row.unit.startswith("percent") and not row.quantity.startswith(_SHARES):
        return _two_arms(
            row, experiment, read,
            lambda x, y: summaries.mean(summaries.percent_change(x)) - summaries.mean(summaries.percent_change(y)), "percent",
        )  # fmt: skip
    if judge.is_scale(row.quantity) or row.covariates.get("of") == "change":
        return _two_arms(row, experiment, read, summaries.adjusted_difference)
    return _two_arms(row, experiment, read, lambda x, y: summaries.mean(x[..., 0]) - summaries.mean(y[..., 0]))


# Quantities that are themselves shares: a difference in percent points is one of values, not of percent changes.
_SHARES = ("spine_formation", "spine_elimination", "spine_survival", "spine_rescue_fraction", "nmda_block", "SpO2")


def _effect(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    """Standardised difference between arms (of changes with of=change)."""
    pick = summaries.change if row.covariates.get("of") == "change" else _first

    def effect(x: Array, y: Array) -> Array:
        a, b = pick(x), pick(y)
        return summaries.standardised(summaries.mean(a) - summaries.mean(b), summaries.pooled_sd(a, b))

    return _two_arms(row, experiment, point, effect, "sd")


def _first(x: Array) -> Array:
    return x[..., 0]


def _effect_within(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    return _one_arm(point(row, experiment), _from_baseline, "sd")


def _from_baseline(x: Array) -> Array:
    """Mean change over the pooled SD of the two times."""
    scale = np.sqrt((summaries.sd(x[..., 0]) ** 2 + summaries.sd(x[..., 1]) ** 2) / 2)
    return summaries.standardised(summaries.mean(summaries.change(x)), scale)


def _correlation(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    other = row.covariates.get("x", "")
    if not other:
        return NotSimulated("correlation without the other quantity (covariate x)")
    return _one_arm(pair(row, experiment, other), summaries.correlation, "1")


def _percent_of_control(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    return _two_arms(row, experiment, point, lambda x, y: 100 * _means(x, y), "percent")


def _fold(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    return _one_arm(point(row, experiment), lambda x: _means(x, x[..., 1:]), "ratio")


def _direction(row: Row, experiment: Experiment) -> Plan | NotSimulated:
    """Difference (of arms, or from baseline) and the same standardised; a row without a time looks at 4 h after the dose."""
    late = row.time_h is None and experiment.read_h is None
    if late:
        row, note = _at_four_hours(row), ("no time_h: average over 4 h",)
    else:
        note = ()
    if row.control in WITHIN:
        made = _one_arm(point(row, experiment), lambda x: np.stack([summaries.mean(summaries.change(x)), _from_baseline(x)], -1))
    else:

        def contrast(x: Array, y: Array) -> Array:
            off = summaries.mean(x[..., 0]) - summaries.mean(y[..., 0])
            return np.stack([off, summaries.standardised(off, summaries.pooled_sd(x[..., 0], y[..., 0]))], -1)

        made = _two_arms(row, experiment, point, contrast)
    if isinstance(made, NotSimulated):
        return made
    return replace(made, unit="sign", notes=note or made.notes)


def _at_four_hours(row: Row) -> Row:
    return replace(row, time_h=4.0, window_h=4.0)


_BUILDERS: Mapping[str, Callable[[Row, Experiment], Plan | NotSimulated]] = {
    "mean": _location, "median": _location, "geomean": _location, "sd": _location, "change": _change,
    "percent_change": _percent_change, "response": _rate, "remission": _rate, "relapse": _relapse, "incidence": _incidence,
    "median_time_to_relapse": _median_time, "hazard_ratio": _hazard, "cmax": _curve, "tmax": _curve, "auc_inf": _curve,
    "auc_t": _curve, "half_life": _curve, "clearance": _curve, "volume_ss": _curve, "metabolic_ratio": _metabolic_ratio,
    "bioavailability": _bioavailability, "ratio_vs_control": _ratio, "odds_ratio": _odds, "difference_vs_control": _difference,
    "effect_size_vs_control": _effect, "effect_size_within": _effect_within, "correlation": _correlation,
    "percent_of_control": _percent_of_control, "fold_of_baseline": _fold, "direction": _direction,
}  # fmt: skip
