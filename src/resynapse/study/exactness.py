"""How exact the solver is on a study: some of its people go through it twice, the second time at a hundredth of the tolerances."""

from dataclasses import dataclass

from resynapse.engine import Settings
from resynapse.engine.check import largest_error, tighter
from resynapse.study.schema import Study
from resynapse.study.simulate import simulate

SAMPLE = 20


@dataclass(frozen=True)
class Exactness:
    """The largest relative error of each quantity over arms, people and visits; how many people; the digest of their results."""

    errors: dict[str, float]
    people: int
    digest: str


def exactness(study: Study, sample: int = SAMPLE) -> Exactness:
    """Simulate the first people of a study at the usual and at tighter tolerances, and compare what is true of them (before any error of
    measurement).  A rule or an event that falls on the other side of its threshold shows as an error.
    """
    n, usual = min(sample, study.population.n), Settings(on_failure="report")
    few = study.model_copy(update={"population": study.population.model_copy(update={"n": n})})
    coarse, fine = (simulate(few, settings=s) for s in (usual, tighter(usual)))
    errors: dict[str, float] = {}
    for name, arm in coarse.arms.items():
        for quantity, found in arm.true.items():
            errors[quantity] = max(errors.get(quantity, 0.0), largest_error(found, fine.arms[name].true[quantity]))
    return Exactness(errors, n, coarse.digest)
