"""Figures of one run: mood, response, single patients, what happens inside.  Each takes a RunResult and returns a Figure."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from resynapse.faces import style
from resynapse.methods.analysis import mean_difference
from resynapse.methods.endpoints import Course, bands, individual, summarise
from resynapse.model.scales import READOUTS
from resynapse.study.simulate import ArmResult, RunResult, first_dose

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INSIDE = (
    ("Drug in plasma", "ng/mL", ("ketamine", "norketamine")),
    ("NMDA receptors blocked", "%", ("nmda_block",)),
    ("Glutamate surge", "above rest", ("surge",)),
    ("BDNF / TrkB signal", "a.u.", ("bdnf_signal",)),
    ("Fast potentiation", "a.u.", ("potentiation",)),
    ("Synapses", "% of health", ("mpfc_synapses", "hippocampus_synapses")),
    ("Inflammation", "from health", ("inflammation",)),
    ("Default mode network", "from health", ("network",)),
    ("MADRS", "points", ("MADRS",)),
    ("Severity", "SD above health", ("severity",)),
)
"""Rows of the panel: title, unit as drawn, quantities (the second one dashed)."""

PERCENT = ("nmda_block", "mpfc_synapses", "hippocampus_synapses")
FEW = 3  # more arms than this are drawn without bands: they would hide each other
_HOURS = (0.1, 24.0)


def arm_colours(result: RunResult) -> dict[str, str]:
    """Return a colour for each arm, the same in every figure; inert controls are grey."""
    inert = [n for n, a in result.study.arms.items() if a.drug in style.INERT]
    return style.colours(list(result.arms), inert[:1])


def label(name: str) -> str:
    """Return an arm's name as a reader would write it."""
    return name.replace("_", " ")


def day_axis(axis: "Axes", end_h: float, repeated: bool) -> None:
    """Mark days; after a single dose on a square-root scale, so that the first hours stay visible."""
    end = end_h / 24
    if repeated or end > 40:
        step = next(s for s in (1, 2, 7, 14, 28, 56, 112, 365) if end / s <= 9)
        axis.set_xticks(np.arange(0, end + 1e-9, step))
        axis.set_xlim(-0.02 * end, end * 1.03)
        axis.set_xlabel("days")
        return
    axis.set_xscale("function", functions=(lambda d: np.sqrt(np.maximum(d, 0)), np.square))
    ticks = [(0, "0"), (4 / 24, "4 h"), (1, "1 d"), (3, "3 d"), (7, "7 d"), (14, "14 d"), (28, "28 d")]
    if end <= 2:
        ticks = [(0, "0"), (1 / 24, "1 h"), (4 / 24, "4 h"), (8 / 24, "8 h"), (0.5, "12 h"), (1, "1 d"), (2, "2 d")]
    kept = [t for t in ticks if t[0] <= end * 1.001]
    axis.set_xticks([t for t, _ in kept], [name for _, name in kept])
    axis.set_xlim(0, end * 1.04)
    axis.minorticks_off()
    axis.set_xlabel("time since the first dose")


def is_repeated(result: RunResult) -> bool:
    """Tell whether any arm is treated more than once."""
    return any(len(a.sessions) > 1 for a in result.arms.values())


def visits_of(result: RunResult, arm: ArmResult) -> np.ndarray:
    """Return the columns of an arm's times that are visits."""
    return np.flatnonzero([np.isclose(result.study.visits, t, rtol=0, atol=1e-6).any() for t in arm.times])


def score_figure(result: RunResult, scale: str = "MADRS") -> "Figure":
    """Mean score at the visits by arm, with the middle half of the patients as a band."""
    with style.styled():
        figure, axes = style.canvas(4.4, 3.3)
        axis, colour = axes[0, 0], arm_colours(result)
        for name, arm in result.arms.items():
            at = visits_of(result, arm)
            x, values = arm.times[at] / 24, arm.measured[scale][:, at]
            if len(result.arms) <= FEW:
                low, high = bands(values, (0.25, 0.75))
                axis.fill_between(x, low, high, color=colour[name], alpha=0.16, lw=0)
            axis.plot(x, np.nanmean(values, axis=0), color=colour[name], marker="o", ms=3.5, label=label(name))
        limits = READOUTS[scale].scale
        if limits and limits.remission:
            axis.axhline(limits.remission, color=style.SOFT, lw=0.9, ls=(0, (4, 3)))
            axis.text(0.995, limits.remission, "remission", transform=axis.get_yaxis_transform(), ha="right", va="bottom", fontsize=8,
                      color=style.SOFT)  # fmt: skip
        axis.set_ylim(bottom=0)
        axis.set_ylabel(f"{scale}, points")
        axis.set_title("Mean, and the middle half of patients" if len(result.arms) <= FEW else "Mean of patients")
        day_axis(axis, _end(result), is_repeated(result))
        arms_on_top(figure, result, result.arms)
        return figure


