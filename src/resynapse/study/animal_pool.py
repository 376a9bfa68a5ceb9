"""Animal pool: the mice or rats of one published experiment on their own clock, and what a laboratory counts on them.

The clock starts at rest, `lead` hours before the treatment: the days of stress, or quiet days in which earlier images are taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from resynapse.engine import Ensemble, Event, Schedule, Settings, streams
from resynapse.methods.cohort import Cohort
from resynapse.methods.fit import DECLARED, Fit
from resynapse.methods.pool import Pool
from resynapse.model import build
from resynapse.model.population import POPULATIONS
from resynapse.model.routes import RODENT_ROUTES
from resynapse.model.scales import READOUTS
from resynapse.model.switches import INTERVENTIONS, SWITCHES
from resynapse.notation import System
from resynapse.study.dosing import Administration, dose_events
from resynapse.study.measure import measured
from resynapse.study.people import Differ, draw_people, shown_on

DAY_H = 24.0
SPINES = 100  # watched in one animal (assumed, 40-300): about ten stretches of dendrite with ten spines each
HIPPOCAMPUS = {"mpfc_synapses": "hippocampus_synapses", "spine_density": "hippocampus_synapses"}
RESCUED = {"spine_rescue_fraction": "mpfc_synapses", "behaviour_rescue": "immobility"}
FRESH = ("born_young", "born_new", "born_established", "lost_old")
Courses = dict[str, np.ndarray]


@dataclass(frozen=True)
class Cage:
    """One group of animals.  Hours count from the treatment, days of doses too.

    stress: when daily stress begins, or none; lead: hours of the clock before the treatment; windows: (open, close) of each interval
    of images; acts: (intervention, begin, end or none); cut: arrows and genes that are missing; place: "" or hippocampus.
    compared: read as a share of what stress took, so untreated and unstressed animals are needed beside these.
    """

    species: str
    drug: str
    route: str
    doses: tuple[float, ...]
    days: tuple[float, ...]
    lead: float
    stress: float | None = None
    windows: tuple[tuple[float, float], ...] = ()
    acts: tuple[tuple[str, float, float | None], ...] = ()
    cut: tuple[str, ...] = ()
    place: str = ""
    compared: bool = False
    fit: Fit = DECLARED

    @property
    def untreated(self) -> "Cage":
        """The same animals with an injection of nothing."""
        return replace(self, drug="none", route="none", doses=(), days=())

    @property
    def naive(self) -> "Cage":
        """The same animals without treatment, stress or challenge."""
        return replace(self.untreated, stress=None, acts=())


def switched(cut: Iterable[str], system: System) -> dict[str, float]:
    """Return the parameters that these cuts or strains set, as far as the system has them."""
    return {k: v for name in cut for k, v in SWITCHES[name].values.items() if k in system.params}


def pool_of(cage: Cage, times: tuple[float, ...], how: tuple[int, int, int]) -> Pool:
    """Simulate animals and return every read-out at these hours of the cage's clock; how = (n, blocks, seed)."""
    system, naive = build(cage.species), POPULATIONS[f"naive_{cage.species}"]
    animals = draw_people(naive, naive.covariates, system, shown_on(cage.fit, how[0], how[2], how[1]), Differ(cage.species, cage.fit))
    asked = np.asarray(times, float)
    axis = np.union1d(asked, [closed + cage.lead for _, closed in cage.windows if closed + cage.lead <= asked[-1]])
    found = _courses(cage, animals, system, axis)
    outputs = {q: _placed(cage, r.output) for q, r in READOUTS.items() if r.output in found}
    true = {q: found[o] * (100.0 if (q, o) == ("spine_density", "hippocampus_synapses") else 1.0) for q, o in outputs.items()}
    group = f"{cage.drug} {cage.route} {cage.stress is not None}"
    seen = {q: measured(q, READOUTS[q].output, x, axis, animals, (system, group)) for q, x in true.items()}
    units = {q: READOUTS[q].unit for q in true}
    extra = _counted(cage, found, axis, animals, group) if cage.windows else {}
    extra |= _rescued(cage, found, axis, animals, system) if cage.compared else {}
    units |= {name: "percent" if name.startswith("spine_") and name not in RESCUED else "fraction" for name in extra}
    keep = np.isin(axis, asked)
    curves = {q: x[:, keep] for q, x in true.items()}
    return Pool(animals.block, asked, {q: x[:, keep] for q, x in (seen | extra).items()}, units, noise_free=curves)


