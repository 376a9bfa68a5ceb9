"""A system of equations -> what the solver needs of it: folded statements, Jacobian, factorisation, and the tables of names."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from resynapse.engine.derivative import jacobian
from resynapse.engine.factorise import Elimination, Entry, eliminate
from resynapse.engine.fold import Fold, Statement, fuse, names, need
from resynapse.notation import NotationError, System


@dataclass(frozen=True)
class _Equations:
    """What of a system its lowering depends on."""

    states: tuple[tuple[str, Any], ...]  # name, start
    inputs: tuple[str, ...]
    params: tuple[str, ...]
    statements: tuple[Statement, ...]
    declared: frozenset[str]  # names with a unit


@dataclass(frozen=True, eq=False)
class Lowered:
    """Statements by use; names are those of the authors, plus derived ones that begin with an underscore."""

    states: tuple[str, ...]
    inputs: tuple[str, ...]
    columns: tuple[str, ...]  # parameters and derived parameters that the compiled code reads, one per column
    quantities: tuple[str, ...]  # what can be observed beside the states; parameter-only ones left out
    derived: tuple[Statement, ...]  # everything that depends on parameters only, in order
    needed: tuple[Statement, ...]  # the part of it that columns and starts depend on
    slopes: tuple[Statement, ...]  # d_<state> and what they read
    entries: tuple[Statement, ...]  # the Jacobian's and what they read
    observed: tuple[Statement, ...]  # quantities and what they read
    jacobian: dict[Entry, str]  # names of the entries that are not exactly zero
    factors: Elimination
    whole: int  # number of the whole system's states: the mean error is taken over these, also where some are left out

    def sizes(self) -> dict[str, int]:
        """Return the sizes that the compiled code is made for."""
        lengths = {"NS": self.states, "NP": self.columns, "NI": self.inputs, "NQ": self.quantities}
        return {name: len(items) for name, items in lengths.items()} | {"NW": len(self.factors.slots), "WHOLE": self.whole}


def _reads(statements: Iterable[Statement]) -> set[str]:
    return set().union(*(names(text) for _, text in statements))


def lower(system: System) -> Lowered:
    """Prepare a system for code generation; equal equations give the same object.

    Raises NotationError for a start that depends on more than parameters.
    """
    states, statements = tuple(system.states.items()), tuple(system.statements)
    return _lower(_Equations(states, tuple(system.inputs), tuple(system.params), statements, frozenset(system.units)))


@functools.lru_cache(maxsize=16)
def _lower(of: _Equations) -> Lowered:
    states = tuple(name for name, _ in of.states)
    fold = Fold(of.params)
    run = []
    for name, text in of.statements:
        left = fold.statement(name, text)
        if left is not None:
            run.append((name, left))
    starts = [s for _, s in of.states if isinstance(s, str)]
    for start in starts:
        if start not in fold.constant:
            raise NotationError(f"start '{start}' must depend on parameters only.")
    slope_names = ["d_" + s for s in states]
    slopes = need(run, slope_names)
    more, entries = jacobian(slopes, states, fold)
    jac = need([*slopes, *more], entries.values())
    quantities = [n for n, _ in run if n in of.declared]
    observed = need(run, quantities)
    used = _reads([*slopes, *jac, *observed]) | set(slope_names) | set(entries.values())
    columns = sorted(used & fold.constant)
    derived = tuple(fold.derived.items())
    return Lowered(
        states, of.inputs, tuple(columns), tuple(quantities), derived, tuple(need(derived, {*columns, *starts})),
        fuse(slopes), fuse(jac), fuse(observed), entries, eliminate(entries, len(states)), len(states),
    )  # fmt: skip
