"""The dendrites of an imaging study: one drawing for each arm, and what became of the spines, in a report and as files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from resynapse.faces import run_figures as runs
from resynapse.faces.page import Picture, Table
from resynapse.methods.dendrite_drawing import picture
from resynapse.study.imaging import ArmImages, imaged
from resynapse.study.vocabulary import time_text

if TYPE_CHECKING:
    from resynapse.study.simulate import RunResult

Images = Mapping[str, ArmImages]
HEAD = (
    "arm", "animal", "time_h", "spines", "percent_of_before", "formed_percent", "lost_percent",
    "kept", "lost", "repaired", "new", "lost_before",
)  # fmt: skip
NOTE = (
    "One dendrite of one animal for each arm, drawn from counts as a microscope would give them; the same animal and the same draws in "
    "every arm. Sites come and go at the rates of the model; places along the dendrite mean nothing else. Filled grey: there before "
    "treatment and still there. Dashed: there before stress and gone. Blue round: re-formed where stress took one. Orange square: new "
    "at a place that held none before."
)


def dendrites(result: RunResult) -> Images:
    """Return the images of a study that asks for them, by arm."""
    return imaged(result)


def drawings(result: RunResult, images: Images) -> dict[str, str]:
    """Return one SVG text for each arm: a dendrite before stress, before treatment, and at the images that the study draws."""
    asked = result.study.imaging
    assert asked is not None
    later = asked.drawn or tuple(t for t in result.study.visits if t >= asked.treatment + 24)[:1] or result.study.visits[-1:]
    panels = [(_title(result, t), t) for t in dict.fromkeys((asked.before, asked.treatment, *later))]
    return {name: picture(one.dendrites[0], asked.before, asked.treatment, panels) for name, one in images.items()}


def _title(result: RunResult, time: float) -> str:
    """Name an image by its place in the experiment."""
    asked = result.study.imaging
    assert asked is not None
    if time <= asked.before:
        return "At the start"
    if time == asked.treatment:
        return f"Before treatment, after {time_text(time - asked.before)}"
    return f"{time_text(time - asked.treatment)} after treatment" if time > asked.treatment else time_text(time)


def dendrite_section(result: RunResult, images: Images) -> dict[str, Any]:
    """Return what the report shows of dendrites; empty where the study watches none."""
    if not images:
        return {}
    pictures = [Picture(svg, f"{runs.label(name)}.") for name, svg in drawings(result, images).items()]
    return {"figures": pictures, "table": fate_table(result, images), "note": NOTE, "animals": len(next(iter(images.values())).dendrites)}


def fate_table(result: RunResult, images: Images) -> Table:
    """Return means over animals (SD): density, what came and went since the treatment, repair and new growth apart."""
    asked = result.study.imaging
    assert asked is not None
    rows = []
    for name, one in images.items():
        for hour in dict.fromkeys(s.hour for s in one.seen):
            if hour < asked.treatment:
                continue
            seen = [s for s in one.seen if s.hour == hour]
            lost_before = sum(s.fates.lost_before for s in seen)
            back = 100 * sum(s.fates.repaired for s in seen) / lost_before if lost_before else np.nan
            cells = [_mean_sd([getattr(s, key) for s in seen]) for key in ("spines", "formed", "lost")]
            apart = [_mean_sd([getattr(s.fates, key) for s in seen]) for key in ("repaired", "new")]
            rows.append((runs.label(name), time_text(hour - asked.treatment), *cells, *apart, "–" if np.isnan(back) else f"{back:.0f}"))
    head = ("arm", "after treatment", "spines, % of the start", "formed since, %", "gone since, %", "re-formed at an old place",
            "at a new place", "lost places taken again, %")  # fmt: skip
    return Table(head, rows, tuple(range(2, 8)))


def _mean_sd(values: Sequence[float]) -> str:
    x = np.array(values, float)
    if not np.isfinite(x).any():
        return "–"
    return f"{np.nanmean(x):.1f} ({np.nanstd(x, ddof=1):.1f})" if len(x) > 1 else f"{x[0]:.1f}"


def dendrite_rows(images: Images) -> list[dict[str, object]]:
    """Return one row for each arm, animal and image."""
    out: list[dict[str, object]] = []
    for one in images.values():
        for s in one.seen:
            cells = (s.arm, s.animal, s.hour, s.count, s.spines, s.formed, s.lost, *asdict(s.fates).values())
            out.append(dict(zip(HEAD, cells, strict=True)))
    return out


def write_drawings(folder: Path, result: RunResult, images: Images) -> None:
    """Write one SVG file for each arm into a folder `dendrites`."""
    (folder / "dendrites").mkdir()
    for name, svg in drawings(result, images).items():
        (folder / "dendrites" / f"{re.sub(r'[^A-Za-z0-9_-]', '_', name)}.svg").write_text(svg + "\n", encoding="utf-8")
