"""Spreads: how the parameters of people and animals differ, and which differences go together.

Declared here as plain data; `methods.cohort` draws from it.  A spread names parameters outside; those of one row share one draw.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """How parameters differ.  scale: log (sd of the logarithm, median kept), logit, or normal (added).

    level: person, or study (one draw for all people of a study).
    """

    targets: tuple[str, ...]
    sd: float
    scale: str
    level: str
    range: tuple[float, float]  # plausible range of the SD
    source: str


@dataclass(frozen=True)
class Correlation:
    """Correlation, on the normal scale, of two things drawn for a person: a covariate, or a spread by its first target."""

    one: str
    other: str
    rho: float
    source: str


BETWEEN = "person"
STUDY = "study"


def _both(*locals_: str) -> tuple[str, ...]:
    """Both enantiomers share one draw: one liver, one body."""
    return tuple(f"{e}_{name}" for name in locals_ for e in ("s", "r"))


KINETIC_SPREAD: tuple[Spread, ...] = (
    Spread(_both("CLint"), 0.35, "log", BETWEEN, (0.2, 0.7), "fit:simons2022,wang2019"),
    Spread(("s_Qh",), 0.17, "log", BETWEEN, (0.1, 0.3), "perezruixo2021"),
    Spread(("s_V1",), 0.25, "log", BETWEEN, (0.1, 0.4), "simons2022"),
    Spread(("s_V3", "s_V4"), 0.25, "log", BETWEEN, (0.1, 0.5), "perezruixo2021"),
    Spread(("s_CLn", "r_CLn"), 0.25, "log", BETWEEN, (0.15, 0.4), "perezruixo2021"),
    Spread(("s_CLhnk",), 0.32, "log", BETWEEN, (0.2, 0.5), "simons2022"),
    Spread(("s_ka_oral", "s_ka_swallow"), 0.8, "log", BETWEEN, (0.5, 1.3), "fit:perezruixo2021"),
    Spread(("s_ka_nasal",), 0.5, "log", BETWEEN, (0.3, 0.8), "perezruixo2021"),
    Spread(("s_F_gut",), 0.4, "logit", BETWEEN, (0.2, 0.8), "assumed"),
    Spread(_both("CLint"), 0.12, "log", STUDY, (0.05, 0.3), "assumed"),
    Spread(("s_V1", "s_V2", "s_V3", "s_V4"), 0.12, "log", STUDY, (0.05, 0.3), "assumed"),
    Spread(("s_CLn", "r_CLn"), 0.15, "log", STUDY, (0.05, 0.3), "assumed"),
    Spread(("s_F_gut",), 0.3, "logit", STUDY, (0.1, 0.6), "assumed"),
    Spread(("s_ka_oral", "s_ka_swallow", "s_ka_nasal", "s_ka_mouth"), 0.2, "log", STUDY, (0.1, 0.5), "assumed"),
    Spread(("ketamine_recovery",), 0.15, "log", STUDY, (0.05, 0.3), "assumed"),
    Spread(("norketamine_recovery",), 0.18, "log", STUDY, (0.05, 0.3), "assumed"),
    Spread(("hnk_recovery",), 0.6, "log", STUDY, (0.3, 1.0), "assumed"),
)

PSYCHIATRIC_SPREAD: tuple[Spread, ...] = (
    Spread(("share",), 1.3, "logit", BETWEEN, (0.5, 2.5), "fit:dean2021,popova2019"),
    Spread(("hope",), 1.5, "logit", BETWEEN, (0.4, 2.5), "fit:dean2021,popova2019"),
    Spread(("K_int",), 0.3, "log", BETWEEN, (0.1, 0.6), "assumed"),
    Spread(("mpfc_k_pot",), 0.5, "log", BETWEEN, (0.2, 1.0), "assumed"),
    Spread(("mpfc_new",), 0.5, "log", BETWEEN, (0.2, 1.0), "assumed"),
    Spread(("own_sleep",), 0.35, "normal", BETWEEN, (0.1, 0.8), "assumed"),
    Spread(("own_appetite",), 0.45, "normal", BETWEEN, (0.1, 0.9), "assumed"),
    Spread(("own_energy",), 0.25, "normal", BETWEEN, (0.1, 0.6), "assumed"),
    Spread(("own_tension",), 0.35, "normal", BETWEEN, (0.1, 0.8), "assumed"),
    Spread(("own_suicidal",), 0.60, "normal", BETWEEN, (0.3, 1.0), "assumed"),
    Spread(("hope",), 0.5, "logit", STUDY, (0.2, 1.0), "assumed"),
    Spread(("share",), 0.3, "logit", STUDY, (0.1, 0.8), "assumed"),
)

TOLERABILITY_SPREAD: tuple[Spread, ...] = (
    Spread(("cadss_max",), 0.85, "log", BETWEEN, (0.4, 1.3), "fit:vanschalkwyk2018"),
    Spread(("sbp_max", "dbp_max", "hr_max"), 0.48, "log", BETWEEN, (0.2, 0.8), "fit:spravato_label2020"),
    Spread(("c50_sleep",), 0.60, "log", BETWEEN, (0.2, 0.9), "fit:takahashi2021full"),
    Spread(("sbp_rest", "dbp_rest"), 5.0, "normal", BETWEEN, (3, 10), "assumed"),
    Spread(("sbp_rest",), 6.0, "normal", BETWEEN, (4, 14), "assumed"),
    Spread(("dbp_rest",), 4.0, "normal", BETWEEN, (2, 9), "assumed"),
    Spread(("hr_rest",), 9.0, "normal", BETWEEN, (5, 14), "assumed"),
    Spread(("cadss_max",), 0.25, "log", STUDY, (0.1, 0.5), "assumed"),
    Spread(("sbp_max", "dbp_max", "hr_max"), 0.15, "log", STUDY, (0.05, 0.35), "assumed"),
    Spread(("sbp_scatter", "dbp_scatter"), 0.08, "log", STUDY, (0.03, 0.3), "assumed"),
    Spread(("c50_sleep",), 0.20, "log", STUDY, (0.05, 0.5), "assumed"),
)


RODENT_SPREAD: tuple[Spread, ...] = (
    Spread(("s_V_free",), 0.20, "log", BETWEEN, (0.1, 0.4), "assumed"),
    Spread(("s_ke",), 0.15, "log", BETWEEN, (0.05, 0.3), "assumed"),
    Spread(("K_int",), 0.15, "log", BETWEEN, (0.05, 0.3), "assumed"),
    Spread(("mpfc_k_pot",), 0.30, "log", BETWEEN, (0.1, 0.6), "assumed"),
    Spread(("mpfc_new",), 0.30, "log", BETWEEN, (0.1, 0.6), "assumed"),
    Spread(("mpfc_s_loss",), 0.25, "log", BETWEEN, (0.1, 0.5), "assumed"),
    Spread(("s_V_free",), 0.30, "log", STUDY, (0.1, 0.6), "assumed"),
    Spread(("mpfc_turnover", "mpfc_k_est"), 0.70, "log", STUDY, (0.3, 0.9), "fit:phoumthipphavong2016,shao2021"),
    Spread(("mpfc_new",), 0.25, "log", STUDY, (0.1, 0.5), "assumed"),
    Spread(("mpfc_s_loss",), 0.25, "log", STUDY, (0.1, 0.5), "assumed"),
)
"""Between animals of one litter and, more, between laboratories: how much spine turnover two of them see differs more than twofold."""


def spreads_of(species: str) -> tuple[Spread, ...]:
    """Return what varies between members of a species."""
    return (*KINETIC_SPREAD, *PSYCHIATRIC_SPREAD, *TOLERABILITY_SPREAD) if species == "human" else RODENT_SPREAD


CORRELATIONS: tuple[Correlation, ...] = (
    Correlation("height", "female", -0.85, "assumed"),  # 13 cm between the sexes, 7 cm within
    Correlation("weight", "height", 0.45, "assumed"),
    Correlation("weight", "female", -0.35, "assumed"),
    Correlation("weight", "crp", 0.30, "assumed"),
    Correlation("age", "hypertension", 0.40, "assumed"),
    Correlation("weight", "hypertension", 0.20, "assumed"),
    Correlation("madrs", "anxious", 0.36, "fit:anxious_ma2025"),  # 3.2 points between anxious and other patients
    Correlation("madrs", "female", 0.09, "fit:jones2022"),  # 0.8 points between women and men
    Correlation("madrs", "crp", 0.05, "valkanova2013"),
    Correlation("episode", "failed", 0.30, "assumed"),
    Correlation("episode", "age", 0.25, "assumed"),
    Correlation("anxious", "benzodiazepine", 0.25, "assumed"),
    Correlation("anxious", "own_tension", 0.50, "assumed"),
    Correlation("maltreated", "poor", 0.20, "assumed"),
    Correlation("s_V1", "s_V3", 0.50, "assumed"),  # a large body is large everywhere, beyond its weight
    Correlation("mpfc_k_pot", "mpfc_new", 0.30, "assumed"),  # both answer to the same signal
)
"""On the normal scale; for yes and no, of the liability behind it.  What is not named is independent."""
