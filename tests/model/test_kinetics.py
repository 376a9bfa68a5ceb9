"""Kinetics of ketamine: nothing is lost or made, areas have their closed forms, each route behaves as such a route does."""

import functools

import numpy as np
import pytest

from resynapse.engine import Event, Twin, streams
from resynapse.methods.cohort import Cohort
from resynapse.methods.nca import nca
from resynapse.model import build
from resynapse.model.kinetics import MOLAR_MASS
from resynapse.model.routes import RODENT_ROUTES, ROUTES
from resynapse.notation import check_dimensions
from resynapse.study.dosing import Administration, dose_events

MG = 1000 / MOLAR_MASS["ketamine"]  # µmol
DEPOTS = ("nasal", "mouth", "muscle", "skin", "rectum", "lung", "gut", "swallowed")
INSIDE = ("central", "shallow", "middle", "deep", "transit1", "transit2", "nor_central", "nor_deep", "hnk_central", "hnk_deep")
INPUTS = ("infusion", "oral_inflow", "swallow_inflow", "mouth_inflow")
TYPICAL = Cohort(1, np.zeros(1, np.int64), np.zeros(1, np.int64), {}, {"weight": np.array([70.0])})
OUTPUTS = [f"{e}_{a}_{s}" for e in "sr" for a in MOLAR_MASS for s in ("venous", "arterial")]
FINE = np.unique(np.round(np.concatenate([np.arange(0, 4, 1 / 60), np.arange(4, 24, 0.1), np.arange(24, 97, 1.0)]), 9))


@functools.cache
def twin(species="human"):
    return Twin(build(species, True, True))


@functools.cache
def linear(weight=70.0):
    """Return (names, A, inputs B, p) of dx/dt = A x + B u: these kinetics are linear, so unit states give every column."""
    system = build("human", True, True)
    p, start = twin()._begin({"weight": weight})
    zero = np.array(twin().evaluate(np.zeros_like(start), p)[0])
    assert np.all(zero == 0)
    a = np.column_stack([twin().evaluate(column, p)[0] for column in np.eye(len(start))])
    b = {u: np.array(twin().evaluate(np.zeros_like(start), {**p, u: 1.0})[0]) for u in system.inputs}
    return list(system.states), a, b, twin().evaluate(start, p)[1]


def area(enantiomer, target, states):
    """Area under each state (µmol h) after 1 µmol into a depot or an input, from A alone."""
    names, a, b, _ = linear()
    own = [k for k, name in enumerate(names) if name.startswith(enantiomer)]
    x0 = b[f"{enantiomer}_{target}"] if f"{enantiomer}_{target}" in b else np.eye(len(names))[names.index(f"{enantiomer}_{target}")]
    total = -np.linalg.solve(a[np.ix_(own, own)], x0[own])
    found = dict(zip([names[k] for k in own], total, strict=True))
    return [found[f"{enantiomer}_{s}"] for s in states]


PEOPLE = [{}, {"weight": 48.0, "age": 82.0, "female": 1.0}, {"s_gut_cyp": 12.5, "s_liver_cyp": 1.5, "s_nor_cyp": 0.6}]


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("enantiomer", ["s", "r"])
def test_nothing_is_lost_or_made(enantiomer, person):
    """Sum of derivatives of all amounts + what leaves the chain - what comes in = 0, whatever the state: an identity."""
    system, random = build("human", True, True), np.random.default_rng(1)
    p, start = twin()._begin(person)
    for _ in range(20):
        y = random.lognormal(0, 3, len(start))
        p = p | {u: random.lognormal(0, 2) for u in system.inputs}
        slopes, all_ = twin().evaluate(y, p)
        change = dict(zip(system.states, slopes, strict=True))
        inside = sum(change[f"{enantiomer}_{s}"] for s in (*DEPOTS, *INSIDE))
        lost = all_[f"{enantiomer}_wall_lost"] + all_[f"{enantiomer}_lost"]
        given = sum(p[f"{enantiomer}_{u}"] for u in INPUTS)
        size = sum(abs(change[f"{enantiomer}_{s}"]) for s in (*DEPOTS, *INSIDE)) + given
        assert abs(inside + lost - given) < 1e-9 * size


