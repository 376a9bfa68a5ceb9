"""Figures and table of the kinetics of one run: concentrations with bands, single curves, metabolites, enantiomers, routes compared."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from resynapse.faces import run_figures as runs
from resynapse.faces import style
from resynapse.methods.endpoints import bands
from resynapse.methods.nca import NCA, nca
from resynapse.model.kinetics import MOLAR_MASS
from resynapse.model.scales import READOUTS
from resynapse.study.dosing import ENANTIOMERS, is_given
from resynapse.study.simulate import ArmResult, RunResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WORDS = {"ketamine": "ketamine", "norketamine": "norketamine", "hnk": "hydroxynorketamine"}
FLOOR = 1e-3  # a log axis shows three decades below the highest median


def given(result: RunResult) -> list[ArmResult]:
    """Return the arms that get ketamine in some form."""
    return [a for n, a in result.arms.items() if is_given(result.study.arms[n].drug)]


def is_kinetic(result: RunResult) -> bool:
    """Tell whether a study asks for nothing but plasma."""
    return all(READOUTS[e.quantity].area == "plasma" for e in result.study.endpoints)


def first_course(arm: ArmResult, most: float = np.inf) -> np.ndarray:
    """Return the columns of an arm's times from the first dose to the next one, at most `most` hours."""
    later = [s for s in arm.sessions if s > arm.sessions[0]] if arm.sessions else []
    end = min([most, *later[:1]])
    return np.flatnonzero((arm.times >= 0) & (arm.times <= end + 1e-6))


def name_of(quantity: str) -> str:
    """Write an analyte out: s_norketamine -> S-norketamine."""
    prefix, _, rest = quantity.rpartition("_")
    word = WORDS.get(rest, rest)
    return f"{prefix.upper()}-{word}" if prefix else word


def concentration_figure(result: RunResult, quantity: str = "ketamine", log: bool = False, hours: float = 24.0) -> "Figure":
    """Concentration of one analyte after the first dose by arm: median with 50 % and 90 % bands."""
    with style.styled():
        figure, axes = style.canvas(4.4, 3.0)
        axis, colour, arms = axes[0, 0], runs.arm_colours(result), given(result)
        for arm in arms:
            at = first_course(arm, hours)
            values = _positive(arm.true[quantity][:, at], log)
            if len(arms) <= runs.FEW + 1:
                runs.draw_bands(axis, arm.times[at], values, colour[arm.name])
            else:
                axis.plot(arm.times[at], bands(values, (0.5,))[0], color=colour[arm.name])
        _concentration_axis(axis, result, [(a, quantity) for a in arms], (log, hours))
        axis.set_title(f"{name_of(quantity).capitalize() if not quantity[1] == '_' else name_of(quantity)}{', log scale' if log else ''}")
        runs.arms_on_top(figure, result, [a.name for a in arms])
        return figure


def curves_figure(result: RunResult, quantity: str = "ketamine", most: int = 30, hours: float = 24.0) -> "Figure":
    """Single curves (the first `most` people) in every arm, log scale, over the median."""
    arms = given(result)
    with style.styled():
        figure, axes = style.canvas(4.4, 0.5 + 1.7 * len(arms), len(arms), 1, share=True)
        colour = runs.arm_colours(result)
        for axis, arm in zip(axes[:, 0], arms, strict=True):
            at = first_course(arm, hours)
            values = _positive(arm.true[quantity][:, at], True)
            axis.plot(arm.times[at], values[:most].T, color=style.INK, lw=0.5, alpha=0.4)
            axis.plot(arm.times[at], bands(values, (0.5,))[0], color=colour[arm.name], lw=2.2)
            _concentration_axis(axis, result, [(arm, quantity)], (True, hours))
            axis.set_title(f"{runs.label(arm.name)}: {name_of(quantity)}")
        for axis in axes[:-1, 0]:
            axis.set_xlabel("")
        return figure


