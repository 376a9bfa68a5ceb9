"""The terminal: messages, a bar for long work, the short table of a run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from resynapse.notation import InputError

if TYPE_CHECKING:
    from resynapse.study.simulate import RunResult


def say(text: str) -> None:
    """Print one message to the error stream, as it stands."""
    print(text, file=sys.stderr, flush=True)


def command_line() -> list[str]:
    """Return the command as it was given, for the record."""
    return ["resynapse", *sys.argv[1:]]


@contextmanager
def told_by(study: Path) -> Iterator[None]:
    """Put the name of the study's file before an error that does not say it."""
    try:
        yield
    except InputError as error:
        if error.where.startswith((str(study), "--out")):
            raise
        raise InputError(f"{study}, {error.where}", error.read, error.expected, error.choices) from None


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function tell(text, done, all) that moves a bar on a terminal and is silent elsewhere; at Ctrl-C say what is kept."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    screen = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=screen, transient=True, disable=not screen.is_terminal
    )
    try:
        with bar:
            task = bar.add_task("compiling", total=None)
            yield lambda text, done, whole: bar.update(task, description=text, completed=done, total=whole)
    except KeyboardInterrupt as stopped:
        say(str(stopped) or "Stopped.")
        raise


def console() -> Console:
    """Return a console that never wraps where nobody looks at a screen."""
    return Console() if sys.stdout.isatty() else Console(width=160)


def show_run(result: RunResult) -> None:
    """Print the endpoints by arm, and against the control, as one short table."""
    from resynapse.faces.report import terminal_summary

    console().print(terminal_summary(result))
    if repeated := result.extra.get("replicates"):
        from resynapse.faces.power import terminal_table

        print(f"\n{result.study.replicates} trials of {result.study.n} in each arm")
        console().print(terminal_table([repeated]))
    if told := result.cohort.selection:
        share = f"; effective sample size {100 * told['effective_share']:.0f} %" if "effective_share" in told else ""
        say(f"Screened {told['screened']:,.0f} for {told['enrolled']:,.0f} places{share}.")
    whole = result.extra.get("whole")
    failed = whole.failed if whole else {name: len(arm.failed) for name, arm in result.arms.items()}
    if any(failed.values()):
        say(f"Left out, because the solver did not reach the end: {', '.join(f'{k:,} in {name}' for name, k in failed.items() if k)}")
