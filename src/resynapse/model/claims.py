"""Claims: the fifteen things that this model says of ketamine, and which published rows speak of each.

A claim whose heart is tested by no row of ours (`capped`) is at most partly supported, however well the rest fits.
"""

from dataclasses import dataclass

KETAMINE = ("ketamine", "esketamine", "arketamine")
HOURS = (0.0, 72.0)
LATER = (72.1, 1e9)


@dataclass(frozen=True)
class Pick:
    """Rows of these areas, quantities, drugs and species within these hours; an empty entry lets all through."""

    areas: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    species: tuple[str, ...] = ()
    hours: tuple[float, float] = (-1e9, 1e9)


@dataclass(frozen=True)
class Claim:
    """One claim.  lives: mechanisms; picks: rows that speak of it; untested: what no row tests; decides: the experiment that would.

    capped: whether what is untested is the heart of the claim.
    """

    number: int
    text: str
    lives: str
    picks: tuple[Pick, ...]
    untested: str = ""
    decides: str = ""
    capped: bool = False


CLAIMS = (
    Claim(1, "Low-dose ketamine by infusion, nasal spray or lozenge (and im, sc, oral, extended release) reaches known blood levels",
          "absorption, disposition", (Pick(areas=("exposure",)),),
          "intramuscular, subcutaneous and extended-release courses; lozenges rest on one row",
          "a crossover of lozenge, injection under the skin and extended release with both enantiomers and metabolites over 24 h"),
    Claim(2, "It blocks NMDA receptors", "receptor", (Pick(quantities=("nmda_block",)),),
          "occupancy in people, and on interneurons apart from pyramidal cells",
          "a displacement study with a tracer for open NMDA channels at 0.2, 0.5 and 1 mg/kg", True),
    Claim(3, "Glutamate rises and sets off a cascade", "glutamate", (Pick(quantities=("glutamate",)),),
          "the fall of the surge at high doses in people", "repeated 13C or 7-T spectroscopy in the first hour at three doses"),
    Claim(4, "BDNF is released and plasticity machinery switches on", "plasticity", (Pick(quantities=("bdnf", "trkb", "mtor", "ltp")),),
          "BDNF, TrkB and mTORC1 themselves: their rows are context; evoked potentiation stands for them",
          "TrkB phosphorylation in cortex every hour for a day after one dose, with and without blocked release", True),
    Claim(5, "Synapses regrow in prefrontal cortex and hippocampus, countering what chronic stress took", "plasticity, stress",
          (Pick(quantities=("spine_formation", "spine_elimination", "spine_density", "spine_survival", "spine_rescue_fraction")),),
          "synapses in living people", "synaptic-vesicle PET before, 1 day and 2 weeks after a course, with mood"),
    Claim(6, "Inflammation and depression feed each other; ketamine lowers it", "inflammation",
          (Pick(quantities=("il6", "tnf", "crp", "il1b")),), "that the change of cytokines is a cause of relief",
          "cytokines and mood every other day through a blinded course, with an arm of an anti-inflammatory drug", True),
    Claim(7, "The default mode network and rumination quieten", "network",
          (Pick(quantities=("dmn_connectivity", "rumination")),), "the network's course within the first day",
          "resting-state imaging at 1 h, 24 h and 7 days after ketamine and an active control", True),
    Claim(8, "Relief comes in hours, where antidepressants and psychotherapy take weeks", "symptoms, comparators",
          (Pick(areas=("scores", "rates"), drugs=KETAMINE, hours=HOURS),
           Pick(areas=("scores", "rates"), drugs=("antidepressant", "ssri", "paroxetine", "escitalopram", "cbt"))),
          "", "scores at 1, 2, 4, 8 and 24 h under a control that people cannot tell from the drug"),
    Claim(9, "One dose can last up to two weeks, repeated sessions longer", "plasticity, symptoms",
          (Pick(areas=("scores", "rates"), drugs=KETAMINE, hours=LATER), Pick(areas=("relapse",))),
          "", "weekly scores for three months after one, three and eight doses, with the same contact in all arms"),
    Claim(10, "Up to 70 % of treatment-resistant patients respond", "population, trials",
          (Pick(areas=("rates",), drugs=KETAMINE),),
          "the figure itself as a property of the drug: it is reached in open courses, and includes what hope and care do",
          "an anaesthesia-masked or otherwise truly blind course of eight doses", True),
    Claim(11, "Symptoms are many; physical ones follow more slowly", "symptoms",
          (Pick(areas=("scores",), quantities=("item:", "PHQ9", "QIDS", "SHAPS", "BDI", "HAMD")),),
          "sleep and appetite apart from mood, item by item, over time", "item scores at every visit of a large trial", True),
    Claim(12, "Heredity, poverty, abuse and chronic stress are causes; any age, sex, background", "stress, population", (),
          "how each cause changes the response to ketamine", "individual data of several trials with the causes recorded at entry", True),
    Claim(13, "In mice under the microscope behaviour changes from 3 to 48 h and structures repair and are built anew", "mouse studies",
          (Pick(species=("mouse", "rat")),), "", "imaging every 6 h for two days in the same animals, with behaviour"),
    Claim(14, "Dissociation, blood pressure, sedation and misuse need supervision", "tolerability, supervision",
          (Pick(areas=("safety",)),), "misuse", "registry of take-home prescriptions with urine tests"),
    Claim(15, "Whether this person is a good candidate can be told with its uncertainty", "forecast, population", (),
          "forecasts of people treated with ketamine: no open individual data; the method is checked on an oral antidepressant",
          "open individual scores and doses of a ketamine trial or service", True),
)  # fmt: skip
