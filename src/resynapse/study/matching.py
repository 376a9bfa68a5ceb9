"""Matching: which published numbers stand beside which arm of a study.  For showing only; nothing is ever fitted to them.

A row matches an arm when drug, route, dose (within 15 %), days of treatment up to its time, and the family of the population are
the same; what else differs (population, blinding, length of the infusion) is said beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from resynapse.methods.evidence import Row
from resynapse.model.interactions import DESCENT
from resynapse.model.scales import READOUTS
from resynapse.study.dosing import is_given
from resynapse.study.schema import Arm, Study

FAMILIES = {
    "trd_adult": "depressed", "mdd_adult": "depressed", "real_world_adult": "depressed", "trd_adult_si": "suicidal",
    "mdd_adult_si": "suicidal", "healthy_adult": "well", "general_adult": "well", "surgical_adult": "well", "pain_adult": "well",
}  # fmt: skip
"""Populations that may stand side by side; the others match only themselves.  Blood levels match across all adult families."""

ON_SCALES = ("mean", "median", "change", "percent_change", "response", "remission", "difference_vs_control")
STATISTICS = {
    "scores": ON_SCALES,
    "items": ON_SCALES,
    "plasma": ("mean", "median", "geomean", "cmax", "tmax", "auc_inf", "auc_t", "half_life"),
}
# Rows whose circumstances no plain arm shares.
PARTICULAR = (
    "inhibitor", "inducer", "genotype", "hepatic", "renal", "enrichment", "pretreatment_days", "interval", "criterion", "x", "of",
    "intercept", "duplicate_of", "doses", "first_dose", "time_zero", "prior_dose", "stress_days", "analysis_of", "ratio_of",
)  # fmt: skip
DOSE_FOLD, DAY_H, TYPICAL_KG = 1.15, 12.0, 76.0


@dataclass(frozen=True)
class Match:
    """One published number beside one arm.  differs: what is not the same, in words; "" if nothing known."""

    row: Row
    arm: str
    differs: str


def match(rows: Iterable[Row], study: Study) -> list[Match]:
    """Return the published numbers that stand beside a study's arms, in order of arm, quantity, statistic, time."""
    out = []
    end = max([*study.times, 0.0])
    for row in rows:
        if row.time_h is not None and not 0 <= row.time_h <= end + 1e-6:
            continue
        if row.use != "predict" or row.access == "recalled" or not _told_plainly(row, study):
            continue
        fitting = [name for name, arm in study.arms.items() if _same_treatment(row, arm, study)]
        for name in fitting[:1]:
            out.append(Match(row, name, _differences(row, study.arms[name], study)))
    order = {name: k for k, name in enumerate(study.arms)}
    return sorted(out, key=lambda m: (order[m.arm], m.row.quantity, m.row.statistic, m.row.time_h or 0.0, m.row.id))


def _told_plainly(row: Row, study: Study) -> bool:
    """Species, quantity, statistic, population and covariates allow a comparison."""
    found = READOUTS.get(row.quantity)
    if row.species != study.species or found is None or row.statistic not in STATISTICS.get(found.area, ()):
        return False
    if any(key in row.covariates for key in PARTICULAR):
        return False
    if any(organ not in ("", "none") for organ in (study.population.renal, study.population.hepatic)):
        return False
    if found.area == "plasma":
        return row.population not in ("child", "mdd_adolescent") and row.covariates.get("site", "venous") == study.sampling.site
    if (row.covariates.get("background") == "new_ad") != (study.population.background == "new_ad"):
        return False
    mine, theirs = study.population.of, row.population
    return FAMILIES.get(mine, mine) == FAMILIES.get(theirs, theirs)


def _same_treatment(row: Row, arm: Arm, study: Study) -> bool:
    if row.drug != arm.drug or (row.route != arm.route and row.drug != "placebo") or arm.given_with:
        return False
    if row.statistic == "difference_vs_control" and row.control != _control_drug(study):
        return False
    if not is_given(arm.drug):
        return _same_days(row, arm)
    return row.dose is not None and _same_dose(row, arm) and _same_days(row, arm)


def _control_drug(study: Study) -> str:
    return study.arms[study.control].drug if study.control else ""


def _same_dose(row: Row, arm: Arm) -> bool:
    """The dose agrees within 15 %; mg against mg/kg at a typical weight; a dose that the clinician chose is 56 mg, then 56 or 84 mg."""
    if row.covariates.get("other") == "flexible_56_84":
        return arm.doses[0] == (56.0, "mg") and {d for d in arm.doses[1:]} <= {(56.0, "mg"), (84.0, "mg")}
    if len(set(arm.doses)) != 1 or row.dose is None or row.dose_unit not in ("mg", "mg/kg"):
        return False
    amount, unit = arm.doses[0]
    kilograms = TYPICAL_KG if unit != row.dose_unit else 1.0
    mine = amount * (kilograms if unit == "mg/kg" else 1.0)
    theirs = row.dose * (kilograms if row.dose_unit == "mg/kg" else 1.0)
    return theirs > 0 and 1 / DOSE_FOLD <= mine / theirs <= DOSE_FOLD


def _same_days(row: Row, arm: Arm) -> bool:
    """The days of treatment agree up to the time of the row, each within half a day; a row tells its days up to that time."""
    if isinstance(row.dose_days, str):
        return False
    until = row.time_h if row.time_h is not None else (24 * row.dose_days[-1] if row.dose_days else 0.0)
    theirs = [24 * d for d in (row.dose_days or (0.0,)) if 24 * d < until or d == 0]
    mine = [d for d in (arm.days or (0.0,)) if d < until or d == 0]
    return len(mine) == len(theirs) and all(abs(a - b) <= DAY_H for a, b in zip(mine, theirs, strict=True))


def _differences(row: Row, arm: Arm, study: Study) -> str:
    """Say what a careful reader should know before comparing."""
    out, plasma = [], READOUTS[row.quantity].area == "plasma"
    if any(phase.who for phase in arm.phases) and not plasma:
        out.append("all who began; here those who went on")
    descent = row.covariates.get("ethnicity", "")
    theirs, mine = (DESCENT.get(word, DESCENT["white"]).factors() for word in (descent, study.population.ethnicity))
    if plasma and theirs != mine:
        out.append(f"descent {descent or 'not told'}")
    if row.population != study.population.of and not plasma:
        out.append(row.population.replace("_", " "))
    if arm.route and row.route not in (arm.route, "none"):
        out.append(f"route {row.route.replace('_', ' ')}")
    if row.blinding not in ("", "none", study.blinding) and not plasma:
        out.append(f"blinding {row.blinding}")
    if row.duration_min is not None and is_given(arm.drug) and abs(row.duration_min / 60 - arm.over) > 0.1 and arm.route == "iv":
        out.append(f"over {row.duration_min:g} min")
    background = row.covariates.get("background", "")
    if background not in ("", "none", arm.background or study.population.background) and not plasma:
        out.append(f"background {background.replace('_', ' ')}")
    if "baseline" in row.covariates and row.quantity == "MADRS":
        out.append(f"baseline {row.covariates['baseline']}")
    return ", ".join(out)
