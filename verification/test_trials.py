"""Whole trials over and over: nothing is found where arms do not differ, and 500 trials take minutes, not hours."""

import time

import numpy as np
import pytest

from resynapse.study import study_of
from resynapse.study.replicates import replicated, trier_of

SALINE = {"drug": "placebo", "route": "iv", "over": "40 min"}
KETAMINE = {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"}


def trial(arm: dict, n: int, replicates: int, **more) -> dict:
    return {
        "question": "Is there a difference?",
        "population": {"of": "trd_adult", "n": n, "seed": 11},
        "arms": {"saline": SALINE, "other": arm},
        "control": "saline",
        "visits": ["0 d", "1 d", "3 d", "7 d", "14 d", "21 d", "28 d"],
        "replicates": replicates,
        **more,
    }


CHANGE, RESPONSE, TIME = "change(MADRS, 7 d)", "response(MADRS, 7 d)", "time_to_response(MADRS, 28 d)"


@pytest.mark.parametrize(
    ("analysis", "endpoints"),
    [({"change": "mmrm"}, [CHANGE, RESPONSE]), ({"change": "ancova", "rates": "logistic"}, [CHANGE, RESPONSE]),
     ({"change": "means"}, [CHANGE, TIME]), ({"time_to_event": "cox"}, [TIME])],
    ids=lambda x: " ".join(x.values()) if isinstance(x, dict) else "",
)  # fmt: skip
def test_two_arms_of_saline_differ_in_one_trial_of_twenty(analysis, endpoints, capsys):
    count = 500
    (found,) = replicated(trier_of(study_of(trial(SALINE, 40, count, analysis=analysis, endpoints=endpoints))))
    error = np.sqrt(0.05 * 0.95 / count)
    for c in found.contrasts:
        f = c.found
        with capsys.disabled():
            print(f"\n{analysis} {c.endpoint}: type I error {f.power.value:.3f}, 90 % cover {f.coverage.value:.3f}, lost {f.lost}")
        assert f.power.value < 0.05 + 3 * error
        assert f.coverage.value > 0.90 - 3 * np.sqrt(0.09 / count)
        if c.endpoint.startswith("change"):  # rates and log-ranks are discrete: they may reject less often
            assert f.power.value > 0.05 - 3 * error
            assert abs(f.bias.value) < 3.5 * f.bias.error and f.sd == pytest.approx(f.se, rel=0.1)


def test_five_hundred_trials_of_two_hundred_people_take_less_than_five_minutes(capsys):
    start = time.perf_counter()
    asked = trial(KETAMINE, 100, 500, analysis={"change": "mmrm"}, endpoints=[CHANGE])
    (found,) = replicated(trier_of(study_of(asked)))
    took, (c,) = time.perf_counter() - start, found.contrasts
    with capsys.disabled():
        print(f"\n500 trials of 2 x 100 people, 28 d, MMRM of 6 visits, and their copies without effect: {took:.0f} s; "
              f"power {c.found.power.value:.3f} ± {c.found.power.error:.3f}, type I error {c.type_one.value:.3f}, "
              f"bias {c.found.bias.value:.3f} ± {c.found.bias.error:.3f}, coverage {c.found.coverage.value:.3f}")  # fmt: skip
    assert took < 300
