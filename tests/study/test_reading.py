"""What a study may and may not say, and how a refusal reads."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resynapse.notation import InputError
from resynapse.study import load_study, study_of, study_of_text

STUDIES = sorted((Path(__file__).parents[2] / "studies").glob("*.yaml"))
TEXT = """\
question: Does one infusion help?
population: {of: trd_adult, n: 20, seed: 7}
arms:
  control: {drug: midazolam}
  ketamine: {drug: ketamine, dose: 0.5 mg/kg, route: iv, over: 40 min, days: [0, 7]}
control: control
visits: [0 d, 4 h, 1 d, 7 d]
endpoints: [change(MADRS, 1 d), peak(ketamine)]
"""


@pytest.fixture
def text():
    return TEXT


@pytest.fixture
def refuse():
    """Read the sample study with `old` replaced by `new` and return the message."""

    def read(old, new):
        assert old in TEXT
        with pytest.raises(InputError) as caught:
            study_of_text(TEXT.replace(old, new, 1), "studies/x.yaml")
        return str(caught.value)

    return read


def test_a_study_with_its_defaults(text):
    study = study_of_text(text)
    assert (study.n, study.seed, study.species, study.blinding) == (20, 7, "human", "active")
    assert study.arms["control"].doses == ((0.045, "mg/kg"),)
    assert (study.arms["control"].route, study.arms["control"].over) == ("iv", pytest.approx(2 / 3))
    assert study.arms["ketamine"].doses == ((0.5, "mg/kg"),) * 2
    assert study.arms["ketamine"].days == (0.0, 168.0)
    assert study.visits == (0.0, 4.0, 24.0, 168.0)
    assert [str(e) for e in study.endpoints] == ["change(MADRS, 1 d)", "peak(ketamine)"]


def test_a_study_is_frozen_and_pickles(text):
    study = study_of_text(text)
    with pytest.raises(Exception, match="frozen"):
        study.question = "another"
    assert pickle.loads(pickle.dumps(study)) == study
    assert pickle.loads(pickle.dumps(study)).where("visits", 1).endswith(":7 visits[1]")


@pytest.mark.parametrize("path", STUDIES, ids=lambda p: p.stem)
def test_shipped_studies_read_and_resolve(path):
    study = load_study(path)
    assert study_of(study.resolved()) == study
    assert len(study.question) > 20


def test_shorthand_unequal_doses_limits_and_interventions(text):
    arm = "{drug: ketamine, doses: [0.1 mg/kg, 200 µg/kg, 0.3 mg/kg], route: im, every: 3.5 d, count: 3, blind: [1, 36 h],"
    arm += " interventions: [{time: 2 h, state: s_central, scale: 0.5}, {time: 1 d, state: severity, set: 2 µM}, {time: 1 d, state: lps}]}"
    text = text.replace("{drug: ketamine, dose: 0.5 mg/kg, route: iv, over: 40 min, days: [0, 7]}", arm)
    limits = "seed: 7, where: {age: [18, 64], weight: [50 kg, 90 kg], sex: female, severity: [28, 60]}}"
    study = study_of_text(text.replace("seed: 7}", limits))
    arm = study.arms["ketamine"]
    assert arm.doses == ((0.1, "mg/kg"), (pytest.approx(0.2), "mg/kg"), (0.3, "mg/kg"))
    assert (arm.days, arm.blind, arm.over) == ((0.0, 84.0, 168.0), (24.0, 36.0), 0.0)
    acts = [(i.time, i.act, i.value, i.unit) for i in arm.interventions]
    assert acts == [(2.0, "scale", 0.5, ""), (24.0, "set", 2.0, "µM"), (24.0, "set", 2.0, "")]
    assert study.population.limits == {"age": (18, 64), "weight": (50, 90), "female": (1, 1), "madrs": (28, 60)}
    assert study_of(study.resolved()) == study


def test_a_bolus_and_then_an_infusion(text):
    study = study_of_text(text.replace("dose: 0.5 mg/kg", "doses: [0.2 mg/kg, 0.6 mg/kg]").replace("40 min", "[0 min, 1 h]"))
    arm = study.arms["ketamine"]
    assert (arm.lengths, arm.over) == ((0.0, 1.0), 1.0)
    assert study.resolved()["arms"]["ketamine"]["over"] == ["0 h", "1 h"]
    assert study_of(study.resolved()) == study


def test_placebo_and_none_need_no_dose(text):
    both = "control: {drug: placebo, route: iv, days: [0, 7]}\n  waiting: {drug: none}"
    study = study_of_text(text.replace("control: {drug: midazolam}", both))
    assert study.arms["control"].doses == () and study.arms["control"].days == (0.0, 168.0)
    assert study.arms["waiting"].days == () and study.blinding == "inactive"
    assert study_of(study.resolved()) == study


KETAMINE = "{drug: ketamine, dose: 0.5 mg/kg, route: iv, over: 40 min, days: [0, 7]}"
CASES = [
    # doses
    ("0.5 mg/kg", "-0.5 mg/kg", "studies/x.yaml:5 arms.ketamine.dose: read '-0.5 mg/kg'; expected a dose from 0 to 1000 mg/kg."),
    (" dose: 0.5 mg/kg,", "", "studies/x.yaml:5 arms.ketamine.dose: read 'nothing'; expected a dose with its unit"),
    ("0.5 mg/kg", "0.5 mgkg", "did you mean 'mg/kg'?"),
    ("0.5 mg/kg", "0.5", "read '0.5'; expected a number with a unit"),
    ("0.5 mg/kg", "40 min", "expected a dose in one of mg/kg"),
    ("0.5 mg/kg", ".nan", "read 'nan'; expected a number with a unit"),
    ("0.5 mg/kg", "nan mg/kg", "expected a number with a unit"),
    ("dose: 0.5 mg/kg", "doses: [0.5 mg/kg]", "read '1 doses'; expected a list of 2 doses"),
    ("dose: 0.5 mg/kg", "doses: [0.5 mg/kg, 30 mg]", "doses of one arm in one unit"),
    ("dose: 0.5 mg/kg", "dose: 1 mg, doses: [1 mg, 2 mg]", "either dose, or doses"),
    ("drug: midazolam", "drug: placebo, dose: 1 mg", "no dose: placebo holds no drug"),
    ("drug: midazolam", "drug: none, days: [0]", "'none' is no treatment"),
    # drugs, routes, durations
    ("drug: ketamine", "drug: ketamin", "Did you mean 'ketamine'?"),
    ("drug: ketamine, ", "", "arms.ketamine.drug: read 'nothing'"),
    ("route: iv", "route: intranasla", "Did you mean 'intranasal'?"),
    ("route: iv, ", "", "arms.ketamine.route: read 'nothing'; expected a route: one of iv, im"),
    (" over: 40 min,", "", "arms.ketamine.over: read 'nothing'; expected how long the infusion takes, for example '40 min'"),
    ("40 min", "40 mins ago", "arms.ketamine.over"),
    ("40 min", "40", "read '40'; expected a number with a unit"),
    ("40 min", "40 minuts", "did you mean 'minutes'?"),
    ("40 min", "8 d", "a duration within the time between doses (7 d)"),
    ("route: iv", "route: oral", "no duration: 'oral' is given at once"),
    ("40 min", "[1 min, 40 min, 2 min]", "arms.ketamine.over: read '3 durations'; expected one duration, or a list of 2"),
    ("40 min", "[1 min, 40 mn]", "arms.ketamine.over[1]: read '40 mn'"),
    ("40 min", "[8 d, 40 min]", "read '8 d'; expected a duration within the time between doses (7 d)"),
    # days and visits
    ("[0, 7]", "[7, 0]", "arms.ketamine.days[1]: read '0 h'; expected days that go forward: later than 7 d"),
    ("[0, 7]", "[0, -7]", "arms.ketamine.days[1]: read '-7'; expected a day from 0"),
    ("[0, 7]", "[0, .nan]", "arms.ketamine.days[1]: read 'nan'"),
    ("[0, 7]", "[]", "at least one day"),
    ("[0, 7]", "[0, 7], blind: [7]", "days of sham that are not days of treatment"),
    ("days: [0, 7]", "every: 7 d", "arms.ketamine.count: read 'nothing'"),
    ("days: [0, 7]", "every: 7 d, count: 0", "a number of doses"),
    ("[0 d, 4 h, 1 d, 7 d]", "[0 d, 1 d, 4 h, 7 d]", "visits[2]: read '4 h'; expected visits that go forward: later than 1 d"),
    ("[0 d, 4 h, 1 d, 7 d]", "[]", "studies/x.yaml:7 visits: read 'no visits'; expected at least one time"),
    ("visits: [0 d, 4 h, 1 d, 7 d]\n", "", "visits: read 'nothing'; expected the key 'visits'"),
    ("visits", "visit", "studies/x.yaml:7 visit: read 'visit'"),
    ("[0 d, 4 h", "[-1 d, 4 h", "visits[0]: read '-1 d'; expected a time from 0"),
    ("[0 d, 4 h", "[0 d, .nan", "visits[1]: read 'nan'"),
    ("[0 d, 4 h", "[0 d, 4", "visits[1]: read '4'; expected a number with a unit"),
    # people
    ("trd_adult", "trd_adlt", "Did you mean 'trd_adult'?"),
    ("n: 20", "n: 0", "population.n: read '0'"),
    ("n: 20", "n: 2.5", "population.n: read '2.5'"),
    ("n: 20", "n: '20'", "expected a whole number"),
    ("n: 20, ", "", "population.n: read 'nothing'; expected the key 'n': the number of people"),
    ("seed: 7", "seed: -1", "population.seed"),
    ("seed: 7", "seed: 7, where: {weight: 5 kg}", "x.yaml:2 population.where.weight: read '5 kg'; expected a weight from 30 to 250 kg."),
    ("seed: 7", "seed: 7, where: {weight: 500 kg}", "read '500 kg'; expected a weight from 30 to 250 kg."),
    ("seed: 7", "seed: 7, where: {weight: 70}", "a weight with its unit"),
    ("seed: 7", "seed: 7, where: {age: [64, 18]}", "the lower limit first"),
    ("seed: 7", "seed: 7, where: {hight: 170}", "a trait of a human: one of age"),
    ("seed: 7", "seed: 7, where: {sex: women}", "a sex: one of female, male"),
    ("seed: 7", "seed: 7, where: {age: .nan}", "read 'nan'; expected a age"),
    # words
    ("question:", "qestion:", "Did you mean 'question'?"),
    ("control: control\n", "control: kontrol\n", "studies/x.yaml:6 control: read 'kontrol'; expected one of the arms: control, ketamine."),
    ("control: control\n", "blinding: sealed\n", "blinding: read 'sealed'; expected 'inactive', 'active', 'open' or 'anaesthesia'"),
    ("control: control\n", "keep: all\n", "expected 'visits' or 'endpoints'"),
    ("control: control\n", "analysis: {change: mrmm}\n", "Did you mean 'mmrm'?"),
    ("control: control\n", "control: control\nanalysis: {rates: logistic}\n", "rates: read 'logistic'; expected an endpoint response"),
    ("[change(MADRS, 1 d), peak(ketamine)]", "[response(MADRS, 1 d)]\nanalysis: {change: ancova}", "expected an endpoint change"),
    ("control: control\n", "analysis: {change: mean}\n", "Did you mean 'means'?"),
    ("control: control\n", "control: control\nanalysis: {time_to_event: cox}\n", "time_to_event: read 'cox'; expected an endpoint"),
    ("control: control\n", "control: control\nanalysis: {estimand: per_protocol}\n", "expected an estimand: one of treatment_policy"),
    ("n: 20, seed: 7}", "n: 2, seed: 7}\nanalysis: {change: mmrm}", "read 'mmrm of 4 people'; expected at least 6 people in all"),
    ("control: control\n", "analysis: {time_to_event: cox}\n", "analysis.time_to_event"),
    ("peak(ketamine)", "time_to_relapse(PHQ9)", "time_to_relapse of a scale that defines it: MADRS"),
    ("route: iv, over: 40 min", "route: ip", "arms.ketamine.route: read 'ip'; expected a route of a human: one of iv, im"),
    ("control: control\n", "disposition: simons2022\n", "one of esketamine (simons2022 covers esketamine by iv"),
    ("control: control\n", "disposition: simmons\n", "a disposition model"),
    ("control: control\n", "species: mouse\n", "read 'trd_adult'; expected a population of species mouse: one of naive_mouse"),
    ("seed: 7", "seed: 7, sed: 8", "population.sed: read 'sed'; expected one of the keys of, n, seed"),
    ("over: 40 min", "ovr: 40 min", "arms.ketamine"),
    ("route: iv", "route: iv, policy: {}", "expected a list"),
    # endpoints
    ("change(MADRS, 1 d)", "chnge(MADRS, 1 d)", "Did you mean 'change'?"),
    ("change(MADRS, 1 d)", "change(MADRS, 2 d)", "[0]: read 'change(MADRS, 2 d)'; expected a time that is a visit: 0 h, 4 h, 1 d, 7 d"),
    ("change(MADRS, 1 d)", "change(MADRS)", "a time: change(MADRS, 28 d)"),
    ("change(MADRS, 1 d)", "peak(MADRS, 1 d)", "no time"),
    ("change(MADRS, 1 d)", "__import__('os')", "statistic(quantity, time)"),
    ("change(MADRS, 1 d)", "cmax(ketamine, 30 d)", "which ends at 7 d"),
    ("[change(MADRS, 1 d), peak(ketamine)]", "[]", "endpoints"),
    ("peak(ketamine)", "peak(ketmine)", "studies/x.yaml:8 endpoints[1]: read 'ketmine'; expected a quantity that the model gives"),
    ("peak(ketamine)", "remission(ketamine, 1 d)", "remission of a scale that defines it: MADRS, HAMD17"),
    ("peak(ketamine)", "half_life(ketamine)", "this statistic is not available yet"),
    (KETAMINE, KETAMINE[:-1] + ", cut: [amppa]}", "arms.ketamine.cut[0]: read 'amppa'; expected an arrow to cut"),
    ("[change(MADRS, 1 d), peak(ketamine)]", "change", "endpoints: read 'change'; expected a list"),
    (KETAMINE, "ketamine", "what the arm gets"),
    (KETAMINE, KETAMINE[:-1] + ", interventions: [{time: 1 h, state: x, set: 1, add: 2}]}", "exactly one of set, add, scale"),
    (KETAMINE, KETAMINE[:-1] + ", interventions: [{time: 1 h, state: x, set: .inf}]}", "a finite number"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), CASES, ids=[f"{a[:20]}>{b[:24]}" for a, b, _ in CASES])
def test_what_is_refused(refuse, old, new, said):
    message = refuse(old, new)
    assert message.startswith("studies/x.yaml:")
    assert said in message


def test_the_first_dose_is_on_day_0(text):
    later = text.replace("{drug: midazolam}", "{drug: midazolam, days: [2]}")
    assert study_of_text(later).arms["control"].days == (48.0,)
    with pytest.raises(InputError, match=r"x.yaml:5 arms.ketamine.days: read 'day 1'; expected a first dose on day 0"):
        study_of_text(later.replace("[0, 7]", "[1, 7]"), "x.yaml")


WORDS = st.sampled_from(["ketamine", "iv", "40 min", "0.5 mg/kg", "peak(x)"]) | st.text(max_size=6)
BELOW = st.sampled_from(["drug", "dose", "days", "of", "n", "x", "weight", "time", "set", "state"])
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10**20) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(BELOW, inner, max_size=4),
    max_leaves=8,
)
KEYS = ["question", "species", "population", "arms", "control", "blinding", "visits", "endpoints", "analysis", "replicates", "sampling",
        "disposition", "dropout", "adherence", "expectancy", "rater_bias", "rescue", "randomisation",
        "natural_course"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(KEYS),
    PLAIN,
    st.sampled_from([None, "where", "days", "dose", "over", "route", "interventions", "blind", "every", "cut"]),
)
def test_a_study_is_read_or_refused_and_nothing_else(key, value, inner):
    data = study_of_text(TEXT).resolved()
    if inner is None:
        data[key] = value
    elif inner == "where":
        data["population"]["where"] = value
    else:
        data["arms"]["ketamine"][inner] = value
    try:
        study_of(data)
    except InputError as error:
        assert str(error).startswith("study ")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_text_with_a_slip_is_read_or_refused(data):
    at = data.draw(st.integers(0, len(TEXT)))
    until = min(len(TEXT), at + data.draw(st.integers(0, 6)))
    slip = data.draw(st.text(alphabet="ab:-[]{},&*!|'\" \n0.5~", max_size=5))
    try:
        study_of_text(TEXT[:at] + slip + TEXT[until:], "x.yaml")
    except InputError as error:
        assert str(error).startswith("x.yaml")
