"""Perez-Ruixo 2021: esketamine by nose, mouth and vein in 820 healthy and depressed adults of 13 studies; venous samples.

Covers  S-ketamine and S-norketamine [ng/mL, venous]; descent (Asian, Japanese); liver flow past 60 years.
Printed every number below.  A CV in percent is read as 100 times the SD of the logarithm (the paper prints 70.8 for the SD on the
        logit scale of the nasal share); the error on the log scale is applied as a proportional one.
Chosen  the mass of norketamine is not converted (its printed peaks then come out to half a percent); no allometry, as printed.
        Norketamine's area is 1.4 times that of the paper's own table: the printed apparent clearance does not give the printed area
        (row ga-0216 of the evidence says the same).
"""

from resynapse.model.body import Body
from resynapse.model.published.parts import Published, Venous, samples
from resynapse.model.routes import Route, Way
from resynapse.model.spreads import Spread
from resynapse.notation import Mechanism, Param, given, param, pos, quantity, state

SOURCE = "perezruixo2021"


class PerezRuixo2021(Mechanism):
    """S-ketamine in centre, liver and two peripheral compartments, norketamine in two; apparent volumes of norketamine."""

    #                  value   unit    meaning                                         range            source
    ka_nasal   = param( 2.93,  "1/h",  "uptake through the nose",                      (1.4, 5.9),      "perezruixo2021")
    ka_swallow = param( 1.45,  "1/h",  "uptake of what runs down",                     (0.7, 2.9),      "perezruixo2021")
    ka_oral    = param( 0.97,  "1/h",  "uptake of a swallowed solution",               (0.4, 2.0),      "perezruixo2021")
    F_gut      = param( 0.64,  "1",    "passes the gut wall",                          (0.5, 0.8),      "perezruixo2021")
    V1         = param( 192.0, "L",    "ketamine, central",                            (96, 384),       "perezruixo2021")
    Q2         = param( 84.3,  "L/h",  "ketamine, flow to the first",                  (42, 169),       "perezruixo2021")
    V2         = param( 143.0, "L",    "ketamine, first peripheral",                   (71, 286),       "perezruixo2021")
    Q3         = param( 37.6,  "L/h",  "ketamine, flow to the second",                 (18, 76),        "perezruixo2021")
    V3         = param( 417.0, "L",    "ketamine, second peripheral",                  (208, 834),      "perezruixo2021")
    Qh         = param( 151.0, "L/h",  "liver flow",                                   (75, 302),       "perezruixo2021")
    ageing     = param( 2.19,  "L/h",  "fall of liver flow per year past 60",          (1.0, 4.4),      "perezruixo2021")
    old        = param( 60.0,  "1",    "age in years from which it falls",             (60, 60),        "perezruixo2021")
    Vh         = param( 101.0, "L",    "liver and portal volume",                      (50, 202),       "perezruixo2021")
    kel        = param( 1.11,  "1/h",  "liver, to other metabolites",                  (0.2, 2.2),      "perezruixo2021")
    kmet       = param( 2.77,  "1/h",  "liver, to norketamine",                        (1.4, 5.5),      "perezruixo2021")
    Vn1        = param( 70.0,  "L",    "norketamine, central, apparent",               (35, 140),       "perezruixo2021")
    CLn        = param( 38.0,  "L/h",  "norketamine clearance, apparent",              (19, 76),        "perezruixo2021")
    Vn2        = param( 115.0, "L",    "norketamine, peripheral, apparent",            (57, 230),       "perezruixo2021")
    Qn         = param( 26.1,  "L/h",  "norketamine, flow, apparent",                  (13, 52),        "perezruixo2021")
    nose       = param( 1.0,   "1",    "nasal share against that of others",           (1.0, 1.34),     "convention")

    infusion       = given("µmol/h", "infusion into a vein")
    swallow_inflow = given("µmol/h", "what runs down from the nose into the gut")
    oral_inflow    = given("µmol/h", "swallowed solution reaching the gut")

    @state("µmol")
    def d_nasal(self, nasal): return -self.ka_nasal * nasal

    @state("µmol")
    def d_swallowed(self, swallowed, swallow_inflow): return swallow_inflow - self.ka_swallow * swallowed

    @state("µmol")
    def d_gut(self, gut, oral_inflow): return oral_inflow - self.ka_oral * gut

    @quantity("L/h")
    def liver_flow(self, years): return pos(self.Qh - self.ageing * pos(years - self.old))

    @quantity("µM")
    def ketamine(self, central): return central / self.V1

    @quantity("µmol/h")
    def to_liver(self, liver_flow, ketamine, liver): return liver_flow * (ketamine - liver / self.Vh)

    @quantity("µmol/h")
    def exchange2(self, ketamine, shallow): return self.Q2 * (ketamine - shallow / self.V2)

    @quantity("µmol/h")
    def exchange3(self, ketamine, deep): return self.Q3 * (ketamine - deep / self.V3)

    @state("µmol")
    def d_central(self, infusion, nasal, to_liver, exchange2, exchange3):
        return infusion + self.ka_nasal * nasal - to_liver - exchange2 - exchange3

    @state("µmol")
    def d_liver(self, to_liver, swallowed, gut, liver):
        return to_liver + self.F_gut * (self.ka_swallow * swallowed + self.ka_oral * gut) - (self.kel + self.kmet) * liver

    @state("µmol")
    def d_shallow(self, exchange2): return exchange2

    @state("µmol")
    def d_deep(self, exchange3): return exchange3

    @quantity("µM")
    def norketamine(self, nor_central): return nor_central / self.Vn1

    @quantity("µmol/h")
    def nor_exchange(self, norketamine, nor_deep): return self.Qn * (norketamine - nor_deep / self.Vn2)

    @state("µmol")
    def d_nor_central(self, liver, norketamine, nor_exchange): return self.kmet * liver - self.CLn * norketamine - nor_exchange

    @state("µmol")
    def d_nor_deep(self, nor_exchange): return nor_exchange


