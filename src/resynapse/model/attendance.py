"""Attendance: why people leave a trial, and who misses a session.  Hazards and shares; methods.trial draws them.

Leaving for lack of effect: the hazard is the highest in somebody who is no better than at entry, and falls with the square of what
is left of the baseline score; leaving at random is the same for all; leaving for an adverse event follows what happened in a session
(`discontinuation_ae` of session_events.py).
"""

import numpy as np

from resynapse.notation import param

#                        value   unit    meaning                                                       range         source
lack_of_effect = param(0.08,   "1",    "share of those without improvement who leave in four weeks", (0.0, 0.3),   "assumed")
at_random      = param(0.03,   "1",    "share who leave in four weeks for reasons of their own",      (0.0, 0.15),  "assumed")
attended       = param(0.92,   "1",    "share of sessions that the typical person attends",           (0.6, 1.0),   "assumed")
attendance_sd  = param(1.0,    "1",    "how people differ in it, SD on the logit",                    (0.3, 2.0),   "assumed")
FOUR_WEEKS_D = 28.0


def hazard_of_share(share: float) -> float:
    """Return the hazard per day by which this share is gone after four weeks."""
    return -float(np.log1p(-min(share, 0.999))) / FOUR_WEEKS_D


def lack_hazard(share: float, score: np.ndarray, baseline: np.ndarray) -> np.ndarray:
    """Return the hazard (n,) per day of leaving for lack of effect, from the score of now and of entry."""
    left = np.clip(score / np.maximum(baseline, 1.0), 0.0, 1.5)
    return hazard_of_share(share) * left**2
