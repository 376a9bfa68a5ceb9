"""Routes: where a dose goes.  Plain data, read by studies; one row = one share of a dose into one depot or input of absorption.

A share is a parameter-only number: a fraction of the dose that takes this way, varied between people and occasions.  What is not
absorbed where it was put is swallowed (`rest`).  Zero-order durations are those of the release, not of the study's own infusion.
"""

from dataclasses import dataclass

from resynapse.notation import Param


@dataclass(frozen=True)
class Way:
    """One share of a dose.  target: local name of a depot (state) or an inflow (input) of absorption or disposition."""

    target: str
    share: Param | None = None  # None: the rest
    duration: Param | None = None  # zero-order release; None: at once (or over the study's `over` when target is an infusion)
    sd_share: float = 0.0  # between people, SD on the logit
    sd_occasion: float = 0.0  # between occasions, log-SD
    sd_duration: float = 0.0  # of the release, between occasions, log-SD
    scaled_by: str = ""  # a parameter outside whose value, one for each person, multiplies the share


@dataclass(frozen=True)
class Route:
    """How one route splits a dose; `device` in mg splits a dose into devices given `apart` hours after each other."""

    meaning: str
    ways: tuple[Way, ...]
    infused: bool = False  # needs a duration from the study (0 = bolus)
    device_mg: float = 0.0
    apart_h: float = 0.0
    later_device: Param | None = None  # factor on the first share for every device after the first


def _p(value: float, unit: str, meaning: str, low: float, high: float, source: str) -> Param:
    return Param(value, unit, meaning, (low, high), source)


_SWALLOWED = _p(0.75, "h", "runs down from nose or mouth over", 0.2, 1.5, "fit:perezruixo2021")
_DEVICE = _p(0.357, "1", "of the first device through the nose", 0.2, 0.6, "fit:perezruixo2021")
_STOMACH = _p(0.32, "h", "empties over", 0.1, 1.0, "perezruixo2021")
_MATRIX = _p(10.0, "h", "releases over", 6, 14, "assumed")
_FIVE_MINUTES = 5 / 60

ROUTES: dict[str, Route] = {
    "iv": Route("into a vein", (Way("infusion"),), infused=True),
    "im": Route("into muscle", (Way("muscle", _p(0.93, "1", "available from muscle", 0.8, 1.0, "assumed")),)),
    "sc": Route("under the skin", (Way("skin", _p(0.90, "1", "available from under the skin", 0.7, 1.0, "assumed")),)),
    "intranasal": Route(
        "spray into the nose, 28-mg devices five minutes apart",
        (
            Way("nasal", _DEVICE, sd_share=0.7, sd_occasion=0.25),
            Way("swallow_inflow", None, _SWALLOWED),
        ),
        device_mg=28.0,
        apart_h=_FIVE_MINUTES,
        later_device=_p(0.62, "1", "of that, for each later device", 0.4, 1.0, "perezruixo2021"),
    ),
    "oral": Route("swallowed solution or tablet", (Way("oral_inflow", None, _STOMACH),)),
    "oral_er": Route("swallowed tablet with extended release", (Way("oral_inflow", None, _MATRIX),)),
    "sublingual": Route(
        "lozenge or tablet under the tongue",
        (
            Way("mouth_inflow", _p(0.15, "1", "through the mouth's lining", 0.05, 0.4, "fit:yanagihara2003"),
                _p(0.17, "h", "dissolves over", 0.05, 0.5, "assumed"), sd_share=0.5, sd_occasion=0.25),
            Way("swallow_inflow", None, _SWALLOWED),
        ),
    ),
    "buccal_film": Route(
        "film in the mouth",
        (
            Way("mouth_inflow", _p(0.20, "1", "through the mouth's lining", 0.1, 0.4, "fit:simons2022"),
                _p(0.206, "h", "dissolves over", 0.1, 0.5, "simons2022"), sd_share=0.3, sd_occasion=0.25),
            Way("swallow_inflow", None, _SWALLOWED),
        ),
    ),
    "rectal": Route(
        "suppository",
        (
            Way("rectum", _p(0.15, "1", "past the liver", 0.05, 0.4, "fit:yanagihara2003"), sd_share=0.5),
            Way("oral_inflow", None, _p(0.5, "h", "reaches the gut's veins over", 0.2, 1.5, "assumed")),
        ),
    ),
    "inhaled": Route("breathed in as a mist", (Way("lung", _p(0.70, "1", "available from the lung", 0.4, 0.9, "assumed")),)),
    "none": Route("nothing is given", ()),
}  # fmt: skip

RODENT_ROUTES: dict[str, Route] = {
    "iv": Route("into a vein", (Way("infusion"),), infused=True),
    "ip": Route("into the peritoneum", (Way("belly"),)),
    "sc": Route("under the skin", (Way("skin"),)),
}
"""Routes of mice and rats: what is available is a parameter of their kinetics."""

RACEMIC_NASAL = Route(
    "drops or spray of racemic solution into the nose",
    (
        Way("nasal", _p(0.33, "1", "through the nose", 0.05, 0.5, "fit:yanagihara2003"), sd_share=0.7, sd_occasion=0.25),
        Way("swallow_inflow", None, _SWALLOWED),
    ),
)


def route_of(name: str, drug: str) -> Route:
    """Return the route as this drug takes it: the racemate has no 28-mg device."""
    return RACEMIC_NASAL if name == "intranasal" and drug != "esketamine" else ROUTES[name]
