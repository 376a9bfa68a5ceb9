"""Predictive check of a study's kinetics against a table of measured concentrations: the data's own design, simulated many times.

People, doses and times come from the table, drug and route from the study's arm, everything else from the study's population.
Every copy is a virtual study of its own, with its own between-study effects.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from resynapse.engine import Ensemble, Event, Schedule, Settings
from resynapse.methods.cohort import Cohort, Who
from resynapse.methods.vpc import Vpc, check
from resynapse.model import build
from resynapse.model.scales import READOUTS, readout_of
from resynapse.model.traits import parameters_of
from resynapse.notation import InputError, System
from resynapse.study.beside import changed, changes
from resynapse.study.disposition import OWN, routes_of, system_of
from resynapse.study.dosing import Administration, dose_events, is_given
from resynapse.study.measure import measured
from resynapse.study.nonmem import Table, read_nonmem
from resynapse.study.people import people_of
from resynapse.study.schema import Arm, Study
from resynapse.study.simulate import RunResult

COPIES = 200
LARGEST = 4_000_000  # samples solved at once


def vpc(of: Study | RunResult, data: Table | str | Path, copies: int = COPIES, arm: str = "", corrected: bool = False) -> dict[str, Vpc]:
    """Check every analyte of a table; {quantity: Vpc}, in the order of the study's endpoints.

    arm: which of the study's arms says drug and route; needed where several give ketamine.  Analytes: the numbers in DVID (or CMT)
    of the samples, ascending, stand for the plasma quantities among the endpoints in their order.
    Raises InputError for a table that cannot be read, an arm that is not there, and analytes that do not match.
    """
    study = of.study if isinstance(of, RunResult) else of
    table = data if isinstance(data, Table) else read_nonmem(data)
    name, plan = _arm(study, arm)
    analytes = _analytes(study, table)
    system = system_of(study) if study.disposition != OWN else build(study.species, True, True)
    times = np.unique(table["TIME"][table.is_sample])
    together = max(1, int(LARGEST / max(1, len(table.ids) * len(times))))
    parts: dict[str, list[np.ndarray]] = {q: [] for q in analytes.values()}
    for first in range(0, copies, together):
        some = (min(together, copies - first), study.seed + first)
        for quantity, values in _copies(study, plan, table, system, times, some, list(analytes.values())).items():
            parts[quantity].append(values)
    out = {}
    for number, quantity in analytes.items():
        rows = table.is_sample & (table.analyte == number)
        simulated = np.concatenate(parts[quantity])[:, table.person[rows], np.searchsorted(times, table["TIME"][rows])]
        made = check(table["TIME"][rows], table["DV"][rows], simulated, corrected=corrected)
        out[quantity] = replace(made, quantity=quantity, unit=READOUTS[quantity].unit)
    return out


def _arm(study: Study, name: str) -> tuple[str, Arm]:
    given = {n: a for n, a in study.arms.items() if is_given(a.drug)}
    if name:
        if name not in given:
            raise InputError("arm", name, f"an arm that gives ketamine: {', '.join(given)}", tuple(given))
        return name, given[name]
    ways = {(a.drug, a.route) for a in given.values()}
    if len(ways) != 1:
        raise InputError("data", f"arms {', '.join(study.arms)}", "the arm whose drug and route the data had", tuple(given))
    return next(iter(given.items()))


def _analytes(study: Study, table: Table) -> dict[float, str]:
    """Return {number in the table: quantity}."""
    asked = list(dict.fromkeys(e.quantity for e in study.endpoints if READOUTS[e.quantity].area == "plasma"))
    numbers = sorted(set(table.analyte[table.is_sample].tolist()))
    if len(numbers) > len(asked):
        read = f"{len(numbers)} analytes ({', '.join(f'{x:g}' for x in numbers)})"
        raise InputError(f"{table.name} column {'DVID' if 'DVID' in table.columns else 'CMT'}", read,
                         f"as many plasma quantities among the endpoints, which are: {', '.join(asked) or 'none'}")  # fmt: skip
    return dict(zip(numbers, asked, strict=False))


def _copies(
    study: Study, arm: Arm, table: Table, system: System, times: np.ndarray, some: tuple[int, int], quantities: list[str]
) -> dict[str, np.ndarray]:
    """Return {quantity: (copies, people, times)} with error of measurement; some = (copies, seed)."""
    copies, seed = some
    n = len(table.ids)
    people = _people(study, table, system, copies, seed)
    values = changed(people.values, changes(study.population, arm), system)
    schedule = Schedule.of(_events(study, arm, table, people, copies), people.n, system)
    outputs = {q: readout_of(q, study.sampling.site)[0] for q in quantities}
    solved = Ensemble.of(system).run(people.n, values, schedule, times, list(dict.fromkeys(outputs.values())), Settings())
    seen = {q: measured(q, o, solved.values[o], times, people, (system, "check")) for q, o in outputs.items()}
    return {q: v.reshape(copies, n, len(times)) for q, v in seen.items()}


def _people(study: Study, table: Table, system: System, copies: int, seed: int) -> Cohort:
    """Draw copies of the table's people: their own weight, age and sex where the table has them."""
    n = len(table.ids)
    people = people_of(study, system, Who.of(n * copies, seed, copies))
    for column, name in (("WT", "weight"), ("AGE", "age"), ("SEX", "female")):
        known = table.first(column)
        if known is not None:
            people.covariates[name] = np.tile(known, copies)
    own = parameters_of(people.covariates, people.values, {name: p.value for name, p in system.params.items()})
    people.values.update({name: own[name] for name in ("weight", "age", "female") if name in own})
    if "weight" not in people.values:  # a model without a body still gets doses per kg
        people.values["weight"] = people.covariates["weight"]
    return people


