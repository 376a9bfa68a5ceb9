"""Published kinetic models, one file each, as alternatives to our own: `disposition: simons2022` and so on."""

import functools

from resynapse.model.published.flint2017 import FLINT2017
from resynapse.model.published.otto2021 import OTTO2021
from resynapse.model.published.parts import Published
from resynapse.model.published.perezruixo2021 import PEREZRUIXO2021
from resynapse.model.published.simons2022 import SIMONS2022
from resynapse.notation import System, assemble

PUBLISHED: dict[str, Published] = {m.name: m for m in (SIMONS2022, OTTO2021, PEREZRUIXO2021, FLINT2017)}


@functools.cache
def published_system(name: str) -> System:
    """Assemble a published model; KeyError for an unknown name."""
    return assemble(PUBLISHED[name].mechanisms())
