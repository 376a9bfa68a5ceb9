"""Whole answers to items: totals that are sums, spread and reliability as published, the same answer whenever it is asked for."""

import numpy as np
import pytest

from resynapse.methods.responses import answers, given_habit, habits
from resynapse.model.items import BANKS, TYPICAL, alike, every, expected
from resynapse.notation import InputError
from resynapse.study import study_of, tables
from resynapse.study.simulate import simulate

SCALES = ["MADRS", "PHQ9", "HAMD17", "QIDS_SR"]


def made(endpoints, n=600, items=(), days="28 d", of="trd_adult"):
    return simulate(study_of({
        "question": "what do they answer?", "population": {"of": of, "n": n, "seed": 4},
        "arms": {"k": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"}, "p": {"drug": "placebo", "route": "iv"}},
        "visits": ["0 d", "1 d", days], "endpoints": endpoints, "items": list(items),
    }))  # fmt: skip


@pytest.fixture(scope="module")
def answered():
    asked = ["mean(MADRS, 1 d)", "mean(HAMD24, 28 d)", "remission(suicidal_ideation, 1 d)", "mean(SSI, 1 d)", "mean(fatigue, 1 d)"]
    return made(asked, items=SCALES)


def column(result, quantity, time, arm="k", true=False):
    one = result.arms[arm]
    return (one.true if true else one.measured)[quantity][:, np.flatnonzero(one.times == time)[0]]


def item_scores(result, scale, time):
    return np.array([column(result, q, time) for q in result.arms["k"].measured if q.startswith(f"item:{scale}_")])


def alpha(scores):
    k = len(scores)
    return k / (k - 1) * (1 - scores.var(axis=1).sum() / scores.sum(axis=0).var())


def test_answers_are_whole_and_totals_are_their_sums(answered):
    for scale in SCALES:
        scores = item_scores(answered, scale, 24.0)
        assert np.array_equal(scores, np.round(scores)) and scores.min() >= 0
        assert np.array_equal(scores.sum(axis=0), column(answered, scale, 24.0))


def test_baselines_are_as_published(answered):
    for scale, mean, sd in (("MADRS", 37.5, 5.5), ("PHQ9", 19.5, 3.8)):  # jones2022, daly2019
        score = column(answered, scale, 0.0)
        assert (score.mean(), score.std()) == (pytest.approx(mean, rel=0.05), pytest.approx(sd, rel=0.08))
        expectation = column(answered, scale, 0.0, true=True)
        assert score.mean() == pytest.approx(expectation.mean(), abs=0.5)


def test_totals_without_items_have_the_same_mean_and_spread(answered):
    plain = made(["mean(MADRS, 1 d)", "mean(PHQ9, 1 d)", "mean(HAMD17, 1 d)"])
    for scale in ("MADRS", "PHQ9", "HAMD17"):
        for time in (0.0, 672.0):
            summed, whole = column(answered, scale, time), column(plain, scale, time)
            assert summed.mean() == pytest.approx(whole.mean(), abs=1.2) and summed.std() == pytest.approx(whole.std(), rel=0.12)


def test_two_ratings_agree_and_items_hang_together_as_published(answered):
    again = np.corrcoef(column(answered, "MADRS", 0.0), column(answered, "MADRS", 0.0, arm="p"))[0, 1]
    assert 0.88 <= again <= 0.97  # madrs24h_2016: 0.91 and 0.96; 600 people
    both = {scale: np.hstack([item_scores(answered, scale, t) for t in (0.0, 672.0)]) for scale in SCALES}
    assert 0.82 <= alpha(both["MADRS"]) <= 0.92  # 0.84 and 0.91
    assert alpha(both["QIDS_SR"]) == pytest.approx(0.86, abs=0.04)  # rush2003_qids
    self_rated = np.corrcoef(column(answered, "QIDS_SR", 672.0), column(answered, "HAMD24", 672.0))[0, 1]
    assert self_rated == pytest.approx(0.86, abs=0.12)  # rush2003_qids


def test_suicidal_thoughts_go_first_and_sleep_stays(answered):
    fall = {k: 1 - column(answered, f"item:MADRS_{k}", 24.0).mean() / column(answered, f"item:MADRS_{k}", 0.0).mean() for k in (2, 4, 10)}
    assert fall[10] > fall[2] > 2 * fall[4]
    ideation = [column(answered, "suicidal_ideation", t).mean() for t in (0.0, 24.0)]
    assert 0.3 < ideation[0] < 0.7 and ideation[1] < 0.6 * ideation[0]
    assert column(answered, "SSI", 0.0).mean() == pytest.approx(6.7, abs=1.5)  # bmcpsy2024
    assert column(answered, "fatigue", 24.0).mean() < column(answered, "fatigue", 0.0).mean()


def test_habits_leave_the_yardstick_and_answers_have_the_spread_of_graded_items():
    people, bank = np.arange(4000), {f"MADRS_{k}": item for k, item in BANKS["MADRS"].items()}
    own = habits(1, people, bank, TYPICAL)
    total = sum(given_habit(item, TYPICAL, own[name]) for name, item in bank.items())
    assert total.std() < 0.5 and total.mean() == pytest.approx(float(expected(every("MADRS"), alike(TYPICAL))), abs=0.1)
    item, z = BANKS["PHQ9"][2], np.random.default_rng(1).standard_normal((4000, 2))
    got = answers(item, np.full((4000, 1), 2.0), z[:, 0], z[:, 1:])
    for k, b in enumerate(item.b, 1):
        assert np.mean(got >= k) == pytest.approx(1 / (1 + np.exp(-item.a * (2.0 - b))), abs=0.025)


def test_the_same_question_gets_the_same_answer(answered):
    few = made(["mean(item:MADRS_10, 1 d)", "mean(MADRS, 1 d)"], n=40)
    assert np.array_equal(column(few, "item:MADRS_10", 24.0), column(answered, "item:MADRS_10", 24.0)[:40])
    assert np.array_equal(column(few, "MADRS", 24.0), column(answered, "MADRS", 24.0)[:40])


def test_a_scale_without_items_is_refused():
    with pytest.raises(InputError, match="a scale with items"):
        made(["mean(MADRS, 1 d)"], items=["CADSS"])
    with pytest.raises(InputError, match="item:MADRS_10"):
        made(["mean(item:MADRS_11, 1 d)"])


def test_answers_are_a_table_and_stay_out_of_the_observations(answered):
    table = tables.answers(answered).to_pandas()
    assert len(table) == 600 * 2 * 3 * (10 + 9 + 17 + 9) and set(table.scale) == set(SCALES)
    one = table[(table.patient == 7) & (table.arm == "k") & (table.time_h == 24.0) & (table.scale == "MADRS")]
    assert one.points.sum() == column(answered, "MADRS", 24.0)[7]
    held = set(tables.observations(answered).to_pandas().quantity)
    assert "MADRS" in held and "fatigue" in held and not any(q.startswith("item:") for q in held)


def test_what_a_decision_reads_of_items_stands_in_the_results():
    plan = {
        "question": "who goes on?", "population": {"of": "trd_adult", "n": 60, "seed": 4}, "blinding": "inactive",
        "items": ["MADRS"], "rater_bias": 3,
        "arms": {"k": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"}, "p": {"drug": "placebo", "route": "iv"}},
        "visits": ["0 d", "1 d", "14 d"], "endpoints": ["mean(MADRS, 14 d)", "mean(item:MADRS_10, 14 d)"],
        "rescue": {"when": "MADRS >= 30", "from": "14 d", "gives": "ect"},
    }  # fmt: skip
    found = simulate(study_of(plan))
    for arm in ("k", "p"):
        rescued = np.isfinite(found.extra["conduct"][arm].rescued)
        assert np.array_equal(rescued, column(found, "MADRS", 336.0, arm) >= 30) and 0 < rescued.mean() < 1


def test_a_rater_who_guesses_takes_as_much_off_items_as_off_totals():
    def fall(items, quantity):
        blinded = {
            "question": "what is seen?", "population": {"of": "trd_adult", "n": 300, "seed": 4}, "blinding": "inactive", "items": items,
            "arms": {"k": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"}},
            "visits": ["0 d", "1 d"], "endpoints": [f"mean({quantity}, 1 d)"],
        }  # fmt: skip
        seen = [column(simulate(study_of(blinded | {"rater_bias": bias})), quantity, 24.0).mean() for bias in (0, 8)]
        return seen[0] - seen[1]

    # one slope turns points into trait: near the floor, where ketamine brings people, an item has less to lose
    assert fall(["MADRS"], "MADRS") == pytest.approx(fall([], "MADRS"), rel=0.35) and fall([], "MADRS") > 1
    assert fall(["PHQ9"], "PHQ9") == 0


def test_answers_are_the_same_in_parts():
    from resynapse.study.digest import sum_of
    from resynapse.study.parts import Maker, Part

    study = study_of({
        "question": "in parts?", "population": {"of": "trd_adult", "n": 30, "seed": 4}, "items": ["MADRS"],
        "arms": {"k": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"}, "p": {"drug": "placebo", "route": "iv"}},
        "visits": ["0 d", "1 d"], "endpoints": ["mean(MADRS, 1 d)"], "randomisation": {"ratio": {"k": 1, "p": 2}},
    })  # fmt: skip
    whole, parts = simulate(study), [Maker(study)(Part(*ends)) for ends in ((0, 7), (7, 30))]
    assert sum_of(part.record["digest"] for part in parts) == whole.digest
    table = tables.answers(whole).to_pandas()
    assert len(table) == 30 * 2 * 10 and sum(len(_read(part.tables["items.parquet"])) for part in parts) == len(table)


def _read(content):
    import io

    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(content))
