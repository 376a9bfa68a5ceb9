"""The methods paragraph says what was done beside the drug."""

from resynapse.faces.methods_text import arm_words, conduct_words, people
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


def test_phases_rules_randomisation_and_leaving_are_told():
    spray = {"drug": "esketamine", "dose": "56 mg", "route": "intranasal"}
    arms = {
        "a": {"phases": [spray | {"days": [0, 7]}, {"from": "28 d", "who": "response(MADRS)", "drug": "placebo", "route": "intranasal"}]},
        "b": spray | {"beside": {"cbt": {}}, "policy": [{"when": "MADRS >= 20", "do": "raise to 84 mg"}]},
    }
    study = study_of({
        "question": "q", "population": {"of": "trd_adult", "n": 20}, "arms": arms, "visits": ["0 d", "28 d"], "dropout": "usual",
        "endpoints": ["change(MADRS, 28 d)"], "randomisation": {"ratio": {"b": 3}, "by": ["sex"]}, "blinding": "inactive",
        "rescue": {"when": "MADRS >= 35", "from": "3 d", "gives": "ect"},
    })  # fmt: skip
    assert "on days 0, 7; from 28 d on (those with response(MADRS)) placebo" in arm_words("a", study.arms["a"])
    assert "with cbt. Rules: MADRS >= 20: raise to 84 mg." in arm_words("b", study.arms["b"])
    assert "permuted blocks of 8 (1 : 3) within strata of sex" in people(study)
    assert "left for lack of effect" in conduct_words(study) and "MADRS >= 35 was answered with ect" in conduct_words(study)
