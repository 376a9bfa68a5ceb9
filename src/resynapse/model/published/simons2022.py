"""Simons 2022: esketamine film on the mouth's lining and infusion in 20 healthy volunteers; arterial samples.

Covers  S-ketamine, S-norketamine, S-hydroxynorketamine [ng/mL, arterial] after a film or an infusion, 70 kg by allometry.
Printed every number below; swallowed drug becomes norketamine only, with an apparent share above 1 because the share of
        ketamine that becomes norketamine is fixed.
Chosen  two equal delay states from ketamine to norketamine and one each from gut to liver and on to hydroxynorketamine; the gut
        gets the whole dose times F2 (with only the unabsorbed part norketamine falls a quarter short of the paper's); amounts in
        µmol; the proportional error of ketamine, printed as 0.012, is read as a variance.  Differences between occasions in
        uptake rates and gut delay are drawn once for each person.
"""

import math

from resynapse.model.body import Body
from resynapse.model.published.parts import Arterial, Published, samples
from resynapse.model.routes import Route, Way
from resynapse.model.spreads import Spread
from resynapse.notation import Mechanism, Param, given, param, quantity, state

SOURCE = "simons2022"


class Simons2022(Mechanism):
    """S-ketamine in three compartments, norketamine and hydroxynorketamine in two each."""

    #               value    unit     meaning                                        range           source
    V1      = param( 11.6,   "L",     "ketamine and norketamine, central",           (9.8, 13.4),    "simons2022")
    V2      = param( 39.0,   "L",     "ketamine, first peripheral",                  (33.2, 44.8),   "simons2022")
    V3      = param( 174.0,  "L",     "ketamine, second peripheral",                 (152, 196),     "simons2022")
    CL      = param( 1.48,   "L/min", "ketamine clearance",                          (1.36, 1.60),   "simons2022")
    Q2      = param( 2.43,   "L/min", "ketamine, flow to the first",                 (1.95, 2.91),   "simons2022")
    Q3      = param( 1.21,   "L/min", "ketamine, flow to the second",                (1.05, 1.37),   "simons2022")
    MTT     = param( 20.1,   "min",   "mean time from ketamine to norketamine",      (18.1, 22.1),   "simons2022")
    fm      = param( 0.8,    "1",     "share that becomes norketamine, fixed",       (0.8, 0.8),     "simons2022")
    Vn2     = param( 221.0,  "L",     "norketamine, peripheral",                     (195, 247),     "simons2022")
    CLn     = param( 1.0,    "L/min", "norketamine clearance",                       (0.92, 1.08),   "simons2022")
    Qn      = param( 2.63,   "L/min", "norketamine, flow",                           (2.33, 2.93),   "simons2022")
    MTTn    = param( 1.12,   "min",   "mean time from norketamine to hydroxynorketamine", (0.1, 2.2), "simons2022")
    fh      = param( 0.7,    "1",     "share that becomes hydroxynorketamine, fixed", (0.7, 0.7),    "simons2022")
    Vh1     = param( 4.4,    "L",     "hydroxynorketamine, central",                 (0.4, 8.4),     "simons2022")
    Vh2     = param( 87.5,   "L",     "hydroxynorketamine, peripheral",              (74.5, 100.5),  "simons2022")
    CLhnk   = param( 0.933,  "L/min", "hydroxynorketamine clearance",                (0.797, 1.069), "simons2022")
    Qhnk    = param( 1.7,    "L/min", "hydroxynorketamine, flow",                    (1.2, 2.2),     "simons2022")
    ka1     = param( 0.04,   "1/min", "uptake through the mouth's lining",           (0.036, 0.044), "simons2022")
    F2      = param( 1.16,   "1",     "apparent share of the swallowed part that is metabolised", (1.04, 1.28), "simons2022")
    ka2     = param( 0.049,  "1/min", "uptake from the gut",                         (0.035, 0.063), "simons2022")
    MTTgut  = param( 10.7,   "min",   "mean time from gut to liver",                 (7.3, 14.1),    "simons2022")

    infusion   = given("µmol/h", "infusion into a vein")
    film       = given("µmol/h", "release of the film onto the mouth's lining")
    gut_inflow = given("µmol/h", "swallowed part reaching the gut")

    @state("µmol")
    def d_mouth(self, mouth, film): return film - self.ka1 * mouth

    @state("µmol")
    def d_gut(self, gut, gut_inflow): return gut_inflow - self.ka2 * gut

    @state("µmol")
    def d_portal(self, gut, portal): return self.ka2 * gut - portal / self.MTTgut

    @quantity("µM")
    def ketamine(self, central, size): return central / (self.V1 * size)

    @quantity("µmol/h")
    def metabolised(self, ketamine, pace): return self.CL * pace * ketamine

    @quantity("µmol/h")
    def exchange2(self, ketamine, shallow, size, pace): return self.Q2 * pace * (ketamine - shallow / (self.V2 * size))

    @quantity("µmol/h")
    def exchange3(self, ketamine, deep, size, pace): return self.Q3 * pace * (ketamine - deep / (self.V3 * size))

    @state("µmol")
    def d_central(self, infusion, mouth, metabolised, exchange2, exchange3):
        return infusion + self.ka1 * mouth - metabolised - exchange2 - exchange3

    @state("µmol")
    def d_shallow(self, exchange2): return exchange2

    @state("µmol")
    def d_deep(self, exchange3): return exchange3

    @state("µmol")
    def d_transit1(self, metabolised, portal, transit1):
        return metabolised + self.F2 * portal / self.MTTgut - 2 / self.MTT * transit1

    @state("µmol")
    def d_transit2(self, transit1, transit2): return 2 / self.MTT * (transit1 - transit2)

    @quantity("µM")
    def norketamine(self, nor_central, size): return nor_central / (self.V1 * size)

    @quantity("µmol/h")
    def nor_exchange(self, norketamine, nor_deep, size, pace): return self.Qn * pace * (norketamine - nor_deep / (self.Vn2 * size))

    @state("µmol")
    def d_nor_central(self, transit2, norketamine, nor_exchange, pace):
        return self.fm * 2 / self.MTT * transit2 - self.CLn * pace * norketamine - nor_exchange

    @state("µmol")
    def d_nor_deep(self, nor_exchange): return nor_exchange

    @state("µmol")
    def d_between(self, norketamine, between, pace): return self.CLn * pace * norketamine - between / self.MTTn

    @quantity("µM")
    def hnk(self, hnk_central, size): return hnk_central / (self.Vh1 * size)

    @quantity("µmol/h")
    def hnk_exchange(self, hnk, hnk_deep, size, pace): return self.Qhnk * pace * (hnk - hnk_deep / (self.Vh2 * size))

    @state("µmol")
    def d_hnk_central(self, between, hnk, hnk_exchange, pace):
        return self.fh * between / self.MTTn - self.CLhnk * pace * hnk - hnk_exchange

    @state("µmol")
    def d_hnk_deep(self, hnk_exchange): return hnk_exchange


