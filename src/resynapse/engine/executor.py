"""The only parallel seam: do independent tasks and hand the results back in the order of the tasks."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import TypeVar

from resynapse.notation import InputError

Task = TypeVar("Task")
Result = TypeVar("Result")
BACKENDS = ("threads", "processes")


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def execute(
    function: Callable[[Task], Result], tasks: Sequence[Task], backend: str = "threads", workers: int | None = None
) -> list[Result]:
    """Return [function(task) for task in tasks], computed by `workers` threads or processes (default: one per processor).

    With processes, function and tasks must be picklable; they are started afresh (spawn), because a fork copies locks that compiled
    code may hold.  The first error of a task is raised.
    """
    if backend not in BACKENDS:
        raise InputError("backend", backend, f"one of {', '.join(BACKENDS)}", BACKENDS)
    workers = processors() if workers is None else workers
    if workers < 1:
        raise InputError("workers", workers, "a whole number of at least 1")
    workers = min(workers, len(tasks))
    if workers <= 1:
        return [function(task) for task in tasks]
    pool: Executor
    if backend == "threads":
        pool = ThreadPoolExecutor(workers)
    else:
        import multiprocessing

        pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    with pool:
        return list(pool.map(function, tasks))
