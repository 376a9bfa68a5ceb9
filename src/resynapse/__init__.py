"""Resynapse: from dose to synapse to symptom.

Quantitative systems pharmacology of ketamine therapy in depression.  Research software, never dosing advice.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resynapse.faces.api import Population, Regimen, Result, simulate
    from resynapse.faces.forecast import forecast
    from resynapse.methods.evidence import load_evidence
    from resynapse.model import build
    from resynapse.notation import InputError, Mechanism, assemble
    from resynapse.study import Study, load_study

_HOMES = {
    "Population": "resynapse.faces.api",
    "Regimen": "resynapse.faces.api",
    "Result": "resynapse.faces.api",
    "simulate": "resynapse.faces.api",
    "forecast": "resynapse.faces.forecast",
    "load_study": "resynapse.study",
    "Study": "resynapse.study",
    "InputError": "resynapse.notation",
    "Mechanism": "resynapse.notation",
    "assemble": "resynapse.notation",
    "build": "resynapse.model",
    "load_evidence": "resynapse.methods.evidence",
}

__all__ = [
    "InputError", "Mechanism", "Population", "Regimen", "Result", "Study",
    "assemble", "build", "forecast", "load_evidence", "load_study", "simulate",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that `import resynapse` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'resynapse' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
