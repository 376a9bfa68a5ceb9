"""The only parallel seam: do independent tasks on threads, processes or a Dask cluster, and hand the results back.

What comes out depends on the tasks alone, never on who does them.  Only as many tasks are handed out as there are hands (and one
more each), so a million tasks wait as a range, not as objects.  A worker that is lost is replaced and its task done again.
"""

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Generic, TypeVar

from resynapse.notation import InputError

Task = TypeVar("Task")
Result = TypeVar("Result")
BACKENDS = ("threads", "processes", "dask")
LOSSES = 3  # times that a task may lose its worker before it is held to be the cause
# What a Dask worker is started with.  Dask's own settings of memory are left out: each large table would be asked of the system anew.
ONE_THREAD = {f"{library}_NUM_THREADS": 1 for library in ("OMP", "MKL", "OPENBLAS")}
PATIENCE_S = 300  # for the first worker of a cluster that is still starting
_SHARE: ContextVar[int] = ContextVar("processors of this task", default=0)


class WorkerLost(Exception):
    """A task's worker died more often than chance explains: most often for want of memory."""


@dataclass(frozen=True)
class Crew:
    """Who does the tasks: backend (threads, processes, dask), how many (None: one per processor), address of a Dask scheduler.

    Without an address, Dask starts workers of its own on this machine, reachable from this machine only.
    Raises InputError for a backend that is not there, a number below 1, or an address without Dask.
    """

    backend: str = "threads"
    workers: int | None = None
    scheduler: str = ""

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise InputError("backend", self.backend, f"one of {', '.join(BACKENDS)}", BACKENDS)
        if self.workers is not None and self.workers < 1:
            raise InputError("workers", self.workers, "a whole number of at least 1")
        if self.scheduler and self.backend != "dask":
            raise InputError("scheduler", self.scheduler, f"the backend dask beside it, not {self.backend}")

    @property
    def size(self) -> int:
        """How many tasks are done at once on this machine."""
        return processors() if self.workers is None else self.workers


HERE = Crew()


def processors() -> int:
    """Return how many processors this task may use: those of the process, shared with the other workers on the same machine."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return _SHARE.get() or own


def execute(function: Callable[[Task], Result], tasks: Sequence[Task], crew: Crew = HERE) -> list[Result]:
    """Return [function(task) for task in tasks].  The first error of a task is raised, and what has not begun is dropped."""
    found: dict[int, Result] = dict(completed(function, tasks, crew))
    return [found[i] for i in range(len(tasks))]


def completed(function: Callable[[Task], Result], tasks: Sequence[Task], crew: Crew = HERE) -> Iterator[tuple[int, Result]]:
    """Yield (place, function(task)) as results come in, in any order; tasks are taken from the sequence as workers get free.

    With processes and dask, function and tasks must be picklable; processes are started afresh (spawn), because a fork copies locks
    that compiled code may hold.  Raises the first error of a task, and WorkerLost where a task keeps losing its worker.
    """
    if crew.backend == "dask":
        yield from _on_dask(function, tasks, crew)
        return
    size = max(1, min(crew.size, len(tasks)))
    if size == 1 and crew.backend == "threads":
        yield from ((i, function(tasks[i])) for i in range(len(tasks)))
        return
    shared, places = _Shared(function, max(1, processors() // size)), iter(range(len(tasks)))
    open_now: set[int] = set()  # handed out, and not come back
    lost = Counter[int]()
    while True:
        pool = _pool(crew.backend, size)
        try:
            yield from _drain(pool, shared, tasks, places, open_now)
            return
        except BrokenProcessPool:
            lost.update(open_now)
            for i in open_now:
                if lost[i] >= LOSSES:
                    raise WorkerLost(f"task {i + 1} of {len(tasks)} lost its worker {LOSSES} times; it may want for memory") from None
            places = chain(sorted(open_now), places)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _drain(
    pool: Executor, function: Callable[[Task], Result], tasks: Sequence[Task], places: Iterator[int], open_now: set[int]
) -> Iterator[tuple[int, Result]]:
    """Keep a pool busy, two tasks for each worker, and yield what is done."""
    most = 2 * getattr(pool, "_max_workers", 1)
    out: dict[Future[Result], int] = {}
    while True:
        for i in islice(places, most - len(out)):
            open_now.add(i)
            out[pool.submit(function, tasks[i])] = i
        if not out:
            return
        for future in sorted(wait(out, return_when=FIRST_COMPLETED).done, key=lambda f: out[f]):
            result, i = future.result(), out.pop(future)
            open_now.discard(i)
            yield i, result


def _pool(backend: str, size: int) -> Executor:
    if backend == "threads":
        return ThreadPoolExecutor(size)
    import multiprocessing

    return ProcessPoolExecutor(size, mp_context=multiprocessing.get_context("spawn"), initializer=_unstoppable)


def _unstoppable() -> None:
    """Leave Ctrl-C to the parent, which stops its workers in good order."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass(frozen=True)
class _Shared(Generic[Task, Result]):
    """A function that uses its share of the machine's processors."""

    function: Callable[[Task], Result]
    share: int

    def __call__(self, task: Task) -> Result:
        token = _SHARE.set(self.share)
        try:
            return self.function(task)
        finally:
            _SHARE.reset(token)


def _on_dask(function: Callable[[Task], Result], tasks: Sequence[Task], crew: Crew) -> Iterator[tuple[int, Result]]:
    """Do the same on Dask: one thread each on workers of our own, or whatever workers a scheduler has."""
    try:
        from distributed import as_completed
    except ImportError:
        raise InputError("backend", "dask", "Dask to be installed: pip install 'resynapse[scale]'") from None
    from distributed.scheduler import KilledWorker

    shared, places = _Shared(function, 1), iter(range(len(tasks)))
    with _client(crew, len(tasks)) as client:
        pending = as_completed(loop=client.loop, with_results=True)

        def top_up() -> None:
            """Hand out two tasks for each thread that the cluster has by now."""
            free = max(1, 2 * sum(client.nthreads().values()) - pending.count())
            pending.update([client.submit(_numbered, shared, i, tasks[i], pure=False) for i in islice(places, free)])

        try:
            top_up()
            for future, (i, result) in pending:
                future.release()
                yield i, result
                top_up()
        except KilledWorker as why:
            raise WorkerLost(f"a task lost its worker again and again ({why}); it may want for memory") from None


def _numbered(function: Callable[[Task], Result], place: int, task: Task) -> tuple[int, Result]:
    return place, function(task)


@contextlib.contextmanager
def _client(crew: Crew, tasks: int) -> Iterator[Any]:
    """Give a Dask client: of the scheduler named, or of workers started here for as long as it lasts, on the loopback address."""
    import logging

    import dask.config as dask_config
    from distributed import Client, LocalCluster

    if crew.scheduler:
        try:
            client = Client(crew.scheduler, timeout=30, set_as_default=False)
        except (OSError, ValueError) as why:
            raise InputError("scheduler", crew.scheduler, f"the address of a Dask scheduler that answers ({why})") from None
        with client:
            try:
                client.wait_for_workers(1, timeout=PATIENCE_S)
            except TimeoutError:
                raise InputError("scheduler", crew.scheduler, f"a scheduler with workers; none came in {PATIENCE_S} s") from None
            yield client
        return
    size = max(1, min(crew.size, tasks))
    with (
        dask_config.set({"distributed.nanny.pre-spawn-environ": ONE_THREAD}),
        LocalCluster(
            size, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", memory_limit=0, silence_logs=logging.CRITICAL
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client
