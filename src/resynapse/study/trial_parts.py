"""Parts of a study that say how a trial goes: who leaves, what is given beside the drug, doses by rule, rescue."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, field_validator

from resynapse.model.attendance import at_random, lack_of_effect
from resynapse.study.conditions import Action, Condition, action, condition
from resynapse.study.fields import Day, Hours, Part, Share
from resynapse.study.vocabulary import TREATMENTS, Refused, one_of

When = Annotated[Condition, BeforeValidator(condition), PlainSerializer(str)]
Do = Annotated[Action, BeforeValidator(action), PlainSerializer(str)]
EVERY = ("sessions", "visits")


class Dropout(Part):
    """Who leaves: shares in four weeks, for lack of effect (of those who are no better) and at random; after an adverse event.

    sees: `last`, the score of the visit before decides (missing at random), or `now`, the one that nobody sees (not at random).
    """

    lack_of_effect: Share = lack_of_effect.value
    at_random: Share = at_random.value
    adverse_event: Literal["events", "none"] = "events"
    sees: Literal["last", "now"] = "last"


class Beside(Part):
    """A treatment beside the drug, from one hour until another (None: the end); days of ect."""

    start: Hours = Field(default=0.0, alias="from")
    until: Hours | None = None
    days: tuple[Day, ...] = ()


class PolicyRule(Part):
    """At these days (or at all sessions or visits), for those of whom the condition holds, something is done."""

    when: When
    at: tuple[Day, ...] | Literal["sessions", "visits"] = "sessions"
    do: Do

    @field_validator("at", mode="before")
    @classmethod
    def _times(cls, read: Any) -> Any:
        if isinstance(read, str) and read[:1].isalpha():
            return one_of(read, EVERY, "when to ask: days, or")
        return read if isinstance(read, list | tuple) else [read]


class Rescue(Part):
    """From a day on, at visits: those of whom the condition holds get another treatment, and no more of the study's drug."""

    when: When
    start: Day = Field(default=0.0, alias="from")
    gives: str = "antidepressant"

    @field_validator("gives")
    @classmethod
    def _known(cls, read: str) -> str:
        return one_of(read, ("none", *TREATMENTS), "a treatment")


class Randomisation(Part):
    """Everybody gets one arm, drawn in blocks.  ratio: {arm: parts}, equal if empty; blocks: times the ratio in a block; by: strata."""

    ratio: dict[str, int] = Field(default_factory=dict)
    blocks: int = Field(default=2, ge=1, le=100, strict=True)
    by: tuple[Literal["sex", "age", "severity"], ...] = ()

    @field_validator("ratio")
    @classmethod
    def _parts(cls, read: dict[str, int]) -> dict[str, int]:
        for arm, parts in read.items():
            if not 1 <= parts <= 100:
                raise Refused(str(parts), "parts from 1 to 100", way=(arm,))
        return read
