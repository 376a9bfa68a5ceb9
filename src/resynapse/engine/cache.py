"""Compile once: machine code on disk, under a hash of everything that it depends on.

A model's own code is one file.  The ensemble loop, the same for all models, is a folder that numba fills.  Both are made elsewhere and then
renamed into place, so two processes never write the same file; whoever is second keeps the first one's.  Without a folder that can be
written, everything works from memory and a temporary folder.
"""

import contextlib
import hashlib
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from resynapse.engine.machine import processor

ENVIRONMENT = "RESYNAPSE_CACHE"


def folder() -> Path:
    """Return where compiled code is kept: $RESYNAPSE_CACHE, or the user's cache folder."""
    given = os.environ.get(ENVIRONMENT)
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "resynapse"


def key_of(*parts: str) -> str:
    """Hash what compiled code depends on, together with the compiler's version and the processor."""
    import llvmlite

    return hashlib.sha256("\0".join([*parts, llvmlite.__version__, processor()]).encode()).hexdigest()[:20]


def load_code(parts: Sequence[str], make: Callable[[], bytes]) -> bytes:
    """Return the machine code that depends on `parts`: what an earlier call has kept, or what make() gives."""
    kept = folder() / f"model_{key_of(*parts)}.o"
    with contextlib.suppress(OSError):
        return kept.read_bytes()
    code = make()
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{kept.name}-", dir=kept.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(code)
        os.replace(name, kept)
    return code


def load_module(source: str, parts: Sequence[str], compile_all: Callable[[ModuleType], object], tell: Callable[[], None]) -> ModuleType:
    """Return the compiled module of a source text that also depends on `parts`.

    compile_all(module) must call everything that is to be kept; tell() is called once before a cold compile.
    """
    import numba

    name = f"kernel_{key_of(source, *parts, numba.__version__, platform.python_version())}"
    if name in sys.modules:
        return sys.modules[name]
    kept = folder() / name
    if (kept / "complete").exists():
        return _import(name, _readable_copy(kept) / f"{name}.py")
    tell()
    work = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=_writable(kept.parent)))
    try:
        path = work / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        module = _import(name, path)
        compile_all(module)
        (work / "complete").touch()
        if work.parent == kept.parent:
            with contextlib.suppress(OSError):  # another process was first
                os.replace(work, kept)
        return module
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _import(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with _beside_the_source():
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


@contextlib.contextmanager
def _beside_the_source() -> Iterator[None]:
    """Let numba keep machine code beside the source, whatever the user's NUMBA_CACHE_DIR says: the folder is moved as a whole."""
    from numba.core import config as loaded

    config: Any = loaded
    before = config.CACHE_DIR
    config.CACHE_DIR = ""
    try:
        yield
    finally:
        config.CACHE_DIR = before


def _can_write(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


def _writable(place: Path) -> Path:
    return place if _can_write(place) else Path(tempfile.gettempdir())


def _readable_copy(kept: Path) -> Path:
    """Return a folder that numba accepts: it insists on being able to write beside the source, even when it only reads."""
    if _can_write(kept / "__pycache__"):
        return kept
    copy = Path(tempfile.mkdtemp(prefix=f"{kept.name}-"))
    import atexit

    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    return Path(shutil.copytree(kept, copy, dirs_exist_ok=True))
