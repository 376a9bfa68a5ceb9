"""Linked scales: totals that a published conversion ties to the HAMD17.

Reads   HAMD17 [points]
Gives   QIDS_SR, BDI, IDS_SR, HAMD6 [points]
Assumes the published straight lines hold in everybody; the HAMD6 is a power of the HAMD17 through 4 at 7, with the ends together.
Not modelled: what these scales ask beside the HAMD17's items.  HAMD21, HAMD24 and HAMD25 have no published link here.
"""

from resynapse.model.symptoms import Scales
from resynapse.notation import Mechanism, observation, param, pos, power


class LinkedScales(Mechanism):
    """Other totals of the same severity."""

    #               value   unit      meaning                                                 range          source
    qids_slope = param(0.814, "1",      "QIDS-SR per point of HAMD17",                          (0.7, 0.9),    "fit:idsqids_conversion2003")
    qids_zero  = param(-0.609, "points", "QIDS-SR at HAMD17 0, by the line",                    (-2.0, 1.0),   "fit:idsqids_conversion2003")
    bdi_slope  = param(1.51,  "1",      "BDI per point of HAMD17",                              (1.3, 1.7),    "bdi_conversion2013")
    bdi_zero   = param(-3.86, "points", "BDI at HAMD17 0, by the line",                         (-6.0, 0.0),   "bdi_conversion2013")
    ids_slope  = param(2.08,  "1",      "IDS-SR per point of HAMD17: inverse of 0.48",          (1.7, 2.5),    "bdi_conversion2013")
    ids_zero   = param(-2.92, "points", "IDS-SR at HAMD17 0: -1.40 over 0.48",                  (-6.0, 0.0),   "bdi_conversion2013")
    hamd6      = param(0.850, "1",      "exponent from HAMD17 to HAMD6: 4 at 7",                (0.7, 1.0),    "fit:carmody2006")
    rater_qids = param(1.7,   "points", "error of one QIDS-SR, SD",                             (1.0, 3.0),    "assumed")
    rater_bdi  = param(2.65,  "points", "error of one BDI against the line, SD",                (1.5, 5.0),    "bdi_conversion2013")
    rater_ids  = param(4.0,   "points", "error of one IDS-SR, SD",                              (2.0, 7.0),    "assumed")
    rater_hamd6 = param(1.2,  "points", "error of one HAMD6, SD",                               (0.7, 2.0),    "assumed")

    @observation("points", additive=rater_qids)
    def QIDS_SR(self, HAMD17):
        """Self-rated quick inventory, 0-27."""
        return pos(self.qids_zero + self.qids_slope * HAMD17)

    @observation("points", additive=rater_bdi)
    def BDI(self, HAMD17):
        """Beck's inventory, 0-63."""
        return pos(self.bdi_zero + self.bdi_slope * HAMD17)

    @observation("points", additive=rater_ids)
    def IDS_SR(self, HAMD17):
        """Self-rated inventory of 30 items, 0-84."""
        return pos(self.ids_zero + self.ids_slope * HAMD17)

    @observation("points", additive=rater_hamd6)
    def HAMD6(self, HAMD17):
        """Six items of the HAMD17, 0-22."""
        return 22 * power(HAMD17 / 52, self.hamd6)


def madrs_of(scale: str, total: float) -> float | None:
    """Return the MADRS total that goes with one on another scale, by the links above and those of `symptoms`; None without a link."""
    of = LinkedScales
    if scale == "MADRS":
        return total
    if scale == "PHQ9":
        share = max(total, 0.0) / 27
        return 60 * (Scales.link.value * share + (1 - Scales.link.value) * share**2)
    hamd = {
        "HAMD17": total,
        "QIDS_SR": (total - of.qids_zero.value) / of.qids_slope.value,
        "BDI": (total - of.bdi_zero.value) / of.bdi_slope.value,
        "IDS_SR": (total - of.ids_zero.value) / of.ids_slope.value,
        "HAMD6": 52 * (max(total, 0.0) / 22) ** (1 / of.hamd6.value),
    }.get(scale)
    return None if hamd is None else 60 * (max(hamd, 0.0) / 52) ** (1 / Scales.hamd.value)
