"""Animals: a row about mice or rats -> stress, dose and images as the laboratory did them, and what it read.

Time 0 is the treatment.  Before it lies a lead: the days of stress, or some quiet days so that images can be taken earlier.
Spines are counted in windows: at every image, which spines are new and which are gone since the image before it.
"""

from dataclasses import dataclass, replace

import numpy as np

from resynapse.engine import Ensemble, Event, Schedule, Settings
from resynapse.methods.evidence import Row
from resynapse.methods.pool import Experiment, NotSimulated, Pool
from resynapse.model import build
from resynapse.model.population import POPULATIONS
from resynapse.model.routes import RODENT_ROUTES
from resynapse.model.scales import READOUTS
from resynapse.notation import closest
from resynapse.study.dosing import Administration, dose_events, is_given
from resynapse.study.simulate import draw_people, measured

DAY_H = 24.0
QUIET_DAYS, STRESS_DAYS, IMAGES_H = 8.0, 21.0, 48.0
COUNTED = ("spine_formation", "spine_elimination", "spine_survival")
COMPUTED = {"spine_survival": "marked_alive", "spine_rescue_fraction": "mpfc_synapses", "behaviour_rescue": "immobility"}
HIPPOCAMPUS = ("hippocampus", "ca1", "ca3")
PLACES = {"mpfc_synapses": "hippocampus_synapses", "spine_density": "hippocampus_synapses"}
READ_H = {"glutamate": 0.67}  # where the row gives no time: the drug's first hour
WITHOUT = ("none", "placebo", "vehicle", "saline")


@dataclass(frozen=True)
class Cage:
    """One group of animals.

    stress_days: before time 0 (0: none); lead_d: days before time 0; images: hours between images and the hour of one of them, or none;
    mark: hours in which born spines are marked, for survival; place: "" or hippocampus.
    """

    species: str
    drug: str
    route: str
    doses: tuple[float, ...]
    days: tuple[float, ...]
    stress_days: float
    lead_d: float
    images: tuple[float, float] | None = None
    mark: tuple[float, float] | None = None
    from_zero: bool = False  # stress begins at time 0 and goes on
    place: str = ""


def is_animal(row: Row) -> bool:
    """Tell whether a row is about a mouse or a rat and something other than blood levels."""
    return row.species in ("mouse", "rat") and (row.quantity in COMPUTED or _area(row) == "mechanism")


def _area(row: Row) -> str:
    return READOUTS[row.quantity].area if row.quantity in READOUTS else ""


def animal_experiment(row: Row) -> Experiment | NotSimulated:
    """Return how to simulate the row's animals and the group that it compares them with, or why not."""
    if row.population not in POPULATIONS:
        return NotSimulated(f"population '{row.population}' is not simulated.{closest(row.population, POPULATIONS)}")
    if not is_given(row.drug) and row.drug not in WITHOUT:
        return NotSimulated(f"drug '{row.drug}' is not simulated.")
    if is_given(row.drug) and (row.dose is None or row.dose_unit != "mg/kg"):
        return NotSimulated("the row names no dose in mg/kg")
    if is_given(row.drug) and row.route not in RODENT_ROUTES:
        return NotSimulated(f"route '{row.route}' is not simulated in animals.{closest(row.route, RODENT_ROUTES)}")
    other = row.covariates.get("other", "")
    cage = _cage(row, other)
    notes = (f"read as: {other.replace('+', ', ')}",) if other else ()
    if not is_given(row.drug) and row.population.startswith("stressed"):
        notes = (*notes, "stress lasts to the end")
    control = _control(row, cage)
    if isinstance(control, NotSimulated):
        return control
    return _experiment(row, cage, notes, None if control is None else _experiment(row, control, (), None))


def _cage(row: Row, other: str) -> Cage:
    stressed = row.population.startswith("stressed")
    stress_days = float(row.covariates.get("stress_days", STRESS_DAYS)) if stressed else 0.0
    from_zero = stressed and row.covariates.get("time_zero") == "stress_start"
    given = is_given(row.drug)
    days = row.dose_days if isinstance(row.dose_days, tuple) and row.dose_days else (0.0,)
    end = row.time_h if row.time_h is not None else READ_H.get(row.quantity, 0.0)
    window = row.window_h or IMAGES_H
    images = (window, end % window) if row.quantity in COUNTED[:2] else None
    mark = (end - window - IMAGES_H, end - window) if row.quantity == "spine_survival" else None
    return Cage(
        species=row.species,
        drug=row.drug if given else "none",
        route=row.route if given else "none",
        doses=(row.dose or 0.0,) * len(days) if given else (),
        days=days if given else (),
        stress_days=0.0 if from_zero else stress_days,
        lead_d=QUIET_DAYS if from_zero else max(QUIET_DAYS, stress_days),
        images=images,
        mark=mark,
        from_zero=from_zero,
        place="hippocampus" if any(word in other.lower() for word in HIPPOCAMPUS) else "",
    )


