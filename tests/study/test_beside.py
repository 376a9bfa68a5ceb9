"""Other drugs, organs and descent: how they are written, and that they act where biology puts them."""

import numpy as np
import pytest

from resynapse.model.interactions import PERPETRATORS
from resynapse.notation import InputError
from resynapse.study import study_of, study_of_text
from resynapse.study.simulate import simulate

TEXT = """\
question: How do other drugs change ketamine?
population: {of: healthy_adult, n: 4, seed: 7, renal: moderate, ethnicity: asian, pregnant: no}
arms:
  alone: {drug: esketamine, dose: 0.2 mg/kg, route: oral}
  both: {drug: esketamine, dose: 0.2 mg/kg, route: oral, with: {clarithromycin: {days: 4}, custom: {gut: 0.5}}}
visits: [0 h, 24 h]
endpoints: [auc(s_ketamine, 24 h)]
"""
REFUSED = [
    ("clarithromycin", "claritromycin", "x.yaml:5 arms.both.with.claritromycin: read 'claritromycin'"),
    ("clarithromycin", "claritromycin", "Did you mean 'clarithromycin'?"),
    ("{gut: 0.5}", "{days: 3}", "at least one factor"),
    ("{gut: 0.5}", "{gut: -1}", "arms.both.with.custom.gut: read '-1'"),
    ("{gut: 0.5}", "{gutt: 1, gut: 1}", "Did you mean 'gut'?"),
    ("{days: 4}", "{gut: 3}", "the model's own (enter others as custom)"),
    ("{days: 4}", "4", "how long it was taken"),
    ("pregnant: no", "pregnant: true", "people who are not pregnant"),
    ("renal: moderate", "renal: bad", "a function of the kidney: one of none, mild, moderate, severe"),
    ("renal: moderate", "hepatic: severe", "nothing published covers severe impairment"),
    ("ethnicity: asian", "ethnicity: martian", "a descent with published kinetics"),
]


def test_what_is_taken_beside_is_read_and_written_back():
    study = study_of_text(TEXT)
    assert study.arms["both"].given_with["clarithromycin"].days == 4
    assert (study.population.renal, study.population.ethnicity) == ("moderate", "asian")
    assert study.resolved()["arms"]["both"]["with"] == {"clarithromycin": {"days": 4.0}, "custom": {"gut": 0.5}}
    assert study_of(study.resolved()) == study


@pytest.mark.parametrize(("old", "new", "said"), REFUSED)
def test_what_is_refused(old, new, said):
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        study_of_text(TEXT.replace(old, new), "x.yaml")
    assert said in str(caught.value)


def test_an_inducer_grows_and_fades_with_its_enzyme():
    full = PERPETRATORS["rifampicin"]
    assert full.after(0).gut == 1
    assert full.after(full.usual_days).gut == pytest.approx(full.gut)
    growing = [full.after(d).gut for d in (0, 1, 2, 5, 10, 40)]
    assert growing == sorted(growing)
    fading = [full.after(5, d).gut for d in (0, 1, 3, 10, 60)]
    assert fading == sorted(fading, reverse=True) and fading[-1] == pytest.approx(1, abs=1e-6)
    assert PERPETRATORS["clarithromycin"].after(1).gut < 1.5 * PERPETRATORS["clarithromycin"].gut
    assert PERPETRATORS["cyp2b6_poor"].after(0) == PERPETRATORS["cyp2b6_poor"]  # a genotype is there from birth


def test_an_inhibitor_raises_the_oral_exposure_in_everybody():
    result = simulate(study_of_text(TEXT))
    alone, both = (np.trapezoid(result.arms[a].true["s_ketamine"], result.arms[a].times) for a in ("alone", "both"))
    assert np.all(both > 1.5 * alone)