@pytest.mark.parametrize("species", ["mouse", "rat"])
def test_nothing_is_lost_or_made_in_a_rodent(species):
    system, random = build(species, True, True), np.random.default_rng(1)
    p, start = twin(species)._begin({})
    y, p = random.lognormal(0, 3, len(start)), p | dict.fromkeys(system.inputs, 3.0)
    change = dict(zip(system.states, twin(species).evaluate(y, p)[0], strict=True))
    level = dict(zip(system.states, y, strict=True))
    for e, own in (("s", "s"), ("r", "s")):  # R-ketamine shares the parameters of S
        amounts = sum(change[f"{e}_{s}"] for s in ("belly", "skin", "central", "nor", "hydroxy"))
        wasted = sum((1 - p[f"{own}_F_{d}"]) * p[f"{own}_ka_{d}"] * level[f"{e}_{d}"] for d in ("belly", "skin"))
        elsewhere = (1 - p[f"{own}_fm"]) * p[f"{own}_ke"] * level[f"{e}_central"]
        elsewhere += (1 - p[f"{own}_fh"]) * p[f"{own}_k_nor"] * level[f"{e}_nor"] + p[f"{own}_k_hnk"] * level[f"{e}_hydroxy"]
        assert amounts + wasted + elsewhere == pytest.approx(3.0, rel=1e-9)


def test_every_route_stands_for_its_whole_dose_or_says_what_is_lost():
    for name, route in ROUTES.items():
        if name == "none":
            continue
        for mg in (10.0, 28.0, 56.0, 84.0, 200.0):
            events = dose_events("esketamine", name, [Administration(0.0, mg, "mg", 0.5, 0)], TYPICAL)
            got = sum(float(np.squeeze(e.value)) * (e.duration if e.act == "infuse" else 1.0) for e in events)
            lost = 0.0 if any(w.share is None for w in route.ways) or name == "iv" else 1 - sum(w.share.value for w in route.ways)
            if lost == 0.0:
                assert got == pytest.approx(mg * MG, rel=1e-9), name
            else:
                assert 0.6 * mg * MG < got < mg * MG, name


@pytest.mark.parametrize("enantiomer", ["s", "r"])
def test_areas_have_their_closed_forms(enantiomer):
    """CL = Qh E; F = F_gut (1 - E); every metabolite's area is what is formed over its clearance."""
    _, _, _, q = linear()
    e = lambda name: q.get(f"{enantiomer}_{name}", q.get(f"s_{name}"))  # noqa: E731
    central, nor, hnk = area(enantiomer, "infusion", ("central", "nor_central", "hnk_central"))
    clearance = e("liver_flow") * q[f"{enantiomer}_extraction"]
    assert central / e("V1") == pytest.approx(1 / clearance, rel=1e-9)
    assert nor / e("Vn1") == pytest.approx(e("fm") / q[f"{enantiomer}_nor_clearance"], rel=1e-9)
    assert hnk / e("Vh1") == pytest.approx(e("fm") * e("fh") / e("CLhnk"), rel=1e-9)
    for depot in ("gut", "swallowed"):
        oral, oral_nor = area(enantiomer, depot, ("central", "nor_central"))
        F = e("F_wall") * (1 - q[f"{enantiomer}_extraction"])
        assert oral / central == pytest.approx(F, rel=1e-9)
        formed = e("F_wall") + (1 - e("F_wall")) * e("wall_formed_share")
        assert oral_nor / nor == pytest.approx(formed, rel=1e-9)
    for depot in ("nasal", "mouth", "muscle", "skin", "rectum", "lung"):
        assert area(enantiomer, depot, ("central",))[0] == pytest.approx(central, rel=1e-9)


def test_clearance_from_a_simulated_curve_is_the_closed_form():
    events = [Event(0.0, "s_infusion", "infuse", 50 * MG / (2 / 3), duration=2 / 3)]
    got = twin().run({}, events, list(FINE), ["s_ketamine_arterial", "s_ketamine_venous"])
    _, _, _, q = linear()
    for site in ("arterial", "venous"):  # the lag of venous blood moves the curve, not its area
        table = nca(FINE, got[f"s_ketamine_{site}"], 50_000.0, infusion_h=2 / 3)
        assert table.clearance[0] == pytest.approx(q["s_liver_flow"] * q["s_extraction"], rel=1e-4)
    assert got["s_ketamine_arterial"].max() > 1.3 * got["s_ketamine_venous"].max()


