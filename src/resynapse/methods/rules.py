"""Supervision as data: rules that are read from a file and applied to real and virtual people by one function.

A rule either has a condition on a person and says what follows (refuse, hold, observe_longer), or sets a number of the regimen.
Decisions, strongest first: refuse; hold; cannot be judged (something that a rule must know is missing); allowed.  Missing data
never give "allowed".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from resynapse.methods.rule_words import (
    ACTIONS,
    COMPARATORS,
    FIELDS,
    NUMERIC,
    SETTINGS,
    STAGES,
    UNITS,
    number_in,
    value_of,
    word_in,
)
from resynapse.notation import InputError

REFUSE, HOLD, UNKNOWN, ALLOWED = "refuse", "hold", "cannot be judged", "allowed"
DECISIONS = (ALLOWED, UNKNOWN, HOLD, REFUSE)  # by code 0-3
KEYS = ("text", "source", "stage", "does", "field", *COMPARATORS, "only", "weeks", "sets", "value", "row")
Where = Callable[..., str]
Array = np.ndarray


@dataclass(frozen=True)
class Rule:
    """One rule.  test: (field, comparator, number in its unit or words); only: the same kind of limits, which have to hold first.

    sets, value, unit: a number of the regimen; weeks: (first, last) in which it counts.  where: file and line.
    """

    name: str
    text: str
    source: str
    stage: str
    does: str
    test: tuple[str, str, float | tuple[str, ...]] | None = None
    only: tuple[tuple[str, float, float, tuple[str, ...]], ...] = ()
    sets: str = ""
    value: float = 0.0
    unit: str = ""
    weeks: tuple[float, float] | None = None
    row: str = ""
    where: str = ""


@dataclass(frozen=True)
class RuleSet:
    """All rules of one file."""

    name: str
    drug: str
    rules: tuple[Rule, ...]

    def number(self, sets: str, default: float, person: Mapping[str, float | str] | None = None, week: float = 1) -> float:
        """Return the number that a rule sets for this person in this week, in its unit inside; `default` where none does."""
        columns = {k: np.array([v], dtype=object if isinstance(v, str) else float) for k, v in (person or {}).items()}
        for rule in self.rules:
            if rule.sets == sets and (rule.weeks is None or rule.weeks[0] <= week <= rule.weeks[1]):
                if bool(_applies(rule, columns, 1)[0][0]):
                    return rule.value
        return default


@dataclass(frozen=True)
class Judgement:
    """What the rules say of one person."""

    decision: str
    met: tuple[Rule, ...]
    violated: tuple[Rule, ...]
    unknown: tuple[Rule, ...]
    missing: tuple[str, ...]
    observe_longer: tuple[Rule, ...] = ()

    @property
    def reason(self) -> str:
        """Return one sentence: the text of the rules that decide, or what is missing."""
        if self.decision in (REFUSE, HOLD):
            deciding = [r for r in self.violated if r.does == self.decision]
            return " ".join(f"{r.text} [{r.source}]" for r in deciding)
        if self.decision == UNKNOWN:
            return f"{UNKNOWN}: needs {', '.join(self.missing)}"
        return "no rule stands against it"


def read_rule(name: str, body: object, where: Where, sources: Iterable[str] = ()) -> Rule:
    """Turn one entry of a rule file into a rule.  where(*way): file and line of a value below the rule.

    Raises InputError by line for an unknown key, field, word or unit, and for a missing text or source.
    """
    if not isinstance(body, dict):
        raise InputError(where(), repr(body), "keys: text, source, stage, does, …")
    for key in body:
        if key not in KEYS:
            raise InputError(where(key), key, f"one of {', '.join(KEYS)}", KEYS)
    for key in ("text", "source", "stage", "does"):
        if not isinstance(body.get(key), str) or not body[key].strip():
            raise InputError(where(key) if key in body else where(), f"no {key}", f"a {key} for the rule '{name}'")
    known = (*sources, "assumed")
    if len(known) > 1 and body["source"] not in known and not body["source"].startswith("local:"):
        raise InputError(where("source"), body["source"], "a key of the table of sources, 'local: …' for a house rule, or 'assumed'", known)
    stage, does = word_in(body["stage"], STAGES, where("stage")), word_in(body["does"], ACTIONS, where("does"))
    plain = (name, body["text"], body["source"], stage, does)
    only, rest = _only(body.get("only"), where), {"row": str(body.get("row", "")), "where": where()}
    if does == "set":
        return Rule(*plain, None, only, *_setting(body, where), _weeks(body, where), rest["row"], rest["where"])
    return Rule(*plain, _test(body, where), only, row=rest["row"], where=rest["where"])


def _test(body: dict, where: Where) -> tuple[str, str, float | tuple[str, ...]]:
    name = body.get("field")
    if not isinstance(name, str) or name not in FIELDS:
        raise InputError(where("field"), str(name), f"a field: {', '.join(FIELDS)}", FIELDS)
    used = [c for c in COMPARATORS if c in body]
    if len(used) != 1:
        at = where(used[1]) if len(used) > 1 else where()
        raise InputError(at, ", ".join(used) or "no comparison", f"one of {', '.join(COMPARATORS)}")
    one, field = used[0], FIELDS[name]
    if field.is_number != (one in NUMERIC):
        fits = ", ".join(NUMERIC if field.is_number else ("is", "is_not"))
        raise InputError(where(one), one, f"one of {fits}, because '{name}' is a {'number' if field.is_number else 'word'}")
    if field.is_number:
        return name, one, number_in(body[one], field.unit, where(one), bare=not field.unit)
    words = body[one] if isinstance(body[one], list) else [body[one]]
    return name, one, tuple(word_in(w, field.words, where(one)) for w in words)


def _only(body: object, where: Where) -> tuple[tuple[str, float, float, tuple[str, ...]], ...]:
    if body is None:
        return ()
    if not isinstance(body, dict):
        raise InputError(where("only"), repr(body), "{field: [low, high]} or {field: word}")
    out = []
    for name, limit in body.items():
        at = where("only", name)
        if name not in FIELDS:
            raise InputError(at, name, f"a field: {', '.join(FIELDS)}", FIELDS)
        if not FIELDS[name].is_number:
            out.append((name, 0.0, 0.0, tuple(word_in(w, FIELDS[name].words, at) for w in (limit if isinstance(limit, list) else [limit]))))
            continue
        if not (isinstance(limit, list) and len(limit) == 2 and all(isinstance(x, int | float) for x in limit) and limit[0] <= limit[1]):
            raise InputError(at, repr(limit), "two numbers, low and high")
        out.append((name, float(limit[0]), float(limit[1]), ()))
    return tuple(out)


def _setting(body: dict, where: Where) -> tuple[str, float, str]:
    sets = body.get("sets")
    if not isinstance(sets, str) or sets not in SETTINGS:
        raise InputError(where("sets") if "sets" in body else where(), str(sets), f"one of {', '.join(SETTINGS)}", SETTINGS)
    unit = SETTINGS[sets][0]
    value = number_in(body.get("value", "nothing"), unit, where("value") if "value" in body else where())
    if value < 0:
        raise InputError(where("value"), str(body["value"]), f"a number of {', '.join(UNITS[unit])} that is not below 0")
    return sets, value, unit


def _weeks(body: dict, where: Where) -> tuple[float, float] | None:
    weeks = body.get("weeks")
    if weeks is None:
        return None
    if not (isinstance(weeks, list) and len(weeks) == 2 and all(isinstance(x, int | float) for x in weeks) and weeks[0] <= weeks[1]):
        raise InputError(where("weeks"), repr(weeks), "two numbers, the first and the last week")
    return float(weeks[0]), float(weeks[1])


def _column(columns: Mapping[str, Array], name: str, n: int) -> tuple[Array, Array]:
    """Return a field's values and where they are known."""
    if name not in columns:
        return np.full(n, np.nan), np.zeros(n, bool)
    x = np.broadcast_to(columns[name], (n,))
    return x, np.array([v != "" for v in x]) if x.dtype == object else np.isfinite(x)


