"""The small language of rules: what is read, what it means, what is refused."""

import numpy as np
import pytest

from resynapse.study.conditions import action, condition
from resynapse.study.vocabulary import Refused

BASE, NOW = np.array([40.0, 40.0, 40.0, 40.0]), np.array([10.0, 19.0, 30.0, np.nan])


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("MADRS >= 19", [False, True, True, False]),
        ("MADRS < 19", [True, False, False, False]),
        ("change(MADRS) > -12", [False, False, True, False]),
        ("improvement(MADRS) < 50 %", [False, False, True, False]),
        ("response(MADRS)", [True, True, False, False]),
        ("no response(MADRS)", [False, False, True, False]),
        ("remission(MADRS)", [True, False, False, False]),
    ],
)
def test_a_condition_is_read_met_and_written(text, whom):
    made = condition(text)
    assert made.met(NOW, BASE).tolist() == whom
    assert condition(str(made)) == made


@pytest.mark.parametrize("text", ["raise to 84 mg", "reduce to 28 mg", "give 0.5 mg/kg", "hold", "every 14 d", "as planned", "stop"])
def test_an_action_is_read_and_written(text):
    assert action(str(action(text))) == action(text)


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (condition, "MADR >= 22", "a scale"),
        (condition, "MADRS = 22", "a condition such as"),
        (condition, "improvement(MADRS) < 50", "improvement in %"),
        (condition, "MADRS > 50 %", "anything else in points"),
        (condition, "responce(MADRS)", "a state"),
        (condition, "__import__('os')", "a condition such as"),
        (action, "raise to 84", "a number with a unit"),
        (action, "hald", "an action"),
        (action, "every fortnight", "a number with a unit"),
        (action, 3, "an action"),
    ],
)
def test_what_is_refused(read, text, said):
    with pytest.raises(Refused, match=said):
        read(text)
