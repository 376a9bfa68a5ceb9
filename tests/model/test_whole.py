"""The whole model: at rest nothing moves, and the compiled ensemble agrees with the slow readable twin."""

from dataclasses import replace

import numpy as np
import pytest

from resynapse.engine import Ensemble, Schedule, Settings, Twin
from resynapse.model import SPECIES, build
from resynapse.study import study_of
from resynapse.study.people import people_of
from resynapse.study.plan import arm_values, plan_of, whole_events

OUTPUTS = ["ketamine_venous", "norketamine_arterial", "interneuron_block", "surge", "mpfc_potentiation", "mpfc_synapses", "stress", "MADRS"]


@pytest.mark.parametrize("species", SPECIES)
@pytest.mark.parametrize("chronic", [0.0, 0.476])
def test_zero_dose_leaves_every_state_at_rest_for_26_weeks(species, chronic):
    system = build(species)
    ensemble = Ensemble.of(system)
    times = np.array([0.0, 1.0, 24.0, 26 * 168.0])
    solved = ensemble.run(1, {"chronic": chronic}, Schedule.of([], 1, system), times, list(system.states))
    for name, x in solved.values.items():
        assert np.abs(x - x[:, :1]).max() <= 1e-6, name


def of_one(event, i):
    """An event with the numbers of one person."""
    pick = lambda x: float(np.broadcast_to(x, 2)[i])  # noqa: E731
    return replace(event, time=pick(event.time), value=pick(event.value), duration=pick(event.duration))


def test_ensemble_agrees_with_the_twin():
    study = study_of(
        {
            "question": "twin",
            "population": {"of": "trd_adult", "n": 2, "seed": 3},
            "arms": {"a": {"drug": "esketamine", "dose": "84 mg", "route": "intranasal", "days": [0, 3]}},
            "visits": ["0 d", "7 d"],
            "endpoints": ["change(MADRS, 7 d)"],
        }
    )
    system = build("human")
    people = people_of(study, system)
    events, values = whole_events(plan_of(study, "a"), system, people), arm_values(study.arms["a"], people, system)
    times = np.array([0.25, 0.5, 1.0, 2.0, 6.0, 24.0, 72.5, 96.0, 168.0])
    fast = Ensemble.of(system).run(2, values, Schedule.of(events, 2, system), times, OUTPUTS, Settings(rtol=1e-8, atol=1e-10))
    slow = Twin(system)
    for i in range(2):
        one = {k: float(np.broadcast_to(v, 2)[i]) for k, v in values.items()}
        reference = slow.run(one, [of_one(e, i) for e in events], times, OUTPUTS)
        for name in OUTPUTS:
            off = np.abs(fast.values[name][i] - reference[name]) / max(np.abs(reference[name]).max(), 1e-12)
            assert off.max() < 1e-5, name
