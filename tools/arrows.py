"""Remove one arrow of the mechanism at a time and see which published rows stop agreeing: python tools/arrows.py [FOLDER].

Writes arrows.csv and arrows.png, by default into docs/images.  Takes about ten minutes.
"""

import csv
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(folder: Path) -> None:
    """Write the table and its picture."""
    from resynapse.faces.figures import arrow_figure, save
    from resynapse.methods.evidence import load_evidence
    from resynapse.study.arrows import arrow_table

    def tell(text: str, done: int, whole: int) -> None:
        print(f"{done} of {whole}: {text}", flush=True)

    table = arrow_table(load_evidence(ROOT / "evidence"), progress=tell)
    save(arrow_figure(table), folder / "arrows.png")
    with (folder / "arrows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        heads = [f"{area}_{word}" for area in table[0].agree for word in ("agree", "simulated")]
        writer.writerow(["arrow", "meaning", *heads, "gained", "lost"])
        for a in table:
            writer.writerow([a.name, a.meaning, *(n for pair in a.agree.values() for n in pair), " ".join(a.gained), " ".join(a.lost)])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
