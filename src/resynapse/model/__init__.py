"""The science, one file per mechanism, listed here in causal order: from the dose to what a rater writes down."""

import functools

from resynapse.model.body import Body
from resynapse.model.comparators import Comparators
from resynapse.model.course import Course, Episode
from resynapse.model.domains import Domains
from resynapse.model.expectancy import Expectancy
from resynapse.model.glutamate import Glutamate
from resynapse.model.imaging import Imaging
from resynapse.model.inflammation import Inflammation
from resynapse.model.kinetics import kinetics
from resynapse.model.laboratory import Laboratory
from resynapse.model.mouse import CALM, WHOLE_SHARE, rodent_kinetics
from resynapse.model.network import Network
from resynapse.model.plasticity import regions
from resynapse.model.readouts_pd import Readouts
from resynapse.model.receptor import Receptor
from resynapse.model.session_events import complaints
from resynapse.model.stress import Stress
from resynapse.model.symptoms import Severity
from resynapse.model.tolerability import tolerability
from resynapse.model.totals import LinkedScales, Scales, graded
from resynapse.notation import Mechanism, System, assemble, param

RODENT_WEIGHT = {"mouse": 0.025, "rat": 0.3}  # kg
SPECIES = ("human", *RODENT_WEIGHT)


def dosed(species: str, depots: bool) -> list[Mechanism]:
    """Return the part from dose to plasma and brain."""
    if species == "human":
        return kinetics(depots)
    weight = param(RODENT_WEIGHT[species], "kg", "body weight", (0.015, 0.6), "convention")
    return [Body(values={"weight": weight}), *rodent_kinetics(species)]


def mechanisms(species: str = "human", depots: bool = True) -> list[Mechanism]:
    """Return the instances of the whole chain.  depots=False leaves out absorption (everything is given into a vein)."""
    dose = dosed(species, depots)
    stress, severity = (Stress(), Severity()) if species == "human" else (Stress(values=CALM), Severity(values=WHOLE_SHARE))
    brain = [Laboratory(), Receptor(), Glutamate(), *regions(), stress, Inflammation(), Network()]
    domains = Domains()
    rated = [domains, *graded(domains), Scales(), LinkedScales(), Episode(), *tolerability(), *complaints()]
    rest = rated if species == "human" else [Imaging()]
    return [*dose, *brain, Expectancy(), Comparators(), Course(), severity, Readouts(), *rest]


@functools.cache
def build(species: str = "human", depots: bool = True, plasma_only: bool = False) -> System:
    """Assemble the model.  plasma_only: kinetics without the brain, for studies that ask for nothing else."""
    if plasma_only:
        return assemble(dosed(species, depots))
    return assemble(mechanisms(species, depots))
