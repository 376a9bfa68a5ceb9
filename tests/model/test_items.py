"""Items and totals: published parameters, cross-walks, and totals that the compiled model and the items share."""

import re
from pathlib import Path

import numpy as np
import pytest

from resynapse.engine import Twin
from resynapse.methods.evidence import load_evidence
from resynapse.model import build
from resynapse.model.items import BANKS, BDI_PUBLISHED, DOMAINS, GAD7, PHQ9, SUICIDALITY, TYPICAL, alike, every, expected
from resynapse.model.linked_scales import hamd_of_madrs, madrs_of, psi_of_madrs
from resynapse.model.scales import READOUTS

ROWS = load_evidence(Path(__file__).parents[2] / "evidence" / "safety_symptoms.csv")
HAMD17 = every("HAMD", *range(1, 18))
GRID = np.linspace(-1.5, 5.0, 2601)


def at(scale_parts, total: float, of=None) -> float:
    """The total of one scale where another one has this total."""
    return float(np.interp(total, expected(of, alike(GRID)), expected(scale_parts, alike(GRID))))


@pytest.mark.parametrize("word, bank", [("PHQ9_", PHQ9), ("BDI2_", BDI_PUBLISHED), ("GAD7_", GAD7)])
def test_published_items_are_as_published(word, bank):
    seen = 0
    for row in ROWS:
        found = re.fullmatch(rf"parameter:{word}(\d+)_(a|b\d)", row.quantity)
        if found and row.access != "recalled":
            item = bank[int(found[1])]
            assert row.value == (item.a if found[2] == "a" else item.b[int(found[2][1]) - 1]), row.id
            seen += 1
    assert seen == sum(1 + len(item.b) for item in bank.values())


def test_suicide_items_lie_as_published_on_one_factor():
    middle, wide = SUICIDALITY
    for bank, number, word in (("MADRS", 10, "MADRS_10"), ("HAMD", 3, "HAMD17_3")):
        item = BANKS[bank][number]
        rows = [r for r in ROWS if r.quantity.startswith(f"parameter:{word}_") and r.source == "perroud2009"]
        published = {r.quantity.rpartition("_")[2]: r.value for r in rows}
        assert item.a * wide == pytest.approx(published["a"])
        assert [(b - middle) / wide for b in item.b] == pytest.approx([published[f"b{k}"] for k in range(1, len(item.b) + 1)])


def test_scales_hold_as_many_points_as_they_have():
    scales = {"MADRS": 60, "PHQ9": 27, "HAMD17": 52, "QIDS_SR": 27, "BDI": 63, "HAMD6": 22}
    assert {s: sum(len(BANKS[b][k].b) for b, k in READOUTS[s].parts) for s in scales} == scales
    for readout in READOUTS.values():
        if readout.parts and readout.at_least is None:
            assert sum(len(BANKS[b][k].b) for b, k in readout.parts) == readout.scale.high, readout.meaning
    assert all(list(item.b) == sorted(item.b) and item.domain in DOMAINS for bank in BANKS.values() for item in bank.values())


def test_cross_walks_are_met_by_the_items():
    assert at(every("MADRS"), 19.5, every("PHQ9")) == pytest.approx(37.5, abs=0.4)  # daly2019
    assert 8 <= at(every("MADRS"), 7.0, HAMD17) <= 9  # carmody2006
    assert at(READOUTS["HAMD6"].parts, 7.0, HAMD17) == pytest.approx(4, abs=0.5)  # carmody2006
    for row in ROWS:
        if row.quantity == "parameter:crosswalk_QIDS_SR_to_HAMD17":
            assert at(every("QIDS_SR"), row.value, HAMD17) == pytest.approx(row.number("x"), abs=1.0), row.id
    for hamd in (7, 10, 15, 20, 25):  # bdi_conversion2013: two lines, one each way, with errors of 2.65 and 2.92
        low, high = sorted((-3.86 + 1.51 * hamd, (hamd - 2.55) / 0.66))
        assert low - 1.0 <= at(every("BDI"), hamd, HAMD17) <= high + 1.0


def test_the_curve_from_madrs_to_hamd_is_that_of_their_items():
    madrs = np.array([3.0, 8.5, 20.0, 30.0, 37.5, 45.0])
    assert hamd_of_madrs(madrs) == pytest.approx(np.array([at(HAMD17, m, every("MADRS")) for m in madrs]), abs=1.1)
    for scale in ("MADRS", "PHQ9", "HAMD17", "QIDS_SR", "BDI", "IDS_SR", "HAMD6"):
        assert madrs_of(scale, 12.0) is not None
    assert madrs_of("HAMD17", 7.0) == pytest.approx(8.7, abs=0.4) and madrs_of("SSI", 7.0) is None


def test_the_compiled_totals_and_the_items_are_one():
    own = {"own_sleep": 0.5, "own_suicidal": -0.4, "severity0": 2.1}
    got = Twin(build(depots=False)).run(own, [], [0.0], [*DOMAINS, "MADRS", "PHQ9"])
    traits = {d: np.asarray(got[d], float) for d in DOMAINS}
    for scale in ("MADRS", "PHQ9"):
        assert float(got[scale][0]) == pytest.approx(float(expected(every(scale), traits)[0]), rel=1e-9)


def test_a_madrs_total_is_found_again_whatever_a_person_suffers_from():
    own = {"sleep": np.array([0.0, 0.8, -0.5]), "suicidal": np.array([0.0, -0.7, 1.2])}
    madrs = np.array([12.0, 30.0, 44.0])
    psi = psi_of_madrs(madrs, own)
    assert expected(every("MADRS"), {d: psi + own.get(d, 0.0) for d in DOMAINS}) == pytest.approx(madrs, abs=1e-4)
    assert float(expected(every("MADRS"), alike(TYPICAL))) == pytest.approx(37.5, abs=0.2)


def test_mood_follows_at_once_and_sleep_late_and_less():
    from resynapse.engine import Event

    names = ["mood", "sleep", "suicidal", "psi"]
    events = [Event(0.0, "enrolled", "set", 1.0), Event(0.0, "contact", "set", 1.0)]
    got = Twin(build(depots=False)).run({"hope": 0.6}, events, [0.0, 24.0, 240.0], names)
    fall = {n: (np.asarray(got[n]) - got[n][0])[1:] for n in names}
    assert fall["suicidal"][0] < fall["mood"][0] < fall["psi"][0] < fall["sleep"][0] < 0
    assert fall["sleep"][0] > 0.4 * fall["mood"][0] and fall["sleep"][1] < 0.4 * fall["mood"][1]
