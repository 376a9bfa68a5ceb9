"""YAML in, plain data out, with the line of every value, so that a message can point at the place.

The text is composed by PyYAML and turned into dictionaries, lists, texts, numbers, booleans and None here: no Python object is
ever built from a tag. Words are read as YAML 1.2 reads them (`no`, `off` and `1:30` are text). Sizes are bounded before anything
is built.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from resynapse.notation import InputError

LARGEST_FILE = 256 * 1024
DEEPEST = 12
MOST_VALUES = 20_000
LONGEST_TEXT = 4_000

TAGS = {"str", "int", "float", "bool", "null", "timestamp", "value", "map", "seq"}
NUMBER = re.compile(r"[-+]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][-+]?\d{1,3})?")
WHOLE = re.compile(r"[-+]?\d{1,18}")
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False, ".nan": math.nan, ".inf": math.inf, "-.inf": -math.inf}

Way = tuple[str | int, ...]


@dataclass(frozen=True)
class Places:
    """Where values stand: `lines` maps the way to a value to its line, counted from 1. Two of them always count as equal."""

    name: str = field(default="study", compare=False)
    lines: Mapping[Way, int] = field(default_factory=dict, compare=False, repr=False)

    def where(self, way: Sequence[str | int]) -> str:
        """`studies/x.yaml:12 arms.ketamine.dose` for a way to a value; for a value that is missing, the nearest that is there."""
        way = tuple(way)
        line = self.line(way)
        return f"{self.name}:{line} {dotted(way)}".rstrip() if line else f"{self.name} {dotted(way)}".rstrip()

    def line(self, way: Sequence[str | int]) -> int:
        """Line of a value, or of the nearest value above it; 0 for data that never stood in a file."""
        way = tuple(way)
        return next((self.lines[way[:k]] for k in range(len(way), -1, -1) if way[:k] in self.lines), 0)


NOWHERE = Places()


@dataclass(frozen=True)
class Document:
    """One YAML file: its plain values, and where they stand."""

    data: dict
    places: Places


def dotted(way: Sequence[str | int]) -> str:
    """Way ("arms", "ketamine", "days", 2) as `arms.ketamine.days[2]`."""
    text = ""
    for step in way:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def read_file(path: str | Path) -> Document:
    """Read one YAML file. Raises InputError for a file that is missing, too large, not UTF-8, not YAML, or not a mapping."""
    path = Path(path)
    try:
        if path.is_file() and path.stat().st_size > LARGEST_FILE:
            raise InputError(str(path), f"{path.stat().st_size:,} bytes", f"at most {LARGEST_FILE:,} bytes")
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise InputError(_printable(str(path)), _printable(path.name), "a file that is there", _neighbours(path)) from None
    except IsADirectoryError:
        raise InputError(str(path), "a folder", "a YAML file") from None
    except UnicodeDecodeError as error:
        raise InputError(str(path), f"a byte that is not UTF-8 text (position {error.start})", "UTF-8 text") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(_printable(str(path)), why, "a file that can be read") from None
    return read_text(text, str(path))


def read_text(text: str, name: str) -> Document:
    """Read YAML text; `name` stands in messages. Raises InputError, nothing else."""
    if len(text) > LARGEST_FILE:
        raise InputError(name, f"{len(text):,} characters", f"at most {LARGEST_FILE:,} characters")
    try:
        _bound(text, name)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"{name}:{mark.line + 1}" if mark else name
        raise InputError(at, ", ".join(filter(None, (error.context, error.problem))), "YAML (key: value, indented by spaces)") from None
    except yaml.YAMLError as error:
        raise InputError(name, str(error).splitlines()[0], "YAML text") from None
    if root is None:
        raise InputError(name, "an empty file", "a study: question, arms, visits, …")
    reader = _Reader(name)
    data = reader.value(root, ())
    if not isinstance(data, dict):
        raise InputError(f"{name}:{root.start_mark.line + 1}", _shown(data), "keys and values (`question: …`, `arms: …`)")
    return Document(data, Places(name, reader.lines))


def _bound(text: str, name: str) -> None:
    """Refuse what is too deep or too long while only the stream of events has been seen: nothing is built yet."""
    depth = seen = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        at = f"{name}:{event.start_mark.line + 1}" if event.start_mark else name
        seen += 1
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            raise InputError(at, f"values nested more than {DEEPEST} deep", "a flatter file")
        if seen > 2 * MOST_VALUES:
            raise InputError(at, f"more than {MOST_VALUES:,} values", "a smaller file")


class _Reader:
    """Turns nodes into plain values and notes their lines; counts values, so that aliases cannot multiply without end."""

    def __init__(self, name: str):
        self.name, self.lines, self.count = name, {}, 0

    def value(self, node: Node, way: Way):
        self.count += 1
        self.lines.setdefault(way, node.start_mark.line + 1)
        if self.count > MOST_VALUES:
            raise InputError(self.at(node, way), f"more than {MOST_VALUES:,} values once aliases are followed", "a smaller file")
        if len(way) > DEEPEST:
            raise InputError(self.at(node, way[:3]), "an alias that contains itself", "values that end")
        if node.tag.removeprefix("tag:yaml.org,2002:") not in TAGS:
            raise InputError(self.at(node, way), f"the tag '{_printable(node.tag)}'", "plain text, numbers, lists and mappings")
        if isinstance(node, MappingNode):
            return self.mapping(node, way)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*way, k)) for k, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return self.scalar(node, way)

    def mapping(self, node: MappingNode, way: Way) -> dict:
        found: dict = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                raise InputError(self.at(key, way), "a key that is itself a list or a mapping", "a word")
            word = key.value
            if word == "<<":
                raise InputError(self.at(key, way), "a merge key '<<'", "the values written out (aliases `*name` are fine)")
            if word in found:
                first = self.lines[*way, word]
                read = f"the key '{_printable(word)}' a second time (first on line {first})"
                raise InputError(self.at(key, (*way, word)), read, "each key once")
            self.lines[*way, word] = key.start_mark.line + 1
            found[word] = self.value(value, (*way, word))
        return found

    def scalar(self, node: ScalarNode, way: Way):
        text = node.value
        if len(text) > LONGEST_TEXT:
            raise InputError(self.at(node, way), f"a text of {len(text):,} characters", f"at most {LONGEST_TEXT:,}")
        if node.style is not None:  # quoted, or a block of text
            return text
        if text.lower() in WORDS:
            return WORDS[text.lower()]
        if WHOLE.fullmatch(text):
            return int(text)
        return float(text) if NUMBER.fullmatch(text) else text

    def at(self, node: Node, way: Way) -> str:
        return f"{self.name}:{node.start_mark.line + 1} {dotted(way)}".rstrip()


def _shown(value: object) -> str:
    return _printable(str(value))[:80]


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:120]


def _neighbours(path: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(p.name for p in path.parent.glob("*.y*ml")))[:50]
    except (OSError, ValueError):
        return ()
