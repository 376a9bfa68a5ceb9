"""One row of evidence -> the experiment that it stands for, or the reason why it cannot be set up.

Rows that share everything that happens to people share one `Setup` and so one pool; what is read from it (statistic, time,
window) is the judge's business.  The observed number is never looked at here.
"""

from dataclasses import replace

from resynapse.methods.evidence import Row, word_problem
from resynapse.methods.fit import DECLARED, Fit
from resynapse.methods.judge import RATES
from resynapse.methods.likelihood import kind_of
from resynapse.methods.pool import Experiment, NotSimulated
from resynapse.methods.readings import OF_RELAPSE, is_enriched, months_well
from resynapse.model.interactions import DESCENT, HEPATIC, PERPETRATORS, RENAL, Change
from resynapse.model.linked_scales import madrs_of
from resynapse.model.population import POPULATIONS
from resynapse.model.routes import ROUTES, route_of
from resynapse.model.scales import READOUTS, SITES
from resynapse.model.switches import STRAINS
from resynapse.notation import closest
from resynapse.study.animals import animal_experiment, is_animal
from resynapse.study.disposition import CHILD
from resynapse.study.dosing import is_given
from resynapse.study.row_checks import BACKGROUNDS, CannotSetUp, amounts_of, blinding_of, check_bounds, days_of, infusion_min, number, word
from resynapse.study.sessions import EVENTS, is_known_event
from resynapse.study.setup import Setup, pool_of
from resynapse.study.vocabulary import TREATMENTS

WITHOUT_DRUG = ("placebo", "midazolam", "none")
BEFORE = ("pretreatment", "relapse_from_wk")
MONTH_D = 365.25 / 12
READ_ELSEWHERE = frozenset(
    ("of", "ratio_of", "time_zero", "remission_threshold", "relapse_threshold", "baseline_sd", "pregnant")
)  # the judge reads these
DESCRIPTIVE = frozenset(("country", "design", "routes", "formulation", "inhibitor_dose", "inducer_dose", "control_mix", "entry"))


def experiment_of(row: Row, fit: Fit = DECLARED) -> Experiment | NotSimulated:
    """Return how to simulate the row's experiment, with its control where the statistic compares, or why not.

    fit: what calibration says of the model's numbers.
    """
    problem = word_problem(row)
    if problem:
        return NotSimulated(problem)
    if is_animal(row):
        return animal_experiment(row, fit)
    try:
        setup, notes = setup_of(row)
        setup = replace(setup, fit=fit)
        control = _control(row, setup)
    except CannotSetUp as why:
        return NotSimulated(why.reason)
    return _experiment(row, setup, notes, control)


def _experiment(row: Row, setup: Setup, notes: tuple[str, ...], control: Setup | None) -> Experiment:
    untouched = row.drug == "none" and row.statistic not in RATES  # people as they are, whenever they are looked at

    def made(of: Setup, other: Experiment | None) -> Experiment:
        last = of.days[-1] * 24.0 if of.days else 0.0
        if row.covariates.get("time_zero") == "last_dose" and len(of.days) <= 1:
            last += _last_device(of)
        zero = last if row.covariates.get("time_zero") == "last_dose" else 24.0 * of.lead_d
        return Experiment(
            key=of,
            simulate=lambda times, people, blocks, seed: pool_of(of, times, people, blocks, seed),
            parent=_parent(row.quantity),
            dose_h=tuple(24.0 * d for d in of.days) or (0.0,),
            infusion_h=of.over,
            zero_h=zero,
            read_h=0.0 if untouched else None,
            control=other,
            notes=notes,
            beyond=fit_beyond(of.fit, row),
        )

    return made(setup, None if control is None else made(control, None))


def fit_beyond(fit: Fit, row: Row) -> float:
    """Return by how much trials differ in this kind of row beyond what is simulated."""
    return 0.0 if "studies" in fit.left_out else fit.beyond.get(kind_of(row), 0.0)


