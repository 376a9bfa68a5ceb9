"""The live page: what happens between a field and a picture.  Long work runs beside the page and can be stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from shiny import Inputs, Outputs, Session, reactive, render, req, ui

from resynapse.faces.explore import dendrites, evidence, person, trial
from resynapse.faces.explore.regimen import NAMES, Asked, People, Regimen, field_errors, presets, title
from resynapse.faces.explore.story import courses, sentences, stopping, told
from resynapse.faces.explore.views import plain_table
from resynapse.notation import InputError
from resynapse.study.simulate import RunResult

WAIT_S = 0.35  # after the last key, before the story is simulated again


def asked_of(input: Inputs) -> Asked:
    """Return what the fields ask."""
    regimens = {}
    for name in NAMES:
        key = name.lower()
        if name == "A" or input[f"on_{key}"]():
            fields = ("drug", "route", "dose", "over", "days", "background")
            regimens[name] = Regimen(*(input[f"{what}_{key}"]() for what in fields))
    traits = {name: input[f"trait_{name}"]() for name in ("age", "sex", "weight", "severity", "failed_trials")}
    return Asked(regimens, People(input.population(), int(input.n()), 1, traits), int(input.weeks()))


def names_of(asked: Asked) -> dict[str, str]:
    """Return what each arm is called on the page."""
    return {name: f"{name}: {title(one)}" for name, one in asked.regimens.items()}


def serve(input: Inputs, output: Outputs, session: Session) -> None:
    """Connect one browser's page."""
    _story(input, session)
    _trial(input, session)
    _person(input, session)
    _evidence(input, session)


def finished(task: Any) -> Any:
    """Return what a task has made; a reader of one that has not ended well waits quietly (an error raised here would end the page)."""
    req(task.status() == "success")
    return task.result()


def settled(read: Callable[[], Any]) -> Callable[[], Any]:
    """Return a reactive value that follows `read` once it has stood still for a moment."""
    value: reactive.Value[Any] = reactive.Value(None)
    latest: dict[str, Any] = {"count": 0}

    @reactive.effect
    async def _follow() -> None:
        now = read()
        latest["count"] += 1
        mine, first = latest["count"], value._value is None

        async def later() -> None:
            await asyncio.sleep(0 if first else WAIT_S)
            if mine == latest["count"]:
                async with reactive.lock():
                    value.set(now)
                    await reactive.flush()

        asyncio.create_task(later())

    return value


def _story(input: Inputs, session: Session) -> None:
    asked = settled(lambda: asked_of(input))

    @reactive.effect
    @reactive.event(input.preset)
    def _preset() -> None:
        if found := presets().get(input.preset()):
            fill(found.regimens, found.population, found.weeks, found.blinding)

    @reactive.extended_task
    async def draw(now: Asked) -> Drawn:
        return await asyncio.to_thread(_drawn, now)

    @reactive.extended_task
    async def grow(of: Drawn) -> dict[str, Any]:
        return await asyncio.to_thread(dendrites.drawn, of.result, of.asked.end_h)

    @reactive.effect
    async def _check() -> None:
        now = asked()
        if now is None:
            return
        errors = field_errors(now)
        await session.send_custom_message("errors", {"errors": errors})
        if not errors:
            draw.cancel()
            draw(now)

    @reactive.effect
    async def _show() -> None:
        if draw.status() == "error":
            ui.notification_show(str(draw.error()), type="warning")
        made = finished(draw)
        await session.send_custom_message("story", made.story)
        grow.cancel()
        grow(made)

    @reactive.effect
    async def _grown() -> None:
        await session.send_custom_message("dendrites", finished(grow))


@dataclass(frozen=True)
class Drawn:
    """A story: what was asked, the result, and what the page's script needs of it."""

    asked: Asked
    result: RunResult
    story: dict[str, Any]


def _drawn(asked: Asked) -> Drawn:
    result = told(asked.study())
    story = {"courses": courses(result), "names": names_of(asked), "sentences": sentences(result), "end": asked.end_h}
    return Drawn(asked, result, story)


def fill(regimens: tuple[Regimen, ...], population: str, weeks: int, blinding: str) -> None:
    """Put regimens, population and length into the fields."""
    for name, one in zip(NAMES, regimens, strict=False):
        key = name.lower()
        ui.update_select(f"drug_{key}", selected=one.drug)
        ui.update_select(f"route_{key}", selected=one.route)
        ui.update_select(f"background_{key}", selected=one.background)
        for what in ("dose", "over", "days"):
            ui.update_text(f"{what}_{key}", value=getattr(one, what))
    for k, name in enumerate(NAMES[1:], 1):
        ui.update_checkbox(f"on_{name.lower()}", value=k < len(regimens))
    ui.update_select("population", selected=population)
    ui.update_select("weeks", selected=str(min((w for w in (1, 2, 4, 12, 26) if w >= weeks), default=26)))
    ui.update_select("blinding", selected=blinding)


@dataclass(frozen=True)
class TrialDesk:
    """What the parts of the trial's page share: the running task, the wish to stop it, how far it is, what is wrong with the fields."""

    task: Any
    stop: threading.Event
    progress: dict[str, str]
    wrong: reactive.Value[str]


