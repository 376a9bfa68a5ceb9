"""Tables of patients, in NONMEM's manner: one record for each dose, rating or sample, tidy, comma apart.

Read   ID, TIME (hours from the first dose, or ISO date-times with a zone), EVID (0 observation, 1 dose); of a dose DRUG, ROUTE,
       AMT, UNIT (mg or mg/kg), DUR (min); of an observation DVID (a scale, item:MADRS_10, an analyte, SBP, …) and DV.  Traits, one value
       for each person: AGE, SEX (F or M), WT, FAILED_TRIALS, POPULATION, BLINDING, BACKGROUND.
       An observation without DV is a planned visit.  A full stop, NA or nothing is a missing value.
Every refusal names row and column.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from resynapse.model.expectancy import BLINDINGS
from resynapse.model.population import POPULATIONS
from resynapse.model.routes import ROUTES
from resynapse.model.scales import READOUTS
from resynapse.notation import InputError
from resynapse.study.dosing import ENANTIOMERS
from resynapse.study.nonmem import MISSING, as_number, cells_of, text_of
from resynapse.study.row_checks import BACKGROUNDS
from resynapse.study.vocabulary import LARGEST_DOSE, LONGEST_HOURS

NEEDED = ("ID", "TIME", "EVID", "DVID", "DV")
KNOWN = (*NEEDED, "DRUG", "ROUTE", "AMT", "UNIT", "DUR")
NUMBERS = {"AGE": (12.0, 110.0, "years"), "WT": (30.0, 250.0, "kg"), "BMI": (10.0, 90.0, "kg/m2"), "FAILED_TRIALS": (0.0, 20.0, "trials")}
PEOPLE = tuple(name for name, one in POPULATIONS.items() if "madrs" in one.covariates)
WORDS = {"POPULATION": PEOPLE, "BLINDING": tuple(BLINDINGS), "BACKGROUND": BACKGROUNDS, "SEX": ("F", "M", "1", "0")}
TABLETS = ("antidepressant",)
COURSES = ("psychotherapy", "ect")
INERT = ("placebo", "midazolam")
DRUGS = (*ENANTIOMERS, *INERT, *TABLETS, *COURSES)
AREAS = ("plasma", "scores", "items", "safety")
MOST_PATIENTS = 10_000


@dataclass(frozen=True)
class Dose:
    """One dose: hours after the first, drug, route, amount with unit (0 where the drug has none), hours that it takes."""

    time: float
    drug: str
    route: str
    amount: float = 0.0
    unit: str = "mg"
    over: float = 0.0


@dataclass(frozen=True)
class Seen:
    """One observation: hours after the first dose, quantity, value in the quantity's unit."""

    time: float
    quantity: str
    value: float


@dataclass(frozen=True)
class Patient:
    """One person.  origin: the instant of hour 0 where the table has dates; visits: planned ones; traits: what is known."""

    name: str
    doses: tuple[Dose, ...] = ()
    seen: tuple[Seen, ...] = ()
    visits: tuple[float, ...] = ()
    traits: dict[str, float] = field(default_factory=dict)
    population: str = "trd_adult"
    blinding: str = "open"
    background: str = "none"
    origin: datetime | None = None

    @property
    def now(self) -> float:
        """Hours of the last observation; 0 where there is none."""
        return max([0.0, *(s.time for s in self.seen)])

    def baseline(self, quantity: str) -> float | None:
        """Return the last score at or before the first dose."""
        before = [s.value for s in self.seen if s.quantity == quantity and s.time <= 1e-9]
        return before[-1] if before else None


@dataclass(frozen=True)
class _Record:
    """One line of the file: its place, and its cells by column, empty where a value is missing."""

    name: str
    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def number(self, column: str) -> float:
        return as_number(self.text(column), self.at(column)) if self.text(column) else math.nan

    def at(self, column: str) -> str:
        return f"{self.name}:{self.line} column {column}"

    def refuse(self, column: str, expected: str, choices: tuple[str, ...] = ()) -> InputError:
        return InputError(self.at(column), self.text(column) or "nothing", expected, choices)

    def word(self, column: str, choices: tuple[str, ...], told: str = "") -> str:
        """Return a word of a closed list, whatever its capitals.  told: the list in words, where it is long."""
        found = next((c for c in choices if c.casefold() == self.text(column).casefold()), None)
        if found is None:
            raise self.refuse(column, told or f"one of {', '.join(choices)}", choices)
        return found


def read_patients(path: str | Path) -> tuple[Patient, ...]:
    """Read a table of patients, in the order of the file.  Raises InputError with file, row and column."""
    return patients_of_text(text_of(path), str(path))


