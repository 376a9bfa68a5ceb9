"""From the fields of the page to a study, and from a study file to the fields.

A regimen is what the fields of one column say, as text; the study format judges it, so a page and a file are refused alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from resynapse.notation import InputError
from resynapse.study import Arm, Study, load_study, study_of
from resynapse.study.folders import shipped
from resynapse.study.vocabulary import DRUGS, time_text

NAMES = ("A", "B", "C")
MOST_PEOPLE = 20_000
EXTRA = ("glutamate", "interneuron_block", "pyramidal_block", "SBP", "sedation_MOAAS", "rumination", "il6", "bdnf")
"""What the story shows beyond the links that every run keeps."""
EXAMPLE_PATIENT = """ID,TIME,EVID,DRUG,ROUTE,AMT,UNIT,DUR,DVID,DV,AGE,SEX,WT
sample,0,0,,,,,,MADRS,36,46,F,78
sample,0,1,ketamine,iv,0.5,mg/kg,40,,,46,F,78
sample,24,0,,,,,,MADRS,22,46,F,78
sample,72,1,ketamine,iv,0.5,mg/kg,40,,,46,F,78
sample,96,0,,,,,,MADRS,18,46,F,78
sample,168,0,,,,,,MADRS,20,46,F,78
sample,240,1,ketamine,iv,0.5,mg/kg,40,,,46,F,78
"""


@dataclass(frozen=True)
class Regimen:
    """One column of fields: text as typed; `days` separated by commas or spaces, "" for no treatment."""

    drug: str = "ketamine"
    route: str = "iv"
    dose: str = "0.5 mg/kg"
    over: str = "40 min"
    days: str = "0"
    background: str = "none"

    def written(self) -> dict[str, Any]:
        """Return the regimen as a study file writes an arm; fields that its drug and route do not take are left out."""
        from resynapse.study.vocabulary import infused, routes

        if self.drug == "none":
            return {"drug": "none", "background": self.background}
        out: dict[str, Any] = {"drug": self.drug, "route": self.route, "days": [number(x) for x in self.days.replace(",", " ").split()]}
        if DRUGS[self.drug].active if self.drug in DRUGS else True:
            out["dose"] = self.dose.strip()
        if self.route in routes() and infused(self.route) and self.over.strip():
            out["over"] = self.over.strip()
        return out | {"background": self.background}


@dataclass(frozen=True)
class People:
    """Who is simulated: a named population, or one person's traits as text (empty ones are drawn)."""

    of: str = "trd_adult"
    n: int = 500
    seed: int = 1
    traits: Mapping[str, str] = field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        """Return the people as a study file writes them."""
        where = {name: self._limit(name, text.strip()) for name, text in self.traits.items() if text.strip()}
        return {"of": self.of, "n": self.n, "seed": self.seed, **({"where": where} if where else {})}

    @staticmethod
    def _limit(name: str, text: str) -> object:
        if name == "sex":
            return text
        value = number(text)
        return f"{text} kg" if name == "weight" and not isinstance(value, str) else value


def number(text: str) -> float | int | str:
    """Return a typed number, or the text as it stands for the study format to refuse."""
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


@dataclass(frozen=True)
class Asked:
    """What the page asks: regimens by name, people, days to follow, and how the trial is blinded."""

    regimens: Mapping[str, Regimen]
    people: People = People()
    weeks: int = 4
    blinding: str = "open"

    @property
    def end_h(self) -> float:
        """Return the last hour."""
        return self.weeks * 168.0

    def study(self) -> Study:
        """Return the study.  Raises InputError whose `where` ends in the field, such as `page arms.A.dose`."""
        days = 7 * self.weeks
        step = 1 if days <= 84 else 7
        visits = ["0 d", "4 h", *(f"{d} d" for d in range(step, days + 1, step))]
        end = time_text(self.end_h)
        return study_of(
            {
                "question": "Explored in the browser: " + "; ".join(f"{k}, {title(r)}" for k, r in self.regimens.items()),
                "population": self.people.written(),
                "arms": {name: one.written() for name, one in self.regimens.items()},
                "blinding": self.blinding,
                "visits": visits,
                "endpoints": [f"change(MADRS, {end})", f"response(MADRS, {end})", f"remission(MADRS, {end})",
                              *(f"mean({q}, {end})" for q in EXTRA), "peak(CADSS)"],  # a peak: every session is followed closely
            },
            "page",
        )  # fmt: skip


