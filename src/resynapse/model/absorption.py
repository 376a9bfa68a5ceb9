"""Absorption of one enantiomer: what reaches blood directly and what reaches the liver first.

Reads   dose events on the depots and inputs below (model/routes.py lists which route feeds which)
Gives   absorbed, portal, wall_formed [µmol/h]      to disposition
Assumes first-order depots; what is not absorbed where it was put is swallowed; a swallowed dose passes gut wall, then liver.
Not modelled: dissolution, food, saturable uptake.
"""

from resynapse.notation import Mechanism, given, param, quantity, state


class NoAbsorption(Mechanism):
    """For studies that give everything into a vein: no depots to carry."""

    @quantity("µmol/h")
    def absorbed(self): return 0.0

    @quantity("µmol/h")
    def portal(self): return 0.0

    @quantity("µmol/h")
    def wall_formed(self): return 0.0


class Absorption(Mechanism):
    """Depots of one enantiomer."""

    #                    value   unit   meaning                                             range         source
    ka_nasal    = param(   4.28, "1/h", "uptake through the nose",                          (1, 12),       "fit:perezruixo2021")
    ka_mouth    = param(   2.44, "1/h", "uptake through the mouth's lining",                (0.8, 6),      "simons2022")
    ka_muscle   = param(    9.0, "1/h", "uptake from muscle",                               (3, 20),       "assumed")
    ka_skin     = param(    3.5, "1/h", "uptake from under the skin",                       (1.5, 8),      "assumed")
    ka_rectum   = param(    2.0, "1/h", "uptake through the rectum",                        (0.5, 6),      "assumed")
    ka_lung     = param(   20.0, "1/h", "uptake through the lung",                          (5, 60),       "assumed")
    ka_oral     = param(   1.42, "1/h", "uptake of a swallowed solution or tablet",         (0.3, 3),      "perezruixo2021")
    ka_swallow  = param(    2.0, "1/h", "uptake of what runs down from nose or mouth",      (0.4, 4),      "perezruixo2021")
    F_gut       = param(   0.68, "1",   "passes the gut wall unchanged",                    (0.35, 0.9),   "perezruixo2021")
    wall_formed_share = param(  0.724, "1",   "of what the gut wall destroys, enters the metabolite chain",(0.0, 1.0),    "assumed")
    gut_cyp     = param(    1.0, "1",   "CYP3A activity of the gut wall, 1 = usual",        (0.0, 20),     "convention")

    oral_inflow    = given("µmol/h", "release of a swallowed dose into the gut")
    swallow_inflow = given("µmol/h", "what runs down from nose or mouth into the gut")
    mouth_inflow   = given("µmol/h", "release of a film or lozenge onto the mouth's lining")

    @quantity("1")
    def F_wall(self):
        """Passes the gut wall: flow-limited, so that 1/F - 1 is proportional to the enzyme's activity."""
        return self.F_gut / (self.F_gut + (1 - self.F_gut) * self.gut_cyp)

    @state("µmol")
    def d_nasal(self, nasal): return -self.ka_nasal * nasal

    @state("µmol")
    def d_mouth(self, mouth, mouth_inflow): return mouth_inflow - self.ka_mouth * mouth

    @state("µmol")
    def d_muscle(self, muscle): return -self.ka_muscle * muscle

    @state("µmol")
    def d_skin(self, skin): return -self.ka_skin * skin

    @state("µmol")
    def d_rectum(self, rectum): return -self.ka_rectum * rectum

    @state("µmol")
    def d_lung(self, lung): return -self.ka_lung * lung

    @state("µmol")
    def d_gut(self, gut, oral_inflow): return oral_inflow - self.ka_oral * gut

    @state("µmol")
    def d_swallowed(self, swallowed, swallow_inflow): return swallow_inflow - self.ka_swallow * swallowed

    @quantity("µmol/h")
    def absorbed(self, nasal, mouth, muscle, skin, rectum, lung):
        """Straight into blood."""
        injected = self.ka_muscle * muscle + self.ka_skin * skin
        return self.ka_nasal * nasal + self.ka_mouth * mouth + self.ka_rectum * rectum + self.ka_lung * lung + injected

    @quantity("µmol/h")
    def portal(self, gut, swallowed, F_wall):
        """To the liver."""
        return F_wall * (self.ka_oral * gut + self.ka_swallow * swallowed)

    @quantity("µmol/h")
    def wall_destroyed(self, gut, swallowed, F_wall):
        """Metabolised in the gut wall."""
        return (1 - F_wall) * (self.ka_oral * gut + self.ka_swallow * swallowed)

    @quantity("µmol/h")
    def wall_formed(self, wall_destroyed):
        """The part of it that reaches the liver as a metabolite of the measured chain."""
        return self.wall_formed_share * wall_destroyed

    @quantity("µmol/h")
    def wall_lost(self, wall_destroyed, wall_formed): return wall_destroyed - wall_formed
