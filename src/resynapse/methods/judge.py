"""The rules of judgement, all in this file, fixed before any prediction is compared.

| what | a row agrees when |
|---|---|
| exposure (concentrations, areas, clearance, volume, bioavailability) | predicted/observed within 1.5-fold (iv) or 2-fold |
| other ratios, times (half-life, Tmax, time to relapse) | within 1.5-fold; Tmax also within 0.25 h |
| direction | at least 80 % of the replicates have its sign; 0: the median standardised effect is below 0.2 |
| everything else | absolute z <= 2, z = (observed - median)/SD over replicates; SD 0: inside the predicted interval |

A ratio that is not defined (a number not above 0) is judged by the predicted interval.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from resynapse.methods.evidence import Row

AREAS = ("exposure", "scores", "rates", "relapse", "safety", "direction", "mechanism")
FOLD_IV, FOLD_OTHER, FOLD_RATIO = 1.5, 2.0, 1.5
TMAX_H, Z_LIMIT, SIGN_SHARE, NO_EFFECT = 0.25, 2.0, 0.8, 0.2
Z90, Z95 = NormalDist().inv_cdf(0.95), NormalDist().inv_cdf(0.975)

PLASMA = frozenset(
    ("ketamine", "s_ketamine", "r_ketamine", "norketamine", "s_norketamine", "r_norketamine", "hnk", "s_hnk", "r_hnk", "dhnk")
    + ("s_dhnk", "r_dhnk", "esketamine", "arketamine")
)
# Depression scales and what stands for them; the numbered and lettered versions of a scale begin with its name.
_SCALES = ("MADRS", "HAMD", "PHQ", "QIDS", "IDS", "BDI", "SSI", "CGI_S", "SHAPS", "item:")
_STATES = frozenset(("suicidal_ideation", "depressive_episode", "depression_scale", "depression_severity"))
SAFETY = frozenset(("CADSS", "BPRS", "SBP", "DBP", "HR", "SpO2", "sedation_MOAAS"))
RATES = frozenset(("response", "remission", "relapse", "incidence"))
_TIMES = frozenset(("tmax", "half_life", "median_time_to_relapse"))
_RATIOS = frozenset(("ratio_vs_control", "metabolic_ratio", "odds_ratio", "hazard_ratio", "percent_of_control", "fold_of_baseline"))
_EXPOSURES = frozenset(
    ("mean", "median", "geomean", "sd", "cmax", "auc_inf", "auc_t", "clearance", "volume_ss", "bioavailability", "parameter")
)


@dataclass(frozen=True)
class Prediction:
    """A row's statistic over replicate studies: median, 5 % and 95 %, SD.

    For directions also the share of replicates with each sign and the median standardised effect.  `notes`: what was assumed.
    """

    median: float
    low: float
    high: float
    sd: float
    up: float = math.nan
    down: float = math.nan
    effect: float = math.nan
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """`agreement` is predicted/observed where `as_ratio`, else predicted - observed."""

    agreement: float
    agrees: bool
    as_ratio: bool


def area(row: Row) -> str:
    """The area of judgement that a row belongs to."""
    quantity, statistic = row.quantity, row.statistic
    if statistic == "direction":
        return "direction"
    if statistic in ("relapse", "median_time_to_relapse", "hazard_ratio"):
        return "relapse"
    if quantity in PLASMA or (quantity.startswith("parameter:") and statistic in _EXPOSURES):
        return "exposure"
    if statistic in ("response", "remission") or (quantity.startswith("event:") and _is_event_of_a_scale(quantity)):
        return "rates"
    if is_scale(quantity):
        return "scores"
    return "safety" if quantity in SAFETY or quantity.startswith("event:") else "mechanism"


def is_scale(quantity: str) -> bool:
    """Whether a quantity is a depression scale, one of its items, or a state of depression."""
    return quantity in _STATES or quantity.startswith(_SCALES)


def _is_event_of_a_scale(quantity: str) -> bool:
    """Whether an event is response or remission on a scale, such as event:MADRS_response."""
    name, _, what = quantity.removeprefix("event:").rpartition("_")
    return what in ("response", "remission") and is_scale(name)


def fold_limit(row: Row) -> float | None:
    """Largest fold error that agrees, or None where the row is not judged by a ratio."""
    if row.statistic in _TIMES or row.statistic in _RATIOS:
        return FOLD_RATIO
    if area(row) == "exposure" and row.statistic in _EXPOSURES:
        return FOLD_IV if row.route == "iv" else FOLD_OTHER
    return None


def judge(row: Row, prediction: Prediction) -> Verdict:
    """Compare one prediction with the row's observed value under the rules at the head of this file."""
    observed, predicted = row.value, prediction.median
    inside = prediction.low - 1e-9 <= observed <= prediction.high + 1e-9
    difference = predicted - observed
    if row.statistic == "direction":
        return Verdict(difference, _right_direction(observed, prediction), False)
    limit = fold_limit(row)
    if limit is not None:
        near = row.statistic == "tmax" and abs(_hours(difference, row.unit)) <= TMAX_H + 1e-9
        if observed <= 0 or predicted <= 0:
            return Verdict(math.nan, inside or near, True)
        ratio = predicted / observed
        return Verdict(ratio, near or abs(math.log(ratio)) <= math.log(limit) + 1e-12, True)
    if prediction.sd == 0:
        return Verdict(difference, inside, False)
    return Verdict(difference, abs(difference) <= Z_LIMIT * prediction.sd, False)


