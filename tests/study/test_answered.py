"""Answers to items of one person: they average to what the model expects, scatter as drawn answers do, and move a forecast."""

from dataclasses import replace

import numpy as np
import pytest

from resynapse.methods.cohort import Cohort
from resynapse.methods.forecast import Budget
from resynapse.model.items import DOMAINS, expected
from resynapse.model.scales import READOUTS
from resynapse.study.answered import habit_names, is_answered, scatter, usual_answer
from resynapse.study.forecast import forecast
from resynapse.study.lookalikes import Lookalikes
from resynapse.study.patient_table import Dose, Patient, Seen
from resynapse.study.rated import Rated

N, HOURS = 4000, np.arange(1.0, 24.0)


@pytest.fixture(scope="module")
def people():
    return Cohort(3, np.arange(N), np.zeros(N, int), {}, {})


def alike_at(trait):
    return {d: np.full((N, len(HOURS)), trait) for d in DOMAINS}


@pytest.mark.parametrize("quantity", ["item:PHQ9_3", "item:HAMD17_3", "fatigue"])
@pytest.mark.parametrize("trait", [1.0, 2.3])
def test_usual_answers_average_to_what_is_expected(people, quantity, trait):
    usual = usual_answer(quantity, alike_at(trait), people)[:, 0]
    whole = float(expected(READOUTS[quantity].parts, {d: np.array(trait) for d in DOMAINS}))
    assert usual.mean() == pytest.approx(whole, abs=0.03 * READOUTS[quantity].scale.high)
    assert usual.std() > 0.1 * whole  # habits differ


@pytest.mark.parametrize("quantity", ["item:MADRS_10", "item:PHQ9_3", "fatigue"])
def test_answers_stray_from_the_usual_as_drawn_ones_do(people, quantity):
    drawn = Rated(alike_at(2.0), HOURS, people, "any")  # within the first day mood has not strayed yet
    answered, usual = drawn[quantity], usual_answer(quantity, alike_at(2.0), people)
    off = answered - usual
    assert off.mean() == pytest.approx(0, abs=0.02)
    assert np.sqrt(np.mean(off**2)) == pytest.approx(np.sqrt(np.mean(scatter(quantity, usual) ** 2)), rel=0.12)


def test_habits_are_named_as_they_are_drawn():
    assert habit_names("item:PHQ9_3") == tuple(f"item:PHQ9_{k}" for k in range(1, 10))
    assert is_answered("item:MADRS_10") and is_answered("GAD7")
    assert not is_answered("MADRS") and not is_answered("suicidal_ideation")


def test_an_answer_is_learned_from_and_forecast():
    infusion = Dose(0.0, "ketamine", "iv", 0.5, "mg/kg", 40 / 60)
    one = Patient("one", (infusion,), (Seen(0.0, "MADRS", 36), Seen(24.0, "MADRS", 20)))
    small = Budget(first=300, each=200, rounds=3, enough=60)
    ahead = {}
    for answer in (0, 3):
        seen = (*one.seen, Seen(24.0, "item:MADRS_10", answer), Seen(72.0, "item:MADRS_10", answer))
        made = forecast(Lookalikes(replace(one, seen=seen), 1), [96.0], budget=small)
        ahead[answer] = {(r.quantity, r.kind): r.spread for r in made.rows}
    item = {answer: found["item:MADRS_10", "observed"] for answer, found in ahead.items()}
    assert item[0].mean < 0.5 and 2 < item[3].mean < 4 and 0 <= item[0].quantiles[0] <= item[3].quantiles[-1] <= 6
    assert ahead[0]["MADRS", "true"].mean < ahead[3]["MADRS", "true"].mean
