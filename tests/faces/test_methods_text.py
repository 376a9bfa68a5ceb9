"""The methods paragraph says what was done beside the drug."""

from resynapse.faces.methods_text import arm_words, people
from resynapse.study.reading import study_of

ASKED = {
    "question": "q", "species": "mouse", "population": {"of": "naive_mouse", "n": 5},
    "arms": {"a": {"drug": "ketamine", "dose": "10 mg/kg", "route": "ip", "cut": ["glun2d_loss"],
                   "interventions": [{"time": "0 d", "state": "stress", "until": "21 d"}, {"time": "1 d", "state": "photo_erasure"}]}},
    "visits": ["0 d", "2 d"], "endpoints": ["mean(immobility, 2 d)"],
}  # fmt: skip


def test_interventions_genes_images_and_life_are_told():
    study = study_of(ASKED | {"imaging": {"treatment": "2 d"}, "life_events": 2})
    arm = arm_words("a", study.arms["a"])
    assert "changed by glun2d_loss" in arm and "stress from 0 h to 21 d" in arm and "photo_erasure at 1 d" in arm
    text = people(study)
    assert "5 virtual animals" in text and "5 animals of each arm" in text and "2 a year" in text
    assert "imaged" not in people(study_of(ASKED)) and "a year" not in people(study_of(ASKED))