def panel_figure(result: RunResult, names: tuple[str, ...], title: str, hours: float = 24.0) -> "Figure":
    """Several analytes in every arm on one log axis (metabolites, or enantiomers), medians with 90 % bands."""
    from matplotlib.lines import Line2D

    arms, present = given(result), [q for q in names if all(q in a.true for a in given(result))]
    with style.styled():
        figure, axes = style.canvas(4.4, 0.5 + 1.9 * len(arms), len(arms), 1, share=True)
        look = {q: _look(q) for q in present}
        for axis, arm in zip(axes[:, 0], arms, strict=True):
            at = first_course(arm, hours)
            for q in present:
                values = _positive(arm.true[q][:, at], True)
                low, middle, high = bands(values, (0.05, 0.5, 0.95))
                if middle.max() > 1e-6:
                    axis.fill_between(arm.times[at], low, high, color=look[q][0], alpha=0.13, lw=0)
                    axis.plot(arm.times[at], middle, color=look[q][0], ls=look[q][1], label=name_of(q))
            _concentration_axis(axis, result, [(arm, q) for q in present], (True, hours))
            axis.set_title(f"{runs.label(arm.name)}: {title}")
        for axis in axes[:-1, 0]:
            axis.set_xlabel("")
        marks = [Line2D([], [], color=look[q][0], ls=look[q][1], lw=2.0) for q in present]
        figure.legend(marks, [name_of(q) for q in present], loc="outside upper left", ncols=2 if len(present) == 4 else 3)
        return figure


def _look(quantity: str) -> tuple[str, Any]:
    """Colour and dash of an analyte: colour tells the enantiomer where one is named, else the compound."""
    prefix, _, rest = quantity.rpartition("_")
    if prefix:
        dash = {"ketamine": "-", "norketamine": (0, (4, 2)), "hnk": (0, (1, 1.5))}[rest]
        return {"s": style.BLUE, "r": style.RED}[prefix], dash
    return {"ketamine": style.BLUE, "norketamine": style.ORANGE, "hnk": style.GREEN}[rest], "-"


def normalised_figure(result: RunResult, quantity: str = "ketamine", hours: float = 12.0) -> "Figure":
    """Concentration per mg of dose by arm: what a route makes of the same amount."""
    with style.styled():
        figure, axes = style.canvas(4.4, 3.0)
        axis, colour, arms = axes[0, 0], runs.arm_colours(result), given(result)
        top = 0.0
        for arm in arms:
            at = first_course(arm, hours)
            values = _positive(arm.true[quantity][:, at], True) / doses_mg(result, arm.name)[:, None]
            if len(arms) <= runs.FEW + 1:
                runs.draw_bands(axis, arm.times[at], values, colour[arm.name])
            else:
                axis.plot(arm.times[at], bands(values, (0.5,))[0], color=colour[arm.name])
            top = max(top, float(np.nanmax(bands(values, (0.5,)))))
        if top > 1e-8:  # else nothing is in blood yet, and a log axis has nothing to show
            axis.set_yscale("log")
            axis.set_ylim(top * 3e-3, top * 2.5)
            style.plain_log(axis)
        axis.set_xlim(0, hours)
        axis.set_xlabel("hours")
        axis.set_ylabel("ng/mL per mg")
        axis.set_title(f"{name_of(quantity).capitalize()} per mg of dose")
        runs.arms_on_top(figure, result, [a.name for a in arms])
        return figure


def _positive(values: np.ndarray, log: bool) -> np.ndarray:
    """Values that a log axis can show; zero becomes one far below it, so that lines start at its edge."""
    return np.maximum(values, 1e-9) if log else values


