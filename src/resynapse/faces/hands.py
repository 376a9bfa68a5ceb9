"""The options that all commands share: who works on what takes long, and in what portions."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resynapse.engine.executor import Crew

SHARED = ("--backend", "--workers", "--scheduler", "--part")


@dataclass(frozen=True)
class Hands:
    """Who works on what takes long, and people in one part of a large run; as it was asked for."""

    backend: str | None = None
    workers: int | None = None
    scheduler: str = ""
    part: int | None = None

    @property
    def asked(self) -> bool:
        """Whether anything was asked for."""
        return self != Hands()

    def crew(self) -> Crew:
        """Return who works; a scheduler's address asks for Dask."""
        from resynapse.engine.executor import Crew

        return Crew(self.backend or ("dask" if self.scheduler else "threads"), self.workers, self.scheduler)


HANDS: ContextVar[Hands | None] = ContextVar("shared options", default=None)


def hands() -> Hands:
    """Return the shared options of the command that is running."""
    return HANDS.get() or Hands()


def shared_first(arguments: Sequence[str]) -> list[str]:
    """Return a command line with the shared options before the command, wherever they stood."""
    first, rest, held = [], [], iter(arguments)
    for word in held:
        if word in SHARED:
            first += [word, *islice(held, 1)]
        elif word.startswith(tuple(f"{option}=" for option in SHARED)):
            first.append(word)
        else:
            rest.append(word)
    return [*first, *rest]
