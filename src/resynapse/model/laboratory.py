"""Laboratory: what an experimenter does beside the drug, as inputs that events set; all 0 unless a study says otherwise.

Gives   ampa_antagonist, bdnf_antibody, rapamycin, immune_challenge     to glutamate, plasticity, inflammation
Assumes an intervention acts at once and is as strong as the number that a study gives it.
Not modelled: its own kinetics, and effects outside its target.
"""

from resynapse.notation import Mechanism, exp, given, param, quantity


class Laboratory(Mechanism):
    """Blockers of single steps, and an immune challenge."""

    #            value  unit  meaning                                          range       source
    reach = param(1.0,  "1",  "how completely a blocker silences its target",  (0.0, 1.0), "convention")

    ampa_antagonist  = given("1", "AMPA receptor antagonist on board: 0 none, 1 full block")
    bdnf_antibody    = given("1", "antibody against BDNF in the cortex: 0 none, 1 full capture")
    rapamycin        = given("1", "mTORC1 inhibitor on board: 0 none, 1 full block")
    immune_challenge = given("1", "inflammatory challenge such as lipopolysaccharide, in units of inflammation")

    @quantity("1")
    def ampa_left(self, ampa_antagonist):
        """Share of AMPA transmission that an antagonist leaves: e^-4 at full block."""
        return exp(-4 * self.reach * ampa_antagonist)

    @quantity("1")
    def bdnf_left(self, bdnf_antibody):
        """Share of released BDNF that an antibody leaves."""
        return exp(-4 * self.reach * bdnf_antibody)

    @quantity("1")
    def translation_left(self, rapamycin):
        """Share of local translation that an inhibitor of mTORC1 leaves."""
        return exp(-4 * self.reach * rapamycin)
