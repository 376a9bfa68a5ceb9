"""Provenance: what a result was made from, so that it can be made again and compared."""

from __future__ import annotations

import hashlib
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from resynapse.notation import System

PACKAGES = ("resynapse", "numpy", "scipy", "numba", "llvmlite", "pandas", "pyarrow", "pydantic", "pint")


def versions() -> dict[str, str]:
    """Return the versions of the packages that can change a digit."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def model_hash(system: System) -> str:
    """Return a hash of every equation, start, input and parameter value of a system."""
    made = hashlib.sha256()
    for part in (system.statements, sorted(system.states.items(), key=str), sorted(system.units.items())):
        made.update(repr(part).encode())
    made.update(repr(sorted((name, p.value, p.unit) for name, p in system.params.items())).encode())
    made.update(repr(sorted((name, i.start, i.unit) for name, i in system.inputs.items())).encode())
    return made.hexdigest()


def provenance(system: System, seed: int, digest: str, command: list[str]) -> dict[str, Any]:
    """Return the facts of a run as plain data: hashes, versions, seed, command, machine."""
    return {
        "seed": seed,
        "digest": digest,
        "model_hash": model_hash(system),
        "command": command,
        "versions": versions(),
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "machine": platform.machine(),
    }