def _placed(cage: Cage, output: str) -> str:
    return HIPPOCAMPUS.get(output, output) if cage.place else output


def _courses(cage: Cage, animals: Cohort, system: System, axis: np.ndarray) -> Courses:
    """Return {output: (n, T)} of everything that can be read."""
    doses = [Administration(DAY_H * d, a, "mg/kg", 0.0, k) for k, (d, a) in enumerate(zip(cage.days, cage.doses, strict=True))]
    given = dose_events(cage.drug, cage.route, doses, animals, RODENT_ROUTES)
    events = [replace(e, time=e.time + cage.lead) for e in [*given, *_acts(cage), *_images(cage)]]
    wanted = [r.output for r in READOUTS.values() if r.area == "mechanism" and r.output in system.units]
    values = {**animals.values, **switched(cage.cut, system)}
    schedule = Schedule.of(events, animals.n, system)
    return Ensemble.of(system).run(animals.n, values, schedule, axis, list(dict.fromkeys([*wanted, "marked_alive"])), Settings()).values


def _acts(cage: Cage) -> list[Event]:
    """Daily stress from its first day to the end of the experiment; blockers and challenges while they last."""
    out = [] if cage.stress is None else [Event(cage.stress, "life", "set", 1.0)]
    for name, begin, end in cage.acts:
        act = INTERVENTIONS[name]
        out.append(Event(begin, act.what, act.act, act.value))
        if end is not None:
            out.append(Event(end, act.what, "set", 0.0))
    return out


def _images(cage: Cage) -> list[Event]:
    """Open every window with nothing counted yet; what is born in the last one is followed on."""
    out: list[Event] = []
    for opened, _ in cage.windows:
        out += [Event(opened, state, "set", 0.0) for state in FRESH] + [Event(opened, "marking", "set", 1.0)]
    return [*out, Event(cage.windows[-1][1], "marking", "set", 0.0)] if out else []


def _counted(cage: Cage, found: Courses, axis: np.ndarray, animals: Cohort, group: str) -> Courses:
    """Return percentages of whole spines: what is counted scatters as counts do."""
    from scipy.special import bdtrik, pdtrik

    def drawn(name: str) -> np.ndarray:
        u = [streams.uniform(animals.seed, f"counted:{group}:{name}", int(round(t * 3600)), animals.people) for t in axis]
        return np.stack(u, axis=1)

    out = {}
    for name in ("spine_formation", "spine_elimination"):
        expected = SPINES * np.maximum(found[name] / 100, 1e-9)
        out[name] = 100 / SPINES * _whole(pdtrik(drawn(name), expected))
    last = int(np.searchsorted(axis, cage.windows[-1][1] + cage.lead - 1e-9))
    if last < len(axis):
        born = found["marked_alive"][:, [last]]
        alive = np.clip(found["marked_alive"] / np.maximum(born, 1e-12), 1e-9, 1 - 1e-9)
        count = np.maximum(np.round(SPINES * born), 1.0)
        out["spine_survival"] = 100 / count * np.minimum(_whole(bdtrik(drawn("spine_survival"), count, alive)), count)
    return out


def _whole(x: np.ndarray) -> np.ndarray:
    """Return the count at which a distribution first reaches a uniform number; the inverse below the chance of none is none."""
    return np.ceil(np.nan_to_num(np.maximum(x, 0.0)))


def _rescued(cage: Cage, found: Courses, axis: np.ndarray, animals: Cohort, system: System) -> Courses:
    """Return the share of what stress took that is back: (treated - untreated)/(naive - untreated), the groups' means by study."""
    ill, well = (_courses(c, animals, system, axis) for c in (cage.untreated, cage.naive))
    out = {}
    for name, of in RESCUED.items():
        output = _placed(cage, of)
        worst = _by_study(ill[output], animals)
        gap = _by_study(well[output], animals) - worst
        out[name] = (found[output] - worst) / np.where(np.abs(gap) > 1e-6, gap, np.nan)
    return out


def _by_study(x: np.ndarray, animals: Cohort) -> np.ndarray:
    """Return the mean of each animal's study, (n, T)."""
    _, which = np.unique(animals.block, return_inverse=True)
    total = np.zeros((which.max() + 1, x.shape[1]))
    np.add.at(total, which, x)
    return (total / np.bincount(which)[:, None])[which]
