"""What a model hands to the judge: an experiment that can be simulated, and the people it yields.

The judge knows no drug and no scale of its own making.  A study turns a row of evidence into an `Experiment`; its `simulate`
gives a `Pool` of people in blocks, and the statistics of the rows are functions of such pools.

Two time axes.  The POOL axis counts hours from the experiment's own start (its first dose, or entry).  A ROW counts from what it
calls time 0; `zero_h` says where that lies on the pool axis (0 unless the row's `time_zero` says otherwise).
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from resynapse.notation import closest

Array = NDArray[np.float64]


@dataclass(frozen=True)
class NotSimulated:
    """Why a row is not predicted."""

    reason: str


class Missing(Exception):
    """A pool does not hold what a row is read from; says what, with the closest name."""


@dataclass(frozen=True)
class Pool:
    """People of one experiment, n of them, with everything that was measured on them.

    block: (n,) label of the virtual study that a person belongs to; people of one block share between-study effects, and the
      same label means the same study in every pool of the same seed, the same index the same person.
    times: (T,) ascending hours on the pool axis.
    series: quantity -> (n, T) as measured, with assay or rating error; NaN where a person was not seen.  A binary state is 0/1;
      `event:NAME` is the number of such events up to each time, or, where `hazards` is set, their summed hazard.
    noise_free: quantity -> (n, T) without error of measurement; used for curves (peak, area, slope).  Falls back on `series`.
    units: quantity -> unit of its series, as evidence writes it (ng/mL, points, mmHg, percent, fraction ...).
    dose: quantity -> mg of that compound given to each person, (n,) or a number: needed for clearance and bioavailability.
    event_h: name -> (n,) hours on the pool axis of the first such event, inf if never; `relapse` is such a name.
    molar_mass: quantity -> g/mol; needed where a row and its series differ in mass or molar units.
    """

    block: NDArray[np.int64]
    times: Array
    series: Mapping[str, Array]
    units: Mapping[str, str]
    noise_free: Mapping[str, Array] = field(default_factory=dict)
    dose: Mapping[str, Array | float] = field(default_factory=dict)
    event_h: Mapping[str, Array] = field(default_factory=dict)
    molar_mass: Mapping[str, float] = field(default_factory=dict)
    hazards: bool = False

    def measured(self, name: str, times: Array) -> Array:
        """Return the series `name` at `times` with error of measurement, (n, len(times)); Missing if it is not there."""
        return self._read(self.series, name, times)

    def curve(self, name: str, times: Array) -> Array:
        """Return the series `name` at `times` without error of measurement, (n, len(times)); Missing if it is not there."""
        return self._read(self.noise_free if name in self.noise_free else self.series, name, times)

    def _read(self, table: Mapping[str, Array], name: str, times: Array) -> Array:
        if name not in table:
            raise Missing(f"the simulation gives no '{name}'.{closest(name, table)}")
        return table[name][:, self._columns(times)]

    def _columns(self, times: Array) -> NDArray[np.intp]:
        index = np.searchsorted(self.times, np.asarray(times) - 1e-6)
        index = np.minimum(index, len(self.times) - 1)
        off = np.abs(self.times[index] - times)
        if len(off) and off.max() > 1e-6:
            raise Missing(f"the simulation gives no values at {np.asarray(times)[off.argmax()]:g} h")
        return index


@dataclass(frozen=True)
class Experiment:
    """How one row's experiment is simulated and read.  Experiments with the same `key` share one pool.

    key: everything that decides the pool (and nothing that differs only in how it is read).
    simulate: (times, people, blocks, seed) -> Pool or NotSimulated; `times` are all hours on the pool axis that some row needs.
      The same seed serves every experiment, so that arms share studies (block labels) and people.
    series: name of the row's quantity in the pool; "" means the row's own quantity.
    parent: name of the parent compound's series, for metabolic ratios.
    dose_h, infusion_h: hours of the administrations on the pool axis, and how long each one lasts.
    zero_h: the row's time 0 on the pool axis.  baseline_h: the time that changes are counted from.
    read_h: the row's time where the row itself gives none (on the row's axis).
    windowed: the series already refers to the row's window (a rate over an imaging interval): read it at `time_h` only.
    visits: when scales are rated, hours on the row's axis, for "at any visit"; () means the usual visits.
    control: the control arm's experiment, for contrasts; for bioavailability the intravenous reference.
    notes: what the reader of the comparison should know (ignored covariates, assumptions).
    beyond: SD by which a trial's number differs beyond what the simulation knows of, on the row's own scale (`likelihood`).
    """

    key: Hashable
    simulate: Callable[[tuple[float, ...], int, int, int], Pool | NotSimulated]
    series: str = ""
    parent: str = ""
    dose_h: tuple[float, ...] = (0.0,)
    infusion_h: float = 0.0
    zero_h: float = 0.0
    baseline_h: float = 0.0
    read_h: float | None = None
    windowed: bool = False
    visits: tuple[float, ...] = ()
    control: "Experiment | None" = None
    notes: tuple[str, ...] = ()
    beyond: float = 0.0
