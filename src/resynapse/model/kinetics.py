"""Kinetics put together: both enantiomers with their metabolites, and the assays of every analyte.

R- and S-ketamine share every parameter except those that are known to differ, so that a person's volumes are drawn once.
"""

from resynapse.model.absorption import Absorption, NoAbsorption
from resynapse.model.assay import Assay, PairAssay
from resynapse.model.body import Body
from resynapse.model.disposition import Disposition
from resynapse.notation import Mechanism, param

MOLAR_MASS = {"ketamine": 237.73, "norketamine": 223.70, "hnk": 239.70}  # g/mol of the base
ANALYTES = tuple(MOLAR_MASS)

_R_CLINT = param(206.0, "L/h", "intrinsic clearance of the liver, R", (60, 500), "fit:kamp2020bja")
_R_CLN = param(36.3, "L/h", "norketamine clearance, R", (18, 90), "fit:kamp2020bja")


def kinetics(depots: bool = True) -> list[Mechanism]:
    """Return body, absorption, disposition and assays.  depots=False: everything is given into a vein."""
    s = Disposition("s")
    r = Disposition("r", like=s, values={"CLint": _R_CLINT, "CLn": _R_CLN})
    s_in = Absorption("s") if depots else NoAbsorption("s")
    r_in = Absorption("r", like=s_in) if depots else NoAbsorption("r")
    return [Body(), s_in, r_in, s, r, *_assays(s, r)]


def _assays(s: Disposition, r: Disposition) -> list[Mechanism]:
    sites = {
        "ketamine": (("arterial", "vein"), s, r),
        "norketamine": (("nor_arterial", "nor_vein"), s, r),
        "hnk": (("hnk", "hnk_vein"), s, r),
    }
    out: list[Mechanism] = []
    for analyte, ((artery, vein), one, other) in sites.items():
        mass = param(MOLAR_MASS[analyte], "g/mol", f"of {analyte}, base", (MOLAR_MASS[analyte], MOLAR_MASS[analyte]), "convention")
        pair = PairAssay(
            analyte,
            values={"molar_mass": mass},
            reads={"artery": getattr(one, artery), "vein": getattr(one, vein),
                   "other_artery": getattr(other, artery), "other_vein": getattr(other, vein)},
        )  # fmt: skip
        out.append(pair)
        for name, which in (("s", one), ("r", other)):
            wired = {"artery": getattr(which, artery), "vein": getattr(which, vein)}
            out.append(Assay(f"{name}_{analyte}", like=pair, reads=wired))
    return out