def _applies(rule: Rule, columns: Mapping[str, Array], n: int) -> tuple[Array, Array, list[str]]:
    """Return whether the rule is for each person, whether that is unknown, and the fields that it depends on."""
    yes, unknown = np.ones(n, bool), np.zeros(n, bool)
    for name, low, high, words in rule.only:
        x, seen = _column(columns, name, n)
        if words:
            inside = np.isin(x.astype(str), words)
        else:
            whole = np.floor(np.where(seen, x, 0.0).astype(float))
            inside = (whole >= low) & (whole <= high)
        yes &= np.where(seen, inside, True)
        unknown |= ~seen
    return yes & ~unknown, yes & unknown, [o[0] for o in rule.only]


def state_of(rule: Rule, columns: Mapping[str, Array], n: int) -> Array:
    """Return for each person 1 where the rule's condition is met, 0 where not (or not for them), -1 where it cannot be told."""
    assert rule.test is not None
    name, how, limit = rule.test
    x, seen = _column(columns, name, n)
    applies, perhaps, _ = _applies(rule, columns, n)
    if isinstance(limit, tuple):
        inside = np.isin(x.astype(str), limit)
        hit = inside if how == "is" else ~inside
    else:
        v = np.where(seen, x, 0.0).astype(float)
        hit = {"above": v > limit, "below": v < limit, "at_least": v >= limit, "at_most": v <= limit}[how]
    told = np.where(hit, 1, 0)
    return np.where(applies & seen, told, np.where((applies & ~seen) | (perhaps & (~seen | hit)), -1, 0))


