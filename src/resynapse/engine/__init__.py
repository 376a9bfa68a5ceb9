"""The mathematics: events, the compiled ensemble solver, its slow readable twin, random streams.  Knows no drug."""

from resynapse.engine.ensemble import Ensemble
from resynapse.engine.executor import execute
from resynapse.engine.schedule import Event, Schedule
from resynapse.engine.solution import Settings, Solution, SolverFailure, State
from resynapse.engine.twin import Twin

__all__ = ["Ensemble", "Event", "Schedule", "Settings", "Solution", "SolverFailure", "State", "Twin", "execute"]