def contrast_figure(result: RunResult, scale: str = "MADRS") -> "Figure":
    """Change from baseline, each arm minus the control, at every visit, with 90 % intervals of the mean."""
    control = result.study.control
    assert control is not None
    with style.styled():
        figure, axes = style.canvas(4.4, 3.0)
        axis, colour = axes[0, 0], arm_colours(result)
        others = [n for n in result.arms if n != control]
        for k, name in enumerate(others):
            points = [(t, _difference(result, (name, control), scale, t)) for t in _visit_hours(result) if t > 0]
            x = np.array([t for t, _ in points]) / 24
            x = x * (1 + 0.015 * (k - (len(others) - 1) / 2))
            y = np.array([(e.value, e.low, e.high) for _, e in points])
            axis.errorbar(x, y[:, 0], yerr=_around(y), color=colour[name], fmt="o-", ms=4, lw=1.2, elinewidth=1.6, label=label(name))
        axis.axhline(0, color=style.SOFT, lw=0.9)
        axis.set_ylabel(f"{scale}, points (below 0: better)")
        axis.set_title(f"Change from baseline, minus {label(control)}")
        day_axis(axis, _end(result), is_repeated(result))
        if len(others) > 1:
            arms_on_top(figure, result, others)
        return figure


def rates_figure(result: RunResult, scale: str = "MADRS") -> "Figure":
    """Response and remission by visit and arm, with Wilson's 90 % intervals."""
    with style.styled():
        figure, axes = style.canvas(4.4, 4.6, 2, 1, share=True)
        colour, names = arm_colours(result), list(result.arms)
        for axis, statistic in zip(axes[:, 0], ("response", "remission"), strict=True):
            for k, name in enumerate(names):
                course = result.arms[name].course(scale)
                hours = [t for t in _visit_hours(result) if t > 0]
                found = [summarise(statistic, individual(statistic, course, t)) for t in hours]
                y = 100 * np.array([(e.value, e.low, e.high) for e in found])
                x = np.array(hours) / 24 * (1 + 0.012 * (k - (len(names) - 1) / 2))
                if len(names) <= FEW:
                    axis.fill_between(x, y[:, 1], y[:, 2], color=colour[name], alpha=0.18, lw=0)
                axis.plot(x, y[:, 0], "o-", color=colour[name], ms=4, lw=1.4, label=label(name))
            axis.set_ylabel("% of patients")
            axis.set_ylim(0, None)
            day_axis(axis, _end(result), is_repeated(result))
        axes[0, 0].set_xlabel("")
        axes[0, 0].set_title(f"Response: {scale} down by half or more")
        limits = READOUTS[scale].scale
        axes[1, 0].set_title(f"Remission: {scale} of {limits.remission:g} or less" if limits and limits.remission else "Remission")
        arms_on_top(figure, result, names)
        return figure


def patients_figure(result: RunResult, name: str, scale: str = "MADRS", most: int = 25) -> "Figure":
    """Single patients of one arm (the first `most`, the same ones in every arm) under bands that hold 50 % and 90 % of all."""
    with style.styled():
        figure, axes = style.canvas(4.4, 2.5)
        axis, arm, colour = axes[0, 0], result.arms[name], arm_colours(result)[name]
        top = max(float(np.nanmax(a.measured[scale])) for a in result.arms.values())
        at = visits_of(result, arm)
        x, values = arm.times[at] / 24, arm.measured[scale][:, at]
        draw_bands(axis, x, values, colour)
        axis.plot(x, values[:most].T, color=style.INK, lw=0.5, alpha=0.45)
        axis.set_ylim(0, top * 1.02)
        axis.set_ylabel(f"{scale}, points")
        axis.set_title(label(name))
        day_axis(axis, _end(result), is_repeated(result))
        return figure


