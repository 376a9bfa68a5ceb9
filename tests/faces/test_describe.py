"""Pages of the model: every mechanism says what it leaves out, cites its numbers and names the rows that test it."""

import pytest

from resynapse.faces.describe import chapters, page
from resynapse.faces.describe_evidence import READ, SWITCHED, THROUGH, rows_for
from resynapse.methods.evidence import Row
from resynapse.model import build


def row(**changes) -> Row:
    held = {"id": "x-1", "source": "milak2016", "quantity": "glutamate", "statistic": "direction", "value": 1.0, "unit": "sign"}
    return Row(**(held | changes))


ROWS = [
    row(),
    row(id="x-2", quantity="spine_density", species="mouse", population="stressed_mouse", control="naive_mouse"),
    row(id="x-3", quantity="immobility", covariates={"other": "nbqx"}),
    row(id="x-4", quantity="glutamate", use="context"),
    row(id="x-5", quantity="spine_rescue_fraction"),
]


def found(name):
    return [(t.quantity, t.how, [r.id for r in t.rows]) for t in rows_for(build(), name, ROWS)]


def test_rows_are_found_by_what_they_read_and_what_they_switch():
    assert found("glutamate") == [("glutamate", READ, ["x-1"]), ("immobility", SWITCHED, ["x-3"])]
    assert found("plasticity") == [("spine_rescue_fraction", READ, ["x-5"]), ("spine_density", THROUGH, ["x-2"])]
    assert found("stress") == [("spine_density", SWITCHED, ["x-2"])]
    assert found("absorption") == []


@pytest.mark.parametrize("species", ["human", "mouse"])
def test_every_page_is_whole(species):
    system = build(species)
    for one in chapters(system):
        text = page(system, one, ROWS)
        for said in ("Not modelled", "Equations", "Evidence that tests it"):
            assert said in text, one.name
    assert "not at hand" in page(system, chapters(system)[-1])
