"""Conditions and actions of rules: a small language of data, read by patterns and never evaluated.

Condition:  MADRS >= 22    change(MADRS) > -6    improvement(MADRS) < 50 %    response(MADRS)    no remission(MADRS)
Action:     raise to 84 mg    reduce to 28 mg    give 56 mg    hold    every 14 d    as planned    stop
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from resynapse.notation import closest
from resynapse.study.vocabulary import Refused, dose, hours, one_of, shown, time_text

COMPARE: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "<=": lambda x, y: x <= y, ">=": lambda x, y: x >= y, "<": lambda x, y: x < y, ">": lambda x, y: x > y,
}  # fmt: skip
NUMBERS = ("change", "improvement")
STATES = ("response", "remission")
_COMPARISON = re.compile(r"(?:(\w{1,30})\()?([A-Za-z]\w{0,30})\)?\s*(<=|>=|<|>)\s*(-?\d{1,6}(?:\.\d{1,6})?)\s*(%|points?|percent)?")
_STATE = re.compile(r"(no\s+)?(\w{1,30})\(([A-Za-z]\w{0,30})\)")
_DOSE = re.compile(r"(raise to|reduce to|give)\s+(.{1,20})")
_EVERY = re.compile(r"every\s+(.{1,20})")
WORDS = ("hold", "stop", "as planned")
EXAMPLE = "a condition such as 'MADRS >= 22', 'improvement(MADRS) < 50 %', 'no response(MADRS)'"
DO = "an action: raise to 84 mg, reduce to 28 mg, give 56 mg, hold, every 14 d, as planned, stop"


@dataclass(frozen=True)
class Condition:
    """What is asked of one scale.  what: value, change, improvement (%), response or remission; compare, number: of the first three."""

    what: str
    quantity: str
    compare: str = ""
    number: float = 0.0
    no: bool = False

    def __str__(self) -> str:
        if not self.compare:
            return f"{'no ' if self.no else ''}{self.what}({self.quantity})"
        left = self.quantity if self.what == "value" else f"{self.what}({self.quantity})"
        return f"{left} {self.compare} {self.number:g}{' %' if self.what == 'improvement' else ''}"

    def met(self, score: np.ndarray, baseline: np.ndarray) -> np.ndarray:
        """Tell for whom (n,) it holds, from the measured score and that of entry; a score that is missing meets nothing."""
        from resynapse.model.scales import READOUTS

        fall = 100 * (1 - score / np.maximum(baseline, 1e-9))
        if self.what in STATES:
            scale = READOUTS[self.quantity].scale
            limit = scale.remission if scale and scale.remission is not None else 0.0
            held = fall >= 50 if self.what == "response" else score <= limit
            return np.where(np.isfinite(score), held != self.no, False)
        left = {"value": score, "change": score - baseline, "improvement": fall}[self.what]
        return COMPARE[self.compare](left, self.number)


@dataclass(frozen=True)
class Action:
    """What is done.  what: dose (amount, unit), hold, every (hours), as planned, stop."""

    what: str
    amount: float = 0.0
    unit: str = ""
    written: str = ""

    def __str__(self) -> str:
        return self.written


def condition(read: object) -> Condition:
    """Read a condition.  Raises Refused with what is allowed, and the closest word."""
    if isinstance(read, Condition):
        return read
    text = read.strip() if isinstance(read, str) and len(read) <= 100 else ""
    if found := _COMPARISON.fullmatch(text):
        what, quantity, compare, number, unit = found.groups()
        what = "value" if what is None else one_of(what, NUMBERS, "what is compared")
        if (unit in ("%", "percent")) != (what == "improvement"):
            raise Refused(text, "improvement in %, anything else in points")
        return Condition(what, _scale(quantity), compare, float(number))
    if found := _STATE.fullmatch(text):
        no, what, quantity = found.groups()
        return Condition(one_of(what, STATES, "a state"), _scale(quantity), no=bool(no))
    raise Refused(shown(read), EXAMPLE)


def _scale(name: str) -> str:
    """Return the name of a scale with a threshold of remission."""
    from resynapse.model.scales import READOUTS

    known = tuple(q for q, r in READOUTS.items() if r.output and r.scale and r.scale.remission is not None)
    return one_of(name, known, "a scale")


def action(read: object) -> Action:
    """Read an action.  Raises Refused with all of them, and the closest."""
    if isinstance(read, Action):
        return read
    text = read.strip() if isinstance(read, str) and len(read) <= 100 else ""
    if found := _DOSE.fullmatch(text):
        amount, unit = dose(found.group(2))
        return Action("dose", amount, unit, text)
    if found := _EVERY.fullmatch(text):
        gap = hours(found.group(1), "an interval", "14 d")
        return Action("every", gap, "", f"every {time_text(gap)}")
    if text not in WORDS:
        raise Refused(shown(read), DO + closest(text, WORDS) if text else DO)
    return Action(text, written=text)
