"""Populations and spread: who the virtual people are, and how their parameters differ.

Declared here as plain data; `methods.cohort` draws from it.  A spread names parameters outside; those of one row share one draw.
Populations without published covariates are assumptions and say so.
"""

from dataclasses import dataclass, field

import numpy as np

from resynapse.model.symptoms import psi_of_madrs

Numbers = dict[str, np.ndarray]


@dataclass(frozen=True)
class Covariate:
    """Distribution of one covariate.

    kind: normal (a = mean, b = SD), lognormal (a = median, b = log-SD), bernoulli (a = share); cut off at low and high.
    """

    kind: str
    a: float
    b: float
    low: float
    high: float
    unit: str
    source: str


@dataclass(frozen=True)
class Population:
    """A named population: what it means, how its covariates are spread, and parameters that all its people have."""

    meaning: str
    covariates: dict[str, Covariate]
    values: dict[str, float] = field(default_factory=dict)


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


def _normal(mean: float, sd: float, low: float, high: float, unit: str, source: str) -> Covariate:
    return Covariate("normal", mean, sd, low, high, unit, source)


def _weight(median: float, log_sd: float, source: str = "assumed") -> Covariate:
    return Covariate("lognormal", median, log_sd, 40, 180, "kg", source)


def _female(share: float, source: str) -> Covariate:
    return Covariate("bernoulli", share, 0.0, 0.0, 1.0, "1", source)


def _hypertension(share: float) -> Covariate:
    """Known hypertension that is controlled well enough for a trial."""
    return Covariate("bernoulli", share, 0.0, 0.0, 1.0, "1", "assumed")


def _depressed(age: tuple[float, float, str], female: tuple[float, str], madrs: tuple[float, float, str]) -> dict[str, Covariate]:
    """The covariates of a depressed adult population: (mean, SD, source) each; weight as in the pooled esketamine analysis."""
    return {
        "age": _normal(age[0], age[1], 18, 64, "1", age[2]),
        "female": _female(*female),
        "weight": _weight(76, 0.20, "perezruixo2021"),
        "madrs": _normal(madrs[0], madrs[1], 20, 58, "points", madrs[2]),
        "hypertension": _hypertension(0.25),
    }


UNSTRESSED = {"chronic": 0.0}
MOUSE = {"weight": Covariate("normal", 0.025, 0.002, 0.018, 0.035, "kg", "assumed")}
RAT = {"weight": Covariate("normal", 0.30, 0.03, 0.2, 0.45, "kg", "assumed")}
# Loss of established spines (1/d): midway, on the log scale, between two laboratories whose counts differ about twofold
# (shao2021, phoumthipphavong2016); RODENT_SPREAD holds how far apart they are.
TWO_LABORATORIES = {"mpfc_k_est": 0.043}
HEALTHY_MADRS = _normal(1.5, 1.5, 0, 6, "points", "assumed")

