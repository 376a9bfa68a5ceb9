"""Populations: who the virtual people are.  Declared here as plain data; `methods.cohort` draws from it.

A mean and SD are those of the people within the limits, as a paper prints them.  Populations and covariates without published
numbers are assumptions and say so.  How a covariate reaches a mechanism is in `traits`; how parameters differ, in `spreads`.
"""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Covariate:
    """Distribution of one covariate, cut off at low and high.

    kind: normal (a = mean, b = SD), lognormal (a = median, b = log-SD), bernoulli (a = share), binomial (a = share, b = trials),
    poisson (a = mean, b = least).  within: the limits within which a normal one's mean and SD were published.
    """

    kind: str
    a: float
    b: float
    low: float
    high: float
    unit: str
    source: str
    within: tuple[float, float] | None = None


@dataclass(frozen=True)
class Population:
    """A named population: what it means, how its covariates are spread, and parameters that all its people have."""

    meaning: str
    covariates: dict[str, Covariate]
    values: dict[str, float] = field(default_factory=dict)


Moments = tuple[float, float, str]  # mean, SD, source


def _normal(mean: float, sd: float, low: float, high: float, unit: str, source: str) -> Covariate:
    return Covariate("normal", mean, sd, low, high, unit, source, (low, high))


def _weight(median: float, log_sd: float, source: str = "assumed") -> Covariate:
    return Covariate("lognormal", median, log_sd, 35, 180, "kg", source)


def _skewed(mean: float, sd: float, low: float, high: float, unit: str, source: str) -> Covariate:
    """Log-normal with a mean and SD before it is cut off."""
    log_sd = math.sqrt(math.log(1 + (sd / mean) ** 2))
    return Covariate("lognormal", mean * math.exp(-(log_sd**2) / 2), log_sd, low, high, unit, source)


def _yes(share: float, source: str = "assumed") -> Covariate:
    return Covariate("bernoulli", share, 0.0, 0.0, 1.0, "1", source)


def _count(mean: float, least: int, most: int, source: str = "assumed") -> Covariate:
    return Covariate("poisson", mean, least, least, most, "1", source)


def _height(female: float) -> Covariate:
    """Women 164 cm, men 177 cm, SD 7 within each."""
    mean = 177.0 - 13.0 * female
    return Covariate("normal", mean, math.sqrt(49 + 169 * female * (1 - female)), 130, 215, "cm", "assumed")


MET = Covariate("binomial", 0.187, 2.0, 0.0, 2.0, "1", "fit:laje2012")  # Met alleles of BDNF: 66 % have none
HEREDITY = Covariate("normal", 0.0, 1.0, -4.0, 4.0, "1", "convention")  # inherited liability in its own SD, within the group
CRP = Covariate("lognormal", 1.31, 1.35, 0.05, 60.0, "mg/L", "fit:osimo2019")  # 27 % above 3, 58 % above 1 mg/L
MALTREATED, POOR = 0.48, 0.33
SELF_VIEW = Covariate("normal", 0.0, 0.24, -1.0, 1.0, "1", "fit:daly2019")  # so that PHQ-9 totals have an SD of 3.8
BURDENED = {"usual": 0.073}
"""Load that the shares above bring on average: the model's chronic load is that of the typical patient."""
IN_CRISIS = {**BURDENED, "crisis": 1.0}


IDEATION = {"own_suicidal": 0.8}
"""How much more suicidal thoughts stand out in people who are enrolled for them: assumed."""


@dataclass(frozen=True)
class Illness:
    """What sets one depressed population apart: failed trials (mean, least), mean and SD of the episode in weeks with its source,

    share on benzodiazepines with its source, known hypertension that is controlled well enough for a trial.
    """

    failed: tuple[float, int]
    episode: Moments
    benzodiazepine: tuple[float, str]
    hypertension: float = 0.25


RESISTANT = Illness((2.6, 2), (121.5, 222.0, "fit:daly2019"), (0.44, "feeney2022"))
EPISODE = Illness((1.0, 0), (52.0, 70.0, "assumed"), (0.40, "andrashko2020"))


def _depressed(age: Covariate, female: tuple[float, str], madrs: Moments, weight: Covariate, ill: Illness) -> dict[str, Covariate]:
    """Return the covariates of a depressed population."""
    return {
        "age": age,
        "female": _yes(*female),
        "height": _height(female[0]),
        "weight": weight,
        "madrs": _normal(madrs[0], madrs[1], 12, 60, "points", madrs[2]),
        "episode": _skewed(*ill.episode[:2], 2.0, 2500.0, "week", ill.episode[2]),
        "failed": _count(*ill.failed, 12),
        "crp": CRP,
        "met_alleles": MET,
        "heredity": HEREDITY,
        "maltreated": _yes(MALTREATED, "nelson2017"),
        "poor": _yes(POOR),
        "anxious": _yes(0.547, "price2022"),
        "self_view": SELF_VIEW,
        "benzodiazepine": _yes(*ill.benzodiazepine),
        "hypertension": _yes(ill.hypertension),
    }


