"""A tiny run with made-up courses: what reports and figures are tested on, without solving anything."""

import numpy as np

from resynapse.methods.cohort import Cohort
from resynapse.model import build
from resynapse.model.scales import READOUTS, STORY
from resynapse.study.reading import study_of
from resynapse.study.simulate import ArmResult, RunResult

TRIAL = {
    "question": "Does <b>one</b> infusion lift depression?",
    "population": {"of": "trd_adult", "n": 12, "seed": 1},
    "arms": {
        "midazolam": {"drug": "midazolam"},
        "ketamine": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"},
    },
    "control": "midazolam",
    "blinding": "active",
    "visits": ["0 d", "4 h", "1 d", "7 d"],
    "endpoints": ["change(MADRS, 1 d)", "response(MADRS, 7 d)", "remission(MADRS, 7 d)"],
}
KINETIC = {
    "question": "How do routes differ?",
    "population": {"of": "healthy_adult", "n": 12, "seed": 1},
    "arms": {
        "infusion": {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"},
        "spray": {"drug": "esketamine", "dose": "56 mg", "route": "intranasal"},
    },
    "visits": ["0 d", "1 d"],
    "endpoints": ["cmax(ketamine)", "cmax(s_ketamine)", "cmax(r_ketamine)", "cmax(norketamine)", "cmax(hnk)"],
}
TIMES = np.array([0, 1 / 6, 1 / 3, 0.5, 2 / 3, 1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 96, 120, 144, 168])


def made_up(asked: dict = TRIAL, times: np.ndarray = TIMES) -> RunResult:
    """Return a run whose courses are simple functions of time; people differ by a factor."""
    study = study_of(asked)
    n = study.n
    if not any(e.quantity == "MADRS" for e in study.endpoints):
        times = times[times <= 24]
    people = np.linspace(0.7, 1.3, n)[:, None]
    covariates = {"age": np.linspace(20, 60, n), "female": np.arange(n) % 2 * 1.0, "weight": np.linspace(50, 100, n)}
    covariates["madrs"] = np.full(n, 36.0)
    cohort = Cohort(1, np.arange(n), np.full(n, -1), covariates, {"weight": covariates["weight"]})
    arms = {}
    for name, arm in study.arms.items():
        given = arm.drug in ("ketamine", "esketamine")
        true = {q: course(q, times, people, given and not (arm.drug == "esketamine" and q.startswith("r_"))) for q in quantities(study)}
        arms[name] = ArmResult(name, times, true, {q: np.round(v) if q == "MADRS" else v for q, v in true.items()}, (0.0,))
    return RunResult(study, build("human", True), cohort, arms)


def quantities(study) -> list[str]:
    return list(dict.fromkeys([*STORY, *(e.quantity for e in study.endpoints)]))


def course(quantity: str, times: np.ndarray, people: np.ndarray, given: bool) -> np.ndarray:
    """Values (n, T): blood rises for 40 min and falls; scores fall within a day and come back; the rest follows blood."""
    size = people if given else 0.0 * people
    blood = np.where(times < 0.7, times / 0.7, np.exp(-(times - 0.7) / 4))
    if READOUTS[quantity].area == "plasma":
        return 150 * size * blood + 0 * people
    if quantity == "MADRS":
        return 36 - 4 * (1 - np.exp(-times / 24)) - 20 * size * np.exp(-times / 120) * (1 - np.exp(-times / 6)) + 0 * people
    return 0.3 * people + size * blood
