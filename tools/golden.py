"""Write the golden summaries anew: python tools/golden.py.  A change in them needs a changelog line "Results change: …"."""

import csv
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
STUDIES = ("trd_single_infusion", "pk_routes", "esketamine_nasal")
PEOPLE = 100
ROWS = ("pk-0046", "pk-0136", "eo-0041", "eo-0080", "eo-0173", "ei-0116", "eo-0490", "me-0103", "me-0171", "sa-0022", "sa-0073")
"""Rows of evidence that are predicted anew, one or two of each area."""
KEPT = ROOT / "docs" / "qualification" / "comparisons.csv"


def golden(name: str) -> dict[str, float]:
    """Return {endpoint, arm and contrast: value} of a shipped study in the first 100 of its people."""
    from resynapse.study import load_study
    from resynapse.study.simulate import simulate
    from resynapse.study.summary import summary

    study = load_study(ROOT / "studies" / f"{name}.yaml")
    people = study.population.model_copy(update={"n": PEOPLE})
    rows = summary(simulate(study.model_copy(update={"population": people})))
    return {" ".join(filter(None, (r.endpoint, r.arm, r.against and f"against {r.against}"))): float(f"{r.value:.8g}") for r in rows}


def predicted() -> dict[str, list[float]]:
    """Return {row: median, 5 % and 95 %} of a few rows by the newest fit, from small pools."""
    from resynapse.methods.evidence import load_evidence
    from resynapse.methods.qualify import Settings, qualify
    from resynapse.study.fits import load_fit
    from resynapse.study.from_row import experiment_of

    fit = load_fit()
    rows = [r for r in load_evidence(ROOT / "evidence") if r.id in ROWS]
    found = qualify(rows, lambda row: experiment_of(row, fit), Settings(replicates=40, people=300, blocks=10)).comparisons
    said = {c.row.id: c.prediction for c in found if c.prediction is not None}
    return {k: [float(f"{x:.5g}") for x in (p.median, p.low, p.high)] for k, p in said.items()}


def counted() -> dict[str, str]:
    """Return {area: rows, simulated, agreeing} of the qualification that is kept in the docs."""
    with KEPT.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    areas = dict.fromkeys(line["area"] for line in lines)
    words = {area: [line["verdict"] for line in lines if line["area"] == area] for area in areas}
    return {area: f"{len(w)} rows, {len(w) - w.count('not_simulated')} simulated, {w.count('agrees')} agree" for area, w in words.items()}


def main() -> None:
    """Write one small file per study, and one of the qualification."""
    folder = ROOT / "tests" / "golden"
    folder.mkdir(exist_ok=True)
    for name in STUDIES:
        text = yaml.safe_dump(golden(name), sort_keys=False, allow_unicode=True, width=120)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    text = yaml.safe_dump({"counted": counted(), "predicted": predicted()}, sort_keys=False, allow_unicode=True, width=120)
    (folder / "qualification.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
