"""Beside the study drug: other drugs, organs that work less, descent.  What a study writes becomes factors on parameters.

A change holds for the whole study, at the strength that it has at the first dose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from resynapse.model.interactions import DESCENT, HEPATIC, PERPETRATORS, RENAL, Change
from resynapse.study.vocabulary import Refused, one_of, shown

if TYPE_CHECKING:
    from resynapse.notation import System
    from resynapse.study.schema import Arm, Population

ORGANS = {"ethnicity": DESCENT, "renal": RENAL, "hepatic": HEPATIC}
CUSTOM = "custom"
STRONGEST = (0.0, 100.0)  # of a factor that a user enters


def organ(key: str, read: object) -> str:
    """Return a word of `ethnicity`, `renal` or `hepatic`.  Raises Refused with all of them; severe liver disease has no data."""
    if key == "hepatic" and read == "severe":
        raise Refused("severe", "none, mild or moderate: nothing published covers severe impairment of the liver")
    what = {"ethnicity": "a descent with published kinetics", "renal": "a function of the kidney", "hepatic": "a function of the liver"}
    return one_of(read, tuple(ORGANS[key]), what[key])


def not_pregnant(read: object) -> None:
    """Refuse pregnancy: no published kinetics of ketamine in depression covers it."""
    if read not in (None, False, "no", "none"):
        why = "no: the model holds for people who are not pregnant; nothing published lets it say more"
        raise Refused(shown(read), why, way=("pregnant",))


def other_drug(name: str, written: object) -> dict:
    """Return one entry of an arm's `with` as plain data.  Raises Refused for an unknown drug and for a strength without a number."""
    if name != CUSTOM:
        one_of(name, (*PERPETRATORS, CUSTOM), "an interacting drug")
    made = {} if written is None else written
    if not isinstance(made, dict):
        raise Refused(shown(written), "how long it was taken, for example {days: 6}")
    factors = [key for key in ("gut", "liver", "metabolite", "flow") if key in made]
    if name == CUSTOM and not factors:
        raise Refused(shown(written), "at least one factor on enzymes or flow, for example {gut: 0.5, liver: 0.8}")
    if name != CUSTOM and factors:
        own = f"days and stopped: the strength of {name} is the model's own (enter others as custom)"
        raise Refused(factors[0], own, way=(factors[0],))
    return made


def changes(population: Population | None, arm: Arm) -> tuple[Change, ...]:
    """Return everything that differs from the usual in one arm."""
    out = [table[word] for key, table in ORGANS.items() if (word := getattr(population, key, ""))]
    for name, taken in arm.given_with.items():
        if name == CUSTOM:
            change = Change("as entered", "assumed", taken.gut, taken.liver, taken.metabolite, taken.flow)
        else:
            change = PERPETRATORS[name]
        days = change.usual_days if taken.days is None else taken.days
        out.append(change.after(days, taken.stopped))
    return tuple(out)


def changed(values: Mapping[str, np.ndarray | float], by: Iterable[Change], system: System) -> dict[str, np.ndarray | float]:
    """Return parameters {name: number or (n,)} with the factors of all changes put on."""
    out = dict(values)
    for change in by:
        for name, factor in change.factors().items():
            if name in system.params and factor != 1.0:
                out[name] = out.get(name, system.params[name].value) * factor
    return out
