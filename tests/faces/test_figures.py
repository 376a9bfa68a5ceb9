import re

import numpy as np
import pytest
from small_run import KINETIC, made_up

from resynapse.faces import figures, style
from resynapse.faces.flow import edges, flow_figure
from resynapse.faces.published import compared
from resynapse.faces.window import dose_window_figure
from resynapse.methods.evidence import Row
from resynapse.model import build
from resynapse.study.matching import match
from resynapse.study.window import EFFECTS, GRID_H, REGIMENS, Span, spans


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_figure_is_saved_whole(tmp_path, ending):
    path = figures.save(figures.course_figure(made_up(), "MADRS"), tmp_path / "deep" / f"x.{ending}")
    assert path.stat().st_size > 1000
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_figure_in_a_page_takes_the_colours_of_the_page():
    text = style.inline(figures.score_figure(made_up()), 'a "title" & more')
    assert text.startswith("<svg") and 'aria-label="a &quot;title&quot; &amp; more"' in text
    assert "var(--blue)" in text and style.BLUE not in text and style.INK not in text
    assert not re.search(r"<(script|image|metadata)|<!--", text)


def test_drawing_leaves_the_readers_settings_alone():
    import matplotlib

    before = dict(matplotlib.rcParams)
    figures.rates_figure(made_up())
    assert dict(matplotlib.rcParams) == before


def test_inert_controls_are_grey_and_arms_differ():
    from resynapse.faces.run_figures import arm_colours

    assert arm_colours(made_up()) == {"midazolam": style.GREY, "ketamine": style.BLUE}
    assert len(set(style.colours([str(k) for k in range(6)]).values())) == 6


def test_both_halves_of_the_panel_have_the_same_rows():
    hours, days = figures.inside_figures(made_up())
    assert [a.get_ylim() for a in hours.axes] == [a.get_ylim() for a in days.axes]
    assert [a.get_position().bounds[1::2] for a in hours.axes] == [a.get_position().bounds[1::2] for a in days.axes]


@pytest.mark.parametrize("name", ["concentration_figure", "curves_figure", "normalised_figure"])
def test_kinetic_figures_have_axes_for_every_arm(name):
    figure = getattr(figures, name)(made_up(KINETIC))
    assert len(figure.axes) == (2 if name == "curves_figure" else 1)


def test_the_flow_names_every_mechanism_and_its_feedbacks():
    system = build("human", True)
    order, made = edges(system)
    feedbacks = {(e.of, e.to) for e in made if e.back}
    assert ("symptoms", "stress") in feedbacks and ("symptoms", "inflammation") in feedbacks
    assert all(order.index(e.of) < order.index(e.to) for e in made if not e.back)
    words = {t.get_text() for t in flow_figure(system).axes[0].texts}
    assert {"receptor", "glutamate", "plasticity", "inflammation", "network", "symptoms"} <= words


def effect(arm: str, low: float, high: float, **changes) -> Row:
    from resynapse.methods.evidence import Spread

    held = {"id": arm, "source": "zanos2018", "quantity": "ketamine", "statistic": "cmax", "value": (low + high) / 2, "unit": "ng/mL",
            "arm": arm, "use": "context", "spread": Spread("range", (low, high)) if high > low else None}  # fmt: skip
    return Row(**(held | changes))


def test_spans_come_from_the_rows_that_name_an_effect():
    rows = [effect("anaesthesia", 1200, 2400), effect("analgesia", 70, 160), effect("antidepressant", 185, 185),
            effect("dissociation", 100, 250, access="recalled"), effect("placebo", 1, 2)]  # fmt: skip
    found = spans(rows)
    assert [(s.effect, s.low, s.high) for s in found] == [("analgesia", 70, 160), ("antidepressant", 185, 185), ("anaesthesia", 1200, 2400)]


def test_the_dose_window_shows_every_regimen_and_span():
    courses = {name: np.outer(np.linspace(0.8, 1.2, 9), np.sin(GRID_H)) * 100 + 1 for name in REGIMENS}
    figure = dose_window_figure(courses, [Span(e, 50.0 * k, 90.0 * k, (), "x") for k, e in enumerate(EFFECTS, 1)])
    axis = figure.axes[0]
    assert [t.get_text() for t in axis.get_yticklabels()] == list(REGIMENS)
    assert set(EFFECTS) <= {t.get_text() for t in axis.texts}


def test_the_simulated_counterpart_of_a_row_is_its_own_statistic():
    run = made_up()
    base = {"source": "s", "quantity": "MADRS", "unit": "points", "population": "trd_adult", "drug": "ketamine", "route": "iv", "dose": 0.5,
            "dose_unit": "mg/kg", "duration_min": 40.0, "dose_days": (0.0,), "n": 400}  # fmt: skip
    rows = [Row(id="a", statistic="change", value=-10.0, time_h=24.0, **base),
            Row(id="b", statistic="mean", value=20.0, time_h=36.0, **base)]  # fmt: skip
    found = {c.match.row.id: c for c in compared(run, match(rows, run.study))}
    values = run.arms["ketamine"].measured["MADRS"]
    at = {t: values[:, np.flatnonzero(run.arms["ketamine"].times == t)[0]] for t in (0, 24, 48)}
    assert found["a"].simulated == pytest.approx((at[24] - at[0]).mean())
    assert found["b"].simulated == pytest.approx(((at[24] + at[48]) / 2).mean())
    assert found["a"].low < found["a"].simulated < found["a"].high