def outcome_figure(result: RunResult, quantity: str) -> "Figure":
    """One read-out by arm: the first six hours where it is a matter of the session, else the whole study; median with bands."""
    readout = READOUTS[quantity]
    acute = readout.area == "safety" or any(e.quantity == quantity and e.statistic == "peak" for e in result.study.endpoints)
    percent = 100 if quantity in PERCENT else 1
    with style.styled():
        figure, axes = style.canvas(4.4, 3.0)
        axis, colour = axes[0, 0], arm_colours(result)
        for name, arm in result.arms.items():
            at = np.flatnonzero(arm.times <= 6.0 + 1e-6) if acute else np.arange(len(arm.times))
            x, values = arm.times[at] / (1 if acute else 24), arm.true[quantity][:, at] * percent
            if len(result.arms) <= FEW:
                draw_bands(axis, x, values, colour[name])
            else:
                axis.plot(x, bands(values, (0.5,))[0], color=colour[name])
        axis.set_title(_short(readout.meaning))
        axis.set_ylabel(quantity + (", %" if percent == 100 else "" if readout.unit == "1" else f", {readout.unit}"))
        if acute:
            axis.set_xlim(0, min(6.0, _end(result)))
            axis.set_xlabel("hours after the first dose")
        else:
            day_axis(axis, _end(result), is_repeated(result))
        arms_on_top(figure, result, result.arms)
        return figure


def _short(words: str, most: int = 52) -> str:
    from textwrap import shorten

    words = shorten(words, most, placeholder=" …")
    return words[:1].upper() + words[1:]


def inside_figures(result: RunResult) -> tuple["Figure", "Figure"]:
    """What happens inside: aligned courses over the first hours (log axis) and over days.  Their rows have the same height and range."""
    rows = [(title, unit, [q for q in names if _has(result, q)]) for title, unit, names in INSIDE]
    other = "Severity" if result.study.species == "human" else "MADRS"  # animals have no rating
    rows = [row for row in rows if row[2] and row[0] != other]
    return _inside(result, rows, True), _inside(result, rows, False)


def _inside(result: RunResult, rows: Sequence[tuple[str, str, list[str]]], hours: bool) -> "Figure":
    with style.styled():
        figure, axes = _stack(len(rows), len(_legend_rows(list(result.arms))))
        for axis, (title, unit, names) in zip(axes[:, 0], rows, strict=True):
            for q, dash in zip(names, ("-", (0, (4, 2))), strict=False):
                for k, arm in enumerate(result.arms.values()):
                    # Later arms are drawn thinner, so that courses that coincide stay visible.
                    _course(axis, result, arm, (q, dash, 1.4 + 0.9 * (len(result.arms) - 1 - k)), hours)
            _inside_axis(axis, (title, unit, names), hours, _inside_range(result, names))
            if not hours:
                _dose_marks(axis, result)
        last = axes[-1, 0]
        if hours:
            last.set_xscale("log")
            last.set_xlim(*_HOURS)
            last.set_xticks([0.1, 0.25, 0.5, 1, 2, 4, 8, 24], ["6 min", "15", "30", "1 h", "2", "4", "8", "24 h"])
            last.minorticks_off()
            last.set_xlabel("first hours after the first dose (log scale)")
        else:
            end = _end(result) / 24
            step = next(s for s in (1, 2, 7, 14, 28, 56, 112, 365) if end / s <= 9)
            last.set_xticks(np.arange(0, end + 1e-9, step))
            last.set_xlim(0, end)
            last.set_xlabel("days")
        arms_on_top(figure, result, result.arms)
        return figure


def _stack(count: int, above: int) -> tuple["Figure", Any]:
    """Return a figure of `count` stacked panels with set margins, so that two of them stand in line; above: lines of the legend."""
    from matplotlib.figure import Figure

    head = 0.38 + 0.19 * above
    height = head + 0.25 + 1.12 * count
    figure = Figure(figsize=(4.4, height))
    axes = figure.subplots(count, 1, sharex=True, squeeze=False)
    figure.subplots_adjust(left=0.115, right=0.965, top=1 - head / height, bottom=0.46 / height, hspace=0.42)
    return figure, axes


def _course(axis: "Axes", result: RunResult, arm: ArmResult, drawn: tuple[str, Any, float], hours: bool) -> None:
    """One quantity of one arm: median, and for the first quantity of treated arms the 50 % and 90 % bands."""
    quantity, dash, width = drawn
    given = result.study.arms[arm.name].drug not in style.INERT
    colour = arm_colours(result)[arm.name]
    if _is_plasma(quantity) and not given:
        return
    after = arm.times - first_dose(result.study)
    keep = (after >= _HOURS[0] * 0.8) & (after <= _HOURS[1] + 1e-6) if hours else np.ones(len(arm.times), bool)
    x = after[keep] if hours else arm.times[keep] / 24
    values = arm.true[quantity][:, keep] * (100 if quantity in PERCENT else 1)
    values = np.maximum(values, 1e-9) if _is_plasma(quantity) else values  # a log axis has no zero
    treated = [a for a in result.study.arms.values() if a.drug not in style.INERT]
    if given and dash == "-" and len(treated) <= FEW:
        draw_bands(axis, x, values, colour, middle=False)
    axis.plot(x, bands(values, (0.5,))[0], color=colour, lw=width, ls=dash)


