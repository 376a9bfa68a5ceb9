"""The session in a report: a figure, tables and plain rows; nothing where there is no session to show."""

import pytest

from resynapse.faces.session_panel import HEAD, MINUTES, minute_rows, session_rows, session_section, watch
from resynapse.study.reading import study_of
from resynapse.study.simulate import simulate


@pytest.fixture(scope="module")
def result():
    return simulate(study_of({
        "question": "q", "population": {"of": "trd_adult", "n": 30, "seed": 2},
        "arms": {"placebo": {"drug": "placebo", "route": "iv", "over": "40 min", "days": [0, 7]},
                 "drug": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min", "days": [0, 7]}},
        "visits": ["0 d", "14 d"], "endpoints": ["change(MADRS, 14 d)"],
    }))  # fmt: skip


def test_a_section_holds_one_figure_and_three_tables(result):
    held = session_section(result, watch(result))
    assert held["figures"][0].svg.count("Fit to leave") and "before the dose" in held["figures"][0].caption
    assert [r[0] for r in held["leave"].rows] == ["placebo", "drug"]
    assert [len(r) for r in held["crossings"].rows] == [3] * 4
    assert held["events"].rows[0][0] == "any adverse event"
    for table in (held["leave"], held["crossings"], held["events"]):
        assert all(len(row) == len(table.head) for row in table.rows)


def test_rows_are_plain_and_shares_lie_between_0_and_1(result):
    rows = session_rows(watch(result))
    assert all(tuple(r) == HEAD for r in rows)
    assert all(0 <= float(r["value"]) <= 1 for r in rows if r["unit"] == "fraction")
    hours = {r["arm"]: r["value"] for r in rows if r["what"] == "hours of observation"}
    assert hours["drug"] >= hours["placebo"] == 4.0


def test_nothing_is_shown_where_there_is_no_session():
    still = simulate(study_of({
        "question": "q", "population": {"of": "trd_adult", "n": 5, "seed": 2}, "arms": {"none": {"drug": "none"}},
        "visits": ["0 d", "14 d"], "endpoints": ["change(MADRS, 14 d)"],
    }))  # fmt: skip
    assert session_section(still, watch(still)) == {}


def test_minutes_are_rows_of_a_table(result):
    rows = minute_rows(result, watch(result))
    assert all(tuple(r) == MINUTES for r in rows)
    felt = [r for r in rows if r["arm"] == "drug" and r["quantity"] == "CADSS"]
    assert [r["minute"] for r in felt] == [2.0 * k for k in range(121)]
    assert felt[0]["mean"] == 0 < max(float(str(r["mean"])) for r in felt)
    assert all(float(str(r["p05"])) <= float(str(r["p50"])) <= float(str(r["p95"])) for r in felt)
    leave = [float(str(r["mean"])) for r in rows if r["arm"] == "drug" and r["quantity"] == "fit_to_leave"]
    assert min(leave) < 1 and leave[-1] == 1.0