def judge_people(rules: Sequence[Rule], columns: Mapping[str, Array], n: int, stages: Iterable[str] = STAGES) -> Array:
    """Return the index into DECISIONS for each of n people (real or virtual); columns: {field: (n,)}, NaN or "" where missing."""
    code = np.zeros(n, int)
    for rule in _conditions(rules, stages):
        state = state_of(rule, columns, n)
        code = np.maximum(code, np.where(state == 1, 3 if rule.does == REFUSE else 2, 0))
        code = np.maximum(code, np.where(state == -1, 1, 0))
    return code


def _conditions(rules: Sequence[Rule], stages: Iterable[str]) -> list[Rule]:
    wanted = set(stages)
    return [r for r in rules if r.test is not None and r.does in (REFUSE, HOLD) and r.stage in wanted]


def judge_person(rules: Sequence[Rule], person: Mapping[str, float | str], stages: Iterable[str] = STAGES) -> Judgement:
    """Return the decision for one person with the rules that decide; person: {field: number in its unit inside, or word}."""
    stages = tuple(stages)
    columns = {k: np.array([v], dtype=object if isinstance(v, str) else float) for k, v in person.items()}
    states = [(rule, int(state_of(rule, columns, 1)[0])) for rule in _conditions(rules, stages)]
    missing: dict[str, None] = {}
    for rule, state in states:
        if state == -1:
            assert rule.test is not None
            missing |= dict.fromkeys(f for f in (rule.test[0], *(o[0] for o in rule.only)) if not _column(columns, f, 1)[1][0])
    longer = [r for r in rules if r.does == "observe_longer" and r.stage in stages and state_of(r, columns, 1)[0] != 0]
    decision = DECISIONS[int(judge_people(rules, columns, 1, stages)[0])]
    pick = lambda code: tuple(r for r, s in states if s == code)  # noqa: E731
    return Judgement(decision, pick(0), pick(1), pick(-1), tuple(missing), tuple(longer))


def person_of(data: Mapping[str, object], where: Where) -> dict[str, float | str]:
    """Return a person's fields, checked, with numbers in their units inside.  Raises InputError by line."""
    return {name: value_of(name, read, where(name)) for name, read in data.items() if read is not None}
