"""Fits: where the fit that predictions carry is kept, how it is read, and what of it a system of equations takes.

A fit is one JSON file: what was fitted, with draws, and the recipe.  The newest of the package is used unless a study or a command
names another file, or `none` for the model as declared.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from resynapse.engine.checkpoint import write_whole
from resynapse.methods.fit import DECLARED, Fit, Number
from resynapse.model import build
from resynapse.model.spreads import spreads_of
from resynapse.notation import InputError, System
from resynapse.study.provenance import model_hash, versions
from resynapse.study.unseen import Strangers, beside, load_strangers

FOLDER = Path(__file__).resolve().parents[1] / "fits"
FORMAT = 1
NEWEST, NONE = "newest", "none"
SPECIES = ("human", "mouse")
DIGITS = 5
TRIAL = "trial="


def load_fit(which: str | Path = NEWEST) -> Fit:
    """Return a fit: `newest` of the package, `none` (the model as declared), or that of a file.

    `newest without parameters, studies` leaves sources of spread out; `newest without trial=transform` is the fit that never saw that
    trial.  Raises InputError for a source or trial that there is not, a file that is missing or broken, of another edition of the
    model, or with numbers the model does not have.
    """
    name, left_out = split(str(which))
    trials = [word.removeprefix(TRIAL) for word in left_out if word.startswith(TRIAL)]
    fit = _named(name).without(word for word in left_out if not word.startswith(TRIAL))
    if not trials:
        return fit
    known = strangers(which)
    if len(trials) > 1 or trials[0] not in known.left:
        raise InputError("fit without trial", ", ".join(trials), "one trial that the fit has seen", known.left)
    return known.without(trials[0])


def strangers(which: str | Path = NEWEST) -> Strangers:
    """Return a fit, named as for `load_fit`, with what is known without each of its trials; InputError where that was not kept."""
    name, left_out = split(str(which))
    fit = _named(name).without(word for word in left_out if not word.startswith("trial"))
    return load_strangers(fit, newest() if name == NEWEST else Path(name))


def split(which: str) -> tuple[str, list[str]]:
    """Return the name of a fit and the words after `without`."""
    name, _, left_out = which.partition(" without ")
    return name.strip(), left_out.replace(",", " ").replace(" and ", " ").split()


def _named(name: str) -> Fit:
    if name == NONE:
        return DECLARED
    if name == NEWEST:
        found = newest()
        return read_fit(found) if found.is_file() else DECLARED
    return read_fit(Path(name).resolve())


def files_of(which: str) -> list[Path]:
    """Return the files that a fit is read from: its own, and what is known without each trial; none for the model as declared."""
    name, _ = split(which)
    own = newest() if name == NEWEST else Path(name)
    return [] if name == NONE else [path for path in (own, beside(own)) if path.is_file()]


def newest() -> Path:
    """Return the newest fit of the package; a file that is not there where the package has none."""
    return max(FOLDER.glob("????-??-??.json"), default=FOLDER / "none.json")


@functools.cache
def read_fit(path: Path) -> Fit:
    """Read a fit file and check it against the model; as `load_fit`."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        found = _fit(plain)
    except OSError as why:
        raise InputError("fit", str(path), f"a fit file that can be read ({why.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError) as why:
        raise InputError(str(path), f"{type(why).__name__}: {why}", "a fit file, as `resynapse calibrate` writes it") from None
    _check(path, plain, found)
    return found


def _fit(plain: Mapping[str, Any]) -> Fit:
    numbers = {
        name: Number(
            one["stage"], one["unit"], one["scale"], float(one["prior_95"][0]), float(one["prior_95"][1]), float(one["declared"]),
            float(one["centre"]), np.array(one["draws"], float),
        )
        for name, one in plain["numbers"].items()
    }  # fmt: skip
    if len({len(n.draws) for n in numbers.values()}) > 1 or not all(np.isfinite(n.draws).all() for n in numbers.values()):
        raise ValueError("every number needs as many finite draws as the others")
    beyond = {kind: float(sd) for kind, sd in plain["beyond"].items()}
    return Fit(plain["date"], numbers, beyond, plain["recipe"])


def _check(path: Path, plain: Mapping[str, Any], found: Fit) -> None:
    """Refuse a fit that this edition of the model cannot take."""
    if plain.get("format") != FORMAT:
        raise InputError(f"{path}, format", plain.get("format"), f"{FORMAT}: calibrate again with this edition")
    mine, theirs = versions().get("resynapse", ""), plain["recipe"].get("versions", {}).get("resynapse", "")
    if mine != theirs:
        raise InputError(f"{path}, version", theirs or "none", f"{mine}, this edition of the model: calibrate again")
    known = known_numbers()
    for name, number in found.numbers.items():
        if name not in known:
            raise InputError(f"{path}, numbers", name, "a parameter or spread of the model", known)
        if number.unit != known[name]:
            raise InputError(f"{path}, {name}, unit", number.unit, f"{known[name]}, as the model declares it")


@functools.cache
def known_numbers() -> dict[str, str]:
    """Return {number that a fit may move: its unit}: parameters of people and animals, SDs of people's spreads."""
    params = {name: p.unit for species in ("human", "mouse", "rat") for name, p in build(species).params.items()}
    return params | {spread_name(s): "1" for s in spreads_of("human")}


def spread_name(spread: Any) -> str:
    """Return the name of a spread: level and targets."""
    return f"{spread.level}:{'+'.join(spread.targets)}"


def is_current(fit: Fit) -> bool:
    """Tell whether the equations and declared numbers are those that the fit was made with."""
    return not fit.numbers or fit.recipe.get("model_hash") == hashes()


@functools.cache
def hashes() -> dict[str, str]:
    """Return the hash of the model of each species that is fitted."""
    return {species: model_hash(build(species)) for species in SPECIES}


def for_system(fit: Fit, system: System, species: str, own_kinetics: bool = True) -> Fit:
    """Return the part of a fit that a system takes: its parameters, and the spreads of people.

    own_kinetics: whether the system has our own kinetics; a published model keeps its own numbers.
    """
    def taken(name: str, number: Number) -> bool:
        if not own_kinetics and number.stage == "pharmacokinetics":
            return False
        return species == "human" if ":" in name else name in system.params

    return fit.only(taken)


def save_fit(fit: Fit, path: Path) -> None:
    """Write a fit file.  It appears whole or not at all."""
    short = lambda x: float(f"{x:.{DIGITS}g}")  # noqa: E731
    numbers = {
        name: {
            "stage": n.stage, "unit": n.unit, "scale": n.scale, "prior_95": [short(n.low), short(n.high)], "declared": n.declared,
            "centre": short(n.centre), "draws": [short(x) for x in n.draws],
        }
        for name, n in fit.numbers.items()
    }  # fmt: skip
    plain = {"format": FORMAT, "date": fit.date, "recipe": dict(fit.recipe), "beyond": {k: short(v) for k, v in fit.beyond.items()}}
    write_whole(path, (json.dumps({**plain, "numbers": numbers}, ensure_ascii=False) + "\n").encode())
