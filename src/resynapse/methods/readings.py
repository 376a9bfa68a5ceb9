"""What is read on each person of a pool for one row: values at a time, changes, events, curves.

A `Reading` says at which hours (pool axis) it needs the pool, and how to turn the pool into numbers per person.

Conventions.  A row without `time_h` is read at the experiment's `read_h`.  A window (`window_h`) ends at `time_h`: inside it
vital signs and dissociation give each person's peak over the usual sessions (40, 60, 90, 120, 240 min after each dose), scales
are looked at on every visit, anything else is averaged.  Curves (peak, area, slope) are read without error of measurement, on a
grid of 2 min around each dose that widens to hours; all else as measured.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resynapse.methods import judge
from resynapse.methods.evidence import Row
from resynapse.methods.pool import Experiment, Missing, NotSimulated, Pool

Array = NDArray[np.float64]

SESSION_H = (40 / 60, 1.0, 1.5, 2.0, 4.0)
VISITS_H = (1.83, 3.83, 24.0, 48.0, 72.0, 168.0, 240.0, 336.0)
TRAPS = ("SpO2", "sedation_MOAAS")  # quantities whose peak is their lowest value
# Thresholds of remission that a row may leave out.  The first four are those of the evidence schema, the others usual in the
# field and assumed here; a state that is 0 or 1 has remitted at 0.
REMISSION: Mapping[str, float] = {
    "MADRS": 10, "HAMD17": 7, "PHQ9": 4, "QIDS_SR": 5, "QIDS_C": 5, "HAMD6": 4, "HAMD21": 7, "HAMD24": 10, "HAMD25": 10,
    "BDI": 9, "IDS": 13, "IDS_C": 13, "IDS_SR": 13, "depressive_episode": 0.5, "suicidal_ideation": 0.5,
}  # fmt: skip
GIVEN = ("MADRS", "HAMD17", "PHQ9", "QIDS_SR", "depressive_episode", "suicidal_ideation")
RELAPSE: Mapping[str, float] = {"MADRS": 22, "depressive_episode": 0.5}
OF_RELAPSE = ("relapse", "median_time_to_relapse", "hazard_ratio")
ALIASES: Mapping[str, str] = {"MOAAS": "sedation_MOAAS"}
_RISE = re.compile(r"^(\w+?)_(rise|fall)_ge(\d+(?:\.\d+)?)$")
_ENROLLED = re.compile(r"^(non)?(responders|remitters)(?:_after_(\d+)_weeks?|_at_trial_day_(\d+))?$")
_WELL = re.compile(r"^well_on_antidepressant_(\d+)_months(_or_more)?$")
_LEVEL = re.compile(r"^(\w+?)_(ge|le)(\d+(?:\.\d+)?)$")


@dataclass(frozen=True)
class Reading:
    """Hours on the pool axis, and a function of the pool that gives (n, k) numbers; `unit` is a text or a series' name in [..]."""

    times: tuple[float, ...]
    values: Callable[[Pool], Array]
    unit: str
    notes: tuple[str, ...] = ()

    def unit_in(self, pool: Pool) -> str:
        """Return the unit of the numbers, once the pool is known."""
        if not self.unit.startswith("["):
            return self.unit
        name, _, rest = self.unit[1:].partition("]")
        return pool.units.get(name, "") + rest


def series_of(row: Row, experiment: Experiment) -> str:
    """Name of the row's quantity in the pool."""
    return experiment.series or row.quantity


def needed_series(row: Row) -> str:
    """Name of the series that a row can be read off: its quantity, or what an event on a scale or vital sign is derived from."""
    if not row.quantity.startswith("event:"):
        return row.quantity
    name = row.quantity.removeprefix("event:")
    scale, _, what = name.rpartition("_")
    if what in ("response", "remission") and judge.is_scale(scale):
        return scale
    found = _RISE.match(name) or _LEVEL.match(name)
    return ALIASES.get(found[1], found[1]) if found else row.quantity


