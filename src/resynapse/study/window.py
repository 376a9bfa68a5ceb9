"""The dose window: how much ketamine reaches the brain by usual regimens, in the terms in which effects are published (plasma).

The brain's unbound concentration is expressed as the plasma concentration that it is in equilibrium with, so that it can stand
beside published plasma ranges.  Both enantiomers count alike here, as assays do, although S-ketamine is the stronger blocker.
The brain follows arterial blood; published ranges come mostly from veins, which lag behind and peak lower during an infusion.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from resynapse.engine import Ensemble, Schedule, Settings
from resynapse.methods.evidence import Row
from resynapse.model import build
from resynapse.model.kinetics import MOLAR_MASS
from resynapse.study.dosing import dose_events
from resynapse.study.people import people_of
from resynapse.study.plan import administrations, plan_of
from resynapse.study.reading import study_of

REGIMENS: Mapping[str, Mapping[str, object]] = {
    "oral 1 mg/kg": {"drug": "ketamine", "dose": "1 mg/kg", "route": "oral"},
    "lozenge 100 mg": {"drug": "ketamine", "dose": "100 mg", "route": "sublingual"},
    "esketamine spray 28 mg": {"drug": "esketamine", "dose": "28 mg", "route": "intranasal"},
    "esketamine spray 56 mg": {"drug": "esketamine", "dose": "56 mg", "route": "intranasal"},
    "esketamine spray 84 mg": {"drug": "esketamine", "dose": "84 mg", "route": "intranasal"},
    "sc 0.5 mg/kg": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "sc"},
    "im 0.5 mg/kg": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "im"},
    "iv 0.1 mg/kg, 40 min": {"drug": "ketamine", "dose": "0.1 mg/kg", "route": "iv", "over": "40 min"},
    "iv 0.5 mg/kg, 40 min": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"},
    "iv 1 mg/kg, 40 min": {"drug": "ketamine", "dose": "1 mg/kg", "route": "iv", "over": "40 min"},
    "iv 2 mg/kg, 1 min": {"drug": "ketamine", "dose": "2 mg/kg", "route": "iv", "over": "1 min"},
}
"""Usual doses by route, from the smallest to an induction of anaesthesia, as a study file writes an arm."""

EFFECTS = ("analgesia", "dissociation", "antidepressant", "anaesthesia")
GRID_H = np.unique(np.concatenate([np.arange(0, 60, 1), np.arange(60, 361, 5)])) / 60


@dataclass(frozen=True)
class Span:
    """Plasma concentrations (ng/mL, both enantiomers) at which an effect is published; low = high for a single number."""

    effect: str
    low: float
    high: float
    rows: tuple[str, ...]
    source: str


def spans(rows: Iterable[Row]) -> list[Span]:
    """Return the published spans, lowest first; the arm of such a row names the effect."""
    out = []
    for row in rows:
        if row.access == "recalled" or row.use != "context":
            continue
        if row.arm in EFFECTS and row.quantity == "ketamine" and row.statistic == "cmax":
            low, high = row.spread.numbers if row.spread and row.spread.kind == "range" else (row.value, row.value)
            out.append(Span(row.arm, low, high, (row.id,), row.source))
    return sorted(out, key=lambda s: (s.low, s.high))


def brain_courses(regimens: Mapping[str, Mapping[str, object]] = REGIMENS, n: int = 200, seed: int = 1) -> dict[str, np.ndarray]:
    """Return {regimen: (n, len(GRID_H))}, unbound concentration in brain as its equilibrium plasma concentration, ng/mL."""
    study = study_of({
        "question": "how much reaches the brain", "population": {"of": "trd_adult", "n": n, "seed": seed},
        "arms": {f"r{k}": dict(r) for k, r in enumerate(regimens.values())}, "visits": ["0 d", "6 h"], "endpoints": ["cmax(ketamine)"],
    })  # fmt: skip
    system = build("human", True, True)
    ensemble, people = Ensemble.of(system), people_of(study, system)
    unbound = people.values.get("s_fu", system.params["s_fu"].value)
    out = {}
    for name, arm in zip(regimens, study.arms, strict=True):
        plan = plan_of(study, arm)
        (phase,) = plan.phases
        schedule = Schedule.of(dose_events(phase.drug, phase.route, administrations(plan, phase), people), people.n, system)
        solved = ensemble.run(people.n, people.values, schedule, GRID_H, ["s_effect_site", "r_effect_site"], Settings())
        total = solved.values["s_effect_site"] + solved.values["r_effect_site"]
        out[name] = total * MOLAR_MASS["ketamine"] / np.reshape(unbound, (-1, 1) if np.ndim(unbound) else ())
    return out