def _last_device(setup: Setup) -> float:
    """Hours from the first to the last device of one dose."""
    route = route_of(setup.route, setup.drug) if setup.route in ROUTES else None
    if route is None or not route.device_mg or not setup.doses or setup.doses[0][1] != "mg":
        return 0.0
    return max(0.0, -(-setup.doses[0][0] // route.device_mg) - 1) * route.apart_h


def _parent(quantity: str) -> str:
    """The parent compound of a metabolite, with its enantiomer."""
    for metabolite in ("norketamine", "hnk"):
        if quantity.endswith(metabolite):
            return quantity.removesuffix(metabolite) + "ketamine"
    return ""


def setup_of(row: Row) -> tuple[Setup, tuple[str, ...]]:
    """Return everything that happens to the people of a row, and notes on covariates that were ignored.

    Raises CannotSetUp for a word that the model does not know.
    """
    if row.quantity not in READOUTS and not is_known_event(row.quantity):
        raise CannotSetUp(f"quantity '{row.quantity}' is not simulated.{closest(row.quantity, (*READOUTS, *EVENTS))}")
    if row.population not in POPULATIONS:
        raise CannotSetUp(f"population '{row.population}' is not simulated.{closest(row.population, POPULATIONS)}")
    if row.population == CHILD:
        raise CannotSetUp("our own kinetics do not hold for children; the published model flint2017 covers some")
    if not (is_given(row.drug) or row.drug in WITHOUT_DRUG or row.drug in TREATMENTS):
        raise CannotSetUp(f"drug '{row.drug}' is not simulated.{closest(row.drug, (*WITHOUT_DRUG, *TREATMENTS, 'ketamine', 'esketamine'))}")
    if is_given(row.drug) and row.route not in ROUTES:
        raise CannotSetUp(f"route '{row.route}' is not simulated.{closest(row.route, ROUTES)}")
    check_bounds(row)
    given, notes = _covariates(row)
    site, site_note = _site(row)
    minutes, length_note = infusion_min(row)
    plasma = row.quantity in READOUTS and READOUTS[row.quantity].area == "plasma"
    blinding, blind_note = blinding_of(row, row.quantity in READOUTS and READOUTS[row.quantity].area in ("scores", "items"))
    made = Setup(
        species=row.species,
        population=row.population,
        drug=row.drug if is_given(row.drug) or row.drug in WITHOUT_DRUG else "none",
        treatment=TREATMENTS.get(row.drug, ""),
        route=row.route if is_given(row.drug) else "none",
        doses=_doses(row),
        days=_days(row),
        over=minutes / 60,
        blinding=blinding,
        background=word("background", row.covariates.get("background", "none"), BACKGROUNDS),
        site=site,
        covariates=given,
        changes=_changes(row),
        plasma_only=plasma,
        markers=row.quantity in READOUTS and READOUTS[row.quantity].area == "mechanism",
        conventional=not is_given(row.drug) and row.route == "oral",
        cut=_strain(row),
        natural=row.quantity == "depressive_episode" or row.statistic in OF_RELAPSE or row.covariates.get("of") == "relapse",
        lead_d=MONTH_D * months_well(row),
        before_d=_pretreated(row),
    )
    return made, (*notes, *site_note, *length_note, *blind_note)


def _site(row: Row) -> tuple[str, tuple[str, ...]]:
    site = row.covariates.get("site", "venous")
    return (site, ()) if site in SITES else ("venous", (f"site '{site}' read as venous",))


def _doses(row: Row) -> tuple[tuple[float, str], ...]:
    """Return the dose of every administration."""
    if not is_given(row.drug):
        return ()
    days = _days(row)
    if "doses" in row.covariates:
        amounts = amounts_of(row.covariates["doses"])
    elif row.covariates.get("other") == "flexible_56_84":
        amounts = [56.0, *[74.67] * (len(days) - 1)]  # 84 mg for about two thirds from the second dose on
    elif row.dose is None:
        raise CannotSetUp("the row names no dose")
    else:
        amounts = [row.dose] * len(days)
    if len(amounts) != len(days):
        raise CannotSetUp(f"{len(amounts)} doses for {len(days)} days")
    if row.dose_unit not in ("mg", "mg/kg"):
        raise CannotSetUp(f"dose unit '{row.dose_unit}' is not simulated for {row.drug}")
    return tuple((a, row.dose_unit) for a in amounts)


def _days(row: Row) -> tuple[float, ...]:
    return days_of(row, is_given(row.drug))


def _covariates(row: Row) -> tuple[tuple[tuple[str, float, float], ...], tuple[str, ...]]:
    """Return ((covariate, mean, SD or NaN), …) and notes: what the row says of its people, and what of that is not used."""
    known = {"weight": "weight", "age": "age", "female": "female", "failed_trials": "failed_trials"}
    handled = {*known, "age_range", "ethnicity", "renal", "hepatic", "inhibitor", "inducer", "site", "doses", "background"}
    out, ignored = [], []
    for key, text in row.covariates.items():
        if key in ("baseline", "madrs_baseline"):
            out += _severity(row, "MADRS" if key == "madrs_baseline" else row.quantity, number(key, text))
        elif key in known:
            out.append((known[key], number(key, text), float("nan")))
        elif key == "age_range":
            low, _, high = text.partition("-")
            out += [("age_low", number(key, low), float("nan")), ("age_high", number(key, high), float("nan"))]
        elif key == "genotype" and _strain(row) or key == "enrichment" and is_enriched(row) or key in BEFORE:
            continue
        elif key not in handled and key not in READ_ELSEWHERE and key not in DESCRIPTIVE:
            ignored.append(f"{key}={text}")
    notes = (f"ignored: {'; '.join(ignored)}",) if ignored else ()
    return tuple(sorted((a, b, c if c == c else -1.0) for a, b, c in out)), notes


def _pretreated(row: Row) -> float:
    """Return for how many days an antidepressant was taken before it was stopped: `pretreatment=paroxetine_16wk`."""
    word = row.covariates.get("pretreatment", "")
    if word == "antidepressant_stopped":
        return MONTH_D * months_well(row)
    name, _, length = word.rpartition("_")
    if TREATMENTS.get(name) != "antidepressant" or not length.endswith("wk"):
        return 0.0
    return 7.0 * number("pretreatment", length.removesuffix("wk"))


def _strain(row: Row) -> tuple[str, ...]:
    """Return the inherited variant that the row names, if the model knows it: bdnf:val/met, bdnf:met/met."""
    gene = row.covariates.get("genotype", "").replace("/", "_")
    return (gene,) if gene in STRAINS else ()


def _severity(row: Row, scale: str, total: float) -> list[tuple[str, float, float]]:
    """Return the baseline MADRS that a baseline total stands for, with its SD where the row gives one; nothing for an unlinked scale."""
    madrs = madrs_of(scale, total)
    if madrs is None:
        return []
    wide = row.number("baseline_sd")
    above = None if wide is None else madrs_of(scale, total + wide)
    return [("madrs", madrs, float("nan") if above is None or scale != row.quantity else above - madrs)]


def _changes(row: Row) -> tuple[Change, ...]:
    """Return what other drugs, organs and descent change."""
    tables = {"inhibitor": PERPETRATORS, "inducer": PERPETRATORS, "renal": RENAL, "hepatic": HEPATIC, "ethnicity": DESCENT}
    out = []
    for key, table in tables.items():
        name = row.covariates.get(key)
        if name is None:
            continue
        if name not in table:
            if key == "ethnicity":
                continue
            raise CannotSetUp(f"{key} '{name}' is not simulated.{closest(name, table)}")
        if key in ("inhibitor", "inducer") and (table[name].liver > 1) != (key == "inducer"):
            raise CannotSetUp(f"'{name}' is no {key}")
        out.append(table[name])
    return tuple(out)


def _control(row: Row, setup: Setup) -> Setup | None:
    """Return the arm that the row compares with; the intravenous reference for bioavailability."""
    if row.statistic == "bioavailability":
        return replace(setup, route="iv", over=40 / 60, doses=((0.5, "mg/kg"),), days=(0.0,))
    if not row.control:
        return None
    if row.control == "genotype" and setup.cut:
        return replace(setup, cut=())
    if row.control in ("no_inhibitor", "no_impairment"):
        kept = tuple(c for c in setup.changes if c in DESCENT.values())
        return replace(setup, changes=kept)
    if row.control in WITHOUT_DRUG:
        return replace(setup, drug=row.control, treatment="", route="none", doses=(), over=setup.over)
    if row.control == "healthy":
        return replace(setup, population="healthy_adult", covariates=(), drug="none", treatment="", route="none", doses=())
    if row.control in ("baseline", "vehicle"):
        return None if row.control == "baseline" else replace(setup, drug="placebo", treatment="", route="none", doses=())
    if row.control in TREATMENTS:
        return replace(setup, drug="none", treatment=TREATMENTS[row.control], route="none", doses=())
    if is_given(row.control):
        raise CannotSetUp(f"the dose of the control '{row.control}' is not in the row")
    raise CannotSetUp(f"control '{row.control}' is not simulated.{closest(row.control, (*WITHOUT_DRUG, *TREATMENTS))}")