def end_of(row: Row, experiment: Experiment) -> float | None:
    """Hour on the pool axis at which the row is read, or None."""
    time = row.time_h if row.time_h is not None else experiment.read_h
    return None if time is None else experiment.zero_h + time


def point(row: Row, experiment: Experiment) -> Reading | NotSimulated:
    """Value and baseline of each person, (n, 2)."""
    name, base, end = series_of(row, experiment), experiment.baseline_h, end_of(row, experiment)
    if end is None:
        return NotSimulated(f"{row.statistic} of {row.quantity} without time_h")
    inside = window_times(row, experiment, end)
    peak = row.quantity in judge.SAFETY

    def values(pool: Pool) -> Array:
        x = pool.measured(name, np.array(inside))
        start = pool.measured(name, np.array([base]))
        if len(inside) == 1:
            return np.hstack([x, start])
        if peak:
            return np.hstack([_lowest(x) if row.quantity in TRAPS else -_lowest(-x), start])
        return np.hstack([np.where(np.isfinite(x), x, 0.0).sum(1, keepdims=True) / _count(x), start])

    notes = () if len(inside) == 1 else (f"{'peak' if peak else 'average'} over the window of {row.window_h:g} h",)
    return Reading((*inside, base), values, f"[{name}]", notes)


def _count(x: Array) -> Array:
    seen = np.isfinite(x).sum(1, keepdims=True)
    return np.where(seen, seen, np.nan)


def _lowest(x: Array) -> Array:
    low = np.where(np.isfinite(x), x, np.inf).min(1, keepdims=True)
    return np.where(np.isfinite(low), low, np.nan)


def window_times(row: Row, experiment: Experiment, end: float) -> tuple[float, ...]:
    """Hours on the pool axis at which a windowed row is looked at; the end itself where there is no window to look through."""
    if not row.window_h or experiment.windowed or judge.is_scale(row.quantity):
        return (end,)
    start = end - row.window_h
    if row.quantity in judge.SAFETY:
        return tuple(sorted({*(d + s for d in experiment.dose_h for s in SESSION_H if start < d + s < end - 0.01), end}))
    return tuple(float(t) for t in np.linspace(start, end, 13)[1:])


def visits(row: Row, experiment: Experiment, start: float, end: float) -> tuple[float, ...]:
    """Visits on the pool axis in (start, end], the end among them."""
    usual = experiment.visits or (*VISITS_H, *np.arange(504.0, end - experiment.zero_h, 168.0).tolist())
    inside = {experiment.zero_h + v for v in usual}
    return tuple(sorted({v for v in inside if start < v < end - 0.01} | {end}))


def rate(row: Row, experiment: Experiment, what: str) -> Reading | NotSimulated:
    """Whether each person responds (a fall of half or more) or is in remission, (n, 1) of 0/1, NaN if not seen.

    With a window: at any visit in it.
    """
    end = end_of(row, experiment)
    if end is None:
        return NotSimulated(f"{what} without time_h")
    quantity = row.quantity.removeprefix("event:").removesuffix(f"_{what}")
    name = quantity if row.quantity.startswith("event:") else series_of(row, experiment)
    at = visits(row, experiment, end - row.window_h, end) if row.window_h else (end,)
    base, notes = experiment.baseline_h, ()
    limit = row.number("remission_threshold", REMISSION.get(quantity))
    if what == "remission":
        if limit is None:
            return NotSimulated(f"no threshold of remission is known for '{quantity}' (covariate remission_threshold)")
        if "remission_threshold" not in row.covariates and quantity not in GIVEN:
            notes = (f"remission threshold {limit:g} assumed",)
    if row.window_h and not experiment.visits:
        notes = (*notes, "usual visits assumed")

    def values(pool: Pool) -> Array:
        x = pool.measured(name, np.array(at))
        hit = x <= (limit or 0.0) if what == "remission" else x <= 0.5 * pool.measured(name, np.array([base]))
        seen = np.isfinite(x).any(1)
        return np.where(seen, hit.any(1), np.nan)[:, None]

    return Reading((*at, base), values, "fraction", notes)


