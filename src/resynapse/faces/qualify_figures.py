"""Figures of a qualification: predicted against observed, coverage by area, time courses with data on top."""

from collections.abc import Sequence
from textwrap import shorten
from typing import TYPE_CHECKING

import numpy as np

from resynapse.faces import style
from resynapse.methods.qualify import Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AREA_WORDS = {
    "exposure": "Exposure", "scores": "Depression scores", "rates": "Response and remission", "relapse": "Relapse", "safety": "Safety",
    "direction": "Directions", "mechanism": "Mechanism",
}  # fmt: skip
FEWEST, COURSE = 3, 2  # rows that make a picture, times that make a course
FARTHEST = 8.0  # SD: what is farther off stands at the edge


def valued(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return the rows with a numeric prediction, directions left out."""
    return [c for c in comparisons if c.prediction is not None and c.row.statistic != "direction" and np.isfinite(c.prediction.median)]


def scatter_groups(comparisons: Sequence[Comparison]) -> dict[tuple[str, str], list[Comparison]]:
    """Return {(area, what is on the axes): rows} for every area; ratios and times on log axes, the rest by unit."""
    out: dict[tuple[str, str], list[Comparison]] = {}
    for c in valued(comparisons):
        by_ratio = c.verdict is not None and c.verdict.as_ratio
        kind = "ratio scale" if by_ratio and c.area != "exposure" else "own units" if by_ratio else c.row.unit or "1"
        out.setdefault((c.area, kind), []).append(c)
    order = list(AREA_WORDS)
    kept = [(key, rows) for key, rows in out.items() if len(rows) >= FEWEST]
    return dict(sorted(kept, key=lambda item: (order.index(item[0][0]), -len(item[1]))))


def scatter_figure(rows: Sequence[Comparison], title: str) -> "Figure":
    """Predicted (with the 5 to 95 % of replicate studies) against observed; log axes with fold lines where ratios are judged."""
    log = all(c.verdict is not None and c.verdict.as_ratio and c.row.value > 0 and _median(c) > 0 for c in rows)
    share = all(c.row.unit == "fraction" for c in rows)
    size = 100 if share else 1
    with style.styled():
        figure, axes = style.canvas(4.2, 4.2)
        axis: Axes = axes[0, 0]
        x, y = np.array([c.row.value for c in rows]) * size, np.array([_median(c) for c in rows]) * size
        ends = _ends(rows) * size
        right = np.array([c.word == "agrees" for c in rows])
        if log:
            axis.set_xscale("log")
            axis.set_yscale("log")
            style.plain_log(axis, "x")
            style.plain_log(axis)
        low, high = _limits(np.concatenate([x, y]), log)
        line = np.geomspace(low, high, 50) if log else np.array([low, high])
        axis.plot(line, line, color=style.SOFT, lw=1.0)
        for fold in (1.5, 2.0) if log else ():
            for f in (fold, 1 / fold):
                axis.plot(line, line * f, color=style.SOFT, lw=0.8, ls=(0, (4, 3)) if fold == 2.0 else (0, (1, 2)))
        for good, colour, mark in ((True, style.BLUE, "o"), (False, style.RED, "X")):
            at = right == good
            axis.vlines(x[at], np.maximum(ends[0][at], low if log else -np.inf), ends[1][at], color=colour, lw=0.7, alpha=0.45)
            axis.plot(x[at], y[at], mark, color=colour, ms=4.5 if good else 5.5, alpha=0.8, mec="none",
                      label=f"{'agrees' if good else 'disagrees'} ({at.sum()})")  # fmt: skip
        axis.set_xlim(low, high)
        axis.set_ylim(low, high)
        axis.set_aspect("equal")
        axis.grid(True, axis="both")
        unit = " (%)" if share else ""
        axis.set_xlabel(f"observed{unit}")
        axis.set_ylabel(f"predicted{unit}")
        axis.set_title(title)
        axis.legend(loc="upper left", handletextpad=0.1)
        return figure


def _median(c: Comparison) -> float:
    assert c.prediction is not None
    return c.prediction.median


def _ends(rows: Sequence[Comparison]) -> np.ndarray:
    """Return the 5 % and 95 % of the predictions (2, k)."""
    return np.array([(c.prediction.low, c.prediction.high) for c in rows if c.prediction is not None]).T


def _limits(values: np.ndarray, log: bool) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    if log:
        return low / 1.6, high * 1.6
    pad = 0.07 * (high - low) or 1.0
    return low - pad, high + pad


def coverage_figure(areas: dict[str, dict]) -> "Figure":
    """Share of rows that agree, and share of observed values inside the 90 % prediction interval, by area."""
    names = [n for n in areas if areas[n]["simulated"]]
    with style.styled():
        figure, axes = style.canvas(4.4, 0.9 + 0.48 * len(names))
        axis, y = axes[0, 0], -np.arange(len(names), dtype=float)
        agree = [100 * areas[n]["agreeing"] / areas[n]["simulated"] for n in names]
        axis.barh(y + 0.17, agree, 0.3, color=style.BLUE, label="agree")
        covered = [100 * (areas[n]["coverage"] or 0.0) for n in names]
        has = [areas[n]["coverage"] is not None for n in names]
        axis.barh(y[has] - 0.17, np.array(covered)[has], 0.3, color=style.ORANGE, label="inside the 90 % interval")
        axis.axvline(90, color=style.SOFT, lw=0.9, ls=(0, (4, 3)))
        axis.set_yticks(y, [AREA_WORDS.get(n, n) for n in names])
        axis.set_xlim(0, 100)
        axis.set_xlabel("% of simulated rows")
        axis.grid(True, axis="x")
        axis.grid(False, axis="y")
        figure.legend(loc="outside upper left", ncols=2)
        return figure


def course_groups(comparisons: Sequence[Comparison]) -> list[list[Comparison]]:
    """Return the rows that form a time course: one source, arm, quantity and statistic at two times or more; worst first."""
    found: dict[tuple[str, ...], list[Comparison]] = {}
    for c in valued(comparisons):
        r = c.row
        if r.time_h is not None:
            found.setdefault((r.source, r.arm, r.drug, r.route, f"{r.dose}", r.quantity, r.statistic, r.unit), []).append(c)
    groups = [sorted(g, key=lambda c: c.row.time_h or 0.0) for g in found.values() if len({c.row.time_h for c in g}) >= COURSE]
    return sorted(groups, key=lambda g: (g[0].area, -sum(c.word == "disagrees" for c in g) / len(g), g[0].row.source))


def course_figure(rows: Sequence[Comparison]) -> "Figure":
    """One time course: predicted median and 5 to 95 % of replicate studies; observed points with 90 % intervals on top."""
    r = rows[0].row
    with style.styled():
        figure, axes = style.canvas(3.2, 2.3)
        axis: Axes = axes[0, 0]
        hours = np.array([c.row.time_h or 0.0 for c in rows])
        days = hours.max() > 72
        x, size = hours / (24 if days else 1), 100 if r.unit == "fraction" else 1
        low, high = _ends(rows) * size
        axis.fill_between(x, low, high, color=style.SKY, alpha=0.3, lw=0)
        axis.plot(x, np.array([_median(c) for c in rows]) * size, color=style.BLUE, lw=1.6)
        for c, at in zip(rows, x, strict=True):
            colour, mark = (style.INK, "o") if c.word == "agrees" else (style.RED, "X")
            if c.observed:
                axis.plot([at, at], np.array(c.observed) * size, color=colour, lw=0.9)
            axis.plot([at], [c.row.value * size], mark, color=colour, ms=4.5, mec="none")
        if rows[0].area == "exposure" and (np.array([_median(c) for c in rows]) > 0).all() and min(c.row.value for c in rows) > 0:
            axis.set_yscale("log")
            style.plain_log(axis)
        axis.set_xlabel("days" if days else "hours")
        axis.set_ylabel("%" if r.unit == "fraction" else r.unit, fontsize=8)
        axis.set_title(shorten(f"{r.quantity} {r.statistic.replace('_', ' ')}", 34, placeholder=" …"), fontsize=8.5, pad=15)
        dose = f" {r.dose:g} {r.dose_unit}" if r.dose else ""
        words = shorten(f"{r.source}: {r.arm if r.drug in r.arm else f'{r.drug}{dose}'}, {r.route}", 48, placeholder=" …")
        axis.text(0, 1.04, words, transform=axis.transAxes, fontsize=7, color=style.SOFT)
        return figure


def forest_figure(rows: Sequence[Comparison]) -> "Figure":
    """The rows that are farthest off: predicted median (0) with its 5 to 95 %, observed with its 90 % interval, in SD over replicates.

    Ratios are compared as logarithms.  rows: with an SD above 0.
    """
    lines = sorted(((_standard(c), c) for c in rows), key=lambda pair: -abs(pair[0][3]))
    with style.styled():
        figure, axes = style.canvas(7.6, 0.7 + 0.19 * len(lines))
        axis: Axes = axes[0, 0]
        for k, ((low, high, ends, at), _) in enumerate(lines):
            axis.plot([low, high], [-k, -k], color=style.SKY, lw=3.2, alpha=0.6, solid_capstyle="butt")
            axis.plot([0], [-k], "|", color=style.BLUE, ms=6)
            if ends is not None:
                axis.plot(np.clip(ends, -FARTHEST, FARTHEST), [-k, -k], color=style.INK, lw=0.8)
            axis.plot([np.clip(at, -FARTHEST, FARTHEST)], [-k], "X", color=style.RED, ms=4.5, mec="none")
        names = [shorten(f"{c.row.source}: {c.row.quantity} {c.row.statistic.replace('_', ' ')}", 52, placeholder=" …") for _, c in lines]
        axis.set_yticks(-np.arange(len(lines), dtype=float), names, fontsize=6.8)
        axis.set_ylim(-len(lines) + 0.4, 0.6)
        axis.set_xlim(-FARTHEST - 0.3, FARTHEST + 0.3)
        axis.set_xlabel("SD over replicate studies, from the predicted median")
        axis.grid(True, axis="x")
        axis.grid(False, axis="y")
        return figure


def _standard(c: Comparison) -> tuple[float, float, np.ndarray | None, float]:
    """Return the ends of the prediction, of the observed interval and the observed value as distances from the median, in SD."""
    assert c.prediction is not None and c.verdict is not None
    p, log = c.prediction, c.verdict.as_ratio and min(c.prediction.low, c.row.value, *(c.observed or (1.0,))) > 0
    move = np.log if log else lambda x: np.asarray(x, float)
    ends = move(np.array([p.low, p.high]))
    sd = float(ends[1] - ends[0]) / 3.29 or 1.0
    centre = float(move(np.array(p.median)))
    seen = None if c.observed is None else (move(np.array(c.observed)) - centre) / sd
    return float(ends[0] - centre) / sd, float(ends[1] - centre) / sd, seen, float(move(np.array(c.row.value)) - centre) / sd
