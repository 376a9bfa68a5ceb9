"""Picture of one person's forecast: scores, the course that fits them, what is ahead with and without further sessions."""

from typing import TYPE_CHECKING

import numpy as np

from resynapse.faces import style
from resynapse.model.scales import READOUTS
from resynapse.study.forecast import Band, Forecast
from resynapse.study.lookalikes import is_session

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOKS = {"so far": (style.INK, "-"), "as planned": (style.BLUE, "-"), "no further session": (style.ORANGE, "--")}


def forecast_figure(one: Forecast) -> "Figure":
    """Return the picture: median, 50 and 90 % bands of the true score by day, marks of scores and sessions."""
    with style.styled():
        figure, axes = style.canvas(6.4, 3.4)
        axis = axes[0, 0]
        scale = READOUTS[one.main].scale
        planned = any(is_session(d) and d.time > one.patient.now for d in one.patient.doses)
        for name, band in one.bands.items():
            if name == "as planned" and not planned:
                continue
            _band(axis, name, band)
        seen = [s for s in one.patient.seen if s.quantity == one.main]
        axis.plot([s.time / 24 for s in seen], [s.value for s in seen], "o", color=style.INK, ms=5, label="rated")
        top = float(scale.high) if scale else axis.get_ylim()[1]
        for dose in (d for d in one.patient.doses if is_session(d)):
            axis.plot([dose.time / 24], [0.985 * top], "v", color=style.BLUE if dose.time <= one.patient.now else style.SKY, ms=5)
        if one.next is not None:
            axis.axhline(one.next.threshold, color=style.SOFT, lw=0.8, ls=":")
        axis.axvline(one.patient.now / 24, color=style.LINE, lw=1)
        axis.set(ylim=(0, top), xlabel="days after the first dose", ylabel=one.main, title=f"Patient {one.patient.name}")
        axis.legend(loc="upper right", ncols=2)
        figure.text(0.01, 0.005, "Research use only; not medical advice.", fontsize=7, color=style.SOFT)
        return figure


def _band(axis: "Axes", name: str, band: Band) -> None:
    colour, line = LOOKS[name]
    days = np.asarray(band.hours) / 24
    axis.fill_between(days, band.values[0], band.values[4], color=colour, alpha=0.12, lw=0)
    axis.fill_between(days, band.values[1], band.values[3], color=colour, alpha=0.22, lw=0)
    axis.plot(days, band.values[2], line, color=colour, label=name)
