"""Story: the panels of the page from dose to mood, what each says in plain words, and how we know.

A panel is data: what it draws, the mechanisms behind it, the quantities by which evidence tests it, the claim it carries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from resynapse.methods.endpoints import bands
from resynapse.model.scales import READOUTS
from resynapse.study import Study
from resynapse.study.item_courses import ItemCourses, item_courses
from resynapse.study.simulate import ArmResult, RunResult, simulate

DIGITS = 4
LATER_H = np.array([0, 20, 40, 60, 120, 360, 720]) / 60
"""Hours after a later session at which its course is drawn; the first day keeps all its times."""


@dataclass(frozen=True)
class Panel:
    """One picture of the story.

    lines: quantities drawn (the second one dashed); none where the items of a score are.  factor: from the model's unit to the one
    shown.  hours: first hours only.  mechanisms: files of the model.  evidence: quantities of the evidence rows that test it.
    claim: its number among the claims.
    """

    name: str
    title: str
    unit: str
    lines: tuple[str, ...]
    words: str
    mechanisms: tuple[str, ...]
    evidence: tuple[str, ...]
    claim: int
    factor: float = 1.0
    log: bool = False
    hours: float = 0.0


PANELS = (
    Panel("drug", "Drug in blood", "ng/mL", ("ketamine", "norketamine"),
          "The dose reaches the blood, and the liver turns it into norketamine.", ("absorption", "disposition"),
          ("ketamine", "norketamine", "s_ketamine", "r_ketamine", "esketamine"), 1, log=True),
    Panel("receptor", "NMDA receptors blocked", "% of channels", ("interneuron_block", "pyramidal_block"),
          "In the brain it blocks NMDA receptors, on interneurons (solid) before pyramidal cells (dashed).", ("receptor",),
          ("nmda_block",), 2, factor=100),
    Panel("glutamate", "Glutamate", "% of baseline", ("glutamate",),
          "With interneurons held back, pyramidal cells fire: glutamate surges within the hour and is back by three.", ("glutamate",),
          ("glutamate", "glx", "ampa"), 3),
    Panel("bdnf", "BDNF and TrkB", "above rest", ("bdnf_signal",),
          "The surge releases BDNF, which switches on the machinery of plasticity.", ("plasticity",), ("bdnf", "mtor"), 4),
    Panel("potentiation", "Fast potentiation", "0 to 1", ("potentiation",),
          "Synapses that are there work better within hours: relief can begin before a single new spine has grown.", ("plasticity",),
          ("ltp", "ensemble_coactivity"), 8),
    Panel("synapses", "Synapses", "% of health", ("mpfc_synapses", "hippocampus_synapses"),
          "From half a day on, spines that stress took away come back, in prefrontal cortex (solid) and hippocampus (dashed).",
          ("plasticity", "stress"), ("spine_density", "spine_formation", "spine_elimination", "synapse_pet"), 5, factor=100),
    Panel("inflammation", "Inflammation", "deviation from health", ("inflammation",),
          "Inflammation follows stress and mood; here it falls as mood lifts.", ("inflammation",), ("il6", "crp", "tnf", "kyna"), 6),
    Panel("network", "Default mode network", "deviation from health", ("network", "rumination"),
          "The network (solid) quietens in the session and again as synapses return; rumination (dashed) follows.", ("network",),
          ("dmn_connectivity", "rumination"), 7),
    Panel("mood", "Depression score (MADRS)", "points, 0 to 60", ("MADRS",),
          "What a rater would write down.", ("symptoms", "expectancy"), ("MADRS", "HAMD17", "PHQ9", "QIDS_SR"), 9),
    Panel("symptoms", "Symptom by symptom", "points, 0 to 6", (),
          "The ten items of the score, before treatment (ring) and at the moment shown (dot): suicidal thoughts and mood go first, "
          "sleep and appetite follow late and less.", ("domains", "totals"), ("item:MADRS_10", "suicidal_ideation", "SSI", "fatigue"), 9),
    Panel("dissociation", "Dissociation in the first session (CADSS)", "points", ("CADSS",),
          "The session has a price: perceptions drift, and settle within an hour or two.", ("tolerability",), ("CADSS",), 14, hours=6),
    Panel("pressure", "Blood pressure in the first session", "mmHg, systolic", ("SBP",),
          "Blood pressure rises with the drug and falls with it; this is why sessions are supervised.", ("tolerability",),
          ("SBP", "DBP"), 14, hours=6),
    Panel("alertness", "Alertness in the first session (MOAA/S)", "5 is awake", ("sedation_MOAAS",),
          "Some people become drowsy.", ("tolerability",), ("sedation_MOAAS",), 14, hours=6),
)  # fmt: skip


ITEMS = "MADRS"
"""The scale whose items are shown one by one."""


def told(study: Study) -> RunResult:
    """Simulate what the story shows of a study: its courses, and the items of one scale beside them."""
    return simulate(study.model_copy(update={"items": (ITEMS,)}))


def specification() -> list[dict[str, Any]]:
    """Return the panels as the page's script reads them, with the meaning of every line."""
    return [asdict(p) | {"meanings": [READOUTS[q].meaning for q in p.lines]} for p in PANELS]


