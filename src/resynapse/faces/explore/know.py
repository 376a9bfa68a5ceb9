"""How we know: behind each panel its equations, parameters with sources, and the evidence rows that test it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from htmltools import Tag, TagList, tags

from resynapse.faces import bibliography, describe
from resynapse.faces.explore.story import PANELS, Panel
from resynapse.faces.explore.views import plain_table
from resynapse.methods.evidence import Row, load_evidence
from resynapse.model import build
from resynapse.notation import System
from resynapse.study.claims import Judged, judged
from resynapse.study.folders import shipped

MOST_ROWS = 30
JUDGED = ("agrees", "disagrees")


@cache
def evidence_rows() -> tuple[Row, ...]:
    """Return every row of the project's evidence; () away from a checkout."""
    folder = shipped("evidence")
    return tuple(load_evidence(folder)) if folder else ()


def drawers(verdicts: Mapping[str, str]) -> dict[str, Tag]:
    """Return what stands in each panel's drawer; verdicts: {id of an evidence row: agrees, disagrees, not_simulated}."""
    system = build()
    rows = ((r, verdicts[r.id]) for r in evidence_rows() if verdicts.get(r.id) in JUDGED)
    claims = {one.claim.number: one for one in judged(rows)} if verdicts else {}
    return {p.name: tags.div(_claim(claims.get(p.claim)), _mechanisms(system, p), _evidence(p, verdicts)) for p in PANELS}


def _claim(one: Judged | None) -> Tag | None:
    """Return the claim that a panel carries, its verdict and why; None where nothing has been judged."""
    if one is None:
        return None
    verdict = tags.p(tags.b(one.verdict[0].upper() + one.verdict[1:]), f": {one.why}")
    decides = tags.p(f"What would decide: {one.claim.decides}.")
    return tags.div(tags.h4(f"The claim: {one.claim.text}"), verdict, decides, class_="claim")


def _mechanisms(system: System, panel: Panel) -> TagList:
    known = {one.name: one for one in describe.chapters(system)}
    return TagList(*(_mechanism(system, known[name]) for name in panel.mechanisms if name in known))


def _mechanism(system: System, one: describe.Chapter) -> TagList:
    text = "\n".join(f"[{unit}] {lines}" for _, unit, lines in describe.equations(system, one))
    rows = [
        {
            "parameter": tags.span(r["meaning"], title=r["name"]),
            "value": f"{r['value']} {'' if r['unit'] == '1' else r['unit']}",
            "plausible": r["range"],
            "source": _source(r["source"]),
        }
        for r in describe.parameters(system, one)
    ]
    first, _, rest = one.prose.partition("\n")
    return TagList(
        tags.h4(one.name.replace("_", " ")),
        tags.p(tags.strong(first)),
        tags.pre(rest.strip()),
        tags.details(tags.summary("Equations"), tags.pre(text)),
        tags.details(tags.summary(f"Parameters ({len(rows)})"), plain_table(rows)),
    )


def _source(key: str) -> str:
    """Return a source as a short citation; assumptions and conventions as they are called."""
    fitted, _, keys = key.rpartition("fit:")
    if not keys or keys in ("assumed", "convention", "switch"):
        return key
    words = "; ".join(bibliography.citation(k) for k in keys.split(","))
    return f"fitted to {words}" if fitted or key.startswith("fit:") else words


def rows_of(panel: Panel) -> Sequence[Row]:
    """Return the evidence rows that test a panel."""
    return [r for r in evidence_rows() if r.use == "predict" and r.quantity in panel.evidence and r.access != "recalled"]


def _evidence(panel: Panel, verdicts: Mapping[str, str]) -> TagList:
    rows = rows_of(panel)
    judged = [verdicts[r.id] for r in rows if r.id in verdicts]
    counts = f"{judged.count('agrees')} of {len(judged)} judged rows agree with the model. " if judged else ""
    shown = [
        {
            "published": f"{r.quantity} {r.statistic} {r.value:g} {r.unit}",
            "in": f"{r.population.replace('_', ' ')}, {r.arm.replace('_', ' ')}",
            "source": bibliography.citation(r.source),
            "model": verdicts.get(r.id, "").replace("_", " "),
        }
        for r in rows[:MOST_ROWS]
    ]
    more = f" The first {MOST_ROWS} are shown; all stand under Evidence." if len(rows) > MOST_ROWS else ""
    return TagList(
        tags.details(tags.summary(f"Published numbers that test this ({len(rows)})"), tags.p(counts + more), plain_table(shown)),
    )
