"""Traits: what a covariate is called, in which unit it is told, and how it reaches the mechanisms.

weight, age, sex, hypertension -> body, tolerability;  MADRS -> severity;  failed trials -> comparators;  heredity, maltreatment, low
income -> stress;  C-reactive protein -> inflammation;  Met alleles of BDNF -> plasticity;  blood pressure -> tolerability.
Episode, anxiety and benzodiazepines go along (they select people and are correlated with the rest); no mechanism reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from resynapse.model.items import DOMAINS
from resynapse.model.linked_scales import psi_of_madrs
from resynapse.model.population import Covariate
from resynapse.model.switches import STRAINS

Numbers = dict[str, np.ndarray]


@dataclass(frozen=True)
class Trait:
    """How a covariate is told: title and unit; a trait without its own distribution is worked out from others."""

    title: str
    unit: str = ""


TRAITS: dict[str, Trait] = {
    "age": Trait("age", "years"),
    "female": Trait("women"),
    "height": Trait("height", "cm"),
    "weight": Trait("weight", "kg"),
    "bmi": Trait("body-mass index", "kg/m²"),
    "madrs": Trait("MADRS at entry, true", "points"),
    "self_view": Trait("sees it worse than a rater does", "SD"),
    "episode": Trait("length of the episode", "weeks"),
    "failed": Trait("failed trials"),
    "crp": Trait("C-reactive protein", "mg/L"),
    "met_alleles": Trait("Met alleles of BDNF"),
    "heredity": Trait("inherited liability", "SD"),
    "maltreated": Trait("maltreated in childhood"),
    "poor": Trait("low income"),
    "anxious": Trait("anxiety disorder"),
    "benzodiazepine": Trait("on benzodiazepines"),
    "hypertension": Trait("hypertension"),
    "sbp": Trait("systolic pressure at rest", "mmHg"),
    "dbp": Trait("diastolic pressure at rest", "mmHg"),
}
DIRECT = ("weight", "age", "female", "hypertension", "failed", "heredity", "maltreated", "poor")
"""Covariates that are parameters by the same name."""

MADRS_SCATTER = Covariate("normal", 0.0, 1.5, 0.0, 0.0, "points", "fit:madrs24h_2016")
"""b: SD of one rating around what is expected of the person; published SDs of a baseline hold it."""


def steady(rated: Covariate) -> Covariate:
    """Return the distribution of what is expected of people from that of one rating of each."""
    wide = max(rated.b**2 - MADRS_SCATTER.b**2, (0.5 * rated.b) ** 2) ** 0.5
    return replace(rated, b=wide)


def parameters_of(covariates: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray], typical: Mapping[str, float]) -> Numbers:
    """Return the parameters that covariates set, {name: (n,)}; only those that the model has."""
    out = {name: covariates[name] for name in DIRECT if name in covariates and name in typical}
    if "madrs" in covariates and "severity0" in typical:
        own = {domain: values[f"own_{domain}"] for domain in DOMAINS if f"own_{domain}" in values}
        out["severity0"] = np.maximum(psi_of_madrs(covariates["madrs"], own) - values.get("psi_health", typical["psi_health"]), 0.0)
    if "met_alleles" in covariates and "mpfc_release" in typical:
        one, two = (STRAINS[f"bdnf:{kind}"].values["mpfc_release"] for kind in ("val_met", "met_met"))
        out["mpfc_release"] = np.array([typical["mpfc_release"], one, two])[covariates["met_alleles"].astype(int)]
    if "crp" in covariates and "tone" in typical:
        out["tone"] = _tone(covariates["crp"], values.get("chronic", typical["chronic"]), typical)
    return out | _pressures(covariates, {**typical, **values, **out})


def _tone(crp: np.ndarray, chronic: np.ndarray | float, typical: Mapping[str, float]) -> np.ndarray:
    """Return the person's own part of the cytokine tone: what CRP says beyond the illness's usual part."""
    above = np.log(crp / typical["crp_median"]) / typical["crp_sd"] + typical["sd_crp"]
    return (above - typical["sd_crp"] * (np.asarray(chronic) > 0)) * typical["typical"] / typical["sd_crp"]


def _pressures(covariates: Mapping[str, np.ndarray], own: Mapping[str, np.ndarray | float]) -> Numbers:
    """Return pressure at rest without what age and hypertension add, where a pressure is given."""
    out: Numbers = {}
    if "sbp" in covariates and "sbp_rest" in own:
        out["sbp_rest"] = covariates["sbp"] - own["sbp_age"] * (own["age"] - 40) - own["sbp_high"] * own["hypertension"]
    if "dbp" in covariates and "dbp_rest" in own:
        out["dbp_rest"] = covariates["dbp"] - own["dbp_high"] * own["hypertension"]
    return out


def worked_out(covariates: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray], typical: Mapping[str, float]) -> Numbers:
    """Return covariates that follow from others, {name: (n,)}: body-mass index, and blood pressure at rest where people have one."""
    out: Numbers = {}
    if "height" in covariates and "weight" in covariates:
        out["bmi"] = covariates["weight"] / (covariates["height"] / 100) ** 2
    own = {**typical, **values}
    if "sbp_rest" in values and "age" in covariates:
        out["sbp"] = own["sbp_rest"] + own["sbp_age"] * (own["age"] - 40) + own["sbp_high"] * own["hypertension"]
        out["dbp"] = own["dbp_rest"] + own["dbp_high"] * own["hypertension"]
    return out
