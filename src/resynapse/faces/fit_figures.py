"""Figures of a fit: what the rows say of each number, and which numbers they cannot tell apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from resynapse.faces import style
from resynapse.methods.fit import Fit, Number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_DRAWS = 150  # points in one picture of a pair


def contraction_figure(fit: Fit) -> "Figure":
    """Every number: its prior's central 95 % (grey) and the posterior's 90 % (blue) on the prior's own scale, 0 its low end, 1 its high."""
    items = list(fit.numbers.items())
    with style.styled():
        figure, axes = style.canvas(7.6, 0.8 + 0.17 * len(items))
        axis = axes[0, 0]
        for k, (_, n) in enumerate(items):
            low, middle, high = (_place(n, x) for x in np.quantile(n.draws, [0.05, 0.5, 0.95]))
            axis.plot([0, 1], [-k, -k], color=style.LINE, lw=3.0, solid_capstyle="butt")
            axis.plot([low, high], [-k, -k], color=style.BLUE, lw=3.0, alpha=0.85, solid_capstyle="butt")
            axis.plot([middle], [-k], "|", color=style.INK, ms=6)
            axis.plot([_place(n, n.declared)], [-k], "o", color=style.ORANGE, ms=3.2, mec="none")
        axis.set_yticks(-np.arange(len(items), dtype=float), [name for name, _ in items], fontsize=6.8)
        axis.set_ylim(-len(items) + 0.4, 0.6)
        axis.set_xticks([0, 1], ["low end of the prior", "high end"])
        axis.grid(False, axis="both")
        return figure


def _place(n: Number, x: float) -> float:
    if n.scale == "log" and x > 0:
        return float(np.log(x / n.low) / np.log(n.high / n.low))
    return float((x - n.low) / (n.high - n.low))


def pairs_figure(fit: Fit, pairs: Sequence[tuple[str, str, float]]) -> "Figure":
    """Draws of pairs of numbers against each other, with their correlation."""
    columns = 4
    lines = -(-len(pairs) // columns)
    with style.styled():
        figure, axes = style.canvas(7.6, 1.9 * lines, lines, columns)
        for axis in axes.flat[len(pairs) :]:
            axis.axis("off")
        for axis, (one, other, r) in zip(axes.flat, pairs, strict=False):
            some = np.linspace(0, fit.size - 1, min(MOST_DRAWS, fit.size)).astype(int)
            axis.plot(fit.numbers[one].draws[some], fit.numbers[other].draws[some], ".", color=style.BLUE, ms=2.5, alpha=0.5, mec="none")
            axis.set_xlabel(one, fontsize=6.8)
            axis.set_ylabel(other, fontsize=6.8)
            axis.tick_params(labelsize=6)
            axis.set_title(f"r = {r:.2f}".replace("-", "−"), fontsize=7.5)
        return figure
