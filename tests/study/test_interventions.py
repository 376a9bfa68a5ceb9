"""What a laboratory does beside the drug can be set in a study by name, and does what its name says."""

import numpy as np
import pytest

from resynapse.model.switches import INTERVENTIONS, SWITCHES
from resynapse.notation import InputError
from resynapse.study.reading import study_of
from resynapse.study.simulate import simulate

DOSE = {"drug": "ketamine", "dose": "10 mg/kg", "route": "ip", "days": [10]}


def act(state, time="239 h", **more):
    return {"time": time, "state": state, **more}


STRESS = act("stress", "0 d")
ARMS = {
    "control": {"drug": "placebo", "route": "ip", "days": [0], "interventions": [STRESS]},
    "ketamine": DOSE | {"interventions": [STRESS]},
    "nbqx": DOSE | {"interventions": [STRESS, act("ampa_antagonist", until="250 h")]},
    "anti_bdnf": DOSE | {"interventions": [STRESS, act("bdnf_antibody", until="14 d")]},
    "rapamycin": DOSE | {"interventions": [STRESS, act("rapamycin", until="14 d")]},
    "met_met": DOSE | {"interventions": [STRESS], "cut": ["bdnf:met_met"]},
    "no_glun2d": DOSE | {"interventions": [STRESS], "cut": ["glun2d_loss"]},
    "no_glun2b": DOSE | {"interventions": [STRESS], "cut": ["glun2b_loss"]},
    "direct": DOSE | {"interventions": [STRESS], "cut": ["hypothesis_direct"]},
    "direct_no_glun2b": DOSE | {"interventions": [STRESS], "cut": ["hypothesis_direct", "glun2b_loss"]},
    "lps_before": DOSE | {"interventions": [STRESS, act("lps", "9 d", until="10 d")]},
    "lps_after": DOSE | {"interventions": [STRESS, act("lps", "11 d", until="12 d")]},
    "erased": DOSE | {"interventions": [STRESS, act("photo_erasure", "12 d")]},
    "stress_before": DOSE | {"interventions": [act("stress", "0 d", until="10 d")]},
    "stress_after": DOSE | {"interventions": [act("stress", "10 d", until="13 d")]},
    "repeated": DOSE | {"days": [10, 11, 12], "interventions": [STRESS]},
}


@pytest.fixture(scope="module")
def read():
    arms = {name: arm | ({} if 0 in arm["days"] else {"blind": [0]}) for name, arm in ARMS.items()}
    result = simulate(study_of({
        "question": "q", "species": "mouse", "population": {"of": "naive_mouse", "n": 8, "seed": 1}, "arms": arms,
        "visits": ["0 d", "10 d", "243 h", "11 d", "12 d", "289 h", "13 d", "20 d"],
        "endpoints": ["mean(mpfc_synapses, 13 d)", "mean(inflammation, 12 d)", "mean(stress, 10 d)"],
    }))  # fmt: skip

    def at(arm, quantity, hour):
        found = result.arms[arm]
        return float(found.true[quantity][:, np.isclose(found.times, hour)].mean())

    return at


def gain(read, arm, quantity, hour):
    return read(arm, quantity, hour) - read("control", quantity, hour)


@pytest.mark.parametrize("arm", ["nbqx", "anti_bdnf", "no_glun2d"])
def test_what_stands_before_trkb_takes_all_away(read, arm):
    assert gain(read, "ketamine", "potentiation", 243) > 0.2 and gain(read, "ketamine", "mpfc_synapses", 288) > 0.05
    assert gain(read, arm, "potentiation", 243) < 0.1 * gain(read, "ketamine", "potentiation", 243)
    assert gain(read, arm, "mpfc_synapses", 288) < 0.2 * gain(read, "ketamine", "mpfc_synapses", 288)


def test_rapamycin_spares_what_is_fast(read):
    assert gain(read, "rapamycin", "potentiation", 243) == pytest.approx(gain(read, "ketamine", "potentiation", 243), rel=0.05)
    assert gain(read, "rapamycin", "mpfc_synapses", 288) < 0.2 * gain(read, "ketamine", "mpfc_synapses", 288)


def test_genes(read):
    whole = gain(read, "ketamine", "potentiation", 243)
    assert 0.3 * whole < gain(read, "met_met", "potentiation", 243) < 0.9 * whole
    assert gain(read, "no_glun2b", "potentiation", 243) > 0.9 * whole  # disinhibition does without it
    assert gain(read, "direct", "potentiation", 243) > 0.3 * whole
    assert gain(read, "direct_no_glun2b", "potentiation", 243) < 0.05 * whole


def test_an_immune_challenge_acts_while_it_lasts_and_less_under_the_drug(read):
    for arm, end in (("lps_before", 240), ("lps_after", 288)):
        assert read(arm, "inflammation", end) > read("ketamine", "inflammation", end) + 0.3
        assert read(arm, "inflammation", 480) < 0.5 * read(arm, "inflammation", end)


def test_light_takes_the_new_spines_and_leaves_behaviour_of_the_first_hours(read):
    assert read("erased", "mpfc_synapses", 288) == pytest.approx(read("ketamine", "mpfc_synapses", 288))
    assert gain(read, "erased", "mpfc_synapses", 289) < 0.6 * gain(read, "ketamine", "mpfc_synapses", 289)
    assert read("erased", "potentiation", 243) == pytest.approx(read("ketamine", "potentiation", 243))


def test_stress_before_and_after_and_repeated_doses(read):
    assert read("stress_before", "stress", 240) > 0.9 and read("stress_before", "stress", 480) < 0.3
    assert read("stress_after", "stress", 240) < 0.1 and read("stress_after", "stress", 312) > 0.9
    assert read("stress_before", "mpfc_synapses", 480) > read("ketamine", "mpfc_synapses", 480) + 0.05
    assert read("repeated", "mpfc_synapses", 312) > read("ketamine", "mpfc_synapses", 312)


def test_animals_expect_nothing(read):
    assert read("control", "mpfc_synapses", 240) == pytest.approx(read("ketamine", "mpfc_synapses", 240), rel=1e-5)


def test_every_name_is_read_and_a_wrong_end_is_refused():
    def asked(**arm):
        return study_of({"question": "q", "population": {"of": "trd_adult", "n": 2}, "visits": ["0 d", "1 d"],
                         "endpoints": ["change(MADRS, 1 d)"], "arms": {"a": {"drug": "placebo", **arm}}})  # fmt: skip

    assert asked(cut=list(SWITCHES)).arms["a"].cut == tuple(SWITCHES)
    assert len(asked(interventions=[act(name) for name in INTERVENTIONS]).arms["a"].interventions) == len(INTERVENTIONS)
    with pytest.raises(InputError, match="glun2d_loss"):
        asked(cut=["glun2d_los"])
    with pytest.raises(InputError, match="after 239 h"):
        asked(interventions=[act("stress", until="3 h")])
    with pytest.raises(InputError, match="interventions.*happens once"):
        simulate(asked(interventions=[act("ect_session", "0 h", until="3 h")]))
