"""Parts that the published models share: what such a model covers, and the plasma samples that it was fitted to.

Every number in this folder is the one that its paper prints (rows of evidence/pk.csv); what a paper leaves open and this
folder had to choose is marked "assumed" and said at the head of the file.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from resynapse.model.routes import Route
from resynapse.model.spreads import Spread
from resynapse.notation import Mechanism, observation, param


@dataclass(frozen=True)
class Published:
    """One published model.

    mechanisms: makes its instances.  routes: those that the paper studied, with its own shares.  analytes: read-outs at `site`.
    ages: years that its people had.  spreads: differences between people and occasions as printed.  descent: word -> {parameter
    outside: factor}; empty where the paper names none.  population: the named one that stands for its people.
    """

    name: str
    meaning: str
    source: str
    mechanisms: Callable[[], list[Mechanism]]
    routes: dict[str, Route]
    analytes: tuple[str, ...]
    site: str
    ages: tuple[float, float]
    spreads: tuple[Spread, ...]
    population: str = "healthy_adult"
    drugs: tuple[str, ...] = ("esketamine",)
    descent: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def covers(self) -> str:
        """Return in words what the model may be asked."""
        ways, seen, low, high = ", ".join(self.routes), ", ".join(self.analytes), *self.ages
        return f"{self.name} covers {', '.join(self.drugs)} by {ways}, {self.site} {seen}, ages {low:g} to {high:g}"


class Venous(Mechanism):
    """One analyte in venous plasma."""

    #                   value    unit     meaning                              range            source
    molar_mass = param( 237.73,  "g/mol", "mass in which it is reported",      (223.70, 239.70), "convention")
    residual   = param( 0.25,    "1",     "SD of one sample, proportional",    (0.05, 0.6),      "assumed")

    @observation("ng/mL", proportional=residual)
    def venous(self, conc): return self.molar_mass * conc


class Arterial(Mechanism):
    """One analyte in arterial plasma."""

    #                   value    unit     meaning                              range            source
    molar_mass = param( 237.73,  "g/mol", "mass in which it is reported",      (223.70, 239.70), "convention")
    residual   = param( 0.25,    "1",     "SD of one sample, proportional",    (0.05, 0.6),      "assumed")

    @observation("ng/mL", proportional=residual)
    def arterial(self, conc): return self.molar_mass * conc


def samples(kind: type[Mechanism], of: dict[str, tuple[Any, float, float, str]]) -> list[Mechanism]:
    """Return the assays of a model that holds S-ketamine alone: under the enantiomer's name, and as the whole of what is there.

    of: analyte -> (concentration as a bound method, g/mol in which it is reported, residual SD as a fraction, source).
    """
    out: list[Mechanism] = []
    for analyte, (conc, mass, sd, source) in of.items():
        values = {
            "molar_mass": param(mass, "g/mol", f"in which {analyte} is reported", (223.70, 239.70), "convention"),
            "residual": param(sd, "1", "SD of one sample, proportional", (0.05, 0.6), source),
        }
        one = kind(f"s_{analyte}", values=values, reads={"conc": conc})
        out += [one, kind(analyte, like=one, reads={"conc": conc})]
    return out