def _trial(input: Inputs, session: Session) -> None:
    stop, progress = threading.Event(), {"text": ""}

    @reactive.extended_task
    async def work(order: trial.Order) -> trial.Outcome:
        def tell(text: str, done: int, whole: int) -> None:
            progress["text"] = f"{text} ({done} of {whole})"

        return await asyncio.to_thread(trial.run, order, stopping(tell, stop.is_set))

    desk = TrialDesk(work, stop, progress, reactive.Value(""))
    _trial_asked(input, session, desk)
    _trial_shown(session, desk)
    _trial_taken(desk)


def _trial_asked(input: Inputs, session: Session, desk: TrialDesk) -> None:
    """Connect the fields and buttons of the trial."""

    @reactive.effect
    def _controls() -> None:
        known = {name: f"{name}: {title(one)}" for name, one in asked_of(input).regimens.items()}
        with reactive.isolate():
            before = input.control()
        ui.update_select("control", choices=known, selected=before if before in known else list(known)[-1])

    @reactive.effect
    @reactive.event(input.trial_run)
    async def _start() -> None:
        asked = asked_of(input)
        order = trial.Order(asked, input.control(), input.blinding(), input.trial_n())
        errors = field_errors(asked) | trial.order_errors(order)
        await session.send_custom_message("errors", {"errors": errors})
        desk.wrong.set("; ".join(f"{k}: {v}" for k, v in errors.items()))
        if not errors:
            desk.stop.clear()
            desk.task(order)

    @reactive.effect
    @reactive.event(input.trial_stop)
    def _stop() -> None:
        desk.stop.set()


def _trial_shown(session: Session, desk: TrialDesk) -> None:
    """Show how far the trial is, and what came out."""

    @render.ui
    def trial_state() -> Any:
        if desk.wrong():
            return ui.tags.p(f"The fields above need a look: {desk.wrong()}", class_="field-error", role="alert")
        if desk.task.status() == "running":
            reactive.invalidate_later(0.3)
            return ui.tags.p(f"Working: {desk.progress['text'] or 'setting up'} …", class_="busy", role="status")
        if desk.task.status() == "error":
            said = "Stopped." if desk.stop.is_set() else str(desk.task.error())
            return ui.tags.p(said, class_="busy", role="status")
        return None

    @render.ui
    def trial_cards() -> Any:
        return trial.cards(finished(desk.task))

    @render.ui
    def trial_tables() -> Any:
        return ui.tags.div(
            ui.tags.h3("All endpoints"),
            plain_table(trial.rows(finished(desk.task))),
            ui.download_button("download_study", "Study (YAML)", class_="plain"),
            " ",
            ui.download_button("download_tables", "Tables and report (ZIP)", class_="plain"),
        )

    @reactive.effect
    async def _figures() -> None:
        for message in trial.figures(finished(desk.task)):
            await session.send_custom_message("figure", message)


def _trial_taken(desk: TrialDesk) -> None:
    """Let the study and the tables be taken away."""

    @render.download_button(filename="study.yaml")
    def download_study() -> Any:
        yield desk.task.result().study_text

    @render.download_button(filename="resynapse_trial.zip")
    async def download_tables() -> AsyncIterator[bytes]:
        yield await asyncio.to_thread(trial.archive, desk.task.result())


def _person(input: Inputs, session: Session) -> None:
    @reactive.extended_task
    async def work(text: str, at: str) -> person.Seen:
        return await asyncio.to_thread(person.forecast, text, at)

    @reactive.effect
    @reactive.event(input.patient_file)
    def _file() -> None:
        for one in input.patient_file() or ():
            try:
                ui.update_text_area("patient_table", value=person.read_upload(one))
            except InputError as why:
                ui.notification_show(str(why), type="error", duration=8)

    @reactive.effect
    @reactive.event(input.forecast_run)
    def _start() -> None:
        work(input.patient_table(), input.forecast_at())

    @render.ui
    def forecast_state() -> Any:
        if work.status() == "running":
            return ui.tags.p("Working …", class_="busy", role="status")
        if work.status() == "error":
            return ui.tags.p(str(work.error()), class_="field-error", role="alert")
        return None

    @reactive.effect
    async def _figure() -> None:
        await session.send_custom_message("figure", finished(work).figure)

    @render.ui
    def forecast_tables() -> Any:
        return finished(work).below

    @render.ui
    @reactive.event(input.eligible_run)
    async def eligible_result() -> Any:
        return await asyncio.to_thread(person.eligibility, input.eligible_text())


def _evidence(input: Inputs, session: Session) -> None:
    @reactive.calc
    def chosen() -> list[evidence.Line]:
        return evidence.chosen(input.ev_area(), input.ev_quantity(), input.ev_verdict(), input.ev_words())

    picked: reactive.Value[str] = reactive.Value("")

    @render.ui
    def ev_count() -> Any:
        return ui.tags.p(evidence.counted(chosen()))

    @reactive.effect
    async def _figure() -> None:
        await session.send_custom_message("figure", evidence.figure(chosen()))

    @render.data_frame
    def ev_table() -> Any:
        return render.DataGrid(evidence.table(chosen()), selection_mode="row", height="420px", width="100%")

    @reactive.effect
    @reactive.event(input.ev_click)
    def _clicked() -> None:
        picked.set(str(input.ev_click()))

    @reactive.effect
    def _selected() -> None:
        rows = ev_table.cell_selection()["rows"]
        if rows:
            with reactive.isolate():
                picked.set(chosen()[rows[0]].row.id)

    @render.ui
    def ev_detail() -> Any:
        return evidence.detail(picked())