def _control(row: Row, cage: Cage) -> Cage | NotSimulated | None:
    if row.control in ("", "baseline"):
        return None
    if row.control in ("vehicle", "placebo", "saline", "none"):
        return replace(cage, drug="none", route="none", doses=(), days=())
    if row.control in ("naive_mouse", "naive_rat", "healthy"):
        return replace(cage, stress_days=0.0, from_zero=False, drug="none", route="none", doses=(), days=())
    return NotSimulated(f"control '{row.control}' is not simulated in animals.")


def _experiment(row: Row, cage: Cage, notes: tuple[str, ...], control: Experiment | None) -> Experiment:
    return Experiment(
        key=cage,
        simulate=lambda times, n, blocks, seed: pool_of(cage, times, (n, blocks, seed)),
        dose_h=tuple(DAY_H * d for d in cage.days) or (0.0,),
        baseline_h=-DAY_H if row.quantity in (*COUNTED, "spine_density") else 0.0,
        read_h=READ_H.get(row.quantity, 0.0),
        windowed=True,
        control=control,
        notes=notes,
    )


def pool_of(cage: Cage, times: tuple[float, ...], how: tuple[int, int, int]) -> Pool:
    """Simulate animals in blocks and return every read-out at the given hours; how = (n, blocks, seed)."""
    n, blocks, seed = how
    system, lead = build(cage.species), cage.lead_d * DAY_H
    naive = POPULATIONS[f"naive_{cage.species}"]
    people = draw_people(naive, naive.covariates, system, (n, seed, blocks), cage.species)
    axis = np.asarray(times, float)
    reference = [0.0] + ([cage.mark[1]] if cage.mark else [])
    every = np.union1d(np.union1d(axis, reference), [-lead])
    doses = [Administration(DAY_H * d, a, "mg/kg", 0.0, k) for k, (d, a) in enumerate(zip(cage.days, cage.doses, strict=True))]
    given = dose_events(cage.drug, cage.route, doses, people, RODENT_ROUTES)
    events = [replace(e, time=e.time + lead) for e in [*given, *_stress(cage), *_images(cage, float(every[-1]))]]
    outputs = {q: o.output for q, o in READOUTS.items() if o.area == "mechanism" and o.output in system.units}
    if cage.place:
        outputs |= {q: other for q, other in PLACES.items() if q in outputs}
    wanted = list(dict.fromkeys([*outputs.values(), *COMPUTED.values()]))
    solved = Ensemble.of(system).run(n, dict(people.values), Schedule.of(events, n, system), every + lead, wanted, Settings())
    at = np.searchsorted(every, axis)
    true = {q: solved.values[o][:, at] * (100.0 if o != READOUTS[q].output and q == "spine_density" else 1.0) for q, o in outputs.items()}
    group = f"{cage.drug} {cage.route} {cage.stress_days:g}"
    seen = {q: measured(q, READOUTS[q].output, true[q], axis + lead, people, (system, group)) for q in outputs}
    units = {q: READOUTS[q].unit for q in outputs}
    extra = _computed(cage, solved.values, every, at)
    return Pool(people.block, axis, seen | extra, units | dict.fromkeys(extra, "fraction"), noise_free=true | extra)


def _stress(cage: Cage) -> list[Event]:
    """Daily stress from its first day to the end of the experiment; images and behaviour follow under stress."""
    if cage.from_zero:
        return [Event(0.0, "life", "set", 1.0)]
    return [Event(-cage.stress_days * DAY_H, "life", "set", 1.0)] if cage.stress_days else []


def _images(cage: Cage, end: float) -> list[Event]:
    """Open a window at every image, with nothing counted yet; or once, to mark what is born."""
    fresh = ("born_young", "born_new", "born_established", "lost_old")
    if cage.mark:
        begin, close = cage.mark
        return [Event(begin, "marking", "set", 1.0), Event(close, "marking", "set", 0.0)]
    if not cage.images:
        return []
    every, phase = cage.images
    first = phase + every * np.ceil((-cage.lead_d * DAY_H - phase) / every)
    hours = np.arange(first, end + 1e-6, every)
    out = [Event(float(hours[0]), "marking", "set", 1.0)]
    return out + [Event(float(h), state, "set", 0.0) for h in hours for state in fresh]


def _computed(cage: Cage, values: dict[str, np.ndarray], every: np.ndarray, at: np.ndarray) -> dict[str, np.ndarray]:
    """Return what needs each animal's own earlier value."""
    zero = int(np.searchsorted(every, 0.0))
    synapses = values["hippocampus_synapses" if cage.place else "mpfc_synapses"]
    start = synapses[:, [zero]]
    float_before = values["immobility"][:, [zero]]
    out = {
        "spine_rescue_fraction": (synapses[:, at] - start) / np.maximum(1 - start, 1e-3),
        "behaviour_rescue": 1 - values["immobility"][:, at] / float_before,
    }
    if cage.mark:
        marked = values["marked_alive"][:, [int(np.searchsorted(every, cage.mark[1]))]]
        out["spine_survival"] = values["marked_alive"][:, at] / np.maximum(marked, 1e-9)
    return out
