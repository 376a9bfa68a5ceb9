"""Arrows: how well the model agrees with the evidence when one arrow of the mechanism is missing, so that a reader sees which
arrows the data carry.

The same rows, people and draws each time, so a difference comes from the arrow alone.  Nothing is fitted again: a loss says that
the model as it stands leans on the arrow, not that no other model could do without.
"""  # noqa: D209

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from resynapse.methods.evidence import Row
from resynapse.methods.families import Means
from resynapse.methods.judge import area
from resynapse.methods.pool import Experiment, NotSimulated
from resynapse.methods.qualify import Comparison, Qualification, Settings, qualify
from resynapse.model.switches import CUTS
from resynapse.study import animal_pool
from resynapse.study.animal_pool import Cage
from resynapse.study.from_row import experiment_of
from resynapse.study.setup import Setup
from resynapse.study.setup import pool_of as people_pool

AREAS = ("scores", "rates", "direction", "mechanism")
"""Areas that the arrows can move; blood levels and sessions do not know of them."""

QUICK = Settings(replicates=100, people=500, blocks=10)


@dataclass(frozen=True)
class Arrow:
    """Fit without one arrow: {area: rows that agree, of those simulated}; gained and lost: ids against the whole model.

    score: mean log score over rows, against the whole model's; below 0, what was observed became less likely.
    """

    name: str
    meaning: str
    agree: dict[str, tuple[int, int]]
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    score: float = 0.0


def without(arrow: str, experiment: Experiment) -> Experiment:
    """Return an experiment in which an arrow is missing, in its control too; one that the arrow cannot reach as it is."""
    key = experiment.key
    if isinstance(key, Setup) and not key.plasma_only:
        setup = replace(key, cut=(*key.cut, arrow))
        made = replace(experiment, key=setup, simulate=lambda times, people, blocks, seed: people_pool(setup, times, people, blocks, seed))
    elif isinstance(key, Cage):
        cage = replace(key, cut=(*key.cut, arrow))
        made = replace(
            experiment, key=cage, simulate=lambda times, people, blocks, seed: animal_pool.pool_of(cage, times, (people, blocks, seed))
        )
    else:
        made = experiment
    return replace(made, control=None if experiment.control is None else without(arrow, experiment.control))


def arrow_table(
    rows: Sequence[Row],
    arrows: Sequence[str] = tuple(CUTS),
    settings: Settings = QUICK,
    progress: Callable[[str, int, int], None] | None = None,
    means: Means | None = None,
    set_up: Callable[[Row], Experiment | NotSimulated] = experiment_of,
) -> list[Arrow]:
    """Return the fit of the whole model (first, named "whole model") and without each arrow, the most needed first.

    Slow: one qualification for each arrow.  progress(text, done, all) is told of every one.  means: as for `qualify`.
    set_up: row -> experiment with every arrow in place, such as `study.experiments.Experiments`.
    """
    means = means or Means()
    asked = [r for r in rows if r.use == "predict" and area(r) in AREAS]
    whole = _fit(asked, _Without("", set_up), settings, means)
    right = _right(whole)
    out = [Arrow("whole model", "every arrow in place", _agree(whole))]
    for k, name in enumerate(arrows):
        if progress:
            progress(f"without {name}", k, len(arrows))
        found = _fit(asked, _Without(name, set_up), settings, means)
        now = _right(found)
        change = _score(found, whole)
        out.append(Arrow(name, CUTS[name].meaning, _agree(found), tuple(sorted(now - right)), tuple(sorted(right - now)), change))
    return [out[0], *sorted(out[1:], key=lambda a: (len(a.gained) - len(a.lost), a.name))]


@dataclass(frozen=True)
class _Without:
    """Sets rows up without an arrow ("": with all of them)."""

    arrow: str
    set_up: Callable[[Row], Experiment | NotSimulated]

    def __call__(self, row: Row) -> Experiment | NotSimulated:
        made = self.set_up(row)
        return made if isinstance(made, NotSimulated) or not self.arrow else without(self.arrow, made)


def _fit(rows: Sequence[Row], part: _Without, settings: Settings, means: Means) -> Qualification:
    return qualify(rows, part, settings, means=replace(means, mark=f"without-{part.arrow or 'nothing'}"))


def _right(found: Qualification) -> set[str]:
    return {c.row.id for c in found.comparisons if c.word == "agrees"}


def _agree(found: Qualification) -> dict[str, tuple[int, int]]:
    out = {}
    for name in AREAS:
        simulated = [c for c in found.comparisons if c.area == name and c.verdict is not None]
        out[name] = (sum(c.word == "agrees" for c in simulated), len(simulated))
    return out


def _score(found: Qualification, whole: Qualification) -> float:
    """Return the mean change of the log score over the rows that both simulate."""
    pairs = [(log_score(a), log_score(b)) for a, b in zip(found.comparisons, whole.comparisons, strict=True)]
    both = [a - b for a, b in pairs if a is not None and b is not None]
    return sum(both) / len(both) if both else 0.0


def log_score(one: Comparison) -> float | None:
    """Return the log of how likely the prediction made what was observed; None where it says nothing of that.

    Numbers: normal about the median with the SD over replicates, no farther off than five SD.  Directions: share of replicates with
    the observed sign, one of each sign added.
    """
    p = one.prediction
    if p is None:
        return None
    if one.row.statistic == "direction":
        shares = {1.0: p.up, -1.0: p.down}
        share = shares.get(one.row.value, 1.0 - abs(p.up - p.down))
        return math.log((100 * share + 1) / 103)
    if p.sd <= 0 or not math.isfinite(p.sd):
        return None
    z = min(abs(one.row.value - p.median) / p.sd, 5.0)
    return -0.5 * z * z - math.log(p.sd)
