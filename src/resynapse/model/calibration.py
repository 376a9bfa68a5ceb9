"""Calibration: which numbers are fitted to which rows, stage by stage; all others stay as declared.

A number's prior covers its declared plausible range (`methods/coordinate.py`).  It lies about the declared value, unless that was
fitted to published results (source `fit:…`), which may be the very rows: then it is nearly even over the range.
Constants of time that experiments on the mechanism give (receptor, glutamate, TrkB, translation) are not moved.
"""

from dataclasses import dataclass

from resynapse.model.session_events import LAWS


@dataclass(frozen=True)
class Stage:
    """One step.  areas: of the rows that inform it; parameters: typical values; spreads: SDs between people; studies: between studies.

    Spreads are named `level:targets`, as in model/population.py.  only, but: quantities of the rows taken, and of those not taken.
    longer: how much longer chains are where numbers are hard to tell apart.
    """

    areas: tuple[str, ...]
    parameters: tuple[str, ...]
    spreads: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    longer: int = 1


EVENTS = tuple(f"event:{name}" for name in (*LAWS, "any_adverse_event"))

STAGES: dict[str, Stage] = {
    "pharmacokinetics": Stage(
        ("exposure",),
        ("s_CLint", "r_CLint", "s_Qh", "s_V2", "s_V3", "s_V4", "s_Q3", "s_CLn", "r_CLn", "s_Vn2", "s_CLhnk", "s_F_gut", "s_ka_nasal",
         "s_ka_oral", "s_ka_swallow", "s_kv", "s_f"),
        (),
        ("study:s_CLint+r_CLint", "study:s_V1+s_V2+s_V3+s_V4", "study:s_CLn+r_CLn", "study:s_F_gut",
         "study:s_ka_oral+s_ka_swallow+s_ka_nasal+s_ka_mouth", "study:ketamine_recovery", "study:norketamine_recovery",
         "study:hnk_recovery"),
    ),
    "mechanism": Stage(
        ("mechanism",),
        ("mpfc_k_pot", "mpfc_k_grow", "mpfc_new", "mpfc_turnover", "mpfc_s_loss", "mpfc_s_settle", "hippocampus_tau_grow", "g_int",
         "per_stress"),
    ),
    "symptoms": Stage(
        ("scores", "rates", "relapse"),
        ("share", "w_pot", "mpfc_tau_pot", "mpfc_tau_prog", "hope", "half_rise", "half_fade", "lasting", "by_belief", "by_new_drug",
         "by_crisis", "glow", "half_glow", "overlap", "e_drug", "next_step", "e_therapy", "e_ect", "relapse_rate", "consolidates"),
        ("person:share", "person:hope"),
        ("study:hope", "study:share"),
        longer=3,
    ),
    "tolerability": Stage(
        ("safety",),
        ("cadss_max", "c50_felt", "w_felt", "used_to", "sbp_max", "dbp_max", "hr_max", "w_press", "sbp_scatter", "dbp_scatter",
         "c50_sleep", "h_sleep", "by_calm"),
        ("person:cadss_max",),
        ("study:cadss_max", "study:sbp_max+dbp_max+hr_max", "study:c50_sleep"),
        but=EVENTS,
    ),
    "complaints": Stage(("safety",), tuple(f"{name}_{part}" for name in LAWS for part in ("rate", "slope")), only=EVENTS),
}  # fmt: skip
