"""Next session, as probabilities: when relapse becomes likely without a further dose, and what one more session is expected to bring.

Relapse is the first day on which the true score stands at or above the scale's threshold in somebody who is below it now; a scale
without a threshold of its own takes that of the MADRS by the published links.  One more session is the person's last dose once more.
A session helps when the score a day to a week later is lower by a tenth of the scale's range than without it (6 points of the MADRS
is a usual least difference of note; assumed for a single session).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from resynapse.methods.ratings import quantiles
from resynapse.model.linked_scales import madrs_of
from resynapse.model.scales import READOUTS
from resynapse.study.cloud import Cloud
from resynapse.study.dosing import is_given
from resynapse.study.lookalikes import doses_so_far
from resynapse.study.patient_table import Dose

CANDIDATE_DAYS = (1.0, 7.0, 14.0)
AFTER_H = (24.0, 72.0, 168.0)  # when a session's benefit is looked at
HELPS, UNLIKELY = 0.1, 0.2  # share of a scale's range; chance below which a session is unlikely to help
BELOW_NOW = 0.05  # least chance of being below the threshold now, for relapse to have a meaning


@dataclass(frozen=True)
class Relapse:
    """Chance of relapse by a day from the first dose, without a further session."""

    day: float
    chance: float


@dataclass(frozen=True)
class Benefit:
    """What one more session on a day brings: points lower on average over the week after it, interval, chance that it helps."""

    day: float
    mean: float
    q05: float
    q95: float
    helps: float


@dataclass(frozen=True)
class NextSession:
    """threshold: score of relapse; well: chance of being below it now; latest: day on which the accepted risk is still kept, if any."""

    scale: str
    threshold: float
    well: float
    relapse: tuple[Relapse, ...]
    latest: float | None
    beyond: bool
    benefit: tuple[Benefit, ...]

    @property
    def unlikely(self) -> bool:
        """Whether no session looked at is likely to help."""
        return bool(self.benefit) and max(b.helps for b in self.benefit) < UNLIKELY


def relapse_threshold(scale: str) -> float:
    """Return the score of relapse of a scale: its own, or the one that goes with a MADRS of 22."""
    own = READOUTS[scale].scale
    assert own is not None
    if own.relapse is not None:
        return own.relapse
    limit = READOUTS["MADRS"].scale
    assert limit is not None and limit.relapse is not None
    scores = np.arange(own.low, own.high + own.step / 2, own.step)
    linked = np.array([madrs_of(scale, float(x)) or 0.0 for x in scores])
    return float(scores[np.argmax(linked >= limit.relapse)])


def next_session(cloud: Cloud, scale: str, stopped: tuple[np.ndarray, np.ndarray], risk: float) -> NextSession | None:
    """Return what speaks for and against a further session; None where no drug was given or is planned.

    stopped: hours (T,) and true scores (n, T) without one.
    """
    patient = cloud.like.patient
    given = [d for d in doses_so_far(patient) if is_given(d.drug)] or [d for d in patient.doses if is_given(d.drug)][:1]
    if not given:
        return None
    last = given[-1]
    hours, course = stopped
    limit = relapse_threshold(scale)
    below = course[:, 0] < limit
    well = float(cloud.weight @ below)
    relapse: tuple[Relapse, ...] = ()
    latest, beyond = None, False
    if well >= BELOW_NOW:
        w = cloud.weight * below / well
        over = np.maximum.accumulate(course >= limit, axis=1)
        relapse = tuple(Relapse(float(h / 24), float(c)) for h, c in zip(hours, w @ over, strict=True) if h % 24 == 0 or h == hours[0])
        kept = [r.day for r in relapse if r.chance <= risk]
        latest, beyond = (max(kept), max(kept) == relapse[-1].day) if kept else (None, False)
    benefit = tuple(_benefit(cloud, scale, stopped, replace(last, time=cloud.now + 24 * day)) for day in CANDIDATE_DAYS)
    return NextSession(scale, limit, well, relapse, latest, beyond, benefit)


def _benefit(cloud: Cloud, scale: str, stopped: tuple[np.ndarray, np.ndarray], dose: Dose) -> Benefit:
    """Return what one session brings over the week after it."""
    after = dose.time + np.array(AFTER_H)
    with_it = cloud.ahead([*doses_so_far(cloud.like.patient), dose], after, [scale])[scale]
    without = np.stack([np.interp(after, stopped[0], one) for one in stopped[1]])
    fall = without - with_it
    low, high = quantiles(fall.mean(1)[:, None], cloud.weight, (0.05, 0.95))[:, 0]
    own = READOUTS[scale].scale
    assert own is not None
    helps = float(cloud.weight @ (fall.max(1) >= HELPS * (own.high - own.low)))
    return Benefit(dose.time / 24, float(cloud.weight @ fall.mean(1)), float(low), float(high), helps)
