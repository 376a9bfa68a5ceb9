"""Switches: what a study may cut or change by name, as {parameter outside: value}; interventions act at a time, as events.

Plain tables; `describe` prints them.  A name in CUTS removes one arrow; a name in STRAINS changes a person or animal for good;
a name in INTERVENTIONS changes an input or a state at a time.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cut:
    """One named change of parameters."""

    meaning: str
    values: dict[str, float]


@dataclass(frozen=True)
class Intervention:
    """Something that happens at a time: what (an input or a state outside) is set to a value, gets it added, or is scaled by it.

    An input keeps its value until it is set to 0 again.
    """

    meaning: str
    what: str
    act: str
    value: float


def _off(meaning: str, *names: str) -> Cut:
    return Cut(meaning, dict.fromkeys(names, 0.0))


CUTS: dict[str, Cut] = {
    "interneuron_block": _off("the drug does not reach interneurons", "glun2d"),
    "pyramidal_block": _off("the drug does not reach pyramidal cells", "glun2b"),
    "disinhibition": _off("blocked interneurons raise no drive", "disinhibition"),
    "ampa": _off("no drive through AMPA receptors", "ampa"),
    "bdnf_release": _off("the drive releases no BDNF", "mpfc_bdnf_release"),
    "fast_potentiation": _off("TrkB potentiates no synapse", "mpfc_fast_potentiation"),
    "translation": _off("TrkB starts no translation", "mpfc_local_translation"),
    "spine_growth": _off("the growth programme makes no spine", "mpfc_spine_growth"),
    "stress_to_synapses": _off("stress above rest spares synapses", "mpfc_stress_to_synapses"),
    "inflammation_to_synapses": _off("inflammation spares synapses", "mpfc_inflammation_to_synapses"),
    "synapses_to_mood": _off("synapses do not move mood", "synapses_to_mood"),
    "potentiation_to_mood": _off("potentiation does not move mood", "potentiation_to_mood"),
    "network_to_mood": _off("the network does not move mood", "network_to_mood"),
    "inflammation_to_mood": _off("inflammation does not move mood", "inflammation_to_mood"),
    "life_to_mood": _off("strain does not move mood directly", "strain_to_mood"),
    "mood_to_stress": _off("low mood does not sustain stress", "mood_to_stress"),
    "mood_to_inflammation": _off("low mood does not feed inflammation", "mood_to_inflammation"),
    "stress_to_inflammation": _off("stress does not feed inflammation", "stress_to_inflammation"),
    "ketamine_to_inflammation": _off("the drug does not calm a challenge", "ketamine_calms"),
    "stress_to_network": _off("stress does not move the network", "stress_to_network"),
    "synapses_to_network": _off("synapses do not move the network", "synapses_to_network"),
    "potentiation_to_network": _off("potentiation does not move the network", "potentiation_to_network"),
    "block_to_network": _off("the drug's block does not move the network", "block_to_network"),
    "expectancy": _off("no placebo response", "expectancy"),
    "unblinding": _off("belief does not scale the placebo response", "unblinding"),
    # rival hypotheses of induction: one instead of the base model's
    "hypothesis_direct": Cut("rival: direct block of pyramidal GluN2B drives, disinhibition does not",
                             {"disinhibition": 0.0, "direct_block": 1.0}),
    "hypothesis_hnk": Cut("rival: hydroxynorketamine drives, disinhibition does not", {"disinhibition": 0.0, "hnk_drive": 1.0}),
}  # fmt: skip

STRAINS: dict[str, Cut] = {
    "bdnf:val_met": Cut("one Met allele of BDNF: less release by activity", {"mpfc_release": 0.7}),
    "bdnf:met_met": Cut("two Met alleles of BDNF", {"mpfc_release": 0.5}),
    "glun2d_loss": Cut("no GluN2D: interneurons are not blocked first", {"glun2d": 0.0}),
    "glun2b_loss": Cut("no GluN2B on pyramidal cells", {"glun2b": 0.0}),
}

SWITCHES: dict[str, Cut] = {**CUTS, **STRAINS}
"""Everything that `cut` in an arm may name."""

INTERVENTIONS: dict[str, Intervention] = {
    "ampa_antagonist": Intervention("AMPA antagonist such as NBQX on board", "ampa_antagonist", "set", 1.0),
    "bdnf_antibody": Intervention("antibody against BDNF in the cortex", "bdnf_antibody", "set", 1.0),
    "rapamycin": Intervention("inhibitor of mTORC1 on board", "rapamycin", "set", 1.0),
    "lps": Intervention("lipopolysaccharide, an immune challenge", "immune_challenge", "set", 2.0),
    "stress": Intervention("daily stress such as restraint or corticosterone, while it is 1", "life", "set", 1.0),
    "life_event": Intervention("a stressful event of life of the usual size, felt for weeks", "trouble", "add", 0.5),
    "relief": Intervention("the usual load falls by half", "life", "set", -0.24),
    "photo_erasure": Intervention("light shrinks the drug-made spines of the cortex", "mpfc_young_new", "scale", 0.0),
    "ect_session": Intervention("one session of electroconvulsive therapy", "sessions", "add", 1.0),
}