def patients_of_text(text: str, name: str = "patients") -> tuple[Patient, ...]:
    """Read a table of patients from text; `name` stands in messages.  Raises InputError."""
    header, lines = cells_of(text, name, NEEDED)
    _check_header(header, name)
    records = [
        _Record(name, number, {c: "" if x in MISSING else x for c, x in zip(header, cells, strict=True)}) for number, cells in lines
    ]
    dated = _dated(records)
    people: dict[str, list[_Record]] = {}
    before = ""
    for r in records:
        who = r.text("ID")
        if not who or len(who) > 60:
            raise r.refuse("ID", "the number or name of a person, up to 60 characters")
        if who in people and who != before:
            raise r.refuse("ID", "all records of a person together")
        people.setdefault(who, []).append(r)
        before = who
    if len(people) > MOST_PATIENTS:
        raise InputError(f"{name} column ID", f"{len(people):,} people", f"at most {MOST_PATIENTS:,}")
    _check_units(records)
    return tuple(_patient(who, mine, dated) for who, mine in people.items())


def unused_columns(path: str | Path) -> tuple[str, ...]:
    """Return the columns of a table that a forecast does not read."""
    header, _ = cells_of(text_of(path), str(path), NEEDED)
    return tuple(c for c in header if c == "BMI" or c not in (*KNOWN, *NUMBERS, *WORDS))


def _check_header(header: list[str], name: str) -> None:
    """Refuse a column that looks like a known one misspelt; others are left alone."""
    known = (*KNOWN, *NUMBERS, *WORDS)
    for column in header:
        if column not in known and difflib.get_close_matches(column, known, 1, 0.8):
            raise InputError(f"{name}:1 column {column}", column, f"one of {', '.join(known)}, or a name unlike any of them", known)


def _dated(records: list[_Record]) -> bool:
    """Tell whether TIME holds date-times; refuse a table that mixes them with hours."""
    is_number = [_is_number(r.text("TIME")) for r in records]
    if all(is_number):
        return False
    first = is_number[0]
    for r, number in zip(records, is_number, strict=True):
        if number != first:
            raise r.refuse("TIME", f"{'hours' if first else 'a date-time'}, as in the records above it: one kind in a table")
    return True


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def instant(text: str, where: str) -> datetime:
    """Return a date-time with its zone.  Raises InputError for a date without one."""
    expected = "hours, or a date-time with a zone, such as 2026-03-01T09:30+01:00"
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(where, text or "nothing", expected) from None
    if read.tzinfo is None:
        raise InputError(where, text, f"{expected}: this one has no zone, so its hours cannot be counted")
    return read


def _check_units(records: list[_Record]) -> None:
    """One drug by one route comes in one unit throughout a table."""
    first: dict[tuple[str, str], _Record] = {}
    for r in records:
        if not r.text("UNIT") or r.number("EVID") != 1:
            continue
        other = first.setdefault((r.text("DRUG").casefold(), r.text("ROUTE").casefold()), r)
        if other.text("UNIT") != r.text("UNIT"):
            raise r.refuse("UNIT", f"{other.text('UNIT')}, as for the same drug in line {other.line}: mixed units")


def _patient(who: str, records: list[_Record], dated: bool) -> Patient:
    clock, origin = _hours(records, dated)
    doses: list[Dose] = []
    seen: list[Seen] = []
    visits: list[float] = []
    held: dict[tuple, int] = {}
    for r, t in zip(records, clock, strict=True):
        evid = r.number("EVID")
        if evid not in (0, 1):
            raise r.refuse("EVID", "0 (observation) or 1 (dose)", ("0", "1"))
        key: tuple
        if evid == 1:
            one = _dose(r, t)
            doses.append(one)
            key = (t, one.drug, one.route)
        else:
            quantity, value = _observation(r)
            key = (t, quantity)
            seen += [] if math.isnan(value) else [Seen(t, quantity, value)]
            visits += [t] if math.isnan(value) else []
        if key in held:
            raise r.refuse("TIME", f"each record once: the same stands in line {held[key]}")
        held[key] = r.line
    made = Patient(who, tuple(doses), tuple(seen), tuple(visits), origin=origin)
    return _with_traits(made, records)


def _hours(records: list[_Record], dated: bool) -> tuple[list[float], datetime | None]:
    """Return hours after the first dose, or after the first record of a person without one."""
    zero = next((r for r in records if r.number("EVID") == 1), records[0])
    if dated:
        origin = instant(zero.text("TIME"), zero.at("TIME"))
        clock = [(instant(r.text("TIME"), r.at("TIME")) - origin).total_seconds() / 3600 for r in records]
    else:
        origin, start = None, zero.number("TIME")
        clock = [r.number("TIME") - start for r in records]
    last = -math.inf
    for r, t in zip(records, clock, strict=True):
        if not abs(t) <= LONGEST_HOURS:
            raise r.refuse("TIME", f"a time within {LONGEST_HOURS:g} h of the first dose")
        if t < last:
            raise r.refuse("TIME", "times that do not go back within a person")
        last = t
    return [round(t, 9) for t in clock], origin


