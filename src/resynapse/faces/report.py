"""The report of a run: one self-contained HTML page.  No network, no script; legible on a telephone, on paper and in the dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from resynapse.engine import checkpoint
from resynapse.faces import dendrite_panel as spines
from resynapse.faces import methods_text as words
from resynapse.faces import run_figures as runs
from resynapse.faces.bibliography import assumed, citation, used
from resynapse.faces.page import DISCLAIMER, Picture, Table, number, picture, render, span
from resynapse.faces.qualify_report import write_qualify_report
from resynapse.faces.run_folder import study_yaml
from resynapse.faces.session_panel import Watched, session_section, watch
from resynapse.faces.trial_section import effect_table, is_mood, mood, patients, repeated
from resynapse.model.population import POPULATIONS
from resynapse.model.scales import DRAWN, READOUTS
from resynapse.model.traits import TRAITS, Trait
from resynapse.study.provenance import model_hash, versions
from resynapse.study.summary import WITHOUT, SummaryRow, summary
from resynapse.study.vocabulary import time_text

if TYPE_CHECKING:
    from resynapse.faces.published import Compared
    from resynapse.methods.evidence import Row
    from resynapse.study.simulate import RunResult

__all__ = ["terminal_summary", "write_qualify_report", "write_run_report"]

LIMITS = (
    "Much of the chain between receptor and mood is known only in outline; many of its numbers are assumptions with wide ranges "
    "(counted under Methods). Trust shapes before sizes.",
    "The intervals hold chance alone: the number of virtual people. They do not hold what is unknown about the model.",
    "Published trials are small, often unblinded in effect, and last weeks. A model that was fitted to some of them inherits this.",
    "It predicts groups under the conditions of trials. It knows no single patient and gives no advice on dosing.",
)


@dataclass(frozen=True)
class Tile:
    """One number to see first."""

    over: str
    value: str
    under: str


def write_run_report(result: RunResult, path: str | Path, rows: Sequence[Row] | None = None, watched: Watched | None = None) -> Path:
    """Write the report of a run.  rows: published numbers to stand beside it (None: the project's own, where they are at hand).

    watched: the supervision of its sessions, where it is at hand already.

    The file appears whole or not at all.
    """
    from resynapse.faces.pk_figures import is_kinetic, nca_table
    from resynapse.faces.published import compared, default_rows, published_figures
    from resynapse.study.matching import match

    found = compared(result, match(default_rows() if rows is None else rows, result.study))
    kinetic, endpoints = is_kinetic(result), summary(result)
    human = result.study.species == "human" and not kinetic
    session = session_section(result, watch(result) if watched is None else watched) if human else {}
    held: dict[str, Any] = {
        "title": result.study.question, "kicker": "Resynapse: simulation study", "version": versions().get("resynapse", ""),
        "tiles": tiles(result, endpoints), "control": runs.label(result.study.control or ""),
        "summary": in_short(result), "basis": basis(result), "interval_note": interval_note(result),
        "protocol": protocol(result), "protocol_note": protocol_note(result), "participants": participants(result),
        "participants_note": words.people(result.study, result.cohort.selection), "endpoints": endpoint_table(result, endpoints, False),
        "contrasts": endpoint_table(result, endpoints, True), "analysis": words.analysis_words(result.study),
        "effects": effect_table(result), "repeated": repeated(result), "mood": mood(result) if human else [],
        "plasma": plasma(result, kinetic), "nca": nca_lines(result, nca_table(result) if kinetic else []),
        "inside": inside(result), "session": session, "dendrites": spines.dendrite_section(result, spines.dendrites(result)),
        "patients": patients(result) if human else [], "outcomes": outcomes(result),
        "published": published_table(found), "published_note": PUBLISHED, "published_none": NOTHING_PUBLISHED,
        "published_figures": [picture(f, name) for name, f in published_figures(result, found)],
        "limits": limits(result), "methods": methods(result), "provenance": provenance_table(result),
        "references": [citation(k) for k in references(result, found)], "study": study_yaml(result.study),
    }  # fmt: skip
    names = [("protocol", "Protocol"), ("endpoints", "Endpoints"), ("repeated", "Power"), ("mood", "Mood"), ("plasma", "Drug in blood"),
             ("inside", "Inside"), ("session", "Session"), ("dendrites", "Dendrites"), ("outcomes", "Other outcomes"),
             ("patients", "Patients"), ("published", "Published"), ("limits", "Limits"), ("methods", "Methods")]  # fmt: skip
    held["sections"] = [("drug" if key == "plasma" else key, name) for key, name in names if held[key]]
    return write_whole(Path(path), render("run.html.j2", held))


PUBLISHED = (
    "Published numbers with the same drug, route, dose and days, and the same family of patients. Lines and bands: simulated, with the "
    "90 % interval of the mean or rate. Marks: published, with 90 % intervals; filled where nothing known differs, open where something "
    "does (see the table). Nothing in this run was fitted to them; some of them served to set the model's parameters. 'By chance': where "
    "90 % of trials of that size would fall if the model were right and all trials alike."
)
VPC_NOTE = (
    "The data's own people, doses and times, simulated many times with error of measurement. Bands: 90 % of copies of the 5th and 95th "
    "percentile (blue) and of the median (yellow). Lines: the same percentiles of the data; they should lie in their bands."
)
NOTHING_PUBLISHED = "No published row has the same drug, route, dose, days and kind of patients as an arm of this study."


def write_whole(path: Path, text: str) -> Path:
    """Write a text file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoint.write_whole(path, text.encode())
    return path


def show_value(row: SummaryRow) -> str:
    """Write a value with its unit: rates in percent, differences of rates in percentage points."""
    if row.unit == "fraction":
        return f"{100 * row.value:.0f} {'%-points' if row.against else '%'}"
    return f"{number(row.value)} {row.unit if row.unit != '1' else ''}".strip()


def show_interval(row: SummaryRow) -> str:
    """Write the 90 % interval of a row."""
    factor = 100 if row.unit == "fraction" else 1
    return span(row.low * factor, row.high * factor)


def tiles(result: RunResult, rows: Sequence[SummaryRow], most: int = 4) -> list[Tile]:
    """Return the first numbers to see: the largest contrast of an endpoint where there is a control, else its largest value."""
    good = [r for r in rows if np.isfinite(r.value)]
    chosen = [r for r in good if r.against and READOUTS[_quantity(result, r.endpoint)].area != "plasma"]
    chosen = chosen or [r for r in good if not r.against]
    largest: dict[str, SummaryRow] = {}
    for r in sorted(chosen, key=lambda r: not is_mood(_quantity(result, r.endpoint))):
        if r.endpoint not in largest or abs(r.value) > abs(largest[r.endpoint].value):
            largest[r.endpoint] = r
    kept = list(largest.values())
    out = []
    for r in kept if len(kept) <= most else [kept[round(k * (len(kept) - 1) / (most - 1))] for k in range(most)]:
        arm = f"{runs.label(r.arm)} minus {runs.label(r.against)}" if r.against else runs.label(r.arm)
        out.append(Tile(r.endpoint, show_value(r), f"{arm}; 90 % interval {show_interval(r)}"))
    return out


def _quantity(result: RunResult, endpoint: str) -> str:
    return next(e.quantity for e in result.study.endpoints if endpoint.removesuffix(WITHOUT) == str(e))


def in_short(result: RunResult) -> str:
    """Say what was done in one sentence."""
    study, end = result.study, max(float(a.times[-1]) for a in result.arms.values())
    who = POPULATIONS[study.population.of].meaning if study.population.of in POPULATIONS else study.population.of
    whom, many = "people" if study.species == "human" else "animals", len(result.arms) > 1
    each = f" Every arm treats the same {whom}." if study.randomisation is None else f" Everybody got one arm: {words.shares(result)}."
    return (
        f"{study.n:,} virtual {whom} ({who}) went through {len(result.arms)} arm{'s' if many else ''} and were followed for "
        f"{time_text(end)}.{each if many else ''}"
    )


def basis(result: RunResult) -> str:
    """Say what a number of this page rests on."""
    whole = result.extra.get("whole")
    failed = whole.failed if whole else {name: len(arm.failed) for name, arm in result.arms.items()}
    count = sum(failed.values())
    told = f"Left out, because their equations could not be solved: {count} courses ({failed})." if count else "Every course was solved."
    told += " Scores are as a rater would have written them, with error; blood and brain are shown without error of measurement."
    if not whole:
        return told
    return f"{told} Endpoints are of all {result.study.n:,} people; pictures and the other tables show the first {result.cohort.n:,}."


def interval_note(result: RunResult) -> str:
    """Say what the intervals hold."""
    return (
        f"They say how far {result.study.n:,} virtual people pin down the model's own answer, by chance alone. "
        "They are no statement about how right the model is: for that, see the published numbers below and the qualification report."
    )


def protocol(result: RunResult) -> Table:
    """Return the table of arms."""
    rows = []
    for name, arm in result.study.arms.items():
        doses = list(dict.fromkeys(f"{value:g} {unit}" for value, unit in arm.doses))
        days = ", ".join(f"{d / 24:.4g}" for d in arm.days[:12]) + (f", … ({len(arm.days)} doses)" if len(arm.days) > 12 else "")
        extra = [f"sham on days {', '.join(f'{d / 24:.4g}' for d in arm.blind)}"] if arm.blind else []
        extra += [f"cut: {', '.join(arm.cut)}"] if arm.cut else []
        extra += [f"with {words.other_drug(drug, taken)}" for drug, taken in arm.given_with.items()]
        extra += [f"{i.state} ({i.act} {i.value:g}) {words.lasting(i)}" for i in arm.interventions]
        role = " (control)" if name == result.study.control else ""
        given = words.ROUTE_WORDS.get(arm.route, arm.route)
        over = ", ".join(map(time_text, arm.lengths)) or (time_text(arm.over) if arm.over else "–")
        cells = (arm.drug, ", ".join(doses) or "–", given or "–", over, days or "–", "; ".join(extra) or "–")
        rows.append((f"{runs.label(name)}{role}", *cells))
    return Table(("arm", "drug", "dose", "given", "over", "days", "besides"), rows)


def protocol_note(result: RunResult) -> str:
    """Say when people were seen, and what they knew."""
    seen = ", ".join(time_text(t) for t in result.study.visits)
    return f"Seen at {seen} after the first dose, before any dose then due. {words.BLINDINGS[result.study.blinding]}"


def participants(result: RunResult) -> Table:
    """Return the covariates of the people: mean, SD, range; shares for yes or no."""
    rows = []
    for name, values in result.cohort.covariates.items():
        trait = TRAITS.get(name, Trait(name.replace("_", " ")))
        title, unit = trait.title, trait.unit
        if set(np.unique(values)) <= {0.0, 1.0}:
            rows.append((title, f"{100 * values.mean():.0f} %", "", ""))
        else:
            rows.append((title, f"{number(values.mean())} {unit}", number(values.std()), span(values.min(), values.max())))
    return Table(("covariate", "mean or share", "SD", "range"), rows, (1, 2, 3))


def endpoint_table(result: RunResult, rows: Sequence[SummaryRow], contrasts: bool) -> Table:
    """Return endpoints by arm, or the contrasts against the control: one line for each endpoint, one column for each arm."""
    rows = [r for r in rows if bool(r.against) == contrasts]
    arms = list(dict.fromkeys(r.arm for r in rows))
    if len(arms) > runs.FEW:
        tall = [(r.endpoint if r.arm == arms[0] else "", runs.label(r.arm), show_value(r), show_interval(r)) for r in rows]
        return Table(("endpoint", "arm", "value", "90 % interval"), tall, (2, 3))
    lines = []
    for endpoint in dict.fromkeys(r.endpoint for r in rows):
        by_arm = {r.arm: r for r in rows if r.endpoint == endpoint}
        first = next(iter(by_arm.values()))
        unit = ("%-points" if contrasts else "%") if first.unit == "fraction" else "" if first.unit == "1" else first.unit
        cells = [f"{show_value(by_arm[a]).split()[0]}  ({show_interval(by_arm[a])})" if a in by_arm else "–" for a in arms]
        lines.append((endpoint, unit, *cells))
    return Table(("endpoint", "unit", *(runs.label(a) for a in arms)), lines, tuple(range(2, 2 + len(arms))))


def outcomes(result: RunResult) -> list[Picture]:
    """Return a picture of every read-out that the study asks for and that no other section shows."""
    asked = dict.fromkeys(e.quantity for e in result.study.endpoints)
    rest = [q for q in asked if not is_mood(q) and READOUTS[q].area not in ("plasma", *DRAWN)]
    return [picture(runs.outcome_figure(result, q), READOUTS[q].meaning) for q in rest]


def inside(result: RunResult) -> list[Picture]:
    """Return the two halves of the aligned panel."""
    if "nmda_block" not in next(iter(result.arms.values())).true:
        return []
    hours, days = runs.inside_figures(result)
    return [picture(hours, "what happens inside, first hours"), picture(days, "what happens inside, days")]


def plasma(result: RunResult, kinetic: bool) -> list[Picture]:
    """Return the pictures of the drug in blood: two for a trial, the full set of the field for a kinetic study."""
    from resynapse.faces import pk_figures as pk

    arms = pk.given(result)
    if not arms:
        return []
    hours = 24.0 if kinetic else 8.0
    note = "Median with bands that hold 50 % and 90 % of people; no error of measurement."
    out = []
    for q in _analytes(result, arms, kinetic):
        for log in (False, True):
            out.append(picture(pk.concentration_figure(result, q, log, hours), f"{q} in plasma", "" if log else note))
    if kinetic:
        first = _analytes(result, arms, True)[0]
        out.append(picture(pk.curves_figure(result, first), f"single curves of {first}", "Thin: 30 people; thick: median."))
        out.append(picture(pk.panel_figure(result, ("ketamine", "norketamine", "hnk"), "parent and metabolites"), "metabolites"))
        pairs = tuple(q for q in ("s_ketamine", "r_ketamine", "s_norketamine", "r_norketamine", "s_hnk", "r_hnk") if q in arms[0].true)
        if pairs:
            out.append(picture(pk.panel_figure(result, pairs, "enantiomers"), "enantiomers"))
        out.append(picture(pk.normalised_figure(result), "per mg of dose", "What each route makes of the same amount."))
        out += dose_window(result)
    if result.extra.get("vpc"):
        from resynapse.faces.disposition_figures import vpc_figure

        out.append(picture(vpc_figure(result.extra["vpc"]), "predictive check against data", VPC_NOTE))
    return out


def dose_window(result: RunResult) -> list[Picture]:
    """Return the dose window beside a kinetic study in people: usual regimens against the published ranges of effect."""
    from resynapse.faces.figures import dose_window_figure
    from resynapse.faces.published import default_rows
    from resynapse.study.window import brain_courses, spans

    rows = default_rows()
    if result.study.species != "human" or not rows:
        return []
    note = "Usual regimens, not this study's arms. Published ranges are mostly of venous plasma; the brain follows arterial blood."
    return [picture(dose_window_figure(brain_courses(), spans(rows)), "dose window", note)]


def _analytes(result: RunResult, arms: Sequence[Any], kinetic: bool) -> list[str]:
    """Return the analytes that get a figure of their own."""
    asked = dict.fromkeys(e.quantity for e in result.study.endpoints if READOUTS[e.quantity].area == "plasma")
    return [q for q in (asked if kinetic else {"ketamine": None}) if all(q in a.true for a in arms)][:3]


def nca_lines(result: RunResult, lines: Sequence[Any]) -> Table:
    """Return the non-compartmental table."""
    from resynapse.faces.pk_figures import name_of

    arms = list(dict.fromkeys(a for line in lines for a in line.arms))
    rows = []
    for line in lines:
        told = {a: f"{number(x[0])} ({span(*x[1:])})" for a, x in line.arms.items() if np.isfinite(x[0])}
        cells = [told.get(a, "–") for a in arms]
        rows.append((name_of(line.quantity), line.measure, "" if line.unit == "1" else line.unit, *cells))
    return Table(("analyte", "measure", "unit", *(runs.label(a) for a in arms)), rows, tuple(range(3, 3 + len(arms))))


def published_table(found: Sequence[Compared]) -> Table:
    """Return published beside simulated numbers."""
    from resynapse.faces.published import TITLES

    rows = []
    for c in found:
        row = c.match.row
        seen = f"{number(c.observed)}" + (f" ({span(*c.observed_interval)})" if c.observed_interval else "")
        when = time_text(row.time_h) if row.time_h is not None else ""
        what = f"{row.quantity}, {TITLES.get(row.statistic, row.statistic)}, {c.unit}"
        rows.append((str(c.number), runs.label(c.match.arm), what, when, seen, number(c.simulated), span(c.low, c.high),
                     f"{row.n}" if row.n else "–", row.source, c.match.differs or "–"))  # fmt: skip
    head = ("", "arm", "what", "at", "published (90 %)", "simulated", "by chance", "n", "source", "what differs")
    return Table(head, rows, (4, 5, 6, 7))


def references(result: RunResult, found: Sequence[Compared]) -> list[str]:
    """Return the source keys of the model's numbers and of the published rows."""
    return list(dict.fromkeys([*used(result.system), *(c.match.row.source for c in found)]))


def limits(result: RunResult) -> list[str]:
    """Return what a reader must not forget."""
    return [f"{assumed(result.system)} of the model's {len(result.system.params)} parameters rest on assumption alone.", *LIMITS]


def methods(result: RunResult) -> list[str]:
    """Return the methods as paragraphs."""
    text = words.methods_text(result, {"versions": versions(), "model_hash": model_hash(result.system), "digest": result.digest})
    body = text.split("## Sources", 1)[0]
    return [p.strip("*\n ") for p in body.split("\n\n")[1:] if p.strip() and not p.startswith("*")]


def provenance_table(result: RunResult) -> Table:
    """Return what the run was made from."""
    found = [("seed", str(result.study.seed)), ("model hash", model_hash(result.system)), ("digest of the results", result.digest)]
    found += [(name, version) for name, version in versions().items()]
    return Table(("what", "value"), found)


def terminal_summary(result: RunResult) -> Any:
    """Return the endpoints as a table for a terminal (rich), with the question above and the disclaimer below."""
    from rich.console import Group
    from rich.table import Table as Rich

    table = Rich(box=None, pad_edge=False, header_style="bold")
    for head in ("endpoint", "arm", "value", "90 % interval"):
        table.add_column(head, no_wrap=True, justify="right" if head == "value" else "left")
    last = ""
    for row in summary(result):
        arm = f"{row.arm} - {row.against}" if row.against else row.arm
        table.add_row(row.endpoint if row.endpoint != last else "", arm, show_value(row), show_interval(row))
        last = row.endpoint
    return Group(result.study.question, in_short(result), "", table, "", DISCLAIMER)
