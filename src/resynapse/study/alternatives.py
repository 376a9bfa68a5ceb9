"""Alternatives: our own kinetics beside each published model, in the experiment of that model's paper."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from resynapse.methods.nca import nca
from resynapse.model.published import PUBLISHED
from resynapse.study.disposition import OWN
from resynapse.study.reading import study_of
from resynapse.study.simulate import RunResult, simulate

DOSES: Mapping[str, Mapping[str, str]] = {
    "simons2022": {"drug": "esketamine", "dose": "50 mg", "route": "buccal_film"},
    "otto2021": {"drug": "esketamine", "dose": "10 mg", "route": "iv", "over": "30 min"},
    "perezruixo2021": {"drug": "esketamine", "dose": "56 mg", "route": "intranasal"},
    "flint2017": {"drug": "esketamine", "dose": "1 mg/kg", "route": "iv", "over": "1 h"},
}
"""One dose that each paper studied (for children: within its range of rates)."""
TIMES = tuple(f"{m} min" for m in (2, 5, 8, 10, 12, 15, 18, 20, 25, 30, 35, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480, 600))


@dataclass(frozen=True)
class Pair:
    """One published model beside ours: times (T,) h, {quantity: (n, T)} of each, what was given, the paper's sampling site."""

    model: str
    given: str
    site: str
    times: np.ndarray
    paper: dict[str, np.ndarray]
    own: dict[str, np.ndarray]

    def folds(self) -> dict[tuple[str, str], float]:
        """Return {(quantity, Cmax or AUC): median of ours over median of the paper's model}."""
        out = {}
        for q in self.paper:
            ours, theirs = nca(self.times, self.own[q]), nca(self.times, self.paper[q])
            for word, name in (("Cmax", "cmax"), ("AUC", "auc_t")):
                out[q, word] = float(np.median(getattr(ours, name)) / np.median(getattr(theirs, name)))
        return out


def pair(model: str, n: int = 200, seed: int = 1) -> Pair:
    """Simulate one published model and ours for the same people, dose and times.

    Children lie outside what our own kinetics are made for: there they are adult ones scaled by weight.
    """
    published = PUBLISHED[model]
    written = {
        "question": f"How does our own set compare with {model}?", "population": {"of": published.population, "n": n, "seed": seed},
        "arms": {"a": dict(DOSES[model])}, "visits": ["0 h", "12 h"], "sampling": {"times": list(TIMES)}, "disposition": model,
        "endpoints": [f"cmax({q})" for q in published.analytes],
    }  # fmt: skip
    paper = study_of(written)
    own = paper.model_copy(update={"disposition": OWN})  # not refused for children, see above
    results: list[RunResult] = [simulate(paper), simulate(own)]
    seen = [{q: r.arms["a"].true[q] for q in published.analytes} for r in results]
    times = results[0].arms["a"].times
    given = ", ".join(v for k, v in DOSES[model].items() if k != "drug")
    return Pair(model, given.replace("_", " "), published.site, times, seen[0], seen[1])


def pairs(n: int = 200, seed: int = 1) -> list[Pair]:
    """Return all published models beside ours."""
    return [pair(model, n, seed) for model in PUBLISHED]
