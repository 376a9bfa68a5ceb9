"""Summary: the endpoints of a study by arm, and every arm against the control, as plain rows for tables, terminals and reports."""

from dataclasses import asdict, dataclass

import numpy as np

from resynapse.methods.endpoints import RATES, Estimate, contrast, individual, summarise
from resynapse.model.scales import READOUTS
from resynapse.study.endpoints import Endpoint
from resynapse.study.simulate import RunResult

CURVE = ("peak", "trough", "cmax", "tmax", "auc", "auc_inf", "half_life")
UNITS = {"tmax": "h", "percent_change": "percent", "auc": "ng*h/mL"}


@dataclass(frozen=True)
class SummaryRow:
    """One endpoint of one arm, or of its contrast with the control (`against`), with a 90 % interval."""

    endpoint: str
    arm: str
    against: str
    n: int
    value: float
    low: float
    high: float
    sd: float
    unit: str

    def as_dict(self) -> dict[str, object]:
        """Return the row as plain data."""
        return asdict(self)


def unit_of(endpoint: Endpoint) -> str:
    """Return the unit in which an endpoint is reported."""
    if endpoint.statistic in RATES:
        return "fraction"
    own = READOUTS[endpoint.quantity].unit
    if endpoint.statistic == "auc" and own != "ng/mL":
        return f"{own}*h"
    return UNITS.get(endpoint.statistic, own)


def each_person(result: RunResult, arm: str, endpoint: Endpoint) -> np.ndarray:
    """Return one number for each person of an arm (n,), from what was measured.

    Shapes of a plasma curve are read without assay error: the fine grid of a simulation would turn that error into higher peaks.
    """
    failed = list(result.arms[arm].failed)
    curve = READOUTS[endpoint.quantity].area == "plasma" and endpoint.statistic in CURVE
    each = individual(endpoint.statistic, result.arms[arm].course(endpoint.quantity, not curve), endpoint.time)
    each[failed] = np.nan  # a course that was not solved is no non-responder
    return each


def summarise_endpoint(result: RunResult, endpoint: Endpoint) -> list[SummaryRow]:
    """Return the rows of one endpoint: every arm, then every arm against the control if the study names one."""
    numbers = {arm: each_person(result, arm, endpoint) for arm in result.arms}
    unit, control = unit_of(endpoint), result.study.control
    rows = [_row(endpoint, arm, "", summarise(endpoint.statistic, x), unit) for arm, x in numbers.items()]
    if control and endpoint.statistic not in ("sd", "median"):
        rows += [_row(endpoint, a, control, contrast(x, numbers[control]), unit) for a, x in numbers.items() if a != control]
    return rows


def _row(endpoint: Endpoint, arm: str, against: str, e: Estimate, unit: str) -> SummaryRow:
    return SummaryRow(str(endpoint), arm, against, e.n, e.value, e.low, e.high, e.sd, unit)


def summary(result: RunResult) -> list[SummaryRow]:
    """Return the rows of every endpoint of the study."""
    return [row for endpoint in result.study.endpoints for row in summarise_endpoint(result, endpoint)]
