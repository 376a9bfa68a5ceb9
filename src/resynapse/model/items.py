"""Items: the questions of the rating scales, as graded responses to the traits of `domains`.

An item gives k points or more with probability 1/(1 + exp(-a*(trait - b_k))).  Published for the PHQ-9 (lalonde2025), the BDI-II
(desajunior2019), the GAD-7 (schalet2015) and the suicide items of MADRS, HAMD17 and BDI (perroud2009).  The other items of MADRS,
HAMD17 and QIDS-SR are taken from their counterparts there: an assumption.  Each of these scales, and the BDI-II, whose sample's
metric is another, is moved and stretched as a whole, so that its total meets the published cross-walks (LINKS).
Plain data and the expected score; `methods.ratings` draws whole responses from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

Numbers = Mapping[str, np.ndarray]
STEADY = 0.80  # so that two MADRS ratings agree with an ICC of 0.91-0.96 (madrs24h_2016)
YARDSTICK, TYPICAL = "MADRS", 2.34  # the scale that says how ill a person is; the trait of a resistant depression
DOMAINS = ("mood", "sleep", "appetite", "energy", "tension", "suicidal")


@dataclass(frozen=True)
class Graded:
    """One item: what it asks, its domain, discrimination a (1/SD of the trait), thresholds b of 1, 2, … points, who says so.

    own_view: the person answers, not a rater.  steady: share of its scatter that a person keeps from one visit to the next.
    """

    meaning: str
    domain: str
    a: float
    b: tuple[float, ...]
    source: str
    own_view: bool = False
    steady: float = STEADY


@dataclass(frozen=True)
class Link:
    """How a scale's items are moved: threshold b becomes 2 + shift + stretch*(b - 2), discrimination times sharper."""

    shift: float
    stretch: float
    sharper: float
    source: str


LINKS = {
    "MADRS": Link(0.601, 1.042, 1.8, "fit:daly2019"),  # 37.5 where the PHQ-9 is 19.5; 9.2 where it is 6.5
    "HAMD17": Link(0.279, 1.041, 1.8, "fit:carmody2006,bdi_conversion2013"),  # 7 at MADRS 8.5, 26.1 where the BDI-II says so
    "QIDS_SR": Link(0.001, 0.929, 1.8, "fit:idsqids_conversion2003"),
    "BDI": Link(0.140, 0.503, 1.0, "fit:bdi_conversion2013"),
}
SUICIDALITY = (1.81, 0.63)
"""Mean and SD, on the trait, of the factor on which the suicide items were published: PHQ-9 item 9 lies as they do.  Assumed."""

