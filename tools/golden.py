"""Write the golden summaries anew: python tools/golden.py.  A change in them needs a changelog line "Results change: …"."""

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
STUDIES = ("trd_single_infusion", "pk_routes", "esketamine_nasal")
PEOPLE = 100


def golden(name: str) -> dict[str, float]:
    """Return {endpoint, arm and contrast: value} of a shipped study in the first 100 of its people."""
    from resynapse.study import load_study
    from resynapse.study.simulate import simulate
    from resynapse.study.summary import summary

    study = load_study(ROOT / "studies" / f"{name}.yaml")
    people = study.population.model_copy(update={"n": PEOPLE})
    rows = summary(simulate(study.model_copy(update={"population": people})))
    return {" ".join(filter(None, (r.endpoint, r.arm, r.against and f"against {r.against}"))): float(f"{r.value:.8g}") for r in rows}


def main() -> None:
    """Write one small file per study."""
    folder = ROOT / "tests" / "golden"
    folder.mkdir(exist_ok=True)
    for name in STUDIES:
        text = yaml.safe_dump(golden(name), sort_keys=False, allow_unicode=True, width=120)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
