"""Animals: a row about mice or rats -> stress, dose, blockers, lost genes and images as the laboratory did them, and what it read.

Time 0 of a row is the treatment.  Spines are counted in windows: at every image, which are new and which are gone since the image
before it.
"""

from dataclasses import replace

import numpy as np

from resynapse.methods.evidence import Row
from resynapse.methods.fit import DECLARED, Fit
from resynapse.methods.likelihood import kind_of
from resynapse.methods.pool import Experiment, NotSimulated
from resynapse.model.population import POPULATIONS
from resynapse.model.routes import RODENT_ROUTES
from resynapse.model.scales import READOUTS
from resynapse.model.switches import CUTS, INTERVENTIONS, STRAINS
from resynapse.notation import closest
from resynapse.study.animal_pool import DAY_H, RESCUED, Cage, pool_of
from resynapse.study.dosing import is_given

QUIET_H, WATCHED_H, STRESS_DAYS, IMAGES_H = 192.0, 192.0, 21.0, 48.0
COUNTED = ("spine_formation", "spine_elimination")
HIPPOCAMPUS = ("hippocamp", "ca1", "ca3", "dentate")
CORTEX = ("mpfc", "pfc", "prelimbic", "frontal", "cortex", "cg1")
READ_H = {"glutamate": 0.67}  # where the row gives no time: the drug's first hour
WITHOUT = ("none", "placebo", "vehicle", "saline")

# What experimenters call a blocker or a strain -> its name among the switches.
NAMES = {
    "nbqx": "ampa_antagonist", "anti_bdnf": "bdnf_antibody", "photoerasure": "photo_erasure", "spine_erasure": "photo_erasure",
    "lipopolysaccharide": "lps", "glun2d_knockout": "glun2d_loss", "glun2d_ko": "glun2d_loss", "glun2b_knockout": "glun2b_loss",
    "glun2b_ko": "glun2b_loss", "bdnf_knockout": "bdnf_release", "bdnf_ko": "bdnf_release", "val66met": "bdnf:met_met",
    "met_met": "bdnf:met_met", "val_met": "bdnf:val_met",
}  # fmt: skip
# Hours after the treatment at which each begins and ends; light acts at once, when the drug's spines have grown.
WHEN: dict[str, tuple[float, float | None]] = {
    "ampa_antagonist": (-0.5, 6.0), "bdnf_antibody": (-0.5, 24.0), "rapamycin": (-0.5, 24.0), "lps": (-24.0, 24.0),
    "photo_erasure": (24.0, None),
}  # fmt: skip


def is_animal(row: Row) -> bool:
    """Tell whether a row is about a mouse or a rat and something other than blood levels."""
    known = row.quantity in READOUTS and READOUTS[row.quantity].area == "mechanism"
    return row.species in ("mouse", "rat") and (known or row.quantity in RESCUED or row.quantity == "spine_survival")


def animal_experiment(row: Row, fit: Fit = DECLARED) -> Experiment | NotSimulated:
    """Return how to simulate the row's animals and the group that it compares them with, or why not."""
    if row.population not in POPULATIONS:
        return NotSimulated(f"population '{row.population}' is not simulated.{closest(row.population, POPULATIONS)}")
    if not is_given(row.drug) and row.drug not in WITHOUT:
        return NotSimulated(f"drug '{row.drug}' is not simulated.")
    if is_given(row.drug) and (row.dose is None or row.dose_unit != "mg/kg"):
        return NotSimulated("the row names no dose in mg/kg")
    if is_given(row.drug) and row.route not in RODENT_ROUTES:
        return NotSimulated(f"route '{row.route}' is not simulated in animals.{closest(row.route, RODENT_ROUTES)}")
    cage, notes = replace(_cage(row), fit=fit), _notes(row)
    control = _control(row, cage)
    if isinstance(control, NotSimulated):
        return control
    return _experiment(row, cage, notes, None if control is None else _experiment(row, control, (), None))


def _notes(row: Row) -> tuple[str, ...]:
    """Say which words were not used, and what was assumed of stress."""
    unknown = [w for w in _words(row) if switch_named(w) is None and not any(p in w.lower() for p in (*HIPPOCAMPUS, *CORTEX))]
    out = [f"ignored: other={'+'.join(unknown)}"] if unknown else []
    if row.population.startswith("stressed"):
        out.append("stress lasts to the end")
        if "stress_days" not in row.covariates:
            out.append(f"{STRESS_DAYS:g} days of stress assumed")
    return tuple(out)


