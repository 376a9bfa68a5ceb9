"""Expectancy: hope and care relieve from the first hours, and fade slowly when nobody comes.

Reads   enrolled, belief, open_hope (inputs of a study); visit (event)
Gives   placebo_relief [1], a share of severity     to symptoms
Assumes relief rises with a half-life of 12 h after enrolment; the part kept up by contact halves in 14 d without a visit; belief of
        having got the drug scales it.  Belief itself is updated by methods.trial from what a person feels.
Not modelled: regression to the mean beyond selection, inflated entry scores.
"""

from resynapse.notation import Mechanism, event, exp, given, param, quantity, state


class Expectancy(Mechanism):
    """Placebo response of one person."""

    #                 value   unit   meaning                                                       range        source
    hope      = param(0.18,   "1",   "relief by a full placebo response, share of severity",       (0.0, 0.9),  "assumed")
    half_rise = param(12.0,   "h",   "half of it is there after",                                  (2, 96),     "assumed")
    half_fade = param(14.0,   "d",   "the part kept up by contact halves in",                      (5, 40),     "assumed")
    lasting   = param(0.5,    "1",   "share that lasts without contact",                           (0.1, 0.9),  "assumed")
    by_belief = param(0.4,    "1",   "more relief per unit of belief, on the log scale",           (0.0, 1.0),  "assumed")
    by_new_drug = param(0.7,  "1",   "more relief with a newly started antidepressant, log scale", (0.0, 1.2),  "assumed")
    expectancy = param(1.0,   "1",   "switch: placebo response",                                   (0.0, 1.0),  "switch")
    unblinding = param(1.0,   "1",   "switch: belief scales it",                                   (0.0, 1.0),  "switch")

    enrolled = given("1", "1 from enrolment on")
    belief   = given("1", "belief of having got the drug: 1 sure, 0 even odds, -1 sure of the control")
    new_drug = given("1", "1 while a newly started antidepressant raises hopes")

    @state("1")
    def d_onset(self, onset, enrolled):
        """Rises after enrolment."""
        return 0.6931 / self.half_rise * (enrolled - onset)

    @state("1")
    def d_contact(self, contact):
        """1 at each visit, then fading."""
        return -0.6931 / self.half_fade * contact

    @quantity("1")
    def placebo_relief(self, onset, contact, belief, new_drug):
        """Share of severity that expectancy takes away."""
        scale = exp(self.unblinding * self.by_belief * belief + self.by_new_drug * new_drug)
        return self.expectancy * self.hope * onset * (self.lasting + (1 - self.lasting) * contact) * scale

    visit = event(d_contact, "set", 1.0, "somebody asks how the person is")


TABLETS_HALF_RISE = param(
    280.0, "h", "half_rise where only tablets are begun: 62 % of what six weeks bring is there at two", (150, 500), "fit:posternak2005"
)
