"""Blinding: what people typically believe of having got the drug, by how the trial is blinded and what they got.

1 = sure of the drug, 0 = even odds, -1 = sure of the control.  Averages over people, chosen with the other few numbers of the
interim fit to response rates and changes (dean2021, daly2018, popova2019); a person's own belief is not followed yet.
"""

BELIEF: dict[str, tuple[float, float]] = {  # blinding -> (drug, control)
    "inactive": (0.13, -0.07),
    "active": (0.64, 0.08),
    "open": (1.0, -1.0),
    "anaesthesia": (0.0, 0.0),
}
