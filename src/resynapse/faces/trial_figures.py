"""Figures that trialists draw: everybody's change in order (waterfall), who has had the event by when (Kaplan-Meier), power curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from resynapse.faces import style
from resynapse.faces.run_figures import FEW, arm_colours, arms_on_top, day_axis, is_repeated, label
from resynapse.methods.survival import kaplan_meier
from resynapse.model.scales import READOUTS
from resynapse.study.estimands import event_times, scored
from resynapse.study.vocabulary import time_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from resynapse.study.endpoints import Endpoint
    from resynapse.study.replicates import Replicated
    from resynapse.study.simulate import RunResult

EVENTS = {"time_to_response": "Without response yet", "time_to_remission": "Without remission yet", "time_to_relapse": "Still well"}
MOST_BARS = 300  # a waterfall of more people is drawn from that many evenly spaced ranks


def waterfall_figure(result: RunResult, scale: str, time: float) -> Figure:
    """Every person's change from baseline in percent at one visit, in order, one panel for each arm; the line is response."""
    arms = list(result.arms)
    with style.styled():
        figure, axes = style.canvas(4.4, 0.55 + 1.25 * len(arms), len(arms), 1, share=True)
        colour = arm_colours(result)
        for axis, name in zip(axes[:, 0], arms, strict=True):
            course = scored(result, name, scale)
            start, now = (course.values[:, int(np.argmin(np.abs(course.times - t)))] for t in (0.0, time))
            change = 100 * (now - start) / np.where(start > 0, start, np.nan)
            ordered = np.sort(change[np.isfinite(change)])[::-1]
            ranks = np.unique(np.linspace(0, len(ordered) - 1, min(len(ordered), MOST_BARS)).round().astype(int)) if len(ordered) else []
            x = (np.asarray(ranks) + 0.5) / max(len(ordered), 1) * 100
            axis.bar(x, ordered[ranks] if len(ordered) else [], width=100 / max(len(ranks), 1), color=colour[name], lw=0)
            axis.axhline(-50, color=style.INK, lw=0.9, ls=(0, (4, 3)))
            axis.axhline(0, color=style.SOFT, lw=0.8)
            axis.set_ylim(-105, 60)
            axis.set_title(label(name))
        axes[-1, 0].set_xlabel("% of patients, in order of change")
        figure.supylabel(f"change of {scale} at {time_text(time)}, %", fontsize=9)
        return figure


def survival_figure(result: RunResult, endpoint: Endpoint) -> Figure:
    """Kaplan-Meier curves of a time to an event by arm with their 90 % intervals, and the number still at risk below."""
    end = endpoint.time if endpoint.time is not None else result.study.times[-1]
    with style.styled():
        figure, axes = style.canvas(4.4, 3.1 + 0.2 * len(result.arms), 1, 1)
        axis, colour = axes[0, 0], arm_colours(result)
        rows = []
        for name in result.arms:
            times = event_times(result, name, endpoint.statistic, endpoint.quantity, end).at_risk()
            if not len(times.hours):
                continue
            curve = kaplan_meier(times)
            x = np.append(curve.hours, max(end, curve.hours[-1])) / 24
            steps = [100 * np.append(y, y[-1]) for y in (curve.free, curve.low, curve.high)]
            if len(result.arms) <= FEW:
                axis.fill_between(x, steps[1], steps[2], step="post", color=colour[name], alpha=0.16, lw=0)
            axis.step(x, steps[0], where="post", color=colour[name])
            rows.append((name, times.hours))
        axis.set_ylim(0, 103)
        axis.set_ylabel(f"{EVENTS[endpoint.statistic]}, % of patients")
        axis.set_title(f"{endpoint.statistic.replace('_', ' ').capitalize()}, {endpoint.quantity} ({_limit(endpoint)})", fontsize=9)
        day_axis(axis, end, is_repeated(result) or endpoint.statistic == "time_to_relapse")
        if endpoint.statistic == "time_to_relapse":
            axis.set_xlabel("days since getting well")
        for k, (name, hours) in enumerate(rows):
            for tick in axis.get_xticks():
                still = int((hours >= tick * 24 - 1e-6).sum())
                axis.annotate(f"{still}", (tick, 0), (0, -38 - 11 * k), xycoords=("data", "axes fraction"), textcoords="offset points",
                              ha="center", fontsize=7.5, color=colour[name], annotation_clip=False)  # fmt: skip
        arms_on_top(figure, result, result.arms)
        return figure


def _limit(endpoint: Endpoint) -> str:
    """Say what counts as the event."""
    scale = READOUTS[endpoint.quantity].scale
    assert scale is not None
    if endpoint.statistic == "time_to_response":
        return "down by half or more"
    return f"{scale.remission:g} or less" if endpoint.statistic == "time_to_remission" else f"{scale.relapse:g} or more"