def _inside_axis(axis: "Axes", row: tuple[str, str, list[str]], hours: bool, span: tuple[float, float]) -> None:
    title, unit, names = row
    extra = "  (dashed: norketamine)" if "norketamine" in names else ""
    extra = "  (dashed: hippocampus)" if "hippocampus_synapses" in names else extra
    axis.set_title(f"{title}, {unit}{extra}" if hours else title, fontsize=8.5, pad=3)
    if any(_is_plasma(q) for q in names):
        axis.set_yscale("log")
        style.plain_log(axis)
    axis.set_ylim(*span)
    axis.tick_params(labelsize=8)
    if axis.get_yscale() == "linear":
        axis.locator_params(axis="y", nbins=4)


def _inside_range(result: RunResult, names: Sequence[str]) -> tuple[float, float]:
    """One range for the hours and the days of a row: what holds 90 % of patients in every arm."""
    low, high = np.inf, -np.inf
    for q in names:
        for arm in result.arms.values():
            edge = bands(arm.true[q] * (100 if q in PERCENT else 1), (0.05, 0.95))
            low, high = min(low, float(np.nanmin(edge))), max(high, float(np.nanmax(edge)))
    if any(_is_plasma(q) for q in names):
        high = max(high, 1.0)
        return high * 1e-3, high * 1.6
    pad = 0.06 * (high - low) or 0.5
    return (-0.03 * high if 0 <= low < 0.3 * high else low - pad), high + pad


def draw_bands(axis: "Axes", x: np.ndarray, values: np.ndarray, colour: str, middle: bool = True) -> None:
    """Shade what holds 90 % and 50 % of people (n, T), and draw the median."""
    q05, q25, q50, q75, q95 = bands(values)
    axis.fill_between(x, q05, q95, color=colour, alpha=0.15, lw=0)
    axis.fill_between(x, q25, q75, color=colour, alpha=0.25, lw=0)
    if middle:
        axis.plot(x, q50, color=colour)


def _dose_marks(axis: "Axes", result: RunResult) -> None:
    for arm in result.arms.values():
        if result.study.arms[arm.name].drug not in style.INERT and len(arm.sessions) > 1:
            days = np.array(result.study.arms[arm.name].days) / 24
            axis.plot(days, np.zeros(len(days)), "|", color=arm_colours(result)[arm.name], ms=5, mew=1, clip_on=False,
                      transform=axis.get_xaxis_transform())  # fmt: skip


def arms_on_top(figure: "Figure", result: RunResult, names: Iterable[str]) -> None:
    """Put the arms' colours and names above all axes, where they cover no curve."""
    from matplotlib.lines import Line2D

    colour, names = arm_colours(result), list(names)
    marks = [Line2D([], [], color=colour[n], lw=2.4) for n in names]
    place = "outside upper left" if figure.get_layout_engine() else "upper left"
    figure.legend(marks, [label(n) for n in names], loc=place, ncols=len(_legend_rows(names)[0]))


def _legend_rows(names: Sequence[str]) -> list[Sequence[str]]:
    """Split names into the rows of a legend that fits the width of a figure."""
    wide = max(1, min(len(names), int(52 / (5 + max(map(len, names))))))
    return [names[k : k + wide] for k in range(0, len(names), wide)]




def _has(result: RunResult, quantity: str) -> bool:
    return all(quantity in arm.true for arm in result.arms.values())


def _is_plasma(quantity: str) -> bool:
    return READOUTS[quantity].area == "plasma" if quantity in READOUTS else False


def _end(result: RunResult) -> float:
    return max(float(a.times[-1]) for a in result.arms.values())


def _visit_hours(result: RunResult) -> list[float]:
    return [float(t) for t in result.study.visits]


def _difference(result: RunResult, arms: tuple[str, str], scale: str, time: float) -> Any:
    courses: list[Course] = [result.arms[n].course(scale) for n in arms]
    return mean_difference(*(individual("change", c, time) for c in courses))


def _around(estimates: np.ndarray) -> np.ndarray:
    """Turn (value, low, high) rows into the two lengths of an error bar (2, k)."""
    return np.array([estimates[:, 0] - estimates[:, 1], estimates[:, 2] - estimates[:, 0]])
