"""Resynapse: from dose to synapse to symptom."""
