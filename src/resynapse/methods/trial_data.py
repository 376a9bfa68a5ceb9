"""What a trial hands to its statistician: who was in which arm, their baseline, and what was seen at each visit (NaN: missing)."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from resynapse.notation import InputError

COLUMNS = ("patient", "arm", "visit", "baseline", "value")


@dataclass(frozen=True)
class TrialData:
    """Patients of a trial: `arm` (n,) counts into `arms`; `visits` (V,) h after the first dose, baseline not among them.

    baseline (n,); values (n, V) on the scale itself; strata (n, k): further covariates of randomisation, as numbers.
    """

    arms: tuple[str, ...]
    visits: np.ndarray
    arm: np.ndarray
    baseline: np.ndarray
    values: np.ndarray
    strata: np.ndarray | None = None

    @classmethod
    def of(cls, groups: dict[str, tuple[np.ndarray, np.ndarray]], visits: np.ndarray) -> "TrialData":
        """Put arms together: {arm: (baseline (n,), values (n, V))}."""
        arm = np.concatenate([np.full(len(base), k) for k, (base, _) in enumerate(groups.values())])
        base, values = (np.concatenate([pair[i] for pair in groups.values()]).astype(float) for i in (0, 1))
        return cls(tuple(groups), np.asarray(visits, float), arm, base, values)

    @classmethod
    def from_tidy(cls, table: Any) -> "TrialData":
        """Read a DataFrame of one row for each visit: patient, arm, visit (a number), baseline, value; absent rows are missing visits.

        Raises InputError for a column that is not there, a visit told twice, or a patient with two arms or baselines.
        """
        for name in COLUMNS:
            if name not in table:
                raise InputError("trial data", f"no column {name}", f"the columns {', '.join(COLUMNS)}")
        twice = table.duplicated(["patient", "visit"])
        if twice.any():
            first = table[twice].iloc[0]
            raise InputError("trial data", f"patient {first.patient} twice at visit {first.visit}", "one row for each patient and visit")
        people = table.groupby("patient")[["arm", "baseline"]]
        if (people.nunique(dropna=False) > 1).to_numpy().any():
            raise InputError("trial data", "a patient with two arms or two baselines", "one of each")
        first, wide = people.first(), table.pivot(index="patient", columns="visit", values="value").sort_index(axis=1)
        arms = tuple(dict.fromkeys(table["arm"]))
        arm = np.array([arms.index(name) for name in first.loc[wide.index, "arm"]])
        return cls(arms, wide.columns.to_numpy(float), arm, first.loc[wide.index, "baseline"].to_numpy(float), wide.to_numpy(float))

    @property
    def n(self) -> int:
        """How many patients."""
        return len(self.arm)

    @property
    def change(self) -> np.ndarray:
        """Change from baseline (n, V)."""
        return self.values - self.baseline[:, None]

    def design(self) -> np.ndarray:
        """Return the covariates (n, c) of the linear models: one indicator for each arm, baseline and strata about their means.

        A covariate that does not vary, or that the others imply, is left out: it can adjust nothing.
        """
        columns = [self.arm == k for k in range(len(self.arms))]
        extra = [self.baseline] if self.strata is None else [self.baseline, *self.strata.T]
        z = np.array(columns, float).T
        for x in extra:
            wider = np.column_stack([z, x - x.mean()])
            if np.linalg.matrix_rank(wider) > z.shape[1]:
                z = wider
        return z

    def at(self, visit: float) -> np.ndarray:
        """Return the values (n,) at one visit. Raises InputError when it is none."""
        return self.values[:, self.place(visit)]

    def place(self, visit: float) -> int:
        """Return the column of a visit. Raises InputError when it is none."""
        hit = np.flatnonzero(np.isclose(self.visits, visit, rtol=0, atol=1e-6))
        if not len(hit):
            raise InputError("analysis", f"{visit:g} h", f"a visit: {', '.join(f'{t:g} h' for t in self.visits)}")
        return int(hit[0])

    def take(self, who: np.ndarray) -> "TrialData":
        """Return some of the patients, by mask or index."""
        strata = None if self.strata is None else self.strata[who]
        return replace(self, arm=self.arm[who], baseline=self.baseline[who], values=self.values[who], strata=strata)
