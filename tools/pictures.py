"""Draw the pictures of the documentation anew: python tools/pictures.py [FOLDER], by default docs/images."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(folder: Path) -> None:
    """Write every picture; each is made from the model as it stands."""
    from resynapse.faces import disposition_figures, figures
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


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
