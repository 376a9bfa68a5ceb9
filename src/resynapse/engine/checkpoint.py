"""Checkpoint: a map over named tasks that keeps every result as a file as soon as it is there.

Whatever stops it (a kill, a full disk, Ctrl-C), the same call goes on from what is finished.  A store belongs to one version: a hash
of the facts that its owner names and of this program's own text, so that results of another question, or of another edition of the
code, are never mixed in.  Files hold plain data, never objects.
"""

import contextlib
import fcntl
import functools
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from resynapse.engine.executor import HERE, Crew, completed
from resynapse.notation import InputError

Task = TypeVar("Task")
Key = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,=+-]{0,150}")
Tell = Callable[[int, int], None]


class Stopped(KeyboardInterrupt):
    """Ctrl-C in the middle; says what is kept."""


def to_json(result: Any) -> dict[str, bytes]:
    """Return plain data as one JSON file; floats come back to the bit, NaN and infinity too.  Raises TypeError for anything else."""
    return {".json": json.dumps(result, ensure_ascii=False).encode()}


def from_json(path: Path) -> Any:
    """Return what `to_json` wrote."""
    return json.loads(path.read_bytes())


@functools.cache
def code_hash() -> str:
    """Return a hash of the text of this program: every file of the package that is not made by running it."""
    made, root = hashlib.sha256(), Path(__file__).resolve().parents[1]
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".py", ".j2", ".yaml")):
        made.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return made.hexdigest()


def version_of(facts: Mapping[str, Any]) -> str:
    """Return the hash of facts (plain data) that decide a result, together with the program's own text."""
    return hashlib.sha256(json.dumps({**facts, "code": code_hash()}, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Store:
    """Results of one version: files `folder/VERSION/KEY.json`, and others beside them.

    encode: result -> {ending of a file: its bytes}; files are written in this order, and the last, whose ending is `mark`, says
    that the result is finished.  decode: the path of the mark -> result, as the map hands it back; an OSError, ValueError or
    LookupError says that it is not there.
    """

    folder: Path
    version: str
    mark: str = ".json"
    encode: Callable[[Any], Mapping[str, bytes]] = to_json
    decode: Callable[[Path], Any] = from_json

    @property
    def place(self) -> Path:
        """The folder of this version."""
        return self.folder / self.version[:20]

    def path(self, key: str, ending: str = "") -> Path:
        """Return a file of a key: its mark, or the one with another ending."""
        if not Key.fullmatch(key):
            raise InputError("key of a checkpoint", key, "letters, figures and _.,=+- only, a letter or a figure first")
        return self.place / f"{key}{ending or self.mark}"

    def finished(self, key: str) -> tuple[Any] | None:
        """Return (result,) if it is there, else None."""
        try:
            return (self.decode(self.path(key)),)
        except (OSError, ValueError, LookupError):
            return None

    def keep(self, key: str, result: Any) -> Any:
        """Write a result, whole or not at all, and return it as it reads from its files.  Raises OSError where the disk refuses."""
        self.place.mkdir(parents=True, exist_ok=True)
        for ending, content in self.encode(result).items():
            write_whole(self.path(key, ending), content)
        return self.decode(self.path(key))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store for this process alone; a process that dies lets go.  Raises InputError where another one holds it."""
        try:
            self.place.mkdir(parents=True, exist_ok=True)
            file = (self.place / ".lock").open("w")
        except OSError as why:
            raise disk_refuses(self.folder, why) from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise InputError(str(self.place), "in use", "a folder that no other process is writing just now") from None
            yield

    @contextlib.contextmanager
    def until_done(self) -> Iterator[None]:
        """Hold the store as `locked` does; results go when the work that needs them has come to its end, and stay if it has not."""
        with self.locked():
            yield
            shutil.rmtree(self.place)
        with contextlib.suppress(OSError):  # other versions have left something there
            self.folder.rmdir()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there as a whole, also after a loss of power, or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def resumed(
    function: Callable[[Task], Any], tasks: Mapping[str, Task], store: Store, crew: Crew = HERE
) -> Iterator[tuple[str, Any]]:
    """Yield (key, result): first what the store holds, then the rest as it is done, each stored before it is handed back.

    Raises the first error of a task, InputError where the disk refuses, and Stopped at Ctrl-C; what is finished by then stays.
    """
    todo = []
    for key in tasks:
        held = store.finished(key)
        if held:
            yield key, held[0]
        else:
            todo.append(key)
    done = len(tasks) - len(todo)
    try:
        for place, result in completed(function, [tasks[key] for key in todo], crew):
            try:
                kept = store.keep(todo[place], result)
            except OSError as why:
                raise disk_refuses(store.folder, why, f"{done} of {len(tasks)}") from None
            done += 1
            yield todo[place], kept
    except KeyboardInterrupt:
        raise Stopped(f"Stopped. {done} of {len(tasks)} parts are finished and kept; the same command goes on from them.") from None


def checkpointed(
    function: Callable[[Task], Any], tasks: Mapping[str, Task], store: Store | None, crew: Crew = HERE, tell: Tell | None = None
) -> dict[str, Any]:
    """Return {key: function(task)} in the order of the tasks; what the store holds is not done again, what is done is stored at once.

    Keys name files.  Results are what the store can write (plain data for JSON: a tuple comes back as a list); store None keeps
    nothing on disk.  tell(done, all) is called at the start and after every result.  Raises as `resumed` does.
    """
    keys, found = list(tasks), dict[str, Any]()
    if tell:
        tell(0, len(keys))
    results = resumed(function, tasks, store, crew) if store else ((keys[i], x) for i, x in completed(function, list(tasks.values()), crew))
    for key, result in results:
        found[key] = result
        if tell:
            tell(len(found), len(keys))
    return {key: found[key] for key in keys}


def disk_refuses(folder: Path, why: OSError, kept: str = "") -> InputError:
    """Return the error for a disk that is full or forbidden; kept: how many parts are safe."""
    rest = f"; {kept} parts are finished and kept: mend this and give the same command again" if kept else ""
    return InputError(str(folder), why.strerror or str(why), f"a folder with room that can be written{rest}")
