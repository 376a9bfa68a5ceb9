"""Expectancy: hope and care relieve from the first hours, and fade slowly when nobody comes.

Reads   enrolled, belief, open_hope (inputs of a study); visit (event)
Gives   placebo_relief [1], a share of severity     to symptoms
Assumes relief rises with a half-life of 12 h after enrolment, and what a newly started antidepressant adds to it as slowly as where
        tablets are all that is begun; the part kept up by contact halves in 14 d without a visit; for some hours after somebody came
        there is more (`glow`), and more where a suicidal crisis brought admission and care; belief of having got the drug scales it all.
        Belief is a person's own: prior by how the trial is blinded, then a logistic update from what is felt in each session
        (`believed`), worked out between visits.
Not modelled: regression to the mean beyond selection, inflated entry scores; what people tell each other.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from resynapse.notation import Mechanism, event, exp, given, param, power, quantity, state


class Expectancy(Mechanism):
    """Placebo response of one person."""

    #                 value   unit   meaning                                                       range        source
    hope      = param(0.18,   "1",   "relief by a full placebo response, share of severity",       (0.0, 0.9),  "assumed")
    half_rise = param(12.0,   "h",   "half of it is there after",                                  (2, 96),     "assumed")
    half_rise_new = param(280.0, "h", "half of what a newly started antidepressant adds is there after", (150, 500), "fit:posternak2005")
    half_fade = param(14.0,   "d",   "the part kept up by contact halves in",                      (5, 40),     "assumed")
    lasting   = param(0.5,    "1",   "share that lasts without contact",                           (0.1, 0.9),  "assumed")
    by_belief = param(0.4,    "1",   "more relief per unit of belief, on the log scale",           (0.0, 1.0),  "assumed")
    by_new_drug = param(0.7,  "1",   "more relief with a newly started antidepressant in the end, log scale", (0.0, 1.2),  "assumed")
    by_crisis = param(0.5,    "1",   "more relief where a suicidal crisis brought admission, log scale", (0.0, 1.5), "assumed")
    crisis    = param(0.0,    "1",   "1 in a suicidal crisis that brought the person into hospital",   (0.0, 1.0),  "convention")
    glow      = param(0.5,    "1",   "more relief in the first hours after somebody came, per unit of hope", (0.0, 3.0), "assumed")
    half_glow = param(6.0,    "h",   "half of it is gone after",                                   (2.0, 18.0), "assumed")
    warm_up   = param(0.5,    "h",   "half of it has come after",                                  (0.2, 1.0),  "assumed")
    # belief, worked out between visits
    by_dissociation = param(1.3, "1", "log odds of the drug by full dissociation in a session",         (0.5, 6.0),  "assumed")
    by_sedation = param(0.4,  "1",    "the same by full sleepiness, where the control does not sedate", (0.0, 3.0),  "assumed")
    by_nothing = param(0.25,  "1",    "log odds against the drug by a session in which nothing is felt", (0.0, 2.0), "assumed")
    half_felt = param(5.0, "points",  "dissociation (CADSS) that counts half",                         (2.0, 15.0), "assumed")
    half_sleepy = param(0.15, "1",    "depth of sedation that counts half",                            (0.05, 0.5), "assumed")
    next_lesson = param(0.4,  "1",    "what a session teaches, as a share of the one before",          (0.2, 1.0),  "assumed")
    conviction = param(0.7,   "1",    "SD between people of the log odds they enter with",             (0.0, 1.5),  "assumed")
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
    def d_prospect(self, prospect, new_drug):
        """Rises after an antidepressant was started."""
        return 0.6931 / self.half_rise_new * (new_drug - prospect)

    @state("1")
    def d_contact(self, contact):
        """1 at each visit, then fading."""
        return -0.6931 / self.half_fade * contact

    @state("1")
    def d_afterglow(self, afterglow, contact):
        """Comes within the hour after somebody came, and is gone within a day: contact tells the time since then."""
        return 0.6931 / self.warm_up * (power(contact, self.half_fade / self.half_glow) - afterglow)

    @quantity("1")
    def placebo_relief(self, onset, prospect, contact, afterglow, belief):
        """Share of severity that expectancy takes away."""
        scale = exp(self.unblinding * self.by_belief * belief) * (self.lasting + (1 - self.lasting) * contact)
        care = exp(self.by_crisis * self.crisis) * onset
        return self.expectancy * self.hope * (care + (exp(self.by_new_drug) - 1) * prospect + self.glow * afterglow) * scale

    visit = event(d_contact, "set", 1.0, "somebody asks how the person is")


@dataclass(frozen=True)
class Blinding:
    """How a trial hides who gets what.  prior: log odds of the drug that people enter with; informs: whether a session is felt awake;

    known: everybody knows; sedation: how far sleepiness speaks for the drug (not at all where the control sedates as well); typical:
    mean belief after a first session with the drug, or with the control, for a forecast that does not follow it session by session.
    """

    meaning: str
    prior: float = 0.0
    informs: bool = True
    known: bool = False
    sedation: float = 1.0
    typical: tuple[float, float] = (0.0, 0.0)


BLINDINGS: dict[str, Blinding] = {
    "inactive": Blinding("inert control: whatever is felt speaks for the drug", typical=(0.24, -0.11)),
    "active": Blinding("psychoactive control: all feel something, and hope more", prior=0.7, sedation=0.0, typical=(0.44, 0.20)),
    "open": Blinding("everybody knows", known=True, typical=(1.0, -1.0)),
    "anaesthesia": Blinding("asleep: nothing is felt", informs=False),
}

SURE = 1.0  # belief where everybody knows: 1 of the drug, -1 of the control
TOLD_H = 2.0  # hours after the start of a session at which it has been felt
SETTLED = 6  # sessions after which nothing new is learnt

rater_bias = param(0.0, "points", "what a rater takes off a score for a person who is sure of the drug", (0.0, 3.0), "assumed")
RATED = ("MADRS", "HAMD")  # the scales, by the beginning of their names, that a rater fills in, who may guess as well


def believed(
    odds: np.ndarray, session: np.ndarray, felt: tuple[np.ndarray, np.ndarray], blinding: str, number: Callable[[str], np.ndarray | float]
) -> np.ndarray:
    """Return the log odds (n,) of having got the drug after a session.

    session (n,): how many each person has had before; felt: the highest CADSS and depth of sedation in it; number: name -> value.
    """
    strange, sleepy = (np.maximum(x, 0.0) for x in felt)
    strange, sleepy = strange / (strange + number("half_felt")), sleepy / (sleepy + number("half_sleepy"))
    lesson = number("by_dissociation") * strange + BLINDINGS[blinding].sedation * number("by_sedation") * sleepy - number("by_nothing")
    return odds + number("next_lesson") ** session * lesson


def belief_of(odds: np.ndarray) -> np.ndarray:
    """Return belief from log odds: 1 sure of the drug, 0 even odds, -1 sure of the control."""
    return np.tanh(odds / 2)


TABLETS_HALF_RISE = Expectancy.half_rise_new
"""half_rise where only tablets are begun: 62 % of what six weeks bring is there at two."""
