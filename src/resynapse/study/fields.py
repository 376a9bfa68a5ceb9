"""Fields of the study format: how a time, a day, a dose, a share is read and written; the base of all its parts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from resynapse.study import vocabulary as words
from resynapse.study.vocabulary import Refused, dose, hours, shown, time_text


def _days(read: object) -> float:
    """A day: a bare number, or a time with its unit. -> hours."""
    if isinstance(read, int | float) and not isinstance(read, bool):
        if not 0 <= read <= words.LONGEST_HOURS / 24:
            raise Refused(shown(read), "a day from 0 (the first dose) on")
        return read * 24.0
    return hours(read, "a day (a number, or a time with its unit)", "3.5 d")


def _name(read: object) -> str:
    if not isinstance(read, str) or not read.strip():
        raise Refused(shown(read), "a word")
    return read.strip()


def _dose(read: object) -> tuple[float, str]:
    return (float(read[0]), str(read[1])) if isinstance(read, tuple) and len(read) == 2 else dose(read)


def _dose_text(value: tuple[float, str]) -> str:
    return f"{value[0]:.12g} {value[1]}"


def _day_number(value: float) -> float | int:
    return int(value / 24) if value % 24 == 0 else value / 24


Hours = Annotated[float, BeforeValidator(hours), PlainSerializer(time_text)]
Day = Annotated[float, BeforeValidator(_days), PlainSerializer(_day_number)]
Dose = Annotated[tuple[float, str], BeforeValidator(_dose), PlainSerializer(_dose_text)]
Name = Annotated[str, BeforeValidator(_name)]
Share = Annotated[float, BeforeValidator(words.share), PlainSerializer(lambda x: f"{100 * x:.6g} %")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]


class Part(BaseModel):
    """A part of a study: frozen, no unknown keys, no silent conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def forward(times: tuple[float, ...], what: str) -> tuple[float, ...]:
    """Return ascending times. Raises Refused at the first that does not go forward."""
    for place, (before, after) in enumerate(zip(times, times[1:], strict=False), start=1):
        if after <= before:
            raise Refused(time_text(after), f"{what} that go forward: later than {time_text(before)}", way=(place,))
    return times
