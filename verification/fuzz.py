"""Fuzzing: whatever is written, the answer is a result or one clear refusal; never a crash, never a number that is none.

`python -m verification.fuzz --minutes 10` tries what the strategies make until the time is over (`make fuzz MINUTES=10`); a failure
is printed in its smallest form with the exit code 1, and belongs into the tests of its room.  `--patients N` instead solves N people
with parameters anywhere in their plausible ranges and random regimens.
"""

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from verification import strategies

from resynapse.notation import InputError

CASES = 200  # of each kind in a round


def study_text(text: str) -> None:
    """Any text is a study or is refused; a study survives being written out and read again."""
    from resynapse.study import study_of, study_of_text

    try:
        study = study_of_text(text)
    except InputError:
        return
    again = study_of(study.resolved())
    assert again.resolved() == study.resolved(), "a study changed by being written out and read"


def study_run(plain: Mapping[str, Any]) -> None:
    """A study that is accepted runs, or is refused by name; what is not finite belongs to a person who is reported, or was not seen."""
    from resynapse.study import study_of
    from resynapse.study.simulate import simulate
    from resynapse.study.summary import summary

    try:
        study = study_of(dict(plain))
        result = simulate(study)
    except InputError:
        return
    for arm in result.arms.values():
        solved = np.setdiff1d(np.arange(result.cohort.n), arm.failed)
        for quantity, values in arm.true.items():
            assert np.isfinite(values[solved]).all(), f"{quantity} in {arm.name} is not finite, and no failure was reported"
    try:
        summary(result)
    except InputError:
        return


def evidence_file(text: str) -> None:
    """Any table is evidence or is refused; a row becomes an experiment or says why not."""
    from resynapse.methods.evidence import load_evidence, unknown_words, word_problem
    from resynapse.study.from_row import experiment_of

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        try:
            rows = load_evidence(path)
        except InputError:
            return
    unknown_words(rows)
    for row in rows:
        if not word_problem(row):
            try:
                experiment_of(row.blinded())
            except InputError:
                continue


def patient_table(text: str) -> None:
    """Any table of patients is read or refused."""
    from resynapse.study.nonmem import table_of_text

    try:
        table = table_of_text(text)
    except InputError:
        return
    assert np.isfinite(table["TIME"]).all() and table.is_sample.any()


def person_file(text: str) -> None:
    """Any file of one person is judged or refused."""
    from resynapse.study.eligibility import eligible

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "person.yaml"
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        try:
            eligible(path, n=50)
        except InputError:
            return


# name -> (what must hold, what is tried, share of the cases of a round: some are slow)
KINDS: dict[str, tuple[Callable[[Any], None], st.SearchStrategy, float]] = {
    "study text": (study_text, strategies.texts(strategies.studies()), 1.0),
    "study run": (study_run, strategies.studies(), 0.3),
    "evidence": (evidence_file, strategies.evidence(), 1.0),
    "patient table": (patient_table, strategies.patient_tables(), 1.0),
    "person": (person_file, strategies.texts(strategies.persons()), 0.3),
}


def tried(name: str, cases: int, derandomise: bool = False) -> int:
    """Try one kind; return how many cases were run.  Raises what was wrong with the smallest case that shows it."""
    check, strategy, _ = KINDS[name]
    count = 0

    @settings(
        max_examples=cases, deadline=None, derandomize=derandomise, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip
    @given(strategy)
    def one(case: Any) -> None:
        nonlocal count
        count += 1
        check(case)

    one()
    return count


def rounds(minutes: float) -> int:
    """Try every kind again and again until the time is over; return the number of kinds that failed."""
    end, counts, failed = time.monotonic() + 60 * minutes, dict.fromkeys(KINDS, 0), set()
    while time.monotonic() < end and len(failed) < len(KINDS):
        for name, (_, _, share) in KINDS.items():
            if name in failed or time.monotonic() > end:
                continue
            try:
                counts[name] += tried(name, max(1, int(CASES * share)))
            except Exception:
                failed.add(name)
                print(f"\n==== {name} failed after {counts[name]:,} cases\n{traceback.format_exc(limit=-6)}", flush=True)
    print(", ".join(f"{name}: {count:,} cases" for name, count in counts.items()), flush=True)
    return len(failed)


def main(arguments: list[str] | None = None) -> int:
    """Run for the time, or the number of people, that is asked for."""
    parser = argparse.ArgumentParser(prog="verification.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--patients", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    if asked.patients:
        from verification.fuzz_patients import solve

        return solve(asked.patients, asked.seed)
    return 1 if rounds(asked.minutes) else 0


if __name__ == "__main__":
    sys.exit(main())
