"""The reference of the study format names every key, statistic and drug, and its example runs."""

import re
from pathlib import Path

import pytest

from resynapse.study import schema, study_of_text
from resynapse.study import vocabulary as words
from resynapse.study.endpoints import STATISTICS

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "studies.md").read_text(encoding="utf-8")
TRAITS = (DOCS / "people.md").read_text(encoding="utf-8")


PARTS = [schema.Study, schema.Population, schema.Arm, schema.Phase, schema.Sampling, schema.Analysis]


@pytest.mark.parametrize("part", PARTS, ids=lambda p: p.__name__)
def test_every_key_is_explained(part):
    keys = [field.alias or name for name, field in part.model_fields.items()]
    assert [key for key in keys if not re.search(rf"`{key}\b|\b{key}`", TEXT)] == []


def test_every_word_is_explained():
    known = [*words.DRUGS, *words.routes(), *STATISTICS, *words.HOURS]
    assert [word for word in known if not re.search(rf"\b{word}\b", TEXT)] == []


def test_the_example_reads():
    assert study_of_text(TEXT.split("```yaml\n")[1].split("```")[0]).control == "placebo"


def test_every_trait_is_explained():
    assert [trait for trait in words.TRAITS["human"] if f"`{trait}`" not in TRAITS] == []
