"""The methods paragraph of a run: what a paper would say of it, with the bibliography of the numbers that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from resynapse.faces.bibliography import assumed, citation, used
from resynapse.model.population import POPULATIONS
from resynapse.study.endpoints import TIME_TO
from resynapse.study.vocabulary import DRUGS, ESTIMANDS, time_text

if TYPE_CHECKING:
    from resynapse.study.schema import Arm, Given, Intake, Intervention, Study
    from resynapse.study.simulate import RunResult

ROUTE_WORDS = {
    "iv": "intravenously", "im": "intramuscularly", "sc": "subcutaneously", "intranasal": "intranasally", "oral": "orally",
    "sublingual": "sublingually", "oral_er": "as extended-release tablets", "buccal_film": "as a buccal film", "rectal": "rectally",
    "inhaled": "by inhalation",
}  # fmt: skip
BLINDINGS = {
    "inactive": "Control was inert and blinding double.",
    "active": "Control was psychoactive and blinding double.",
    "open": "Treatment was open.",
    "anaesthesia": "Treatment was masked by anaesthesia.",
}
DISCLAIMER = "This is a simulation for research. It is not a medical device and not advice on dosing."


def lasting(one: Intervention) -> str:
    """Say when an intervention happens, or from when to when it lasts."""
    return f"at {time_text(one.time)}" if one.until is None else f"from {time_text(one.time)} to {time_text(one.until)}"


def methods_text(result: RunResult, facts: dict[str, Any]) -> str:
    """Return the paragraph and its bibliography as Markdown."""
    system, version = result.system, facts["versions"].get("resynapse", "")
    keys = used(system)
    words = [
        f"Simulations were made with Resynapse {version}, a quantitative systems pharmacology model of ketamine in depression",
        f"({len(system.states)} state variables, {len(system.params)} parameters, of which {assumed(system)} rest on assumptions;",
        f"model hash {facts['model_hash'][:12]}).",
        people(result.study, result.cohort.selection),
        *(arm_words(name, arm) for name, arm in result.study.arms.items()),
        BLINDINGS[result.study.blinding],
        conduct_words(result.study),
        f"Observations were made at {', '.join(map(time_text, result.study.visits))} after the first dose, before any dose then due.",
        "Scores were simulated with the scale's own rating error and rounded to its steps; a baseline is the value at time 0.",
        analysis_words(result.study),
        "Intervals are 90 % intervals of the estimate given the number of people simulated;"
        " they do not hold what is uncertain about the model.",
        f"The random seed was {result.study.seed}; the digest of the results is {facts['digest'][:12]}.",
    ]
    listed = "\n".join(f"{k}. {citation(key)}" for k, key in enumerate(keys, start=1))
    return f"# Methods\n\n{' '.join(filter(None, words))}\n\n*{DISCLAIMER}*\n\n## Sources of the model's numbers\n\n{listed}\n"


def analysis_words(study: Study) -> str:
    """Say how arms are compared and which estimand that answers."""
    how, kinds = study.analysis, {e.statistic for e in study.endpoints}
    parts = []
    if "change" in kinds:
        parts.append({"means": "changes from baseline as differences of means (Welch)",
                      "ancova": "changes from baseline by ANCOVA (arm and baseline)",
                      "mmrm": "changes from baseline by MMRM (arm and baseline, each by visit; unstructured covariance, REML, "
                              "Satterthwaite's degrees of freedom)"}[how.change])  # fmt: skip
    if kinds & {"response", "remission", "relapse", "incidence"}:
        parts.append({"risk_difference": "rates as risk differences with Newcombe's interval",
                      "logistic": "rates by logistic regression (arm and baseline)"}[how.rates])  # fmt: skip
    if kinds & set(TIME_TO):
        parts.append({"km": "times to an event by Kaplan-Meier and the log-rank test",
                      "cox": "times to an event by Cox regression (arm and baseline)"}[how.time_to_event])  # fmt: skip
    if not parts:
        return ""
    return f"Analysed: {'; '.join(parts)}. Estimand: {how.estimand.replace('_', ' ')} ({ESTIMANDS[how.estimand]})."


def selected(study: Study, told: Mapping[str, float]) -> str:
    """Return the sentence about enrolment and reweighting, empty where everybody took part."""
    if not told:
        return ""
    criteria = study.enrolment.criteria if study.enrolment else {}
    limits = ", ".join(f"{trait} {x if isinstance(x, str) else f'{x[0]:g} to {x[1]:g}'}" for trait, x in criteria.items())
    by = f" (criteria at screening: {limits})" if limits else ""
    out = f" {told['screened']:,.0f} candidates were seen for {told['enrolled']:,.0f} places{by}."
    if "effective_share" in told:
        table = ", ".join(study.population.reweight_to)
        share = f"{100 * told['effective_share']:.0f} %"
        out += f" They were chosen so that {table} are those of a target table; effective sample size {share}."
    return out


def people(study: Study, selection: Mapping[str, float] | None = None) -> str:
    """Return the sentences about who took part.  selection: how they were chosen, where not everybody took part."""
    meaning = POPULATIONS[study.population.of].meaning if study.population.of in POPULATIONS else study.population.of
    limits = [f"{trait} {x if isinstance(x, str) else f'{x[0]:g} to {x[1]:g}'}" for trait, x in study.population.where.items()]
    kept = f", restricted to {', '.join(limits)}" if limits else ""
    whom = "people" if study.species == "human" else "animals"
    drawn = f"{study.n:,} virtual {whom} ({meaning}{kept}) were drawn; {_allocated(study, whom)}.{selected(study, selection or {})}"
    who = study.population
    about = {"descent": who.ethnicity, "renal impairment": who.renal, "hepatic impairment": who.hepatic}
    told = ", ".join(f"{key}: {word}" for key, word in about.items() if word)
    own = "" if study.disposition == "resynapse" else f" Kinetics were those of the published model {study.disposition}."
    life = f" Stressful events befell them at random, {study.life_events:g} a year, the same in every arm." if study.life_events else ""
    return f"{drawn}{f' Of all of them, {told}.' if told else ''}{own}{life}{imaging_words(study)}"


def _allocated(study: Study, whom: str) -> str:
    """Say who got which arm."""
    how = study.randomisation
    if how is None:
        return f"every arm treated the same {whom}"
    parts = [how.ratio.get(name, 1) for name in study.arms]
    strata = f" within strata of {' and '.join(how.by)}" if how.by else ""
    return f"each got one arm, drawn in permuted blocks of {how.blocks * sum(parts)} ({' : '.join(map(str, parts))}){strata}"


def shares(result: RunResult) -> str:
    """Say how many are analysed in each arm."""
    return ", ".join(f"{result.people(name).n:,} {name.replace('_', ' ')}" for name in result.arms)


def conduct_words(study: Study) -> str:
    """Return the sentences about who left, missed sessions, was rescued, relapsed; empty where everything goes as planned."""
    out = []
    if study.adherence < 1:
        out.append(f"{100 * study.adherence:.0f} % of the sessions after the first were attended.")
    if study.dropout:
        of, seen = study.dropout, {"last": "the score of the visit before", "now": "the score of the day, which nobody sees"}
        events = "; others left after an adverse event" if of.adverse_event == "events" else ""
        out.append(
            f"In four weeks {100 * of.lack_of_effect:g} % of those without improvement left for lack of effect "
            f"(decided by {seen[of.sees]}) and {100 * of.at_random:g} % at random{events}."
        )
    if study.rescue:
        out.append(f"At visits from {time_text(study.rescue.start)} on, {study.rescue.when} was answered with {study.rescue.gives}.")
    if study.natural_course == "drawn":
        out.append("Recovery and relapse were drawn week by week.")
    if study.rater_bias:
        out.append(f"Raters who guessed took off up to {study.rater_bias:g} points.")
    return " ".join(out)


def imaging_words(study: Study) -> str:
    """Return the sentence about dendrites, empty where none is watched."""
    asked = study.imaging
    if asked is None:
        return ""
    return (
        f" In {min(asked.animals, study.n)} animals of each arm one dendrite of {asked.spines} spines was imaged at every visit, each "
        f"site a Markov chain (absent, young, established) with the rates of its own course; a place that had held a spine was taken "
        f"{asked.memory:g} times as readily as another."
    )


def other_drug(name: str, taken: Intake) -> str:
    """Return in words what another drug was: rifampicin for 6 d, stopped 3 d before."""
    factors = [f"{key} {getattr(taken, key):g}" for key in ("gut", "liver", "metabolite", "flow") if getattr(taken, key) != 1]
    told = f"enzymes or flow changed ({', '.join(factors)})" if factors else name.replace("_", " ")
    days = "" if taken.days is None else f" for {taken.days:g} d"
    return f"{told}{days}{f', stopped {taken.stopped:g} d before' if taken.stopped else ''}"


def arm_words(name: str, arm: Arm) -> str:
    """Return the sentences about one arm: what it got, or what it got in each phase; rules, cuts and interventions."""
    acts = f" Interventions: {', '.join(f'{i.state} {lasting(i)}' for i in arm.interventions)}." if arm.interventions else ""
    rules = f" Rules: {'; '.join(f'{rule.when}: {rule.do}' for rule in arm.policy)}." if arm.policy else ""
    beside = f", beside {' and '.join(other_drug(d, t) for d, t in arm.given_with.items())}" if arm.given_with else ""
    cut = f", with the model changed by {', '.join(arm.cut)}" if arm.cut else ""
    return f"Arm {name} got {'; '.join(_phases(arm)) or _given(arm)}{beside}{cut}.{rules}{acts}"


def _phases(arm: Arm) -> Iterator[str]:
    """Give what each phase brings; its days count from its own start."""
    for phase in arm.phases:
        who = f" (those with {phase.who})" if phase.who else ""
        yield f"from {time_text(phase.start)} on{who} {_given(phase)}" if phase.start else _given(phase)


def _given(arm: Given) -> str:
    """Return what is given, and the other treatments at the same time."""
    beside = f", with {' and '.join(arm.beside)}" if arm.beside else ""
    if arm.drug == "none":
        return f"no {'drug' if beside else 'treatment'}{beside}"
    days = f" on day{'s' if len(arm.days) > 1 else ''} {', '.join(f'{d / 24:.4g}' for d in arm.days)}" if arm.days else ""
    amounts = list(dict.fromkeys(f"{value:g} {unit}" for value, unit in arm.doses)) if DRUGS[arm.drug].active else []
    dose = f" {' then '.join(amounts)}" if len(amounts) < 3 else f" {amounts[0]} rising or falling to {amounts[-1]}"
    lengths = " then ".join(map(time_text, arm.lengths)) or (time_text(arm.over) if arm.over else "")
    over = f" over {lengths}" if lengths else ""
    route = f" {ROUTE_WORDS.get(arm.route, arm.route)}" if arm.route else ""
    sham = f", with sham on days {', '.join(f'{d / 24:.4g}' for d in arm.blind)}" if arm.blind else ""
    return f"{arm.drug}{dose if amounts else ''}{route}{over}{days}{sham}{beside}"
