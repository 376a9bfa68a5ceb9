"""Claims judged: for each of the fifteen claims the published rows that speak of it, how many agree, and the verdict.

| verdict | when (fixed before looking) |
|---|---|
| supported | at least 5 rows simulated, at least 80 % of them agree, and the heart of the claim is not untested |
| partly | at least half of the rows agree, or no row speaks of it |
| not supported | fewer than half agree |
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resynapse.methods.evidence import Row
from resynapse.methods.judge import area
from resynapse.model.claims import CLAIMS, Claim, Pick

ENOUGH, MOST, HALF = 5, 0.8, 0.5
SUPPORTED, PARTLY, NOT = "supported", "partly supported", "not supported"


@dataclass(frozen=True)
class Judged:
    """One claim with its rows simulated, those that agree, the verdict and why."""

    claim: Claim
    rows: int
    agree: int
    verdict: str
    why: str


def speaks(pick: Pick, row: Row) -> bool:
    """Tell whether a row is one of a pick."""
    hours = row.time_h if row.time_h is not None else 0.0
    return (
        (not pick.areas or area(row) in pick.areas)
        and (not pick.quantities or row.quantity.startswith(pick.quantities))
        and (not pick.drugs or row.drug in pick.drugs)
        and (not pick.species or row.species in pick.species)
        and pick.hours[0] <= hours <= pick.hours[1]
    )


def judged(rows: Iterable[tuple[Row, str]]) -> list[Judged]:
    """Return the verdict of every claim from the rows simulated, each with `agrees` or `disagrees`."""
    done = list(rows)
    return [_judged(claim, [(r, word) for r, word in done if any(speaks(p, r) for p in claim.picks)]) for claim in CLAIMS]


def _judged(claim: Claim, rows: Sequence[tuple[Row, str]]) -> Judged:
    agree = sum(word == "agrees" for _, word in rows)
    if not rows:
        return Judged(claim, 0, 0, PARTLY, f"The model holds it, no row tests it. Untested: {claim.untested}.")
    verdict = SUPPORTED if len(rows) >= ENOUGH and agree >= MOST * len(rows) and not claim.capped else PARTLY
    if agree < HALF * len(rows):
        verdict = NOT
    why = f"{agree} of {len(rows)} rows agree"
    wrong = Counter(row.source for row, word in rows if word == "disagrees")
    if wrong:
        why += f"; against it {', '.join(f'{name} ({k})' for name, k in wrong.most_common(4))}"
    if len(rows) < ENOUGH:
        why += "; too few rows"
    return Judged(claim, len(rows), agree, verdict, why + (f". Untested: {claim.untested}." if claim.untested else "."))
