"""Describe: a mechanism as a page of text, written from the same lines that are simulated."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resynapse.model.switches import CUTS, INTERVENTIONS, STRAINS, Cut
from resynapse.notation import InputError, Mechanism, System

if TYPE_CHECKING:
    from resynapse.methods.evidence import Row


@dataclass(frozen=True)
class Chapter:
    """One mechanism, that is one file of the model: its name, and the instances made of it with their positions in the system."""

    name: str
    instances: tuple[tuple[int, Mechanism], ...]

    @property
    def prose(self) -> str:
        """The head of the mechanism's file."""
        return inspect.getdoc(inspect.getmodule(type(self.instances[0][1]))) or ""

    @property
    def headline(self) -> str:
        """The first line of the prose."""
        return self.prose.splitlines()[0] if self.prose else ""


def chapters(system: System) -> list[Chapter]:
    """Return the mechanisms of a system in causal order, instances of one class together."""
    found: dict[str, list[tuple[int, Mechanism]]] = {}
    for place, instance in enumerate(system.instances):
        found.setdefault(type(instance).__module__.rpartition(".")[2], []).append((place, instance))
    return [Chapter(name, tuple(those)) for name, those in found.items()]


def chapter(system: System, name: str) -> Chapter:
    """Return one mechanism by name, in any case. Raises InputError with the closest name."""
    known = {one.name: one for one in chapters(system)}
    if name.lower() not in known:
        raise InputError("MECHANISM", name, f"one of {', '.join(known)}", known)
    return known[name.lower()]


def parameters(system: System, one: Chapter) -> list[dict[str, str]]:
    """Return the parameters of a mechanism: name outside, value, unit, range, source, meaning; shared ones once."""
    places = {place for place, _ in one.instances}
    names = dict.fromkeys(outside for (place, _), outside in system.owner_of.items() if place in places)
    rows = []
    for name in names:
        p = system.params[name]
        low, high = p.range
        rows.append({"name": name, "value": f"{p.value:g}", "unit": p.unit, "range": f"{low:g} to {high:g}",
                     "source": p.source, "meaning": p.meaning})  # fmt: skip
    return rows


def equations(system: System, one: Chapter) -> Iterator[tuple[str, str, str]]:
    """Yield (name outside, unit, the author's own lines) of each equation, once for each class of the mechanism."""
    firsts = list({type(instance): instance for _, instance in reversed(one.instances)}.values())
    for name, bound in system.equations.items():
        if not any(bound.instance is first for first in firsts):
            continue
        lines = [line for line in inspect.getsourcelines(bound.method)[0] if not line.lstrip().startswith("@")]
        unit = system.units.get(name) or system.units.get(name.removeprefix("d_"), "")
        yield name, unit if not name.startswith("d_") else f"{unit}/h", textwrap.dedent("".join(lines)).strip()


def reads(system: System, one: Chapter) -> list[str]:
    """Return what the mechanism reads from others, as names outside."""
    mine = {name: b for name, b in system.equations.items() if any(b.instance is i for _, i in one.instances)}
    own = {name.removeprefix("d_") for name in mine}
    asked = [name for b in mine.values() for name in b.arguments.values()]
    return [name for name in dict.fromkeys(asked) if name not in own]


def page(system: System, one: Chapter, rows: Sequence[Row] = ()) -> str:
    """Return the page of a mechanism as plain text: prose, where it stands, parameters, equations, sources, the rows that test it.

    The prose says what is not modelled.  rows: the table of evidence.
    """
    from resynapse.faces.bibliography import citation, keys
    from resynapse.faces.describe_evidence import evidence_text

    given = list(dict.fromkeys(i.prefix for _, i in one.instances if i.prefix))
    parts = [one.prose]
    if given:
        parts.append(f"Instances: {', '.join(given)} (each with names of its own: {given[0]}_...)")
    if read := reads(system, one):
        parts.append(textwrap.fill(f"Reads here: {', '.join(read)}", 110, subsequent_indent="    "))
    if numbers := parameters(system, one):
        parts.append("Parameters\n" + columns(numbers))
    lines = [f"[{unit}] {name}\n{textwrap.indent(text, '    ')}" for name, unit, text in equations(system, one)]
    parts.append("Equations\n" + "\n".join(lines))
    if used := sorted({key for row in numbers for key in keys(row["source"])}):
        cited = (textwrap.fill(citation(k), 118, initial_indent="  ", subsequent_indent="      ") for k in used)
        parts.append("Sources\n" + "\n".join(cited))
    parts.append(evidence_text(system, one.name, rows))
    return "\n\n".join(parts)


def columns(rows: list[dict[str, str]]) -> str:
    """Return rows as columns of text, as wide as needed."""
    heads = list(rows[0])
    wide = {head: max(len(head), *(len(row[head]) for row in rows)) for head in heads}
    table = [{head: head for head in heads}, *rows]
    return "\n".join("  " + "  ".join(row[head].ljust(wide[head]) for head in heads).rstrip() for row in table)


def overview(system: System) -> str:
    """Return the table of contents: mechanisms in causal order, and how large the model is."""
    rows = [
        {
            "mechanism": one.name,
            "states": str(states(system, one)),
            "parameters": str(len(parameters(system, one))),
            "what": one.headline.partition(": ")[2] or one.headline,
        }
        for one in chapters(system)
    ]
    arrows = flow(system)
    size = f"{len(system.states)} states, {len(system.params)} parameters, {len(system.equations)} equations"
    more = "`resynapse describe MECHANISM` shows one of them in full."
    return f"The model, from dose to symptom: {size}\n\n{columns(rows)}\n\nWhat acts on what\n{arrows}\n\n{more}"


def flow(system: System) -> str:
    """Return, for each mechanism, what reads it further on, and what reads it against the causal order (feedbacks)."""
    from resynapse.faces.flow import edges

    order, found = edges(system)
    lines = []
    for name in order:
        onward = [e.to for e in found if e.of == name and not e.back]
        back = [f"{e.to} (feedback)" for e in found if e.of == name and e.back]
        if onward or back:
            lines.append(textwrap.fill(f"{name} -> {', '.join([*onward, *back])}", 110, initial_indent="  ", subsequent_indent="      "))
    return "\n".join(lines)


def states(system: System, one: Chapter) -> int:
    """Return how many states a mechanism has, all instances together."""
    mine = [i for _, i in one.instances]
    return sum(name.startswith("d_") and any(b.instance is i for i in mine) for name, b in system.equations.items())


def cuts() -> str:
    """Return what a study can change by name: arrows, genes, and interventions at a time."""
    def listed(table: Mapping[str, Cut], head: str) -> str:
        sets = {name: ", ".join(f"{k} = {v:g}" for k, v in cut.values.items()) for name, cut in table.items()}
        return columns([{head: name, "meaning": cut.meaning, "sets": sets[name]} for name, cut in table.items()])

    acts = {"set": "=", "add": "+=", "scale": "*="}
    events = [
        {"intervention": name, "meaning": one.meaning, "does": f"{one.what} {acts[one.act]} {one.value:g}"}
        for name, one in INTERVENTIONS.items()
    ]
    return "\n\n".join([
        "Arrows that a study can cut (`cut: [ampa]` in an arm)", listed(CUTS, "cut"),
        "Genes (`cut: [glun2d_loss]`)", listed(STRAINS, "gene"),
        "Interventions (`interventions: [{time: 0 d, state: stress, until: 21 d}]`; without `until` an input stays as it is set)",
        columns(events),
    ])  # fmt: skip
