"""Side effects: which people have which event in which session, drawn from laws that come in as an argument."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from resynapse.engine import streams
from resynapse.methods.cohort import COUNTING, Cohort


class LawLike(Protocol):
    """What is needed of a law; see `model.session_events.Law`."""

    @property
    def driver(self) -> str: ...  # noqa: D102
    @property
    def rate(self) -> float: ...  # noqa: D102
    @property
    def slope(self) -> float: ...  # noqa: D102
    @property
    def sd(self) -> float: ...  # noqa: D102
    @property
    def study_sd(self) -> float: ...  # noqa: D102
    @property
    def onset_h(self) -> float: ...  # noqa: D102


def hazards(name: str, law: LawLike, driver: np.ndarray, people: Cohort) -> np.ndarray:
    """Return the hazard of one event in each session (n, K), from the highest driver of each session (n, K).

    People who have a rate and a slope of the event among their parameters go by these.
    """
    alike = {"people"} & people.left_out, {"studies", COUNTING} & people.left_out
    sd, study_sd = (0.0 if same else x for x, same in zip((law.sd, law.study_sd), alike, strict=True))
    person = np.exp(sd * streams.normal(people.seed, f"event:{name}:person", 0, people.people) - sd**2 / 2)
    if np.any(people.block >= 0):
        z = streams.normal(people.seed, f"event:{name}:study", 0, np.maximum(people.block, 0))
        person = person * np.exp(study_sd * z - study_sd**2 / 2)
    rate, slope = (
        np.reshape(people.values.get(f"{name}_{part}", x), (-1, 1)) for part, x in (("rate", law.rate), ("slope", law.slope))
    )
    return person[:, None] * (rate + slope * np.maximum(driver, 0.0))


def occurrences(laws: Mapping[str, LawLike], drivers: Mapping[str, np.ndarray], people: Cohort, first: int = 0) -> dict[str, np.ndarray]:
    """Return {event: (n, K) whether it happens} in sessions numbered from `first` on.

    A draw depends on the person, the event and the number of the session alone.
    """
    out = {}
    for name, law in laws.items():
        p = 1 - np.exp(-hazards(name, law, drivers[law.driver], people))
        u = [streams.uniform(people.seed, f"event:{name}", first + k, people.people) for k in range(p.shape[1])]
        out[name] = np.stack(u, axis=1) < p if u else np.zeros(p.shape, bool)
    return out


def counts(happens: np.ndarray, sessions: Sequence[float], onset_h: float, times: np.ndarray) -> np.ndarray:
    """Return the number of events (n, T) up to each time (h), from whether they happen in each session (n, K); or sums of hazards."""
    before = np.asarray(sessions)[:, None] + onset_h <= times[None, :] + 1e-9
    return happens.astype(float) @ before.astype(float)


def table(happens: Mapping[str, np.ndarray]) -> dict[str, tuple[float, float]]:
    """Return {event: (share of people with at least one, share of sessions with one)}."""
    out = {}
    for name, x in happens.items():
        out[name] = (float(x.any(axis=1).mean()), float(x.mean())) if x.size else (0.0, 0.0)
    return out


def peaks(values: np.ndarray, times: np.ndarray, sessions: Sequence[float], window_h: float = 4.0) -> np.ndarray:
    """Return the highest value of each session (n, K) of a course (n, T) within `window_h` after its start."""
    tops = []
    for start in sessions:
        inside = (times >= start - 1e-9) & (times <= start + window_h + 1e-9)
        tops.append(values[:, inside].max(axis=1))
    return np.stack(tops, axis=1) if tops else np.zeros((len(values), 0))
