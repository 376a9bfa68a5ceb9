"""Tolerability: what a session does to perception, blood pressure, heart and wakefulness, and how it wears off.

Reads   s_effect_site, r_effect_site [µM, unbound in brain] from disposition; years, womanly [1] from body;
        occasion_* (inputs that a study sets anew at each session); dose_given, midazolam_given (events)
Gives   felt, pressor [µM], novelty [1], CADSS, sedation_MOAAS, sleepiness [points], SBP, DBP [mmHg], HR [beats/min], cognition [percent]
Assumes effects follow the arterial effect site with a lag of minutes; the rest is levels that do not follow the concentration:
        people differ for good (spreads), sessions differ anew (occasions), and each session makes the next feel less new.
        Dissociation is no cause of benefit: nothing of the chain to mood reads anything from this file.
Not modelled: blood pressure by the time of day, antihypertensive drugs, airway and oxygen saturation, abuse.
"""

from dataclasses import dataclass

from resynapse.notation import Mechanism, event, exp, given, observation, param, pos, power, quantity, state


class Session(Mechanism):
    """What drives the felt effects of one person, and the memory of earlier sessions."""

    #             value  unit   meaning                                                       range         source
    w_felt   = param(0.50, "1",   "potency of R- relative to S-ketamine for what is felt",       (0.15, 1.0),  "assumed")
    w_press  = param(0.75, "1",   "the same for blood pressure",                                 (0.15, 1.0),  "assumed")
    k_felt   = param(7.0,  "1/h", "lag of what is felt behind the effect site, 6 min",           (2, 30),       "fit:jnj_dissociation2024")
    k_press  = param(5.0,  "1/h", "lag of blood pressure, 8 min",                                (2, 30),       "fit:janssen_cv2023")
    half_memory = param(14.0, "d", "memory of a session halves in; after 8 weeks it is new again", (7, 40),      "assumed")
    used_to  = param(0.7,  "1",   "what is left of the effect in somebody used to it",           (0.4, 1.0),    "assumed")
    half_calm = param(1.5, "h",   "effect of midazolam halves in",                               (0.7, 3.0),    "assumed")
    k_calm   = param(4.0,  "1/h", "its onset, 10 min",                                           (2, 12),       "assumed")

    @state("µM")
    def d_felt(self, s_effect_site, r_effect_site, felt):
        """S-ketamine equivalents where they are felt."""
        return self.k_felt * (s_effect_site + self.w_felt * r_effect_site - felt)

    @state("µM")
    def d_pressor(self, s_effect_site, r_effect_site, pressor):
        """S-ketamine equivalents where they raise blood pressure."""
        return self.k_press * (s_effect_site + self.w_press * r_effect_site - pressor)

    @state("1")
    def d_remembered(self, remembered):
        """Sessions that are remembered; the present one counts as one."""
        return -0.6931 / self.half_memory * remembered

    @quantity("1")
    def novelty(self, remembered):
        """1 at the first session, `used_to` in somebody used to it."""
        return self.used_to + (1 - self.used_to) * exp(-pos(remembered - 1))

    @state("1")
    def d_midazolam(self, midazolam):
        """Midazolam on board, 1 = the usual 0.045 mg/kg."""
        return -0.6931 / self.half_calm * midazolam

    @state("1")
    def d_calm(self, midazolam, calm): return self.k_calm * (midazolam - calm)

    dose_given = event(d_remembered, "add", 1.0, "a dose of ketamine is given")
    midazolam_given = event(d_midazolam, "add", 1.0, "the usual dose of midazolam is given")


class Dissociation(Mechanism):
    """Perception, as the clinician-administered scale of dissociative states rates it."""

    #                value  unit     meaning                                              range        source
    cadss_max = param(13.8, "points", "largest total of the typical person",              (5, 40),     "fit:vanschalkwyk2018")
    c50_felt  = param(0.50, "µM",     "half of it at",                                    (0.2, 1.5),  "fit:vanschalkwyk2018")
    h_felt    = param(2.0,  "1",      "steepness",                                        (1.0, 4.0),  "assumed")
    rater_cadss = param(0.4, "points", "error of one rating at rest, SD",                 (0.1, 1.5),  "assumed")
    rater_share = param(0.10, "1",    "error as a share of the total",                    (0.03, 0.3), "assumed")

    occasion_felt = given("1", "how strongly this session is felt, 1 = as usual", start=1.0)

    @observation("points", proportional=rater_share, additive=rater_cadss)
    def CADSS(self, felt, novelty, occasion_felt):
        """Total above rest, which is 0."""
        x = power(felt / self.c50_felt, self.h_felt)
        return self.cadss_max * occasion_felt * novelty * x / (1 + x)

    @quantity("µM")
    def strangeness(self, felt, novelty, occasion_felt):
        """What is felt of the drug, as S-ketamine equivalents at a first session; other complaints follow it."""
        return felt * novelty * occasion_felt

    @quantity("percent")
    def cognition(self, felt, calm):
        """Speed and attention, 100 % = as before the dose."""
        return 1 / (1 + 0.6 * felt / self.c50_felt + 0.25 * calm)


