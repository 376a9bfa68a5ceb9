"""From a YAML file, or plain data, to a Study; every refusal becomes one InputError with file, line and field."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from resynapse.notation import InputError
from resynapse.study import schema, trial_parts
from resynapse.study import vocabulary as words
from resynapse.study.schema import Study
from resynapse.study.vocabulary import Refused, shown
from resynapse.study.yaml import Document, Places, read_file, read_text

WRITTEN = {"arm": ("dose", "every", "count"), "intervention": ("set", "add", "scale", "until")}
ASKED = {
    "question": "what the study asks, in one sentence",
    "population": "who takes part: {of: trd_adult, n: 200, seed: 1}",
    "arms": "what each group gets",
    "visits": "times of observation, for example [0 d, 1 d, 7 d]",
    "endpoints": "what is reported, for example [change(MADRS, 7 d)]",
    "of": "a named population",
    "n": "the number of people",
}
CONDUCT = {"dropout": trial_parts.Dropout, "rescue": trial_parts.Rescue, "randomisation": trial_parts.Randomisation}
PLAINER = {
    "a valid dictionary or instance of": "keys and values of",
    "a valid dictionary": "keys and values",
    "a valid tuple": "a list",
    "a valid integer": "a whole number",
    "a valid string": "text",
}


def load_study(path: str | Path) -> Study:
    """Read a study file.

    Raises InputError (file, line, field, what was read, what is allowed, the closest match) and nothing else.
    """
    return study_of_document(read_file(path))


def study_of_text(text: str, name: str = "study") -> Study:
    """Read a study from YAML text; `name` stands in messages. Raises InputError."""
    return study_of_document(read_text(text, name))


def study_of(data: dict, where: str = "study") -> Study:
    """Make a study from plain data in the format of the YAML; `where` stands in messages. Raises InputError."""
    return study_of_document(Document(data, Places(where)))


def study_of_document(document: Document) -> Study:
    """Make a study from a document that was read. Raises InputError for the first thing that is wrong, from the top."""
    try:
        study = Study.model_validate(document.data)
        study._places = document.places
        return study
    except ValidationError as errors:
        found = [_input_error(error, document.places) for error in errors.errors(include_url=False)]
        raise min(found, key=lambda one: one[0])[1] from None


def _input_error(error: Any, places: Places) -> tuple[tuple[bool, int], InputError]:
    """-> (order, InputError) of one of pydantic's complaints; what is missing comes last: a misspelt key explains it."""
    way, kind, cause = tuple(error["loc"]), error["type"], error.get("ctx", {}).get("error")
    if isinstance(cause, Refused):
        way = (*way, *cause.way)
        read, expected, choices = cause.read, cause.expected, cause.choices
    elif kind == "extra_forbidden":
        read, expected, choices = _unknown(way)
    elif kind == "missing":
        read, expected, choices = "nothing", f"the key '{way[-1]}': {ASKED.get(str(way[-1]), 'it is required')}", ()
    else:
        read, choices = shown(error["input"]), ()
        expected = error["msg"].replace("Input should be ", "").replace("Input should have ", "")
        for stiff, plain in PLAINER.items():
            expected = expected.replace(stiff, plain)
    return (kind == "missing", places.line(way)), InputError(places.where(way), read, expected, choices)


def _unknown(way: Sequence[str | int]) -> tuple[str, str, tuple[str, ...]]:
    """-> what is said about a key that a study does not have, or does not have yet."""
    word = str(way[-1])
    if word in words.NOT_YET:
        return word, f"no such key yet: {words.NOT_YET[word]} is not available yet", ()
    keys = _keys(way)
    return word, f"one of the keys {', '.join(keys)}", keys


def _keys(way: Sequence[str | int]) -> tuple[str, ...]:
    """Legal keys beside the last step of `way`."""
    if way[0] == "arms":
        return _arm_keys(way)
    part = {"population": schema.Population, "enrolment": schema.Enrolment, "sampling": schema.Sampling, "analysis": schema.Analysis}
    part |= {"imaging": schema.Imaging, **CONDUCT}
    return _names(part[str(way[0])] if len(way) > 1 and way[0] in part else Study)


def _arm_keys(way: Sequence[str | int]) -> tuple[str, ...]:
    if "interventions" in way[2:]:
        return ("time", "state", *WRITTEN["intervention"])
    for key, part in (("with", schema.Intake), ("beside", trial_parts.Beside), ("policy", trial_parts.PolicyRule)):
        if key in way[2:-1]:
            return _names(part)
    return _names(schema.Phase if "phases" in way[2:-1] else schema.Arm) + WRITTEN["arm"]


def _names(part: type[schema.Part]) -> tuple[str, ...]:
    return tuple(field.alias or key for key, field in part.model_fields.items() if key != "lengths")
