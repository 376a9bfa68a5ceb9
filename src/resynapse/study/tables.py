"""Tables of a finished run: its people, and what was observed at the study's own times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from resynapse.model.scales import ITEMISED, READOUTS, item_name

if TYPE_CHECKING:
    from resynapse.study.simulate import ArmResult, RunResult


def patients(result: RunResult) -> dict[str, np.ndarray]:
    """Return one row for each virtual person: number, covariates, and the parameters that differ between people (n,) each."""
    people = result.cohort
    varied = {name: np.asarray(value) for name, value in people.values.items() if np.ndim(value) == 1 and name not in people.covariates}
    return {"patient": people.people, **people.covariates, **varied}


def people(result: RunResult) -> Any:
    """Return a pyarrow table of the people: all that `patients` gives, or number and covariates where a study keeps endpoints only."""
    import pyarrow as pa

    kept = patients(result) if result.study.keep.what == "visits" else {"patient": result.cohort.people, **result.cohort.covariates}
    return pa.table(dict(kept))


def endpoints(result: RunResult) -> Any:
    """Return a pyarrow table with one row for each person and arm: patient, arm, and a column for every endpoint (NaN: not read).

    A time to an event has two columns: hours, and `… seen` (whether it came, or the person was watched no longer).
    """
    import pyarrow as pa

    from resynapse.study.endpoints import TIME_TO
    from resynapse.study.summary import each_person, times_of

    names, people = list(result.arms), [result.people(name).people for name in result.arms]
    columns: dict[str, list[np.ndarray]] = {}
    for e in dict.fromkeys(result.study.endpoints):
        if e.statistic in TIME_TO:
            times = times_of(result, e)
            columns[str(e)], columns[f"{e} seen"] = [times[a].hours for a in names], [times[a].event for a in names]
        else:
            columns[str(e)] = [each_person(result, arm, e) for arm in names]
    place = np.repeat(np.arange(len(names), dtype=np.int32), [len(x) for x in people])
    arm = pa.DictionaryArray.from_arrays(pa.array(place), pa.array(names))
    read = {name: pa.array(np.concatenate(x)) for name, x in columns.items()}
    return pa.table({"patient": pa.array(np.concatenate(people)), "arm": arm, **read})


def observations(result: RunResult, every_time: bool = False) -> Any:
    """Return a pyarrow table with one row for each value: patient, arm, time_h, quantity, value (as measured), true.

    The times are those that the study observes, or all that were simulated; a person whose course could not be solved has no rows
    in that arm.
    """
    import pyarrow as pa

    asked = {endpoint.quantity for endpoint in result.study.endpoints}
    single = {q for arm in result.arms.values() for q in arm.measured if READOUTS[q].area == "items"} - asked
    names, quantities = list(result.arms), sorted({q for arm in result.arms.values() for q in arm.measured} - single)
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ("patient", "arm", "time_h", "quantity", "value", "true")}
    for arm in result.arms.values():
        keep, hits = solved(result, arm), np.arange(len(arm.times)) if every_time else observed(result, arm)
        shape = (int(keep.sum()), len(hits))
        for quantity in (q for q in arm.measured if q not in single):
            rows = {
                "patient": np.repeat(result.people(arm.name).people[keep], shape[1]),
                "arm": np.full(shape[0] * shape[1], names.index(arm.name), np.int32),
                "time_h": np.tile(arm.times[hits], shape[0]),
                "quantity": np.full(shape[0] * shape[1], quantities.index(quantity), np.int32),
                "value": arm.measured[quantity][keep][:, hits].ravel(),
                "true": arm.true[quantity][keep][:, hits].ravel(),
            }
            for name, part in rows.items():
                columns[name].append(part)
    table = {name: pa.array(np.concatenate(parts)) for name, parts in columns.items()}
    table["arm"] = pa.DictionaryArray.from_arrays(table["arm"], pa.array(names))
    table["quantity"] = pa.DictionaryArray.from_arrays(table["quantity"], pa.array(quantities))
    return pa.table(table)


def answers(result: RunResult) -> Any:
    """Return a pyarrow table with one row for each answer: patient, arm, time_h, scale, item, points; of the scales that `items` names.

    Rows are those of `observations`; points are missing where somebody was not seen.
    """
    import pyarrow as pa

    arms, scales = list(result.arms), list(result.study.items)
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ("patient", "arm", "time_h", "scale", "item", "points")}
    for place, arm in enumerate(result.arms.values()):
        keep, hits = solved(result, arm), observed(result, arm)
        who, when = np.repeat(result.people(arm.name).people[keep], len(hits)), np.tile(arm.times[hits], int(keep.sum()))
        number = np.ones(len(who), np.int32)
        for k, scale in enumerate(scales):
            for _, item in ITEMISED[scale]:
                points = arm.measured[item_name(scale, item)][keep][:, hits].ravel()
                row = (who, place * number, when, k * number, (item * number).astype(np.int8), points)
                for name, part in zip(columns, row, strict=True):
                    columns[name].append(part)
    table = {name: pa.array(np.concatenate(parts)) for name, parts in columns.items()}
    table["arm"] = pa.DictionaryArray.from_arrays(table["arm"], pa.array(arms))
    table["scale"] = pa.DictionaryArray.from_arrays(table["scale"], pa.array(scales))
    points = np.concatenate(columns["points"])
    table["points"] = pa.array(np.nan_to_num(points).astype(np.int8), mask=np.isnan(points))
    return pa.table(table)


def solved(result: RunResult, arm: ArmResult) -> np.ndarray:
    """Return a mask (n,) of the people whose course in this arm was solved."""
    keep = np.ones(result.people(arm.name).n, bool)
    keep[list(arm.failed)] = False
    return keep


def observed(result: RunResult, arm: ArmResult) -> np.ndarray:
    """Return the positions, in the arm's times, at which the study observes."""
    return np.flatnonzero([np.isclose(result.study.times, t, rtol=0, atol=1e-6).any() for t in arm.times])
