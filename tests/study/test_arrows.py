from resynapse.faces.arrow_figure import arrow_figure
from resynapse.methods.evidence import Row
from resynapse.methods.pool import Experiment
from resynapse.methods.qualify import Settings
from resynapse.model.switches import CUTS
from resynapse.study.arrows import Arrow, arrow_table, without
from resynapse.study.from_row import experiment_of


def row(**changes) -> Row:
    held = {"id": "x-1", "source": "s", "quantity": "MADRS", "statistic": "difference_vs_control", "value": -8.0, "unit": "points",
            "population": "trd_adult", "n": 50, "drug": "ketamine", "route": "iv", "dose": 0.5, "dose_unit": "mg/kg", "duration_min": 40.0,
            "dose_days": (0.0,), "blinding": "active", "time_h": 24.0, "control": "midazolam"}  # fmt: skip
    return Row(**(held | changes))


def test_an_arrow_is_missing_in_both_arms_and_nowhere_else():
    made = experiment_of(row())
    assert isinstance(made, Experiment) and made.control is not None
    cut = without("ampa", made)
    assert cut.key.cut == cut.control.key.cut == ("ampa",)
    assert made.key.cut == () and cut.key != made.key


def test_blood_levels_do_not_know_of_arrows():
    made = experiment_of(row(quantity="ketamine", statistic="cmax", unit="ng/mL", time_h=None, control="", population="healthy_adult"))
    assert without("ampa", made).key == made.key


def test_without_the_drive_the_drug_does_nothing():
    rows = [row(), row(id="x-2", statistic="mean", quantity="ketamine", unit="ng/mL", control="")]
    whole, cut = arrow_table(rows, ("ampa",), Settings(replicates=20, people=60, blocks=2))
    assert whole.name == "whole model" and cut.name == "ampa" and cut.meaning == CUTS["ampa"].meaning
    assert whole.agree["scores"] == (1, 1) and cut.agree["scores"] == (0, 1) and cut.lost == ("x-1",)
    assert cut.score < 0 == whole.score


def test_the_picture_shows_every_arrow_and_the_change():
    fits = {"whole model": 8, "ampa": 3}
    table = [Arrow(name, "", {"scores": (k, 10), "rates": (0, 0)}) for name, k in fits.items()]
    words = {t.get_text() for t in arrow_figure(table).axes[0].texts}
    assert {"whole model", "ampa", "8/10", "3  (−5)"} <= words
