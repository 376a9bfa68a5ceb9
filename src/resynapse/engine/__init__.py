"""The mathematics: events, the compiled ensemble solver, its slow readable twin, random streams.  Knows no drug."""

from resynapse.engine.check import self_check, sensitivities
from resynapse.engine.checkpoint import Store, checkpointed, version_of
from resynapse.engine.doses import Dose, dose_events, regimen, steady_state
from resynapse.engine.ensemble import Ensemble
from resynapse.engine.executor import Crew, execute
from resynapse.engine.schedule import Event, Schedule
from resynapse.engine.solution import Settings, Solution, SolverFailure, State
from resynapse.engine.twin import Twin

__all__ = [
    "Crew", "Dose", "Ensemble", "Event", "Schedule", "Settings", "Solution", "SolverFailure", "State", "Store", "Twin", "checkpointed",
    "dose_events", "execute", "regimen", "self_check", "sensitivities", "steady_state", "version_of",
]  # fmt: skip
