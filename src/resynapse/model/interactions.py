"""Interactions and impairments: what another drug, an organ or descent changes, as factors on the parameters where biology puts them.

Gut enzymes act on the gut wall's availability, liver enzymes on intrinsic clearance, so that oral and intravenous doses differ as
they should.  Strengths of rifampicin and clarithromycin are chosen to meet the published ratios; others are entered by the user.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """Factors on enzyme activity of gut wall and liver, on the metabolites' clearance, and on liver flow; 1 = usual."""

    meaning: str
    source: str
    gut: float = 1.0
    liver: float = 1.0
    metabolite: float = 1.0
    flow: float = 1.0
    usual_days: float = 0.0  # days of intake until the full effect

    def factors(self) -> dict[str, float]:
        """Return {parameter outside: factor}."""
        return {"s_gut_cyp": self.gut, "s_liver_cyp": self.liver, "s_nor_cyp": self.metabolite, "s_perfusion": self.flow}


PERPETRATORS: dict[str, Change] = {
    "rifampicin": Change("strong inducer of CYP3A and CYP2B6", "fit:peltoniemi2012rif,noppers2011", 12.5, 1.53, 1.9, usual_days=5),
    "clarithromycin": Change("strong inhibitor of CYP3A", "fit:hagelberg2010", 0.12, 0.55, 0.9, usual_days=3),
}

RENAL: dict[str, Change] = {
    "none": Change("usual function", "convention"),
    "mild": Change("mild impairment", "assumed", metabolite=0.9),
    "moderate": Change("moderate impairment", "fit:jnj_renal2021", metabolite=0.72),
    "severe": Change("severe impairment", "fit:jnj_renal2021", metabolite=0.60),
}

HEPATIC: dict[str, Change] = {
    "none": Change("usual function", "convention"),
    "mild": Change("Child-Pugh A", "assumed", gut=0.9, liver=0.8, flow=0.95),
    "moderate": Change("Child-Pugh B", "assumed", gut=0.7, liver=0.5, flow=0.85),
}

_ASIAN = Change("Asian descent: fewer other metabolites, slower norketamine clearance", "perezruixo2021", liver=0.82, metabolite=0.81)
DESCENT: dict[str, Change] = {
    "asian": _ASIAN,
    "japanese": _ASIAN,
    "chinese": _ASIAN,
    "korean": _ASIAN,
    "taiwanese": _ASIAN,
    "caucasian": Change("European descent, to which the parameters refer", "convention"),
    "white": Change("European descent, to which the parameters refer", "convention"),
}