@functools.cache
def curves(route):
    with pytest.MonkeyPatch.context() as patch:  # a person in the middle of every draw
        patch.setattr(streams, "normal", lambda seed, purpose, occasion, people: np.zeros(len(people)))
        events = dose_events("ketamine", route, [Administration(0.0, 35.0, "mg", 2 / 3, 0)], TYPICAL)
    plain = [Event(e.time, e.what, e.act, float(np.squeeze(e.value)), e.unit, e.duration) for e in events]
    return twin().run({}, plain, list(FINE), OUTPUTS, rtol=1e-8, atol=1e-10)


# route: racemic 35 mg (0.5 mg/kg); S-ketamine's Tmax (h), F of S-ketamine; wide bounds of what such a route is known to do
WITHIN = {
    "iv": (0.6, 0.7, 0.99, 1.01), "im": (0.03, 0.4, 0.85, 1.0), "sc": (0.1, 0.7, 0.8, 1.0), "inhaled": (0.02, 0.3, 0.6, 0.8),
    "intranasal": (0.1, 1.0, 0.25, 0.6), "oral": (0.4, 2.0, 0.12, 0.3), "oral_er": (3.0, 12.0, 0.12, 0.3),
    "sublingual": (0.2, 1.5, 0.2, 0.45), "buccal_film": (0.2, 1.5, 0.25, 0.5), "rectal": (0.2, 1.5, 0.2, 0.45),
}  # fmt: skip


@pytest.mark.parametrize("route", WITHIN)
def test_each_route_behaves_as_such_a_route_does(route):
    first, last, low, high = WITHIN[route]
    table, vein = nca(FINE, curves(route)["s_ketamine_venous"]), nca(FINE, curves("iv")["s_ketamine_venous"])
    assert first <= table.tmax[0] <= last
    assert low <= table.auc_inf[0] / vein.auc_inf[0] <= high
    assert 2.0 < table.half_life[0] < 14.0
    assert np.all(np.isfinite(list(curves(route).values()))) and min(v.min() for v in curves(route).values()) >= -1e-9
    metabolites = {a: nca(FINE, curves(route)[f"s_{a}_venous"]) for a in MOLAR_MASS}
    assert table.tmax[0] <= metabolites["norketamine"].tmax[0] <= metabolites["hnk"].tmax[0] + 1e-9
    if low < 0.5:  # the first pass makes more metabolite from less drug
        ratio = lambda r: nca(FINE, curves(r)["s_norketamine_venous"]).auc_t[0] / nca(FINE, curves(r)["s_ketamine_venous"]).auc_t[0]  # noqa: E731
        assert ratio(route) > 1.3 * ratio("iv")


def test_a_usual_infusion_reaches_the_reported_peak():
    """Racemic 0.5 mg/kg over 40 min: venous peak reported as 185 ng/mL."""
    got = curves("iv")
    assert (got["s_ketamine_venous"] + got["r_ketamine_venous"]).max() == pytest.approx(185, rel=0.15)
    assert got["r_ketamine_venous"].max() > got["s_ketamine_venous"].max()  # R is cleared more slowly


@pytest.mark.parametrize("species", ["mouse", "rat"])
@pytest.mark.parametrize("route", RODENT_ROUTES)
def test_a_rodent_takes_each_of_its_routes(species, route):
    weight = {"mouse": 0.025, "rat": 0.3}[species]
    one = Cohort(1, np.zeros(1, np.int64), np.zeros(1, np.int64), {}, {"weight": np.array([weight])})
    events = dose_events("ketamine", route, [Administration(0.0, 10.0, "mg/kg", 0.0, 0)], one, RODENT_ROUTES)
    plain = [Event(e.time, e.what, e.act, float(np.squeeze(e.value)), e.unit, e.duration) for e in events]
    times = np.round(np.arange(0, 12, 0.05), 9)
    got = twin(species).run({"weight": weight}, plain, list(times), ["s_effect_site", "r_effect_site", "s_hnk"])
    free = nca(times, got["s_effect_site"] + got["r_effect_site"])
    assert 1.0 < free.cmax[0] < 6.0 and 0.1 < free.tmax[0] < 0.9  # about 2 µM, half an hour after an injection
    assert 0.4 < free.half_life[0] < 1.2
    assert nca(times, got["s_hnk"]).tmax[0] > free.tmax[0]


def test_dimensions_hold_for_kinetics_with_every_depot():
    check_dimensions(build("human", True, True))
