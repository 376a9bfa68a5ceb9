"""Blinding: what people typically believe of having got the drug, by how the trial is blinded and what they got.

1 = sure of the drug, 0 = even odds, -1 = sure of the control.  Averages over people, all assumptions: a person who feels the drug
guesses it, midazolam is felt too, saline is not.
"""

BELIEF: dict[str, tuple[float, float]] = {  # blinding -> (drug, control)
    "inactive": (0.6, -0.6),
    "active": (0.5, 0.0),
    "open": (1.0, -1.0),
    "anaesthesia": (0.0, 0.0),
}
