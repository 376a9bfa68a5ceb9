"""What a report shows of a trial's outcome: mood by arm, single patients, waterfall, survival, effect sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from resynapse.faces import run_figures as runs
from resynapse.faces.page import Picture, Table, number, picture, span
from resynapse.model.scales import READOUTS
from resynapse.study.effect_sizes import EffectSize, effect_sizes
from resynapse.study.endpoints import TIME_TO

if TYPE_CHECKING:
    from resynapse.study.simulate import RunResult

def mood(result: RunResult) -> list[Picture]:
    """Return the pictures of mood, response and remission, the waterfall of changes, and times to events where they are asked for."""
    from resynapse.faces.trial_figures import survival_figure, waterfall_figure

    scale = main_scale(result)
    seen = "Marks are visits; the band holds the middle half of patients."
    out = [picture(runs.score_figure(result, scale), f"{scale} over time by arm", seen)]
    if result.study.control:
        figure = runs.contrast_figure(result, scale)
        out.append(picture(figure, f"{scale} against the control over time", "Bars: 90 % interval of the difference of means."))
    rates = runs.rates_figure(result, scale)
    out.append(picture(rates, f"response and remission on {scale} by visit", "Bands: Wilson's 90 % intervals."))
    if len(result.arms) <= runs.FEW and result.study.visits[-1] > 0:
        time = waterfall_time(result, scale)
        bars = waterfall_figure(result, scale, time)
        out.append(picture(bars, f"change of every patient on {scale}", "Below the dashed line: response."))
    note = "Kaplan-Meier with 90 % intervals; below the axis, patients still at risk."
    asked = [e for e in result.study.endpoints if e.statistic in TIME_TO]
    return out + [picture(survival_figure(result, e), f"{e} by arm", note) for e in asked]


def waterfall_time(result: RunResult, scale: str) -> float:
    """Return the visit of the waterfall: that of the first change or response asked for, else the last."""
    asked = [e.time for e in result.study.endpoints if e.quantity == scale and e.statistic in ("change", "percent_change", "response")]
    return next((t for t in asked if t), result.study.visits[-1])


def main_scale(result: RunResult) -> str:
    """Return the scale that the study asks for first; MADRS where it asks for none."""
    asked = [e.quantity for e in result.study.endpoints if is_mood(e.quantity)]
    return asked[0] if asked else "MADRS"


def is_mood(quantity: str) -> bool:
    """Tell whether a quantity is a depression scale with a threshold of remission."""
    scale = READOUTS[quantity].scale
    return READOUTS[quantity].area == "scores" and scale is not None and scale.remission is not None


def patients(result: RunResult) -> list[Picture]:
    """Return the pictures of single patients, one for each arm."""
    scale = main_scale(result)
    return [picture(runs.patients_figure(result, name, scale), f"single patients, {runs.label(name)}") for name in result.arms]


def effect_table(result: RunResult) -> Table:
    """Return the effect sizes of every contrast, with p values."""
    rows = []
    for e in effect_sizes(result):
        who = f"{runs.label(e.arm)} − {runs.label(e.against)}" if e.against else runs.label(e.arm)
        rows.append((e.endpoint, who, e.measure, *_numbers(e), "" if not np.isfinite(e.p) else "< 0.001" if e.p < 0.001 else f"{e.p:.3f}"))
    return Table(("endpoint", "arms", "measure", "value", "90 % interval", "p"), rows, (3, 4, 5))


def _numbers(e: EffectSize) -> tuple[str, str]:
    """Write a value and its interval; a number needed to treat whose interval holds no effect runs through infinity."""
    if e.measure == "risk difference":
        return f"{number(100 * e.value)} %-points", span(100 * e.low, 100 * e.high)
    if e.measure.startswith("median"):
        told = ["not reached" if np.isinf(x) else number(x) for x in (e.value, e.low, e.high)]
        return told[0], f"{told[1]} to {told[2]}"
    if e.measure == "number needed to treat" and np.isfinite(e.value) and e.low > 0 > e.high:
        return number(e.value), f"{number(e.low)} to ∞ to {number(e.high)}"
    return number(e.value), span(e.low, e.high)


def repeated(result: RunResult) -> dict[str, Any]:
    """Return what replicates of the trial say: table, note, picture; nothing where there was one."""
    found = result.extra.get("replicates")
    if not found:
        return {}
    from resynapse.faces import power
    from resynapse.faces.trial_figures import estimates_figure

    shown = [picture(estimates_figure(found), f"estimates of {found.study.replicates} replicates")]
    told = f"{found.study.replicates} whole trials of {found.study.n} people in each arm. {power.note([found])}"
    return {"table": power.table([found]), "note": told, "figures": shown}
