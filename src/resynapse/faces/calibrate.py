"""The calibrate command: evidence in, a fit file with its strangers beside it and a table of numbers out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from resynapse.faces.describe import columns
from resynapse.faces.qualify import Order, sources_of, tables_of
from resynapse.faces.run_folder import write_csv
from resynapse.notation import InputError

if TYPE_CHECKING:
    from resynapse.methods.fit import Fit

Tell = Callable[[str, int, int], None]


def calibrate(evidence: Sequence[Path], out: Path, stages: Sequence[str], quick: bool, tell: Tell) -> list[str]:
    """Fit the model and write DATE.json, DATE.unseen.json and numbers.csv into `out`; return the lines to print.

    What is finished is kept in `out`/parts: the same command goes on where it was stopped.  quick: few people and draws, to try it.
    Raises InputError for a broken file, an unknown stage or an `out` that cannot be written.
    """
    from resynapse.methods.evidence import load_evidence
    from resynapse.study.calibration import QUICK, Effort, Work, fit_of, recipe_of, stages_of, store_of, strangers_of
    from resynapse.study.calibration import calibrate as fitted
    from resynapse.study.fits import save_fit
    from resynapse.study.unseen import beside, save_strangers, trial_of

    order = Order(evidence, (), 2, 1)
    rows, sources = load_evidence(tables_of(order)), sources_of(order)
    effort = QUICK if quick else Effort()
    named = stages_of(stages)
    _writable(out)
    work = Work(rows, {r.id: trial_of(r, sources) for r in rows}, effort, store_of(out, rows, effort), tell)
    done = fitted(work, named)
    fit = fit_of(done, recipe_of(work, done))
    path = out / f"{fit.date}.json"
    save_fit(fit, path)
    save_strangers(strangers_of(fit, done), beside(path))
    table = numbers(fit)
    write_csv(part := out / ".numbers.csv.part", tuple(table[0]), table)
    part.replace(out / "numbers.csv")
    return [columns(table), "", *qualities(fit), f"Fit: {path}"]


def _writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise InputError("--out", str(out), f"a folder that can be written ({why.strerror})") from None


def numbers(fit: Fit) -> list[dict[str, str]]:
    """Return one line for every number: declared, prior, best value with its 90 % interval, contraction."""
    out = []
    for name, n in fit.numbers.items():
        low, high = np.quantile(n.draws, [0.05, 0.95])
        out.append({
            "number": name, "stage": n.stage, "unit": n.unit, "declared": f"{n.declared:.3g}", "prior 95 %": f"{n.low:.3g} to {n.high:.3g}",
            "fitted": f"{n.centre:.3g}", "90 %": f"{low:.3g} to {high:.3g}", "contraction": f"{n.contraction:.2f}",
        })  # fmt: skip
    return out


def qualities(fit: Fit) -> list[str]:
    """Return what is known of the sampling of every stage, as lines."""
    return [
        f"{name}: {len(s['rows'])} rows, {len(s['not_simulated'])} not simulated, "
        f"least effective sample size {s['least_effective_size']:g}, largest R-hat {s['largest_rhat']:g}"
        for name, s in fit.recipe["stages"].items()
    ]
