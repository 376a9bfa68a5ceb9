"""The words of supervision: what a rule may read of a person, in which unit, and what it may set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from resynapse.notation import InputError

_NUMBER = re.compile(r"^([-+]?\d+(?:\.\d+)?)(.*)$")
STAGES = ("indication", "contraindication", "before_dose", "dose", "observation", "discharge", "driving", "home")
ACTIONS = ("refuse", "hold", "observe_longer", "set")
COMPARATORS = ("above", "below", "at_least", "at_most", "is", "is_not")
NUMERIC = COMPARATORS[:4]
YES_NO = ("yes", "no")
UNITS: Mapping[str, Mapping[str, float]] = {  # unit inside -> accepted spellings as factors to it
    "years": {"years": 1.0, "year": 1.0, "y": 1.0},
    "mmHg": {"mmHg": 1.0},
    "h": {"h": 1.0, "min": 1 / 60, "d": 24.0, "days": 24.0},
    "kg": {"kg": 1.0},
    "mg": {"mg": 1.0},
    "points": {"points": 1.0},
    "/week": {"/week": 1.0, "per week": 1.0},
    "months": {"months": 1.0, "weeks": 12 / 52},
    "": {},
}


@dataclass(frozen=True)
class Field:
    """Something that a rule reads of a person: a number in `unit` between low and high, or one of `words`."""

    meaning: str
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    words: tuple[str, ...] = ()
    bare: bool = False  # a number without a unit is clear

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return not self.words


def _flag(meaning: str) -> Field:
    return Field(meaning, words=YES_NO)


FIELDS: Mapping[str, Field] = {
    "age": Field("age, completed years", "years", 0, 120, bare=True),
    "weight": Field("body weight", "kg", 20, 350),
    "madrs": Field("present total of the MADRS", "points", 0, 60, bare=True),
    "sex": Field("sex", words=("female", "male")),
    "diagnosis": Field("what is treated; trd: at least two failed antidepressants, mdd_si: with acute suicidal ideation",
                       words=("trd", "mdd", "mdd_si", "bipolar", "other")),
    "failed_antidepressants": Field("antidepressants that failed in the present episode", "", 0, 50, bare=True),
    "psychotic_features": _flag("psychotic features or a psychotic disorder"),
    "psychiatric_assessment": _flag("a full assessment has been made"),
    "baseline_rating": _flag("a depression scale has been filled in"),
    "treatment_history": _flag("earlier antidepressant trials are known"),
    "aneurysmal_vascular_disease": _flag("aneurysmal vascular disease"),
    "arteriovenous_malformation": _flag("arteriovenous malformation"),
    "intracerebral_haemorrhage": _flag("a history of intracerebral haemorrhage"),
    "hypersensitivity": _flag("hypersensitivity to ketamine or esketamine"),
    "hypertension": _flag("hypertension, treated or not"),
    "hepatic": Field("liver", words=("normal", "child_pugh_a", "child_pugh_b", "child_pugh_c")),
    "certified_setting": _flag("the setting is certified"),
    "enrolled": _flag("enrolled in the programme"),
    "observer_present": _flag("a healthcare provider observes"),
    "since_food": Field("time since the last food", "h", 0, 72),
    "since_drink": Field("time since the last drink", "h", 0, 72),
    "sbp": Field("systolic pressure before the dose", "mmHg", 50, 280),
    "dbp": Field("diastolic pressure before the dose", "mmHg", 25, 180),
    "slept_since_dose": _flag("a night's restful sleep lies between the dose and now"),
    "place": Field("where the drug is used", words=("clinic", "home")),
}  # fmt: skip
SETTINGS: Mapping[str, tuple[str, str]] = {  # name -> (unit inside, meaning)
    "first_dose": ("mg", "first dose"),
    "largest_dose": ("mg", "largest dose"),
    "reduced_dose": ("mg", "dose for those who do not tolerate a larger one"),
    "sessions_per_week": ("/week", "sessions in a week"),
    "device_interval": ("h", "time between devices"),
    "treatment_after_response": ("months", "shortest treatment after improvement"),
    "pressure_recheck": ("h", "blood pressure is taken again after"),
    "observation": ("h", "shortest observation"),
    "leave_alertness": ("points", "MOAA/S at least, to leave"),
    "leave_dissociation": ("points", "CADSS above that before the dose at most, to leave"),
    "leave_systolic": ("mmHg", "systolic pressure above that before the dose at most, to leave"),
    "leave_diastolic": ("mmHg", "diastolic pressure above that before the dose at most, to leave"),
}


def number_in(read: object, unit: str, where: str, bare: bool = False) -> float:
    """Return a number in the unit inside.  Raises InputError for a missing, unknown or unfit unit."""
    example = f"a number with its unit, for example '2 {unit}'" if unit and not bare else "a number"
    if isinstance(read, int | float) and not isinstance(read, bool):
        if unit and not bare:
            raise InputError(where, read, example, UNITS[unit])
        return float(read)
    text = str(read).strip()
    found = _NUMBER.match(text)
    if found is None:
        raise InputError(where, text, example)
    value, given = float(found[1]), found[2].strip()
    if given not in UNITS[unit] and not (bare and not given):
        raise InputError(where, text, f"{example}; units: {', '.join(UNITS[unit]) or 'none'}", UNITS[unit])
    return value * (UNITS[unit][given] if given else 1.0)


def word_in(read: object, words: tuple[str, ...], where: str) -> str:
    """Return one of the words.  Raises InputError otherwise."""
    text = {True: "yes", False: "no"}.get(read, read) if isinstance(read, bool) else read
    if not isinstance(text, str) or text not in words:
        raise InputError(where, text if isinstance(text, str) else repr(text), f"one of {', '.join(words)}", words)
    return text


def value_of(name: str, read: object, where: str) -> float | str:
    """Return a person's value of one field, checked.  Raises InputError for an unknown field, a wrong unit or an impossible value."""
    if name not in FIELDS:
        raise InputError(where, name, f"a field that a rule can read: {', '.join(FIELDS)}", FIELDS)
    field = FIELDS[name]
    if not field.is_number:
        return word_in(read, field.words, where)
    value = number_in(read, field.unit, where, field.bare)
    if not field.low <= value <= field.high:
        raise InputError(where, str(read), f"{field.meaning} between {field.low:g} and {field.high:g} {field.unit}".rstrip())
    return value
