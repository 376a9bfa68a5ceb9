"""One person's forecast: what moves it, what it does not depend on, and that it finds a simulated truth."""

from dataclasses import replace

import numpy as np
import pytest

from resynapse.engine import streams
from resynapse.methods.forecast import Budget
from resynapse.notation import InputError
from resynapse.study.forecast import forecast, forecast_table, hours_of
from resynapse.study.lookalikes import Lookalikes
from resynapse.study.next_session import relapse_threshold
from resynapse.study.patient_table import Dose, Patient, Seen

SMALL = Budget(first=300, each=200, rounds=4, enough=60)
INFUSION = Dose(0.0, "ketamine", "iv", 0.5, "mg/kg", 40 / 60)
NEW = Patient("new", (INFUSION,), traits={"age": 44.0, "female": 1.0, "weight": 70.0})
BETTER = replace(NEW, name="better", seen=(Seen(0.0, "MADRS", 36), Seen(24.0, "MADRS", 10), Seen(168.0, "MADRS", 12)))
WORSE = replace(NEW, name="worse", seen=(Seen(0.0, "MADRS", 36), Seen(24.0, "MADRS", 34), Seen(168.0, "MADRS", 37)))


@pytest.fixture(scope="module")
def made():
    return {p.name: forecast(Lookalikes(p, 1), [168.0, 336.0], budget=SMALL) for p in (NEW, BETTER, WORSE)}


def row(one, hour, kind):
    return next(r for r in one.rows if r.time_h == hour and r.kind == kind)


def test_scores_move_the_forecast_and_narrow_it(made):
    means = {name: row(one, 336.0, "observed").spread.mean for name, one in made.items()}
    sds = {name: row(one, 336.0, "observed").spread.sd for name, one in made.items()}
    assert means["better"] < means["new"] - 3 < means["worse"] - 6
    assert max(sds["better"], sds["worse"]) < 0.7 * sds["new"]


def test_a_new_rating_spreads_wider_than_the_truth_around_it(made):
    for one in made.values():
        seen, true = row(one, 336.0, "observed").spread, row(one, 336.0, "true").spread
        assert seen.sd > true.sd and seen.mean == pytest.approx(true.mean, abs=0.3 if one is made["new"] else 2.5)
        assert np.all(np.diff(seen.quantiles) >= 0) and np.all(np.diff(true.quantiles) >= 0)


def test_response_needs_a_baseline_and_remission_does_not(made):
    assert row(made["new"], 336.0, "observed").spread.chance[0] is None
    assert row(made["new"], 336.0, "observed").spread.chance[1] is not None
    assert row(made["better"], 168.0, "observed").spread.chance[0] > 0.9 > 0.1 > row(made["worse"], 168.0, "observed").spread.chance[0]


def test_without_scores_nothing_is_learned_and_the_population_speaks(made):
    assert made["new"].posterior.method == "importance" and max(abs(x.contraction) for x in made["new"].learned) < 0.1
    assert max(x.contraction for x in made["better"].learned) > 0.5


def test_sessions_help_who_was_helped_and_relapse_is_about_who_is_well(made):
    helped, not_helped = made["better"].next, made["worse"].next
    assert helped.well > 0.9 and helped.relapse[-1].chance >= helped.relapse[0].chance and helped.threshold == 22
    assert not_helped.well < 0.05 and not not_helped.relapse and not_helped.latest is None
    assert helped.benefit[0].mean / BETTER.seen[-1].value > not_helped.benefit[0].mean / WORSE.seen[-1].value  # of what is left


def test_a_person_does_not_depend_on_the_others_in_the_table(tmp_path, made):
    head = "ID,TIME,EVID,DRUG,ROUTE,AMT,UNIT,DUR,DVID,DV,AGE,SEX,WT\n"
    dose = "{},0,1,ketamine,iv,0.5,mg/kg,40,,,,,\n"
    both = tmp_path / "both.csv"
    lines = lambda p: "".join(  # noqa: E731
        f"{p.name},{s.time},0,,,,,,{s.quantity},{s.value},44,F,70\n" + dose.format(p.name) * (s.time == 0) for s in p.seen
    )
    both.write_text(head + lines(WORSE) + lines(BETTER))
    together = forecast_table(both, "7,14", fit="none", budget=SMALL)
    assert together.people[1].rows == made["better"].rows and together.people[0].rows == made["worse"].rows
    assert together.digest == forecast_table(both, [7, 14], fit="none", budget=SMALL).digest


def test_a_simulated_truth_lies_within_what_is_learned():
    like = Lookalikes(BETTER, 11)
    number = np.array([77])
    z = np.stack([streams.normal(11, name, 5, number) for name in like.unknown], axis=1)
    people = like.people(z, number)
    times = np.array([0.0, 24.0, 72.0, 168.0, 336.0])
    true = like.solve(people, BETTER.doses, times, ["MADRS"]).values["MADRS"][0]
    seen = tuple(Seen(t, "MADRS", float(np.clip(np.round(x), 0, 60))) for t, x in zip(times[:4], true, strict=False))
    one = forecast(Lookalikes(replace(BETTER, seen=seen), 1), [336.0], budget=SMALL)
    s = row(one, 336.0, "true").spread
    assert abs(s.mean - true[4]) < 4 * s.sd + 1


def test_known_traits_are_kept_and_others_are_integrated_over():
    like = Lookalikes(replace(NEW, traits={"weight": 70.0}), 1)
    assert "covariate:weight" not in like.unknown and {"covariate:age", "covariate:female", "person:hope"} <= set(like.unknown)
    assert "person:share:nasal" in Lookalikes(replace(NEW, doses=(Dose(0.0, "esketamine", "intranasal", 56.0),)), 1).unknown


def test_tablets_belief_and_plans_change_the_course():
    tablet = replace(NEW, doses=(Dose(0.0, "antidepressant", "oral"),), blinding="inactive", population="mdd_adult")
    inert = replace(tablet, doses=(Dose(0.0, "placebo", "oral"),))
    means = [forecast(Lookalikes(p, 1), [1008.0], budget=SMALL) for p in (tablet, inert)]
    assert row(means[0], 1008.0, "true").spread.mean < row(means[1], 1008.0, "true").spread.mean
    assert means[0].next is None


def test_times_are_days_or_dates():
    assert hours_of("14, 7,7", NEW) == (168.0, 336.0) and hours_of([0.5], NEW) == (12.0,)
    with pytest.raises(InputError, match="days after the first dose"):
        hours_of("2026-03-01T09:00Z", NEW)
    for bad in ("", "-1", "soon"):
        with pytest.raises(InputError):
            hours_of(bad, NEW)


def test_the_threshold_of_relapse_follows_the_links():
    assert relapse_threshold("MADRS") == 22 and 15 <= relapse_threshold("HAMD17") <= 20
