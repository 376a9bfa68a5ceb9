"""Comparators: conventional antidepressants, psychotherapy and electroconvulsive therapy, each as a share of severity relieved.

Reads   antidepressant_on, therapy_on (inputs of a study); ect_session (event); mpfc_programme [1] from plasticity
Gives   antidepressant_relief, therapy_relief, ect_relief [1]     to symptoms
Assumes onset without a hard lag; each failed trial before makes the next drug weaker.
Not modelled: drugs one by one, dose, side effects, memory after electroconvulsive therapy.
"""

from resynapse.notation import Mechanism, event, exp, given, param, pos, power, quantity, state

ECT_DAYS = tuple(float(d) for week in range(3) for d in (7 * week, 7 * week + 2, 7 * week + 4))
"""A usual course: three sessions a week for three weeks, days after the first."""


class Comparators(Mechanism):
    """What else is given for depression."""

    #                value   unit   meaning                                                      range         source
    e_drug   = param(0.088,   "1",   "relief by a first antidepressant beyond placebo",           (0.0, 0.4),   "fit:taylor2006")
    k_drug   = param(0.05,   "1/d", "its onset: 0.35 per week",                                  (0.02, 0.12), "taylor2006")
    next_step = param(0.65,  "1",   "what is left of it after each failed trial",                (0.4, 1.0),   "fit:rush2006")
    failed   = param(2.0,    "1",   "failed trials before",                                      (0, 10),      "convention")
    e_therapy = param(0.18,  "1",   "relief by psychotherapy",                                   (0.0, 0.5),   "fit:cuijpers2023")
    k_therapy = param(0.0286, "1/d", "its onset: 0.2 per week",                                  (0.01, 0.06), "assumed")
    half_skill = param(730.0, "d",  "what was learnt halves in",                                 (180, 2000),  "fit:hollon2005")
    window   = param(0.0,    "1",   "therapy is learnt faster while the growth programme is on", (0.0, 10),    "assumed")
    e_ect    = param(0.9,    "1",   "relief by a full course of electroconvulsive therapy",      (0.3, 1.2),   "fit:husain2004")
    per_ect  = param(0.25,   "1",   "course made by one session",                                (0.1, 0.5),   "fit:husain2004")
    half_ect = param(45.0,   "d",   "it halves in",                                              (14, 180),    "fit:jelovac2013")

    antidepressant_on = given("1", "1 while an antidepressant is taken that was started in the study")
    therapy_on        = given("1", "1 while psychotherapy is given")

    @state("1")
    def d_adaptation(self, adaptation, antidepressant_on):
        """How far the newly started antidepressant has taken hold."""
        return self.k_drug * (antidepressant_on - adaptation)

    @quantity("1")
    def antidepressant_relief(self, adaptation):
        """A stable drug from before is part of the severity at rest."""
        return self.e_drug * power(self.next_step, self.failed) * adaptation

    @state("1")
    def d_skill(self, skill, therapy_on, mpfc_programme):
        """What was learnt in therapy; forgotten over years."""
        return self.k_therapy * (1 + self.window * mpfc_programme) * pos(therapy_on - skill) - 0.6931 / self.half_skill * skill

    @quantity("1")
    def therapy_relief(self, skill): return self.e_therapy * skill

    @state("1")
    def d_sessions(self, sessions):
        """Sessions of electroconvulsive therapy that still act."""
        return -0.6931 / self.half_ect * sessions

    @quantity("1")
    def ect_relief(self, sessions): return self.e_ect * (1 - exp(-self.per_ect * sessions))

    ect_session = event(d_sessions, "add", 1.0, "one session of electroconvulsive therapy")
