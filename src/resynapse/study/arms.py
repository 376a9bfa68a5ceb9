"""Rules of the study format that look at several keys at once: what an arm may leave out, what must agree with what."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from resynapse.model.comparators import ECT_DAYS
from resynapse.study import vocabulary as words
from resynapse.study.analysis import check_analysis
from resynapse.study.beside import not_pregnant
from resynapse.study.covariates import limits
from resynapse.study.disposition import check_disposition, site_of
from resynapse.study.endpoints import check_quantity
from resynapse.study.vocabulary import DRUGS, Drug, Refused, below, hours, one_of, shown, time_text

if TYPE_CHECKING:
    from resynapse.study.schema import Arm, Given, Study

MOST_DOSES = 1000


def arm(read: object) -> object:
    """Return an arm as written, with its doses, route, duration and days made explicit.

    Raises Refused for a rule that is broken.
    """
    if not isinstance(read, dict):
        raise Refused(shown(read), "what the arm gets, for example {drug: ketamine, dose: 0.5 mg/kg, route: iv, over: 40 min}")
    if "phases" in read:
        return _phased(read)
    if "drug" not in read:
        raise Refused("nothing", f"the arm's drug: one of {', '.join(DRUGS)}", way=("drug",))
    drug = below("drug", one_of, read["drug"], tuple(DRUGS), "a drug")
    if "lengths" in read:
        raise Refused("lengths", "over: a duration, or a list with one for each day", way=("lengths",))
    made = {key: value for key, value in read.items() if key not in ("dose", "every", "count")}
    made["days"] = _days(read, drug)
    made |= _active(read, DRUGS[drug], made["days"]) if DRUGS[drug].active else _inert(read, drug)
    if "beside" in made:
        made["beside"] = below("beside", beside, made["beside"])
    return made


def _phased(read: dict) -> dict:
    """An arm of phases: what is given stands in them alone."""
    for key in ("drug", "dose", "doses", "route", "over", "days", "every", "count", "blind", "beside"):
        if key in read:
            raise Refused(key, f"no {key} beside phases: it stands in each of them", way=(key,))
    if not isinstance(read["phases"], list) or not read["phases"]:
        raise Refused(shown(read["phases"]), "a list of phases: [{drug: …}, {from: 28 d, drug: …}]", way=("phases",))
    return read


def laid_out(arm: Arm) -> Arm:
    """Return an arm of phases with the days and doses of all of them as its own; drug and route of the first that gives one."""
    first = next((phase for phase in arm.phases if DRUGS[phase.drug].active), arm.phases[0])
    days = tuple(phase.start + d for phase in arm.phases for d in phase.days)
    blind = tuple(phase.start + d for phase in arm.phases for d in phase.blind)
    doses = tuple(dose for phase in arm.phases for dose in phase.doses)
    longest = max(phase.over for phase in arm.phases)
    own = {"drug": first.drug, "route": first.route, "days": days, "blind": blind, "doses": doses, "over": longest}
    return arm.model_copy(update=own)


def _check_phases(arm: Arm) -> None:
    """Refuse phases that do not follow each other, and sessions that run into the next one.  Raises Refused."""
    for k, phase in enumerate(arm.phases):
        way = ("phases", k)
        if k == 0 and (phase.start or phase.who):
            raise Refused("from or who", "a first phase from day 0 on, for everybody", way=way)
        if k and phase.start <= arm.phases[k - 1].start:
            raise Refused(time_text(phase.start), f"a phase after {time_text(arm.phases[k - 1].start)}", way=(*way, "from"))
        if k + 1 < len(arm.phases) and phase.start + max([0.0, *phase.days, *phase.blind]) >= arm.phases[k + 1].start:
            raise Refused(f"phase {k + 1}", "sessions before the next phase begins", way=(*way, "days"))


def _active(read: dict, drug: Drug, days: list) -> dict:
    route = read.get("route") or drug.route
    if not route:
        raise Refused("nothing", f"a route: one of {', '.join(words.routes())}", way=("route",))
    below("route", one_of, route, words.routes(), "a route")
    doses = _doses(read, drug, route, len(days))
    if isinstance(read.get("over"), list):
        return {"route": route, "doses": doses} | _lengths(read["over"], route, len(days))
    return {"route": route, "doses": doses, "over": _over(read, drug, route)}


def _lengths(over: list, route: str, count: int) -> dict:
    """-> a duration for each dose: a bolus and then an infusion, or steps of different length."""
    if len(over) != count:
        raise Refused(f"{len(over)} durations", f"one duration, or a list of {count}, one for each day", way=("over",))
    lengths = [below("over", below, k, hours, one, "a duration", "40 min") for k, one in enumerate(over)]
    if max(lengths) > 0 and not words.infused(route):
        raise Refused(shown(over), f"no duration: '{route}' is given at once", way=("over",))
    return {"over": time_text(max(lengths)), "lengths": [time_text(x) for x in lengths]}


def beside(read: object) -> dict:
    """Return the treatments beside the drug, {name: {from, until, days}}; a list of names begins them all on day 0.  Raises Refused."""
    known = tuple(words.TREATMENTS)
    if isinstance(read, list | str):
        read = {name: {} for name in ([read] if isinstance(read, str) else read) if not isinstance(name, dict)}
    if not isinstance(read, dict):
        raise Refused(shown(read), "treatments beside the drug, for example [escitalopram] or {cbt: {from: 0 d, until: 84 d}}")
    for name in read:
        below(str(name), one_of, name, known, "a treatment")
    return {name: how if how is not None else {} for name, how in read.items()}


def _inert(read: dict, drug: str) -> dict:
    if DRUGS[drug].treats:
        allowed = ("days",) if DRUGS[drug].treats == "ect" else ()
        for key in ("dose", "doses", "route", "over", "blind", "days", "every", "count"):
            if read.get(key) and key not in allowed:
                raise Refused(key, f"no {key}: {drug} is given as usual (ect takes days)", way=(key,))
        return {"route": "", "doses": [], "over": 0}
    extra = next((key for key in ("dose", "doses", "route", "over", "days", "blind") if read.get(key)), None)
    if drug == "none" and extra:
        raise Refused(shown(read[extra]), "no dose, route or days: 'none' is no treatment (use placebo)", way=(extra,))
    if read.get("doses"):
        raise Refused("doses", f"no doses: {drug} holds no drug", way=("doses",))
    if read.get("dose") not in (None, 0) and below("dose", words.dose, read["dose"])[0] > 0:
        raise Refused(shown(read["dose"]), f"no dose: {drug} holds no drug", way=("dose",))
    route = read.get("route") or ""
    if route:
        below("route", one_of, route, words.routes(), "a route")
    return {"route": route, "doses": [], "over": read.get("over", 0) or 0}


def _days(read: dict, drug: str) -> list:
    """-> days as written; `every` and `count` become a list; one dose on day 0 where nothing is said."""
    if "every" in read or "count" in read:
        if "days" in read:
            raise Refused("days and every", "either days, or every with count", way=("every",))
        if "every" not in read or "count" not in read:
            missing = "every" if "count" in read else "count"
            raise Refused("nothing", "both, for example every: 3.5 d, count: 8", way=(missing,))
        gap, count = below("every", hours, read["every"], "an interval", "3.5 d"), read["count"]
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_DOSES:
            raise Refused(shown(count), f"a number of doses from 1 to {MOST_DOSES}", way=("count",))
        if gap <= 0:
            raise Refused(shown(read["every"]), "an interval above 0", way=("every",))
        return [k * gap / 24 for k in range(count)]
    if "days" not in read:
        if DRUGS[drug].treats:
            return list(ECT_DAYS) if drug == "ect" else []
        return [] if drug == "none" else [0]
    days = read["days"] if isinstance(read["days"], list) else [read["days"]]
    if not days and drug != "none":
        raise Refused("an empty list", "at least one day, for example [0]", way=("days",))
    if len(days) > MOST_DOSES:
        raise Refused(f"{len(days)} days", f"at most {MOST_DOSES}", way=("days",))
    return days


def _doses(read: dict, drug: Drug, route: str, count: int) -> list:
    if "dose" in read and "doses" in read:
        raise Refused("dose and doses", "either dose, or doses with one for each day", way=("doses",))
    if "doses" in read:
        doses = read["doses"]
        if not isinstance(doses, list) or len(doses) != count:
            found = f"{len(doses)} doses" if isinstance(doses, list) else shown(doses)
            raise Refused(found, f"a list of {count} doses, one for each day", way=("doses",))
        return doses
    if read.get("dose") is not None:
        return [below("dose", words.dose, read["dose"])] * count
    if drug.dose and route == drug.route:
        return [drug.dose] * count
    raise Refused("nothing", "a dose with its unit, for example '0.5 mg/kg' or '56 mg'", way=("dose",))


def _over(read: dict, drug: Drug, route: str) -> object:
    over = read.get("over")
    if over is None:
        if words.infused(route) and drug.over is None:
            raise Refused("nothing", "how long the infusion takes, for example '40 min' (0 min for a bolus)", way=("over",))
        return time_text(drug.over or 0) if words.infused(route) else 0
    length = below("over", hours, over, "a duration", "40 min")
    if length > 0 and not words.infused(route):
        timed = ", ".join(filter(words.infused, words.routes()))
        raise Refused(shown(over), f"no duration: '{route}' is given at once (over belongs to {timed})", way=("over",))
    return over


def check_doses(arm: Given) -> None:
    """Refuse sham on a day of treatment, and doses that are given in two kinds of unit or run into each other. Raises Refused."""
    if both := sorted({*arm.days} & {*arm.blind}):
        raise Refused(f"day {both[0] / 24:g}", "days of sham that are not days of treatment", way=("blind",))
    if len({unit for _, unit in arm.doses}) > 1:
        raise Refused("mg and mg/kg", "doses of one arm in one unit", way=("doses",))
    for k, (before, after) in enumerate(zip(arm.days, arm.days[1:], strict=False)):
        length = arm.lengths[k] if arm.lengths else arm.over
        if length > after - before + 1e-9:
            longest = time_text(after - before)
            raise Refused(time_text(length), f"a duration within the time between doses ({longest})", way=("over",))


def check_arm(arm: Arm) -> None:
    """Refuse an unknown arrow, a rule for another kind of dose, phases in disorder. Raises Refused."""
    from resynapse.model.switches import SWITCHES

    for place, name in enumerate(arm.cut):
        below("cut", below, place, one_of, name, tuple(SWITCHES), "an arrow to cut, or a gene")
    units = {unit for given in (arm, *arm.phases) for _, unit in given.doses}
    for place, rule in enumerate(arm.policy):
        if rule.do.what == "dose" and units != {rule.do.unit}:
            written = ", ".join(sorted(units)) or "an arm that gives a drug"
            raise Refused(str(rule.do), f"a dose in the arm's own unit: {written}", way=("policy", place, "do"))
    _check_phases(arm)


def defaults(read: object) -> object:
    """Return a study as written with its people's limits read and blinding filled in from the control arm."""
    if not isinstance(read, dict):
        return read
    made = {key: value for key, value in read.items() if not (key in words.NOT_YET and value in ("none", None))}
    species = made.get("species", "human")
    people = made.get("population")
    if isinstance(species, str) and species in words.SPECIES and isinstance(people, dict):
        if "of" in people:
            if not words.populations(species):
                raise Refused(species, f"human: populations of species {species} are not available yet", way=("species",))
            known, what = words.populations(species), f"a population of species {species}"
            below("population", below, "of", one_of, people["of"], known, what)
        if "pregnant" in people:
            below("population", not_pregnant, people["pregnant"])
            people = {key: value for key, value in people.items() if key != "pregnant"}
            made["population"] = people
        if people.get("where") is not None:
            made["population"] = people | {"where": below("population", below, "where", limits, people["where"], species)}
    if "disposition" in made and isinstance(made.get("sampling", {}), dict):
        made["sampling"] = {"site": site_of(made["disposition"])} | made.get("sampling", {})
    arms, control = made.get("arms"), made.get("control")
    if isinstance(control, str) and isinstance(arms, dict) and isinstance(arms.get(control), dict) and "blinding" not in made:
        made["blinding"] = {"midazolam": "active", "placebo": "inactive"}.get(str(arms[control].get("drug")), "open")
    return made


