"""Course: an untreated illness may pass by itself, and somebody who is well may fall ill again.

Reads   recovering, relapsed (inputs: events that methods.trial draws from the hazards below); MADRS [points] from symptoms
Gives   natural_relief [1], kept [1] (share of relief by hope and other treatments that is left)     to symptoms
        depressive_episode [1]: 1 while the MADRS stands above what a recovered person has
Assumes recovery takes most of the severity away within weeks.  Its hazard is highest in the first months; that of relapse rises with
        residual severity, falls with the weeks spent well (consolidation), with an antidepressant that is taken and with what was
        learnt in therapy.  A relapse takes away the relief by hope, other treatments and recovery; what synapses carry stays.
Not modelled: chronicity by failed trials, seasons, bipolar switches, death.
"""

from collections.abc import Callable

import numpy as np

from resynapse.notation import Mechanism, given, param, quantity, state, where


class Course(Mechanism):
    """The illness without and after treatment."""

    #                    value   unit   meaning                                                        range           source
    recovery_size = param(1.6,   "1",   "relief by recovery, on the log scale of severity",            (0.8, 3.0),     "assumed")
    tau_recovery = param(14.0,   "d",   "recovery takes",                                              (4, 40),        "assumed")
    tau_relapse = param(10.0,    "d",   "relapse takes",                                               (3, 30),        "assumed")
    # hazards per day, worked out between visits
    recovery_later = param(0.0032, "1/d", "of recovery after the first months",                        (0.0008, 0.006), "fit:whiteford2013")
    recovery_first = param(0.0018, "1/d", "more of it at the start",                                   (0.0, 0.006),   "fit:whiteford2013")
    recovery_fades = param(60.0, "d",   "which fades within",                                          (20, 200),      "assumed")
    relapse_rate = param(0.0052, "1/d", "of relapse in somebody just well, without a symptom",         (0.001, 0.02),  "fit:hollon2005")
    by_residual = param(0.05,    "1",   "log hazard per point of MADRS",                               (0.0, 0.12),    "assumed")
    consolidates = param(0.0031, "1/d", "log hazard taken off by each day spent well",                 (0.0, 0.011),   "fit:lewis2021")
    on_drug = param(0.55,        "1",   "hazard ratio while an antidepressant or ketamine is taken",   (0.25, 0.9),    "fit:hollon2005")
    learnt = param(0.4,          "1",   "hazard ratio with all that can be learnt in therapy",         (0.15, 0.9),    "fit:hollon2005")

    recovering = given("1", "1 from a recovery on")
    relapsed   = given("1", "1 from a relapse until a recovery")

    @state("1")
    def d_recovered(self, recovered, recovering): return (recovering - recovered) / self.tau_recovery

    @state("1")
    def d_lost(self, lost, relapsed): return (relapsed - lost) / self.tau_relapse

    @quantity("1")
    def natural_relief(self, recovered): return self.recovery_size * recovered

    @quantity("1")
    def kept(self, lost): return 1 - lost


class Episode(Mechanism):
    """Whether somebody is ill."""

    limit = param(15.0, "points", "MADRS above which somebody is in an episode", (11, 21), "assumed")

    @quantity("1")
    def depressive_episode(self, MADRS): return where(MADRS > self.limit, 1.0, 0.0)


Numbers = Callable[[str], np.ndarray | float]


def recovery_hazard(number: Numbers, days_ill: np.ndarray) -> np.ndarray:
    """Return the hazard per day (n,) of recovery in somebody who has been in the study, ill, for so many days.  number: name -> value."""
    return number("recovery_later") + number("recovery_first") * np.exp(-days_ill / number("recovery_fades"))


def relapse_hazard(number: Numbers, madrs: np.ndarray, days_well: np.ndarray, treated: np.ndarray, skill: np.ndarray) -> np.ndarray:
    """Return the hazard per day (n,) of relapse in somebody who is well.

    madrs: residual symptoms; days_well: since when; treated: whether a drug is taken; skill: learnt in therapy, 0-1.
    """
    log = number("by_residual") * madrs - number("consolidates") * days_well
    log = log + np.where(treated, np.log(number("on_drug")), 0.0) + np.clip(skill, 0.0, 1.0) * np.log(number("learnt"))
    return number("relapse_rate") * np.exp(log)
