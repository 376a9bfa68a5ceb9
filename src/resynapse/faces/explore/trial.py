"""Trial: the page's regimens as arms of one trial, with and without expectancy, and what can be taken away."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from htmltools import Tag, tags

from resynapse.faces.explore.regimen import MOST_PEOPLE, Asked, title
from resynapse.faces.explore.story import rounded
from resynapse.faces.explore.views import card
from resynapse.methods.endpoints import individual, summarise
from resynapse.study import Study
from resynapse.study.disposition import system_of
from resynapse.study.people import people_of
from resynapse.study.simulate import ArmResult, RunResult, simulate

Tell = Callable[[str, int, int], None]
COLOURS = ("@blue", "@orange", "@purple")
SLICE = 500  # people simulated at a time


@dataclass(frozen=True)
class Order:
    """A trial to run: what the fields ask, the control's name, how it is blinded, people in each arm."""

    asked: Asked
    control: str
    blinding: str
    n: int | None


def order_errors(order: Order) -> dict[str, str]:
    """Return what is wrong with the trial's own fields."""
    if order.n is None or not 20 <= order.n <= MOST_PEOPLE:
        return {"trial.n": f"read '{order.n}'; expected a whole number from 20 to {MOST_PEOPLE}"}
    return {}


@dataclass(frozen=True)
class Effect:
    """One arm against the control at the end: difference of changes with interval, standardised; people to treat for one more response."""

    arm: str
    difference: tuple[float, float, float]
    effect_size: float
    to_treat: float


@dataclass(frozen=True)
class Outcome:
    """A finished trial: its result, the same without expectancy, and its study as text."""

    order: Order
    result: RunResult
    plain: RunResult
    study_text: str


def run(order: Order, tell: Tell) -> Outcome:
    """Simulate the trial twice: as it is, and with expectancy switched off in every arm.  Raises InputError; `tell` may end it."""
    from resynapse.faces.run_folder import study_yaml

    asked = replace(order.asked, people=replace(order.asked.people, n=int(order.n or 0)), blinding=order.blinding)
    study = asked.study().model_copy(update={"control": order.control if order.control in asked.regimens else None})
    result = in_slices(study, "as it is", tell)
    plain = in_slices(without_expectancy(study), "without expectancy", tell)
    return Outcome(order, result, plain, study_yaml(study))


def in_slices(study: Study, words: str, tell: Tell) -> RunResult:
    """Simulate a study some people at a time, so that it can be stopped between; everybody's numbers are those of one run."""
    people = people_of(study, system_of(study))
    parts = []
    for first in range(0, people.n, SLICE):
        tell(words, first, people.n)
        parts.append(simulate(study, people=people.take(np.arange(first, min(first + SLICE, people.n)))))
    arms = {name: _joined([p.arms[name] for p in parts]) for name in parts[0].arms}
    return replace(parts[0], cohort=people, arms=arms)


def _joined(parts: list[ArmResult]) -> ArmResult:
    """Return the results of one arm's slices as one."""
    series = lambda pick: {q: np.concatenate([pick(p)[q] for p in parts]) for q in pick(parts[0])}  # noqa: E731
    failed = tuple(i + k * SLICE for k, p in enumerate(parts) for i in p.failed)
    return replace(parts[0], true=series(lambda p: p.true), measured=series(lambda p: p.measured), failed=failed)


def without_expectancy(study: Study) -> Study:
    """Return the study with no placebo response in any arm: what is left is what drugs and time do."""
    arms = {name: arm.model_copy(update={"cut": (*arm.cut, "expectancy")}) for name, arm in study.arms.items()}
    return study.model_copy(update={"arms": arms})


def effects(result: RunResult) -> list[Effect]:
    """Return every arm against the control, at the last visit."""
    from resynapse.study.summary import summary

    against = [r for r in summary(result) if r.against and "(MADRS" in r.endpoint]
    change = {r.arm: r for r in against if r.endpoint.startswith("change")}
    more = {r.arm: r.value for r in against if r.endpoint.startswith("response")}
    return [
        Effect(arm, (r.value, r.low, r.high), r.value / r.sd, 1 / more[arm] if more[arm] > 0 else float("inf")) for arm, r in change.items()
    ]


