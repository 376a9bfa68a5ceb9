from types import SimpleNamespace

import numpy as np
from small_run import TRIAL, made_up

from resynapse.faces import trial_figures as trials
from resynapse.faces import trial_section as section
from resynapse.faces.methods_text import analysis_words

ASKED = TRIAL | {"endpoints": ["change(MADRS, 1 d)", "response(MADRS, 7 d)", "time_to_response(MADRS)", "time_to_relapse(MADRS, 7 d)"]}


def test_waterfall_shows_everybody_in_order():
    figure = trials.waterfall_figure(made_up(ASKED), "MADRS", 24.0)
    for axis in figure.axes:
        heights = [bar.get_height() for bar in axis.patches]
        assert len(heights) == 12 and heights == sorted(heights, reverse=True)


def test_survival_curves_fall_and_the_risk_set_is_written():
    result = made_up(ASKED)
    figure = trials.survival_figure(result, result.study.endpoints[2])
    axis = figure.axes[0]
    assert all((np.diff(line.get_ydata()) <= 0).all() for line in axis.lines)
    assert min(axis.lines[1].get_ydata()) < 50 < min(axis.lines[0].get_ydata())
    assert "12" in {text.get_text() for text in axis.texts}


def test_the_page_names_analysis_estimand_and_effect_sizes():
    result = made_up(ASKED | {"analysis": {"time_to_event": "cox", "estimand": "composite"}})
    words = analysis_words(result.study)
    assert "Welch" in words and "Cox regression" in words and "Estimand: composite (giving up is failure" in words
    table = section.effect_table(result)
    assert {"Hedges' g", "number needed to treat", "hazard ratio", "median time, days"} <= {row[2] for row in table.rows}
    assert any("not reached" in row[3] for row in table.rows)
    assert section.waterfall_time(result, "MADRS") == 24.0


def test_settings_stand_side_by_side_in_the_picture_of_unblinding():
    def trials_of(n, share):
        contrast = SimpleNamespace(endpoint="change(MADRS, 7 d)", n=n, type_one=SimpleNamespace(value=share, error=0.01))
        return SimpleNamespace(study=SimpleNamespace(n=n), contrasts=[contrast])

    found = {"saline": [trials_of(25, 0.09), trials_of(100, 0.2)], "masked": [trials_of(25, 0.05), trials_of(100, 0.05)]}
    axis = trials.unblinding_figure(found, "change(MADRS, 7 d)").axes[0]
    saline, masked = (bars.lines[0] for bars in axis.containers)
    assert saline.get_ydata().tolist() == [9, 20] and masked.get_ydata().tolist() == [5, 5]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["25", "100"]
