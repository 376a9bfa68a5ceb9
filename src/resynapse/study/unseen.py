"""Unseen: for every trial the fit that never saw it, kept beside a fit file, so that each trial can be judged by a stranger.

The draws that a stage keeps without a trial are either some of its draws with the trial, chosen by weights (`picks`), or, where
weights failed, those of a fit made anew (`values`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from resynapse.engine.checkpoint import write_whole
from resynapse.methods.evidence import Row, Source
from resynapse.methods.fit import Fit
from resynapse.notation import InputError


@dataclass(frozen=True, eq=False)
class Left:
    """What one stage keeps without one trial.  k: Pareto's; values, beyond: of a fit made anew, else empty and `picks` hold."""

    k: float
    picks: tuple[int, ...]
    values: Mapping[str, Sequence[float]]
    beyond: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Strangers:
    """A fit and, by trial and stage, what is known without the trial."""

    fit: Fit
    left: Mapping[str, Mapping[str, Left]]

    def without(self, trial: str) -> Fit:
        """Return the fit that never saw a trial; the whole fit where no row of the trial was fitted."""
        stages = self.left.get(trial)
        if not stages:
            return self.fit
        size = min(len(one.picks) or len(next(iter(one.values.values()))) for one in stages.values())
        draws, beyond = {}, dict(self.fit.beyond)
        for name, number in self.fit.numbers.items():
            one = stages.get(number.stage)
            kept = number.draws if one is None else np.asarray(one.values[name]) if one.values else number.draws[list(one.picks)]
            draws[name] = kept[np.linspace(0, len(kept) - 1, size).astype(int)]
        for one in stages.values():
            beyond |= one.beyond
        return replace(self.fit.drawn(draws), beyond=beyond)


def trial_of(row: Row, sources: Mapping[str, Source]) -> str:
    """Return the trial that a row belongs to: that of its source, or the source itself."""
    found = sources.get(row.source)
    return found.trial if found and found.trial else row.source


def beside(fit_file: Path) -> Path:
    """Return where the fits without each trial lie: beside their fit."""
    return fit_file.with_suffix(".unseen.json")


def load_strangers(fit: Fit, fit_file: Path) -> Strangers:
    """Read what is known without each trial from beside a fit's file.

    Raises InputError where there is no such file, or it does not belong to the fit.
    """
    path = beside(fit_file)
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        left = {trial: {s: _left(one) for s, one in stages.items()} for trial, stages in plain["trials"].items()}
    except OSError as why:
        raise InputError("fit without trial", str(path), f"the file that calibration writes beside a fit ({why.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError) as why:
        raise InputError(str(path), f"{type(why).__name__}: {why}", "the file that calibration writes beside a fit") from None
    if plain.get("model_hash") != fit.recipe.get("model_hash") or plain.get("date") != fit.date:
        raise InputError(f"{path}, date", plain.get("date"), f"{fit.date}, with the same model: calibrate again")
    return Strangers(fit, left)


def _left(one: Mapping[str, Any]) -> Left:
    return Left(float(one["k"]), tuple(one.get("picks", ())), one.get("values", {}), one.get("beyond", {}))


def save_strangers(strangers: Strangers, path: Path) -> None:
    """Write the file beside a fit.  It appears whole or not at all."""
    short = lambda x: float(f"{x:.4g}")  # noqa: E731
    trials = {
        trial: {
            s: {"k": round(one.k, 2)}
            | ({"picks": list(one.picks)} if one.picks else {})
            | ({"values": {n: [short(v) for v in x] for n, x in one.values.items()}} if one.values else {})
            | ({"beyond": {n: short(v) for n, v in one.beyond.items()}} if one.beyond else {})
            for s, one in stages.items()
        }
        for trial, stages in strangers.left.items()
    }
    plain = {"date": strangers.fit.date, "model_hash": strangers.fit.recipe.get("model_hash"), "trials": trials}
    write_whole(path, (json.dumps(plain, ensure_ascii=False) + "\n").encode())
