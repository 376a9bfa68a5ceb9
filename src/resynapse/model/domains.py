"""Domains: one latent course, and how mood, sleep, appetite, energy, tension and suicidal thoughts follow it.

Reads   severity, severity_at_rest, psi_at_rest [1] from symptoms
Gives   mood, sleep, appetite, energy, tension, suicidal [1], traits in the metric of the PHQ-9 item bank     to totals, ratings
Assumes mood and thinking follow at once and a little more than the whole, sleep and appetite late and less (insomnia is what
        responders keep, suicidal thoughts what they lose first: mcclintock2011); people differ in what they suffer from most.
Not modelled: a domain that acts back on the course.
"""

from resynapse.notation import Mechanism, param, quantity, state


class Domains(Mechanism):
    """What a person suffers from."""

    #                  value  unit  meaning                                              range          source
    follow_mood     = param(1.16, "1", "part of the relief that mood and thinking get",  (0.9, 1.3),    "assumed")
    follow_sleep    = param(0.70, "1", "that sleep gets",                                (0.3, 1.0),    "assumed")
    follow_appetite = param(0.80, "1", "that appetite gets",                             (0.3, 1.1),    "assumed")
    follow_energy   = param(1.00, "1", "that energy gets",                               (0.5, 1.2),    "assumed")
    follow_tension  = param(1.08, "1", "that tension and irritability get",              (0.6, 1.3),    "assumed")
    follow_suicidal = param(1.25, "1", "that suicidal thoughts get",                     (0.9, 1.6),    "assumed")
    tau_bodily      = param(30.0, "h", "sleep and appetite follow within",               (12, 96),      "assumed")
    own_sleep       = param(0.0,  "1", "the person's own: sleep beside the rest",        (-3.0, 3.0),   "convention")
    own_appetite    = param(0.0,  "1", "appetite",                                       (-3.0, 3.0),   "convention")
    own_energy      = param(0.0,  "1", "energy",                                         (-3.0, 3.0),   "convention")
    own_tension     = param(0.0,  "1", "tension",                                        (-3.0, 3.0),   "convention")
    own_suicidal    = param(0.0,  "1", "suicidal thoughts",                              (-3.0, 3.0),   "convention")

    @quantity("1")
    def relief(self, severity, severity_at_rest):
        """Severity that has gone since before the study."""
        return severity_at_rest - severity

    @state("1")
    def d_bodily_relief(self, relief, bodily_relief):
        """Relief as sleep and appetite follow it."""
        return (relief - bodily_relief) / self.tau_bodily

    @quantity("1")
    def mood(self, psi_at_rest, relief):
        """Sadness, interest, guilt, pessimism, concentration."""
        return psi_at_rest - self.follow_mood * relief

    @quantity("1")
    def sleep(self, psi_at_rest, bodily_relief): return psi_at_rest + self.own_sleep - self.follow_sleep * bodily_relief

    @quantity("1")
    def appetite(self, psi_at_rest, bodily_relief): return psi_at_rest + self.own_appetite - self.follow_appetite * bodily_relief

    @quantity("1")
    def energy(self, psi_at_rest, relief):
        """Energy, fatigue, pace."""
        return psi_at_rest + self.own_energy - self.follow_energy * relief

    @quantity("1")
    def tension(self, psi_at_rest, relief):
        """Inner tension, anxiety, irritability."""
        return psi_at_rest + self.own_tension - self.follow_tension * relief

    @quantity("1")
    def suicidal(self, psi_at_rest, relief):
        """Suicidal thoughts."""
        return psi_at_rest + self.own_suicidal - self.follow_suicidal * relief
