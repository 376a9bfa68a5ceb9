"""Inflammation: cytokine tone rises with stress and low mood, and shifts the kynurenine balance.

Reads   stress, stress_at_rest, severity, severity_at_rest, interneuron_block [1]; immune_challenge
Gives   inflammation, kynurenine [1]     to plasticity, symptoms;    il6, crp, tnf [SD above health], crp_level [mg/L], kyna
Assumes one tone for all cytokines; a person's own part of it is `tone`.
Not modelled: cell types, single cytokines.  One dose raises IL-6 for days without relation to mood (park2017): no arrow here
        explains that, and the qualification shows it as a misfit.
"""

from resynapse.notation import Mechanism, exp, observation, param, pos, quantity, state


class Inflammation(Mechanism):
    """Deviation of the cytokine tone from health."""

    #                  value  unit  meaning                                                   range        source
    tone      = param( 0.0,   "1",  "the person's own part, beside stress and mood",          (-0.3, 2.0), "assumed")
    inf_stress = param( 0.2,   "1",  "stress feeds inflammation",                              (0.02, 1.0), "assumed")
    inf_mood   = param( 0.1,   "1",  "low mood feeds inflammation",                            (0.01, 0.5), "assumed")
    calmed    = param( 0.5,   "1",  "share of a challenge that a full block takes away",      (0.05, 1.0), "assumed")
    tau_inf   = param( 48.0,  "h",  "turnover of the cytokine tone",                          (12, 120),   "assumed")
    to_kyn    = param( 0.3,   "1",  "inflammation shifts the kynurenine balance",             (0.03, 1.0), "assumed")
    tau_kyn   = param( 72.0,  "h",  "turnover of the kynurenine balance",                     (24, 168),   "assumed")
    typical   = param( 0.31,  "1",  "tone of a typical depressed person, to which the SDs below refer", (0.1, 1.0), "assumed")
    sd_il6     = param( 0.54,  "1",  "IL-6 of the depressed, SD above health",                 (0.3, 0.8),  "haapakoski2015")
    sd_crp     = param( 0.47,  "1",  "CRP of the depressed, SD above health",                  (0.3, 0.7),  "haapakoski2015")
    sd_tnf     = param( 0.40,  "1",  "TNF of the depressed, SD above health",                  (0.1, 1.04), "haapakoski2015")
    assay_sd  = param( 0.35,  "1",  "error of one cytokine, in its SD",                       (0.1, 0.8),  "assumed")
    crp_median = param(1.31,  "mg/L", "CRP of the depressed, median: 27 % above 3, 58 % above 1", (0.9, 1.9), "fit:osimo2019")
    crp_sd    = param( 1.35,  "1",  "its spread, SD of the logarithm",                        (1.0, 1.7),  "fit:osimo2019")
    stress_to_inflammation = param(1.0, "1", "switch: stress feeds inflammation, above its level at rest", (0.0, 1.0), "switch")
    mood_to_inflammation   = param(1.0, "1", "switch: low mood feeds inflammation, beyond its level at rest", (0.0, 1.0), "switch")
    ketamine_calms         = param(1.0, "1", "switch: the drug calms a challenge",            (0.0, 1.0),  "switch")

    @quantity("1")
    def inflammation_at_rest(self, stress_at_rest, severity_at_rest):
        """Steady tone before the study."""
        return self.tone + self.inf_stress * stress_at_rest + self.inf_mood * severity_at_rest

    @quantity("1")
    def kynurenine_at_rest(self, inflammation_at_rest): return self.to_kyn * inflammation_at_rest

    @state("1", start=inflammation_at_rest)
    def d_inflammation(self, inflammation, inflammation_at_rest, stress, stress_at_rest, severity, severity_at_rest,
                       immune_challenge, interneuron_block):
        """Cytokine tone."""
        fed = self.stress_to_inflammation * self.inf_stress * (stress - stress_at_rest)
        felt = self.mood_to_inflammation * self.inf_mood * (pos(severity) - severity_at_rest)
        challenge = immune_challenge * exp(-self.ketamine_calms * self.calmed * interneuron_block)
        return (inflammation_at_rest + fed + felt + challenge - inflammation) / self.tau_inf

    @state("1", start=kynurenine_at_rest)
    def d_kynurenine(self, inflammation, kynurenine): return (self.to_kyn * inflammation - kynurenine) / self.tau_kyn

    @observation("1", additive=assay_sd)
    def il6(self, inflammation):
        """IL-6, SD above health."""
        return self.sd_il6 * inflammation / self.typical

    @observation("1", additive=assay_sd)
    def crp(self, inflammation):
        """C-reactive protein, SD (of its logarithm) above health."""
        return self.sd_crp * inflammation / self.typical

    @observation("1", additive=assay_sd)
    def tnf(self, inflammation):
        """Tumour necrosis factor, SD above health."""
        return self.sd_tnf * inflammation / self.typical

    @quantity("mg/L")
    def crp_level(self, crp):
        """C-reactive protein of a person with this tone."""
        return self.crp_median * exp(self.crp_sd * (crp - self.sd_crp))

    @quantity("1")
    def kyna(self, kynurenine):
        """Kynurenic acid over kynurenine, log change from health: falls as the balance shifts."""
        return -kynurenine
