"""Stress: a chronic load that made and keeps the illness, and the strain of the day on top of it.

Reads   severity [1] from symptoms (low mood sustains the load); severity_at_rest, chronic rest values
Gives   stress [1] (1 = the laboratory's daily restraint or corticosterone), strain, load     to plasticity, inflammation, network
Assumes the load stood still before the study: its outer causes are what makes the state at rest steady.  A stressful event of life
        raises the strain for weeks; events befall people at random where a study asks for it (a rate, with sizes that differ), and come
        on top of the usual load.
Not modelled: the hormone itself; cortisol is a read-out.
"""

from resynapse.notation import Mechanism, event, given, log, maximum, minimum, param, pos, quantity, state, where

#                      value   unit   meaning                                                          range        source
events_per_year = param(1.0,   "1",   "marked events of life in a year",                                (0.3, 3.0),  "assumed")
event_size      = param(0.5,   "1",   "strain that the usual one brings; 1 = daily restraint",         (0.1, 1.0),  "assumed")
event_sd        = param(0.5,   "1",   "how events differ, SD of the logarithm",                        (0.2, 1.0),  "assumed")


class Stress(Mechanism):
    """Load and strain; heredity, maltreatment and poverty raise the load by their published odds."""

    #                 value   unit  meaning                                                   range         source
    chronic   = param(0.476,  "1",  "load of a resistant depression; 0 in health",            (0.0, 1.5),   "assumed")
    tau_load  = param(336.0,  "h",  "turnover of the load",                                   (168, 672),   "assumed")
    tau_strain = param(12.0,  "h",  "turnover of the strain by events",                       (4, 48),      "assumed")
    tau_trouble = param(336.0, "h", "how long an event of life troubles",                     (72, 2000),   "assumed")
    low_mood  = param(0.08,   "1",  "load per unit of severity: low mood sustains stress",    (0.0, 0.15),  "assumed")
    mood_to_stress = param(1.0, "1", "switch: low mood sustains stress",                      (0.0, 1.0),   "switch")
    per_sd    = param(0.19,   "1",  "load per SD of liability",                               (0.05, 0.4),  "assumed")
    heredity  = param(0.0,    "1",  "inherited liability of the person, in its own SD",       (-4, 4),      "convention")
    heritable = param(0.608,  "1",  "SD of inherited liability, root of a heritability of 0.37", (0.56, 0.65), "sullivan2000")
    maltreated = param(0.0,   "1",  "maltreatment in childhood, 0 or 1",                      (0.0, 1.0),   "convention")
    poor      = param(0.0,    "1",  "low income, 0 or 1",                                     (0.0, 1.0),   "convention")
    usual     = param(0.0,    "1",  "load by maltreatment and poverty that the typical person of the group has", (0.0, 0.2), "assumed")
    or_maltreated = param(2.66, "1", "odds ratio of depression after maltreatment",           (2.38, 3.73), "nelson2017")
    or_poor   = param(1.96,   "1",  "odds ratio of depression with low income",               (1.53, 2.52), "jespersen2023")

    life = given("1", "stressful events above the usual load; 1 = daily restraint, negative = relief")

    @quantity("1")
    def causes_of_load(self):
        """Load by heredity, maltreatment and poverty above the typical person of the group; ln(odds ratio)/1.81 = SD of liability."""
        events = self.maltreated * log(self.or_maltreated) + self.poor * log(self.or_poor)
        return self.per_sd * (self.heritable * self.heredity + events / 1.81) - self.usual

    @quantity("1")
    def stress_at_rest(self, causes_of_load):
        """Load before the study; none in a person who is healthy."""
        return where(self.chronic > 0.0, maximum(self.chronic + causes_of_load, 0.05), 0.0)

    @quantity("1")
    def hold(self, stress_at_rest, severity_at_rest):
        """Load per unit of severity, kept below 0.8 of the load that there is."""
        most = 0.8 * stress_at_rest / maximum(severity_at_rest, 0.01)
        return self.mood_to_stress * where(severity_at_rest > 0.01, minimum(self.low_mood, most), self.low_mood)

    @quantity("1")
    def outer_causes(self, stress_at_rest, severity_at_rest, hold):
        """Causes outside the loop: what makes the load at rest steady."""
        return stress_at_rest - hold * severity_at_rest

    @state("1", start=stress_at_rest)
    def d_load(self, load, outer_causes, hold, severity):
        """Chronic load: slow."""
        return (outer_causes + hold * pos(severity) - load) / self.tau_load

    @state("1")
    def d_trouble(self, trouble):
        """What events of life have left; fades over weeks."""
        return -trouble / self.tau_trouble

    @state("1")
    def d_strain(self, strain, life, trouble):
        """Strain of current events: quick."""
        return (life + trouble - strain) / self.tau_strain

    @quantity("1")
    def stress(self, load, strain):
        """Stress drive, never below none."""
        return pos(load + strain)

    life_event = event(d_trouble, "add", 0.5, "a stressful event of life of the usual size")