def _words(row: Row) -> list[str]:
    gene = row.covariates.get("genotype", "").replace("/", "_")
    return [*row.covariates.get("other", "").replace("+", " ").split(), *([gene] if gene else [])]


def switch_named(word: str) -> str | None:
    """Return the name of the cut, strain or intervention that a word stands for."""
    name = NAMES.get(word.lower(), word)
    return name if name in CUTS or name in STRAINS or name in WHEN else None


def _cage(row: Row) -> Cage:
    stressed, given = row.population.startswith("stressed"), is_given(row.drug)
    stress_h = DAY_H * (row.number("stress_days") or STRESS_DAYS)
    from_zero = row.covariates.get("time_zero") == "stress_start"
    named = [s for s in map(switch_named, _words(row)) if s] + (["lps"] if row.population.startswith("lps") else [])
    days = row.dose_days if isinstance(row.dose_days, tuple) and row.dose_days else (0.0,)
    lead = max(QUIET_H, stress_h) if stressed and not from_zero else QUIET_H
    return Cage(
        species=row.species,
        drug=row.drug if given else "none",
        route=row.route if given else "none",
        doses=(row.dose or 0.0,) * len(days) if given else (),
        days=days if given else (),
        lead=lead,
        stress=None if not stressed else 0.0 if from_zero else -stress_h,
        windows=_windows(row, lead),
        acts=tuple((name, *WHEN[name]) for name in dict.fromkeys(named) if name in INTERVENTIONS),
        cut=tuple(name for name in dict.fromkeys(named) if name not in INTERVENTIONS),
        place=_place(row),
        compared=row.quantity in RESCUED,
    )


def _place(row: Row) -> str:
    """Return where spines are counted; the cortex unless only the hippocampus is named."""
    words = row.covariates.get("other", "").lower()
    return "hippocampus" if any(w in words for w in HIPPOCAMPUS) and not any(w in words for w in CORTEX) else ""


def _windows(row: Row, lead: float) -> tuple[tuple[float, float], ...]:
    """Return the intervals of images: days side by side, a single shorter one, or the one in which a followed cohort was born."""
    end, width = row.time_h or 0.0, _width(row)
    if row.quantity == "spine_survival":
        return ((end - width - IMAGES_H, end - width),)
    if row.quantity not in COUNTED:
        return ()
    if width < DAY_H:
        return ((end - width, end),)
    if width > WATCHED_H:
        return ((end - width, end),)
    count = int((end + lead) // width)
    opened = np.arange(end - count * width, max(end, WATCHED_H) - width + 1e-9, width)
    return tuple((float(o), float(o + width)) for o in opened)


def _width(row: Row) -> float:
    """Return hours between two images; where a row compares stress with none and says no more, one before and one after it."""
    if row.window_h:
        return row.window_h
    bare = row.population.startswith("stressed") and not is_given(row.drug) and row.time_h is None
    return DAY_H * (row.number("stress_days") or STRESS_DAYS) if bare else IMAGES_H


def _control(row: Row, cage: Cage) -> Cage | NotSimulated | None:
    if row.control in ("", "baseline"):
        return None
    if row.control in WITHOUT:
        return cage.untreated
    if row.control in ("naive_mouse", "naive_rat", "healthy"):
        return cage.naive
    if row.control in ("genotype", "wild_type"):
        return Cage(**{**vars(cage), "cut": ()})
    return NotSimulated(f"control '{row.control}' is not simulated in animals.")


def _experiment(row: Row, cage: Cage, notes: tuple[str, ...], control: Experiment | None) -> Experiment:
    counted = row.quantity in COUNTED
    before = -DAY_H if row.quantity == "spine_density" else (row.time_h or 0.0) - _width(row) if counted else 0.0
    read = READ_H.get(row.quantity, 0.0) if row.statistic in ("direction", "mean", "median", "percent_change", "change") else None
    return Experiment(
        key=cage,
        simulate=lambda times, n, blocks, seed: pool_of(cage, times, (n, blocks, seed)),
        dose_h=tuple(cage.lead + DAY_H * d for d in cage.days) or (cage.lead,),
        zero_h=cage.lead,
        baseline_h=cage.lead + before,
        read_h=read,
        windowed=True,
        control=control,
        notes=notes,
        beyond=0.0 if "studies" in cage.fit.left_out else cage.fit.beyond.get(kind_of(row), 0.0),
    )
