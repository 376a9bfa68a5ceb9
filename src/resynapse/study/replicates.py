"""Replicates: a whole trial done many times, each with people of its own in each arm, analysed as the study says.

Person numbers count through replicates and arms, and every draw belongs to a number, so neither the size of a chunk nor the number
of replicates changes what happens in one of them.  A trial of fewer people per arm is the first of them in each arm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from resynapse.methods.cohort import Cohort, Who
from resynapse.methods.operating import Estimates, Operating, Share, operating
from resynapse.model.scales import READOUTS
from resynapse.notation import InputError, System
from resynapse.study.disposition import system_of
from resynapse.study.dosing import is_given
from resynapse.study.people import people_of
from resynapse.study.rule_files import rule_file
from resynapse.study.schema import Arm, Study
from resynapse.study.simulate import ALL_SESSIONS, ArmResult, RunResult, simulate
from resynapse.study.summary import SummaryRow, summarise_endpoint, summary

NULL_DRUG = ("synapses_to_mood", "potentiation_to_mood")
"""What is cut of a drug that is felt but does nothing for mood."""

CHUNK = 4096  # people solved together
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Contrast:
    """One contrast over replicates: how its analysis behaves, and how often it errs with a drug that does nothing for mood.

    n: people in each arm.  type_one is NaN for endpoints that are no scores of a rating scale; assurance where it was not asked for.
    """

    endpoint: str
    arm: str
    against: str
    unit: str
    n: int
    found: Operating
    type_one: Share
    assurance: Share


@dataclass(frozen=True)
class Replicated:
    """A study over and over: its contrasts, and the estimates of every replicate as columns of a table."""

    study: Study
    contrasts: list[Contrast]
    estimates: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class _Copies:
    """One arm in all replicates: its result with the people of all of them in a row, (R * n) in all."""

    arm: ArmResult
    conduct: Any
    n: int

    def of(self, index: np.ndarray) -> tuple[ArmResult, Any]:
        """Return some of the people."""
        pick = lambda table: {q: x[index] for q, x in table.items()}  # noqa: E731
        if self.arm.who is not None:  # of those who went on into all phases
            index = np.flatnonzero(np.isin(self.arm.who, index))
        failed = np.flatnonzero(np.isin(index, self.arm.failed))
        one = replace(self.arm, true=pick(self.arm.true), measured=pick(self.arm.measured), failed=tuple(failed.tolist()), who=None)
        return one, None if self.conduct is None else self.conduct.take(index)


def replicated(study: Study, sizes: Sequence[int] = (), assurance: bool = False, tell: Tell | None = None) -> list[Replicated]:
    """Do a trial `study.replicates` times at every number of people in each arm (sizes; the study's own if there are none).

    assurance: do it again with one draw of what differs between studies, and of fitted numbers, for each replicate.
    Raises InputError for a study without a control, whose contrasts nothing could be said of.
    """
    if study.control is None:
        raise InputError(study.where("replicates"), "no control", "a study with a `control:` arm, against which a difference can be found")
    sizes = tuple(sizes) or (study.n,)
    study = _with_rules(study).model_copy(update={"population": study.population.model_copy(update={"n": max(sizes)})})
    tell = tell or (lambda text, done, whole: None)
    plain = _simulated(study, {"drug": None, "null": NULL_DRUG}, False, tell)
    varied = _simulated(study, {"drug": None}, True, tell) if assurance else {}
    out = []
    for k, n in enumerate(sizes):
        tell(f"analysing {study.replicates} trials of {n} in each arm", k, len(sizes))
        out.append(_analysed(study, n, plain, varied))
    return out


def _with_rules(study: Study) -> Study:
    """Return the study with the rule file named, where arms that are solved one by one could not tell the drug."""
    drugs = [arm.drug for arm in study.arms.values() if is_given(arm.drug)]
    return study.model_copy(update={"supervision": rule_file(drugs[0])}) if study.supervision == "rules" and drugs else study


def _simulated(study: Study, kinds: dict[str, tuple[str, ...] | None], varied: bool, tell: Tell) -> dict[str, dict[str, _Copies]]:
    """Return {kind: {arm: all its replicates}}; a kind cuts arrows of every arm but the control."""
    system, count = system_of(study), study.replicates
    width = len(study.arms) * study.n
    everybody = study.model_copy(update={"population": study.population.model_copy(update={"n": count * width})})
    people = people_of(everybody, system, Who.of(everybody.n, study.seed, count if varied else 0))
    out: dict[str, dict[str, _Copies]] = {}
    jobs = [(kind, place, name) for kind in kinds for place, name in enumerate(study.arms) if kind == "drug" or name != study.control]
    for done, (kind, place, name) in enumerate(jobs):
        arm = _cut(study.arms[name], kinds[kind] or ())
        index = (np.arange(count)[:, None] * width + place * study.n + np.arange(study.n)).ravel()
        text = f"{'drug without effect: ' if kind == 'null' else ''}{count} x {study.n} in arm {name}"
        tell(text, done, len(jobs))
        copies = _Copies(*_solved(study, name, arm, people.take(index)), study.n)
        out.setdefault(kind, {})[name] = copies
    return out


def _cut(arm: Arm, arrows: tuple[str, ...]) -> Arm:
    return arm.model_copy(update={"cut": tuple(dict.fromkeys((*arm.cut, *arrows)))}) if arrows else arm


def _solved(study: Study, name: str, arm: Arm, people: Cohort) -> tuple[ArmResult, Any]:
    """Return one arm of all replicates, solved in chunks; of its courses, what the endpoints read."""
    alone = study.model_copy(update={"arms": {name: arm}, "control": None, "replicates": 1, "randomisation": None})
    wanted = dict.fromkeys(e.quantity for e in study.endpoints)
    parts, conducts, failed, who = [], [], [], []
    for start in range(0, people.n, CHUNK):
        some = people.take(slice(start, start + CHUNK))
        found = simulate(alone, people=some)
        part = found.arms[name]
        keep = _read(study, part.times)
        pick = lambda table, keep=keep: {q: table[q][:, keep] for q in wanted}  # noqa: E731
        failed += [sum(len(p) for p in who) + k for k in part.failed]
        who.append(start + (np.arange(some.n) if part.who is None else part.who))
        parts.append(replace(part, times=part.times[keep], true=pick(part.true), measured=pick(part.measured)))
        conducts.append(found.extra.get("conduct", {}).get(name))
    join = lambda tables: {q: np.concatenate([t[q] for t in tables]) for q in wanted}  # noqa: E731
    true, seen = join([p.true for p in parts]), join([p.measured for p in parts])
    members = np.concatenate(who) if any(p.who is not None for p in parts) else None
    return replace(parts[0], true=true, measured=seen, failed=tuple(failed), who=members), _joined(conducts)


def _read(study: Study, times: np.ndarray) -> np.ndarray:
    """Return which times the endpoints read: those of visits, or all of them where one looks at the shape of a session."""
    if any(e.statistic in ALL_SESSIONS or not READOUTS[e.quantity].scale for e in study.endpoints):
        return np.ones(len(times), bool)
    return np.asarray(np.isclose(times[:, None], [0.0, *study.times], rtol=0, atol=1e-6).any(axis=1))


def _joined(conducts: list[Any]) -> Any:
    """Put together what became of the plan in every chunk."""
    if conducts[0] is None:
        return None
    first = conducts[0]
    held = {f: np.concatenate([getattr(c, f) for c in conducts]) for f in first.__dataclass_fields__}
    return replace(first, **held)


def _analysed(study: Study, n: int, plain: dict[str, dict[str, _Copies]], varied: dict[str, dict[str, _Copies]]) -> Replicated:
    """Return the contrasts of all replicates at n people in each arm."""
    system = system_of(study)
    smaller = study.model_copy(update={"population": study.population.model_copy(update={"n": n})})
    scores = tuple(e for e in study.endpoints if READOUTS[e.quantity].scale and READOUTS[e.quantity].area == "scores")
    drug = _contrasts(smaller, system, plain["drug"])
    null = _contrasts(smaller.model_copy(update={"endpoints": scores}), system, plain["drug"] | plain["null"]) if scores else {}
    other = _contrasts(smaller, system, varied["drug"]) if varied else {}
    truths = {key(row): as_log(row).value for row in summary(_whole(smaller, system, plain["drug"])) if row.against}
    found, columns = [], []
    unknown = Share(np.nan, np.nan)
    for what, (unit, estimates) in drug.items():
        op = operating(estimates, truths[what])
        wrong = null[what][1].rejected() if what in null else unknown
        assured = other[what][1].rejected() if what in other else unknown
        found.append(Contrast(*what, unit, n, op, wrong, assured))
    for kind, table in (("drug", drug), ("drug without effect", null), ("between studies", other)):
        columns += [_columns(what, n, kind, estimates) for what, (_, estimates) in table.items()]
    joined = {name: np.concatenate([c[name] for c in columns]) for name in columns[0]} if columns else {}
    return Replicated(smaller, found, joined)


def _columns(what: tuple[str, str, str], n: int, kind: str, e: Estimates) -> dict[str, np.ndarray]:
    count = len(e.value)
    same = dict(zip(("endpoint", "arm", "against", "kind"), (np.full(count, x, object) for x in (*what, kind)), strict=True))
    return same | {"n": np.full(count, n), "replicate": np.arange(count), "estimate": e.value, "se": e.se, "low": e.low, "high": e.high,
                   "p": e.p}  # fmt: skip


def key(row: SummaryRow) -> tuple[str, str, str]:
    """Return what a row is about."""
    return row.endpoint, row.arm, row.against


def as_log(row: SummaryRow) -> SummaryRow:
    """Return a ratio as its logarithm, on which estimates are averaged; other rows as they are."""
    if not row.unit.endswith("ratio"):
        return row
    value, low, high = (float(np.log(x)) for x in (row.value, row.low, row.high))
    return replace(row, value=value, low=low, high=high, unit=f"log {row.unit}")


def _contrasts(study: Study, system: System, copies: dict[str, _Copies]) -> dict[tuple[str, str, str], tuple[str, Estimates]]:
    """Return {contrast: (unit, its estimates in every replicate)}; an analysis that cannot be made leaves a gap."""
    tables: dict[tuple[str, str, str], tuple[str, np.ndarray]] = {}
    why: InputError | None = None
    for r, trial in enumerate(_trials(study, system, copies)):
        fits: dict[str, Any] = {}
        for endpoint in study.endpoints:
            try:
                rows = [as_log(row) for row in summarise_endpoint(trial, endpoint, fits) if row.against]
            except InputError as error:
                why, rows = error, []
            for row in rows:
                held = tables.setdefault(key(row), (row.unit, np.full((study.replicates, 5), np.nan)))
                held[1][r] = row.value, row.se, row.low, row.high, row.p
    if why and not tables:
        raise why
    return {what: (unit, Estimates(*table.T)) for what, (unit, table) in tables.items()}


def _trials(study: Study, system: System, copies: dict[str, _Copies]) -> Iterator[RunResult]:
    """Give every replicate as a run of its own: the first n people of each arm."""
    stub = Cohort(study.seed, np.arange(study.n), np.full(study.n, -1), {}, {})
    for r in range(study.replicates):
        taken = {name: c.of(r * c.n + np.arange(study.n)) for name, c in copies.items()}
        conducts = {name: conduct for name, (_, conduct) in taken.items() if conduct is not None}
        yield RunResult(study, system, stub, {name: arm for name, (arm, _) in taken.items()}, {"conduct": conducts} if conducts else {})


def _whole(study: Study, system: System, copies: dict[str, _Copies]) -> RunResult:
    """Return all replicates as one trial in which everybody is seen without error: its contrasts are the truth.

    With nobody missing ANCOVA says what the mixed model says, which cannot be fitted to courses without scatter.
    """
    if study.analysis.change == "mmrm":
        study = study.model_copy(update={"analysis": study.analysis.model_copy(update={"change": "ancova"})})
    arms = {name: replace(c.arm, measured=c.arm.true) for name, c in copies.items()}
    count = study.replicates * next(iter(copies.values())).n
    return RunResult(study, system, Cohort(study.seed, np.arange(count), np.full(count, -1), {}, {}), arms)
