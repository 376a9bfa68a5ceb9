"""Running: what `resynapse run` does between a study file and a run folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from resynapse.faces.hands import hands
from resynapse.faces.terminal import command_line, progress

if TYPE_CHECKING:
    from resynapse.study.nonmem import Table
    from resynapse.study.schema import Study
    from resynapse.study.simulate import RunResult


def is_large(study: Study) -> bool:
    """Tell whether a study is run in parts without being asked to."""
    from resynapse.faces.large_run import IN_PARTS

    return study.n > IN_PARTS or study.keep.what != "visits" or study.keep.courses > 0


def run_at_once(study: Study, target: Path, table: Table | None) -> RunResult:
    """Simulate a study, everybody at once, and write its folder."""
    from resynapse.faces.run_folder import new_folder, write_run

    with new_folder(target, "run") as folder, progress() as tell:
        from resynapse.study.provenance import provenance
        from resynapse.study.simulate import simulate

        result = over_and_over(checked_against(simulate(study, progress=tell), table), tell)
        tell("writing tables and report", len(study.arms), len(study.arms))
        write_run(folder, result, provenance(result.system, study.seed, result.digest, command_line()))
    return result


def run_parts(study: Study, target: Path) -> RunResult:
    """Simulate a study in parts and write its folder."""
    from resynapse.faces.large_run import Order, run_in_parts

    with progress() as tell:
        return run_in_parts(study, target, Order(hands().crew(), hands().part), command_line(), tell)


def read_data(path: Path | None) -> Table | None:
    """Read a table of concentrations before anything is computed."""
    from resynapse.study.nonmem import read_nonmem

    return None if path is None else read_nonmem(path)


def checked_against(result: RunResult, table: Table | None) -> RunResult:
    """Return the result with its predictive check against a table, if there is one."""
    from dataclasses import replace

    from resynapse.study.predictive import vpc

    return result if table is None else replace(result, extra={**result.extra, "vpc": vpc(result, table)})


def over_and_over(result: RunResult, tell: Callable[[str, int, int], None]) -> RunResult:
    """Return the result with what its replicates say, where the study asks for more than one."""
    if result.study.replicates == 1:
        return result
    from dataclasses import replace

    from resynapse.study.replicates import replicated, trier_of

    return replace(result, extra={**result.extra, "replicates": replicated(trier_of(result.study), tell=tell)[0]})


def changed(study: Study, n: int | None, seed: int | None, fit: str | None, replicates: int | None = None) -> Study:
    """Return the study with other numbers of people or replicates, another seed or another fit where they are given."""
    if replicates is not None:
        study = study.model_copy(update={"replicates": replicates})
    if fit is not None:
        from resynapse.study.fits import load_fit

        load_fit(fit)
        study = study.model_copy(update={"fit": fit})
    new = {key: value for key, value in (("n", n), ("seed", seed)) if value is not None}
    return study.model_copy(update={"population": study.population.model_copy(update=new)}) if new else study
