"""Totals: what a rater or the person gives on the whole scales, expected from the traits of the domains.

Reads   mood, sleep, appetite, energy, tension, suicidal [1] from domains
Gives   PHQ9, MADRS, HAMD17, QIDS_SR, BDI, IDS_SR, HAMD6 [points]
Assumes graded items (`items`) for MADRS and PHQ-9; the MADRS is the yardstick, another scale keeps a person's own distance from it,
        largest in its middle, none at its ends.  HAMD17 is a curve of the MADRS through 7 at 8.5 and where the BDI-II puts a resistant
        depression; QIDS-SR, BDI, IDS-SR are published straight lines of the HAMD17, the HAMD6 a power through 4 at 7.
Not modelled: what these scales ask beside the HAMD17's items, unless a study asks for their items.
"""

from resynapse.model.items import BANKS, Graded
from resynapse.notation import Mechanism, exp, observation, param, pos, power, quantity


class Item(Mechanism):
    """One graded item of the PHQ-9, 0-3."""

    #           value  unit  meaning                          range        source
    a  = param( 2.21,  "1",  "discrimination, 1/SD of trait", (0.5, 15.0), "lalonde2025")
    b1 = param( 0.83,  "1",  "threshold of 1 point",          (-3.0, 4.0), "lalonde2025")
    b2 = param( 1.75,  "1",  "threshold of 2 points",         (-3.0, 4.0), "lalonde2025")
    b3 = param( 2.50,  "1",  "threshold of 3 points",         (-3.0, 5.0), "lalonde2025")

    @quantity("1")
    def score(self, trait):
        """Expected score."""
        one = 1 / (1 + exp(-self.a * (trait - self.b1)))
        two = 1 / (1 + exp(-self.a * (trait - self.b2)))
        return one + two + 1 / (1 + exp(-self.a * (trait - self.b3)))


class RatedItem(Mechanism):
    """One graded item of the MADRS, 0-6."""

    #           value  unit  meaning                          range        source
    a  = param( 3.32,  "1",  "discrimination, 1/SD of trait", (0.5, 15.0), "lalonde2025")
    b1 = param( 1.00,  "1",  "threshold of 1 point",          (-3.0, 5.0), "assumed")
    b2 = param( 1.50,  "1",  "threshold of 2 points",         (-3.0, 5.0), "assumed")
    b3 = param( 2.00,  "1",  "threshold of 3 points",         (-3.0, 5.0), "assumed")
    b4 = param( 2.80,  "1",  "threshold of 4 points",         (-3.0, 5.0), "assumed")
    b5 = param( 3.00,  "1",  "threshold of 5 points",         (-3.0, 5.0), "assumed")
    b6 = param( 3.20,  "1",  "threshold of 6 points",         (-3.0, 5.0), "assumed")

    @quantity("1")
    def score(self, trait):
        """Expected score."""
        one = 1 / (1 + exp(-self.a * (trait - self.b1)))
        two = 1 / (1 + exp(-self.a * (trait - self.b2)))
        three = 1 / (1 + exp(-self.a * (trait - self.b3)))
        four = 1 / (1 + exp(-self.a * (trait - self.b4)))
        five = 1 / (1 + exp(-self.a * (trait - self.b5)))
        return one + two + three + four + five + 1 / (1 + exp(-self.a * (trait - self.b6)))


class Scales(Mechanism):
    """Totals that a rater or the person would give."""

    #              value  unit      meaning                                               range        source
    rater  = param(1.5,   "points", "error of one MADRS rating, SD, from ICC 0.91-0.96",  (1.1, 3.0),  "fit:madrs24h_2016")
    own_phq9 = param(0.0, "points", "the person's PHQ-9 above what the MADRS says, in mid-scale", (-15, 15), "convention")
    rater_phq = param(1.1, "points", "error of one PHQ-9 total, SD",                      (0.7, 2.5),  "assumed")
    hamd_far = param(0.695, "1",    "HAMD17 per point of a high MADRS",                   (0.6, 0.8),  "fit:bdi_conversion2013")
    hamd_near = param(0.425, "1",   "more per point of a low one",                        (0.1, 0.8),  "fit:carmody2006")
    hamd_fade = param(6.3, "points", "which fades within",                                (4, 20),     "fit:carmody2006")
    own_hamd = param(0.0, "points", "the person's HAMD17 above what the MADRS says, in mid-scale", (-15, 15), "convention")
    rater_hamd = param(1.1, "points", "error of one HAMD17 rating, SD",                   (0.7, 3.5),  "assumed")

    @observation("points", additive=rater_phq)
    def PHQ9(self, phq_1_score, phq_2_score, phq_3_score, phq_4_score, phq_5_score, phq_6_score, phq_7_score, phq_8_score, phq_9_score):
        """Total of the PHQ-9, 0-27."""
        low = phq_1_score + phq_2_score + phq_3_score + phq_4_score + phq_5_score
        x = (low + phq_6_score + phq_7_score + phq_8_score + phq_9_score) / 27
        return 27 * x + self.own_phq9 * 4 * x * (1 - x)

    @observation("points", additive=rater)
    def MADRS(self, madrs_1_score, madrs_2_score, madrs_3_score, madrs_4_score, madrs_5_score, madrs_6_score, madrs_7_score,
              madrs_8_score, madrs_9_score, madrs_10_score):
        """Total of the MADRS, 0-60."""
        low = madrs_1_score + madrs_2_score + madrs_3_score + madrs_4_score + madrs_5_score
        return low + madrs_6_score + madrs_7_score + madrs_8_score + madrs_9_score + madrs_10_score

    @quantity("points")
    def hamd_expected(self, MADRS):
        """Total of the HAMD17 that goes with a MADRS."""
        return MADRS * (self.hamd_far + self.hamd_near * exp(-MADRS / self.hamd_fade))

    @observation("points", additive=rater_hamd)
    def HAMD17(self, hamd_expected):
        """Total of the HAMD17, 0-52."""
        x = hamd_expected / 52
        return hamd_expected + self.own_hamd * 4 * x * (1 - x)


