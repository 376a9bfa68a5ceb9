"""Replicates: a whole trial done many times, each with people of its own in each arm, analysed as the study says.

Person numbers count through replicates and arms, and every draw belongs to a number, so neither the size of a chunk nor the number
of replicates changes what happens in one of them.  A trial of fewer people per arm is the first of them in each arm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from resynapse.engine.checkpoint import Store, checkpointed, version_of
from resynapse.engine.executor import HERE, Crew
from resynapse.methods.cohort import Cohort, Who
from resynapse.methods.operating import Estimates, Operating, Share, operating
from resynapse.model.scales import READOUTS
from resynapse.notation import InputError
from resynapse.study.disposition import system_of
from resynapse.study.dosing import is_given
from resynapse.study.parts import facts_of
from resynapse.study.people import people_of
from resynapse.study.rule_files import rule_file
from resynapse.study.schema import Arm, Study
from resynapse.study.simulate import ALL_SESSIONS, ArmResult, RunResult, simulate
from resynapse.study.summary import SummaryRow, summarise_endpoint, summary
from resynapse.study.tried import FACTS, Block, Tried, as_files, read_back

NULL_DRUG = ("synapses_to_mood", "potentiation_to_mood")
"""What is cut of a drug that is felt but does nothing for mood."""

CHUNK, MOST = 4096, 25  # people solved together; trials in a block at most: some seconds of work
Tell = Callable[[str, int, int], None]
Contrasted = tuple[str, str, str]  # endpoint, arm, against
Tables = dict[Contrasted, tuple[str, np.ndarray]]


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
    """One arm in all replicates of a block: its result with the people of all of them in a row, (R * n) in all."""

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


@dataclass(frozen=True)
class Trier:
    """Tries a study: every replicate of a block in all sizes and kinds; can be sent to another process.

    assurance: also with one draw of what differs between studies, and of fitted numbers, for each replicate.
    """

    study: Study
    sizes: tuple[int, ...]
    assurance: bool

    def __call__(self, block: Block) -> Tried:
        """Simulate and analyse."""
        plain = _simulated(self.study, block, {"drug": None, "null": NULL_DRUG}, False)
        varied = _simulated(self.study, block, {"drug": None}, True) if self.assurance else {}
        true = {name: replace(c.arm, measured=c.arm.true) for name, c in plain["drug"].items()}
        tried = Tried(block, {}, {}, true)
        for n in self.sizes:
            _analyse(tried, sized(self.study, n), plain, varied)
        return tried

    @property
    def blocks(self) -> dict[str, Block]:
        """The replicates in blocks by key: what is done, and kept, in one go."""
        step, count = min(max(1, CHUNK // self.study.n), MOST), self.study.replicates
        blocks = [Block(first, min(first + step, count)) for first in range(0, count, step)]
        return {block.key: block for block in blocks}

    def store(self, folder: Path) -> Store:
        """Return where finished blocks are kept."""
        facts = {**facts_of(self.study), "sizes": list(self.sizes), "assurance": self.assurance}
        return Store(folder, version_of(facts), FACTS, as_files, read_back)


def trier_of(study: Study, sizes: Sequence[int] = (), assurance: bool = False) -> Trier:
    """Return who does a trial over and over at every number of people in each arm (sizes; the study's own if there are none).

    Raises InputError for a study without a control, whose contrasts nothing could be said of.
    """
    if study.control is None:
        raise InputError(study.where("replicates"), "no control", "a study with a `control:` arm, against which a difference can be found")
    sizes = tuple(sizes) or (study.n,)
    return Trier(sized(_with_rules(study), max(sizes)), sizes, assurance)


def sized(study: Study, n: int) -> Study:
    """Return the study with another number of people in each arm."""
    return study.model_copy(update={"population": study.population.model_copy(update={"n": n})})


def replicated(trier: Trier, crew: Crew = HERE, store: Store | None = None, tell: Tell | None = None) -> list[Replicated]:
    """Do a trial `study.replicates` times; return what is found at every size.

    crew: who works; store: where finished blocks are kept, so that a stopped run goes on.  Neither changes a number.
    """
    count, size = trier.study.replicates, next(iter(trier.blocks.values()))
    step = size.last - size.first
    told = (lambda done, whole: tell(f"{min(done * step, count):,} of {count:,} trials", done, whole)) if tell else None
    tried = list(checkpointed(trier, trier.blocks, store, crew, told).values())
    truths = {key(row): as_log(row).value for row in summary(_whole(trier.study, tried)) if row.against}
    return [_judged(sized(trier.study, n), tried, truths) for n in trier.sizes]


def _with_rules(study: Study) -> Study:
    """Return the study with the rule file named, where arms that are solved one by one could not tell the drug."""
    drugs = [arm.drug for arm in study.arms.values() if is_given(arm.drug)]
    return study.model_copy(update={"supervision": rule_file(drugs[0])}) if study.supervision == "rules" and drugs else study


def _simulated(study: Study, block: Block, kinds: Mapping[str, tuple[str, ...] | None], varied: bool) -> dict[str, dict[str, _Copies]]:
    """Return {kind: {arm: its replicates}}; a kind cuts arrows of every arm but the control."""
    system, count = system_of(study), study.replicates
    width, some = len(study.arms) * study.n, block.last - block.first
    everybody = Who.of(count * width, study.seed, count if varied else 0)
    people = people_of(study, system, everybody.take(slice(block.first * width, block.last * width)))
    out: dict[str, dict[str, _Copies]] = {}
    for kind, arrows in kinds.items():
        for place, name in enumerate(study.arms):
            if kind == "drug" or name != study.control:
                index = (np.arange(some)[:, None] * width + place * study.n + np.arange(study.n)).ravel()
                copies = _Copies(*_solved(study, name, _cut(study.arms[name], arrows or ()), people.take(index)), study.n)
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


def _analyse(tried: Tried, study: Study, plain: Mapping[str, dict[str, _Copies]], varied: Mapping[str, dict[str, _Copies]]) -> None:
    """Enter the contrasts of every replicate of a block at one size."""
    scores = tuple(e for e in study.endpoints if READOUTS[e.quantity].scale and READOUTS[e.quantity].area == "scores")
    asked = [("drug", study.endpoints, plain["drug"]), ("drug without effect", scores, plain["drug"] | plain.get("null", {}))]
    if varied:
        asked.append(("between studies", study.endpoints, varied["drug"]))
    for kind, endpoints, copies in asked:
        if not endpoints:
            continue
        found, why = _contrasts(study.model_copy(update={"endpoints": endpoints}), tried.size, copies)
        tried.estimates.update({(kind, study.n, *what): table for what, table in found.items()})
        if why and not found:
            tried.complaints[kind, study.n] = (why.where, why.read if isinstance(why.read, str) else repr(why.read), why.expected)


def _judged(study: Study, tried: Sequence[Tried], truths: Mapping[Contrasted, float]) -> Replicated:
    """Return the contrasts of all replicates at one size."""
    kinds = dict.fromkeys(k[0] for one in tried for k in (*one.estimates, *one.complaints))
    tables = {kind: _joined_estimates(study, kind, tried) for kind in kinds}
    unknown, found, columns = Share(np.nan, np.nan), [], []
    for what, (unit, estimates) in tables.get("drug", {}).items():
        null, other = (tables.get(kind, {}).get(what) for kind in ("drug without effect", "between studies"))
        wrong, assured = null[1].rejected() if null else unknown, other[1].rejected() if other else unknown
        found.append(Contrast(*what, unit, study.n, operating(estimates, truths[what]), wrong, assured))
    for kind, table in tables.items():
        columns += [_columns(what, study.n, kind, estimates) for what, (_, estimates) in table.items()]
    joined = {name: np.concatenate([c[name] for c in columns]) for name in columns[0]} if columns else {}
    return Replicated(study, found, joined)


def _joined_estimates(study: Study, kind: str, tried: Sequence[Tried]) -> dict[Contrasted, tuple[str, Estimates]]:
    """Return {contrast: (unit, its estimates in every replicate)} of all blocks; the first complaint where nothing could be made."""
    units = {k[2:]: unit for one in tried for k, (unit, _) in one.estimates.items() if k[:2] == (kind, study.n)}
    if not units:
        raise InputError(*next(one.complaints[kind, study.n] for one in tried if (kind, study.n) in one.complaints))
    out = {}
    for what, unit in units.items():
        held = [one.estimates.get((kind, study.n, *what), ("", np.full((one.size, 5), np.nan)))[1] for one in tried]
        out[what] = unit, Estimates(*np.concatenate(held).T)
    return out


def _columns(what: Contrasted, n: int, kind: str, e: Estimates) -> dict[str, np.ndarray]:
    count = len(e.value)
    same = dict(zip(("endpoint", "arm", "against", "kind"), (np.full(count, x, object) for x in (*what, kind)), strict=True))
    return same | {"n": np.full(count, n), "replicate": np.arange(count), "estimate": e.value, "se": e.se, "low": e.low, "high": e.high,
                   "p": e.p}  # fmt: skip


def key(row: SummaryRow) -> Contrasted:
    """Return what a row is about."""
    return row.endpoint, row.arm, row.against


def as_log(row: SummaryRow) -> SummaryRow:
    """Return a ratio as its logarithm, on which estimates are averaged; other rows as they are."""
    if not row.unit.endswith("ratio"):
        return row
    value, low, high = (float(np.log(x)) for x in (row.value, row.low, row.high))
    return replace(row, value=value, low=low, high=high, unit=f"log {row.unit}")


def _contrasts(study: Study, count: int, copies: Mapping[str, _Copies]) -> tuple[Tables, InputError | None]:
    """Return {contrast: (unit, its estimates (count, 5))}; an analysis that cannot be made leaves a gap, and says why."""
    tables: Tables = {}
    why: InputError | None = None
    for r, trial in enumerate(_trials(study, count, copies)):
        fits: dict[str, Any] = {}
        for endpoint in study.endpoints:
            try:
                rows = [as_log(row) for row in summarise_endpoint(trial, endpoint, fits) if row.against]
            except InputError as error:
                why, rows = error, []
            for row in rows:
                held = tables.setdefault(key(row), (row.unit, np.full((count, 5), np.nan)))
                held[1][r] = row.value, row.se, row.low, row.high, row.p
    return tables, why


def _trials(study: Study, count: int, copies: Mapping[str, _Copies]) -> Iterator[RunResult]:
    """Give every replicate as a run of its own: the first n people of each arm."""
    system, stub = system_of(study), Cohort(study.seed, np.arange(study.n), np.full(study.n, -1), {}, {})
    for r in range(count):
        taken = {name: c.of(r * c.n + np.arange(study.n)) for name, c in copies.items()}
        conducts = {name: conduct for name, (_, conduct) in taken.items() if conduct is not None}
        yield RunResult(study, system, stub, {name: arm for name, (arm, _) in taken.items()}, {"conduct": conducts} if conducts else {})


def _whole(study: Study, tried: Sequence[Tried]) -> RunResult:
    """Return all replicates as one trial in which everybody is seen without error: its contrasts are the truth.

    With nobody missing ANCOVA says what the mixed model says, which cannot be fitted to courses without scatter.
    """
    if study.analysis.change == "mmrm":
        study = study.model_copy(update={"analysis": study.analysis.model_copy(update={"change": "ancova"})})
    count = study.replicates * study.n
    arms = {name: _end_to_end([one.true[name] for one in tried], [one.block.first * study.n for one in tried]) for name in study.arms}
    return RunResult(study, system_of(study), Cohort(study.seed, np.arange(count), np.full(count, -1), {}, {}), arms)


def _end_to_end(parts: Sequence[ArmResult], before: Sequence[int]) -> ArmResult:
    """Put the people of an arm in a row; before: how many people were planned in the parts before each."""
    true = {q: np.concatenate([p.true[q] for p in parts]) for q in parts[0].true}
    rows = np.cumsum([0, *(len(next(iter(p.true.values()))) for p in parts)])
    failed = tuple(int(first) + k for p, first in zip(parts, rows, strict=False) for k in p.failed)
    who = None
    if any(p.who is not None for p in parts):
        who = np.concatenate([first + p.who for p, first in zip(parts, before, strict=True) if p.who is not None])
    return replace(parts[0], true=true, measured=true, failed=failed, who=who)