def _well(age: Covariate, female: tuple[float, str], weight: Covariate) -> dict[str, Covariate]:
    """Return the covariates of people who are not depressed."""
    return {
        "age": age,
        "female": _yes(*female),
        "height": _height(female[0]),
        "weight": weight,
        "madrs": HEALTHY_MADRS,
        "crp": Covariate("lognormal", 0.69, 1.35, 0.05, 60.0, "mg/L", "fit:haapakoski2015"),  # 0.47 SD below the depressed
        "met_alleles": MET,
    }


def _adult(mean: float, sd: float, source: str, high: float = 64) -> Covariate:
    return _normal(mean, sd, 18, high, "1", source)


UNSTRESSED = {"chronic": 0.0}
MOUSE = {"weight": Covariate("normal", 0.025, 0.002, 0.018, 0.035, "kg", "assumed")}
RAT = {"weight": Covariate("normal", 0.30, 0.03, 0.2, 0.45, "kg", "assumed")}
# Loss of established spines (1/d): midway, on the log scale, between two laboratories whose counts differ about twofold
# (shao2021, phoumthipphavong2016); RODENT_SPREAD holds how far apart they are.
TWO_LABORATORIES = {"mpfc_k_est": 0.043}
HEALTHY_MADRS = _normal(1.5, 1.5, 0, 6, "points", "assumed")
TRIAL_WEIGHT = _weight(77.5, 0.232, "fit:sustain2_2020")  # body-mass index 28.0 (5.8)
SUICIDAL = (40.4, 5.82, "aspire_pooled2021")

POPULATIONS: dict[str, Population] = {
    "trd_adult": Population(
        "adults with treatment-resistant depression",
        _depressed(_adult(46.3, 11.3, "daly2019"), (0.66, "daly2019"), (37.5, 5.5, "jones2022"), TRIAL_WEIGHT, RESISTANT),
        BURDENED,
    ),
    "trd_adult_si": Population(
        "the same with prominent suicidal ideation",
        _depressed(_adult(40.1, 13.0, "aspire_pooled2021"), (0.61, "aspire_pooled2021"), SUICIDAL, TRIAL_WEIGHT, RESISTANT),
        IN_CRISIS | IDEATION,
    ),
    "trd_older": Population(
        "treatment-resistant depression at 65 and over",
        _depressed(
            _normal(70.0, 4.2, 65, 90, "1", "assumed"), (0.62, "assumed"), (35.5, 6.0, "assumed"), _weight(76, 0.19),
            Illness((2.6, 2), (160.0, 220.0, "assumed"), (0.44, "assumed"), 0.5),
        ),
        BURDENED,
    ),
    "mdd_adult": Population(
        "adults with major depression",
        _depressed(_adult(42.0, 12.2, "assumed"), (0.60, "assumed"), (33.7, 5.5, "anxious_ma2025"), TRIAL_WEIGHT, EPISODE),
        BURDENED,
    ),
    "mdd_adult_si": Population(
        "adults with major depression and acute suicidal ideation",
        _depressed(_adult(40.1, 13.0, "aspire_pooled2021"), (0.608, "aspire_pooled2021"), SUICIDAL, TRIAL_WEIGHT, EPISODE),
        IN_CRISIS | IDEATION,
    ),
    "mdd_adolescent": Population(
        "adolescents with major depression",
        _depressed(
            _normal(15.5, 1.4, 12, 17.9, "1", "assumed"), (0.65, "assumed"), (33.0, 6.0, "assumed"), _weight(62, 0.20),
            Illness((0.8, 0), (40.0, 45.0, "assumed"), (0.05, "assumed"), 0.02),
        ),
        BURDENED,
    ),
    "bipolar_adult": Population(
        "adults in a bipolar depression",
        _depressed(_adult(45.0, 11.0, "assumed"), (0.60, "assumed"), (33.0, 5.0, "assumed"), TRIAL_WEIGHT, RESISTANT),
        BURDENED,
    ),
    "real_world_adult": Population(
        "patients of a ketamine service",
        _depressed(_adult(46.0, 13.5, "assumed", 80), (0.58, "assumed"), (33.0, 8.0, "assumed"), TRIAL_WEIGHT, RESISTANT),
        BURDENED,
    ),
    "healthy_adult": Population(
        "healthy volunteers",
        _well(_adult(26.04, 5.56, "liebe2017"), (0.4, "assumed"), _weight(72, 0.15)),
        UNSTRESSED,
    ),
    "general_adult": Population(
        "adults of a pooled analysis, healthy or depressed",
        _well(_adult(45.0, 14.0, "perezruixo2021", 86), (0.584, "perezruixo2021"), _weight(74, 0.20, "perezruixo2021")),
        UNSTRESSED,
    ),
    "surgical_adult": Population(
        "adults who have an operation",
        _well(_adult(42.0, 13.0, "assumed", 75), (0.5, "assumed"), _weight(68, 0.17)),
        UNSTRESSED,
    ),
    "child": Population(
        "children in intensive care; age and weight are drawn apart, kinetics need weight alone",
        {
            "age": Covariate("normal", 3.0, 3.5, 0.02, 12.5, "1", "flint2017"),
            "female": _yes(0.5),
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
