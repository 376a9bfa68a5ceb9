"""Rating scales and other read-outs: what a study may ask for by name, and where the model gives it.

A scale's thresholds are those of the evidence schema: remission MADRS <= 10, HAMD17 <= 7, PHQ9 <= 4; relapse MADRS >= 22.
"""

from dataclasses import dataclass

from resynapse.model.items import BANKS, Parts, every
from resynapse.model.kinetics import ANALYTES
from resynapse.model.session_events import LAWS

SITES = ("venous", "arterial")


@dataclass(frozen=True)
class Scale:
    """A rating scale: lowest and highest total, step of its scores, thresholds of remission and relapse."""

    low: float
    high: float
    step: float = 1.0
    remission: float | None = None
    relapse: float | None = None


@dataclass(frozen=True)
class Readout:
    """Something that can be asked for: the model's output ("{site}" is filled in), its unit, meaning and area.

    parts: the items that it sums; without an output it is made of them alone.  at_least: whether that sum reaches a number.
    """

    output: str
    unit: str
    meaning: str
    area: str
    scale: Scale | None = None
    parts: Parts = ()
    at_least: float | None = None


def _plasma() -> dict[str, Readout]:
    words = {"ketamine": "ketamine", "norketamine": "norketamine", "hnk": "hydroxynorketamine"}
    out = {}
    for analyte in ANALYTES:
        for prefix, which in (("", "both enantiomers"), ("s_", "S-enantiomer"), ("r_", "R-enantiomer")):
            name = prefix + analyte
            out[name] = Readout(name + "_{site}", "ng/mL", f"{words[analyte]} in plasma, {which}", "plasma")
    return out


HAMD17 = every("HAMD", *range(1, 18))
HAMD6 = every("HAMD", 1, 2, 7, 8, 10, 13)
QIDS, IDEATION = every("QIDS_SR"), every("MADRS", 10)
FATIGUE = (("PHQ9", 4), ("BDI", 15), ("BDI", 20))
ITEMISED = {"MADRS": every("MADRS"), "PHQ9": every("PHQ9"), "HAMD17": HAMD17, "QIDS_SR": QIDS, "BDI": every("BDI")}
"""Scales whose items can be asked for."""


def item_name(scale: str, number: int) -> str:
    """Return the quantity that is one item of a scale: item:MADRS_10."""
    return f"item:{scale}_{number}"


def _items() -> dict[str, Readout]:
    """Single items: item:MADRS_10 and so on."""
    out = {}
    for scale, parts in ITEMISED.items():
        for bank, number in parts:
            item = BANKS[bank][number]
            words, most = f"{scale} item {number}: {item.meaning}", float(len(item.b))
            out[item_name(scale, number)] = Readout("", "points", words, "items", Scale(0, most), ((bank, number),))
    return out


