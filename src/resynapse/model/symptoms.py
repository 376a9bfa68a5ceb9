"""Symptoms: the latent severity of depression.

Reads   synapses, synapses_at_rest and potentiation of both regions [1]; network, inflammation, strain; the reliefs [1]
Gives   psi, severity [1] (item-bank trait; higher = worse)     to stress, inflammation, domains
Assumes the trait of the PHQ-9 item bank (normal with mean 0, SD 1 in a mostly non-clinical sample); lost synapses explain a
        person's `share` of severity; hope and drug relieve in part the same (`overlap`).
Not modelled: how symptoms act on each other; what the scales read of it is in `domains`, `totals` and `items`.
"""

from resynapse.notation import Mechanism, exp, maximum, param, pos, quantity, where


class Severity(Mechanism):
    """The latent trait of one person."""

    #                value  unit  meaning                                                            range        source
    psi_health = param(0.0, "1",  "trait of a healthy adult",                                        (-1.0, 0.5), "lalonde2025")
    severity0 = param(2.34, "1",  "severity above health before the study (a mouse: that a full loss brings)", (0.0, 6.0), "fit:daly2019")
    share    = param(0.18,  "1",  "of severity that synapse loss explains, median person", (0.01, 0.9), "fit:dean2021,popova2019")
    loss_ref = param(0.20,  "1",  "loss that brings the full share, where none is lost at rest",     (0.1, 0.4),  "assumed")
    w_pot    = param(1.00,  "1", "relief by full potentiation against that by full regrowth", (0.3, 4.0),  "fit:dean2021,popova2019")
    overlap  = param(1.00,  "1", "of the drug's relief that hope has given already, per unit of hope's, log scale", (0.0, 6.0), "assumed")
    w_mpfc   = param(0.7,   "1",  "cortex's part, the rest is the hippocampus's",                    (0.3, 1.0),  "assumed")
    w_net    = param(0.0,   "1",  "severity per network deviation",                                  (0.0, 1.0),  "assumed")
    w_inf    = param(0.0,   "1",  "severity per inflammation",                                       (0.0, 1.0),  "assumed")
    w_life   = param(0.1,   "1",  "severity per strain of the day",                                  (0.0, 0.5),  "assumed")
    synapses_to_mood     = param(1.0, "1", "switch: synapses act on mood, beyond their level at rest", (0.0, 1.0), "switch")
    potentiation_to_mood = param(1.0, "1", "switch: potentiation acts on mood",                      (0.0, 1.0),  "switch")
    network_to_mood      = param(1.0, "1", "switch: the network acts on mood",                       (0.0, 1.0),  "switch")
    inflammation_to_mood = param(1.0, "1", "switch: inflammation acts on mood",                      (0.0, 1.0),  "switch")
    strain_to_mood       = param(1.0, "1", "switch: strain acts on mood",                            (0.0, 1.0),  "switch")

    @quantity("1")
    def synapse_loss(self, mpfc_synapses, hippocampus_synapses):
        """Share of health's synapses that is missing, over both regions."""
        return self.w_mpfc * pos(1 - mpfc_synapses) + (1 - self.w_mpfc) * pos(1 - hippocampus_synapses)

    @quantity("1")
    def synapse_loss_at_rest(self, mpfc_synapses_at_rest, hippocampus_synapses_at_rest):
        return self.synapse_loss(mpfc_synapses_at_rest, hippocampus_synapses_at_rest)

    @quantity("1")
    def potentiation(self, mpfc_potentiation, hippocampus_potentiation):
        """Fast potentiation over both regions, 0-1."""
        return self.w_mpfc * mpfc_potentiation + (1 - self.w_mpfc) * hippocampus_potentiation

    @quantity("1")
    def full_loss(self, synapse_loss_at_rest):
        """Loss that stands for the whole share: the person's own, or the reference where none is lost at rest."""
        return where(synapse_loss_at_rest > 0.02, maximum(synapse_loss_at_rest, 0.02), self.loss_ref)

    @quantity("1")
    def severity_at_rest(self, synapse_loss_at_rest, full_loss):
        """severity0 in a patient; in an animal or person without loss only the share that synapses do not explain."""
        return self.severity0 * (1 - self.share + self.share * synapse_loss_at_rest / full_loss)

    @quantity("1")
    def synaptic_severity(self, synapse_loss, synapse_loss_at_rest, full_loss, potentiation, placebo_relief):
        """Change of severity by synapses and potentiation."""
        lost = self.synapses_to_mood * (synapse_loss - synapse_loss_at_rest) / full_loss
        left = exp(-self.overlap * placebo_relief)
        return self.severity0 * self.share * left * (lost - self.potentiation_to_mood * self.w_pot * potentiation)

    @quantity("1")
    def unrelieved(self, placebo_relief, antidepressant_relief, therapy_relief, ect_relief, natural_relief, kept):
        """Share of severity that hope, other treatments and recovery leave; each takes a share of what the others leave."""
        return exp(-kept * (placebo_relief + antidepressant_relief + therapy_relief + ect_relief + natural_relief))

    @quantity("1")
    def severity(self, severity_at_rest, synaptic_severity, unrelieved, network, network_at_rest, inflammation, inflammation_at_rest,
                 strain):
        """Severity above health."""
        by_network = self.network_to_mood * self.w_net * (network - network_at_rest)
        by_inflammation = self.inflammation_to_mood * self.w_inf * (inflammation - inflammation_at_rest)
        by_life = self.strain_to_mood * self.w_life * strain
        return (severity_at_rest + synaptic_severity + by_network + by_inflammation + by_life) * unrelieved

    @quantity("1")
    def psi(self, severity):
        """The trait; higher = worse."""
        return self.psi_health + severity

    @quantity("1")
    def psi_at_rest(self, severity_at_rest):
        """The trait before the study."""
        return self.psi_health + severity_at_rest
