"""Receptor: ketamine and its metabolites block the open NMDA channel, on interneurons before pyramidal cells.

Reads   s_effect_site, r_effect_site, s_nor_effect_site, r_nor_effect_site [µM, unbound in brain]     from disposition or mouse
Gives   blocker [µM], interneuron_block, pyramidal_block, nmda_block [1]                              to glutamate, network, inflammation
Assumes competitive, reversible, quasi-steady block; potencies add up as S-ketamine equivalents.
Not modelled: trapping by use, gating of single subunits, extracellular magnesium.
"""

from resynapse.notation import Mechanism, param, quantity


class Receptor(Mechanism):
    """Occupancy of the two cell types; hydroxynorketamine (IC50 46 µM) is too weak to count here."""

    #                value  unit  meaning                                             range        source
    w_r      = param(0.21,  "1",  "potency of R- relative to S-ketamine: Ki 1.4, 0.3",  (0.1, 0.5),  "ebert1997")
    w_s_nor  = param(0.18,  "1",  "the same for S-norketamine: Ki 1.7",                 (0.08, 0.3), "ebert1997")
    w_r_nor  = param(0.02,  "1",  "the same for R-norketamine: Ki 13",                  (0.0, 0.1),  "ebert1997")
    K_int    = param(1.0,   "µM", "half block on interneurons, S-equivalents",          (0.6, 1.8),  "nmdar_table2013")
    K_pyr    = param(5.0,   "µM", "half block on pyramidal cells, S-equivalents",       (1.2, 6.0),  "assumed")
    share_int = param(0.2,  "1",  "interneurons' share of all channels that a tracer sees", (0.1, 0.4), "assumed")
    glun2d   = param(1.0,   "1",  "switch: interneurons carry the channel (GluN2D)",    (0.0, 1.0),  "switch")
    glun2b   = param(1.0,   "1",  "switch: pyramidal cells carry the channel (GluN2B)", (0.0, 1.0),  "switch")

    @quantity("µM")
    def blocker(self, s_effect_site, r_effect_site, s_nor_effect_site, r_nor_effect_site):
        """Unbound drug in brain as S-ketamine equivalents."""
        return s_effect_site + self.w_r * r_effect_site + self.w_s_nor * s_nor_effect_site + self.w_r_nor * r_nor_effect_site

    @quantity("1")
    def interneuron_block(self, blocker):
        """Fraction of open channels on interneurons that is blocked, 0-1."""
        return self.glun2d * blocker / (blocker + self.K_int)

    @quantity("1")
    def pyramidal_block(self, blocker):
        """Fraction of open channels on pyramidal cells that is blocked, 0-1."""
        return self.glun2b * blocker / (blocker + self.K_pyr)

    @quantity("1")
    def nmda_block(self, interneuron_block, pyramidal_block):
        """Occupancy over all cells, as a tracer or an ex vivo assay would see it."""
        return self.share_int * interneuron_block + (1 - self.share_int) * pyramidal_block
