"""Draw the pictures of the documentation anew: python tools/pictures.py [FOLDER], by default docs/images."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(folder: Path) -> None:
    """Write every picture; each is made from the model as it stands."""
    from resynapse.faces import disposition_figures, figures, trial_figures
    from resynapse.methods.evidence import load_evidence
    from resynapse.model import build
    from resynapse.study import load_study
    from resynapse.study.alternatives import pairs
    from resynapse.study.simulate import simulate
    from resynapse.study.window import brain_courses, spans

    figures.save(figures.flow_figure(build()), folder / "flow.png")
    figures.save(figures.dose_window_figure(brain_courses(), spans(load_evidence(ROOT / "evidence"))), folder / "dose_window.png")
    figures.save(disposition_figures.alternatives_figure(pairs()), folder / "pk_alternatives.png")
    study = load_study(ROOT / "studies" / "trd_single_infusion.yaml")
    result = simulate(study.model_copy(update={"population": study.population.model_copy(update={"n": 500})}))
    hours, days = figures.inside_figures(result)
    figures.save(hours, folder / "inside_hours.png")
    figures.save(days, folder / "inside_days.png")
    figures.save(figures.score_figure(result), folder / "mood.png")
    figures.save(trial_figures.unblinding_figure(unblinded(), "change(MADRS, 7 d)"), folder / "unblinding.png")


def unblinded() -> dict:
    """Return {setting: trials of growing size}: one infusion against controls that tell what one got, or do not."""
    from resynapse.study import study_of
    from resynapse.study.replicates import replicated, trier_of

    saline = {"drug": "placebo", "route": "iv", "over": "40 min"}
    ketamine = {"drug": "ketamine", "dose": "0.5 mg/kg", "route": "iv", "over": "40 min"}
    blind = {"cut": ["unblinding"]}
    settings = {
        "against saline": (saline, ketamine, "inactive"),
        "against midazolam": ({"drug": "midazolam"}, ketamine, "active"),
        "masked under anaesthesia": (saline, ketamine, "anaesthesia"),
        "against saline, belief without effect": (saline | blind, ketamine | blind, "inactive"),
    }
    found = {}
    for name, (control, drug, blinding) in settings.items():
        study = study_of({
            "question": "How often is an effect found where there is none?",
            "population": {"of": "trd_adult", "n": 200, "seed": 5},
            "arms": {"control": control, "ketamine": drug}, "control": "control", "blinding": blinding, "replicates": 500,
            "visits": ["0 d", "1 d", "3 d", "7 d"], "endpoints": ["change(MADRS, 7 d)"], "analysis": {"change": "mmrm"},
        })  # fmt: skip
        found[name] = replicated(trier_of(study, (25, 50, 100, 200)))
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
