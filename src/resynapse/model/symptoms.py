"""Symptoms: the latent severity of depression, and what the scales read from it.

Reads   synapses, synapses_at_rest and potentiation of both regions [1]; network, inflammation, strain; the reliefs [1]
Gives   psi, severity [1] (item-bank trait; higher = worse)     to stress, inflammation;    PHQ9, MADRS, HAMD17 [points]
Assumes the trait of the PHQ-9 item bank (normal with mean 0, SD 1 in a mostly non-clinical sample); lost synapses explain a
        person's `share` of severity.  Interim link of the totals: with x = PHQ-9/27, MADRS/60 = c*x + (1-c)*x*x, where c makes
        PHQ-9 19.5 and MADRS 37.5 agree (both in daly2019); HAMD17 = 52*(MADRS/60)^a with a from HAMD17 7 = MADRS 8.5 (carmody2006).
Not modelled: single MADRS items, domains that follow at their own pace.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from resynapse.notation import Mechanism, exp, maximum, observation, param, pos, power, quantity, where

# discrimination, three thresholds: little interest, feeling down, sleep, fatigue, appetite,
# bad about self, concentration, psychomotor, suicidal
BANK = (
    (2.21, 0.83, 1.75, 2.50), (3.53, 0.89, 1.71, 2.23), (1.94, 0.33, 1.30, 1.97), (2.20, 0.16, 1.33, 2.00), (2.10, 0.94, 1.74, 2.42),
    (3.20, 1.00, 1.66, 2.19), (1.94, 1.04, 1.88, 2.46), (1.90, 1.58, 2.35, 2.97), (3.24, 1.83, 2.43, 2.79),
)  # fmt: skip


class Item(Mechanism):
    """One graded-response item of the PHQ-9, 0-3."""

    #           value  unit  meaning                          range        source
    a  = param( 2.21,  "1",  "discrimination, 1/SD of trait", (0.5, 5.0),  "lalonde2025")
    b1 = param( 0.83,  "1",  "threshold of 1 point",          (-3.0, 4.0), "lalonde2025")
    b2 = param( 1.75,  "1",  "threshold of 2 points",         (-3.0, 4.0), "lalonde2025")
    b3 = param( 2.50,  "1",  "threshold of 3 points",         (-3.0, 4.0), "lalonde2025")

    @quantity("1")
    def score(self, psi):
        """Expected score."""
        one = 1 / (1 + exp(-self.a * (psi - self.b1)))
        two = 1 / (1 + exp(-self.a * (psi - self.b2)))
        return one + two + 1 / (1 + exp(-self.a * (psi - self.b3)))


class Severity(Mechanism):
    """The latent trait of one person."""

    #                value  unit  meaning                                                            range        source
    psi_health = param(0.0, "1",  "trait of a healthy adult",                                        (-1.0, 0.5), "lalonde2025")
    severity0 = param(2.34, "1",  "severity above health before the study (a mouse: that a full loss brings)", (0.0, 6.0), "fit:daly2019")
    share    = param(0.18,  "1",  "of severity that synapse loss explains, median person", (0.01, 0.9), "fit:dean2021,popova2019")
    loss_ref = param(0.20,  "1",  "loss that brings the full share, where none is lost at rest",     (0.1, 0.4),  "assumed")
    w_pot    = param(1.00,  "1", "relief by full potentiation against that by full regrowth", (0.3, 4.0),  "fit:dean2021,popova2019")
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
    def synaptic_severity(self, synapse_loss, synapse_loss_at_rest, full_loss, potentiation):
        """Change of severity by synapses and potentiation."""
        lost = self.synapses_to_mood * (synapse_loss - synapse_loss_at_rest) / full_loss
        return self.severity0 * self.share * (lost - self.potentiation_to_mood * self.w_pot * potentiation)

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


class Scales(Mechanism):
    """Totals that a rater or the person would give."""

    #              value  unit      meaning                                               range        source
    link   = param(0.517, "1",      "linear part of the link from PHQ-9 to MADRS",        (0.2, 1.0),  "fit:daly2019")
    hamd   = param(1.026, "1",      "exponent of the link from MADRS to HAMD17",          (0.9, 1.3),  "fit:carmody2006")
    rater  = param(2.0,   "points", "error of one MADRS rating, SD, from ICC 0.91-0.96",  (1.1, 3.0),  "fit:madrs24h_2016")
    rater_hamd = param(2.0, "points", "error of one HAMD17 rating, SD",                   (1.0, 3.5),  "assumed")
    rater_phq = param(1.5, "points", "error of one PHQ-9 total, SD",                      (0.8, 2.5),  "assumed")

    @observation("points", additive=rater_phq)
    def PHQ9(self, phq1_score, phq2_score, phq3_score, phq4_score, phq5_score, phq6_score, phq7_score, phq8_score, phq9_score):
        """Expected total of the PHQ-9, 0-27."""
        first = phq1_score + phq2_score + phq3_score + phq4_score + phq5_score
        return first + phq6_score + phq7_score + phq8_score + phq9_score

    @observation("points", additive=rater)
    def MADRS(self, PHQ9):
        """Expected total of the MADRS, 0-60."""
        return 60 * (self.link * PHQ9 / 27 + (1 - self.link) * (PHQ9 / 27) ** 2)

    @observation("points", additive=rater_hamd)
    def HAMD17(self, MADRS):
        """Expected total of the HAMD17, 0-52."""
        return 52 * power(MADRS / 60, self.hamd)


def items() -> list[Mechanism]:
    """Return the nine items of the PHQ-9, named phq1 to phq9."""
    return [Item(f"phq{i}", values=_numbers(numbers)) for i, numbers in enumerate(BANK, 1)]


def _numbers(item: tuple[float, ...]) -> dict[str, object]:
    a = param(item[0], "1", "discrimination, 1/SD of trait", (0.5, 5.0), "lalonde2025")
    thresholds = {f"b{k}": param(b, "1", f"threshold of {k} points", (-3.0, 4.0), "lalonde2025") for k, b in enumerate(item[1:], 1)}
    return {"a": a} | thresholds


def madrs_of_psi(psi: ArrayLike) -> NDArray[np.float64]:
    """Return the expected MADRS total of a trait, any shape."""
    trait = np.asarray(psi, float)[..., None, None]
    bank = np.array(BANK)
    x = (1 / (1 + np.exp(-bank[:, :1] * (trait - bank[:, 1:])))).sum((-1, -2)) / 27
    link = Scales.link.value
    return 60 * (link * x + (1 - link) * x * x)


def psi_of_madrs(madrs: ArrayLike) -> NDArray[np.float64]:
    """Return the trait at which a MADRS total is expected, any shape; totals are held within 0.01-59.5 points."""
    grid = np.linspace(-5.0, 7.0, 1201)
    curve = madrs_of_psi(grid)
    return np.interp(np.clip(np.asarray(madrs, float), 0.01, 59.5), curve, grid)