class Circulation(Mechanism):
    """Blood pressure and heart rate; their scatter between measurements is what makes a placebo session's maximum rise."""

    #                value   unit    meaning                                                    range         source
    sbp_rest = param(118.0, "mmHg",  "systolic pressure at rest, 40 years",                     (95, 170),    "assumed")
    dbp_rest = param( 75.0, "mmHg",  "diastolic pressure at rest, 40 years",                    (55, 105),    "assumed")
    hr_rest  = param( 72.0, "beats/min", "heart rate at rest",                                  (48, 110),    "assumed")
    sbp_age  = param(  0.4, "mmHg",  "systolic pressure per year",                              (0.1, 0.8),   "assumed")
    hypertension = param(0.0, "1",   "1 in a person with hypertension",                         (0, 1),       "convention")
    sbp_high = param( 14.0, "mmHg",  "hypertension adds, systolic, treated or not",             (5, 30),      "assumed")
    dbp_high = param(  8.0, "mmHg",  "hypertension adds, diastolic",                            (3, 18),      "assumed")
    more_rise = param(0.2,  "1",     "hypertension steepens the rise by",                       (0.0, 0.6),   "assumed")
    women    = param(  1.2, "1",     "diastolic rise of women over that of men",                (1.0, 1.5),   "fit:liebe2017")
    sbp_max  = param( 22.5, "mmHg",  "largest systolic rise of the typical person",             (10, 60),     "fit:doherty2020")
    dbp_max  = param( 12.4, "mmHg",  "largest diastolic rise",                                  (6, 40),      "fit:doherty2020")
    hr_max   = param(  8.0, "beats/min", "largest rise of the heart rate",                      (2, 30),      "fit:vankawala2021")
    c50_press = param( 0.5, "µM",    "half of them at",                                         (0.2, 1.5),   "assumed")
    h_press  = param(  1.5, "1",     "steepness",                                               (1.0, 4.0),   "assumed")
    sbp_scatter = param(6.8, "mmHg", "scatter of one systolic measurement, SD",                 (4, 11),      "fit:doherty2020")
    dbp_scatter = param(5.7, "mmHg", "scatter of one diastolic measurement, SD",                (3, 9),       "fit:doherty2020")
    hr_scatter = param( 5.0, "beats/min", "scatter of one count of the pulse, SD",              (3, 9),       "assumed")

    occasion_pressor = given("1", "how strongly this session raises blood pressure, 1 = as usual", start=1.0)

    @quantity("1")
    def push(self, pressor, occasion_pressor):
        """Share of the largest rise."""
        x = power(pressor / self.c50_press, self.h_press)
        return occasion_pressor * (1 + self.more_rise * self.hypertension) * x / (1 + x)

    @quantity("mmHg")
    def sbp_rise(self, push): return self.sbp_max * push

    @quantity("mmHg")
    def dbp_rise(self, push, womanly): return self.dbp_max * power(self.women, womanly) * push

    @observation("mmHg", additive=sbp_scatter)
    def SBP(self, sbp_rise, years): return self.sbp_rest + self.sbp_age * (years - 40) + self.sbp_high * self.hypertension + sbp_rise

    @observation("mmHg", additive=dbp_scatter)
    def DBP(self, dbp_rise): return self.dbp_rest + self.dbp_high * self.hypertension + dbp_rise

    @observation("beats/min", additive=hr_scatter)
    def HR(self, push): return self.hr_rest + self.hr_max * push


class Sedation(Mechanism):
    """Wakefulness: the observer's assessment (5 awake, 0 no response to pain) and how sleepy a person feels."""

    #                value  unit     meaning                                              range        source
    c50_sleep = param(1.7,  "µM",     "half way from awake to no response",               (0.4, 4.0),  "fit:takahashi2021full")
    h_sleep   = param(1.3,  "1",      "steepness",                                        (1.0, 4.0),  "assumed")
    by_calm   = param(0.20, "1",      "the usual midazolam counts as this much",          (0.05, 0.6), "assumed")
    rater_sleep = param(0.2, "points", "error of one assessment, SD",                     (0.05, 0.5), "assumed")
    kss_error = param(0.8,  "points", "error of one rating of sleepiness, SD",            (0.3, 1.5),  "assumed")

    occasion_sleep = given("1", "how strongly this session sedates, 1 = as usual", start=1.0)

    @quantity("1")
    def sedation_depth(self, felt, calm, occasion_sleep):
        """0 awake, 1 no response."""
        x = occasion_sleep * (power(felt / self.c50_sleep, self.h_sleep) + self.by_calm * calm)
        return x / (1 + x)

    @observation("points", additive=rater_sleep)
    def sedation_MOAAS(self, sedation_depth): return 5 * (1 - sedation_depth)

    @observation("points", additive=kss_error)
    def sleepiness(self, sedation_depth):
        """Karolinska sleepiness, 1 very alert to 9 fighting sleep; 3 at rest."""
        return 3 + 6 * sedation_depth


def tolerability() -> list[Mechanism]:
    """Return the instances, in causal order."""
    return [Session(), Dissociation(), Circulation(), Sedation()]


@dataclass(frozen=True)
class Occasion:
    """An input that a study sets anew for every person at every session, log-normal with mean 1.  range: plausible range of the SD."""

    what: str
    sd: float
    range: tuple[float, float]
    source: str


OCCASIONS: tuple[Occasion, ...] = (
    Occasion("occasion_felt", 0.40, (0.2, 0.7), "assumed"),
    Occasion("occasion_pressor", 0.30, (0.15, 0.6), "assumed"),
    Occasion("occasion_sleep", 0.30, (0.15, 0.7), "assumed"),
)
