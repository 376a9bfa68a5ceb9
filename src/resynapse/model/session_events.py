"""Session events: complaints and findings that a session brings, by one law for all of them.

The chance of an event in one session is 1 - exp(-h),   h = person * study * (rate + slope * driver)
driver  the highest value of the session of one quantity: strangeness [µM], CADSS [points], sbp_rise [mmHg], sedation_depth [1]
rate    per session with a placebo, too;   slope per unit of the driver
person  log-normal with mean 1 and SD `sd` of the logarithm, for good;   study: the same with `study_sd`, how a trial asks and counts
Fitted to the incidences of the courses named as source; plausible range of rates and slopes: a fifth to five times the value,
of `sd` 0.5-1.6, of `study_sd` 0.2-1.0.  Calibration moves rates and slopes (`Complaint`) within that range; what it finds that trials
differ by takes the place of `study_sd`.  Onset and length are those of the course of sedation and dissociation (jnj_sedation2025).
Not modelled: events that come from the illness or other drugs, one event that makes another likelier.
"""

from dataclasses import dataclass

from resynapse.notation import Mechanism, Param, param


@dataclass(frozen=True)
class Law:
    """One event.  onset_h: hours after the dose; lasts_h: usual length in hours."""

    meaning: str
    driver: str
    rate: float
    slope: float
    sd: float
    study_sd: float
    source: str
    onset_h: float = 0.25
    lasts_h: float = 1.25


UNITS = {"strangeness": "1/µM", "CADSS": "1/points", "sbp_rise": "1/mmHg", "sedation_depth": "1"}
DRIVERS = ("strangeness", "CADSS", "sbp_rise", "sedation_depth")
_LABEL = "fit:spravato_safety2020"
_ALL = "fit:spravato_safety2020,spravato_label2020,takahashi2021full,sustain_ae_course2022"

LAWS: dict[str, Law] = {
    #                                                          driver            rate     slope    sd   study_sd
    "dissociation": Law("dissociation, reported",              "CADSS",          0.0136,  0.0275,  1.0, 0.35, _ALL),
    "dissociation_severe": Law("dissociation, rated severe",   "CADSS",          0.0001,  0.0021,  1.2, 0.50, "fit:benefitrisk2021"),
    "euphoric_mood": Law("euphoria",                           "CADSS",          0.0012,  0.0011,  1.0, 0.40, _LABEL),
    "blood_pressure_increased": Law("blood pressure, reported", "sbp_rise",      0.0086,  0.0045,  1.0, 0.90, _ALL),
    "tachycardia": Law("fast pulse",                           "sbp_rise",       0.0009,  0.00028, 1.0, 0.40, "fit:spravato_label2020"),
    "sedation": Law("sedation, reported",                      "sedation_depth", 0.0080,  0.1250,  1.0, 0.65, _ALL),
    "somnolence": Law("sleepiness, reported",                  "sedation_depth", 0.0287,  0.2581,  1.0, 0.40, "fit:takahashi2021full"),
    "lethargy": Law("lethargy",                                "sedation_depth", 0.0074,  0.0703,  1.0, 0.40, _LABEL, 0.5, 4.0),
    "dizziness": Law("dizziness",                              "strangeness",    0.0103,  0.3438,  1.1, 0.40, _ALL),
    "vertigo": Law("vertigo",                                  "strangeness",    0.0024,  0.1217,  1.1, 0.65, _ALL),
    "nausea": Law("nausea",                                    "strangeness",    0.0153,  0.1439,  1.1, 0.40, _ALL),
    "vomiting": Law("vomiting",                                "strangeness",    0.0049,  0.0321,  1.0, 0.40, _ALL, 0.5, 0.5),
    "headache": Law("headache",                                "strangeness",    0.0267,  0.0263,  1.0, 0.35, _LABEL, 1.0, 4.0),
    "hypoesthesia": Law("numbness",                            "strangeness",    0.0031,  0.1066,  1.0, 0.40, _LABEL),
    "anxiety": Law("anxiety",                                  "strangeness",    0.0087,  0.0432,  1.0, 0.40, _LABEL),
    "insomnia": Law("sleeplessness in the night after",        "strangeness",    0.0101,  0.0071,  1.0, 0.40, _LABEL, 12.0, 8.0),
    "pollakiuria": Law("frequent passing of water",            "strangeness",    0.0008,  0.0138,  1.0, 0.40, _LABEL, 1.0, 6.0),
    "mental_impairment": Law("slowed thinking, reported",      "strangeness",    0.0014,  0.0115,  1.0, 0.40, _LABEL),
    "discontinuation_ae": Law("gives up the drug for an event", "strangeness",   0.0012,  0.0338,  1.0, 0.40, "fit:popova2019", 2.0, 0.0),
}  # fmt: skip
COMPLAINTS = tuple(name for name in LAWS if name != "discontinuation_ae")
"""What counts as an adverse event; stopping the drug follows from one."""


class Complaint(Mechanism):
    """How often one event comes: its law's rate and slope as parameters, to be read wherever events are drawn."""

    rate  = param(0.01, "1", "of the event in a session with nothing taken", (0.0001, 0.1), "assumed")
    slope = param(0.1,  "1", "of the event per unit of its driver",          (0.001, 1.0),  "assumed")


def complaints() -> list[Mechanism]:
    """Return an instance for each law."""
    return [Complaint(name, values=_own(law)) for name, law in LAWS.items()]


def _own(law: Law) -> dict[str, Param]:
    """Return rate and slope of a law as parameters."""
    wide = lambda x: (x / 5, x * 5)  # noqa: E731
    return {
        "rate": param(law.rate, "1", f"{law.meaning}: in a session with nothing taken", wide(law.rate), law.source),
        "slope": param(law.slope, UNITS[law.driver], f"{law.meaning}: per unit of {law.driver}", wide(law.slope), law.source),
    }
