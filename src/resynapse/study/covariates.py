"""Covariates in a study file: limits of traits, distributions that replace a population's own, the baseline table of a trial.

Every number has the unit of its trait; where a bare one could be a forgotten unit it is refused, and so is what no person can be.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from resynapse.model.population import Covariate
from resynapse.study import vocabulary as words
from resynapse.study.vocabulary import Refused, below, one_of, shown

RATED = "MADRS"
_SIDE = re.compile(r"(>=|<=)\s*(.+)")


def limits(read: object, species: str) -> dict:
    """Read `where`: trait -> (low, high) in the trait's unit, or a word. Raises Refused outside what a person can be."""
    if not isinstance(read, dict):
        raise Refused(shown(read), "traits and their limits, for example {age: [18, 64], sex: female}")
    known = words.TRAITS[species]
    for trait in read:
        below(trait, one_of, trait, tuple(known), f"a trait of a {species}")
    return {trait: below(trait, limit_of, written, trait, known[trait]) for trait, written in read.items()}


def limit_of(written: object, trait: str, limit: words.Limit) -> object:
    """Read one limit: [low, high], one value, ">= value" or "<= value" -> (low, high) in the trait's unit; or a word of the trait."""
    if limit.words:
        return one_of(_word(written), tuple(limit.words), f"a {trait}")
    side = _SIDE.fullmatch(written.strip()) if isinstance(written, str) else None
    if side:
        number = number_of(_bare(side.group(2)), trait, limit)
        return (number, limit.high) if side.group(1) == ">=" else (limit.low, number)
    pair = list(written) if isinstance(written, list | tuple) else [written, written]
    if len(pair) != 2:
        raise Refused(shown(written), "a value, or two: [lowest, highest]")
    low, high = (number_of(value, trait, limit) for value in pair)
    if low > high:
        raise Refused(shown(written), "the lower limit first")
    return low, high


def _bare(text: str) -> object:
    """-> a number where the text is nothing else."""
    try:
        return float(text)
    except ValueError:
        return text


def _word(written: object) -> object:
    return {True: "yes", False: "no"}.get(written, written) if isinstance(written, bool) else written


def number_of(written: object, trait: str, limit: words.Limit, width: bool = False) -> float:
    """Read one number of a trait, in the trait's unit. width: an SD, which may be small.

    Raises Refused for a forgotten or unknown unit, and outside what a person can be.
    """
    if isinstance(written, int | float) and not isinstance(written, bool):
        if limit.needs_unit:
            raise Refused(shown(written), f"a {trait} with its unit, for example '{limit.high:g} {limit.unit}'")
        value = float(written)
    else:
        value, unit = words.split(written, f"{limit.high:g} {limit.unit}".rstrip())
        if unit not in limit.units:
            raise Refused(shown(written), f"a {trait} in {limit.unit or 'plain numbers'}")
        value *= limit.units[unit]
    low, high = (0.0, limit.high - limit.low) if width else (limit.low, limit.high)
    if not low <= value <= high:
        raise Refused(shown(written), f"{'an SD of ' if width else ''}a {trait} from {low:g} to {high:g} {limit.unit}".rstrip())
    return value


def criteria(read: object) -> dict:
    """Read criteria of enrolment: limits of traits, and of the MADRS as rated at screening. -> {trait or MADRS: (low, high) or a word}."""
    if not isinstance(read, dict) or not read:
        raise Refused(shown(read), "traits or MADRS and their limits, for example {MADRS: '>= 28', age: [18, 64]}")
    known = words.TRAITS["human"] | {RATED: words.Limit("", 0, 60, "points")}
    for name in read:
        below(name, one_of, name, tuple(known), "a trait, or MADRS")
    return {name: below(name, limit_of, written, name, known[name]) for name, written in read.items()}


def distributions(read: Mapping[str, object], species: str) -> dict[str, Covariate]:
    """Read distributions: {trait: {mean, sd}, {median, log_sd}, {share}, or one value for everybody}. -> {covariate: its distribution}.

    Raises Refused for anything else.
    """
    known = words.TRAITS[species]
    for trait in read:
        below(trait, one_of, trait, tuple(known), f"a trait of a {species}")
    return {known[trait].covariate: below(trait, _distribution, trait, one, known[trait]) for trait, one in read.items()}


def _distribution(trait: str, read: object, limit: words.Limit) -> Covariate:
    low, high, unit = limit.low, limit.high, limit.unit or "1"
    if not isinstance(read, dict):
        word = _word(read)
        value = limit.words[one_of(word, tuple(limit.words), f"a {trait}")] if limit.words else number_of(read, trait, limit)
        return Covariate("normal", value, 0.0, low, high, unit, "study")
    keys = set(read)
    if limit.words:
        share = _share(trait, read, limit)
        return Covariate("bernoulli", share, 0.0, 0.0, 1.0, "1", "study")
    if keys == {"mean", "sd"}:
        mean, sd = (below(k, number_of, read[k], trait, limit, k == "sd") for k in ("mean", "sd"))
        whole = limit.covariate in ("failed", "met_alleles")
        if whole:
            raise Refused("mean, sd", f"one number of {trait.replace('_', ' ')} for everybody, or a table of people")
        return Covariate("normal", mean, sd, low, high, unit, "study", (low, high))
    if keys == {"median", "log_sd"}:
        wide = read["log_sd"]
        if isinstance(wide, bool) or not isinstance(wide, int | float) or not 0 <= wide <= 3 or low <= 0:
            raise Refused(shown(wide), "an SD of the logarithm from 0 to 3, of a trait above 0", way=("log_sd",))
        return Covariate("lognormal", below("median", number_of, read["median"], trait, limit), float(wide), low, high, unit, "study")
    raise Refused(", ".join(sorted(map(str, keys))) or "nothing", "mean with sd, or median with log_sd", ("mean", "sd", "median", "log_sd"))


def _share(trait: str, read: dict, limit: words.Limit) -> float:
    """-> the share of the word that counts as 1, from {share: 0.3} or {female: 0.6}."""
    names = {name: value for name, value in limit.words.items() if name not in ("yes", "no")} | {"share": 1.0}
    key = next(iter(read), "") if len(read) == 1 else ""
    one_of(key, tuple(names), f"one share of {trait}")
    value = read[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1 or not math.isfinite(value):
        raise Refused(shown(value), "a share from 0 to 1", way=(key,))
    return float(value) if names[key] else 1.0 - float(value)


def baseline_table(read: Mapping[str, object], species: str) -> dict[str, tuple[float, float | None]]:
    """Read the baseline table of a trial: {trait: {mean, sd}, {mean}, or a share}. -> {covariate: (mean, SD or None)}.  Raises Refused."""
    known = words.TRAITS[species]
    for trait in read:
        below(trait, one_of, trait, tuple(known), f"a trait of a {species}")
    return {known[trait].covariate: below(trait, _moments, trait, one, known[trait]) for trait, one in read.items()}


def _moments(trait: str, read: object, limit: words.Limit) -> tuple[float, float | None]:
    if not isinstance(read, dict):
        raise Refused(shown(read), "keys and values: {mean: …, sd: …}, {mean: …}, or a share for yes and no")
    if limit.words:
        return _share(trait, read, limit), None
    if not {"mean"} <= set(read) <= {"mean", "sd"}:
        raise Refused(", ".join(map(str, read)) or "nothing", "mean, or mean with sd", ("mean", "sd"))
    mean = below("mean", number_of, read["mean"], trait, limit)
    return mean, below("sd", number_of, read["sd"], trait, limit, True) if "sd" in read else None
