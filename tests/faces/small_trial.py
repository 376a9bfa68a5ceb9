"""A trial of six people and two arms, as a user writes it: what commands are tried on."""

SMALL_TRIAL = """\
question: Does one infusion help?
population: {of: trd_adult, n: 6, seed: 7}
arms:
  control: {drug: midazolam}
  ketamine: {drug: ketamine, dose: 0.5 mg/kg, route: iv, over: 40 min}
control: control
visits: [0 d, 1 d]
endpoints: [change(MADRS, 1 d)]
"""