def courses(result: RunResult, most: int = 12) -> dict[str, Any]:
    """Return {arm: {times, lines: {quantity: five quantiles (5, T)}, people: {quantity: a few courses}, items}} rounded for the page.

    items: of each symptom its name, the points that it can have, and the mean of the people (T,).
    """
    symptoms = item_courses(result, ITEMS)
    return {name: _course(arm, most) | {"items": _items(symptoms[name], drawn_at(arm))} for name, arm in result.arms.items()}


def _course(arm: ArmResult, most: int) -> dict[str, Any]:
    lines, at = [(q, p) for p in PANELS for q in p.lines if q in arm.true], drawn_at(arm)
    return {
        "times": rounded(arm.times[at]),
        "lines": {q: [rounded(row) for row in bands(arm.true[q][:, at] * p.factor)] for q, p in lines},
        "people": {q: [rounded(row) for row in arm.true[q][:most, at] * p.factor] for q, p in lines},
    }


def _items(of: ItemCourses, at: np.ndarray) -> list[dict[str, Any]]:
    rows = zip(of.meanings, of.most, of.mean, strict=True)
    return [{"name": words, "most": most, "mean": rounded(mean[at])} for words, most, mean in rows]


def drawn_at(arm: ArmResult) -> np.ndarray:
    """Return the places of the times that are drawn: all of the first day, then whole days and a few hours after each session."""
    later = np.round((np.asarray(arm.sessions, float)[:, None] + LATER_H).ravel(), 6)
    times = np.round(arm.times, 6)
    return np.flatnonzero((times <= 24) | (times % 24 == 0) | np.isin(times, later))


def rounded(values: np.ndarray) -> list[float | None]:
    """Return numbers with as many digits as a picture shows; None where there is none."""
    return [float(f"{x:.{DIGITS}g}") if np.isfinite(x) else None for x in np.asarray(values, float)]


def sentences(result: RunResult) -> dict[str, str]:
    """Return {panel: one sentence for each arm with this result's own numbers}."""
    symptoms = item_courses(result, ITEMS)
    tell = lambda p, name, arm: _sentence(p, arm, name) if p.lines else _on_symptoms(symptoms[name], name)  # noqa: E731
    return {p.name: " ".join(tell(p, name, arm) for name, arm in result.arms.items()) for p in PANELS}


def _on_symptoms(of: ItemCourses, name: str, after: float = 24.0) -> str:
    """Say which symptoms have gone most and least a day after the first dose."""
    then = of.mean[:, int(np.argmin(np.abs(of.times - after)))]
    left = then / np.maximum(of.mean[:, 0], 0.1)
    most, least = int(np.argmin(left)), int(np.argmax(left))
    share = lambda k: f"{of.meanings[k]} ({100 * (left[k] - 1):+.0f} %)"  # noqa: E731
    return f"{name}, after {_time(after)}: most change in {share(most)}, least in {share(least)}."


def _sentence(panel: Panel, arm: ArmResult, name: str) -> str:
    quantity = panel.lines[0]
    if quantity not in arm.true:
        return ""
    middle = np.nanmedian(arm.true[quantity], axis=0) * panel.factor
    window = arm.times <= (panel.hours or arm.times[-1])
    t, y = arm.times[window], middle[window]
    y = np.where(np.abs(y) < 1e-3 * np.max(np.abs(y), initial=1e-9), 0.0, y)  # what is left of a dose after weeks is nothing
    start, end = y[0], y[-1]
    lowest = panel.name in ("mood", "network", "inflammation", "alertness")
    far = start - y if lowest else y - start
    at = int(np.argmax(far >= 0.99 * np.max(far)))  # the first of several peaks of one height
    if far[at] < 0.005 * max(abs(start), 1e-3):
        return f"{name}: stays at {start:.3g}."
    verb = "falls" if lowest else "rises"
    tail = "" if panel.hours else f", {end:.3g} at the end"
    return f"{name}: {verb} from {start:.3g} to {y[at]:.3g} after {_time(t[at])}{tail}."


def _time(hours: float) -> str:
    return f"{60 * hours:.0f} min" if hours < 1.5 else f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"


def stopping(tell: Callable[[str, int, int], None] | None, stopped: Callable[[], bool]) -> Callable[[str, int, int], None]:
    """Return a progress function that ends the work as soon as somebody asks for it."""

    def progress(text: str, done: int, whole: int) -> None:
        if stopped():
            raise Stopped
        if tell:
            tell(text, done, whole)

    return progress


class Stopped(Exception):
    """Somebody cancelled the work."""