def event(row: Row, experiment: Experiment) -> Reading | NotSimulated:
    """Whether each person has the event in the window that ends at `time_h` (from time 0 without one), (n, 1) of 0/1.

    Taken from the pool's event counts or first times; SCALE_response, SCALE_remission, X_rise_ge10, X_fall_ge10, X_ge10 and
    X_le3 are read off the series X at the usual sessions or visits if the pool holds no such event.
    """
    name = row.quantity.removeprefix("event:")
    if row.quantity.startswith("event:"):
        for what in ("response", "remission"):
            if name.endswith(f"_{what}") and judge.is_scale(name):
                return rate(row, experiment, what)
    end, notes = end_of(row, experiment), ()
    if end is None:
        end = experiment.zero_h + row.window_h if row.window_h else max(experiment.dose_h, default=0.0) + 24.0
        notes = (f"no time_h: counted until {end:g} h",)
    start = end - row.window_h if row.window_h else experiment.zero_h
    derived = _from_vital_signs(name, experiment, start, end)

    def values(pool: Pool) -> Array:
        key = f"event:{name}"
        if key in pool.series:
            before = pool.measured(key, np.array([start])) if start > 0 else 0.0
            come = pool.measured(key, np.array([end])) - before
            return 1 - np.exp(-come) if pool.hazards else (come > 0).astype(float)
        for held in (key, name):
            if held in pool.event_h:
                first = pool.event_h[held]
                return ((first > start - 1e-9) & (first <= end + 1e-9)).astype(float)[:, None]
        if derived is None:
            raise Missing(f"the simulation gives no event '{name}'")
        return derived.values(pool)

    times = ((start,) if start > 0 else ()) + (end,) + (derived.times if derived else ())
    return Reading(times, values, "fraction", notes)


def _from_vital_signs(name: str, experiment: Experiment, start: float, end: float) -> Reading | None:
    """An event that is a rise from before the dose, or a level, at any session after a dose in the window."""
    rise, level = _RISE.match(name), _LEVEL.match(name)
    found = rise or level
    if not found:
        return None
    series, sort, size = ALIASES.get(found[1], found[1]), found[2], float(found[3])
    doses = [d for d in experiment.dose_h if start - 1e-6 <= d < end] or [max(start, 0.0)]

    def values(pool: Pool) -> Array:
        hit = np.zeros(len(pool.block), dtype=bool)
        for dose in doses:
            x = pool.measured(series, dose + np.array(SESSION_H))
            if rise:
                x = x - pool.measured(series, np.array([dose]))
            hit |= np.any(x >= size if sort in ("ge", "rise") else x <= (size if level else -size), axis=1)
        return hit.astype(float)[:, None]

    return Reading(tuple(d + s for d in doses for s in (0.0, *SESSION_H)), values, "fraction")


def relapse_time(row: Row, experiment: Experiment, end: float) -> Reading | NotSimulated:
    """Hours from the row's time 0 to relapse, inf if not by `end` (pool axis), (n, 1).

    From the pool's own relapse times; else the first weekly visit at or above the threshold (MADRS 22 unless the row says).
    """
    name, zero = series_of(row, experiment), experiment.zero_h
    from_week = row.number("relapse_from_wk") or 0.0
    start = zero + 168.0 * from_week
    limit = row.number("relapse_threshold", RELAPSE.get(row.quantity))
    at = tuple(float(t) for t in np.arange(start + 168.0, end - 0.01, 168.0)) + (end,)

    def values(pool: Pool) -> Array:
        if "relapse" in pool.event_h:
            first = pool.event_h["relapse"]
            return np.where((first >= start) & (first <= end + 1e-9), first - zero, np.inf)[:, None]
        if limit is None:
            raise Missing(f"no threshold of relapse is known for '{row.quantity}' (covariate relapse_threshold)")
        x = pool.measured(name, np.array(at))
        bad = np.where(np.isfinite(x), x, -np.inf) >= limit
        return np.where(bad.any(1), np.array(at)[np.argmax(bad, axis=1)] - zero, np.inf)[:, None]

    return Reading(at, values, "h")