def title(one: Regimen) -> str:
    """Return a regimen in a few words."""
    if one.drug == "none":
        return "no treatment" if one.background == "none" else f"no session, {one.background.replace('_', ' ')}"
    dose = f" {one.dose}" if one.drug in DRUGS and DRUGS[one.drug].active else ""
    count = len(one.days.replace(",", " ").split())
    times = "once" if count == 1 else f"{count} times"
    return f"{one.drug}{dose} {one.route}, {times}"


def field_errors(asked: Asked) -> dict[str, str]:
    """Return {field: what is wrong} for each regimen ("A.dose") and the people ("people.weight"); {} where all is well."""
    found: dict[str, str] = {}
    for name, one in asked.regimens.items():
        found |= _errors_of(replace(asked, regimens={name: one}), name)
    return found


def _errors_of(asked: Asked, name: str) -> dict[str, str]:
    try:
        asked.study()
    except InputError as why:
        path = why.where.removeprefix("page").strip()
        last = path.split("[")[0].split(".")
        key = f"people.{last[-1]}" if last[0] == "population" else f"{name}.{last[2] if len(last) > 2 else 'drug'}"
        return {key: f"read '{why.read}'; expected {why.expected}"}
    return {}


def of_arm(arm: Arm, study: Study) -> Regimen:
    """Return the fields that stand for an arm of a study, its first dose for all."""
    amount, unit = arm.doses[0] if arm.doses else (0.0, "mg")
    return Regimen(
        drug=arm.drug,
        route=arm.route or "iv",
        dose=f"{amount:g} {unit}" if arm.doses else "",
        over=time_text(arm.over) if arm.over else "0 min",
        days=", ".join(f"{h / 24:g}" for h in arm.days),
        background=arm.background or study.population.background,
    )


@dataclass(frozen=True)
class Preset:
    """A shipped study as fields: its question, up to three regimens, the population and how long it is followed."""

    name: str
    question: str
    regimens: tuple[Regimen, ...]
    population: str
    weeks: int
    blinding: str


@cache
def presets() -> dict[str, Preset]:
    """Return the shipped studies of people whose arms the fields can hold, by file name; {} away from a checkout."""
    folder = shipped("studies")
    found = (_preset(path) for path in sorted(folder.glob("*.yaml"))) if folder else ()
    return {one.name: one for one in found if one is not None}


def _preset(path: Path) -> Preset | None:
    study = load_study(path)
    arms = [a for a in study.arms.values() if _plain(a)]
    if study.species != "human" or not arms or study.visits[-1] > 52 * 168 or study.disposition != "resynapse":
        return None
    weeks = max(1, round(study.visits[-1] / 168))
    shown = arms[-len(NAMES) :]
    return Preset(path.stem, study.question, tuple(of_arm(a, study) for a in shown), study.population.of, weeks, study.blinding)


def _plain(arm: Arm) -> bool:
    """Tell whether an arm is one drug at one dose, without cuts, interventions, rules, phases and other treatments."""
    more = (arm.cut, arm.interventions, arm.given_with, arm.lengths, arm.blind, arm.beside, arm.phases, arm.policy)
    return not any(more) and arm.drug in DRUGS and not DRUGS[arm.drug].treats and len(set(arm.doses)) < 2


def choices(words: Sequence[str]) -> dict[str, str]:
    """Return words as {value: as a reader would write it}."""
    return {word: word.replace("_", " ") for word in words}