def _concentration_axis(axis: "Axes", result: RunResult, drawn: list[tuple[ArmResult, str]], how: tuple[bool, float]) -> None:
    log, hours = how
    last = max(float(a.times[first_course(a, hours)][-1]) for a, _ in drawn)
    tops = [float(np.nanmax(bands(a.true[q][:, first_course(a, hours)], (0.5,)))) for a, q in drawn]
    if log and max(tops) > 0:
        axis.set_yscale("log")
        axis.set_ylim(max(tops) * FLOOR, max(tops) * 3)
        style.plain_log(axis)
    else:
        axis.set_ylim(bottom=0)
    axis.set_xlim(0, last)
    axis.set_xlabel("hours after the first dose")
    axis.set_ylabel(f"ng/mL, {result.study.sampling.site} plasma")


def doses_mg(result: RunResult, arm: str) -> np.ndarray:
    """Return the first dose of an arm in mg for each person (n,)."""
    amount, unit = result.study.arms[arm].doses[0]
    people = result.people(arm)
    weight = people.values.get("weight", people.covariates.get("weight"))
    if unit == "mg/kg":
        assert weight is not None
        return amount * np.asarray(weight)
    return np.full(people.n, amount)


@dataclass(frozen=True)
class Line:
    """One line of the non-compartmental table: quantity, unit, and for each arm (median, 5 %, 95 %)."""

    quantity: str
    measure: str
    unit: str
    arms: dict[str, tuple[float, float, float]]


_MEASURES = (
    ("Cmax", "ng/mL", "cmax"), ("Tmax", "h", "tmax"), ("AUC to the last time", "ng·h/mL", "auc_t"),
    ("AUC to infinity", "ng·h/mL", "auc_inf"), ("half-life", "h", "half_life"),
)  # fmt: skip


def analysed(result: RunResult, arm: ArmResult, quantity: str) -> NCA:
    """Non-compartmental analysis of the first dose of one arm, without error of measurement; dose in µg, so clearance is in L/h."""
    at, plan = first_course(arm), result.study.arms[arm.name]
    share = ENANTIOMERS[plan.drug].get(quantity[0], 0.0) if quantity[1] == "_" else 1.0
    dose = doses_mg(result, arm.name) * 1000 * share if quantity.endswith("ketamine") and "nor" not in quantity else np.nan
    return nca(arm.times[at], arm.true[quantity][:, at], dose, infusion_h=plan.over, bolus=plan.route == "iv" and plan.over == 0)


def nca_table(result: RunResult) -> list[Line]:
    """Return the table: peaks, times, areas, half-lives of every analyte, CL/F and Vz/F of the parent, molar metabolic ratios."""
    arms = given(result)
    if not arms:
        return []
    out: list[Line] = []
    for q in [q for q in READOUTS if READOUTS[q].area == "plasma" and all(q in a.true for a in arms)]:
        tables = {a.name: analysed(result, a, q) for a in arms if np.nanmax(a.true[q]) > 0}
        measures = list(_MEASURES)
        if q in ("ketamine", "s_ketamine", "r_ketamine"):
            measures += [("CL/F", "L/h", "clearance"), ("Vz/F", "L", "volume_z")]
        out += [Line(q, word, unit, {n: _three(getattr(t, name)) for n, t in tables.items()}) for word, unit, name in measures]
        parent = q.replace("norketamine", "ketamine").replace("hnk", "ketamine")
        if parent != q and all(parent in a.true for a in arms):
            mass = MOLAR_MASS["ketamine"] / MOLAR_MASS[q.split("_")[-1]]
            ratio = {a.name: _three(mass * tables[a.name].auc_t / analysed(result, a, parent).auc_t) for a in arms if a.name in tables}
            out.append(Line(q, f"AUC over that of {name_of(parent)}, molar", "1", ratio))
    return out


def _three(values: np.ndarray) -> tuple[float, float, float]:
    good = values[np.isfinite(values)]
    if not len(good):
        return np.nan, np.nan, np.nan
    middle, low, high = np.quantile(good, (0.5, 0.05, 0.95))
    return float(middle), float(low), float(high)
