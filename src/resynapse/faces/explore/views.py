"""What stands on the page: fields, panels, tabs.  Only tags; what they show is decided by the server, or by files beside a static page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from htmltools import HTML, Tag, TagChild, TagList, tags
from shiny import ui

from resynapse.faces.explore.regimen import EXAMPLE_PATIENT, NAMES, Regimen, choices, presets
from resynapse.faces.explore.story import PANELS, specification
from resynapse.model.population import POPULATIONS
from resynapse.study.vocabulary import DRUGS, populations, routes

WARNING = "For research and teaching only: a simulation, not medical advice."
TABS = {"story": "Story", "trial": "Trial", "person": "Person", "evidence": "Evidence", "about": "About"}
BACKGROUNDS = {"none": "nothing beside it", "stable_ad": "an antidepressant as before", "new_ad": "a new antidepressant"}
START = (
    Regimen(days="0, 3, 7, 10, 14, 17"),
    Regimen("midazolam", "iv", "0.045 mg/kg", "40 min", "0, 3, 7, 10, 14, 17"),
    Regimen("esketamine", "intranasal", "56 mg", "", "0, 3, 7, 10, 14, 17"),
)


def page(body: TagChild, head: TagChild = None, shown: tuple[str, ...] = tuple(TABS)) -> Tag:
    """Return the page's frame: title, the warning that always stays in sight, the tabs shown, footer."""
    buttons = [
        tags.button(
            words,
            type="button",
            role="tab",
            id=f"tab-button-{name}",
            data_tab=name,
            aria_controls=f"tab-{name}",
            aria_selected=str(name == "story").lower(),
        )
        for name, words in TABS.items()
        if name in shown
    ]
    return tags.div(
        head,
        tags.header(
            tags.h1("Resynapse"),
            tags.p("ketamine in depression, from dose to synapse to symptom"),
            tags.button("Light or dark", id="theme", type="button", class_="plain"),
            class_="top",
        ),
        tags.p(tags.strong(WARNING), class_="note", role="note"),
        tags.div(*buttons, role="tablist", aria_label="Parts of the page"),
        tags.main(body),
        tags.footer(f"{WARNING} Resynapse is open software under Apache-2.0; every number has its source under “How do we know?”."),
        class_="page",
    )


def tab(name: str, *content: TagChild) -> Tag:
    """Return one tab's panel; the story is open first."""
    return tags.section(
        *content, role="tabpanel", id=f"tab-{name}", aria_labelledby=f"tab-button-{name}", hidden=None if name == "story" else ""
    )


def field_error(field: str, input_id: str) -> Tag:
    """Return the place beside a field where it is said what is wrong with it."""
    return tags.p(class_="field-error", id=f"error-{input_id}", data_field=field, data_input=input_id, hidden="", role="alert")


def regimen_fields(name: str, start: Regimen) -> Tag:
    """Return the fields of one regimen."""
    key = name.lower()
    text = lambda what, words, value: TagList(ui.input_text(f"{what}_{key}", words, value), field_error(f"{name}.{what}", f"{what}_{key}"))  # noqa: E731
    fields = TagList(
        tags.div(
            tags.div(
                ui.input_select(f"drug_{key}", "Drug", choices(tuple(DRUGS)), selected=start.drug),
                field_error(f"{name}.drug", f"drug_{key}"),
            ),
            tags.div(
                ui.input_select(f"route_{key}", "Route", choices(routes("human")), selected=start.route),
                field_error(f"{name}.route", f"route_{key}"),
            ),
            tags.div(text("dose", "Dose, with unit", start.dose)),
            tags.div(text("over", "Over (infusions)", start.over)),
            class_="pair",
        ),
        text("days", "Days of treatment: type, or click below", start.days),
        tags.div(class_="days", data_days=f"days_{key}", role="group", aria_label=f"Days of treatment of regimen {name}"),
        ui.input_select(f"background_{key}", "Beside it", BACKGROUNDS, selected=start.background),
    )
    if name == "A":
        return tags.fieldset(tags.legend("Regimen A"), fields)
    return tags.fieldset(
        tags.legend(f"Regimen {name}"),
        ui.input_checkbox(f"on_{key}", "compare", name == "B"),
        tags.details(tags.summary("its fields"), fields),
    )


