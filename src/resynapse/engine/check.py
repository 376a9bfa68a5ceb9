"""What a run is worth: its output error, and how its outputs move with parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from resynapse.engine.ensemble import Ensemble
from resynapse.engine.schedule import Schedule
from resynapse.engine.solution import Settings
from resynapse.engine.tables import Array
from resynapse.notation import InputError

FLOOR = 1e-3  # of a patient's largest value: what is smaller counts as this large in a relative error
STEP = 1e-6  # relative change of a parameter for a difference


def take_values(values: Mapping[str, Any], patients: Array) -> dict[str, Any]:
    """Return the values of a choice of patients."""
    return {name: np.asarray(v, float)[patients] if np.ndim(v) else v for name, v in values.items()}


def tighter(settings: Settings) -> Settings:
    """Return the settings with a hundredth of the tolerances."""
    return replace(settings, rtol=settings.rtol / 100, atol=settings.atol / 100)


def largest_error(found: Array, exact: Array) -> float:
    """Return the largest relative error of (n, visits) outputs; 0 where nothing was observed.

    Values below a thousandth of the patient's largest count as that large; what is missing on both sides is left out.
    """
    size = np.abs(np.nan_to_num(exact))
    scale = np.maximum(size, FLOOR * size.max(axis=1, keepdims=True))
    error = np.abs(found - exact) / np.where(scale > 0, scale, 1.0)
    both_missing = np.isnan(found) & np.isnan(exact)
    return float(np.max(np.where(both_missing, 0.0, error), initial=0.0))


def self_check(
    ens: Ensemble,
    values: Mapping[str, Any],
    schedule: Schedule,
    times: Any,
    outputs: Sequence[str],
    settings: Settings | None = None,
    sample: int = 20,
) -> dict[str, float]:
    """Solve an evenly spaced sample of the schedule's patients again at a hundredth of the tolerances.

    Returns {output: largest relative error}, as `largest_error` takes it.
    """
    settings, n = settings or Settings(), schedule.n
    patients = np.unique(np.linspace(0, n - 1, min(sample, n)).astype(int))
    mine, events = take_values(values, patients), schedule.take(patients)
    tight = tighter(settings)
    coarse, fine = (ens.run(patients.size, mine, events, times, outputs, s).values for s in (settings, tight))
    return {name: largest_error(coarse[name], fine[name]) for name in outputs}


def sensitivities(
    ens: Ensemble,
    values: Mapping[str, Any],
    names: Sequence[str],
    schedule: Schedule,
    times: Any,
    outputs: Sequence[str],
    settings: Settings | None = None,
) -> dict[str, Array]:
    """Return {output: (n, parameters, visits)}: derivatives by parameters, both in declared units, by one-sided differences.

    Every patient is solved once more for each parameter, in the lanes beside it.  The schedule is the same for all copies: what depends on
    a parameter there (a dose per kg) is not differentiated.  Error: about 1e-4 of the largest sensitivity at the default tolerance.
    """
    params, n = ens.system.params, schedule.n
    for name in names:
        if name not in params:
            raise InputError("sensitivities", name, "a parameter", params)
    copies = len(names) + 1
    rows = np.repeat(np.arange(n), copies)
    copied = take_values(values, rows)
    steps = np.empty((n, len(names)))
    for j, name in enumerate(names):
        x = np.broadcast_to(np.asarray(copied.get(name, params[name].value), float), (n * copies,)).copy()
        moved = x[j + 1 :: copies]
        low, high = params[name].range
        changed = moved + STEP * np.where(moved != 0, moved, max(abs(low), abs(high), 1.0))
        steps[:, j] = changed - moved
        x[j + 1 :: copies] = changed
        copied[name] = x
    sol = ens.run(n * copies, copied, schedule.take(rows), times, outputs, settings)
    out = {}
    for name in outputs:
        y = sol.values[name].reshape(n, copies, -1)
        out[name] = (y[:, 1:] - y[:, :1]) / steps[:, :, None]
    return out
