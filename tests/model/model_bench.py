"""One virtual person or animal on the bench: short words for doses, and the twin as solver."""

from functools import cache

from resynapse.engine import Event, Twin
from resynapse.model import build

MICROMOLES_PER_MG = 1000 / 237.73
WEIGHT = {"human": 70.0, "mouse": 0.02, "rat": 0.25}
MOUSE_STRESS = Event(0.0, "life", "set", 1.0)


@cache
def twin(species="human"):
    return Twin(build(species, depots=False))


def course(species, events, times, outputs, person=None, fine=1e-7):
    """Return {output: values at times} of one typical individual with these parameters."""
    own = {"weight": WEIGHT[species], **(person or {})}
    return twin(species).run(own, events, [float(t) for t in times], outputs, rtol=fine, atol=fine * 1e-2, largest_step=1.0)


def infusion(dose, days=(0,), over=2 / 3):
    """Racemic ketamine, mg/kg, into a vein of a 70-kg person."""
    rate = dose * WEIGHT["human"] * MICROMOLES_PER_MG / 2 / over
    return [Event(24.0 * d, f"{e}_infusion", "infuse", rate, duration=over) for d in days for e in ("s", "r")]


def injection(dose, time=0.0, species="mouse", depot="belly"):
    """Racemic ketamine, mg/kg, into an animal."""
    amount = dose * WEIGHT[species] * MICROMOLES_PER_MG / 2
    return [Event(time, f"{e}_{depot}", "add", amount) for e in ("s", "r")]
