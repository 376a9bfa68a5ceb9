"""Glutamate: blocked interneurons let pyramidal cells fire; strong block silences those too.

Reads   interneuron_block, pyramidal_block [1] from receptor; r_hnk [µM] from disposition or mouse; ampa_left from laboratory
Gives   surge, drive [1]     to plasticity;     glutamate [percent of baseline]
Assumes the damping by pyramidal block acts on the surge's source, so the surge itself turns over and does not rebound.
Not modelled: GABA, glia, single layers of cortex.  Inflammation does not enter here: with a gain of 72 behind it, the
slightest tonic input would act as a treatment.
Rival hypotheses of induction (direct block of pyramidal cells, hydroxynorketamine) are switches, off by default.
"""

from resynapse.notation import Mechanism, observation, param, pos, power, quantity, state


class Glutamate(Mechanism):
    """The surge of the first hour, and what it drives."""

    #                value   unit   meaning                                               range         source
    g_int    = param(1.2,    "1",   "gain of disinhibition",                              (0.5, 4.0),   "fit:milak2016")
    g_pyr    = param(0.05,   "1",   "direct suppression",                                 (0.0, 0.2),   "assumed")
    h_pyr    = param(3.0,    "1",   "steepness by which pyramidal block damps the surge", (1.0, 4.0),   "assumed")
    k_slow   = param(4.0,    "1",   "steepness of the slow suppression",                  (4.0, 8.0),   "assumed")
    tau_surge = param(0.1,   "h",   "turnover of the surge",                              (0.05, 0.5),  "assumed")
    tau_slow = param(2.5,    "h",   "turnover of the slow suppression",                   (2.0, 3.0),   "assumed")
    marker   = param(150.0,  "percent", "rise of the spectroscopy marker per surge",      (50, 300),    "fit:milak2016")
    marker_error = param(20.0, "percent", "error of one spectroscopy or dialysis value",  (8, 35),       "fit:milak2016")
    g_direct = param(2.5,    "1",   "rival: drive per pyramidal block",                   (0.5, 6.0),   "assumed")
    g_hnk    = param(0.3,    "1",   "rival: largest drive by hydroxynorketamine",         (0.1, 2.0),   "assumed")
    K_hnk    = param(1.0,    "µM",  "rival: half of it; brain fluid held 8 µM after an effective dose of it", (0.1, 10), "lumsden2019")
    ampa     = param(1.0,    "1",   "switch: drive through AMPA receptors",               (0.0, 1.0),   "switch")
    disinhibition = param(1.0, "1", "switch: drive by disinhibition",                     (0.0, 1.0),   "switch")
    direct_block  = param(0.0, "1", "switch: rival, drive by direct block of pyramidal GluN2B", (0.0, 1.0), "switch")
    hnk_drive     = param(0.0, "1", "switch: rival, drive by (2R,6R)-hydroxynorketamine", (0.0, 1.0),   "switch")

    @state("1")
    def d_suppression(self, pyramidal_block, suppression):
        """Slow suppression: follows the pyramidal block over hours."""
        return (pyramidal_block - suppression) / self.tau_slow

    @state("1")
    def d_surge(self, interneuron_block, pyramidal_block, suppression, surge):
        """Deviation of glutamate release from rest."""
        damping = (1 - power(pyramidal_block, self.h_pyr)) * power(1 - suppression, self.k_slow)
        return (self.g_int * interneuron_block * damping - self.g_pyr * pyramidal_block - surge) / self.tau_surge

    @quantity("1")
    def drive(self, surge, pyramidal_block, r_hnk, ampa_left):
        """What reaches AMPA receptors above rest."""
        by_surge = self.disinhibition * pos(surge)
        by_block = self.direct_block * self.g_direct * pyramidal_block
        by_hnk = self.hnk_drive * self.g_hnk * r_hnk / (r_hnk + self.K_hnk)
        return self.ampa * ampa_left * (by_surge + by_block + by_hnk)

    @observation("percent", additive=marker_error)
    def glutamate(self, surge):
        """Glutamate marker, percent of baseline."""
        return 1 + self.marker * surge
