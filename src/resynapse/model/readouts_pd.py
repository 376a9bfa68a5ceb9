"""Read-outs: what laboratories and scanners measure of the chain; nothing here acts back.

Reads   mpfc_trkb, synapses of both regions, stress, severity, network [1], formation and loss of spines [1/h]
Gives   bdnf [ng/mL], spine_density, synaptic_density [percent of health], spine_formation, spine_elimination [percent in two days],
        cortisol [SD], ltp, sleep_swa, mtor [1], immobility, sucrose_preference, exploration [percent of a healthy animal]
Assumes each is proportional to one state, with a single factor.
Not modelled: assays, tracers' kinetics, learning of a test by the animal.
"""

from resynapse.notation import Mechanism, exp, observation, param, pos, quantity, state


class Readouts(Mechanism):
    """Markers of the mechanism."""

    #                 value   unit      meaning                                                  range         source
    bdnf_rest = param(9.5,    "ng/mL",  "plasma BDNF of a depressed person",                     (2, 30),       "fit:zheng2021")
    bdnf_gain = param(5.0,    "1",      "rise of the release into plasma per TrkB",              (1.0, 20.0),    "assumed")
    tau_bdnf  = param(3.0,    "h",      "turnover of plasma BDNF",                               (1.0, 8.0),    "assumed")
    bdnf_error = param(0.35,  "1",      "error of one plasma BDNF, fraction",                    (0.1, 0.6),    "assumed")
    pet_error = param(8.0,    "percent", "error of one synaptic density scan",                   (4, 15),       "assumed")
    count_error = param(4.0, "percent", "error of one animal's spine density, some ten dendrites", (2, 8),       "fit:shao2021")
    marker_sd = param(0.5,    "1",      "error of one blood or sleep marker, in its SD",         (0.2, 1.0),    "assumed")
    ltp_error = param(0.35,   "1",      "error of one evoked potentiation",                      (0.1, 0.6),    "assumed")
    test_error = param(0.25,  "1",      "error of one test of behaviour, fraction",              (0.1, 0.5),    "assumed")
    per_stress = param(1.26,  "1",      "cortisol per chronic load: 0.60 SD at the load of the depressed", (0.5, 3.0), "fit:stetler2011")
    calm_loss = param(2.0,    "1",      "loss of concerted activity per lost synapse",           (0.5, 5.0),    "assumed")
    swa_gain  = param(1.0,    "1",      "slow-wave activity per cortical potentiation",          (0.2, 3.0),    "assumed")
    floating  = param(0.30,   "1",      "immobility per unit of severity, on the log scale",     (0.1, 0.6),    "assumed")
    joy       = param(0.15,   "1",      "sucrose preference lost, the same",                     (0.05, 0.4),   "assumed")
    roaming   = param(0.20,   "1",      "exploration lost, the same",                            (0.05, 0.5),   "assumed")

    @state("1")
    def d_bdnf_rise(self, bdnf_rise, mpfc_trkb):
        """Fraction by which plasma BDNF is raised."""
        return (self.bdnf_gain * mpfc_trkb - bdnf_rise) / self.tau_bdnf

    @observation("ng/mL", proportional=bdnf_error)
    def bdnf(self, bdnf_rise):
        """Plasma BDNF."""
        return self.bdnf_rest * (1 + bdnf_rise)

    @observation("percent", additive=count_error)
    def spine_density(self, mpfc_synapses):
        """Spines in medial prefrontal cortex, percent of health."""
        return mpfc_synapses

    @observation("percent", additive=pet_error)
    def synaptic_density(self, synapse_loss):
        """Synaptic density over both regions as a tracer sees it, percent of health."""
        return 1 - synapse_loss

    @quantity("1")
    def mtor(self, mpfc_translation):
        """Translation marker above rest."""
        return mpfc_translation

    @observation("1", additive=marker_sd)
    def cortisol(self, stress):
        """Cortisol, SD above health."""
        return self.per_stress * stress

    @observation("1", additive=ltp_error)
    def ltp(self, hippocampus_potentiation):
        """Evoked potentiation in hippocampus, 1 = health.  A slice is its own baseline, so lost synapses divide out."""
        return 1 + hippocampus_potentiation

    @observation("1", additive=marker_sd)
    def sleep_swa(self, mpfc_potentiation):
        """Slow-wave activity of sleep above rest: potentiated synapses make larger slow waves."""
        return self.swa_gain * mpfc_potentiation

    @observation("percent", proportional=test_error)
    def immobility(self, severity):
        """Immobility in a swim or suspension test, percent of a healthy animal."""
        return exp(self.floating * severity)

    @observation("percent", proportional=test_error)
    def sucrose_preference(self, severity):
        """Preference for sweet water, percent of a healthy animal."""
        return exp(-self.joy * pos(severity))

    @observation("percent", proportional=test_error)
    def exploration(self, severity):
        """Exploration of a maze or field, percent of a healthy animal."""
        return exp(-self.roaming * severity)

    @quantity("1")
    def ensemble_coactivity(self, mpfc_synapses, mpfc_potentiation):
        """Concerted activity of cortical ensembles, 1 = health: falls with lost synapses, returns with potentiation and regrowth."""
        return 1 - self.calm_loss * pos(1 - mpfc_synapses) + mpfc_potentiation
