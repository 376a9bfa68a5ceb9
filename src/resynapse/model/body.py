"""Body: how size and age set the pace of the organs.

Gives   size, pace, liver_pace [1]     to absorption, disposition; years, womanly [1]     to tolerability
Assumes allometry: exponent 1 on volumes, 0.75 on clearances and flows; liver flow falls linearly past 60 years.
Not modelled: composition of the body, pregnancy, growth (children have a published model of their own).
"""

from resynapse.notation import Mechanism, maximum, param, pos, power, quantity


class Body(Mechanism):
    """One person."""

    #                  value   unit   meaning                                      range          source
    weight   = param(  70.0,   "kg",  "body weight",                               (0.015, 250),  "convention")
    adult    = param(  70.0,   "kg",  "weight to which the parameters refer",      (70, 70),      "convention")
    age      = param(  40.0,   "1",   "age in years",                              (0.0, 110),    "convention")
    b_flow   = param(  0.75,   "1",   "exponent of weight on clearance and flow",  (0.65, 0.85),  "assumed")
    old      = param(  60.0,   "1",   "age from which liver flow falls",           (50, 70),      "perezruixo2021")
    ageing   = param(  0.0145, "1",   "fall of liver flow per year past that age", (0.0, 0.03),   "perezruixo2021")
    female   = param(  0.5,    "1",   "1 in women, 0 in men, between: a mixed group", (0, 1),      "convention")
    sex      = param(  1.2,    "1",   "clearance of women over that of men",       (1.0, 1.4),    "sigtermans2009")
    least    = param(  0.2,    "1",   "liver flow that is always left",            (0.1, 0.4),    "assumed")

    @quantity("1")
    def size(self):
        """Volumes scale with this."""
        return self.weight / self.adult

    @quantity("1")
    def pace(self, size):
        """Clearances and flows scale with this."""
        return power(size, self.b_flow)

    @quantity("1")
    def sex_pace(self):
        """Enzyme capacity scales with this; 1 in a mixed group."""
        return power(self.sex, self.female - 0.5)

    @quantity("1")
    def years(self): return self.age

    @quantity("1")
    def womanly(self):
        """0.5 in women, -0.5 in men."""
        return self.female - 0.5

    @quantity("1")
    def liver_pace(self, pace):
        """Liver flow scales with this."""
        return pace * maximum(self.least, 1 - self.ageing * pos(self.age - self.old))
