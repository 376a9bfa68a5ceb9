"""The problem that everybody solves: the whole human model, people of the study population, eight infusions, 28 days.

Twice weekly 0.5 mg/kg of racemate in 40 min; three outputs (concentration, receptor block, score) once a day and more often after the
first and the last dose.  Inputs are piecewise constant on common edges, with an amplitude for each person, which every peer can take.
"""

from dataclasses import dataclass

import numpy as np

from resynapse.engine import Event, Schedule
from resynapse.methods.cohort import Who
from resynapse.model import build
from resynapse.model.population import POPULATIONS
from resynapse.notation import System
from resynapse.study.people import Differ, draw_people

OUTPUTS = ("ketamine_venous", "nmda_block", "MADRS")
INFUSIONS = ("s_infusion", "r_infusion")
LENGTH = 40 / 60  # h
WEEKLY = (0, 3)  # days of the week with a dose
SAMPLES = (1 / 3, LENGTH, 1, 2, 4, 8, 12)  # hours after the first and the last dose
SEED = 20260101


@dataclass(frozen=True)
class Problem:
    """People, doses and visits.  amplitude: (n,) µmol/h of each enantiomer."""

    system: System
    n: int
    values: dict[str, np.ndarray]
    amplitude: np.ndarray
    doses: tuple[float, ...]
    end: float
    times: np.ndarray

    def schedule(self, n: int) -> Schedule:
        """Return the events of the first n people."""
        events = [Event(0.0, "enrolled", "set", 1.0)]
        for at in self.doses:
            events += [Event(at, name, "infuse", self.amplitude[:n], duration=LENGTH) for name in INFUSIONS]
        return Schedule.of(events, n, self.system)

    def of(self, n: int) -> dict[str, np.ndarray]:
        """Return the parameter values of the first n people."""
        return {k: v[:n] for k, v in self.values.items()}

    @property
    def edges(self) -> np.ndarray:
        """Times at which an input changes, with beginning and end."""
        return np.unique([0.0, *self.doses, *(t + LENGTH for t in self.doses), self.end])


def people(n: int, system: System) -> dict[str, np.ndarray]:
    """Draw n people of a trial in treatment-resistant depression, with everything that varies between persons."""
    population = POPULATIONS["trd_adult"]
    values = draw_people(population, population.covariates, system, Who.of(n, SEED), Differ("human")).values
    return {k: np.asarray(v, float) for k, v in values.items() if k in system.params}


def problem(n: int, weeks: int = 4, daily_only: bool = False) -> Problem:
    """Set up n people for some weeks."""
    system = build("human")
    values = people(n, system)
    doses = tuple(24.0 * (7 * week + day) for week in range(weeks) for day in WEEKLY)
    end = 168.0 * weeks
    extra = [] if daily_only else [at + s for at in (doses[0], doses[-1]) for s in SAMPLES]
    times = np.unique([*np.arange(24.0, end + 1, 24.0), *extra])
    amplitude = 0.5 * values["weight"] / 2 / 237.73 * 1000 / LENGTH  # mg/kg -> µmol/h of one enantiomer
    return Problem(system, n, values, amplitude, doses, end, times)