def _dose(r: _Record, time: float) -> Dose:
    drug = r.word("DRUG", DRUGS)
    if not math.isnan(r.number("DV")):
        raise r.refuse("DV", "nothing in a record that gives a dose")
    if drug in COURSES:
        return Dose(time, drug, "none")
    given = drug in ENANTIOMERS
    if not r.text("ROUTE") and not given:
        route = "oral" if drug in TABLETS else "none"
    else:
        route = r.word("ROUTE", tuple(ROUTES))
    amount, unit = r.number("AMT"), r.text("UNIT")
    if given and not amount > 0:
        raise r.refuse("AMT", f"an amount above 0: a dose of {drug} has one")
    if given or unit:
        unit = r.word("UNIT", ("mg", "mg/kg"))
    if given and amount > LARGEST_DOSE[unit] / 10:
        raise r.refuse("AMT", f"at most {LARGEST_DOSE[unit] / 10:g} {unit}")
    if given and route == "none":
        raise r.refuse("ROUTE", "the way that the dose is given")
    minutes = r.number("DUR")
    if route == "iv" and given and math.isnan(minutes):
        raise r.refuse("DUR", "the minutes of the infusion, 40 for the usual one, 0 for a dose at once")
    if not math.isnan(minutes) and not 0 <= minutes <= 10_080:
        raise r.refuse("DUR", "minutes from 0 to 10080")
    over = minutes / 60 if route == "iv" and minutes > 0 else 0.0
    return Dose(time, drug, route, amount if amount > 0 else 0.0, unit or "mg", over)


def _observation(r: _Record) -> tuple[str, float]:
    quantities = tuple(q for q, one in READOUTS.items() if one.area in AREAS and one.at_least is None)
    value = r.number("DV")
    if r.text("AMT") and r.number("AMT") > 0:
        raise r.refuse("AMT", "no amount in an observation (EVID 1 gives a dose)")
    if math.isnan(value) and not r.text("DVID"):
        return "", value
    whole = [q for q in quantities if not q.startswith("item:")]
    quantity = r.word("DVID", quantities, f"one of {', '.join(whole)}, or an item such as item:MADRS_10")
    one = READOUTS[quantity]
    if r.text("UNIT") and r.text("UNIT") != one.unit:
        raise r.refuse("UNIT", f"{one.unit}, the unit of {quantity}")
    scale = one.scale
    if scale and not math.isnan(value) and not scale.low <= value <= scale.high:
        raise r.refuse("DV", f"a score of {quantity}, {scale.low:g} to {scale.high:g}")
    if scale and not math.isnan(value) and abs(value / scale.step - round(value / scale.step)) > 1e-9:
        raise r.refuse("DV", f"a score in steps of {scale.step:g}")
    if not scale and (value < 0 or (one.unit == "mmHg" and not 30 <= value <= 320)):
        raise r.refuse("DV", f"{quantity} in {one.unit}, {'30 to 320' if one.unit == 'mmHg' else '0 or more'}")
    return quantity, value


def _with_traits(made: Patient, records: list[_Record]) -> Patient:
    """Return the person with what is known of them; a trait that changes is refused."""
    numbers: dict[str, float] = {}
    words: dict[str, str] = {}
    for column in (*NUMBERS, *WORDS):
        told = list(_told(records, column))
        if not told:
            continue
        first = told[0]
        other = next((r for r in told if r.text(column) != first.text(column)), None)
        if other is not None:
            raise other.refuse(column, f"{first.text(column)}, as in line {first.line}: one value for each person")
        if column in WORDS:
            words[column] = first.word(column, WORDS[column])
            continue
        low, high, unit = NUMBERS[column]
        value = first.number(column)
        if not low <= value <= high:
            raise first.refuse(column, f"{low:g} to {high:g} ({unit})")
        numbers[column] = value
    take: Callable[[str, str], str] = lambda column, usual: words.get(column, usual)  # noqa: E731
    names = {"AGE": "age", "WT": "weight", "FAILED_TRIALS": "failed"}
    traits = {names[c]: v for c, v in numbers.items() if c in names}
    if "SEX" in words:
        traits["female"] = float(words["SEX"] in ("F", "1"))
    of = take("POPULATION", "trd_adult")
    return replace(made, traits=traits, population=of, blinding=take("BLINDING", "open"), background=take("BACKGROUND", "none"))


def _told(records: list[_Record], column: str) -> Iterator[_Record]:
    return (r for r in records if r.text(column))