def _events(study: Study, arm: Arm, table: Table, people: Cohort, copies: int) -> list[Event]:
    """Return the table's doses and resets as events of all copies; record k of every person together, bolus apart from infusion."""
    routes, person, n = routes_of(study), table.person, len(table.ids)
    out: list[Event] = []
    resets = np.flatnonzero(np.isin(table["EVID"], (3, 4)))
    for rows in _turns(resets, person):
        out.append(Event(np.tile(_placed(table["TIME"], rows, person, n, np.nan), copies), "", "reset"))
    occasion = 0
    for rows in _turns(np.flatnonzero(table.is_dose), person):
        amount = np.tile(_placed(table["AMT"], rows, person, n, 0.0), copies)
        rate = np.tile(_placed(table["RATE"], rows, person, n, 0.0), copies)
        for k in range(int(table["ADDL"][rows].max()) + 1):
            more = rows[table["ADDL"][rows] >= k]
            time = np.tile(_placed(table["TIME"] + k * table["II"], more, person, n, np.nan), copies)
            for slow in (False, True):
                who = (rate > 0) == slow
                if np.any(who & np.isfinite(time)):
                    over = np.where(rate > 0, amount / np.where(rate > 0, rate, 1.0), 1.0) if slow else 0.0
                    dose = Administration(np.where(who, time, np.nan), amount, "mg", over, occasion)
                    out += dose_events(arm.drug, arm.route, [dose], people, routes)
            occasion += 1
    return out


def _turns(rows: np.ndarray, person: np.ndarray) -> list[np.ndarray]:
    """Split records into those that are the first of their person, the second, and so on."""
    turn = np.zeros(len(rows), int)
    counts: dict[int, int] = {}
    for k, row in enumerate(rows):
        turn[k] = counts.get(int(person[row]), 0)
        counts[int(person[row])] = turn[k] + 1
    return [rows[turn == k] for k in range(int(turn.max(initial=-1)) + 1)]


def _placed(values: np.ndarray, rows: np.ndarray, person: np.ndarray, n: int, other: float) -> np.ndarray:
    """Return one value for each person (n,) from these records; `other` for those without."""
    out = np.full(n, other)
    out[person[rows]] = values[rows]
    return out
