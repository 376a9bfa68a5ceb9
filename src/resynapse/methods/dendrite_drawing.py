"""Drawing of a dendrite as SVG text: calm, readable without colour (each fate has a shape of its own), safe for colour blindness."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

import numpy as np

from resynapse.methods.dendrite import Dendrite, fates

INK = "#4a4a4a"
COLOUR = {"kept": "#6b6b6b", "lost": "#b8b8b8", "repaired": "#0072b2", "new": "#e69f00"}
WORDS = {"kept": "kept", "lost": "lost", "repaired": "re-formed where one was lost", "new": "at a new place"}
WIDTH, ROW, LEFT, TOP = 900, 118, 24, 30


def picture(seen: Dendrite, healthy: float, ill: float, panels: Sequence[tuple[str, float]], most: int = 70) -> str:
    """Return one SVG text with a dendrite for each panel (title, hour of an image).

    healthy, ill: hours of the images before the illness and before treatment; most: sites drawn, from the left.
    """
    height = TOP + ROW * len(panels) + 34
    title = "Spines along one dendrite: " + ", ".join(t for t, _ in panels)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" font-family="system-ui, sans-serif">',
        f"<title>{escape(title)}</title>",
    ]
    for row, (name, hour) in enumerate(panels):
        out += _panel(seen, (healthy, ill, hour), name, TOP + ROW * row, most)
    out += _legend(TOP + ROW * len(panels) + 12)
    return "\n".join([*out, "</svg>"])


def _panel(seen: Dendrite, moments: tuple[float, float, float], name: str, top: float, most: int) -> list[str]:
    """One dendrite with its count."""
    sites = min(most, seen.state.shape[1])
    x = LEFT + (np.arange(sites) + 0.5) * (WIDTH - 2 * LEFT) / sites
    y = top + 56 + 7 * np.sin(x / 83) + 4 * np.sin(x / 31 + 1)
    along = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    found = fates(seen, *moments)
    first = max(int(seen.present(moments[0])[:sites].sum()), 1)
    share = 100 * int(seen.present(moments[2])[:sites].sum()) / first
    out = [
        f'<text x="{LEFT}" y="{top:.0f}" font-size="15" fill="{INK}">{escape(name)}'
        f'<tspan fill="#767676"> — {share:.0f} % of the spines before</tspan></text>',
        f'<polyline points="{along}" fill="none" stroke="#d9d4cc" stroke-width="13" stroke-linejoin="round" stroke-linecap="round"/>',
    ]
    for i in range(sites):
        fate = next((f for f, which in found.items() if which[i]), None)
        if fate is not None:
            out.append(_spine(float(x[i]), float(y[i]), 1 if i % 2 else -1, fate, 15 + (i * 7) % 8))
    return out


def _spine(x: float, y: float, side: int, fate: str, length: float) -> str:
    """A neck and a head; lost ones are dashed outlines, new ones have a square head."""
    from_y, to_y = y + 6 * side, y + (6 + length) * side
    colour, dash = COLOUR[fate], ' stroke-dasharray="2 2"' if fate == "lost" else ""
    neck = f'<line x1="{x:.1f}" y1="{from_y:.1f}" x2="{x:.1f}" y2="{to_y:.1f}" stroke="{colour}" stroke-width="2"{dash}/>'
    if fate == "new":
        return neck + f'<rect x="{x - 4:.1f}" y="{to_y - 4:.1f}" width="8" height="8" fill="{colour}"/>'
    fill = "none" if fate == "lost" else colour
    return neck + f'<circle cx="{x:.1f}" cy="{to_y:.1f}" r="4.4" fill="{fill}" stroke="{colour}" stroke-width="1.4"{dash}/>'


def _legend(y: float) -> list[str]:
    out, x = [], float(LEFT + 6)
    for fate, words in WORDS.items():
        out.append(_spine(x, y - 8, 1, fate, 6))
        out.append(f'<text x="{x + 12:.0f}" y="{y + 9:.0f}" font-size="13" fill="{INK}">{words}</text>')
        x += 40 + 7.2 * len(words)
    return out
