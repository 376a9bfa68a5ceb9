"""Pictures: every figure of the house under one name, and `save`.  All are pure functions that return a matplotlib Figure."""

from typing import TYPE_CHECKING

from resynapse.faces import run_figures as runs
from resynapse.faces import style
from resynapse.faces.arrow_figure import arrow_figure
from resynapse.faces.flow import flow_figure
from resynapse.faces.pk_figures import concentration_figure, curves_figure, normalised_figure, panel_figure
from resynapse.faces.run_figures import contrast_figure, inside_figures, patients_figure, rates_figure, score_figure
from resynapse.faces.style import save
from resynapse.faces.window import dose_window_figure
from resynapse.model.scales import READOUTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from resynapse.study.simulate import RunResult

__all__ = [
    "arrow_figure", "concentration_figure", "contrast_figure", "course_figure", "curves_figure", "dose_window_figure", "flow_figure",
    "inside_figures", "normalised_figure", "panel_figure", "patients_figure", "rates_figure", "save", "score_figure",
]  # fmt: skip


def course_figure(result: "RunResult", quantity: str) -> "Figure":
    """One quantity over the whole study, every arm as a median with its 50 % and 90 % bands."""
    readout = READOUTS[quantity]
    plasma = readout.area == "plasma"
    with style.styled():
        figure, axes = style.canvas(6.0, 3.6)
        axis, colour = axes[0, 0], runs.arm_colours(result)
        for arm in result.arms.values():
            runs.draw_bands(axis, arm.times / 24, arm.true[quantity], colour[arm.name])
        axis.set_ylabel(quantity if readout.unit == "1" else f"{quantity}, {readout.unit}")
        axis.set_title(readout.meaning)
        if plasma:
            axis.set_ylim(bottom=0)
        runs.day_axis(axis, max(float(a.times[-1]) for a in result.arms.values()), runs.is_repeated(result))
        runs.arms_on_top(figure, result, result.arms)
        return figure
