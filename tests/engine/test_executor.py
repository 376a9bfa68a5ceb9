"""The parallel seam: the same results from any backend and number of workers, in bounded memory, through the loss of a worker."""

import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from resynapse.engine import executor
from resynapse.engine.executor import Crew, WorkerLost, completed, execute, processors
from resynapse.notation import InputError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
CREWS = [Crew("threads", 1), Crew("threads", 3), Crew("processes", 2), Crew("dask", 2)]


def square(x: int) -> int:
    return x * x


def killed_once(mark: Path) -> str:
    """Kill the worker process the first time; do the work the second time."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return mark.name


def killed_always(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refused(x: int) -> int:
    if x == 3:
        raise InputError("task", x, "another number")
    return x


@pytest.mark.parametrize("crew", CREWS, ids=lambda c: f"{c.backend}{c.workers}")
def test_every_crew_gives_the_same_and_hands_on_errors(crew):
    assert execute(square, range(11), crew) == [x * x for x in range(11)]
    if crew.backend != "dask":  # starting a second cluster takes a second
        assert execute(square, [], crew) == []
    with pytest.raises(InputError, match="task: read '3'"):
        execute(refused, range(11), crew)


@pytest.mark.parametrize("backend", ["processes", "dask"])
def test_a_lost_worker_is_replaced(tmp_path, backend):
    tasks = [tmp_path / f"task{i}" for i in range(4)]
    for other in tasks[1:]:
        other.touch()
    assert execute(killed_once, tasks, Crew(backend, 2)) == [t.name for t in tasks]


def test_a_task_that_kills_its_workers_is_given_up():
    with pytest.raises(WorkerLost, match="task 1 of 1 lost its worker 3 times"):
        execute(killed_always, [1], Crew("processes", 1))


def test_tasks_are_taken_as_workers_get_free():
    """A million tasks cost no memory: few are asked for before the first result is taken."""
    asked = []

    class Tasks(Sequence):
        def __len__(self):
            return 1_000_000

        def __getitem__(self, i):
            asked.append(i)
            return i

    results = completed(square, Tasks(), Crew("threads", 2))
    taken = [next(results) for _ in range(10)]
    assert len(asked) <= 10 + 4
    assert {i: i * i for i, _ in taken} == dict(taken)
    results.close()


def test_workers_share_the_processors(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(8), raising=False)
    assert processors() == 8
    barrier = threading.Barrier(2, timeout=10)
    assert execute(lambda _: (barrier.wait(), processors())[1], range(2), Crew("threads", 2)) == [4, 4]
    assert execute(lambda _: processors(), [1], Crew("threads", 4)) == [8]


def test_a_crew_that_cannot_be_is_refused(monkeypatch):
    for wrong in ({"backend": "dusk"}, {"workers": 0}, {"scheduler": "tcp://127.0.0.1:1"}):
        with pytest.raises(InputError):
            Crew(**wrong)
    with pytest.raises(InputError, match="scheduler: read 'nonsense'"):
        execute(square, [1], Crew("dask", scheduler="nonsense"))
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(InputError, match="Dask to be installed"):
        execute(square, [1], Crew("dask"))


def test_own_workers_are_reachable_from_this_machine_only():
    with executor._client(Crew("dask", 1), 1) as client:
        assert all(address.startswith("tcp://127.0.0.1:") for address in [client.scheduler.address, *client.nthreads()])
