"""Which published rows test a mechanism: those that read it, those that a laboratory reads through it, those that switch it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resynapse.faces.flow import mechanism_of
from resynapse.model.scales import READOUTS, readout_of
from resynapse.model.session_events import LAWS
from resynapse.model.switches import INTERVENTIONS, SWITCHES
from resynapse.study.animal_pool import RESCUED
from resynapse.study.animals import switch_named
from resynapse.study.sessions import EVENTS

if TYPE_CHECKING:
    from resynapse.methods.evidence import Row
    from resynapse.notation import System

READERS = ("assay", "imaging", "linked_scales", "readouts_pd", "scales")
"""Mechanisms that only read: what they show is a test of what they read."""
READ, THROUGH, SWITCHED = "reads it", "through a read-out", "switches it"


@dataclass(frozen=True)
class Tested:
    """Rows of one quantity that test a mechanism in one way."""

    quantity: str
    how: str
    rows: tuple[Row, ...]


def rows_for(system: System, name: str, rows: Sequence[Row]) -> list[Tested]:
    """Return the rows to be predicted that test the mechanism `name`, by quantity, those that read it first."""
    shown = _readings(system, name)
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.use == "predict":
            how = shown.get(_quantity(row), "") or (SWITCHED if _switches(system, name, row) else "")
            if how:
                found.setdefault((how, row.quantity), []).append(row)
    order = (READ, THROUGH, SWITCHED)
    return [Tested(q, how, tuple(found[how, q])) for how, q in sorted(found, key=lambda k: (order.index(k[0]), k[1]))]


def _quantity(row: Row) -> str:
    return RESCUED.get(row.quantity, row.quantity)


def _readings(system: System, name: str) -> dict[str, str]:
    """Return {quantity: how} of everything that shows this mechanism."""
    owner = {q: mechanism_of(b.instance) for q, b in system.equations.items()}
    owner |= {q.removeprefix("d_"): m for q, m in owner.items()}
    out = {}
    for quantity, one in READOUTS.items():
        outputs = [readout_of(quantity, site)[0] for site in ("venous", "arterial")]
        outputs = [LAWS[quantity].driver] if one.area == "event" and quantity in LAWS else outputs
        for output in outputs:
            if owner.get(output) == name:
                out[quantity] = READ
            elif owner.get(output) in READERS and name not in READERS and name in _read_by(system, output, owner):
                out.setdefault(quantity, THROUGH)
    return out | {f"event:{q}": how for q, how in out.items() if f"event:{q}" in EVENTS}


def _read_by(system: System, output: str, owner: dict[str, str]) -> set[str]:
    """Return the mechanisms that an equation reads, through other readers too."""
    found, ahead, seen = set(), [output], set()
    while ahead:
        one = ahead.pop()
        bound = system.equations.get(one) or system.equations.get(f"d_{one}")
        if one in seen or bound is None:
            continue
        seen.add(one)
        if owner[one] in READERS:
            ahead += list(bound.arguments.values())
        else:
            found.add(owner[one])
    return found


def _switches(system: System, name: str, row: Row) -> bool:
    """Tell whether an experiment cuts, blocks or switches on something of this mechanism."""
    if name == "stress" and row.population.startswith("stressed") and row.control.startswith("naive"):
        return True
    words = [*row.covariates.get("other", "").replace("+", " ").split(), row.covariates.get("genotype", "").replace("/", "_")]
    mine = {outside for (place, _), outside in system.owner_of.items() if mechanism_of(system.instances[place]) == name}
    for word in filter(None, map(switch_named, filter(None, words))):
        if word in SWITCHES and mine & set(SWITCHES[word].values):
            return True
        if word in INTERVENTIONS and name in _acted_on(system, INTERVENTIONS[word].what):
            return True
    return False


def _acted_on(system: System, what: str) -> set[str]:
    """Return the mechanisms that own a state or, of an input, read it or what its own mechanism makes of it."""
    makers = {q for q, b in system.equations.items() if what in b.arguments.values()}
    owners = {mechanism_of(system.equations[q].instance) for q in makers}
    return owners | {mechanism_of(b.instance) for b in system.equations.values() if makers & set(b.arguments.values())}


def evidence_text(system: System, name: str, rows: Sequence[Row]) -> str:
    """Return the rows that test a mechanism as text, a block for each quantity."""
    if not rows:
        return "Evidence that tests it\n  (the table of evidence is not at hand)"
    found = rows_for(system, name, rows)
    if not found:
        return "Evidence that tests it\n  no published row reads it or cuts it"
    count = len({r.id for t in found for r in t.rows})
    lines = [f"Evidence that tests it ({count} rows; `resynapse qualify --evidence evidence --ids ...` judges them)"]
    for one in found:
        ids = ", ".join(f"{r.id} {r.source}" for r in one.rows[:12]) + (f", and {len(one.rows) - 12} more" if len(one.rows) > 12 else "")
        head = f"  {one.quantity} ({one.how}): "
        lines.append(textwrap.fill(ids, 118, initial_indent=head, subsequent_indent="      "))
    return "\n".join(lines)
