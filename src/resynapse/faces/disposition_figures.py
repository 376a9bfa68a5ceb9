"""Figures of kinetics against the world: our own set beside published models, and the visual predictive check against data."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from resynapse.faces import style
from resynapse.faces.pk_figures import name_of
from resynapse.methods.endpoints import bands
from resynapse.methods.vpc import Vpc
from resynapse.study.alternatives import Pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OURS, THEIRS = style.BLUE, style.ORANGE


def alternatives_figure(found: Sequence[Pair]) -> "Figure":
    """Every published model (rows) and analyte (columns) beside our own set: medians with 90 % bands, log scale."""
    from matplotlib.lines import Line2D

    most = max(len(p.paper) for p in found)
    with style.styled():
        figure, axes = style.canvas(2.9 * most, 0.4 + 2.1 * len(found), len(found), most)
        for row, one in zip(axes, found, strict=True):
            for axis, quantity in zip(row, one.paper, strict=False):
                _beside(axis, one, quantity)
            for axis in row[len(one.paper) :]:
                axis.set_axis_off()
        marks = [Line2D([], [], color=OURS, lw=2), Line2D([], [], color=THEIRS, lw=2, ls=(0, (4, 2)))]
        figure.legend(marks, ["our own set", "published model"], loc="outside upper left", ncols=2)
        return figure


def _beside(axis: "Axes", one: Pair, quantity: str) -> None:
    top = 0.0
    for values, colour, dash in ((one.own[quantity], OURS, "-"), (one.paper[quantity], THEIRS, (0, (4, 2)))):
        low, middle, high = bands(np.maximum(values, 1e-9), (0.05, 0.5, 0.95))
        axis.fill_between(one.times, low, high, color=colour, alpha=0.15, lw=0)
        axis.plot(one.times, middle, color=colour, ls=dash)
        top = max(top, float(np.nanmax(high)))
    axis.set_yscale("log")
    axis.set_ylim(top / 300, top * 1.5)
    style.plain_log(axis)
    axis.set_xlim(0, one.times[-1])
    axis.set_xlabel("hours")
    axis.set_ylabel(f"ng/mL, {one.site}")
    axis.set_title(f"{one.model}: {one.given}\n{name_of(quantity)}", fontsize=8.5)


def vpc_figure(checks: Mapping[str, Vpc], log: bool = True) -> "Figure":
    """The predictive check of every analyte: data as points, their percentiles as lines, the model's spread of them as bands."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    with style.styled():
        figure, axes = style.canvas(4.4, 0.5 + 2.8 * len(checks), len(checks), 1)
        for axis, (quantity, one) in zip(axes[:, 0], checks.items(), strict=True):
            _check(axis, one, log)
            axis.set_title(f"{name_of(quantity)}: {100 * one.inside:.0f} % of samples in 90 % interval")
        marks = [
            Line2D([], [], color=style.INK, marker="o", ls="", ms=3, alpha=0.5), Line2D([], [], color=style.INK, lw=1.8),
            Patch(color=style.BLUE, alpha=0.25), Patch(color=style.ORANGE, alpha=0.35),
        ]  # fmt: skip
        words = ["samples", "their 5, 50, 95 %", "model: 5 and 95 %", "model: median"]
        figure.legend(marks, words, loc="outside upper left", ncols=2)
        return figure


def _check(axis: "Axes", one: Vpc, log: bool) -> None:
    low = float(np.min(one.observed[one.observed > 0])) if np.any(one.observed > 0) else 1e-3
    floor = low / 3 if log else 0.0
    for k, colour in ((0, style.BLUE), (2, style.BLUE), (1, style.ORANGE)):
        lower, _, upper = np.maximum(one.bands[k], floor)
        if len(one.middle) == 1:  # a band needs two times
            axis.vlines(one.middle, lower, upper, color=colour, alpha=0.4, lw=12)
        axis.fill_between(one.middle, lower, upper, color=colour, alpha=0.35 if k == 1 else 0.25, lw=0)
    axis.plot(one.times, np.maximum(one.observed, floor), "o", color=style.INK, ms=2.2, alpha=0.35, mew=0)
    for k, dash in ((0, (0, (4, 2))), (1, "-"), (2, (0, (4, 2)))):
        axis.plot(one.middle, np.maximum(one.percentiles[k], floor), color=style.INK, ls=dash, lw=1.6)
    if log:
        axis.set_yscale("log")
        style.plain_log(axis)
        axis.set_ylim(bottom=floor)
    else:
        axis.set_ylim(bottom=0)
    axis.set_xlabel("hours")
    axis.set_ylabel(f"{one.unit}{', prediction-corrected' if one.corrected else ''}")