def mechanisms() -> list[Mechanism]:
    """Return the body, the model and its assays."""
    s = PerezRuixo2021("s")
    seen = {"ketamine": (s.ketamine, 237.73, 0.276, SOURCE), "norketamine": (s.norketamine, 237.73, 0.422, SOURCE)}
    return [Body(), s, *samples(Venous, seen)]


def _spread(target: str, percent: float) -> Spread:
    return Spread((f"s_{target}",), percent / 100, "log", "person", (0.05, 1.5), SOURCE)


def _p(value: float, unit: str, meaning: str, low: float, high: float) -> Param:
    return Param(value, unit, meaning, (low, high), SOURCE)


SPRAY = Route(
    "spray into the nose, 28-mg devices five minutes apart",
    (
        Way("nasal", _p(0.54, "1", "of the first device through the nose", 0.4, 0.7), sd_share=0.708, scaled_by="s_nose"),
        Way("swallow_inflow", None, _p(0.53, "h", "runs down over", 0.2, 1.2)),
    ),
    device_mg=28.0,
    apart_h=5 / 60,
    later_device=_p(0.62, "1", "of that, for each later device", 0.4, 0.9),
)
ASIAN = {"s_kel": 0.36, "s_CLn": 0.81}

PEREZRUIXO2021 = Published(
    name="perezruixo2021",
    meaning="esketamine by nose, mouth and vein in healthy and depressed adults, venous",
    source=SOURCE,
    mechanisms=mechanisms,
    routes={
        "iv": Route("into a vein", (Way("infusion"),), infused=True),
        "intranasal": SPRAY,
        "oral": Route("swallowed solution", (Way("oral_inflow", None, _p(0.32, "h", "empties over", 0.1, 1.0)),)),
    },
    analytes=("s_ketamine", "s_norketamine"),
    site="venous",
    ages=(18, 90),
    spreads=(
        _spread("ka_nasal", 61.5), _spread("ka_swallow", 132), _spread("ka_oral", 132), _spread("V1", 27.5), _spread("V2", 49.3),
        _spread("Qh", 23.2), _spread("Vh", 34.6), _spread("kel", 120), _spread("Vn1", 31.6), _spread("CLn", 25.4),
    ),
    population="general_adult",
    descent={
        **dict.fromkeys(("asian", "chinese", "korean", "taiwanese"), ASIAN),
        "japanese": {**ASIAN, "s_nose": 1.34},
        **dict.fromkeys(("caucasian", "white"), {}),
    },
)  # fmt: skip
