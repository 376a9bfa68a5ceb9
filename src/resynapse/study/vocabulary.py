"""The words of a study: drugs, units, traits, limits, and what is not available yet.

One table each, here and nowhere else; routes and populations are the model's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from resynapse.notation import closest

HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0, "wk": 168.0}
SPELLINGS = {
    "sec": "s", "second": "s", "seconds": "s", "minute": "min", "minutes": "min", "mins": "min",
    "hour": "h", "hours": "h", "hr": "h", "hrs": "h", "day": "d", "days": "d", "week": "wk", "weeks": "wk", "w": "wk",
    "ug": "µg", "mcg": "µg", "ug/kg": "µg/kg", "mcg/kg": "µg/kg",
}  # fmt: skip
DOSES = {"mg/kg": ("mg/kg", 1.0), "µg/kg": ("mg/kg", 1e-3), "mg": ("mg", 1.0), "µg": ("mg", 1e-3), "g": ("mg", 1e3)}
LARGEST_DOSE = {"mg/kg": 1000.0, "mg": 10_000.0}
LONGEST_HOURS = 10 * 365 * 24.0
SPECIES = ("human", "mouse", "rat")


@dataclass(frozen=True)
class Drug:
    """What a study may write about a drug.

    active: needs a dose.  dose, route, over (h): the usual ones, used where the study gives none.  treats: the kind of treatment
    other than ketamine: antidepressant (every day, usual dose), therapy (weekly), ect (sessions under anaesthesia).
    """

    meaning: str
    active: bool = True
    dose: tuple[float, str] | None = None
    route: str = ""
    over: float | None = None
    treats: str = ""


ANTIDEPRESSANTS = (
    "antidepressant", "ssri", "paroxetine", "escitalopram", "fluoxetine", "sertraline", "citalopram", "venlafaxine", "duloxetine",
    "quetiapine",
)  # fmt: skip
"""All of one strength: the model does not tell them apart."""

DRUGS = {
    "ketamine": Drug("racemic ketamine: equal parts of S- and R-ketamine"),
    "esketamine": Drug("S-ketamine"),
    "arketamine": Drug("R-ketamine"),
    "midazolam": Drug("psychoactive control", dose=(0.045, "mg/kg"), route="iv", over=40 / 60),
    "placebo": Drug("inert copy of the treatment", active=False),
    "none": Drug("no treatment", active=False),
    **{name: Drug("an oral antidepressant", active=False, treats="antidepressant") for name in ANTIDEPRESSANTS},
    "cbt": Drug("cognitive behavioural therapy", active=False, treats="therapy"),
    "psychotherapy": Drug("any psychotherapy that works", active=False, treats="therapy"),
    "ect": Drug("electroconvulsive therapy", active=False, treats="ect"),
}
TREATMENTS = {name: drug.treats for name, drug in DRUGS.items() if drug.treats}


@dataclass(frozen=True)
class Limit:
    """What `where` may ask of one trait: bounds in `unit`, or words that stand for a number.

    covariate: its name among what is drawn.  needs_unit: a bare number is a forgotten unit.
    """

    covariate: str
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    needs_unit: bool = False
    words: Mapping[str, float] = field(default_factory=dict)

    @property
    def units(self) -> dict[str, float]:
        """Units in which the trait may be written, as factors to `unit`."""
        more = {
            "kg": {"g": 1e-3}, "years": {"y": 1.0, "year": 1.0}, "cm": {"m": 100.0, "mm": 0.1}, "mg/L": {"µg/mL": 1.0, "mg/dL": 10.0},
            "wk": {"d": 1 / 7, "months": 365.25 / 84, "years": 365.25 / 7}, "kg/m²": {"kg/m2": 1.0},
        }  # fmt: skip
        return {self.unit: 1.0} | more.get(self.unit, {})


YES = {"yes": 1.0, "no": 0.0}
TRAITS = {
    "human": {
        "age": Limit("age", 1, 100, "years"),
        "weight": Limit("weight", 30, 250, "kg", needs_unit=True),
        "height": Limit("height", 120, 220, "cm", needs_unit=True),
        "bmi": Limit("bmi", 12, 80, "kg/m²"),
        "sex": Limit("female", words={"female": 1.0, "male": 0.0}),
        "severity": Limit("madrs", 0, 60, "points"),
        "episode": Limit("episode", 1, 2600, "wk", needs_unit=True),
        "failed_trials": Limit("failed", 0, 30),
        "crp": Limit("crp", 0.01, 500, "mg/L", needs_unit=True),
        "met_alleles": Limit("met_alleles", 0, 2),
        "heredity": Limit("heredity", -4, 4),
        "maltreated": Limit("maltreated", words=YES),
        "low_income": Limit("poor", words=YES),
        "anxious": Limit("anxious", words=YES),
        "benzodiazepine": Limit("benzodiazepine", words=YES),
        "hypertension": Limit("hypertension", words=YES),
        "SBP": Limit("sbp", 70, 220, "mmHg"),
        "DBP": Limit("dbp", 40, 130, "mmHg"),
    },
    "mouse": {"weight": Limit("weight", 0.01, 0.06, "kg", needs_unit=True)},
    "rat": {"weight": Limit("weight", 0.05, 1.0, "kg", needs_unit=True)},
}

# Keys of the study format whose machinery is still to come: refused, never ignored. A room that builds one deletes its line.
NOT_YET = {
    "stress": "stress as a study input",
}

ESTIMANDS = {
    "treatment_policy": "whatever was seen counts, on treatment or not; a missing score is no response and no remission",
    "hypothetical": "as if nobody had given up: what is seen after the end of treatment is set aside as missing at random",
    "composite": "giving up is failure: from then on no change from baseline, no response, no remission, and a relapse",
    "while_on_treatment": "the last score on treatment stands for every later one",
}
ANALYSES = {
    "change": ("means", "ancova", "mmrm"),
    "rates": ("risk_difference", "logistic"),
    "time_to_event": ("km", "cox"),
    "estimand": tuple(ESTIMANDS),
}


def routes(species: str = "") -> tuple[str, ...]:
    """Return the routes by which the model can give a drug to a species, or to any."""
    from resynapse.model.routes import RODENT_ROUTES, ROUTES

    known = ROUTES if species == "human" else RODENT_ROUTES if species else {**ROUTES, **RODENT_ROUTES}
    return tuple(name for name in known if name != "none")


def infused(route: str) -> bool:
    """Tell whether a dose by this route takes a time that the study must give."""
    from resynapse.model.routes import RODENT_ROUTES, ROUTES

    return (ROUTES.get(route) or RODENT_ROUTES[route]).infused


def populations(species: str) -> tuple[str, ...]:
    """Return the populations of a species that can be drawn."""
    from resynapse.model.population import POPULATIONS

    animals = {"_mouse": "mouse", "_rat": "rat"}
    return tuple(name for name in POPULATIONS if next((a for end, a in animals.items() if name.endswith(end)), "human") == species)


class Refused(ValueError):
    """A value that a study may not hold.

    read, expected, choices: as in InputError.  way: from the value's own place to the part that is wrong.
    """

    def __init__(self, read: str, expected: str, choices: tuple[str, ...] = (), way: tuple[str | int, ...] = ()):
        self.read, self.expected, self.choices, self.way = read, expected, tuple(choices), way
        super().__init__(f"{read}: {expected}")


def one_of(read: object, words: tuple[str, ...], what: str) -> str:
    """Return `read` if it is one of `words`. Raises Refused with all of them and the closest."""
    if isinstance(read, str) and read in words:
        return read
    raise Refused(shown(read), f"{what}: one of {', '.join(words)}", words if isinstance(read, str) else ())


_QUANTITY = re.compile(r"([-+]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][-+]?\d{1,3})?)\s*([^\d\s.+-][^\s]{0,11})")


def split(read: object, example: str) -> tuple[float, str]:
    """Split "0.5 mg/kg" into (0.5, "mg/kg"), with the unit in the house's spelling.

    Raises Refused for anything but one number and one unit.
    """
    match = _QUANTITY.fullmatch(read.strip()) if isinstance(read, str) else None
    if match is None:
        raise Refused(shown(read), f"a number with a unit, for example '{example}'")
    unit = match.group(2).replace("μ", "µ")
    return float(match.group(1)), SPELLINGS.get(unit, unit)


def hours(read: object, what: str = "a time", example: str = "28 d") -> float:
    """Read a time or duration such as "28 d" or "40 min", in hours. A bare 0 needs no unit.

    Raises Refused for other units, below zero, over 10 years.
    """
    if isinstance(read, int | float) and not isinstance(read, bool) and read == 0:
        return 0.0
    value, unit = split(read, example)
    if unit not in HOURS:
        raise Refused(shown(read), f"{what} in one of {', '.join(HOURS)}{maybe(unit, (*HOURS, *SPELLINGS))}")
    if not 0 <= value * HOURS[unit] <= LONGEST_HOURS:
        raise Refused(shown(read), f"{what} from 0 to 10 years")
    return value * HOURS[unit]


def dose(read: object, example: str = "0.5 mg/kg") -> tuple[float, str]:
    """Read a dose as (number, "mg/kg" or "mg").

    Raises Refused for a missing or unknown unit, a negative or an absurd dose.
    """
    value, unit = split(read, example)
    if unit not in DOSES:
        raise Refused(shown(read), f"a dose in one of {', '.join(DOSES)}{maybe(unit, DOSES)}")
    base, times = DOSES[unit]
    if not 0 <= value * times <= LARGEST_DOSE[base]:
        raise Refused(shown(read), f"a dose from 0 to {LARGEST_DOSE[base]:g} {base}")
    return value * times, base


def share(read: object, what: str = "a share", example: str = "8 %") -> float:
    """Read a share such as "8 %" or 0.08. Raises Refused outside 0 to 100 %."""
    if isinstance(read, int | float) and not isinstance(read, bool):
        value = float(read)
    else:
        value, unit = split(read, example)
        if unit not in ("%", "percent"):
            raise Refused(shown(read), f"{what} in %, or a number from 0 to 1")
        value /= 100
    if not 0 <= value <= 1:
        raise Refused(shown(read), f"{what} from 0 to 100 %")
    return value


def maybe(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the nearest known word, or an empty text."""
    near = closest(word, known).strip()
    return f" ({near[0].lower()}{near[1:]})" if near else ""


def shown(read: object) -> str:
    """Return a value as a person would have written it, short."""
    if read is None:
        return "nothing"
    if isinstance(read, bool):
        return str(read).lower()
    text = f"{read:g}" if isinstance(read, float) else str(read)
    return "".join(c if c.isprintable() else "?" for c in text)[:120]


def time_text(value: float) -> str:
    """Write hours as a study would: 672 -> "28 d", 2/3 -> "40 min"."""
    for unit in ("d", "h", "min"):
        number = value / HOURS[unit]
        if number >= 1 and abs(number - round(number)) < 1e-9 * number:
            return f"{round(number)} {unit}"
    return f"{value!r} h" if value else "0 h"


def below(step: str | int, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a reader; what it refuses is said to stand below the key `step`."""
    try:
        return function(*arguments)
    except Refused as why:
        raise Refused(why.read, why.expected, why.choices, (step, *why.way)) from None
