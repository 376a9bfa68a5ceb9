"""Rule files: found, read and checked line by line."""

from collections.abc import Iterable
from pathlib import Path

from resynapse.methods.rules import RuleSet, read_rule
from resynapse.notation import InputError
from resynapse.study.folders import shipped
from resynapse.study.yaml import read_file

KEYS = ("name", "drug", "rules")


def rules_folder() -> Path:
    """Return the folder of the rules that come with the project: of a checkout, or below the current folder."""
    found = shipped("rules/esketamine_spray.yaml")
    if found is not None:
        return found.parent
    raise InputError("rules", "no folder 'rules'", "a rule file (--rules FILE), or the project's folder 'rules' in the current folder")


def rule_file(drug: str) -> Path:
    """Return the project's file for a drug; raises InputError where there is none."""
    names = {"esketamine": "esketamine_spray.yaml", "ketamine": "ketamine_infusion.yaml"}
    if drug not in names:
        raise InputError("drug", drug, f"a drug with rules: {', '.join(names)}", names)
    return rules_folder() / names[drug]


def known_sources() -> tuple[str, ...]:
    """Return the keys of the table of sources where it is at hand; else none, and sources are not checked against it."""
    table = shipped("evidence/sources.csv")
    return tuple(line.split(",", 1)[0] for line in table.read_text(encoding="utf-8").splitlines()[1:]) if table else ()


def load_rules(path: str | Path, sources: Iterable[str] | None = None) -> RuleSet:
    """Read one rule file.  Raises InputError with file and line for a wrong unit, a missing source, an unknown word or key."""
    document = read_file(path)
    data, places = document.data, document.places
    for key in data:
        if key not in KEYS:
            raise InputError(places.where((key,)), key, f"one of {', '.join(KEYS)}", KEYS)
    if not isinstance(data.get("rules"), dict) or not data["rules"]:
        raise InputError(places.where(("rules",)), "no rules", "rules, each with a name: {text, source, stage, does, …}")
    known = known_sources() if sources is None else tuple(sources)
    made = [
        read_rule(name, body, lambda *way, name=name: places.where(("rules", name, *way)), known) for name, body in data["rules"].items()
    ]
    return RuleSet(str(data.get("name", Path(path).stem)), str(data.get("drug", "")), tuple(made))