def power_figure(found: Sequence[Replicated]) -> Figure:
    """Power (and assurance, dashed) of every contrast by people in each arm, and below it the type I error."""
    contrasts = list(dict.fromkeys((c.endpoint, c.arm) for one in found for c in one.contrasts))
    with style.styled():
        figure, axes = style.canvas(4.6, 4.4 + 0.2 * len(contrasts), 2, 1, share=True)
        top, bottom = axes[:, 0]
        colour = style.colours([f"{e} {a}" for e, a in contrasts])
        for k, (endpoint, arm) in enumerate(contrasts):
            held = [c for one in found for c in one.contrasts if (c.endpoint, c.arm) == (endpoint, arm)]
            n = np.array([c.n for c in held]) * (1 + 0.012 * (k - (len(contrasts) - 1) / 2))
            for axis, drawn, dash in (
                (top, [c.found.power for c in held], "-"), (top, [c.assurance for c in held], (0, (4, 2))),
                (bottom, [c.type_one for c in held], "-"),
            ):  # fmt: skip
                y, bar = (100 * np.array([getattr(s, part) for s in drawn]) for part in ("value", "error"))
                if np.isfinite(y).any():
                    axis.errorbar(n, y, yerr=1.645 * bar, color=colour[f"{endpoint} {arm}"], ls=dash, marker="o", ms=3.5, lw=1.3,
                                  label=f"{endpoint}, {label(arm)}" if axis is top and dash == "-" else None)  # fmt: skip
        for axis, lines in ((top, (80,)), (bottom, (5,))):
            for line in lines:
                axis.axhline(line, color=style.SOFT, lw=0.9, ls=":")
        top.set_ylim(0, 102)
        bottom.set_ylim(0, max(10.0, bottom.get_ylim()[1]))
        top.set_title("Power, %" + (" (dashed: assurance)" if any(np.isfinite(c.assurance.value) for c in found[0].contrasts) else ""))
        bottom.set_title("Type I error, %: a drug that does nothing for mood")
        sizes = [one.study.n for one in found]
        bottom.set_xscale("log")
        bottom.set_xticks(sizes, [str(n) for n in sizes])
        bottom.minorticks_off()
        bottom.set_xlabel("people in each arm")
        figure.legend(loc="outside upper left", ncols=1)
        return figure


def estimates_figure(one: Replicated) -> Figure:
    """How the estimate of every contrast scatters over replicates, around the truth, for the drug and for one without effect."""
    with style.styled():
        figure, axes = style.canvas(4.6, 0.6 + 1.2 * len(one.contrasts), len(one.contrasts), 1)
        e = one.estimates
        for axis, c in zip(axes[:, 0], one.contrasts, strict=True):
            mine = (e["endpoint"] == c.endpoint) & (e["arm"] == c.arm) & np.isfinite(e["estimate"])
            kinds = {kind: e["estimate"][mine & (e["kind"] == kind)] for kind in ("drug without effect", "drug")}
            edges = np.histogram_bin_edges(np.concatenate(list(kinds.values())), 30)
            for kind, values in kinds.items():
                axis.hist(values, edges, color=style.BLUE if kind == "drug" else style.GREY, alpha=0.7, lw=0)
            axis.axvline(c.found.truth, color=style.INK, lw=1.2, ls=(0, (4, 3)))
            axis.set_yticks([])
            axis.set_title(f"{c.endpoint}, {label(c.arm)} − {label(c.against)}, {c.unit}", fontsize=8.5)
        axes[-1, 0].set_xlabel("estimate (blue: the drug; grey: one without effect; dashed: truth)")
        return figure


def unblinding_figure(found: Mapping[str, Sequence[Replicated]], endpoint: str) -> Figure:
    """How often trials of a drug that is felt, but does nothing for mood, find an effect: by people in each arm, one line a setting."""
    with style.styled():
        figure, axes = style.canvas(4.6, 3.2 + 0.2 * len(found))
        axis, colour = axes[0, 0], style.colours(list(found), list(found)[-1:])
        for k, (name, sizes) in enumerate(found.items()):
            held = [next(c for c in one.contrasts if c.endpoint == endpoint) for one in sizes]
            n = np.array([c.n for c in held]) * (1 + 0.02 * (k - (len(found) - 1) / 2))
            y, error = (100 * np.array([getattr(c.type_one, part) for c in held]) for part in ("value", "error"))
            axis.errorbar(n, y, yerr=1.645 * error, color=colour[name], marker="o", ms=4, lw=1.4, label=name)
        axis.axhline(5, color=style.INK, lw=0.9, ls=(0, (4, 3)))
        axis.set_ylim(0, None)
        axis.set_xscale("log")
        ticks = [one.study.n for one in next(iter(found.values()))]
        axis.set_xticks(ticks, [str(n) for n in ticks])
        axis.minorticks_off()
        axis.set_xlabel("people in each arm")
        axis.set_ylabel("trials that find an effect, %")
        axis.set_title("A drug that is felt but does nothing", loc="left")
        figure.legend(loc="outside upper left", ncols=1)
        return figure