class LinkedScales(Mechanism):
    """Other totals of the same severity, by published conversions from the HAMD17."""

    #               value   unit      meaning                                                 range          source
    qids_slope = param(0.814, "1",      "QIDS-SR per point of HAMD17",                          (0.7, 0.9),    "fit:idsqids_conversion2003")
    qids_zero  = param(-0.609, "points", "QIDS-SR at HAMD17 0, by the line",                    (-2.0, 1.0),   "fit:idsqids_conversion2003")
    bdi_slope  = param(1.51,  "1",      "BDI per point of HAMD17",                              (1.3, 1.7),    "bdi_conversion2013")
    bdi_zero   = param(-3.86, "points", "BDI at HAMD17 0, by the line",                         (-6.0, 0.0),   "bdi_conversion2013")
    ids_slope  = param(2.08,  "1",      "IDS-SR per point of HAMD17: inverse of 0.48",          (1.7, 2.5),    "bdi_conversion2013")
    ids_zero   = param(-2.92, "points", "IDS-SR at HAMD17 0: -1.40 over 0.48",                  (-6.0, 0.0),   "bdi_conversion2013")
    hamd6      = param(0.850, "1",      "exponent from HAMD17 to HAMD6: 4 at 7",                (0.7, 1.0),    "fit:carmody2006")
    own_qids   = param(0.0,   "points", "the person's QIDS-SR above what the MADRS says, in mid-scale", (-20, 20), "convention")
    own_bdi    = param(0.0,   "points", "the person's BDI above what the MADRS says, in mid-scale", (-40, 40), "convention")
    rater_qids = param(0.9,   "points", "error of one QIDS-SR, SD",                             (0.6, 3.0),    "assumed")
    rater_bdi  = param(2.3,   "points", "error of one BDI, SD",                                 (1.5, 5.0),    "assumed")
    rater_ids  = param(4.0,   "points", "error of one IDS-SR, SD",                              (2.0, 7.0),    "assumed")
    rater_hamd6 = param(0.7,  "points", "error of one HAMD6, SD",                               (0.4, 2.0),    "assumed")

    @observation("points", additive=rater_qids)
    def QIDS_SR(self, hamd_expected):
        """Self-rated quick inventory, 0-27."""
        total = pos(self.qids_zero + self.qids_slope * hamd_expected)
        return total + self.own_qids * 4 * pos(total / 27 * (1 - total / 27))

    @observation("points", additive=rater_bdi)
    def BDI(self, hamd_expected):
        """Beck's inventory, 0-63."""
        total = pos(self.bdi_zero + self.bdi_slope * hamd_expected)
        return total + self.own_bdi * 4 * pos(total / 63 * (1 - total / 63))

    @observation("points", additive=rater_ids)
    def IDS_SR(self, hamd_expected):
        """Self-rated inventory of 30 items, 0-84."""
        return pos(self.ids_zero + self.ids_slope * hamd_expected)

    @observation("points", additive=rater_hamd6)
    def HAMD6(self, HAMD17):
        """Six items of the HAMD17, 0-22."""
        return 22 * power(HAMD17 / 52, self.hamd6)


def graded(domains: Mechanism) -> list[Mechanism]:
    """Return the items of the PHQ-9 (phq_1 to phq_9) and the MADRS (madrs_1 to madrs_10), each on the trait of its domain."""
    kinds = (("phq", Item, BANKS["PHQ9"]), ("madrs", RatedItem, BANKS["MADRS"]))
    return [
        kind(f"{word}_{k}", values=_numbers(item), reads={"trait": getattr(domains, item.domain)})
        for word, kind, bank in kinds
        for k, item in bank.items()
    ]


def _numbers(item: Graded) -> dict[str, object]:
    a = param(item.a, "1", "discrimination, 1/SD of trait", (0.5, 15.0), item.source)
    return {"a": a} | {f"b{k}": param(b, "1", f"threshold of {k} points", (-3.0, 5.0), item.source) for k, b in enumerate(item.b, 1)}
