"""Plasticity of one region: BDNF and TrkB, translation, fast potentiation, a growth programme, and spines under stress.

Reads   drive [1] from glutamate; kynurenine [1] from inflammation; stress, stress_at_rest [1]; bdnf_left, translation_left
Gives   trkb, translation, potentiation, programme, synapses [1] (1 = health)     to network, symptoms, read-outs
Assumes ordinary spines turn over (young, then established); drug-made ones start young and under stress rarely settle; potentiation
        needs no new spine and a new spine needs no potentiation; the programme is silent for the first hours.
Not modelled: new neurons, inhibitory synapses, place along the dendrite (methods/dendrite.py draws sites with these rates).
"""

from resynapse.notation import Mechanism, event, exp, param, pos, quantity, state


class Plasticity(Mechanism):
    """One region; list it once for each."""

    #                  value   unit   meaning                                                     range           source
    k_trkb    = param( 1.0,    "1/h", "BDNF and TrkB per drive: fixes their unit",                (1, 1),         "convention")
    release   = param( 1.0,    "1",   "release of BDNF; 0.7 with one Met allele, 0.5 with two",   (0.0, 1.0),     "assumed")
    tau_trkb  = param( 0.45,   "h",   "TrkB signal",                                              (0.2, 2.0),     "assumed")
    c_kyn     = param( 0.1,    "1",   "kynurenine weakens release",                               (0.01, 1.0),    "assumed")
    tau_trans = param( 2.0,    "h",   "local translation (eEF2, mTORC1)",                         (1.0, 4.0),     "assumed")
    k_pot     = param( 4.5,    "1/h", "fast potentiation by TrkB",                                (1.0, 9.0),     "fit:aleksandrova2020")
    tau_pot   = param( 24.0,   "h",   "its decay",                                                (12, 48),       "fit:aleksandrova2020")
    k_grow    = param( 3.32,   "1",   "growth programme by translation",                          (1.5, 6.0),     "fit:modasava2019")
    tau_grow  = param( 2.30,   "h",   "its delay, passed four times",                            (1.0, 4.0),     "fit:modasava2019")
    tau_prog  = param( 34.0,   "h",   "its decay",                                                (15, 66),     "fit:phoumthipphavong2016")
    new       = param( 5.0,    "1",   "formation by the programme, in ordinary formations",       (2.0, 10),      "fit:modasava2019")
    turnover  = param( 0.47,   "1/d", "turnover of young spines",                                 (0.3, 0.7),     "fit:shao2021")
    settle    = param( 0.62,   "1",   "share of young spines that settles",                       (0.4, 0.8),     "fit:shao2021")
    k_est     = param( 0.029,  "1/d", "loss of established spines",                               (0.001, 0.05),  "fit:shao2021")
    s_loss    = param( 0.33,   "1",   "stress raises elimination",                                (0.1, 1.0),     "fit:anderson2020")
    s_form    = param( 0.07,   "1",   "stress lowers formation",                                  (0.0, 0.3),     "fit:anderson2020")
    i_form    = param( 0.02,   "1",   "inflammation lowers formation",                            (0.0, 0.1),     "assumed")
    s_settle  = param( 4.0,    "1",   "stress keeps drug-made spines from settling",              (1.0, 8.0),     "fit:modasava2019")
    room      = param( 1.25,   "1",   "most spines that a dendrite holds, in health's",           (1.1, 1.6),     "assumed")
    bdnf_release       = param(1.0, "1", "switch: drive releases BDNF",                           (0.0, 1.0),     "switch")
    fast_potentiation  = param(1.0, "1", "switch: TrkB potentiates synapses",                     (0.0, 1.0),     "switch")
    local_translation  = param(1.0, "1", "switch: TrkB starts translation",                       (0.0, 1.0),     "switch")
    spine_growth       = param(1.0, "1", "switch: the programme makes spines",                    (0.0, 1.0),     "switch")
    stress_to_synapses = param(1.0, "1", "switch: stress acts on spines, above its level at rest", (0.0, 1.0),    "switch")
    inflammation_to_synapses = param(1.0, "1", "switch: inflammation acts on spines",             (0.0, 1.0),     "switch")

    @quantity("1/h")
    def settling(self):
        """Young spines become established."""
        return self.settle * self.turnover

    @quantity("1/h")
    def formation(self, settling):
        """Makes 1 the steady state without stress."""
        return self.turnover * self.k_est / (self.k_est + settling)

    @quantity("1")
    def felt(self, stress, stress_at_rest):
        """Stress as spines feel it."""
        return stress_at_rest + self.stress_to_synapses * (stress - stress_at_rest)

    @quantity("1/h")
    def young_loss(self, settling, felt): return (1 - self.settle) * self.turnover * (1 + self.s_loss * felt) + settling

    @quantity("1")
    def young_at_rest(self, formation, settling, stress_at_rest):
        """Steady state of the young spines under the chronic load."""
        return formation * exp(-self.s_form * stress_at_rest) / self.young_loss(settling, stress_at_rest)

    @quantity("1")
    def established_at_rest(self, young_at_rest, settling, stress_at_rest):
        """Steady state of the established spines under the chronic load."""
        return settling * young_at_rest / (self.k_est * (1 + self.s_loss * stress_at_rest))

    @quantity("1")
    def synapses_at_rest(self, young_at_rest, established_at_rest): return young_at_rest + established_at_rest

    @state("1")
    def d_trkb(self, drive, trkb, kynurenine, bdnf_left):
        """BDNF acts on TrkB."""
        released = self.bdnf_release * self.release * bdnf_left * drive / (1 + self.c_kyn * pos(kynurenine))
        return self.k_trkb * released - trkb / self.tau_trkb

    @state("1")
    def d_translation(self, trkb, translation, translation_left):
        """Local translation follows TrkB."""
        return (self.local_translation * translation_left * trkb - translation) / self.tau_trans

    @state("1")
    def d_potentiation(self, trkb, potentiation):
        """Fast functional potentiation, 0-1."""
        return self.fast_potentiation * self.k_pot * trkb * (1 - potentiation) - potentiation / self.tau_pot

    @state("1")
    def d_growth1(self, translation, growth1): return self.k_grow * translation / self.tau_trans - growth1 / self.tau_grow

    @state("1")
    def d_growth2(self, growth1, growth2): return (growth1 - growth2) / self.tau_grow

    @state("1")
    def d_growth3(self, growth2, growth3): return (growth2 - growth3) / self.tau_grow

    @state("1")
    def d_growth4(self, growth3, growth4): return (growth3 - growth4) / self.tau_grow

    @state("1")
    def d_programme(self, growth4, programme):
        """Growth programme: what makes new spines for some days."""
        return growth4 / self.tau_grow - programme / self.tau_prog

    @quantity("1")
    def synapses(self, young, young_new, established):
        """Density of synapses, 1 = health."""
        return young + young_new + established

    @quantity("1/h")
    def new_formation(self, formation, programme, synapses):
        """Formation by the programme; stops when a dendrite is full."""
        return self.spine_growth * formation * self.new * programme * pos(self.room - synapses) / (self.room - 1)

    @quantity("1/h")
    def plain_formation(self, formation, felt, inflammation, inflammation_at_rest):
        """Ordinary formation under stress and inflammation (above its level at rest)."""
        inflamed = self.inflammation_to_synapses * self.i_form * (inflammation - inflammation_at_rest)
        return formation * exp(-self.s_form * felt - inflamed)

    @state("1", start=young_at_rest)
    def d_young(self, plain_formation, young_loss, young): return plain_formation - young_loss * young

    @state("1")
    def d_young_new(self, new_formation, young_loss, young_new): return new_formation - young_loss * young_new

    @quantity("1/h")
    def new_settling(self, settling, felt):
        """Drug-made spines become established; under stress rarely."""
        return settling * exp(-self.s_settle * felt)

    @quantity("1/h")
    def established_loss(self, felt): return self.k_est * (1 + self.s_loss * felt)

    @state("1", start=established_at_rest)
    def d_established(self, settling, new_settling, established_loss, young, young_new, established):
        """Settled spines."""
        return settling * young + new_settling * young_new - established_loss * established

    photo_erasure = event(d_young_new, "scale", 0.0, "light shrinks the spines that the drug has made")


HIPPOCAMPUS = {
    "tau_grow": param(1.1,  "h", "delay of the growth programme, passed four times", (0.3, 4.0), "fit:treccani2019"),
    "tau_prog": param(17.0, "h", "decay of the growth programme",                     (8, 66),    "assumed"),
}


def regions() -> list[Plasticity]:
    """Return medial prefrontal cortex and hippocampus; they share every parameter but the programme's pace."""
    cortex = Plasticity("mpfc")
    return [cortex, Plasticity("hippocampus", like=cortex, values=HIPPOCAMPUS)]
