"""Endpoints: `statistic(quantity)` or `statistic(quantity, time)`, such as `change(MADRS, 28 d)`.

Read by a pattern, never evaluated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from resynapse.study.vocabulary import Refused, hours, one_of, shown, time_text


@dataclass(frozen=True)
class Statistic:
    """What an endpoint computes.

    time: "visit" (must be observed then), "window" (from the first dose until then, may be left out) or "" (takes no time).
    """

    meaning: str
    time: str


STATISTICS = {
    "mean": Statistic("mean over patients at a time", "visit"),
    "median": Statistic("median over patients at a time", "visit"),
    "sd": Statistic("standard deviation over patients at a time", "visit"),
    "change": Statistic("mean change from baseline", "visit"),
    "percent_change": Statistic("mean change in percent of baseline", "visit"),
    "response": Statistic("share with a fall of at least 50 %", "visit"),
    "remission": Statistic("share at or below the scale's threshold", "visit"),
    "relapse": Statistic("share that reached the scale's threshold of relapse by a time", "visit"),
    "incidence": Statistic("share of people with an event at least once, until a time or at all", "window"),
    "time_to_response": Statistic("share with a response by then, censoring allowed for", "window"),
    "time_to_remission": Statistic("share with a remission by then, censoring allowed for", "window"),
    "time_to_relapse": Statistic("share with a relapse by then among those who had got well, censoring allowed for", "window"),
    "count": Statistic("mean number for each person, of an event, of visits or of sessions, until a time or at all", "window"),
    "per_session": Statistic("share of the sessions attended that bring an event", ""),
    "hours": Statistic("mean hours of observation for each person, until a time or at all", "window"),
    "peak": Statistic("largest value within 4 h of each dose, averaged over sessions", ""),
    "trough": Statistic("value just before each later dose, averaged over sessions", ""),
    "cmax": Statistic("largest concentration", "window"),
    "tmax": Statistic("time of the largest concentration", "window"),
    "auc": Statistic("area under the curve until a time", "window"),
}
TIME_TO = ("time_to_response", "time_to_remission", "time_to_relapse")
NOT_YET = ("auc_inf", "half_life")
COUNTED = ("incidence", "count", "per_session", "hours")
OF = {"event": ("incidence", "count", "per_session"), "length": ("hours",), "number": ("count",)}
"""Statistics that can be taken of events, of lengths and of numbers of occasions, and of nothing else."""
NEEDS_SCALE = ("response", "remission", "relapse", *TIME_TO)
_SHAPE = re.compile(r"\s*([A-Za-z_][A-Za-z_0-9]{0,39})\s*\(\s*([A-Za-z][A-Za-z_0-9:.-]{0,59})\s*(?:,\s*([^(),]{1,40}?)\s*)?\)\s*")


@dataclass(frozen=True)
class Endpoint:
    """One endpoint. `time` in hours after the first dose, or None. `str()` gives the text back."""

    statistic: str
    quantity: str
    time: float | None = None

    @property
    def needs_visit(self) -> bool:
        """Whether the statistic is taken at one observed time."""
        return STATISTICS[self.statistic].time == "visit"

    def __str__(self) -> str:
        time = "" if self.time is None else f", {time_text(self.time)}"
        return f"{self.statistic}({self.quantity}{time})"


def endpoint(text: object) -> Endpoint:
    """Read one endpoint. Raises Refused with the grammar, the legal statistics or the closest one."""
    match = _SHAPE.fullmatch(text) if isinstance(text, str) and len(text) <= 200 else None
    if match is None:
        raise Refused(shown(text), "statistic(quantity, time), for example 'change(MADRS, 28 d)' or 'peak(CADSS)'")
    name, quantity, time = match.groups()
    if name in NOT_YET:
        raise Refused(name, f"one of {', '.join(STATISTICS)}: this statistic is not available yet")
    known = STATISTICS[one_of(name, tuple(STATISTICS), "a statistic")]
    if known.time == "visit" and time is None:
        raise Refused(shown(text), f"a time: {name}({quantity}, 28 d)")
    if not known.time and time is not None:
        raise Refused(shown(text), f"no time: {name}({quantity}) is {known.meaning}")
    return Endpoint(name, quantity, None if time is None else hours(time, "the time of an endpoint"))


def check_quantity(asked: Endpoint) -> None:
    """Refuse a quantity that the model does not give, or that the statistic cannot be taken of. Raises Refused."""
    from resynapse.model.scales import READOUTS

    one_of(asked.quantity, tuple(READOUTS), "a quantity that the model gives")
    kind = _kind(asked.quantity, READOUTS[asked.quantity].area)
    if asked.statistic not in OF.get(kind, ()) and (kind in OF or asked.statistic in COUNTED):
        fits = [q for q, one in READOUTS.items() if asked.statistic in OF.get(_kind(q, one.area), ())]
        if asked.statistic in COUNTED:
            raise Refused(str(asked), f"{asked.statistic} of one of {', '.join(fits)}")
        raise Refused(str(asked), f"{' or '.join(OF[kind])}, and no other statistic, of {asked.quantity}")
    scale = READOUTS[asked.quantity].scale
    if asked.statistic not in NEEDS_SCALE:
        return
    limit = asked.statistic.removeprefix("time_to_")
    if scale is None or getattr(scale, limit, 0.0) is None:
        able = [name for name, one in READOUTS.items() if one.scale and getattr(one.scale, limit, 0.0) is not None]
        raise Refused(str(asked), f"{asked.statistic} of a scale that defines it: {', '.join(able)}")


def _kind(quantity: str, area: str) -> str:
    """Return what a quantity is to an endpoint: an event, a length, a number of occasions, or something else."""
    return {"event": "event", "burden": "length" if quantity == "observation" else "number"}.get(area, "")


def rejoined(read: list) -> list:
    """Put together what a YAML list in brackets took apart: ["change(MADRS", "28 d)"] -> ["change(MADRS, 28 d)"]."""
    out: list = []
    for piece in read:
        last = out[-1] if out else None
        if isinstance(last, str) and isinstance(piece, str) and len(last) < 200 and last.count("(") > last.count(")"):
            out[-1] = f"{last}, {piece}"
        else:
            out.append(piece)
    return out
