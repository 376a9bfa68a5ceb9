"""Published numbers beside simulated ones: the simulated counterpart of every matching row, and the figure of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from resynapse.faces import run_figures as runs
from resynapse.faces import style
from resynapse.methods.endpoints import RATES, Course, individual, summarise
from resynapse.methods.evidence import Row, load_evidence
from resynapse.methods.judge import Z90, observed_interval, wilson
from resynapse.methods.nca import nca
from resynapse.model.scales import READOUTS
from resynapse.study.folders import shipped
from resynapse.study.matching import Match
from resynapse.study.simulate import ArmResult, RunResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLES = {
    "mean": "mean", "change": "change from baseline", "percent_change": "change in percent of baseline", "response": "response",
    "remission": "remission", "cmax": "peak concentration", "tmax": "time of the peak", "auc_inf": "area to infinity",
    "auc_t": "area", "half_life": "half-life", "median": "median", "geomean": "geometric mean",
}  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """One published number beside the simulated one.  low, high: where 90 % of trials of the row's size would fall by chance."""

    number: int
    match: Match
    observed: float
    observed_interval: tuple[float, float] | None
    simulated: float
    low: float
    high: float
    unit: str


def compared(result: RunResult, matches: Sequence[Match]) -> list[Compared]:
    """Return the published numbers that this run can stand beside; those whose quantity was not kept are left out."""
    out: list[Compared] = []
    for m in matches:
        arm, row = result.arms[m.arm], m.row
        if row.quantity not in arm.true:
            continue
        each = _each(result, arm, m)
        share = row.statistic in RATES
        scale = 100.0 if share else 1.0
        unit = "%" if share else {"tmax": "h", "half_life": "h", "percent_change": "%"}.get(row.statistic, row.unit)
        if each is None or not np.isfinite(each).any():
            continue
        middle = _middle(row.statistic, each) * scale
        half = scale * Z90 * float(np.nanstd(each)) / np.sqrt(row.n or 30)
        seen = observed_interval(row)
        ends = (seen[0] * scale, seen[1] * scale) if seen else None
        low, high = [scale * x for x in wilson(middle / scale, row.n or 30)] if share else (middle - half, middle + half)
        out.append(Compared(len(out) + 1, m, row.value * scale, ends, middle, low, high, unit))
    return out


def _each(result: RunResult, arm: ArmResult, m: Match) -> np.ndarray | None:
    """One number for each person (n,) for the row's statistic, or None where it cannot be told."""
    row = m.row
    plasma = READOUTS[row.quantity].area == "plasma"
    course = arm.course(row.quantity)
    course = Course(course.quantity, arm.times, (arm.true if plasma else arm.measured)[row.quantity], arm.sessions, course.remission)
    if row.statistic in ("auc_inf", "half_life", "auc_t", "cmax", "tmax"):
        return _kinetic(result, course, m)
    if row.time_h is None:
        return None
    statistic = "mean" if row.statistic == "geomean" else row.statistic
    if statistic not in ("mean", "median", "change", "percent_change", "response", "remission"):
        return None
    values = np.array([np.interp([0.0, row.time_h], course.times, v) for v in course.values])
    times = np.array([0.0, row.time_h]) if row.time_h > 0 else np.array([0.0, 1e-3])
    return individual(statistic, Course(row.quantity, times, values, (), course.remission), float(times[1]))


def _kinetic(result: RunResult, course: Course, m: Match) -> np.ndarray | None:
    until = m.row.time_h if m.row.time_h is not None else np.inf
    keep = (course.times >= 0) & (course.times <= until + 1e-6)
    if keep.sum() < 4:
        return None
    table = nca(course.times[keep], course.values[:, keep], infusion_h=result.study.arms[m.arm].over)
    return {"auc_inf": table.auc_inf, "half_life": table.half_life, "auc_t": table.auc_t, "cmax": table.cmax, "tmax": table.tmax}[
        m.row.statistic
    ]


def _middle(statistic: str, each: np.ndarray) -> float:
    good = each[np.isfinite(each)]
    if statistic == "geomean":
        return float(np.exp(np.mean(np.log(np.maximum(good, 1e-12)))))
    return float(np.median(good) if statistic in ("median", "tmax") else np.mean(good))


