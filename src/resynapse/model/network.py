"""Network: the default mode network's state, as deviation from health, and rumination.

Reads   stress, stress_at_rest, synapse_loss, synapse_loss_at_rest, potentiation, pyramidal_block [1]; severity
Gives   network, dmn_connectivity, rumination [1]     to symptoms and read-outs
Assumes one number for the whole network; in the base model it does not act on mood (weight 0).
Not modelled: single regions.  Depressed people's networks are not simply overactive (tozzi2021): weights are small on purpose.
"""

from resynapse.notation import Mechanism, param, pos, quantity, state


class Network(Mechanism):
    """Connectivity within the default mode network."""

    #                   value  unit  meaning                                    range        source
    tau_net    = param( 2.0,   "h",  "turnover of the network state",           (0.5, 24),   "assumed")
    net_stress  = param( 0.3,   "1",  "stress raises it",                        (0.03, 1.0), "assumed")
    net_loss    = param( 0.5,   "1",  "lost synapses raise it",                  (0.05, 1.5), "assumed")
    net_pot     = param( 0.3,   "1",  "potentiation lowers it",                  (0.03, 1.0), "assumed")
    net_block   = param( 0.5,   "1",  "pyramidal block lowers it",               (0.05, 1.5), "assumed")
    w_ruminate = param( 0.5,   "1",  "severity's share in rumination",          (0.1, 0.9),  "assumed")
    stress_to_network   = param(1.0, "1", "switch: stress acts on the network", (0.0, 1.0),  "switch")
    synapses_to_network = param(1.0, "1", "switch: lost synapses act on it",    (0.0, 1.0),  "switch")
    potentiation_to_network = param(1.0, "1", "switch: potentiation acts on it", (0.0, 1.0), "switch")
    block_to_network    = param(1.0, "1", "switch: the drug's block acts on it", (0.0, 1.0), "switch")

    @quantity("1")
    def network_at_rest(self, stress_at_rest, synapse_loss_at_rest):
        """Steady state before the study."""
        return self.net_stress * stress_at_rest + self.net_loss * synapse_loss_at_rest

    @state("1", start=network_at_rest)
    def d_network(self, network, network_at_rest, stress, stress_at_rest, synapse_loss, synapse_loss_at_rest,
                  potentiation, pyramidal_block):
        """Deviation from health."""
        stressed = self.stress_to_network * self.net_stress * (stress - stress_at_rest)
        lost = self.synapses_to_network * self.net_loss * (synapse_loss - synapse_loss_at_rest)
        calmed = self.potentiation_to_network * self.net_pot * potentiation + self.block_to_network * self.net_block * pyramidal_block
        return (network_at_rest + stressed + lost - calmed - network) / self.tau_net

    @quantity("1")
    def dmn_connectivity(self, network):
        """Connectivity within the default mode network, deviation from health."""
        return network

    @quantity("1")
    def rumination(self, network, severity):
        """Rumination, deviation from health."""
        return self.w_ruminate * pos(severity) + (1 - self.w_ruminate) * network
