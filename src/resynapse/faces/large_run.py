"""A large run: simulated in parts, on any crew, resumed after any stop; the folder appears when all parts are there.

Finished parts wait in `.NAME.parts/` beside the folder to be, under the hash of study, model, versions and code.  The same command
goes on from them; another study or edition never sees them.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resynapse.engine.checkpoint import Store, resumed
from resynapse.engine.executor import Crew
from resynapse.faces.run_folder import new_folder, parts_beside, refuse_foreign, write_run
from resynapse.study.parts import PART, Maker, Part, Whole, parts_of, shown, store_of, whole_of

if TYPE_CHECKING:
    from resynapse.study.schema import Study
    from resynapse.study.simulate import RunResult

IN_PARTS = 10_000  # a study of more people is run in parts, asked or not
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Order:
    """How a large run is made: who works, and people in one part (None: the usual number)."""

    crew: Crew = field(default_factory=Crew)
    part: int | None = None


def run_in_parts(study: Study, target: Path, order: Order, command: list[str], tell: Tell) -> RunResult:
    """Simulate a study in parts and write its folder; return the first people with what is known of everybody.

    Raises InputError for a folder that cannot be used or written, and Stopped; both say what is kept.
    """
    refuse_foreign(target, "run")
    store, parts = store_of(study, parts_beside(target)), parts_of(study, order.part or PART)
    with store.until_done():
        progress, records = _Progress(study, tell, time.perf_counter()), {}
        for key, record in resumed(Maker(study), parts, store, order.crew):
            records[key] = record
            progress.done(record)
        tell("writing tables and report", study.n, study.n)
        with new_folder(target, "run") as folder:
            return _written(study, store, [records[key] for key in parts], folder, command)


def _written(study: Study, store: Store, records: list[dict[str, Any]], folder: Path, command: list[str]) -> RunResult:
    """Fill the folder: tables as folders of parts (the same file under a second name), everything else as in a small run."""
    from resynapse.study.provenance import provenance

    for record in records:
        key = Part(record["first"], record["last"]).key
        for name in record["files"]:
            (folder / name).mkdir(exist_ok=True)
            _second_name(store.path(key, f".{name}"), folder / name / f"{key}.parquet")
    whole: Whole = whole_of(study, records, folder)
    result = shown(study, whole)
    write_run(folder, result, provenance(result.system, study.seed, whole.digest, command))
    return result


def _second_name(file: Path, name: Path) -> None:
    try:
        os.link(file, name)
    except OSError:  # a file system without hard links
        shutil.copyfile(file, name)


@dataclass
class _Progress:
    """Tells people done, rate, time left, and courses that were not solved."""

    study: Study
    tell: Tell
    began: float
    people: int = 0
    fresh: int = 0
    failed: int = 0

    def done(self, record: dict[str, Any]) -> None:
        """Count a part in.  Parts that come at once, from an earlier run, do not count for the rate."""
        size, now = record["last"] - record["first"], time.perf_counter()
        self.people += size
        self.failed += sum(map(len, record["failed"].values()))
        if now - self.began < 0.2 and not self.fresh:
            self.began = now
            text = f"{self.people:,} of {self.study.n:,} people"
        else:
            self.fresh += size
            rate = self.fresh / (now - self.began)
            left = (self.study.n - self.people) / rate
            remains = f"{left / 60:.0f} min" if left > 90 else f"{left:.0f} s"
            text = f"{self.people:,} of {self.study.n:,} people, {rate:,.0f}/s, {remains} left"
        self.tell(f"{text}, {self.failed:,} not solved" if self.failed else text, self.people, self.study.n)
