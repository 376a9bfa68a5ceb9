"""What a qualification report shows beside the rows: figures to reach, statistics alone, claims, credibility, what the fit knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from resynapse.faces.page import Table, number, span
from resynapse.faces.qualify_figures import AREA_WORDS
from resynapse.methods.fit import DECLARED, SOURCES, Fit
from resynapse.methods.yardstick import KINDS, Figure, Others, error, errors_of_others, figures
from resynapse.study.claims import judged

if TYPE_CHECKING:
    from resynapse.methods.qualify import Comparison
    from resynapse.study.unseen import Strangers

LITTLE, ALIKE = 0.2, 0.5
"""A number is not informed where the rows took less than this share of its prior's variance; two are not told apart above this r."""
KIND_WORDS = {"points": "depression scores, points", "contrasts": "drug minus control, points", "rates": "response and remission"}


@dataclass(frozen=True, eq=False)
class Beside:
    """What stands beside the rows.  fit: that judged; strangers: where every row was judged by a fit that never saw its trial.

    others: predictions of statistics alone {predictor: {row: predicted}}, {} where there are none.  widths: {area: {source: share of
    a prediction's variance}}.
    """

    fit: Fit = DECLARED
    strangers: Strangers | None = None
    others: Others = field(default_factory=dict)
    widths: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


IN_THE_WAY: Mapping[str, tuple[str, str]] = {
    "depression scores": (
        "Arms of different trials differ by more than any typed column says (placebo arms fall from 5 to 17 points); a typical course "
        "is all that can be predicted of a trial that was never seen.",
        "individual records of several placebo arms with contact time, entry rating and expectation scored at every visit",
    ),
    "drug minus control": (
        "One sensitivity to synaptic relief serves all trials; in the first days of one early trial the drug did twice as much as in "
        "later, larger ones, and hope and drug are told apart by their sum only.",
        "a design that crosses drug and instruction (told active, told placebo) with scores at 4 h, 24 h and 7 days",
    ),
    "response, remission": (
        "Infusions of racemic ketamine are reported mostly as shares of responders, and more respond than the model expects from trials of "
        "nasal esketamine, where most scores come from: one sensitivity serves both. At 2 h shares hang on what room and attention do, "
        "which one trial alone tells.",
        "infusion and spray head to head at the same plasma course, with scores beside shares; sham sessions announced as sham and as drug",
    ),
    "scores: inside": (
        "What trials differ by beyond the model is the same for all rows in points, and wide enough for the trials that differ most.",
        "more trials: heterogeneity by kind of trial cannot be told from 36",
    ),
    "points: error": ("See depression scores.", "as there"),
    "rates: error": ("See response and remission.", "as there"),
    "directions": (
        "Arrows that single studies dispute are kept small rather than fitted to one row.",
        "replications of the disputed directions, named in the list of misfits",
    ),
    "safety": (
        "Between-study spread of side effects was taken from the prior, and is wider than the visible trials, which share two sponsors "
        "and their way of counting.",
        "incidences of solicited events from independent services",
    ),
    "exposure": (
        "Between-study spread of kinetics is estimated from 15 trials, few by any one route; for most rows it is wider than needed.",
        "sampling of several centres with one assay",
    ),
}  # fmt: skip
"""What in the model stands in the way of a figure that begins like this, and which experiment would decide."""

CREDIBILITY = Table(
    ("question of interest", "context of use", "influence of the model", "consequence of a wrong answer", "verification", "validation"),
    [
        ("Which dose, route and interval to take into a trial?", "comparing regimens in virtual patients before a protocol is written",
         "medium: beside dose-finding data and clinical judgement", "medium: a trial that misses its dose",
         "closed forms, a readable twin of the solver, units of every equation, the same bits on any machine (tests)",
         "exposure, scores and rates of trials that were left out: this report"),
        ("How large must a trial be?", "power and assurance of a planned design", "high for the spread, medium for the effect",
         "medium: a trial too small or too large", "MMRM against R, type I error and coverage of 1,000 null trials (make verify)",
         "spread of changes and contrasts, coverage of intervals of trials that were left out: this report"),
        ("When will this person relapse, and does another session help?", "research in a ketamine service, never a decision alone",
         "low: beside the clinician's own judgement", "high for the person, so not a medical device",
         "truth recovered from simulated patients (make verify)",
         "open individual data of an oral antidepressant only: not validated for ketamine"),
        ("What does one arrow of the mechanism do?", "teaching, and choosing the next experiment", "high", "low",
         "every arrow can be cut and is tested to act", "directions and mechanism rows; which arrows the data carry"),
        ("How long must a person be watched after a session?", "discussing rules of supervision",
         "low: labels and local rules stand above it", "high, so rules are never loosened by it",
         "rules are data, evaluated alike for virtual and real people (tests)", "safety rows of trials that were left out: this report"),
    ],
)  # fmt: skip


def figures_table(found: Sequence[Figure]) -> Table:
    """Return the figures to reach with what was measured."""
    rows = []
    for f in found:
        limits = f"at most {number(f.high)}" if f.low in (0.0, 1.0) and f.high != 1.0 else f"at least {number(f.low)}"
        if f.low > 0 and f.low != 1.0 and f.high < 1.0:
            limits = f"{number(f.low)} to {number(f.high)}"
        counts = (f.low, f.high) != (0.0, 1.0)
        value = "–" if f.value is None else number(f.value)
        rows.append((f.name, str(f.rows), value, limits if counts else "–", ("reached" if f.reached else "NOT reached") if counts else "–"))
    return Table(("figure", "rows", "measured", "to reach", ""), rows, (1, 2, 3))


