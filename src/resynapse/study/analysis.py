"""Analyses of the study format: refused by name where a study has nothing to analyse in that way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resynapse.study.endpoints import TIME_TO
from resynapse.study.vocabulary import Refused, time_text

if TYPE_CHECKING:
    from resynapse.study.schema import Study

RATE = ("response", "remission", "relapse")


def check_analysis(study: Study) -> None:
    """Refuse an analysis without an endpoint of its kind, a comparison without a control, too few people. Raises Refused."""
    asked, chosen = {e.statistic for e in study.endpoints}, study.analysis
    if chosen.change != "means" and "change" not in asked:
        raise Refused(chosen.change, "an endpoint change(quantity, time), or means", way=("analysis", "change"))
    _compared(study, "rates", chosen.rates, "logistic", RATE)
    _compared(study, "time_to_event", chosen.time_to_event, "cox", TIME_TO)
    later = [t for t in study.visits if t > 0]
    if asked & set(TIME_TO) and not later:
        raise Refused(time_text(study.visits[-1]), "a visit after the first dose, at which an event can be seen", way=("visits",))
    people, least = study.n * len(study.arms), len(study.arms) + 1 + len(later)
    if chosen.change == "mmrm" and people < least:
        what = f"at least {least} people in all for {len(later)} visits (an unstructured covariance), or ancova"
        raise Refused(f"mmrm of {people} people", what, way=("analysis", "change"))


def _compared(study: Study, key: str, chosen: str, model: str, kinds: tuple[str, ...]) -> None:
    """Refuse a model of a contrast where there is none."""
    if chosen != model:
        return
    if not {e.statistic for e in study.endpoints} & set(kinds):
        raise Refused(chosen, f"an endpoint {' or '.join(kinds)}, which {chosen} needs", way=("analysis", key))
    if study.control is None:
        raise Refused(chosen, f"a control arm (`control:`), which {chosen} compares with", way=("analysis", key))