def _right_direction(sign: float, prediction: Prediction) -> bool:
    if sign == 0:
        return abs(prediction.effect) < NO_EFFECT
    return (prediction.up if sign > 0 else prediction.down) >= SIGN_SHARE


def _hours(value: float, unit: str) -> float:
    return value * {"min": 1 / 60, "s": 1 / 3600, "d": 24.0, "days": 24.0}.get(unit, 1.0)


def observed_interval(row: Row) -> tuple[float, float] | None:
    """90 % interval of the observed number from its spread, Wilson's for rates with n, or None.

    sd, iqr, range: the standard error of the mean with n (sd = iqr/1.349; sd = range over the expected range of n normal
    values, Blom 1958), 1.2533 times that of a median; se: as it is; cv_percent: on the log scale for a geometric mean, else a
    share of the value; ci95: each side scaled by 1.645/1.960, on the log scale for ratios and geometric means.
    """
    low_high = _from_spread(row)
    if low_high is None and row.statistic in RATES and row.n:
        unit = 100.0 if row.unit.startswith("percent") or row.unit == "%" else 1.0
        low_high = tuple(unit * x for x in wilson(row.value / unit, row.n))
    return None if low_high is None else (low_high[0], low_high[1])


def wilson(share: float, n: int, z: float = Z90) -> tuple[float, float]:
    """Interval of a proportion (Wilson 1927), which holds the proportion whatever the rounding."""
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(max(share * (1 - share), 0.0) / n + z * z / (4 * n * n))
    return min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share)


def _from_spread(row: Row) -> tuple[float, float] | None:
    if row.spread is None:
        return None
    kind, numbers = row.spread.kind, row.spread.numbers
    log = row.value > 0 and (row.statistic == "geomean" or row.statistic in _RATIOS)
    if kind == "se":
        return row.value - Z90 * numbers[0], row.value + Z90 * numbers[0]
    if kind == "ci95":
        return _scaled(row.value, numbers, log)
    if not row.n or row.n < 2 or row.statistic in RATES:
        return None
    if kind == "cv_percent" and log:
        half = Z90 * math.sqrt(math.log1p((numbers[0] / 100) ** 2) / row.n)
        return row.value * math.exp(-half), row.value * math.exp(half)
    sd = _sd(kind, numbers, row.value, row.n)
    if sd is None:
        return None
    se = sd / math.sqrt(row.n) * (1.2533 if row.statistic == "median" else 1.0)
    return row.value - Z90 * se, row.value + Z90 * se


def _sd(kind: str, numbers: tuple[float, ...], value: float, n: int) -> float | None:
    match kind:
        case "sd":
            return numbers[0]
        case "cv_percent":
            return abs(value) * numbers[0] / 100
        case "iqr":
            return (numbers[1] - numbers[0]) / 1.349
        case "range":
            return (numbers[1] - numbers[0]) / (2 * NormalDist().inv_cdf((n - 0.375) / (n + 0.25)))
    return None


def _scaled(value: float, ends: tuple[float, ...], log: bool) -> tuple[float, float]:
    share = Z90 / Z95
    if log and ends[0] > 0:
        return value * (ends[0] / value) ** share, value * (ends[1] / value) ** share
    return value + (ends[0] - value) * share, value + (ends[1] - value) * share
