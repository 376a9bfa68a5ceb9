"""Disposition of one enantiomer: ketamine in four compartments, its norketamine and hydroxynorketamine in two each.

Reads   absorbed, portal, wall_formed [µmol/h] from absorption; size, pace, liver_pace from body; infusion (event)
Gives   arterial, vein, nor_arterial, nor_vein, hnk, hnk_vein [µM]; effect_site, nor_effect_site [µM, unbound, in brain]
Assumes well-stirred liver; the first pass feeds the same metabolite chain; venous blood lags behind arterial.
Not modelled: saturable metabolism, protein binding that changes, metabolites beyond hydroxynorketamine.
"""

from resynapse.notation import Mechanism, given, param, quantity, state


class Disposition(Mechanism):
    """One enantiomer; amounts in µmol, concentrations in µM; parameters of a person of 70 kg."""

    #                 value   unit   meaning                                          range           source
    CLint    = param(  309.0, "L/h", "intrinsic clearance of the liver",                 (100, 800),    "fit:kamp2020bja,otto2021")
    Qh       = param(  125.0, "L/h", "liver flow, apparent",                             (70, 180),     "fit:perezruixo2021")
    V1       = param(   11.5, "L",   "central volume",                                   (5, 30),       "simons2022")
    V2       = param(   21.9, "L",   "first peripheral volume",                          (8, 60),       "fit:kamp2020bja,otto2021")
    V3       = param(  121.0, "L",   "second peripheral volume",                         (50, 300),     "fit:kamp2020bja,otto2021")
    V4       = param(  195.0, "L",   "third peripheral volume",                          (80, 500),     "fit:kamp2020bja,otto2021")
    Q2       = param(  209.0, "L/h", "flow to the first",                                (80, 500),     "fit:kamp2020bja,otto2021")
    Q3       = param(  101.0, "L/h", "flow to the second",                               (40, 250),     "fit:kamp2020bja,otto2021")
    Q4       = param(   21.8, "L/h", "flow to the third",                                (8, 60),       "fit:kamp2020bja,otto2021")
    MTT      = param(  0.281, "h",   "mean time from ketamine to norketamine",           (0.1, 0.8),    "simons2022")
    fm       = param(   0.80, "1",   "share that becomes norketamine",                   (0.6, 0.95),   "simons2022")
    Vn1      = param(   11.5, "L",   "norketamine, central",                             (5, 30),       "simons2022")
    Vn2      = param(  102.0, "L",   "norketamine, peripheral",                          (60, 320),     "fit:kamp2020bja,otto2021")
    Qn       = param(  144.0, "L/h", "norketamine, flow",                                (60, 400),     "fit:kamp2020bja,otto2021")
    CLn      = param(   53.6, "L/h", "norketamine clearance",                            (20, 100),     "fit:perezruixo2021")
    fh       = param(   0.70, "1",   "share that becomes hydroxynorketamine",            (0.4, 0.9),    "simons2022")
    Vh1      = param(   4.35, "L",   "hydroxynorketamine, central",                      (1, 20),       "simons2022")
    Vh2      = param(   77.3, "L",   "hydroxynorketamine, peripheral",                   (30, 250),     "simons2022")
    Qhnk     = param(  103.0, "L/h", "hydroxynorketamine, flow",                         (30, 300),     "simons2022")
    CLhnk    = param(   35.4, "L/h", "hydroxynorketamine clearance",                     (20, 160),     "simons2022")
    kv       = param(   1.07, "1/h", "lag of venous behind arterial blood",              (0.3, 3),      "fit:otto2021")
    f        = param(  0.416, "1",   "share of venous blood without lag",                (0.1, 0.8),    "fit:otto2021")
    ke0      = param(    8.3, "1/h", "equilibration with the brain, half-life 5 min",    (2, 25),       "assumed")
    fu       = param(   0.55, "1",   "unbound ketamine in plasma",                       (0.4, 0.7),    "assumed")
    fu_nor   = param(   0.10, "1",   "unbound norketamine that enters the brain",        (0.03, 0.25),  "assumed")
    liver_cyp = param(    1.0, "1",   "CYP2B6 and CYP3A activity of the liver, 1 = usual",(0.0, 20),     "convention")
    nor_cyp  = param(    1.0, "1",   "enzyme activity on norketamine, 1 = usual",        (0.0, 20),     "convention")
    perfusion = param(    1.0, "1",   "liver flow, 1 = usual",                            (0.3, 1.5),    "convention")

    infusion = given("µmol/h", "infusion into a vein")

    @quantity("L/h")
    def liver_flow(self, liver_pace): return self.Qh * self.perfusion * liver_pace

    @quantity("1")
    def extraction(self, liver_flow, pace, sex_pace):
        """Share of what flows in that the liver takes: E = CLint/(Q + CLint)."""
        capacity = self.CLint * self.liver_cyp * pace * sex_pace
        return capacity / (liver_flow + capacity)

    @quantity("µM")
    def arterial(self, central, size): return central / (self.V1 * size)

    @quantity("µmol/h")
    def exchange2(self, arterial, shallow, size, pace): return self.Q2 * pace * (arterial - shallow / (self.V2 * size))

    @quantity("µmol/h")
    def exchange3(self, arterial, middle, size, pace): return self.Q3 * pace * (arterial - middle / (self.V3 * size))

    @quantity("µmol/h")
    def exchange4(self, arterial, deep, size, pace): return self.Q4 * pace * (arterial - deep / (self.V4 * size))

    @quantity("µmol/h")
    def metabolised(self, arterial, portal, extraction, liver_flow):
        """CL*C1, and what the liver keeps of the first pass."""
        return liver_flow * extraction * arterial + extraction * portal

    @state("µmol")
    def d_central(self, infusion, absorbed, portal, metabolised, exchange2, exchange3, exchange4):
        return infusion + absorbed + portal - metabolised - exchange2 - exchange3 - exchange4

    @state("µmol")
    def d_shallow(self, exchange2): return exchange2

    @state("µmol")
    def d_middle(self, exchange3): return exchange3

    @state("µmol")
    def d_deep(self, exchange4): return exchange4

    @state("µmol")
    def d_transit1(self, metabolised, wall_formed, transit1): return metabolised + wall_formed - 2 / self.MTT * transit1

    @state("µmol")
    def d_transit2(self, transit1, transit2): return 2 / self.MTT * (transit1 - transit2)

    @quantity("µM")
    def nor_arterial(self, nor_central, size): return nor_central / (self.Vn1 * size)

    @quantity("L/h")
    def nor_clearance(self, pace, sex_pace): return self.CLn * self.nor_cyp * pace * sex_pace

    @quantity("µmol/h")
    def nor_exchange(self, nor_arterial, nor_deep, size, pace):
        return self.Qn * pace * (nor_arterial - nor_deep / (self.Vn2 * size))

    @state("µmol")
    def d_nor_central(self, transit2, nor_arterial, nor_clearance, nor_exchange):
        return self.fm * 2 / self.MTT * transit2 - nor_clearance * nor_arterial - nor_exchange

    @state("µmol")
    def d_nor_deep(self, nor_exchange): return nor_exchange

    @quantity("µM")
    def hnk(self, hnk_central, size): return hnk_central / (self.Vh1 * size)

    @quantity("µmol/h")
    def hnk_exchange(self, hnk, hnk_deep, size, pace): return self.Qhnk * pace * (hnk - hnk_deep / (self.Vh2 * size))

    @state("µmol")
    def d_hnk_central(self, nor_arterial, nor_clearance, hnk, hnk_exchange, pace):
        return self.fh * nor_clearance * nor_arterial - self.CLhnk * pace * hnk - hnk_exchange

    @state("µmol")
    def d_hnk_deep(self, hnk_exchange): return hnk_exchange

    @state("µM")
    def d_delayed(self, arterial, delayed): return self.kv * (arterial - delayed)

    @state("µM")
    def d_nor_delayed(self, nor_arterial, nor_delayed): return self.kv * (nor_arterial - nor_delayed)

    @state("µM")
    def d_hnk_delayed(self, hnk, hnk_delayed): return self.kv * (hnk - hnk_delayed)

    @quantity("µM")
    def vein(self, arterial, delayed): return self.f * arterial + (1 - self.f) * delayed

    @quantity("µM")
    def nor_vein(self, nor_arterial, nor_delayed): return self.f * nor_arterial + (1 - self.f) * nor_delayed

    @quantity("µM")
    def hnk_vein(self, hnk, hnk_delayed): return self.f * hnk + (1 - self.f) * hnk_delayed

    @state("µM")
    def d_effect_site(self, arterial, effect_site): return self.ke0 * (self.fu * arterial - effect_site)

    @state("µM")
    def d_nor_effect_site(self, nor_arterial, nor_effect_site): return self.ke0 * (self.fu_nor * nor_arterial - nor_effect_site)

    @quantity("µmol/h")
    def lost(self, transit2, nor_arterial, nor_clearance, hnk, pace):
        """Leaves the measured chain: other metabolites, and hydroxynorketamine out of the body."""
        elsewhere = (1 - self.fm) * 2 / self.MTT * transit2 + (1 - self.fh) * nor_clearance * nor_arterial
        return elsewhere + self.CLhnk * pace * hnk
