"""Experiments: how the rows of a qualification are set up, in this process or another, and where it keeps what is finished."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from resynapse.engine.checkpoint import Store, version_of
from resynapse.engine.machine import processor
from resynapse.methods.evidence import Row
from resynapse.methods.fit import Fit
from resynapse.methods.pool import Experiment, NotSimulated
from resynapse.methods.qualify import Settings
from resynapse.model import SPECIES, build
from resynapse.study.fits import files_of, load_fit, strangers
from resynapse.study.from_row import experiment_of
from resynapse.study.provenance import model_hash, versions
from resynapse.study.unseen import Strangers


@dataclass(frozen=True)
class Experiments:
    """Sets rows up with a fit, as `study.fits` names it.  trials: {row: its trial}, where each is judged by the fit that never saw it."""

    fit: str
    trials: Mapping[str, str]

    def __call__(self, row: Row) -> Experiment | NotSimulated:
        """Return the row's experiment, or why there is none."""
        files = tuple(files_of(self.fit))
        return experiment_of(row, _unseen(self.fit, files, self.trials[row.id]) if self.trials else _seen(self.fit, files))

    def store(self, folder: Path, rows: Sequence[Row], ids: Sequence[str], settings: Settings) -> Store:
        """Return where a qualification keeps its parts: under a hash of all that decides them, but not of what was observed."""
        facts = {
            "rows": [repr(row.blinded()) for row in rows if row.use == "predict"], "ids": list(ids), "settings": repr(settings),
            "fit": [self.fit, *(hashlib.sha256(path.read_bytes()).hexdigest() for path in files_of(self.fit))],
            "trials": dict(self.trials), "model": {species: model_hash(build(species)) for species in SPECIES},
            "versions": versions(), "processor": processor(),
        }  # fmt: skip
        return Store(folder, version_of(facts))


@functools.cache
def _seen(which: str, files: tuple[Path, ...]) -> Fit:
    return load_fit(which)


@functools.cache
def _strangers(which: str, files: tuple[Path, ...]) -> Strangers:
    return strangers(which)


@functools.cache
def _unseen(which: str, files: tuple[Path, ...], trial: str) -> Fit:
    """Return the fit that never saw a trial: the whole fit, always the same one, where it did not anyway."""
    known = _strangers(which, files)
    return known.without(trial) if trial in known.left else known.fit
