"""How figures look: one palette that colour-blind readers can tell apart, quiet axes, and two ways out (a file, a web page).

Colours follow Okabe and Ito.  In a page they become CSS variables, so that the same picture is legible on paper and in the dark.
"""

import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, PURPLE, SKY, RED, YELLOW = "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442"
GREY = "#8a8f98"  # control arms
INK, SOFT, LINE, FIELD = "#1c2430", "#5b6472", "#d5d9df", "#f4f5f7"
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED, INK)
INERT = ("placebo", "midazolam", "none")
MARKS = ("o", "s", "D", "^", "v", "P", "X", "*", "<", ">", "p", "h")
# What a colour is called in the page; the page gives each a light and a dark value.
_IN_A_PAGE = {
    INK: "--ink", SOFT: "--soft", LINE: "--line", FIELD: "--field", BLUE: "--blue", ORANGE: "--orange", GREEN: "--green",
    PURPLE: "--purple", SKY: "--sky", RED: "--red", YELLOW: "--yellow", GREY: "--grey",
}  # fmt: skip
_RULES: Any = {
    "font.family": ["DejaVu Sans"], "font.size": 9, "axes.titlesize": 9.5, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.labelsize": 9, "xtick.labelsize": 8.5, "ytick.labelsize": 8.5, "legend.fontsize": 8.5, "legend.frameon": False,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": SOFT, "axes.linewidth": 0.8, "axes.labelcolor": INK,
    "axes.titlecolor": INK, "text.color": INK, "xtick.color": SOFT, "ytick.color": SOFT, "xtick.labelcolor": INK,
    "ytick.labelcolor": INK, "axes.grid": True, "axes.grid.axis": "y", "grid.color": LINE, "grid.linewidth": 0.6,
    "axes.axisbelow": True, "lines.linewidth": 1.8, "lines.solid_capstyle": "round", "svg.fonttype": "none",
    "svg.hashsalt": "resynapse", "figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none",
    "axes.unicode_minus": True, "legend.handlelength": 1.4, "legend.borderaxespad": 0.2,
}  # fmt: skip


@contextmanager
def styled() -> Iterator[None]:
    """Draw with the house's settings inside this block, whatever the reader's own are."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RULES)
        yield


def canvas(width: float = 4.4, height: float = 3.0, rows: int = 1, columns: int = 1, share: bool = False) -> tuple["Figure", Any]:
    """Return (figure, axes (rows, columns)); inches.  4.4 is one column of a page and a whole telephone."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, sharex=share, squeeze=False)


def colours(names: Sequence[str], quiet: Sequence[str] = ()) -> dict[str, str]:
    """Return a colour for each name; the quiet ones (control arms) are grey."""
    loud = [n for n in names if n not in quiet]
    made = {n: CYCLE[i % len(CYCLE)] for i, n in enumerate(loud)}
    return {n: made.get(n, GREY) for n in names}


def plain_log(axis: "Axes", which: str = "y") -> None:
    """Write the ticks of a log axis as plain numbers."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    one = axis.yaxis if which == "y" else axis.xaxis
    one.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    one.set_minor_formatter(NullFormatter())


def save(figure: "Figure", path: str | Path) -> Path:
    """Write a figure to a file; the ending decides the format (png, svg, pdf).  It appears whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    with styled():
        dates = {"Date": None} if path.suffix in (".svg", ".pdf") else {}
        dates = {"CreationDate": None} if path.suffix == ".pdf" else dates
        figure.savefig(part, dpi=160, facecolor="white", metadata=dates)
    os.replace(part, path)
    return path


def inline(figure: "Figure", name: str) -> str:
    """Return a figure as SVG text for a page: scalable, selectable text, colours as variables.  name: what it shows, read aloud."""
    from html import escape

    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out = io.StringIO()
    with styled():
        if layout := figure.get_layout_engine():
            FigureCanvasSVG(figure)
            figure.set_dpi(72)
            layout.execute(figure)
            figure.set_layout_engine(None)  # it stays as it is; else all is drawn once more, unseen, to lay it out
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"#[0-9a-f]{6}\b", lambda m: f"var({_IN_A_PAGE[m[0]]})" if m[0] in _IN_A_PAGE else m[0], text)
    text = re.sub(r"'DejaVu Sans'(, [^;\"]*)?", "inherit", text)
    text = re.sub(r'(<svg[^>]*?) width="([\d.]+)pt"', lambda m: f'{m[1]} style="max-width:{1.15 * float(m[2]):.0f}pt"', text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[\d.]+pt"', r"\1", text, count=1)
    return text.replace("<svg", f'<svg role="img" aria-label="{escape(name, quote=True)}"', 1)