def in_the_way(found: Sequence[Figure]) -> Table:
    """Return what stands in the way of the figures that are not reached, and which experiment would decide."""
    missed = [f for f in found if not f.reached]
    rows = [(f.name, *next((why for start, why in IN_THE_WAY.items() if f.name.startswith(start)), ("–", "–"))) for f in missed]
    return Table(("not reached", "what in the model stands in the way", "which experiment would decide"), rows)


def against_table(comparisons: Sequence[Comparison], others: Others) -> Table:
    """Return mean absolute errors of the model and of statistics alone on the same rows."""
    rows = []
    for kind, words in KIND_WORDS.items():
        theirs = errors_of_others(comparisons, kind, others)
        shared = [c for c in comparisons if KINDS[kind](c) and all(c.row.id in found for found in others.values())]
        mine = error(shared, kind)
        if theirs and mine is not None:
            rows.append((words, number(mine), *(number(x) for x in theirs.values()), number(mine / min(theirs.values()))))
    return Table(("mean absolute error", "the model", *others, "ratio to the best"), rows, tuple(range(1, 3 + len(others))))


def claims_table(comparisons: Sequence[Comparison]) -> Table:
    """Return the fifteen claims with their verdicts."""
    done = judged((c.row, c.word) for c in comparisons if c.verdict is not None)
    rows = [(str(j.claim.number), j.claim.text, j.verdict, j.why, j.claim.decides) for j in done]
    return Table(("", "claim", "verdict", "why", "what would decide"), rows)


def numbers_table(fit: Fit) -> Table:
    """Return every fitted number: what was declared, prior, posterior, share of the prior's variance that the rows took away."""
    rows = []
    for name, n in fit.numbers.items():
        low, high = np.quantile(n.draws, [0.05, 0.95])
        fitted = (number(n.centre), span(low, high), f"{n.contraction:.2f}")
        rows.append((name, n.stage, n.unit, number(n.declared), span(n.low, n.high), *fitted))
    return Table(("number", "stage", "unit", "declared", "prior, 95 %", "fitted", "90 %", "contraction"), rows, (3, 4, 5, 6, 7))


def uninformed(fit: Fit) -> list[str]:
    """Return the numbers that the rows say almost nothing of: they are kept at their prior."""
    return [name for name, n in fit.numbers.items() if n.contraction < LITTLE]


def alike(fit: Fit, least: float = ALIKE) -> list[tuple[str, str, float]]:
    """Return pairs of numbers of one stage that the rows cannot tell apart, with their rank correlation, strongest first."""
    out = []
    for stage in dict.fromkeys(n.stage for n in fit.numbers.values()):
        names = [name for name, n in fit.numbers.items() if n.stage == stage]
        ranks = np.array([np.argsort(np.argsort(fit.numbers[name].draws)) for name in names], float)
        r = np.atleast_2d(np.corrcoef(ranks))
        out += [(names[i], names[j], float(r[i, j])) for i in range(len(names)) for j in range(i) if abs(r[i, j]) >= least]
    return sorted(out, key=lambda pair: -abs(pair[2]))


def strangers_table(known: Strangers) -> Table:
    """Return for every stage: trials left out, how many by weights, how many fitted anew, largest Pareto k by weights."""
    rows = []
    for stage in dict.fromkeys(s for stages in known.left.values() for s in stages):
        kept = [stages[stage] for stages in known.left.values() if stage in stages]
        weighed = [one.k for one in kept if not one.values]
        most = f"{max(weighed):.2f}" if weighed else "–"
        rows.append((stage, str(len(kept)), str(len(weighed)), str(len(kept) - len(weighed)), most))
    return Table(("stage", "trials left out", "by weights", "fitted anew", "largest Pareto k by weights"), rows, (1, 2, 3, 4))


def sampling_table(fit: Fit) -> Table:
    """Return for every stage of a fit: rows, effective sample size, R-hat."""
    rows = [
        (name, str(len(s["rows"])), str(len(s["counted_less"])), number(s["least_effective_size"]), f"{s['largest_rhat']:.3f}")
        for name, s in fit.recipe.get("stages", {}).items()
    ]
    return Table(("stage", "rows fitted", "counted less", "least effective sample size", "largest R-hat"), rows, (1, 2, 3, 4))


def widths_table(widths: Mapping[str, Mapping[str, float]]) -> Table:
    """Return by area the share of a prediction's variance that goes when one source is left out."""
    rows = [(AREA_WORDS[area], *(f"{100 * share:.0f} %" for share in found.values())) for area, found in widths.items()]
    names = dict(zip(SOURCES, ("what the evidence leaves open", "studies differ", "people differ", "few people"), strict=True))
    return Table(("area", *(names[source] for source in SOURCES)), rows, tuple(range(1, 1 + len(SOURCES))))


def held(beside: Beside, comparisons: Sequence[Comparison]) -> dict[str, object]:
    """Return everything above for the page."""
    found = figures(comparisons, beside.others)
    return {
        "unseen": beside.strangers is not None, "figures_table": figures_table(found), "in_the_way": in_the_way(found),
        "against": against_table(comparisons, beside.others) if beside.others else None, "claims": claims_table(comparisons),
        "credibility": CREDIBILITY, "numbers": numbers_table(beside.fit) if beside.fit.numbers else None,
        "uninformed": uninformed(beside.fit), "alike": alike(beside.fit)[:20],
        "strangers": strangers_table(beside.strangers) if beside.strangers else None, "sampling": sampling_table(beside.fit),
        "fit_date": beside.fit.date, "widths": widths_table(beside.widths) if beside.widths else None,
    }  # fmt: skip
