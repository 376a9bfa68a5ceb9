"""Flint 2017: long esketamine infusions in 25 children in intensive care.

Covers  S-ketamine and S-norketamine [ng/mL] during and after an infusion, 0.02 to 12.5 years, allometry to 70 kg.
Printed every number below; CV in percent becomes the SD of a logarithm by sqrt(ln(1 + CV^2)).
Chosen  norketamine's volume, which is not among the printed numbers at hand, is that of adults (both volumes of otto2021): it sets
        how fast norketamine rises, not where it ends; samples count as venous; norketamine clearance, apparent for the share that
        is formed, grows with time on treatment.
"""

import math

from resynapse.model.body import Body
from resynapse.model.published.parts import Published, Venous, samples
from resynapse.model.routes import Route, Way
from resynapse.model.spreads import Spread
from resynapse.notation import Mechanism, given, param, quantity, state

SOURCE = "flint2017"
CHILD_KG = param(12.0, "kg", "body weight of a child", (3.4, 35), "flint2017")
CHILD_AGE = param(2.0, "1", "age in years", (0.02, 12.5), "flint2017")


class Flint2017(Mechanism):
    """S-ketamine in two compartments, norketamine in one; parameters per 70 kg."""

    #              value    unit   meaning                                          range            source
    V1     = param( 7.73,   "L",   "ketamine, central",                             (3.8, 15.5),     "flint2017")
    V2     = param( 545.0,  "L",   "ketamine, peripheral",                          (272, 1090),     "flint2017")
    CL     = param( 112.0,  "L/h", "ketamine clearance",                            (56, 224),       "flint2017")
    Q      = param( 196.0,  "L/h", "ketamine, flow",                                (98, 392),       "flint2017")
    CLn    = param( 53.2,   "L/h", "norketamine clearance over the share formed",   (26, 107),       "flint2017")
    Vn     = param( 259.0,  "L",   "norketamine, volume over the share formed",     (50, 600),       "assumed")
    growth = param( 0.0087, "1/h", "growth of norketamine clearance on treatment",  (0.004, 0.018),  "flint2017")

    infusion = given("µmol/h", "infusion into a vein")

    @state("h")
    def d_treated(self): return 1.0

    @quantity("µM")
    def ketamine(self, central, size): return central / (self.V1 * size)

    @quantity("µmol/h")
    def exchange(self, ketamine, deep, size, pace): return self.Q * pace * (ketamine - deep / (self.V2 * size))

    @state("µmol")
    def d_central(self, infusion, ketamine, exchange, pace): return infusion - self.CL * pace * ketamine - exchange

    @state("µmol")
    def d_deep(self, exchange): return exchange

    @quantity("µM")
    def norketamine(self, nor_central, size): return nor_central / (self.Vn * size)

    @state("µmol")
    def d_nor_central(self, ketamine, norketamine, treated, pace):
        return self.CL * pace * ketamine - self.CLn * pace * (1 + self.growth * treated) * norketamine


def mechanisms() -> list[Mechanism]:
    """Return the body of a child, the model and its assays."""
    s = Flint2017("s")
    seen = {"ketamine": (s.ketamine, 237.73, 0.419, SOURCE), "norketamine": (s.norketamine, 223.70, 0.475, SOURCE)}
    return [Body(values={"weight": CHILD_KG, "age": CHILD_AGE}), s, *samples(Venous, seen)]


def _spread(target: str, cv: float) -> Spread:
    return Spread((f"s_{target}",), math.sqrt(math.log(1 + cv**2)), "log", "person", (0.1, 1.2), SOURCE)


FLINT2017 = Published(
    name="flint2017",
    meaning="esketamine infusion in children in intensive care",
    source=SOURCE,
    mechanisms=mechanisms,
    routes={"iv": Route("into a vein", (Way("infusion"),), infused=True)},
    analytes=("s_ketamine", "s_norketamine"),
    site="venous",
    ages=(0.02, 12.5),
    spreads=(_spread("CL", 0.402), _spread("CLn", 1.04)),
    population="child",
)
