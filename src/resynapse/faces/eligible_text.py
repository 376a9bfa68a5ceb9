"""What `resynapse eligible` prints: the criteria, the decisions with the text of the rules, and what is expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from resynapse.methods.rules import Judgement
    from resynapse.study.eligibility import Eligibility, Expectation


def decision_lines(found: Eligibility) -> Iterator[str]:
    """Yield the decisions and the criteria behind them."""
    yield f"Rules: {found.rules.name}"
    yield from _judged("Course", found.course)
    yield from _judged("Next dose", found.today)
    for rule in found.today.observe_longer + found.course.observe_longer:
        yield f"Note: {rule.text} [{rule.source}]"
    yield f"Default course: {found.schedule}"
    yield from (f"Note: {note}" for note in found.notes)


def _judged(what: str, judged: Judgement) -> Iterator[str]:
    said = judged.reason.partition(": ")[2] if judged.decision == "cannot be judged" else judged.reason
    yield f"\n{what}: {judged.decision.upper()}" + ("" if judged.decision == "allowed" else f": {said}")
    yield f"  met {len(judged.met)}, violated {len(judged.violated)}, not known {len(judged.unknown)}"
    for rule in judged.met:
        yield f"  met: {rule.text} [{rule.source}]"
    for rule in judged.violated:
        yield f"  violated: {rule.text} [{rule.source}]"
    for rule in judged.unknown:
        yield f"  not known: {rule.text} [{rule.source}]"


def expectation_table(found: Eligibility) -> Table | None:
    """Return expected benefit and burden as one table, None where nothing was simulated."""
    if not found.benefit:
        return None
    table = Table(title="Expected for people like this (90 % intervals)", title_justify="left")
    table.add_column("")
    for column in ("expected", "from", "to"):
        table.add_column(column, justify="right")
    table.add_column("")
    for k, x in enumerate((*found.benefit, *found.burden)):
        if k == len(found.benefit):
            table.add_section()
        table.add_row(*_cells(x))
    return table


def _cells(x: Expectation) -> tuple[str, ...]:
    if x.unit == "fraction":
        return x.what, f"{100 * x.value:.0f}", f"{100 * x.low:.0f}", f"{100 * x.high:.0f}", "%"
    return x.what, f"{x.value:.1f}", f"{x.low:.1f}", f"{x.high:.1f}", x.unit
