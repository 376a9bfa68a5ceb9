"""Fluctuation: how mood strays from the course that treatment sets, from day to day and week to week, for reasons nobody wrote down.

Reads   nothing: it is added when a scale is rated
Gives   a share of each depression scale's range, the same share for all scales on one day     to what is measured
Assumes a normal first-order process by day that starts from nothing at enrolment (the state at enrolment is the person's own severity).
Not modelled: its effect on stress or relief; good and bad days of single symptoms.
"""

from resynapse.notation import param

#                      value  unit  meaning                                             range         source
fluctuation    = param(0.06,  "1",  "SD of mood around its course, share of a scale's range", (0.03, 0.10), "assumed")
turnover       = param(14.0,  "d",  "turnover of it",                                   (5.0, 60.0),  "assumed")
