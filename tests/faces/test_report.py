import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from small_run import KINETIC, TRIAL, made_up

from resynapse.faces.page import DISCLAIMER, number, span
from resynapse.faces.report import terminal_summary, write_run_report
from resynapse.methods.evidence import Row, Spread
from resynapse.study.matching import match
from resynapse.study.schema import Arm

VOID = {"meta", "br", "link", "img", "hr", "input"}
SHAPES = {"path", "use", "rect", "circle", "line", "polygon"}


class Page(HTMLParser):
    """Collects ids, links, text, and tags that were closed wrongly."""

    def __init__(self, text: str):
        super().__init__()
        self.open, self.wrong, self.ids, self.links, self.tags, self.text = [], [], [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.tags.add(tag)
        self.ids += [held["id"]] if "id" in held else []
        self.links += [held[k] for k in ("href", "src", "xlink:href") if k in held]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.text.append(data)


def row(**changes) -> Row:
    held = {"id": "x-1", "source": "murrough2013rct", "quantity": "MADRS", "statistic": "response", "value": 0.64, "unit": "fraction",
            "population": "trd_adult", "n": 47, "drug": "ketamine", "route": "iv", "dose": 0.5, "dose_unit": "mg/kg",
            "duration_min": 40.0, "dose_days": (0.0,), "blinding": "active", "time_h": 24.0}  # fmt: skip
    return Row(**(held | changes))


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    rows = [row(), row(id="x-2", statistic="change", value=-15.0, unit="points", spread=Spread("se", (2.0,)), time_h=168.0)]
    path = write_run_report(made_up(), tmp_path_factory.mktemp("report") / "report.html", rows)
    return path.read_text(encoding="utf-8")


def test_a_page_stands_alone(trial):
    page = Page(trial)
    assert page.wrong == [] and page.open == []
    assert [link for link in page.links if not link.startswith("#")] == []
    assert not page.tags & {"script", "link", "iframe", "object", "img"} and "@import" not in trial
    assert all(address.startswith("#") for address in re.findall(r"url\(([^)]*)\)", trial))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert trial.count(DISCLAIMER) == 2
    assert 'name="viewport"' in trial and "prefers-color-scheme: dark" in trial and "@media print" in trial


def test_what_a_study_asks_for_stands_on_the_page(trial):
    text = " ".join("".join(Page(trial).text).split())
    for said in ("Does <b>one</b> infusion", "0.5 mg/kg", "intravenously", "change(MADRS, 1 d)", "Against midazolam",
                 "Every course was solved", "murrough2013rct", "model hash", "Mood", "What happens inside", "Single patients",
                 "rest on assumption alone"):  # fmt: skip
        assert said in text
    assert "Does <b>one" not in trial  # a study's own words are escaped


def test_published_numbers_stand_beside_simulated_ones(trial):
    text = "".join(Page(trial).text)
    assert "64.0 (52." in text and "−15.0 (−18.3 to −11.7)" in text


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    return write_run_report(made_up(), tmp_path_factory.mktemp("bare") / "report.html", []).read_text(encoding="utf-8")


def test_no_published_row_is_said(bare):
    assert "No published row has the same drug" in bare


def test_a_kinetic_study_gets_the_outputs_of_its_field(tmp_path):
    text = write_run_report(made_up(KINETIC), tmp_path / "r.html", []).read_text(encoding="utf-8")
    said = "".join(Page(text).text)
    for words in ("Non-compartmental analysis", "Cmax", "half-life", "CL/F", "Vz/F", "AUC over that of ketamine, molar",
                  "per mg of dose", "R-ketamine"):  # fmt: skip
        assert words in said
    assert 'id="mood"' not in text and "Single patients" not in said


def test_many_arms_go_below_each_other_and_other_outcomes_are_shown(tmp_path):
    doses = {f"k{k}": TRIAL["arms"]["ketamine"] | {"dose": f"0.{k} mg/kg"} for k in (1, 2, 3, 5)}
    asked = TRIAL | {"arms": {"midazolam": {"drug": "midazolam"}} | doses, "endpoints": ["change(MADRS, 1 d)", "peak(nmda_block)"]}
    text = write_run_report(made_up(asked), tmp_path / "r.html", []).read_text(encoding="utf-8")
    said = "".join(Page(text).text)
    assert "Other outcomes" in said and "NMDA receptors blocked" in said
    assert text.count("<th") and '<th scope="col">arm</th><th class="n" scope="col">value</th>' in text


def test_the_clearance_of_a_known_curve_is_right():
    from resynapse.faces.pk_figures import nca_table

    times = np.concatenate([np.arange(0, 2, 1 / 12), np.arange(2, 24.1, 0.5)])
    lines = nca_table(made_up(KINETIC, times))
    held = {(line.quantity, line.measure): line.arms["infusion"][0] for line in lines}
    # 75 kg * 0.5 mg/kg over a triangle of 0.7 h and an exponential of 4 h, at 150 ng/mL
    area = 150 * (0.35 + 4.0)
    assert held["ketamine", "half-life"] == pytest.approx(4 * np.log(2), rel=0.01)
    assert held["ketamine", "AUC to infinity"] == pytest.approx(area, rel=0.02)
    assert held["ketamine", "CL/F"] == pytest.approx(37.5e3 / area, rel=0.1)
    assert held["norketamine", "AUC over that of ketamine, molar"] == pytest.approx(237.73 / 223.70, rel=1e-3)


def test_the_report_is_there_as_a_whole_or_not_at_all(tmp_path, monkeypatch):
    import resynapse.faces.report as report

    monkeypatch.setattr(report, "tiles", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_run_report(made_up(), tmp_path / "r.html", [])
    assert list(tmp_path.iterdir()) == []


def test_the_same_run_gives_the_same_page(bare, tmp_path):
    assert write_run_report(made_up(), tmp_path / "again.html", []).read_text(encoding="utf-8") == bare


def test_the_terminal_shows_endpoints_and_disclaimer():
    from rich.console import Console

    console = Console(width=140, record=True, file=io.StringIO())
    console.print(terminal_summary(made_up()))
    text = console.export_text()
    assert "change(MADRS, 1 d)" in text and "ketamine - midazolam" in text and DISCLAIMER in text


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (1234.5, "1,234"), (12.345, "12.3"), (-0.5, "−0.500"), (0.00012, "0.00012"), (float("nan"), "–"), (999.6, "1,000")],
)
def test_numbers_are_written_short(value, said):
    assert number(value) == said


