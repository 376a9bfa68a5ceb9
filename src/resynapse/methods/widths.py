"""Widths: which source makes predictions uncertain, by area: what of the variance goes when one source is left out.

Shares need not add up to 1: people matter most where few are sampled, and a share of 0.9 makes chance small.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from resynapse.methods.evidence import Row
from resynapse.methods.fit import SOURCES, Fit
from resynapse.methods.judge import AREAS, area
from resynapse.methods.pool import Experiment, NotSimulated
from resynapse.methods.qualify import Settings, qualify

SMALL = Settings(replicates=100, people=1000, blocks=50)
Tell = Callable[[str, int, int], None]
SetUp = Callable[[Row, Fit], Experiment | NotSimulated]


def widths(rows: Sequence[Row], fit: Fit, set_up: SetUp, tell: Tell, settings: Settings = SMALL) -> dict[str, dict[str, float]]:
    """Return {area: {source: share of the variance that goes without it}}, the middle over rows; directions are left out."""
    asked = [r for r in rows if r.use == "predict" and r.statistic != "direction"]
    rows_of = {name: [r.id for r in asked if area(r) == name] for name in AREAS}
    found: dict[str, dict[str, float]] = {}
    for k, source in enumerate(("", *SOURCES)):
        tell(f"without {source}" if source else "with every source of spread", k, 1 + len(SOURCES))
        part = fit.without([source]) if source else fit
        how = replace(settings, sampling=source != "sampling")
        result = qualify(asked, lambda row, part=part: set_up(row, part), how)
        found[source] = {c.row.id: c.prediction.sd for c in result.comparisons if c.prediction is not None}
    return {name: _shares(some, found) for name, some in rows_of.items() if any(i in found[""] for i in some)}


def _shares(rows: Sequence[str], found: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return {source: middle over rows of 1 - variance without it / variance}, 0 to 1."""
    out = {}
    for source in SOURCES:
        ids = [i for i in rows if found[""].get(i, 0.0) > 0 and i in found[source]]
        gone = [1 - (found[source][i] / found[""][i]) ** 2 for i in ids]
        out[source] = float(np.clip(np.median(gone), 0.0, 1.0)) if gone else 0.0
    return out
