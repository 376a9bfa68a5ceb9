"""Pages: the shared pieces of every report, and how a template becomes a page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DISCLAIMER = "Research and teaching only; not medical advice, not a medical device."


@dataclass(frozen=True)
class Table:
    """Head, rows of text, and which columns hold numbers (set to the right)."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = field(default=())


@dataclass(frozen=True)
class Picture:
    """A figure as SVG text, made by us, and a caption."""

    svg: Any
    caption: str

    def __post_init__(self) -> None:
        from markupsafe import Markup

        object.__setattr__(self, "svg", Markup(self.svg))  # our own drawing: not to be escaped


def picture(figure: Figure, name: str, caption: str = "") -> Picture:
    """Return a figure as part of a page; name: what it shows, read aloud."""
    from resynapse.faces import style

    return Picture(style.inline(figure, name), caption)


def number(value: float) -> str:
    """Write a number with three significant digits, no exponent where it can be, a true minus sign."""
    if not math.isfinite(value):
        return "–"
    if abs(value) < 1e-6:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.{min(digits, 4)}f}" if abs(value) >= 1e-3 else f"{value:.2g}"
    return text.replace("-", "−")


def span(low: float, high: float) -> str:
    """Write an interval: "−7.9 to −6.5"."""
    return "–" if not (math.isfinite(low) and math.isfinite(high)) else f"{number(low)} to {number(high)}"


def render(template: str, held: Mapping[str, Any]) -> str:
    """Return a page from one of our templates; everything that is not a Picture is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    source = PackageLoader("resynapse.faces")
    pages = Environment(loader=source, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return pages.get_template(template).render({"disclaimer": DISCLAIMER, **held})
