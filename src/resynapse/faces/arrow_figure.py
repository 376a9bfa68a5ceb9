"""The arrow table as one picture: rows that agree with each arrow of the mechanism removed, against the whole model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from resynapse.faces import style
from resynapse.faces.qualify_figures import AREA_WORDS
from resynapse.study.arrows import Arrow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12  # rows lost at which a cell has its full colour


def arrow_figure(table: Sequence[Arrow]) -> "Figure":
    """Each line: a model without one arrow; each cell: rows that agree, and how many fewer (orange) or more (blue) than the whole model."""
    whole, rest = table[0], table[1:]
    areas = [a for a in whole.agree if whole.agree[a][1]]
    with style.styled():
        from matplotlib.figure import Figure

        height = 1.0 + 0.3 * len(table)
        figure = Figure(figsize=(8.2, height))
        axis = figure.add_axes((0, 0, 1, 1))
        axis.axis("off")
        axis.set_xlim(0, 8.2)
        axis.set_ylim(-0.3 * len(table) - 0.1, 0.9)
        x = 4.7 + 0.85 * np.arange(len(areas))
        for at, name in zip(x, areas, strict=True):
            axis.text(at, 0.32, AREA_WORDS[name].replace(" ", "\n", 1), ha="center", va="center", fontsize=8)
        _line(axis, whole, whole, areas, x, 0.0)
        for k, arrow in enumerate(rest, start=1):
            _line(axis, arrow, whole, areas, x, -0.3 * k)
        axis.text(0.1, 0.32, "Without this arrow of the model …", fontsize=9.5, fontweight="bold", va="center")
        return figure


def _line(axis: "Axes", arrow: Arrow, whole: Arrow, areas: Sequence[str], x: np.ndarray, y: float) -> None:
    from textwrap import shorten

    from matplotlib.patches import Rectangle

    bold = "bold" if arrow is whole else "normal"
    axis.text(0.1, y, arrow.name.replace("_", " "), fontsize=8.5, va="center", fontweight=bold)
    axis.text(1.95, y, shorten(arrow.meaning, 48, placeholder=" …"), fontsize=7.2, va="center", color=style.SOFT)
    for at, name in zip(x, areas, strict=True):
        agree, of = arrow.agree[name]
        change = agree - whole.agree[name][0]
        if change:
            colour = style.BLUE if change > 0 else style.ORANGE
            axis.add_patch(Rectangle((at - 0.4, y - 0.13), 0.8, 0.26, color=colour, alpha=min(0.15 + 0.75 * abs(change) / MOST, 0.9), lw=0))
        text = f"{agree}/{of}" if arrow is whole else f"{agree}  ({change:+d})".replace("-", "−") if change else f"{agree}"
        axis.text(at, y, text, ha="center", va="center", fontsize=8, fontweight=bold)
