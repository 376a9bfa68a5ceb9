"""Interactions and impairments: what another drug, an organ or descent changes, as factors on the parameters where biology puts them.

Gut enzymes act on the gut wall's availability, liver enzymes on intrinsic clearance, so that oral and intravenous doses differ as
they should.  Strengths of rifampicin and clarithromycin are chosen to meet the published ratios; others are entered by the user.
"""

from dataclasses import dataclass, replace

INDUCER_HALF_DAYS = 1.5  # half-life of CYP3A and CYP2B6 protein, which new enzyme must build up through; 1-3 d, assumed
INHIBITOR_HALF_DAYS = 0.3  # a clarithromycin-like inhibitor inactivates its enzyme within the first day; 0.1-0.6 d, assumed


@dataclass(frozen=True)
class Change:
    """Factors on enzyme activity of gut wall and liver, on the metabolites' clearance, and on liver flow; 1 = usual."""

    meaning: str
    source: str
    gut: float = 1.0
    liver: float = 1.0
    metabolite: float = 1.0
    flow: float = 1.0
    usual_days: float = 0.0  # days of intake at which the published ratios were measured: the full effect
    half_days: float = 0.0  # half-time in days with which the effect comes and goes; 0: at once

    def factors(self) -> dict[str, float]:
        """Return {parameter outside: factor}."""
        return {"s_gut_cyp": self.gut, "s_liver_cyp": self.liver, "s_nor_cyp": self.metabolite, "s_perfusion": self.flow}

    def after(self, days: float, stopped: float = 0.0) -> "Change":
        """Return the change after `days` of intake that ended `stopped` days ago: the logarithms of factors grow and fade."""
        if self.half_days <= 0:
            share = 1.0 if stopped <= 0 else 0.0
        else:
            full = 1 - 0.5 ** (self.usual_days / self.half_days) if self.usual_days > 0 else 1.0
            share = (1 - 0.5 ** (days / self.half_days)) / full * 0.5 ** (stopped / self.half_days)
        parts = {name: getattr(self, name) ** share for name in ("gut", "liver", "metabolite", "flow")}
        return replace(self, gut=parts["gut"], liver=parts["liver"], metabolite=parts["metabolite"], flow=parts["flow"])


def _inhibits(meaning: str, gut: float, liver: float, metabolite: float = 1.0, source: str = "assumed") -> Change:
    return Change(meaning, source, gut, liver, metabolite, 1.0, 4, INHIBITOR_HALF_DAYS)


def _induces(meaning: str, gut: float, liver: float, metabolite: float, source: str = "assumed") -> Change:
    return Change(meaning, source, gut, liver, metabolite, 1.0, 5, INDUCER_HALF_DAYS)


_RIFAMPICIN = _induces("strong inducer of CYP3A and CYP2B6", 12.5, 1.53, 1.9, "fit:peltoniemi2012rif,noppers2011")
_CLARITHROMYCIN = _inhibits("strong inhibitor of CYP3A", 0.05, 0.50, 0.9, "fit:hagelberg2010")
_LIKE_RIFAMPICIN = replace(_RIFAMPICIN, meaning="strong inducer of CYP3A, taken as rifampicin", source="assumed")
_LIKE_CLARITHROMYCIN = replace(_CLARITHROMYCIN, meaning="strong inhibitor of CYP3A, taken as clarithromycin", source="assumed")
_MODERATE_INDUCER = _induces("moderate inducer of CYP3A and CYP2B6", 4.0, 1.25, 1.4)

PERPETRATORS: dict[str, Change] = {
    "rifampicin": _RIFAMPICIN,
    "clarithromycin": _CLARITHROMYCIN,
    # Without a published ratio at hand: kinds of drug with strengths that are assumptions, to be replaced by `custom` where known.
    "itraconazole": _LIKE_CLARITHROMYCIN,
    "ketoconazole": _LIKE_CLARITHROMYCIN,
    "ritonavir": _LIKE_CLARITHROMYCIN,
    "carbamazepine": _LIKE_RIFAMPICIN,
    "phenytoin": _LIKE_RIFAMPICIN,
    "st_johns_wort": _MODERATE_INDUCER,
    "efavirenz": _MODERATE_INDUCER,
    "grapefruit_juice": _inhibits("inhibitor of CYP3A in the gut wall alone", 0.3, 1.0),
    "ticlopidine": _inhibits("inhibitor of CYP2B6", 1.0, 0.6, 0.85),
    "clopidogrel": _inhibits("weaker inhibitor of CYP2B6", 1.0, 0.75, 0.9),
    "cyp3a_inhibitor_moderate": _inhibits("moderate inhibitor of CYP3A", 0.35, 0.75, 0.95),
    "cyp2b6_inhibitor": _inhibits("inhibitor of CYP2B6", 1.0, 0.60, 0.85),
    "cyp3a_inducer_moderate": _MODERATE_INDUCER,
    "cyp2b6_poor": Change("two CYP2B6*6 alleles: poor metaboliser", "assumed", 1.0, 0.70, 0.85),
}

RENAL: dict[str, Change] = {
    "none": Change("usual function", "convention"),
    "mild": Change("mild impairment", "fit:jnj_renal2021", liver=0.80, metabolite=0.86),
    "moderate": Change("moderate impairment", "fit:jnj_renal2021", liver=0.70, metabolite=0.72),
    "severe": Change("severe impairment", "fit:jnj_renal2021", liver=0.65, metabolite=0.65),
}

HEPATIC: dict[str, Change] = {
    "none": Change("usual function", "convention"),
    "mild": Change("Child-Pugh A", "assumed", gut=0.9, liver=0.8, flow=0.95),
    "moderate": Change("Child-Pugh B", "assumed", gut=0.7, liver=0.5, flow=0.85),
    "child_pugh_a": Change("Child-Pugh A", "assumed", gut=0.9, liver=0.8, flow=0.95),
    "child_pugh_b": Change("Child-Pugh B", "assumed", gut=0.7, liver=0.5, flow=0.85),
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