def people_fields() -> Tag:
    """Return the fields of the people."""
    of = {name: POPULATIONS[name].meaning for name in populations("human") if name != "child"}
    trait = lambda name, words: tags.div(ui.input_text(f"trait_{name}", words, ""), field_error(f"people.{name}", f"trait_{name}"))  # noqa: E731
    person = tags.details(
        tags.summary("One person (leave blank what is not known)"),
        tags.div(
            trait("age", "Age, years"),
            tags.div(
                ui.input_select("trait_sex", "Sex", {"": "any", "female": "female", "male": "male"}), field_error("people.sex", "trait_sex")
            ),
            trait("weight", "Weight, kg"),
            trait("severity", "MADRS now"),
            class_="pair",
        ),
        trait("failed_trials", "Antidepressants that failed"),
    )
    return tags.fieldset(
        tags.legend("People"),
        ui.input_select("population", "Population", of, selected="trd_adult"),
        field_error("people.of", "population"),
        person,
        tags.div(
            tags.div(ui.input_select("n", "Virtual people", {"200": "200", "500": "500", "2000": "2,000"}, selected="500")),
            tags.div(
                ui.input_select(
                    "weeks",
                    "Followed for",
                    {"1": "1 week", "2": "2 weeks", "4": "4 weeks", "12": "12 weeks", "26": "26 weeks"},
                    selected="4",
                )
            ),
            class_="pair",
        ),
        field_error("people.n", "n"),
    )


def side() -> Tag:
    """Return the fields of the story and the trial."""
    asked = {"": "choose …"} | {name: name.replace("_", " ") for name in presets()}
    return tags.aside(
        tags.details(
            tags.summary("Regimens and people"),
            ui.input_select("preset", "Start from a study", asked),
            *(regimen_fields(name, start) for name, start in zip(NAMES, START, strict=True)),
            people_fields(),
            open="",
        ),
        class_="side",
    )


def tools() -> Tag:
    """Return the bar above the panels: who is which colour, the moment shown, bands or single people."""
    return tags.div(
        tags.span(id="legend", aria_label="Regimens"),
        tags.label(
            "Moment ",
            tags.input(id="moment", type="range", min="0", max="1000", step="5", value="400", aria_label="Moment shown"),
            " ",
            tags.output("24 h", id="moment-words"),
        ),
        tags.label(tags.input(id="mode", type="checkbox"), " single people"),
        tags.span(id="story-drawn", hidden=""),
        class_="tools",
    )


def story_panels(know: Mapping[str, TagChild]) -> TagList:
    """Return the panels in order, the dendrites after the synapses; know: what stands in the drawer of each panel."""
    out: list[TagChild] = []
    for p in PANELS:
        out.append(
            tags.article(
                tags.h3(p.title),
                tags.p(p.words),
                tags.div(id=f"panel-{p.name}", class_="plot", role="img", aria_label=p.title),
                tags.p(id=f"says-{p.name}", class_="says"),
                drawer(know.get(p.name)),
                class_="panel",
                id=f"about-{p.name}",
            )
        )
        if p.name == "synapses":
            out.append(dendrite_panel())
    return TagList(
        tags.script(HTML(json.dumps(specification()).replace("</", "<\\/")), id="panels-specification", type="application/json"),
        tags.div(*out, class_="panels"),
    )


def drawer(inside: TagChild) -> TagChild:
    """Return the drawer under a panel."""
    return None if inside is None else tags.details(tags.summary("How do we know?"), inside, class_="know")


def dendrite_panel() -> Tag:
    """Return the place where dendrites are drawn."""
    return tags.article(
        tags.h3("One dendrite in each region"),
        tags.p("Move the moment above: spines that stress took away come back, some where one had been, some at a new place."),
        tags.div(id="dendrites", class_="dendrites"),
        tags.p(
            tags.b("circle"),
            " kept  ",
            tags.b("square"),
            " back where one was lost  ",
            tags.b("diamond"),
            " at a new place  ",
            tags.b("dashed"),
            " lost",
            class_="keys",
        ),
        tags.p("One drawn example of a typical person's rates; counts scatter as they would under a microscope.", class_="says"),
        class_="panel",
        id="about-dendrites",
    )


def card(title: str, big: str, small: str) -> Tag:
    """Return one number with its name and what belongs to it."""
    return tags.div(tags.h3(title), tags.div(big, class_="big"), tags.p(small), class_="card")


def plot(name: str, label: str, tall: bool = False) -> Tag:
    """Return the place of a figure."""
    return tags.div(id=name, class_="plot tall" if tall else "plot", role="img", aria_label=label)


def plain_table(rows: list[dict[str, Any]]) -> Tag:
    """Return rows as a plain table."""
    if not rows:
        return tags.p("Nothing here.")
    head = tags.tr(*(tags.th(k, scope="col") for k in rows[0]))
    return tags.div(
        tags.table(tags.thead(head), tags.tbody(*(tags.tr(*(tags.td(v) for v in row.values())) for row in rows)), class_="plain-table"),
        class_="wide",
    )