def mechanisms() -> list[Mechanism]:
    """Return the body, the model and its assays."""
    s = Simons2022("s")
    seen = {
        "ketamine": (s.ketamine, 237.73, math.sqrt(0.012), SOURCE),
        "norketamine": (s.norketamine, 223.70, 0.102, SOURCE),
        "hnk": (s.hnk, 239.70, 0.079, SOURCE),
    }
    return [Body(), s, *samples(Arterial, seen)]


def _spread(target: str, variance: float) -> Spread:
    return Spread((f"s_{target}",), math.sqrt(variance), "log", "person", (0.05, 1.3), SOURCE)


FILM = Route(
    "film in the mouth",
    (
        Way("film", Param(0.263, "1", "through the mouth's lining", (0.24, 0.29), SOURCE),
            Param(13.1 / 60, "h", "dissolves over", (0.18, 0.26), SOURCE), sd_occasion=math.sqrt(0.06), sd_duration=math.sqrt(0.154)),
        Way("gut_inflow", Param(1.0, "1", "of the dose, times F2", (1.0, 1.0), "assumed"),
            Param(29.9 / 60, "h", "reaches the gut over", (0.38, 0.62), SOURCE), sd_duration=math.sqrt(0.611)),
    ),
)  # fmt: skip

SIMONS2022 = Published(
    name="simons2022",
    meaning="esketamine film and infusion in healthy volunteers, arterial",
    source=SOURCE,
    mechanisms=mechanisms,
    routes={"iv": Route("into a vein", (Way("infusion"),), infused=True), "buccal_film": FILM},
    analytes=("s_ketamine", "s_norketamine", "s_hnk"),
    site="arterial",
    ages=(18, 64),
    spreads=(
        _spread("V1", 0.057), _spread("CL", 0.029), _spread("Q3", 0.026), _spread("CLn", 0.05), _spread("MTT", 0.021),
        _spread("Vh1", 1.22), _spread("CLhnk", 0.103), _spread("Qhnk", 0.287),
        _spread("ka1", 0.062), _spread("F2", 0.057), _spread("ka2", 0.376), _spread("MTTgut", 0.937),
    ),
)  # fmt: skip
