"""What we ask: studies in YAML, read with the place of every value, checked, and set up against the model."""

from resynapse.study.endpoints import Endpoint
from resynapse.study.reading import load_study, study_of, study_of_text
from resynapse.study.schema import Arm, Intervention, Population, Sampling, Study

__all__ = [
    "Arm", "Endpoint", "Intervention", "Population", "Sampling", "Study",
    "load_study", "study_of", "study_of_text",
]  # fmt: skip