def test_an_interval_that_is_not_known_is_a_dash():
    assert span(1.0, float("inf")) == "–" and span(-1.0, 2.0) == "−1.00 to 2.00"


@pytest.mark.parametrize(
    ("changes", "matches"),
    [
        ({}, True),
        ({"drug": "esketamine"}, False),
        ({"dose": 1.0}, False),
        ({"dose": 40.0, "dose_unit": "mg"}, True),
        ({"route": "im"}, False),
        ({"dose_days": (0.0, 3.0), "time_h": 168.0}, False),
        ({"dose_days": (0.0, 3.0), "time_h": 24.0}, True),
        ({"time_h": 400.0}, False),
        ({"population": "healthy_adult"}, False),
        ({"population": "mdd_adult"}, True),
        ({"use": "context"}, False),
        ({"access": "recalled"}, False),
        ({"covariates": {"enrichment": "responders"}}, False),
        ({"covariates": {"background": "new_ad"}}, False),
        ({"quantity": "unheard_of"}, False),
        ({"species": "mouse"}, False),
    ],
)
def test_which_rows_stand_beside_an_arm(changes, matches):
    found = match([row(**changes)], made_up(TRIAL).study)
    assert bool(found) == matches and all(m.arm == "ketamine" for m in found)


def test_what_differs_is_said():
    told = match([row(population="mdd_adult", blinding="open", covariates={"background": "stable_ad"})], made_up().study)[0].differs
    assert told == "mdd adult, blinding open, background stable ad"


def test_it_is_said_where_only_some_went_on():
    study = made_up().study
    later = {"from": "6 d", "who": "response(MADRS)", "drug": "none"}
    phases = {"phases": [TRIAL["arms"]["ketamine"], later]}
    chosen = study.model_copy(update={"arms": {"ketamine": Arm.model_validate(phases)}})
    assert "those who went on" in match([row()], chosen)[0].differs
