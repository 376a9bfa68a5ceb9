"""The language in which mechanisms are written: parameters with unit, range and source; equations; assembly and checks."""

from resynapse.notation.assemble import Action, Bound, Observation, System, assemble
from resynapse.notation.dimensions import check_dimensions
from resynapse.notation.errors import InputError, NotationError, closest
from resynapse.notation.functions import exp, log, maximum, minimum, pos, power, sqrt, table, where
from resynapse.notation.mechanism import Input, Mechanism, Param, event, given, observation, param, quantity, state

__all__ = [
    "Action", "Bound", "Input", "InputError", "Mechanism", "NotationError", "Observation", "Param", "System",
    "assemble", "check_dimensions", "closest", "event", "exp", "given", "log", "maximum", "minimum", "observation",
    "param", "pos", "power", "quantity", "sqrt", "state", "table", "where",
]  # fmt: skip
