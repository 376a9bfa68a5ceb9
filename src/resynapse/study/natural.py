"""Natural course: recovery of those who are ill and relapse of those who are well, drawn week by week from the model's hazards."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from resynapse.engine import Event
from resynapse.methods.trial import chance_of, drawn
from resynapse.model.course import recovery_hazard, relapse_hazard
from resynapse.study.dosing import is_given
from resynapse.study.plan import Plan
from resynapse.study.visits import Decider, Moment

WEEK_H = 168.0


@dataclass(frozen=True)
class NaturalCourse(Decider):
    """Looks once a week at who is well, and draws who falls ill and who recovers."""

    needs: tuple[str, ...] = ("MADRS", "depressive_episode", "skill", "antidepressant_on")

    def moments(self, plan: Plan) -> Iterable[float]:
        """Every week, as long as anything is observed."""
        return np.arange(WEEK_H, plan.end + 1e-9, WEEK_H)

    def decide(self, now: Moment) -> list[Event]:
        """Draw the events of the week that has passed; they are felt from now on."""
        conduct, week = now.conduct, int(round(now.time / WEEK_H))
        ill = now.true("depressive_episode") > 0.5
        fresh = ~ill & ~np.isfinite(conduct.well_since)
        conduct.well_since[fresh] = now.time
        conduct.well_since[ill] = np.inf
        days_well = np.where(ill, 0.0, now.time - np.where(ill, now.time, conduct.well_since)) / 24
        hazard = relapse_hazard(now.number, now.true("MADRS"), days_well, treated(now), now.true("skill"))
        falls = ~ill & ~fresh & drawn(now.people, "relapses", week, chance_of(hazard, 7.0))
        since = np.where(np.isfinite(conduct.relapsed), conduct.relapsed, 0.0)
        heals = ill & drawn(now.people, "recovers", week, chance_of(recovery_hazard(now.number, (now.time - since) / 24), 7.0))
        conduct.relapsed[falls] = now.time
        conduct.recovered[heals] = now.time
        happens = lambda who: np.where(who, now.time, np.nan)  # noqa: E731
        return [
            Event(happens(falls), "relapsed", "set", 1.0), Event(happens(falls), "recovering", "set", 0.0),
            Event(happens(heals), "relapsed", "set", 0.0), Event(happens(heals), "recovering", "set", 1.0),
        ]  # fmt: skip


def treated(now: Moment) -> np.ndarray:
    """Return who (n,) takes an antidepressant, or has had the drug within a fortnight."""
    on = now.true("antidepressant_on") > 0.5
    drugs = [phase.drug for phase in now.plan.phases for _ in phase.days]
    for dose, (day, drug) in enumerate(zip(now.plan.days, drugs, strict=True)):
        if is_given(drug) and now.time - 2 * WEEK_H < day <= now.time:
            on = on | now.conduct.given[:, dose]
    return on
