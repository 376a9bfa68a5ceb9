import re

import numpy as np
import pytest
from test_report import Page

from resynapse.faces import qualify_figures as pictures
from resynapse.faces.page import DISCLAIMER
from resynapse.faces.qualify_beside import Beside
from resynapse.faces.report import write_qualify_report
from resynapse.methods import judge
from resynapse.methods.evidence import Row, Source
from resynapse.methods.fit import Fit, Number
from resynapse.methods.judge import Prediction
from resynapse.methods.qualify import Comparison, Qualification, Settings
from resynapse.study.unseen import Left, Strangers


def compared(k: int, observed: float, predicted: float | None, **changes) -> Comparison:
    held = {"id": f"x-{k}", "source": "liebe2017", "quantity": "ketamine", "statistic": "mean", "unit": "ng/mL", "drug": "ketamine",
            "route": "iv", "dose": 0.5, "dose_unit": "mg/kg", "time_h": float(k), "arm": "ketamine"}  # fmt: skip
    row = Row(value=observed, **(held | changes))
    if predicted is None:
        return Comparison(row, judge.area(row), None, None, None, "quantity 'x' is not simulated <yet>")
    spread = abs(predicted) * 0.2
    found = Prediction(predicted, predicted - spread, predicted + spread, spread / 2, up=0.9, down=0.1, effect=1.0)
    return Comparison(row, judge.area(row), (observed * 0.9, observed * 1.1), found, judge.judge(row, found), "n missing: 30 people")


COMPARISONS = (
    compared(1, 100.0, 105.0), compared(2, 50.0, 52.0), compared(3, 20.0, 90.0), compared(4, 10.0, None),
    compared(5, -10.0, -9.5, quantity="MADRS", statistic="change", unit="points"),
    compared(6, 0.5, 0.1, quantity="MADRS", statistic="response", unit="fraction"),
    compared(7, 1.0, 1.0, quantity="bdnf", statistic="direction", unit="sign"),
)  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    result = Qualification(COMPARISONS, "f" * 64, Settings())
    sources = {"liebe2017": Source("liebe2017", "Liebe 2017", "2017", "10.1093/ijnp/pyx036", "", "liebe2017")}
    path = write_qualify_report(result, sources, tmp_path_factory.mktemp("q") / "report.html")
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]
    return path.read_text(encoding="utf-8")


def test_it_stands_alone(page):
    read = Page(page)
    assert read.wrong == [] and read.open == [] and page.count(DISCLAIMER) == 2
    assert not read.tags & {"script", "link", "iframe", "img"} and [x for x in read.links if not x.startswith("#")] == []
    assert {x[1:] for x in read.links} <= set(read.ids)


def test_every_misfit_is_listed_first(page):
    wrong = page[page.index('id="wrong"') : page.index('id="areas"')]
    assert re.findall(r"x-\d", wrong) == ["x-3", "x-6"] and "2 of 6 simulated rows disagree" in wrong
    assert "×4.50" in wrong and "−0.400" in wrong


def test_what_was_not_simulated_says_why(page):
    absent = page[page.index('id="absent"') : page.index('id="agreeing"')]
    assert "is not simulated &lt;yet&gt;" in absent and "x-4" in absent


def test_agreeing_rows_rules_and_digest_are_there(page):
    assert all(f"x-{k}" in page[page.index('id="agreeing"') :] for k in (1, 2, 5, 7))
    assert "fixed before any prediction is compared" in page and "f" * 64 in page and "Liebe 2017" in page


def fitted():
    draws = np.random.default_rng(1).normal(0, 1, 60)
    made = {
        "hope": Number("symptoms", "1", "log", 0.05, 0.8, 0.18, 0.2, 0.2 * np.exp(0.1 * draws)),
        "lasting": Number("symptoms", "1", "plain", 0.1, 0.9, 0.5, 0.5, 0.5 - 0.03 * draws),
        "used_to": Number("tolerability", "1", "plain", 0.4, 0.97, 0.7, 0.7, np.linspace(0.4, 0.97, 60)),
    }
    stages = {"symptoms": {"rows": ["x-5"], "counted_less": [], "least_effective_size": 120.0, "largest_rhat": 1.01}}
    return Fit("2026-01-31", made, recipe={"stages": stages})


def test_a_report_of_strangers_has_claims_figures_and_what_the_fit_knows(tmp_path):
    fit = fitted()
    known = Strangers(fit, {"liebe2017": {"symptoms": Left(0.4, (1, 2), {}, {})}})
    beside = Beside(fit, known, {"naive": {"x-5": -14.0}, "forest": {"x-5": -10.4}},
                    {"scores": {"parameters": 0.1, "studies": 0.6, "people": 0.05, "sampling": 0.3}})  # fmt: skip
    result = Qualification(COMPARISONS, "f" * 64, Settings())
    text = write_qualify_report(result, {}, tmp_path / "r.html", (), beside).read_text(encoding="utf-8")
    read = Page(text)
    assert read.wrong == [] and read.open == [] and {x[1:] for x in read.links} <= set(read.ids)
    assert "by a fit that never saw it" in text and text.count("partly supported") > 5 and "NOT reached" in text
    assert "studies differ" in text and "60 %" in text
    assert "say almost nothing of used_to" in text and "lasting and hope: -1.00" in text
    against = text[text.index("Against statistics alone") : text.index('id="areas"')]
    assert "0.500" in against and "4.00" in against and "1.25" in against  # model, naive, ratio to the forest's 0.4


def test_a_fit_that_saw_the_rows_says_so(tmp_path):
    result = Qualification(COMPARISONS, "f" * 64, Settings())
    text = write_qualify_report(result, {}, tmp_path / "r.html", (), Beside(fitted())).read_text(encoding="utf-8")
    assert "has seen these rows" in text and "The claims" not in text


def test_some_times_make_a_course_and_areas_keep_their_order():
    groups = pictures.course_groups(COMPARISONS)
    assert [[c.row.id for c in g] for g in groups] == [["x-1", "x-2", "x-3"]]
    assert list(pictures.scatter_groups(COMPARISONS)) == [("exposure", "own units")]


def test_a_qualification_without_a_prediction_still_has_a_page(tmp_path):
    result = Qualification((compared(1, 1.0, None),), "0" * 64, Settings())
    text = write_qualify_report(result, {}, tmp_path / "r.html").read_text(encoding="utf-8")
    assert "No row was simulated" in text and "Too few simulated rows" in text
