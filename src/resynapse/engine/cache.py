"""Compile once: machine code on disk, under a hash of everything that it depends on.

One folder per hash.  A cold compile happens in a private temporary folder that is renamed into place when it is complete, so two
processes never write the same file; whoever is second keeps the first one's.  Without a folder that can be written, a temporary one serves.
"""

import contextlib
import hashlib
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ENVIRONMENT = "RESYNAPSE_CACHE"


def folder() -> Path:
    """Return where compiled code is kept: $RESYNAPSE_CACHE, or the user's cache folder."""
    given = os.environ.get(ENVIRONMENT)
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "resynapse"


def key_of(source: str) -> str:
    """Hash the source, the modules it stands on, the versions of the compiler and the processor."""
    import llvmlite
    import numba
    from llvmlite import binding

    here = Path(__file__).parent
    parts = [source, *((here / name).read_text(encoding="utf-8") for name in ("simd.py", "tables.py"))]
    parts += [numba.__version__, llvmlite.__version__, platform.python_version(), binding.get_host_cpu_name()]
    parts.append(binding.get_host_cpu_features().flatten())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def load(source: str, compile_all: Callable[[ModuleType], object], tell: Callable[[], None]) -> ModuleType:
    """Return the compiled module of a source text.

    compile_all(module) must call everything that is to be kept; tell() is called once before a cold compile.
    """
    name = f"kernel_{key_of(source)}"
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