def published_figures(result: RunResult, found: Sequence[Compared]) -> list[tuple[str, "Figure"]]:
    """Return (what it shows, figure) for each score and statistic: simulated course as a line, published numbers as marks with
    their 90 % intervals, numbered as in the table."""  # noqa: D209
    groups: dict[tuple[str, str], list[Compared]] = {}
    for c in found:
        if c.match.row.time_h is not None and READOUTS[c.match.row.quantity].area == "scores":
            groups.setdefault((c.match.row.quantity, c.match.row.statistic), []).append(c)
    return [(f"{q}, {TITLES.get(s, s)}", _figure(result, q, s, group)) for (q, s), group in groups.items() if s != "mean" or len(group) > 1]


def _figure(result: RunResult, quantity: str, statistic: str, group: Sequence[Compared]) -> "Figure":
    with style.styled():
        figure, axes = style.canvas(4.4, 3.2)
        axis, colour = axes[0, 0], runs.arm_colours(result)
        arms = [a for a in result.arms if any(c.match.arm == a for c in group)]
        for name in arms:
            hours, y = _course(result, result.arms[name], quantity, statistic)
            axis.plot(hours / 24, y[:, 0], color=colour[name], lw=1.6)
            axis.fill_between(hours / 24, y[:, 1], y[:, 2], color=colour[name], alpha=0.2, lw=0)
        for hour in {c.match.row.time_h for c in group}:
            here = [c for c in group if c.match.row.time_h == hour]
            for k, c in enumerate(here):
                _mark(axis, c, colour[c.match.arm], min(7.0, 50 / len(here)) * (k - (len(here) - 1) / 2))
        ends = [v for c in group for v in (*(c.observed_interval or ()), c.observed)]  # shifted marks do not stretch the axis themselves
        low, high = min([*ends, axis.get_ylim()[0]]), max([*ends, axis.get_ylim()[1]])
        axis.set_ylim(low - 0.03 * (high - low), high + 0.05 * (high - low))
        axis.set_title(f"{quantity}: {TITLES.get(statistic, statistic)}")
        axis.set_ylabel("% of patients" if statistic in RATES else "%" if statistic == "percent_change" else "points")
        runs.day_axis(axis, max(float(a.times[-1]) for a in result.arms.values()), runs.is_repeated(result))
        runs.arms_on_top(figure, result, arms)
        return figure


def _mark(axis: "Axes", c: Compared, colour: str, aside: float) -> None:
    """Draw one published number: open where something differs; `aside` points to the right, so that marks do not hide each other."""
    from matplotlib.transforms import ScaledTranslation

    assert c.match.row.time_h is not None and axis.figure is not None
    shifted = axis.transData + ScaledTranslation(aside / 72, 0, axis.figure.dpi_scale_trans)
    x, ends, fill = c.match.row.time_h / 24, c.observed_interval, "none" if c.match.differs else colour
    if ends:
        axis.plot([x, x], ends, color=colour, lw=1.0, alpha=0.7, transform=shifted)
    axis.plot([x], [c.observed], marker=style.MARKS[c.number % 4], ms=5.5, color=colour, mfc=fill, mew=1.2, transform=shifted)
    axis.annotate(str(c.number), (x, c.observed), (aside + 2, 5), textcoords="offset points", fontsize=7.5, color=style.INK)


def _course(result: RunResult, arm: ArmResult, quantity: str, statistic: str) -> tuple[np.ndarray, np.ndarray]:
    course = arm.course(quantity)
    hours = np.array([t for t in arm.times if t > 0 and (t % 24 == 0 or t in result.study.visits)])
    found = [summarise(statistic, individual(statistic, course, float(t))) for t in hours]
    y = np.array([(e.value, e.low, e.high) for e in found]) * (100 if statistic in RATES else 1)
    return hours, y


def default_rows() -> list[Row]:
    """Return the project's own published rows where they are at hand (a checkout, or the current folder), else none."""
    table = shipped("evidence/sources.csv")
    return load_evidence(table.parent) if table else []
