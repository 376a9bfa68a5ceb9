"""Totals that published conversions tie to the HAMD17."""

import pytest

from resynapse.engine import Twin
from resynapse.model import build
from resynapse.model.linked_scales import hamd_of_madrs, madrs_of_psi
from resynapse.model.totals import LinkedScales

QIDS_TO_HAMD = {5: 7, 8: 11, 10: 13, 13: 17, 16: 20, 20: 25, 25: 32}  # idsqids_conversion2003


def test_published_conversions_are_met():
    for qids, hamd in QIDS_TO_HAMD.items():
        assert LinkedScales.qids_zero.value + LinkedScales.qids_slope.value * hamd == pytest.approx(qids, abs=1.0)
    assert 22 * (7 / 52) ** LinkedScales.hamd6.value == pytest.approx(4, abs=0.02)  # carmody2006
    assert LinkedScales.ids_slope.value == pytest.approx(1 / 0.48, abs=0.01)


def test_a_person_gets_all_totals():
    system = build(depots=False)
    got = Twin(system).run({}, [], [0.0], ["HAMD17", "QIDS_SR", "BDI", "IDS_SR", "HAMD6"])
    hamd = float(got["HAMD17"][0])
    assert float(got["BDI"][0]) == pytest.approx(-3.86 + 1.51 * hamd)
    assert float(got["QIDS_SR"][0]) == pytest.approx(-0.609 + 0.814 * hamd)
    assert float(got["HAMD6"][0]) == pytest.approx(22 * (hamd / 52) ** 0.85)
    assert hamd == pytest.approx(float(hamd_of_madrs(float(madrs_of_psi(2.34)))))
    assert float(got["IDS_SR"][0]) > float(got["BDI"][0])
