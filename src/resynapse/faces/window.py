"""The dose window as a picture: peak in brain by route and dose, over the concentrations at which effects are published."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from resynapse.faces import style
from resynapse.study.window import Span

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOUR = {"analgesia": style.GREEN, "dissociation": style.ORANGE, "antidepressant": style.BLUE, "anaesthesia": style.PURPLE}


def dose_window_figure(courses: Mapping[str, np.ndarray], spans: Sequence[Span]) -> "Figure":
    """Peak brain concentration of each regimen (median, 50 % and 90 % of people) over published spans; ng/mL plasma equivalents.

    courses: regimen -> (n, T), as from `study.window.brain_courses`; spans: as from `study.window.spans`.
    """
    with style.styled():
        figure, axes = style.canvas(6.2, 1.4 + 0.34 * len(courses))
        axis = axes[0, 0]
        y = -np.arange(len(courses), dtype=float)
        for k, span in enumerate(spans):
            colour = COLOUR.get(span.effect, style.GREY)
            top = 0.95 + 0.62 * (k % 3)
            if span.low == span.high:
                axis.plot([span.low] * 2, [y[-1] - 0.6, top - 0.3], color=colour, lw=1.6, ls=(0, (4, 2)))
            else:
                axis.fill_between([span.low, span.high], y[-1] - 0.6, top - 0.3, color=colour, alpha=0.2, lw=0)
            axis.text(np.sqrt(span.low * span.high), top, span.effect, color=style.INK, fontsize=8.5, ha="center", va="center")
        for at, values in zip(y, courses.values(), strict=True):
            q05, q25, q50, q75, q95 = np.nanquantile(np.nanmax(values, axis=1), (0.05, 0.25, 0.5, 0.75, 0.95))
            axis.plot([q05, q95], [at, at], color=style.INK, lw=1.2)
            axis.plot([q25, q75], [at, at], color=style.INK, lw=4.0, solid_capstyle="butt")
            axis.plot([q50], [at], "o", ms=6.5, mfc="white", mec=style.INK, mew=1.3)
        axis.set_xscale("log")
        style.plain_log(axis, "x")
        axis.set_xticks([10, 30, 100, 300, 1000, 3000])
        axis.set_xlim(15, 3500)
        axis.grid(True, axis="x")
        axis.grid(False, axis="y")
        axis.set_yticks(y, list(courses))
        axis.set_ylim(y[-1] - 0.6, 2.6)
        axis.tick_params(axis="y", length=0)
        axis.spines["left"].set_visible(False)
        axis.set_xlabel("peak in brain, as the plasma concentration in equilibrium with it, ng/mL")
        return figure
