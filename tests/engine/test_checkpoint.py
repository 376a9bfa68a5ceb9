"""The checkpointed map: goes on where it was, mixes nothing, keeps what is finished."""

import errno
import math

import pytest

from resynapse.engine import checkpoint
from resynapse.engine.checkpoint import Store, checkpointed, version_of, write_whole
from resynapse.engine.executor import Crew
from resynapse.notation import InputError

ONE = Crew("threads", 1)
TASKS = {f"p{i}": i for i in range(5)}


def counted(stop_at=None):
    """A function that notes what it was asked, and stops at one task."""
    asked = []

    def work(x):
        asked.append(x)
        if x == stop_at:
            raise KeyboardInterrupt
        return {"x": x, "third": x / 3, "odd": [math.nan, math.inf]}

    return work, asked


def test_the_same_call_goes_on_from_what_is_finished(tmp_path):
    store, told = Store(tmp_path, version_of({"seed": 1})), []
    work, asked = counted(stop_at=3)
    with pytest.raises(KeyboardInterrupt):
        checkpointed(work, TASKS, store, ONE)
    work, again = counted()
    found = checkpointed(work, TASKS, store, ONE, lambda *done: told.append(done))
    assert (asked, again) == ([0, 1, 2, 3], [3, 4])
    assert told == [(k, 5) for k in range(6)]
    assert list(found) == list(TASKS) and [r["third"] for r in found.values()] == [i / 3 for i in range(5)]
    assert math.isnan(found["p0"]["odd"][0]) and found["p4"]["odd"][1] == math.inf
    assert repr(checkpointed(counted()[0], TASKS, None, ONE)) == repr(found)


def test_another_question_or_edition_is_never_mixed_in(tmp_path, monkeypatch):
    checkpointed(counted()[0], TASKS, Store(tmp_path, version_of({"seed": 1})), ONE)
    work, asked = counted()
    checkpointed(work, TASKS, Store(tmp_path, version_of({"seed": 2})), ONE)
    assert asked == list(range(5))
    monkeypatch.setattr(checkpoint, "code_hash", lambda: "another edition")
    work, asked = counted()
    checkpointed(work, TASKS, Store(tmp_path, version_of({"seed": 1})), ONE)
    assert asked == list(range(5))


def test_a_damaged_file_is_made_again(tmp_path):
    store = Store(tmp_path, "v")
    checkpointed(counted()[0], TASKS, store, ONE)
    store.path("p2").write_bytes(store.path("p2").read_bytes()[:9])
    work, asked = counted()
    assert checkpointed(work, TASKS, store, ONE)["p2"]["x"] == 2 and asked == [2]


def test_a_disk_that_refuses_is_named_and_loses_nothing(tmp_path, monkeypatch):
    store, whole = Store(tmp_path, "v"), write_whole

    def full(path, content):
        if path.name == "p3.json":
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(path, content)

    monkeypatch.setattr(checkpoint, "write_whole", full)
    with pytest.raises(InputError, match=r"No space left on device'; expected .* 3 of 5 parts are finished and kept"):
        checkpointed(counted()[0], TASKS, store, ONE)
    assert sorted(p.name for p in store.place.iterdir()) == ["p0.json", "p1.json", "p2.json"]


def test_a_file_is_whole_or_not_there(tmp_path, monkeypatch):
    write_whole(tmp_path / "a", b"old")

    def broken(_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(checkpoint.os, "fsync", broken)
    with pytest.raises(OSError):
        write_whole(tmp_path / "a", b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["a"] and (tmp_path / "a").read_bytes() == b"old"


@pytest.mark.parametrize("key", ["", "../a", "a/b", ".a", "x" * 200])
def test_keys_are_names_of_files(tmp_path, key):
    with pytest.raises(InputError, match="key of a checkpoint"):
        Store(tmp_path, "v").path(key)


def test_a_result_of_several_files_is_finished_when_its_last_is_there(tmp_path):
    def decode(mark):
        return mark.read_text() + mark.with_suffix(".b").read_text()

    store = Store(tmp_path, "v", ".a", lambda x: {".b": b"second", ".a": str(x).encode()}, decode)
    assert checkpointed(lambda x: x, {"k": 7}, store, ONE) == {"k": "7second"}
    store.path("k", ".b").unlink()
    assert store.finished("k") is None
    assert checkpointed(lambda x: x, {"k": 8}, store, ONE) == {"k": "8second"}


def test_one_process_at_a_time(tmp_path):
    store = Store(tmp_path, "v")
    with store.locked(), pytest.raises(InputError, match="in use"), store.locked():
        pytest.fail("two at once")
    with store.locked():
        pass
