"""Assay: what a laboratory reports, in ng/mL of the base, for arterial and venous samples.

Reads   concentrations of disposition [µM]
Gives   s_ketamine_venous, ketamine_arterial, … [ng/mL]     to studies, reports, evidence
Assumes proportional error of one sample; `recovery` is what differs between laboratories and studies (1 on average).
Not modelled: limits of quantification, whole blood against plasma.
"""

from resynapse.notation import Mechanism, observation, param


class Assay(Mechanism):
    """One analyte."""

    #                   value    unit     meaning                              range            source
    molar_mass = param( 237.73,  "g/mol", "of the base",                       (223.70, 239.70), "convention")
    recovery   = param( 1.0,     "1",     "what this laboratory finds of it",  (0.3, 2.5),      "convention")
    residual   = param( 0.25,    "1",     "SD of one sample, proportional",    (0.1, 0.4),      "perezruixo2021")

    @observation("ng/mL", proportional=residual)
    def arterial(self, artery): return self.recovery * self.molar_mass * artery

    @observation("ng/mL", proportional=residual)
    def venous(self, vein): return self.recovery * self.molar_mass * vein


class PairAssay(Assay):
    """One analyte, both enantiomers together."""

    @observation("ng/mL", proportional=Assay.residual)
    def arterial(self, artery, other_artery): return self.recovery * self.molar_mass * (artery + other_artery)

    @observation("ng/mL", proportional=Assay.residual)
    def venous(self, vein, other_vein): return self.recovery * self.molar_mass * (vein + other_vein)