# a and thresholds, as published; domain and meaning beside them
_PHQ9 = (
    ("little interest", "mood", 2.21, 0.83, 1.75, 2.50), ("feeling down", "mood", 3.53, 0.89, 1.71, 2.23),
    ("sleep", "sleep", 1.94, 0.33, 1.30, 1.97), ("tiredness", "energy", 2.20, 0.16, 1.33, 2.00),
    ("appetite", "appetite", 2.10, 0.94, 1.74, 2.42), ("bad about oneself", "mood", 3.20, 1.00, 1.66, 2.19),
    ("concentration", "mood", 1.94, 1.04, 1.88, 2.46), ("slow or restless", "energy", 1.90, 1.58, 2.35, 2.97),
    ("better off dead", "suicidal", 3.24, 1.83, 2.43, 2.79),
)  # fmt: skip
_GAD7 = (
    ("nervous", 2.38, 0.19, 1.55, 2.30), ("cannot stop worrying", 2.62, 0.27, 1.44, 2.08), ("worrying too much", 2.53, 0.04, 1.35, 1.99),
    ("trouble relaxing", 2.21, 0.11, 1.26, 1.95), ("restless", 1.98, 0.78, 1.91, 2.73), ("irritable", 1.66, 0.19, 1.70, 2.59),
    ("afraid", 2.26, 0.68, 1.81, 2.39),
)  # fmt: skip
_BDI = (
    ("sadness", "mood", 2.38, 1.10, 2.75, 3.13), ("pessimism", "mood", 2.20, 1.12, 2.57, 3.35),
    ("failure", "mood", 2.04, 1.32, 1.98, 3.41), ("loss of pleasure", "mood", 2.27, 0.95, 2.34, 3.25),
    ("guilt", "mood", 1.72, 0.75, 2.96, 3.78), ("punishment", "mood", 1.74, 1.46, 2.39, 2.63),
    ("self-dislike", "mood", 2.86, 1.24, 1.60, 2.54), ("self-criticism", "mood", 1.62, 0.25, 1.78, 3.24),
    ("suicidal thoughts", "suicidal", 2.12, 1.89, 3.22, 3.60), ("crying", "mood", 1.52, 1.16, 1.93, 2.73),
    ("agitation", "tension", 1.59, 0.83, 2.90, 3.19), ("loss of interest", "mood", 2.73, 0.89, 2.26, 2.87),
    ("indecision", "mood", 2.03, 0.78, 1.88, 2.12), ("worthlessness", "mood", 3.31, 1.31, 1.80, 2.72),
    ("loss of energy", "energy", 2.35, 0.40, 1.96, 3.05), ("sleep", "sleep", 1.58, 0.03, 1.69, 3.04),
    ("irritability", "tension", 2.13, 0.65, 2.10, 2.93), ("appetite", "appetite", 1.40, 0.48, 2.31, 3.28),
    ("concentration", "mood", 2.07, 0.57, 1.60, 2.84), ("fatigue", "energy", 2.24, 0.32, 1.75, 2.52),
    ("interest in sex", "energy", 1.32, 1.91, 3.26, 4.44),
)  # fmt: skip
PHQ9 = {k: Graded(*row[:3], row[3:], "lalonde2025", True) for k, row in enumerate(_PHQ9, 1)}
GAD7 = {k: Graded(row[0], "tension", row[1], row[2:], "schalet2015", True) for k, row in enumerate(_GAD7, 1)}
BDI_PUBLISHED = {k: Graded(*row[:3], row[3:], "desajunior2019", True) for k, row in enumerate(_BDI, 1)}


def _moved(scale: str, item: Graded, source: str) -> Graded:
    link = LINKS[scale]
    b = tuple(2 + link.shift + link.stretch * (x - 2) for x in item.b)
    return Graded(item.meaning, item.domain, item.a * link.sharper, b, source, scale in ("QIDS_SR", "BDI"))


def _like(of: Graded, scale: str, most: int, meaning: str, domain: str = "", later: float = 0.0) -> Graded:
    """An item of 0 to `most` points that lies as its counterpart does: thresholds in between are interpolated. later: added to them."""
    place = len(of.b) * np.arange(1, most + 1) / most
    low = of.b[0] + (place - 1) * (of.b[1] - of.b[0])
    b = np.where(place < 1, low, np.interp(place, np.arange(1, len(of.b) + 1), of.b)) + later
    return _moved(scale, Graded(meaning, domain or of.domain, of.a, tuple(b), of.source), "assumed")


def _suicide(meaning: str, a: float, *b: float) -> Graded:
    middle, wide = SUICIDALITY
    return Graded(meaning, "suicidal", a / wide, tuple(middle + wide * x for x in b), "perroud2009")


def _rare(scale: str, meaning: str, domain: str, *b: float) -> Graded:
    """An item without a counterpart: weakly tied to the trait, seldom scored."""
    return _moved(scale, Graded(meaning, domain, 1.0, b, "assumed"), "assumed")