def cards(done: Outcome) -> Tag:
    """Return the numbers that a reader looks for first."""
    made: list[Tag] = []
    plain = {e.arm: e for e in effects(done.plain)}
    for e in effects(done.result):
        words = title(done.order.asked.regimens[e.arm])
        low, high = e.difference[1:]
        treat = f"{e.to_treat:.0f}" if np.isfinite(e.to_treat) and e.to_treat < 1000 else "none gained"
        made += [
            card(
                f"{e.arm} minus {done.order.control}",
                f"{e.difference[0]:+.1f} points",
                f"{words}; MADRS change, 90 % interval {low:.1f} to {high:.1f}",
            ),
            card("Without expectancy", f"{plain[e.arm].difference[0]:+.1f} points", "the same people when nobody hopes for anything"),
            card("Effect size", f"{e.effect_size:+.2f}", "difference over the pooled SD of changes; below 0 is better"),
            card("Number needed to treat", treat, "for one more response than with the control"),
        ]
    return tags.div(*made, class_="cards") if made else tags.p("Choose a second regimen as control to compare.")


def rows(done: Outcome) -> list[dict[str, Any]]:
    """Return the table of endpoints."""
    return mood_rows(done.result)


def mood_rows(result: RunResult) -> list[dict[str, Any]]:
    """Return the endpoints of the depression score by arm, and against the control."""
    from resynapse.faces.report import show_interval, show_value
    from resynapse.study.summary import summary

    mood = [r for r in summary(result) if "MADRS" in r.endpoint]
    return [
        {"endpoint": r.endpoint, "arm": r.arm, "against": r.against or "", "value": show_value(r), "90 % interval": show_interval(r)}
        for r in mood
    ]


def figures(done: Outcome) -> list[dict[str, Any]]:
    """Return mean scores over the visits, and response and remission at the end."""
    return [_scores(done), _rates(done)]


def _scores(done: Outcome) -> dict[str, Any]:
    data: list[dict[str, Any]] = []
    for (name, arm), colour in zip(done.result.arms.items(), COLOURS, strict=False):
        at = np.flatnonzero(np.isin(np.round(arm.times, 6), np.round(done.result.study.visits, 6)))
        x, y = arm.times[at] / 24, arm.measured["MADRS"][:, at]
        middle, half = np.nanmean(y, axis=0), 1.645 * np.nanstd(y, axis=0) / np.sqrt(len(y))
        edge = {"x": rounded(x), "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        data += [
            {**edge, "y": rounded(middle - half)},
            {**edge, "y": rounded(middle + half), "fill": "tonexty", "fillcolor": f"{colour}/0.2"},
        ]
        data.append(
            {
                "x": rounded(x),
                "y": rounded(middle),
                "mode": "lines+markers",
                "name": name,
                "line": {"color": colour},
                "showlegend": True,
                "hovertemplate": "<b>%{y:.1f}</b> points, mean<extra>" + name + "</extra>",
            }
        )
    for one in data:
        one.setdefault("showlegend", False)
    layout = {
        "height": 300,
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.12},
        "xaxis": {"title": {"text": "days"}},
        "yaxis": {"title": {"text": "MADRS, points"}, "rangemode": "tozero"},
    }
    return {
        "id": "trial-score",
        "data": data,
        "layout": layout,
        "label": "Mean MADRS at every visit by arm, with 90 % intervals of the mean",
    }


def _rates(done: Outcome) -> dict[str, Any]:
    end = done.result.study.visits[-1]
    data: list[dict[str, Any]] = []
    for (name, arm), colour in zip(done.result.arms.items(), COLOURS, strict=False):
        found = [summarise(s, individual(s, arm.course("MADRS"), end)) for s in ("response", "remission")]
        share = [100 * f.value for f in found]
        error = {
            "type": "data",
            "symmetric": False,
            "array": [100 * (f.high - f.value) for f in found],
            "arrayminus": [100 * (f.value - f.low) for f in found],
            "color": "@soft",
        }
        data.append(
            {
                "type": "bar",
                "x": ["response", "remission"],
                "y": share,
                "name": name,
                "marker": {"color": colour},
                "error_y": error,
                "hovertemplate": "<b>%{y:.0f} %</b> of people<extra>" + name + "</extra>",
            }
        )
    layout = {
        "height": 300,
        "barmode": "group",
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.12},
        "xaxis": {"type": "category"},
        "yaxis": {"title": {"text": "% of people"}, "rangemode": "tozero"},
    }
    return {"id": "trial-rates", "data": data, "layout": layout, "label": "Response and remission at the last visit by arm"}


def archive(done: Outcome) -> bytes:
    """Return the whole run folder as a ZIP: study, tables, report, methods, provenance."""
    from resynapse.faces.run_folder import write_run
    from resynapse.study.provenance import provenance

    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_run(folder, done.result, provenance(done.result.system, done.result.study.seed, done.result.digest, ["resynapse", "explore"]))
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                made.write(path, path.relative_to(folder))
    return out.getvalue()