READOUTS: dict[str, Readout] = {
    **_plasma(),
    **{name: Readout(f"event:{name}", "1", law.meaning, "event") for name, law in LAWS.items()},
    "any_adverse_event": Readout("event:any_adverse_event", "1", "any of the events of a session", "event"),
    "observation": Readout("burden:observation", "h", "time under observation after doses, until fit to leave", "burden"),
    "sessions": Readout("burden:sessions", "1", "sessions attended", "burden"),
    "held_sessions": Readout("burden:held_sessions", "1", "sessions at which a rule held the dose", "burden"),
    "visits": Readout("burden:visits", "1", "days on which a person comes, for a visit or a session", "burden"),
    "s_ketamine_brain": Readout("s_effect_site", "µM", "unbound S-ketamine in brain", "brain"),
    "r_ketamine_brain": Readout("r_effect_site", "µM", "unbound R-ketamine in brain", "brain"),
    "MADRS": Readout("MADRS", "points", "Montgomery-Åsberg depression rating, total", "scores", Scale(0, 60, 1, 10, 22), every("MADRS")),
    "HAMD17": Readout("HAMD17", "points", "Hamilton depression rating, 17 items, total", "scores", Scale(0, 52, 1, 7), HAMD17),
    "PHQ9": Readout("PHQ9", "points", "patient health questionnaire, nine items, total", "scores", Scale(0, 27, 1, 4), every("PHQ9")),
    "QIDS_SR": Readout("QIDS_SR", "points", "quick inventory of depression, self-rated, total", "scores", Scale(0, 27, 1, 5), QIDS),
    "BDI": Readout("BDI", "points", "Beck depression inventory, total", "scores", Scale(0, 63, 1, 9), every("BDI")),
    "IDS_SR": Readout("IDS_SR", "points", "inventory of depression, self-rated, total", "scores", Scale(0, 84, 1, 13)),
    "HAMD6": Readout("HAMD6", "points", "six items of the Hamilton rating, total", "scores", Scale(0, 22, 1, 4), HAMD6),
    "HAMD21": Readout("", "points", "Hamilton rating, 21 items, total", "items", Scale(0, 63, 1, 7), every("HAMD", *range(1, 22))),
    "HAMD24": Readout("", "points", "Hamilton rating, 24 items, total", "items", Scale(0, 75, 1, 10), every("HAMD")),
    "GAD7": Readout("", "points", "anxiety, seven items, total", "items", Scale(0, 21, 1, 4), every("GAD7")),
    "SSI": Readout("", "points", "scale for suicidal ideation, total", "items", Scale(0, 38, 1, 3), every("SSI")),
    "fatigue": Readout("", "points", "tiredness and loss of energy, three self-rated items", "items", Scale(0, 9, 1, 2), FATIGUE),
    "suicidal_ideation": Readout("", "1", "suicidal thoughts: MADRS item 10 at 2 or more", "items", Scale(0, 1, 1, 0), IDEATION, 2),
    **_items(),
    "depressive_episode": Readout("depressive_episode", "1", "1 in an episode: MADRS above 15", "state"),
    "CADSS": Readout("CADSS", "points", "dissociative states scale, total", "safety", Scale(0, 92)),
    "sedation_MOAAS": Readout("sedation_MOAAS", "points", "observer's assessment of alertness, 5 awake", "safety", Scale(0, 5)),
    "sleepiness": Readout("sleepiness", "points", "Karolinska sleepiness, 9 most", "safety", Scale(1, 9)),
    "SBP": Readout("SBP", "mmHg", "systolic blood pressure", "safety"),
    "DBP": Readout("DBP", "mmHg", "diastolic blood pressure", "safety"),
    "HR": Readout("HR", "bpm", "heart rate", "safety"),
    "cognition": Readout("cognition", "percent", "speed and attention, 100 = as before the dose", "safety"),
    "nmda_block": Readout("nmda_block", "1", "NMDA receptors blocked, share over all cells", "mechanism"),
    "interneuron_block": Readout("interneuron_block", "1", "NMDA receptors blocked on interneurons, share", "mechanism"),
    "pyramidal_block": Readout("pyramidal_block", "1", "NMDA receptors blocked on pyramidal cells, share", "mechanism"),
    "surge": Readout("surge", "1", "glutamate surge, above rest", "mechanism"),
    "bdnf_signal": Readout("mpfc_trkb", "1", "BDNF/TrkB signal, prefrontal", "mechanism"),
    "potentiation": Readout("mpfc_potentiation", "1", "fast potentiation of synapses, prefrontal", "mechanism"),
    "mpfc_synapses": Readout("mpfc_synapses", "1", "synapses, prefrontal, 1 = health", "mechanism"),
    "hippocampus_synapses": Readout("hippocampus_synapses", "1", "synapses, hippocampus, 1 = health", "mechanism"),
    "inflammation": Readout("inflammation", "1", "inflammatory tone, deviation from health", "mechanism"),
    "network": Readout("network", "1", "default mode network, deviation from health", "mechanism"),
    "stress": Readout("stress", "1", "stress drive", "mechanism"),
    "glutamate": Readout("glutamate", "percent", "glutamate marker, percent of baseline", "mechanism"),
    "bdnf": Readout("bdnf", "ng/mL", "BDNF in plasma", "mechanism"),
    "mtor": Readout("mtor", "1", "translation marker, prefrontal, above rest", "mechanism"),
    "ltp": Readout("ltp", "1", "evoked potentiation in hippocampus, 1 = health", "mechanism"),
    "ensemble_coactivity": Readout("ensemble_coactivity", "1", "concerted activity of cortical ensembles, 1 = health", "mechanism"),
    "spine_density": Readout("spine_density", "percent", "spines, prefrontal, percent of health", "mechanism"),
    "synapse_pet": Readout("synaptic_density", "percent", "synaptic density as a tracer sees it, percent of health", "mechanism"),
    "spine_formation": Readout("spine_formation", "percent", "spines new since the window opened", "mechanism"),
    "spine_elimination": Readout("spine_elimination", "percent", "spines gone since the window opened", "mechanism"),
    "il6": Readout("il6", "SD", "interleukin 6, SD above health", "mechanism"),
    "crp": Readout("crp", "SD", "C-reactive protein, SD of its logarithm above health", "mechanism"),
    "tnf": Readout("tnf", "SD", "tumour necrosis factor, SD above health", "mechanism"),
    "kyna": Readout("kyna", "1", "kynurenic acid over kynurenine, log change from health", "mechanism"),
    "cortisol": Readout("cortisol", "SD", "cortisol, SD above health", "mechanism"),
    "dmn_connectivity": Readout("dmn_connectivity", "1", "default mode network, deviation from health", "mechanism"),
    "rumination": Readout("rumination", "1", "rumination, deviation from health", "mechanism"),
    "sleep_swa": Readout("sleep_swa", "1", "slow-wave activity of sleep, above rest", "mechanism"),
    "immobility": Readout("immobility", "percent", "immobility in a swim or suspension test, percent of health", "mechanism"),
    "sucrose_preference": Readout("sucrose_preference", "percent", "preference for sweet water, percent of health", "mechanism"),
    "exploration": Readout("exploration", "percent", "exploration of a field or maze, percent of health", "mechanism"),
    "severity": Readout("severity", "1", "latent severity above health, SD of the trait", "mechanism"),
}

DRAWN = ("event", "burden")
"""Areas that no equation gives: events and what a course of sessions asks for are drawn or counted."""

STORY = (
    "ketamine", "norketamine", "nmda_block", "surge", "bdnf_signal", "potentiation",
    "mpfc_synapses", "hippocampus_synapses", "inflammation", "network", "severity", "MADRS",
)  # fmt: skip
"""What every run keeps beside what its endpoints ask for: one quantity for each link of the chain."""


def readout_of(quantity: str, site: str = "venous") -> tuple[str, Readout]:
    """Return (the system's output, the read-out) of a quantity that a study asks for; KeyError for an unknown word."""
    found = READOUTS[quantity]
    return found.output.replace("{site}", site), found