def act(read: object) -> object:
    """Return an intervention with `act`, `value` and `unit` in place of set, add or scale.

    A named intervention acts as the model's table says where the study gives nothing.  Raises Refused.
    """
    if not isinstance(read, dict) or "act" in read:
        return read
    from resynapse.model.switches import INTERVENTIONS

    acts = [one for one in ("set", "add", "scale") if one in read]
    rest = {key: value for key, value in read.items() if key not in acts}
    named = INTERVENTIONS.get(str(read.get("state")))
    if not acts and named:
        return rest | {"act": named.act, "value": named.value}
    if len(acts) != 1:
        raise Refused(", ".join(acts) or "nothing", f"exactly one of set, add, scale (or one of {', '.join(INTERVENTIONS)} as state)")
    value = read[acts[0]]
    if isinstance(value, str):
        number, unit = below(acts[0], words.split, value, "2 µM")
        return rest | {"act": acts[0], "value": number, "unit": unit}
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(shown(value), "a finite number, or a number with its unit", way=(acts[0],))
    return rest | {"act": acts[0], "value": float(value)}


def check_together(study: Study) -> None:
    """Refuse a control that is no arm, and an endpoint at a time at which nothing is observed. Raises Refused."""
    if study.control is not None and study.control not in study.arms:
        raise Refused(study.control, f"one of the arms: {', '.join(study.arms)}", tuple(study.arms), ("control",))
    for name in study.randomisation.ratio if study.randomisation else ():
        if name not in study.arms:
            raise Refused(name, f"one of the arms: {', '.join(study.arms)}", tuple(study.arms), ("randomisation", "ratio", name))
    check_disposition(study)
    check_routes(study)
    check_start(study)
    check_imaging(study)
    check_items(study)
    seen = study.times
    for place, one in enumerate(study.endpoints):
        below("endpoints", below, place, check_quantity, one)
        if one.time is None:
            continue
        if one.needs_visit and not any(abs(one.time - time) < 1e-9 for time in seen):
            raise Refused(str(one), f"a time that is a visit: {', '.join(map(time_text, seen))}", way=("endpoints", place))
        if one.time > seen[-1]:
            raise Refused(str(one), f"a time within the study, which ends at {time_text(seen[-1])}", way=("endpoints", place))
    check_analysis(study)