def _hamilton() -> dict[int, Graded]:
    h, phq, bdi, gad = "HAMD17", PHQ9, BDI_PUBLISHED, GAD7
    sleep = ("early insomnia", "middle insomnia", "late insomnia")
    return {
        1: _like(phq[2], h, 4, "depressed mood"),
        2: _like(bdi[5], h, 4, "guilt"),
        3: _suicide("suicide", 6.1, 0.40, 1.26, 1.99, 3.11),
        **{4 + k: _like(phq[3], h, 2, words, later=0.6) for k, words in enumerate(sleep)},
        7: _like(phq[1], h, 4, "work and activities"),
        8: _like(phq[8], h, 4, "retardation"),
        9: _like(bdi[11], h, 4, "agitation"),
        10: _like(gad[2], h, 4, "psychic anxiety"),
        11: _like(gad[4], h, 4, "somatic anxiety"),
        12: _like(bdi[18], h, 2, "gastrointestinal"),
        13: _like(phq[4], h, 2, "general somatic"),
        14: _like(bdi[21], h, 2, "genital"),
        15: _rare(h, "hypochondriasis", "tension", 2.5, 3.5, 4.5, 5.5),
        16: _like(phq[5], h, 2, "loss of weight"),
        17: _rare(h, "insight", "mood", 4.0, 5.5),
        18: _like(phq[2], h, 2, "diurnal variation", later=0.6),
        19: _rare(h, "depersonalisation", "tension", 2.8, 3.6, 4.4, 5.2),
        20: _rare(h, "paranoid symptoms", "mood", 3.2, 4.2, 5.2),
        21: _rare(h, "obsessions", "tension", 3.0, 4.2),
        22: _like(bdi[2], h, 4, "helplessness"),
        23: _like(bdi[2], h, 4, "hopelessness"),
        24: _like(bdi[14], h, 4, "worthlessness"),
    }


def _montgomery() -> dict[int, Graded]:
    m, phq = "MADRS", PHQ9
    rows = {
        1: (phq[2], "apparent sadness"), 2: (phq[2], "reported sadness"), 3: (GAD7[4], "inner tension"), 4: (phq[3], "reduced sleep"),
        5: (phq[5], "reduced appetite"), 6: (phq[7], "concentration"), 7: (phq[4], "lassitude"), 8: (phq[1], "inability to feel"),
        9: (phq[6], "pessimistic thoughts"),
    }  # fmt: skip
    out = {k: _like(of, m, 6, meaning) for k, (of, meaning) in rows.items()}
    return out | {10: _suicide("suicidal thoughts", 7.1, 0.03, 0.80, 1.53, 1.93, 2.57, 2.97)}


def _ideation() -> dict[int, Graded]:
    """Nineteen items of the scale for suicidal ideation, 0-2 each, from mild to severe: assumed, about 7 points in resistant depression."""
    lies = 3.124 + 0.7 * (np.arange(1, 20) - 10) / 9
    return {k: Graded(f"suicidal ideation {k}", "suicidal", 2.0, (float(b), float(b) + 0.9), "assumed") for k, b in enumerate(lies, 1)}


BANKS: dict[str, dict[int, Graded]] = {
    "MADRS": _montgomery(),
    "PHQ9": PHQ9,
    "HAMD": _hamilton(),
    "QIDS_SR": {k: _moved("QIDS_SR", item, "assumed") for k, item in PHQ9.items()},
    "BDI": {k: _moved("BDI", item, "desajunior2019") for k, item in BDI_PUBLISHED.items()},
    "GAD7": GAD7,
    "SSI": _ideation(),
}
"""Items by number.  QIDS-SR: its nine domains; HAMD: 17 items, four more of the 21, three more of the 24."""

Parts = tuple[tuple[str, int], ...]  # (bank, number) of the items that a total adds up


def every(bank: str, *numbers: int) -> Parts:
    """Return items of a bank, all of them where no number is named."""
    return tuple((bank, k) for k in numbers or BANKS[bank])


def expected(parts: Iterable[tuple[str, int]], traits: Numbers, view: np.ndarray | float = 0.0) -> np.ndarray:
    """Return the expected sum of items at these traits {domain: any shape}; view: how much worse people see themselves."""
    total = 0.0
    for bank, number in parts:
        item = BANKS[bank][number]
        at = traits[item.domain] + (view if item.own_view else 0.0)
        for b in item.b:
            total = total + 1 / (1 + np.exp(-item.a * (at - b)))
    return np.asarray(total)


def alike(psi: np.ndarray | float) -> dict[str, np.ndarray]:
    """Return the traits of somebody who is as ill in every domain."""
    return dict.fromkeys(DOMAINS, np.asarray(psi, float))