def trial_tab() -> Tag:
    """Return the trial's fields and results; its arms are the regimens of the story."""
    return tab(
        "trial",
        tags.h2("A virtual trial of these regimens"),
        tags.p("The regimens and people of the story, as arms of one trial. The control is the arm that the others are compared with."),
        tags.div(
            tags.div(ui.input_select("control", "Control", {"B": "Regimen B"})),
            tags.div(
                ui.input_select(
                    "blinding",
                    "Blinding",
                    {
                        "inactive": "against an inert control",
                        "active": "against a psychoactive control",
                        "open": "open label",
                        "anaesthesia": "masked under anaesthesia",
                    },
                    selected="active",
                )
            ),
            tags.div(ui.input_numeric("trial_n", "People in each arm", 1000, min=20, max=20_000), field_error("trial.n", "trial_n")),
            class_="cards",
        ),
        tags.p(
            ui.input_action_button("trial_run", "Run the trial", class_="plain strong"),
            " ",
            ui.input_action_button("trial_stop", "Stop", class_="plain"),
            " ",
        ),
        ui.output_ui("trial_state"),
        ui.output_ui("trial_cards"),
        tags.div(
            tags.article(tags.h3("Mean score"), plot("trial-score", "Mean score by arm"), class_="panel"),
            tags.article(
                tags.h3("Response and remission at the end"), plot("trial-rates", "Response and remission by arm"), class_="panel"
            ),
            class_="panels",
        ),
        ui.output_ui("trial_tables"),
    )


def person_tab() -> Tag:
    """Return the forecast of one person and the eligibility panel."""
    return tab(
        "person",
        tags.h2("One person: forecast from doses and scores"),
        tags.p("Paste a table, or choose a CSV file of at most 200 kB. It stays in this program; nothing is sent anywhere."),
        ui.input_text_area("patient_table", "Doses (EVID 1) and scores (EVID 0)", value=EXAMPLE_PATIENT, rows=10, spellcheck="false"),
        ui.input_file("patient_file", "or a file", accept=[".csv"], multiple=False),
        tags.div(tags.div(ui.input_text("forecast_at", "Forecast at these days after the first dose", "10, 14, 21, 28")), class_="cards"),
        tags.p(ui.input_action_button("forecast_run", "Forecast", class_="plain strong")),
        ui.output_ui("forecast_state"),
        plot("forecast-plot", "Forecast of the depression score", tall=True),
        ui.output_ui("forecast_tables"),
        tags.h2("Who may be treated?"),
        tags.p("Criteria as data: what is met, what is violated, what is not known. Only a clinician judges a patient."),
        ui.input_text_area("eligible_text", "What is known of the person", value=EXAMPLE_PERSON, rows=10, spellcheck="false"),
        tags.p(ui.input_action_button("eligible_run", "Judge by the rules", class_="plain strong")),
        ui.output_ui("eligible_result"),
    )


EXAMPLE_PERSON = """drug: esketamine
diagnosis: trd
age: 46
sex: female
weight: 78 kg
madrs: 36
failed_antidepressants: 3
sbp: 128 mmHg
dbp: 80 mmHg
hypersensitivity: no
"""


def evidence_tab(areas: list[str], quantities: list[str]) -> Tag:
    """Return the browser of the evidence."""
    verdicts = {"": "all", "agrees": "agrees", "disagrees": "disagrees", "not_simulated": "not simulated"}
    return tab(
        "evidence",
        tags.h2("What the world measured, and what the model says of it"),
        tags.div(
            tags.div(ui.input_select("ev_area", "Area", {"": "all", **choices(areas)})),
            tags.div(ui.input_selectize("ev_quantity", "Quantity", {"": "all", **choices(quantities)})),
            tags.div(ui.input_select("ev_verdict", "Verdict", verdicts)),
            tags.div(ui.input_text("ev_words", "Words in source, arm or note", "")),
            class_="cards",
        ),
        ui.output_ui("ev_count"),
        plot("evidence-plot", "Predicted against observed", tall=True),
        tags.p("Click a point, or a row below, for its source and the simulated experiment.", class_="says"),
        ui.output_data_frame("ev_table"),
        ui.output_ui("ev_detail"),
    )


def about_tab() -> Tag:
    """Return what the page is and is not."""
    return tab(
        "about",
        tags.h2("What this is"),
        tags.p(
            "Virtual people are given ketamine, and a model carries the dose through blood and brain, receptors, glutamate, BDNF and "
            "synapses to a depression score. Every step is an equation with sources; every published number that can be reproduced is "
            "laid beside what the model predicts, and where they disagree, the page says so."
        ),
        tags.h2("What it is not"),
        tags.p(
            "It is no medical device, and it gives no dosing advice. It predicts groups under the conditions of trials. It does not know "
            "you or your patient. Much of the chain between receptor and mood is known only in outline; "
            "a number marked as assumed is just that."
        ),
        tags.h2("How to read the pictures"),
        tags.ul(
            tags.li("A line is the middle person; the dark band holds half of all people, the light one nine of ten."),
            tags.li("The left half of a picture is the first day, on a scale that keeps minutes visible; the right half is days."),
            tags.li("Move the moment to see one time in all pictures, and the dendrites at that time."),
            tags.li("“Single people” shows a dozen of the virtual people instead of bands."),
        ),
    )
