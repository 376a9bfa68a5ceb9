"""Remove one arrow of the mechanism at a time and see which published rows stop agreeing: python tools/arrows.py [FOLDER].

Writes arrows.csv and arrows.png, by default into docs/images.  Takes about ten minutes.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(folder: Path) -> None:
    """Write the table and its picture."""
    from resynapse.faces.figures import arrow_figure, save
    from resynapse.faces.qualify import write_arrows
    from resynapse.methods.evidence import load_evidence
    from resynapse.study.arrows import arrow_table

    def tell(text: str, done: int, whole: int) -> None:
        print(f"{done} of {whole}: {text}", flush=True)

    table = arrow_table(load_evidence(ROOT / "evidence"), progress=tell)
    save(arrow_figure(table), folder / "arrows.png")
    write_arrows(table, folder / "arrows.csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