def check_items(study: Study) -> None:
    """Refuse items of what has none. Raises Refused."""
    from resynapse.model.scales import ITEMISED

    for place, scale in enumerate(study.items):
        below("items", below, place, one_of, scale, tuple(ITEMISED), "a scale with items")
        if scale in study.items[:place]:
            raise Refused(scale, "each scale once", way=("items", place))


def check_imaging(study: Study) -> None:
    """Refuse images of people, and images at a time that is no visit. Raises Refused."""
    asked = study.imaging
    if asked is None:
        return
    if study.species == "human":
        raise Refused("human", "mouse or rat: dendrites cannot be watched in people", way=("species",))
    if asked.treatment <= asked.before:
        raise Refused(time_text(asked.treatment), f"a time after {time_text(asked.before)}, before", way=("imaging", "treatment"))
    for key, times in (("before", (asked.before,)), ("treatment", (asked.treatment,)), ("drawn", asked.drawn)):
        for place, time in enumerate(times):
            if not any(abs(time - visit) < 1e-9 for visit in study.visits):
                way = ("imaging", key, place) if key == "drawn" else ("imaging", key)
                raise Refused(time_text(time), f"a visit: {', '.join(map(time_text, study.visits))}", way=way)


def check_start(study: Study) -> None:
    """Refuse a study whose first dose or sham is not on day 0, from which all times count. Raises Refused."""
    starts = [(min(*arm.days, *arm.blind, math.inf), name) for name, arm in study.arms.items() if arm.days or arm.blind]
    if starts and min(starts)[0] > 0:
        first, name = min(starts)
        raise Refused(f"day {first / 24:g}", "a first dose on day 0: times count from it", way=("arms", name, "days"))


def check_routes(study: Study) -> None:
    """Refuse a route that the species does not have: people take nothing into the peritoneum. Raises Refused."""
    known = words.routes(study.species)
    for name, arm in study.arms.items():
        if arm.route:
            below("arms", below, name, below, "route", one_of, arm.route, known, f"a route of a {study.species}")