def pair(row: Row, experiment: Experiment, other: str) -> Reading | NotSimulated:
    """The row's quantity and another one at the same time (changes from baseline with of=change), (n, 2)."""
    name, end, base = series_of(row, experiment), end_of(row, experiment), experiment.baseline_h
    if end is None:
        return NotSimulated("correlation without time_h")
    changed = row.covariates.get("of") == "change"

    def values(pool: Pool) -> Array:
        at, start = np.array([end]), np.array([base])
        both = [pool.measured(n, at) - (pool.measured(n, start) if changed else 0.0) for n in (name, other)]
        return np.hstack(both)

    return Reading((end, base), values, "1")


def is_enriched(row: Row) -> bool:
    """Tell whether who was enrolled can be read off the row's own quantity."""
    word = row.covariates.get("enrichment", "")
    return bool(_ENROLLED.match(word) and judge.is_scale(row.quantity) or _WELL.match(word))


def months_well(row: Row) -> float:
    """Return for how many months people were well on an antidepressant before time 0; 0 where the row says nothing of it."""
    found = _WELL.match(row.covariates.get("enrichment", ""))
    return float(found[1]) if found else 0.0


def enrolled(row: Row, experiment: Experiment) -> Reading | None:
    """Who of the pool the row speaks of, (n, 1) of 0/1, for enrichments that can be read off the row's own quantity, else None.

    (non)responders or (non)remitters, `_after_N_weeks` or `_at_trial_day_N` (day 1 is the first dose); without a time, at the
    row's time 0, or 24 h after the last dose where that is time 0.  A relapse without a word of who was enrolled, or of people who
    were well: those who are below the threshold when watching begins.
    """
    found = _ENROLLED.match(row.covariates.get("enrichment", ""))
    relapse = row.statistic in OF_RELAPSE or row.covariates.get("of") == "relapse"
    if relapse and (not found or not judge.is_scale(row.quantity)):
        return _well(row, experiment)
    if not found or not judge.is_scale(row.quantity):
        return None
    if found[3]:
        at = 168.0 * float(found[3])
    elif found[4]:
        at = 24.0 * (float(found[4]) - 1)
    else:
        at = experiment.zero_h + (24.0 if row.covariates.get("time_zero") == "last_dose" else 0.0)
    if at <= experiment.baseline_h:
        return None
    then = Experiment(experiment.key, experiment.simulate, series=experiment.series, baseline_h=experiment.baseline_h, read_h=at)
    hit = rate(replace(row, time_h=None, window_h=None), then, "response" if found[2] == "responders" else "remission")
    if isinstance(hit, NotSimulated):
        return None
    wanted = 0.0 if found[1] else 1.0
    return Reading(hit.times, lambda pool: (hit.values(pool) == wanted).astype(float), "1", (f"only {found[0].replace('_', ' ')}",))


def _well(row: Row, experiment: Experiment) -> Reading | None:
    """Who is below the threshold of relapse when watching begins."""
    name, limit = series_of(row, experiment), row.number("relapse_threshold", RELAPSE.get(row.quantity))
    start = experiment.zero_h + 168.0 * (row.number("relapse_from_wk") or 0.0)
    if limit is None or start <= experiment.baseline_h:
        return None
    return Reading((start,), lambda pool: (pool.measured(name, np.array([start])) < limit).astype(float), "1", ("only those who are well",))
