"""The Python face: people, a course of doses, a result; the same words as the study files.

import resynapse as rs
people = rs.Population.draw("trd_adult", n=500, seed=7)
course = rs.Regimen.infusion("0.5 mg/kg", over="40 min", days=[0, 3, 7, 10])
result = rs.simulate(people, course, until="28 d")
result.summary("change(MADRS, 28 d)")
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from resynapse.study.simulate import RunResult


@dataclass(frozen=True)
class Population:
    """Virtual people of a named population.  where: {trait: (low, high)}, for example {"age": (18, 40)}."""

    of: str
    n: int = 500
    seed: int = 1
    where: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def draw(cls, of: str, n: int = 500, seed: int = 1, where: Mapping[str, Any] | None = None) -> "Population":
        """Draw n people of a population; the same seed gives the same people."""
        return cls(of, n, seed, where or {})

    def written(self) -> dict[str, Any]:
        """Return the population as a study file writes it."""
        limits = {k: list(v) if isinstance(v, tuple) else v for k, v in self.where.items()}
        return {"of": self.of, "n": self.n, "seed": self.seed, **({"where": limits} if limits else {})}


@dataclass(frozen=True)
class Regimen:
    """A course of doses: drug, dose with its unit, route, days; `over` for infusions."""

    drug: str
    dose: str = ""
    route: str = ""
    over: str = ""
    days: Sequence[float] = (0,)

    @classmethod
    def infusion(cls, dose: str, over: str = "40 min", days: Sequence[float] = (0,), drug: str = "ketamine") -> "Regimen":
        """Return infusions into a vein."""
        return cls(drug, dose, "iv", over, tuple(days))

    @classmethod
    def spray(cls, dose: str, days: Sequence[float] = (0,), drug: str = "esketamine") -> "Regimen":
        """Return nasal spray."""
        return cls(drug, dose, "intranasal", "", tuple(days))

    @classmethod
    def lozenge(cls, dose: str, days: Sequence[float] = (0,), drug: str = "ketamine") -> "Regimen":
        """Return lozenges under the tongue."""
        return cls(drug, dose, "sublingual", "", tuple(days))

    @classmethod
    def placebo(cls, days: Sequence[float] = (0,)) -> "Regimen":
        """Return an inert infusion."""
        return cls("placebo", route="iv", days=tuple(days))

    def by(self, route: str) -> "Regimen":
        """Return the same course by another route."""
        return replace(self, route=route, over="")

    def written(self) -> dict[str, Any]:
        """Return the course as a study file writes an arm."""
        parts = {"drug": self.drug, "dose": self.dose, "route": self.route, "over": self.over, "days": list(self.days)}
        return {k: v for k, v in parts.items() if v not in ("", [])}


@dataclass(frozen=True)
class Result:
    """What came out: tables of endpoints and courses, and pictures."""

    run: "RunResult"

    def summary(self, endpoint: str) -> "pd.DataFrame":
        """Return one endpoint by arm with its 90 % interval; InputError for a time that was not observed."""
        import pandas as pd

        from resynapse.notation import InputError
        from resynapse.study.endpoints import endpoint as parse
        from resynapse.study.summary import summarise_endpoint
        from resynapse.study.vocabulary import Refused

        try:
            asked = parse(endpoint)
        except Refused as why:
            raise InputError("endpoint", why.read, why.expected, why.choices) from None
        return pd.DataFrame([row.as_dict() for row in summarise_endpoint(self.run, asked)])

    def course(self, quantity: str, arm: str | None = None) -> "pd.DataFrame":
        """Return time_h and the 5, 25, 50, 75 and 95 % points of a quantity over people."""
        import pandas as pd

        from resynapse.methods.endpoints import bands

        one = self.run.arms[arm or next(iter(self.run.arms))]
        return pd.DataFrame(bands(one.true[quantity]).T, columns=["q05", "q25", "q50", "q75", "q95"]).assign(time_h=one.times)

    def plot(self, quantity: str) -> "Figure":
        """Return a figure of one quantity over time, every arm with its 50 and 90 % bands."""
        from resynapse.faces.figures import course_figure

        return course_figure(self.run, quantity)


def simulate(people: Population, course: Regimen | Mapping[str, Regimen], until: str = "28 d", control: str | None = None) -> Result:
    """Simulate one course, or several named ones, in the same people until a time, with daily visits."""
    from resynapse.notation.units import convert, parse_quantity
    from resynapse.study import study_of
    from resynapse.study.simulate import simulate as run

    arms = dict(course) if isinstance(course, Mapping) else {course.drug: course}
    value, unit = parse_quantity(until, "until")
    end = convert(value, unit, "h", "until")
    hours = [*(24 * d for d in range(int(end // 24) + 1)), *([end] if end % 24 else [])]
    written = {
        "question": "asked from Python",
        "population": people.written(),
        "arms": {name: one.written() for name, one in arms.items()},
        "visits": [f"{h:g} h" for h in hours],
        "endpoints": [f"change(MADRS, {end:g} h)"],
        **({"control": control} if control else {}),
    }
    return Result(run(study_of(written)))
