"""A large study in parts: people are simulated some thousands at a time, and every part leaves finished tables and a record.

A part is a range of person numbers.  What it holds depends on the study and on those numbers alone, so any size of part, order and
number of workers gives the same values, the same summary and the same digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from resynapse.engine.checkpoint import Store, version_of
from resynapse.methods.cohort import Who
from resynapse.study import tables
from resynapse.study.digest import sum_of
from resynapse.study.endpoints import TIME_TO
from resynapse.study.events_table import events
from resynapse.study.schema import Keep, Study
from resynapse.study.summary import SummaryRow, plain_rows, time_rows

if TYPE_CHECKING:
    from resynapse.study.simulate import RunResult

PART = 5_000  # people: about two seconds of work for an arm of four weeks, and some tens of megabytes
SHOWN = 2_000  # people whose courses a report draws
ENDPOINTS = "endpoints.parquet"


@dataclass(frozen=True)
class Part:
    """People first … last - 1."""

    first: int
    last: int

    @property
    def key(self) -> str:
        """Name of its files."""
        return f"{self.first:09d}-{self.last - 1:09d}"


@dataclass(frozen=True)
class Made:
    """A finished part: tables as the bytes of Parquet files, and its record (plain data)."""

    tables: Mapping[str, bytes]
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Whole:
    """What is known of everybody where a RunResult holds only the first people: digest, summary, people not solved by arm."""

    digest: str
    rows: list[SummaryRow]
    failed: dict[str, int]


@dataclass(frozen=True)
class Maker:
    """Makes parts of a study; can be sent to another process."""

    study: Study

    def __call__(self, part: Part) -> Made:
        """Simulate some of the people and return their tables and record."""
        result = simulate_range(self.study, part.first, part.last)
        made = {"patients.parquet": tables.people(result), ENDPOINTS: tables.endpoints(result)}
        if self.study.keep.what == "visits":
            made |= {"observations.parquet": tables.observations(result), "events.parquet": events(result, {})}
            if self.study.items:
                made["items.parquet"] = tables.answers(result)
        drawn = min(part.last, self.study.keep.courses)
        if part.first < drawn:
            everything = self.study.model_copy(update={"keep": Keep()})
            made["courses.parquet"] = tables.observations(simulate_range(everything, part.first, drawn), every_time=True)
        failed = {name: [int(result.people(name).people[i]) for i in arm.failed] for name, arm in result.arms.items()}
        written = {name: _bytes(table) for name, table in made.items()}
        files = {name: hashlib.sha256(content).hexdigest() for name, content in written.items()}
        record = {"first": part.first, "last": part.last, "digest": result.digest, "failed": failed, "files": files}
        return Made(written, record)


def _bytes(table: Any) -> bytes:
    """Return a pyarrow table as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def simulate_range(study: Study, first: int, last: int) -> RunResult:
    """Simulate people first … last - 1 of a study."""
    from resynapse.study.disposition import system_of
    from resynapse.study.people import people_of
    from resynapse.study.simulate import simulate

    return simulate(study, people=people_of(study, system_of(study), Who.of(last - first, study.seed, first=first)))


def parts_of(study: Study, size: int = PART) -> dict[str, Part]:
    """Return the parts of a study by key, in order."""
    parts = [Part(low, min(low + size, study.n)) for low in range(0, study.n, size)]
    return {part.key: part for part in parts}


def store_of(study: Study, folder: Path) -> Store:
    """Return where finished parts are kept."""
    return Store(folder, version_of(facts_of(study)), ".json", _files, _record)


def facts_of(study: Study) -> dict[str, Any]:
    """Return, as plain data, all that decides a study's numbers: study, what it refers to, model, versions, processor."""
    from resynapse.engine.machine import processor
    from resynapse.study.disposition import system_of
    from resynapse.study.provenance import model_hash, versions

    facts = {"study": study.resolved(), "model": model_hash(system_of(study)), "versions": versions(), "processor": processor()}
    return {**facts, **_referred(study)}


def _referred(study: Study) -> dict[str, Any]:
    """Return what a study takes from other files, as plain data: its fit, rules of supervision, people and baseline table."""
    from resynapse.study.conduct import rules_of
    from resynapse.study.covariates import baseline_table
    from resynapse.study.fits import load_fit
    from resynapse.study.people import table_of

    fit = load_fit(study.fit)
    numbers = {name: [n.scale, n.centre, n.draws.tolist()] for name, n in fit.numbers.items()}
    rules = "" if study.supervision == "none" else repr(rules_of(study))
    people = {name: x.tolist() for name, x in table_of(study).items()}
    target = baseline_table(study.population.reweight_to, study.species) if study.population.reweight_to else {}
    return {"fit": [numbers, dict(fit.beyond), sorted(fit.left_out)], "rules": rules, "people": people, "target": target}


def _files(made: Made) -> dict[str, bytes]:
    content = {f".{name}": table for name, table in made.tables.items()}
    return {**content, ".json": json.dumps(made.record).encode()}


def _record(mark: Path) -> dict[str, Any]:
    """Return the record of a part; ValueError where one of its tables is not as it was written."""
    record = json.loads(mark.read_bytes())
    for name, digest in record["files"].items():
        if hashlib.sha256(mark.with_suffix(f".{name}").read_bytes()).hexdigest() != digest:
            raise ValueError(f"{mark}: {name} was changed")
    return record


def whole_of(study: Study, records: Iterable[Mapping[str, Any]], folder: Path) -> Whole:
    """Return what a report needs of everybody, from records of all parts and the folder that holds `endpoints.parquet`.

    One endpoint is read at a time, 8 bytes for each person and arm, so every number (medians too) is exact and the same as if the
    study had been run at once.  Models of all visits (MMRM, ANCOVA, logistic and Cox regression) are not fitted: rows are of means,
    rates and Kaplan-Meier shares, and say so.
    """
    from resynapse.methods.survival import Times

    records = list(records)
    rows = []
    for endpoint in dict.fromkeys(study.endpoints):
        numbers = column(folder / ENDPOINTS, str(endpoint), study)
        if endpoint.statistic in TIME_TO:
            seen = column(folder / ENDPOINTS, f"{endpoint} seen", study)
            rows += time_rows(study, endpoint, {arm: Times(numbers[arm], seen[arm].astype(bool)) for arm in numbers})
        else:
            rows += plain_rows(study, endpoint, numbers)
    failed = {name: sum(len(r["failed"][name]) for r in records) for name in study.arms}
    return Whole(sum_of(r["digest"] for r in records), rows, failed)


def column(path: Path, endpoint: str, study: Study) -> dict[str, np.ndarray]:
    """Return one endpoint of everybody by arm, {arm: (n,)} in the order of the people."""
    import pyarrow.dataset as ds

    parts = ds.dataset(path, format="parquet")
    return {name: parts.to_table([endpoint], filter=ds.field("arm") == name)[endpoint].to_numpy() for name in study.arms}


def shown(study: Study, whole: Whole) -> RunResult:
    """Return the first people of a study with all their courses, for pictures, beside what is known of everybody."""
    everything = study.model_copy(update={"keep": Keep()})
    result = simulate_range(everything, 0, min(study.n, SHOWN))
    return replace(result, study=study, extra={**result.extra, "whole": whole})
