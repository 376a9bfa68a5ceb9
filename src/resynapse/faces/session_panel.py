"""The supervised session in a report: the first session minute by minute, who may leave when, thresholds, events, hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from resynapse.faces import run_figures as runs
from resynapse.faces import style
from resynapse.faces.page import Picture, Table, number
from resynapse.methods.endpoints import bands
from resynapse.model.scales import READOUTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from resynapse.study.simulate import RunResult
    from resynapse.study.supervise import ArmSupervision

Watched = Mapping[str, "ArmSupervision"]
ROWS = (
    ("ketamine", "Drug in plasma, ng/mL", False),
    ("CADSS", "Dissociation, CADSS", False),
    ("SBP", "Systolic pressure, above before, mmHg", True),
    ("DBP", "Diastolic pressure, above before, mmHg", True),
    ("sedation_MOAAS", "Alertness, MOAA/S", False),
)
MINUTES = ("arm", "minute", "quantity", "mean", "p05", "p50", "p95", "unit")
HEAD = ("arm", "what", "value", "low", "high", "unit")
NOTE = (
    "The first session of every arm, from before the dose. Lines are medians over people, bands hold 90 %. Fit to leave: alertness, "
    "dissociation and blood pressure back near where they were before the dose, within the limits of the rule file."
)


def watch(result: RunResult) -> Watched:
    """Return the supervision of a study, empty where it has no sessions or nothing is known of them (animals, a published model)."""
    from resynapse.model.session_events import DRIVERS
    from resynapse.study.supervise import MOST, supervise

    if not all(d in result.system.units for d in DRIVERS):
        return {}
    return result.supervision if result.cohort.n <= MOST else supervise(result)


def session_figure(result: RunResult, watched: Watched) -> Figure:
    """Draw the first session: five courses above each other and the share of people who are fit to leave."""
    colour = runs.arm_colours(result)
    with style.styled():
        figure, axes = style.canvas(4.4, 0.7 + 1.15 * (len(ROWS) + 1), len(ROWS) + 1, 1, True)
        for axis, (quantity, title, above) in zip(axes[:, 0], ROWS, strict=False):
            for name, arm in watched.items():
                x = arm.courses[quantity] - (arm.courses[quantity][:, :1] if above else 0.0)
                low, middle, high = bands(x, (0.05, 0.5, 0.95))
                axis.plot(arm.minutes, middle, color=colour[name])
                if len(watched) <= runs.FEW:
                    axis.fill_between(arm.minutes, low, high, color=colour[name], alpha=0.15, linewidth=0)
            axis.set_title(title)
        last = axes[-1, 0]
        for name, arm in watched.items():
            last.plot(arm.minutes, 100 * arm.fit.mean(axis=0), color=colour[name])
        last.set_title("Fit to leave, % of people")
        last.set_ylim(-3, 103)
        last.set_xticks(range(0, 241, 30))
        last.set_xlabel("minutes after the dose")
        runs.arms_on_top(figure, result, watched)
        return figure


def leave_table(watched: Watched) -> Table:
    """Return when people may leave, and what an arm asks of them."""
    rows = []
    for name, arm in watched.items():
        shares = [f"{100 * p:.0f}" for p in arm.leave.values()]
        rows.append((runs.label(name), *shares, number(arm.burden.sessions), number(arm.burden.hours), number(arm.burden.held)))
    minutes = [f"fit at {m:g} min, %" for m in next(iter(watched.values())).leave]
    return Table(("arm", *minutes, "sessions", "hours observed", "sessions held by rule"), rows, tuple(range(1, 7)))


def crossing_table(watched: Watched) -> Table:
    """Return which share of sessions and of people crosses each threshold."""
    rows = []
    for k, first in enumerate(next(iter(watched.values())).crossings):
        cells = [f"{100 * a.crossings[k].per_session:.2g} / {100 * a.crossings[k].ever:.2g}" for a in watched.values()]
        rows.append((first.threshold.replace("_", " ").replace("ge", "≥ "), *cells))
    return Table(("mmHg; % of sessions / of people", *(runs.label(a) for a in watched)), rows, tuple(range(1, 1 + len(watched))))


def event_table(watched: Watched) -> Table:
    """Return which share of people has each event at least once, the most frequent first, and of sessions with it."""
    order = np.argsort([-max(a.events[k].ever for a in watched.values()) for k in range(len(next(iter(watched.values())).events))])
    rows = []
    for k in order:
        name = next(iter(watched.values())).events[k].event.replace("_", " ")
        rows.append((name, *(f"{100 * a.events[k].ever:.1f} / {100 * a.events[k].per_session:.1f}" for a in watched.values())))
    return Table(("% of people, at least once / of sessions", *(runs.label(a) for a in watched)), rows, tuple(range(1, 1 + len(watched))))


def session_section(result: RunResult, watched: Watched) -> dict[str, Any]:
    """Return what the report shows of sessions; an empty mapping where there are none."""
    if not watched:
        return {}
    figure = Picture(style.inline(session_figure(result, watched), "the first session minute by minute"), NOTE)
    return {
        "figures": [figure], "leave": leave_table(watched), "crossings": crossing_table(watched), "events": event_table(watched),
    }  # fmt: skip


def minute_rows(result: RunResult, watched: Watched) -> list[dict[str, object]]:
    """Return the first session of every arm minute by minute, over people and without error of measurement: rows of MINUTES.

    `fit_to_leave` is the share of people, in the column of means.
    """
    out: list[dict[str, object]] = []
    absent = {name: set(result.arms[name].failed) for name in watched}
    for name, arm in watched.items():
        there = np.array([i not in absent[name] for i in range(len(arm.fit))])
        for quantity, x in arm.courses.items():
            edges = bands(x[there], (0.05, 0.5, 0.95))
            for k, minute in enumerate(arm.minutes):
                cells = (name, float(minute), quantity, float(x[there][:, k].mean()), *map(float, edges[:, k]), READOUTS[quantity].unit)
                out.append(dict(zip(MINUTES, cells, strict=True)))
        for k, minute in enumerate(arm.minutes):
            cells = (name, float(minute), "fit_to_leave", float(arm.fit[there][:, k].mean()), "", "", "", "fraction")
            out.append(dict(zip(MINUTES, cells, strict=True)))
    return out


def session_rows(watched: Watched) -> list[dict[str, object]]:
    """Return everything as plain rows: arm, what, value, low, high (90 % interval; empty where there is none), unit."""
    out: list[dict[str, object]] = []

    def add(*cells: object) -> None:
        out.append(dict(zip(HEAD, cells, strict=True)))

    for name, arm in watched.items():
        for minute, p in arm.leave.items():
            add(name, f"fit to leave at {minute:g} min", p, "", "", "fraction")
        for c in arm.crossings:
            add(name, f"{c.threshold} in any session", c.ever, c.low, c.high, "fraction")
            add(name, f"{c.threshold} per session", c.per_session, "", "", "fraction")
        for e in arm.events:
            add(name, f"{e.event} in any session", e.ever, e.low, e.high, "fraction")
            add(name, f"{e.event} per session", e.per_session, "", "", "fraction")
        add(name, "sessions", arm.burden.sessions, "", "", "sessions")
        add(name, "hours of observation", arm.burden.hours, "", "", "h")
        add(name, "sessions held by rule", arm.burden.held, "", "", "sessions")
    return out
