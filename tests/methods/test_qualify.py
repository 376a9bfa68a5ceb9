"""Predictions recover known truth; each row's numbers stand alone; nothing observed is read before the seal."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from virtual import curves, row, scores

from resynapse.methods.judge import AREAS
from resynapse.methods.pool import Experiment, NotSimulated, Pool
from resynapse.methods.qualify import Settings, draw, qualify, seal
from resynapse.methods.records import COLUMNS, write
from resynapse.notation import InputError

MANY = Settings(replicates=2000, seed=3, people=5000, blocks=50)


def one(r, experiment, settings=MANY):
    """The comparison of a single row."""
    return qualify([r], lambda _: experiment, settings).comparisons[0]


def test_a_mean_has_the_variance_of_studies_and_of_n_people():
    found = one(row(n=25, value=30.0), scores(between=2.0, within=8.0)).prediction
    assert found.median == pytest.approx(30.0, abs=0.9)
    assert found.sd == pytest.approx(np.hypot(2.0, 8 / 5), rel=0.15)
    assert found.high - found.low == pytest.approx(2 * 1.645 * found.sd, rel=0.1)
    wide = one(row(n=25), scores(between=0.0, within=8.0)).prediction
    assert wide.sd == pytest.approx(8 / 5, rel=0.1)


def test_a_study_larger_than_a_block_varies_as_its_own_size_would():
    """A block holds 100: without the reduction its people alone would leave an SD of 0.8."""
    big = one(row(n=1600, value=30.0), scores(between=0.0, within=8.0)).prediction
    assert big.sd == pytest.approx(8 / 40, rel=0.25)
    mixed = one(row(n=1600), scores(between=2.0, within=8.0)).prediction
    assert mixed.sd == pytest.approx(np.hypot(2.0, 0.2), rel=0.25) and mixed.median == pytest.approx(30.0, abs=0.9)
    placebo = scores("placebo", rho=0.0)
    drug = scores(shift=-4, rho=0.0, control=placebo)
    contrast = one(row(statistic="effect_size_vs_control", unit="sd", control="placebo", n=1000), drug).prediction
    assert contrast.sd == pytest.approx(np.sqrt(2 / 500), rel=0.25)
    rate = one(row(statistic="response", unit="fraction", n=900, value=0.3), scores(shift=-12, between=0.0)).prediction
    assert rate.sd == pytest.approx(np.sqrt(rate.median * (1 - rate.median) / 900), rel=0.3)


def test_people_are_drawn_once_each():
    block = np.repeat(np.arange(50), 100)
    small = draw([block], [30], "r", Settings(replicates=40))[0]
    assert all(len(set(g)) == 30 for g in small)


def test_parallel_arms_hold_different_people_of_the_same_study():
    block = np.repeat(np.arange(50), 100)
    drug, control = draw([block, block], [40, 60], "r", Settings(replicates=60))
    for a, b in zip(drug, control, strict=True):
        assert not set(a) & set(b) and set(block[a]) == set(block[b])


def test_interval_coverage_on_simulated_truth():
    """Truths drawn as new studies of n people lie inside the 90 % interval in about 90 % of the rows."""
    rng = np.random.default_rng(8)
    rows = [
        row(id=f"c-{i}", n=20, value=30 + rng.normal(0, 2) + rng.normal(0, 8, 20).mean()) for i in range(200)
    ]  # fmt: skip
    found = qualify(rows, lambda _: scores(between=2.0, within=8.0), Settings(replicates=200, people=20000, blocks=200))
    inside = [c.prediction.low <= c.row.value <= c.prediction.high for c in found.comparisons]
    assert 0.84 <= np.mean(inside) <= 0.95
    assert np.mean([c.word == "agrees" for c in found.comparisons]) > 0.9


def test_numbers_do_not_depend_on_which_rows_are_asked_for_or_in_which_order():
    rows = [row(id=f"r{i}", n=10 + i, time_h=24.0 * (1 + i % 3), statistic="change") for i in range(9)]
    few = Settings(replicates=50, people=1000)
    all_of_them = qualify(rows, lambda _: scores(), few)
    backwards = qualify(rows[::-1], lambda _: scores(), few)
    some = qualify(rows, lambda _: scores(), few, ids=["r4"])
    by_id = {c.row.id: repr(c.prediction) for c in all_of_them.comparisons}
    assert {c.row.id: repr(c.prediction) for c in backwards.comparisons} == by_id
    assert [c.row.id for c in some.comparisons] == ["r4"] and repr(some.comparisons[0].prediction) == by_id["r4"]
    assert all_of_them.digest == backwards.digest != some.digest
    other_seed = qualify(rows, lambda _: scores(), replace(few, seed=9))
    assert other_seed.digest != all_of_them.digest


def test_observed_values_are_not_seen_before_the_predictions_are_sealed():
    seen = []

    def experiment_of(r):
        seen.append((r.value, r.spread, r.note))
        return scores()

    rows = [row(value=12.0, note="printed 12"), row(id="t-2", value=40.0)]
    first = qualify(rows, experiment_of, Settings(replicates=20))
    second = qualify([replace(r, value=-r.value) for r in rows], experiment_of, Settings(replicates=20))
    assert all(np.isnan(value) and spread is None and note == "" for value, spread, note in seen)
    assert first.digest == second.digest


def test_rows_of_one_experiment_share_one_pool_and_controls_are_shared_too():
    calls = []

    def counted(key, **how):
        made = scores(key, **how)

        def simulate(times, people, blocks, seed):
            calls.append((key, times))
            return made.simulate(times, people, blocks, seed)

        return replace(made, simulate=simulate)

    placebo = counted("placebo")
    arms = {"ketamine": counted("drug", control=placebo), "placebo": placebo}
    rows = [
        row(id="a", statistic="change"), row(id="b", statistic="change", drug="placebo", time_h=48.0),
        row(id="c", statistic="difference_vs_control", control="placebo", time_h=72.0), row(id="d", time_h=168.0),
    ]  # fmt: skip
    qualify(rows, lambda r: arms[r.drug], Settings(replicates=20, people=1000))
    assert sorted(calls) == [("drug", (0.0, 24.0, 72.0, 168.0)), ("placebo", (0.0, 48.0, 72.0))]


def test_missing_n_is_thirty_people_or_ten_animals_and_says_so():
    found = one(row(n=None), scores(between=0.0))
    assert found.prediction.sd == pytest.approx(8 / np.sqrt(30), rel=0.1) and "n missing: 30 people" in found.reason
    found = one(row(n=None, species="mouse", population="naive_mouse"), scores(between=0.0))
    assert found.prediction.sd == pytest.approx(8 / np.sqrt(10), rel=0.1) and "10 animals" in found.reason


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"statistic": "responce"}, "unknown statistic 'responce'. Did you mean 'response'?"),
        ({"population": "trd_adults"}, "unknown population 'trd_adults'. Did you mean 'trd_adult'?"),
        ({"route": "nasal"}, "unknown route 'nasal'"),
        ({"statistic": "parameter"}, "statistic 'parameter' is not one"),
        ({"quantity": "MADRSS"}, "the simulation gives no 'MADRSS'. Did you mean 'MADRS'?"),
        ({"quantity": "event:hiccup", "statistic": "incidence", "unit": "fraction"}, "the simulation gives no event 'hiccup'"),
        ({"unit": "parsec"}, "unknown unit 'parsec'"),
        ({"unit": "mmHg"}, "does not fit"),
        ({"access": "recalled"}, "recalled"),
        ({"statistic": "difference_vs_control", "control": "placebo"}, "no control arm for 'placebo'"),
        ({"covariates": {"of": "chang"}, "statistic": "median"}, "unknown of='chang'"),
        ({"statistic": "remission", "quantity": "XYZ", "unit": "fraction"}, "no threshold of remission"),
        ({"statistic": "remission", "covariates": {"remission_threshold": "ten"}}, "read 'ten'; expected a number"),
    ],
)
def test_what_cannot_be_predicted_says_why(given, reason):
    found = one(row(**given), scores(), Settings(replicates=5, people=200))
    assert found.word == "not_simulated" and reason in found.reason


def test_reasons_of_the_study_are_kept_and_unknown_ids_are_refused():
    found = qualify([row()], lambda _: NotSimulated("unknown drug 'x'"))
    assert found.comparisons[0].reason == "unknown drug 'x'"
    failing = replace(scores(), simulate=lambda *_: NotSimulated("the solver failed"))
    assert one(row(), failing).reason == "the solver failed"
    assert "ignored: country" in one(row(), replace(scores(), notes=("ignored: country",)), Settings(20)).reason
    with pytest.raises(InputError, match="Did you mean 't-1'"):
        qualify([row(), row(id="x", use="context")], lambda _: scores(), ids=["t_1"])
    with pytest.raises(InputError):
        qualify([row(id="x", use="context")], lambda _: scores(), ids=["x"])


def test_a_course_without_spread_is_judged_by_its_interval():
    flat = scores(between=0.0, within=0.0)
    assert one(row(value=30.0), flat).word == "agrees"
    assert one(row(value=30.1), flat).word == "disagrees"


def test_contrasts_have_the_variance_of_two_parallel_groups():
    placebo = scores("placebo", rho=0.0)
    found = one(row(statistic="effect_size_vs_control", unit="sd", control="placebo", n=60), scores(shift=-4, rho=0.0, control=placebo))
    assert found.prediction.median == pytest.approx(-0.5, abs=0.06)
    assert found.prediction.sd == pytest.approx(np.sqrt(2 / 30), rel=0.12)
    adjusted = one(
        row(statistic="difference_vs_control", control="placebo", n=60), scores(shift=-4, control=scores("placebo"))
    ).prediction  # fmt: skip
    assert adjusted.median == pytest.approx(-4, abs=0.5)
    assert adjusted.sd == pytest.approx(8 * np.sqrt(0.75) * np.sqrt(2 / 30), rel=0.15)


def test_crossover_uses_the_same_people():
    """The two arms share their people here, so a paired contrast varies less."""
    placebo = scores("x", between=0.0)
    drug = replace(scores("x", shift=-4.0, between=0.0, control=placebo), key="y")
    crossed = one(row(statistic="ratio_vs_control", unit="ratio", control="placebo", covariates={"design": "crossover"}, n=20), drug)
    parallel = one(row(statistic="ratio_vs_control", unit="ratio", control="placebo", n=20), drug)
    assert crossed.prediction.sd < parallel.prediction.sd / 3


def test_exposure_statistics_follow_closed_forms():
    exact = curves(between=0.0, within=0.0)
    k = 60 / 150
    top = 1000 * 35 / 0.5 / 60 * (1 - np.exp(-k * 0.5))
    auc = 1000 * 35 / 60
    with_unit = {"cmax": ("ng/mL", top), "tmax": ("h", 0.5)}
    for name, (unit, expected) in with_unit.items():
        found = one(row(quantity="s_ketamine", statistic=name, unit=unit, time_h=None), exact, Settings(5, people=200))
        assert found.prediction.median == pytest.approx(expected, rel=2e-4), name
    for name, unit, expected in [
        ("auc_inf", "ng*h/mL", auc), ("auc_inf", "ng*min/mL", 60 * auc), ("clearance", "L/h", 60.0), ("clearance", "L/h/kg", 60 / 70),
        ("volume_ss", "L/kg", 150 / 70), ("auc_inf", "uM*h", auc / 237.7),
    ]:  # fmt: skip
        found = one(row(quantity="s_ketamine", statistic=name, unit=unit, time_h=None), exact, Settings(5, people=200))
        assert found.prediction.median == pytest.approx(expected, rel=2e-3), (name, unit)
    found = one(row(quantity="s_ketamine", statistic="half_life", unit="h", time_h=None, n=100), exact, Settings(50, people=5000))
    assert found.prediction.median == pytest.approx(np.log(2) / k, rel=0.03)  # off samples with 10 % error
    ratio = one(row(quantity="s_norketamine", statistic="metabolic_ratio", unit="ratio", time_h=None), exact, Settings(5, people=200))
    assert ratio.prediction.median == pytest.approx(2.0) and ratio.area == "exposure"
    part = one(row(quantity="s_ketamine", statistic="auc_t", unit="ng*h/mL", time_h=6.0, window_h=6.0), exact, Settings(5, people=200))
    assert 0.8 * auc < part.prediction.median < auc


def test_ratios_and_bioavailability_pair_people_with_their_control():
    iv = curves("iv")
    nasal = curves("nasal", share=0.45, dose=56.0, control=iv)
    found = one(row(quantity="s_ketamine", statistic="bioavailability", unit="fraction", time_h=None, route="intranasal", n=10), nasal)
    assert found.prediction.median == pytest.approx(0.45, rel=1e-3) and found.prediction.sd < 0.01
    percent = one(row(quantity="s_ketamine", statistic="bioavailability", unit="percent", time_h=None, route="intranasal"), nasal)
    assert percent.prediction.median == pytest.approx(45, rel=1e-3)
    induced = replace(curves("induced", clearance=120.0, control=iv), key="induced")
    r = row(quantity="s_ketamine", statistic="ratio_vs_control", unit="ratio", time_h=None, control="no_inhibitor", n=10)
    found = one(replace(r, covariates={"ratio_of": "auc_inf"}), induced)
    assert found.prediction.median == pytest.approx(0.5, rel=0.01)
    assert "unknown ratio_of 'acu'" in one(replace(r, covariates={"ratio_of": "acu"}), induced).reason


def test_directions_count_signs_and_standardise():
    def found(shift, value):
        r = row(quantity="bdnf", statistic="direction", unit="sign", control="baseline", value=value, n=20)
        return one(r, scores(shift=shift, between=0.5, quantity="bdnf", unit="1"))

    up = found(8.0, 1.0)
    assert up.word == "agrees" and up.prediction.median == 1 and up.area == "direction" and "up in 100%" in up.reason
    assert found(-8.0, 1.0).word == "disagrees" and found(-8.0, -1.0).word == "agrees"
    assert found(0.0, 0.0).word == "agrees" and found(8.0, 0.0).word == "disagrees"


def test_every_predict_row_gets_a_line_and_files_appear_whole(tmp_path):
    rows = [row(id="a"), row(id="b", statistic="response", unit="fraction", value=0.1), row(id="c", drug="x"), row(id="d", use="context")]
    found = qualify(rows, lambda r: NotSimulated("unknown drug 'x'") if r.drug == "x" else scores(shift=-8), Settings(50, people=1000))
    table, numbers = write(found, tmp_path / "new" / "out", {"model": "abc"})
    lines = list(csv.DictReader(table.read_text().splitlines()))
    assert tuple(lines[0]) == COLUMNS and [x["id"] for x in lines] == ["a", "b", "c"]
    assert lines[2]["verdict"] == "not_simulated" and lines[2]["predicted"] == "" and lines[2]["observed"] == "20"
    kept = json.loads(numbers.read_text())
    assert tuple(kept["areas"]) == AREAS and kept["areas"]["scores"]["rows"] == 2 and kept["areas"]["scores"]["simulated"] == 1
    assert kept["areas"]["rates"]["rows"] == 1 and kept["digest"] == found.digest and kept["model"] == "abc"
    assert sorted(p.name for p in table.parent.iterdir()) == ["comparisons.csv", "summary.json"]
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="a folder that can be written"):
        write(found, tmp_path / "file" / "out")


def test_the_seal_ignores_order():
    a, b = NotSimulated("x"), NotSimulated("y")
    assert seal({"1": a, "2": b}) == seal({"2": b, "1": a}) != seal({"1": b, "2": a})


def test_people_who_were_not_seen_are_left_out():
    def simulate(times, people, blocks, seed):
        values = np.tile(np.arange(people) % 2, (len(times), 1)).T.astype(float) * 10 + 10
        values[::2] = np.nan
        return Pool(np.arange(people) // 2 % blocks, np.array(times), {"MADRS": values}, {"MADRS": "points"})

    found = one(row(), Experiment("k", simulate), Settings(replicates=10, people=1000))
    assert found.prediction.median == 20
