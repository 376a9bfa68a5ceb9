"""The flow of the model as one picture: mechanisms in causal order, what each reads from others, feedbacks on the other side."""

import inspect
import os
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from resynapse.faces import style
from resynapse.notation import InputError, System

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Edge:
    """`to` reads `names` from `of` (files of the model); back: against the causal order, a feedback."""

    of: str
    to: str
    names: tuple[str, ...]
    back: bool


def mechanism_of(instance: object) -> str:
    """Return the file of the model that an instance comes from."""
    return type(instance).__module__.rpartition(".")[2]


def edges(system: System, without: tuple[str, ...] = ("assay", "readouts_pd")) -> tuple[list[str], list[Edge]]:
    """Return (mechanisms in causal order, what reads what), leaving out pure read-outs."""
    order = [m for m in dict.fromkeys(mechanism_of(i) for i in system.instances) if m not in without]
    owner = {name.removeprefix("d_"): mechanism_of(b.instance) for name, b in system.equations.items()}
    found: dict[tuple[str, str], list[str]] = {}
    for bound in system.equations.values():
        to = mechanism_of(bound.instance)
        for local, outside in bound.arguments.items():
            of = owner.get(outside)
            if of and of != to and of in order and to in order:
                found.setdefault((of, to), []).append(local)
    made = [Edge(a, b, tuple(dict.fromkeys(names)), order.index(a) > order.index(b)) for (a, b), names in found.items()]
    return order, made


def headline(system: System, mechanism: str) -> str:
    """Return the first line of a mechanism's own prose, without its name."""
    instance = next(i for i in system.instances if mechanism_of(i) == mechanism)
    prose = inspect.getdoc(inspect.getmodule(type(instance))) or ""
    first = prose.splitlines()[0] if prose else ""
    return (first.partition(": ")[2] or first).rstrip(".")


def flow_figure(system: System, without: tuple[str, ...] = ("assay", "readouts_pd", "body", "laboratory")) -> "Figure":
    """Mechanisms from dose to symptom, top to bottom.  Right: forward influence; left: feedback.  Words at an arrow: what is read."""
    from matplotlib.figure import Figure

    order, made = edges(system, without)
    at = {name: -1.3 * k for k, name in enumerate(order)}
    with style.styled():
        figure = Figure(figsize=(8.4, 0.8 * len(order) + 0.8))
        axis = figure.add_axes((0, 0, 1, 1))
        axis.axis("off")
        axis.set_xlim(-8.2, 9.2)
        axis.set_ylim(at[order[-1]] - 0.9, 1.4)
        _arcs(axis, [e for e in made if not e.back], at, 1)
        _arcs(axis, [e for e in made if e.back], at, -1)
        for name in order:
            _box(axis, name, headline(system, name), at[name])
        axis.text(2.7, 1.05, "acts on what comes later", color=style.BLUE, fontsize=9.5, ha="left", va="center")
        axis.text(-2.7, 1.05, "feeds back", color=style.RED, fontsize=9.5, ha="right", va="center")
        return figure


HALF = 2.8  # half the width of a box


def _box(axis: "Axes", name: str, words: str, y: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    shape = "round,pad=0.02,rounding_size=0.14"
    axis.add_patch(FancyBboxPatch((-HALF, y - 0.47), 2 * HALF, 0.94, boxstyle=shape, fc=style.FIELD, ec=style.SOFT, lw=0.8))
    lines = textwrap.wrap(words, 48)
    text = lines[:2] if len(lines) < 3 else [lines[0], textwrap.shorten(" ".join(lines[1:]), 47, placeholder=" …")]
    axis.text(0, y + 0.24, name.replace("_", " "), ha="center", va="center", fontsize=9.5, fontweight="bold")
    axis.text(0, y - 0.16, "\n".join(text), ha="center", va="center", fontsize=6.9, color=style.SOFT, linespacing=1.15)


def _arcs(axis: "Axes", some: list[Edge], at: dict[str, float], side: int) -> None:
    """Draw arcs on one side: the longer the reach, the further out; what is read stands at the furthest point."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    colour, x = style.BLUE if side > 0 else style.RED, side * (HALF + 0.03)
    some = sorted(some, key=lambda e: abs(at[e.of] - at[e.to]))
    leaving, coming = _ports([e.of for e in some]), _ports([e.to for e in some])
    for k, e in enumerate(some):
        down = -1 if at[e.to] < at[e.of] else 1
        # The nearest target leaves and the nearest origin enters closest to it, so that arcs nest and do not cross.
        start = at[e.of] + 0.36 * down * (1 - 2 * leaving[k])
        end = at[e.to] - 0.36 * down * (1 - 2 * coming[k])
        reach = min(0.6 + 0.5 * abs(start - end), 5.6)
        out = x + side * reach
        curve = Path([(x, start), (out, start), (out, end), (x, end)], [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
        axis.add_patch(FancyArrowPatch(path=curve, arrowstyle="-|>", mutation_scale=8, color=colour, lw=1.0, alpha=0.8, fc=colour))
        words = textwrap.shorten(", ".join(_plain(e.names)), 34 if reach < 3 else 24, placeholder=" …")
        at_words = (x + side * (0.75 * reach + 0.1), (start + end) / 2)
        axis.text(*at_words, words, fontsize=6.8, color=style.INK, va="center", ha="left" if side > 0 else "right")


def _plain(names: tuple[str, ...]) -> list[str]:
    """Return names as words; a value at rest and the prefix of a region say nothing new here."""
    kept = [n.removeprefix("mpfc_").removeprefix("hippocampus_").replace("_", " ") for n in names if not n.endswith("_at_rest")]
    return list(dict.fromkeys(kept))


def _ports(names: list[str]) -> list[float]:
    """Return for each arrow its place at its box, from 0 to 1 in turn; 0.5 for a single one."""
    used: dict[str, int] = {}
    places = []
    for name in names:
        k, count = used.get(name, 0), names.count(name)
        places.append(0.5 if count == 1 else k / (count - 1))
        used[name] = k + 1
    return places


def draw_flow(system: System, path: Path) -> None:
    """Draw the flow of the model into a picture file. Raises InputError for another kind of file, or one that cannot be written."""
    kinds = (".svg", ".png", ".pdf")
    if path.suffix not in kinds:
        raise InputError("--flow", path.name, f"a file name that ends in {', '.join(kinds)}")
    part = path.with_name(f".{path.name}{path.suffix}")
    try:
        part.touch()
        flow_figure(system).savefig(part, format=path.suffix[1:], bbox_inches="tight")
        os.replace(part, path)
    except OSError as why:
        raise InputError("--flow", str(path), f"a file that can be written ({why.strerror})") from None
    finally:
        part.unlink(missing_ok=True)
