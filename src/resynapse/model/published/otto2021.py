"""Otto 2021: low-dose esketamine infusions in healthy volunteers; venous samples.

Covers  S-ketamine and S-norketamine [ng/mL, venous] after an infusion, 70 kg by allometry on volumes and clearances.
Printed every number below; ketamine's own typical values were fixed by the authors to an earlier model.
Chosen  as in the paper, all ketamine becomes norketamine and its mass is not converted: a µmol of norketamine is reported with
        the mass of ketamine.  Allometry acts on central volume and clearance alone, as printed.
"""

import math

from resynapse.model.body import Body
from resynapse.model.published.parts import Published, Venous, samples
from resynapse.model.routes import Route, Way
from resynapse.model.spreads import Spread
from resynapse.notation import Mechanism, exp, given, param, quantity, state

SOURCE = "otto2021"
# Printed (co)variances of volume and clearance, taken apart: V = exp(a z1), CL = exp(b z1 + c z2) with z1, z2 standard normal.
A, AN = math.sqrt(0.084177), math.sqrt(0.040426)
B, BN = 0.02261 / A, 0.04456 / AN
C, CN = math.sqrt(0.026048 - B**2), math.sqrt(0.10319 - BN**2)


class Otto2021(Mechanism):
    """S-ketamine in three compartments, norketamine in two."""

    #               value    unit   meaning                                          range            source
    V1      = param( 133.0,  "L",   "ketamine, central",                             (66, 266),       "otto2021")
    V2      = param( 187.0,  "L",   "ketamine, first peripheral",                    (93, 374),       "otto2021")
    V3      = param( 98.8,   "L",   "ketamine, second peripheral",                   (49, 198),       "otto2021")
    CL      = param( 95.2,   "L/h", "ketamine clearance",                            (47, 190),       "otto2021")
    Q2      = param( 23.2,   "L/h", "ketamine, flow to the first",                   (11, 46),        "otto2021")
    Q3      = param( 157.0,  "L/h", "ketamine, flow to the second",                  (78, 314),       "otto2021")
    Vn1     = param( 98.638, "L",   "norketamine, central",                          (49, 197),       "otto2021")
    Vn2     = param( 160.04, "L",   "norketamine, peripheral",                       (80, 320),       "otto2021")
    CLn     = param( 57.72,  "L/h", "norketamine clearance",                         (28, 115),       "otto2021")
    Qn      = param( 42.778, "L/h", "norketamine, flow",                             (21, 86),        "otto2021")
    on_V1   = param( A,      "1",   "log-SD of ketamine's central volume",           (0.1, 0.6),      "otto2021")
    on_CL_V = param( B,      "1",   "of clearance, shared with it",                  (0.0, 0.4),      "otto2021")
    on_CL   = param( C,      "1",   "of clearance, its own",                         (0.05, 0.4),     "otto2021")
    on_Vn   = param( AN,     "1",   "log-SD of norketamine's central volume",        (0.1, 0.6),      "otto2021")
    on_CLn_V = param( BN,    "1",   "of its clearance, shared with it",              (0.0, 0.4),      "otto2021")
    on_CLn  = param( CN,     "1",   "of its clearance, its own",                     (0.05, 0.6),     "otto2021")
    z_V1    = param( 0.0,    "1",   "this person's standard normal draw: volume",    (-6, 6),         "convention")
    z_CL    = param( 0.0,    "1",   "clearance",                                     (-6, 6),         "convention")
    z_Vn    = param( 0.0,    "1",   "norketamine's volume",                          (-6, 6),         "convention")
    z_CLn   = param( 0.0,    "1",   "norketamine's clearance",                       (-6, 6),         "convention")

    infusion = given("µmol/h", "infusion into a vein")

    @quantity("L")
    def volume(self, size): return self.V1 * size * exp(self.on_V1 * self.z_V1)

    @quantity("L/h")
    def clearance(self, pace): return self.CL * pace * exp(self.on_CL_V * self.z_V1 + self.on_CL * self.z_CL)

    @quantity("L")
    def nor_volume(self, size): return self.Vn1 * size * exp(self.on_Vn * self.z_Vn)

    @quantity("L/h")
    def nor_clearance(self, pace): return self.CLn * pace * exp(self.on_CLn_V * self.z_Vn + self.on_CLn * self.z_CLn)

    @quantity("µM")
    def ketamine(self, central, volume): return central / volume

    @quantity("µmol/h")
    def exchange2(self, ketamine, deep): return self.Q2 * (ketamine - deep / self.V2)

    @quantity("µmol/h")
    def exchange3(self, ketamine, shallow): return self.Q3 * (ketamine - shallow / self.V3)

    @state("µmol")
    def d_central(self, infusion, ketamine, clearance, exchange2, exchange3):
        return infusion - clearance * ketamine - exchange2 - exchange3

    @state("µmol")
    def d_deep(self, exchange2): return exchange2

    @state("µmol")
    def d_shallow(self, exchange3): return exchange3

    @quantity("µM")
    def norketamine(self, nor_central, nor_volume): return nor_central / nor_volume

    @quantity("µmol/h")
    def nor_exchange(self, norketamine, nor_deep): return self.Qn * (norketamine - nor_deep / self.Vn2)

    @state("µmol")
    def d_nor_central(self, ketamine, clearance, norketamine, nor_clearance, nor_exchange):
        return clearance * ketamine - nor_clearance * norketamine - nor_exchange

    @state("µmol")
    def d_nor_deep(self, nor_exchange): return nor_exchange


def mechanisms() -> list[Mechanism]:
    """Return the body, the model and its assays."""
    s = Otto2021("s")
    seen = {"ketamine": (s.ketamine, 237.73, 0.236, SOURCE), "norketamine": (s.norketamine, 237.73, 0.143, SOURCE)}
    return [Body(), s, *samples(Venous, seen)]


OTTO2021 = Published(
    name="otto2021",
    meaning="low-dose esketamine infusion in healthy volunteers, venous",
    source=SOURCE,
    mechanisms=mechanisms,
    routes={"iv": Route("into a vein", (Way("infusion"),), infused=True)},
    analytes=("s_ketamine", "s_norketamine"),
    site="venous",
    ages=(18, 64),
    spreads=tuple(Spread((f"s_z_{x}",), 1.0, "normal", "person", (1.0, 1.0), SOURCE) for x in ("V1", "CL", "Vn", "CLn")),
)