POPULATIONS: dict[str, Population] = {
    "trd_adult": Population(
        "adults with treatment-resistant depression",
        _depressed((46.0, 11.5, "daly2019"), (0.66, "daly2019"), (37.7, 5.5, "jones2022")),
    ),
    "trd_adult_si": Population(
        "the same with prominent suicidal ideation",
        _depressed((40.1, 13.0, "aspire_pooled2021"), (0.61, "aspire_pooled2021"), (40.4, 5.8, "aspire_pooled2021")),
    ),
    "trd_older": Population(
        "treatment-resistant depression at 65 and over",
        {
            "age": _normal(70.0, 4.5, 65, 90, "1", "assumed"),
            "female": _female(0.62, "assumed"),
            "weight": _weight(76, 0.20),
            "madrs": _normal(35.5, 6.0, 20, 58, "points", "assumed"),
            "hypertension": _hypertension(0.5),
        },
    ),
    "mdd_adult": Population(
        "adults with major depression",
        _depressed((42.0, 12.5, "assumed"), (0.60, "assumed"), (32.5, 5.5, "anxious_ma2025")),
    ),
    "mdd_adult_si": Population(
        "adults with major depression and acute suicidal ideation",
        _depressed((40.1, 13.0, "aspire_pooled2021"), (0.608, "aspire_pooled2021"), (40.4, 5.82, "aspire_pooled2021")),
    ),
    "mdd_adolescent": Population(
        "adolescents with major depression",
        {
            "age": _normal(15.5, 1.4, 12, 17.9, "1", "assumed"),
            "female": _female(0.65, "assumed"),
            "weight": _weight(62, 0.22),
            "madrs": _normal(33.0, 6.0, 20, 58, "points", "assumed"),
        },
    ),
    "bipolar_adult": Population(
        "adults in a bipolar depression",
        _depressed((45.0, 11.0, "assumed"), (0.60, "assumed"), (33.0, 5.0, "assumed")),
    ),
    "real_world_adult": Population(
        "patients of a ketamine service",
        _depressed((46.0, 14.0, "assumed"), (0.58, "assumed"), (33.0, 8.0, "assumed")),
    ),
    "healthy_adult": Population(
        "healthy volunteers",
        {
            "age": _normal(26.0, 5.6, 18, 64, "1", "liebe2017"),
            "female": _female(0.4, "assumed"),
            "weight": _weight(72, 0.15),
            "madrs": HEALTHY_MADRS,
        },
        UNSTRESSED,
    ),
    "general_adult": Population(
        "adults of a pooled analysis, healthy or depressed",
        {
            "age": _normal(45.0, 14.0, 18, 86, "1", "perezruixo2021"),
            "female": _female(0.584, "perezruixo2021"),
            "weight": _weight(74, 0.20, "perezruixo2021"),
            "madrs": HEALTHY_MADRS,
        },
        UNSTRESSED,
    ),
    "surgical_adult": Population(
        "adults who have an operation",
        {
            "age": _normal(42.0, 13.0, 18, 75, "1", "assumed"),
            "female": _female(0.5, "assumed"),
            "weight": _weight(68, 0.17),
            "madrs": HEALTHY_MADRS,
        },
        UNSTRESSED,
    ),
    "child": Population(
        "children in intensive care; age and weight are drawn apart, kinetics need weight alone",
        {
            "age": _normal(3.0, 3.5, 0.02, 12.5, "1", "flint2017"),
            "female": _female(0.5, "assumed"),
            "weight": Covariate("lognormal", 12.0, 0.55, 3.4, 35.0, "kg", "flint2017"),
        },
        UNSTRESSED,
    ),
    "naive_mouse": Population("adult laboratory mice, unstressed", MOUSE, TWO_LABORATORIES),
    "lps_mouse": Population("the same, after lipopolysaccharide on the day before", MOUSE, TWO_LABORATORIES),
    "stressed_mouse": Population(
        "the same, stressed every day for three weeks unless a study says otherwise", MOUSE, TWO_LABORATORIES
    ),
    "stressed_rat": Population(
        "laboratory rats stressed every day for three weeks unless a study says otherwise", RAT, TWO_LABORATORIES
    ),
    "naive_rat": Population("adult laboratory rats, unstressed", RAT, TWO_LABORATORIES),
}  # fmt: skip

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


def parameters_of(covariates: Numbers, values: Numbers, typical: dict[str, float]) -> Numbers:
    """Return the parameters that covariates set (n,): weight, age, sex, hypertension, and the severity that a baseline MADRS stands for."""
    out = {name: covariates[name] for name in ("weight", "age", "female", "hypertension") if name in covariates and name in typical}
    if "madrs" in covariates and "severity0" in typical:
        out["severity0"] = np.maximum(psi_of_madrs(covariates["madrs"]) - values.get("psi_health", typical["psi_health"]), 0.0)
    return out
