"""The forecast command: a table of patients in; forecasts, what was learned, next sessions, pictures and a report out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resynapse.faces.page import Picture, Table, number, render, span
from resynapse.faces.run_folder import new_folder, write_csv, write_facts

if TYPE_CHECKING:
    import pandas as pd

    from resynapse.study.forecast import Forecast, Forecasts

Tell = Callable[[str, int, int], None]
COLUMNS = ("ID", "time_h", "quantity", "kind", "mean", "sd", "q05", "q25", "q50", "q75", "q95", "p_response", "p_remission")
LEARNED = ("ID", "parameter", "unit", "prior_mean", "prior_sd", "mean", "sd", "q05", "q95", "contraction", "use")
DIAGNOSTIC = ("ID", "method", "rounds", "people", "pareto_k", "effective_people", "verdict", "use")
NEXT = ("ID", "scale", "what", "day", "value", "q05", "q95", "chance", "use")
USE = "research use only; not medical advice"
SHOWN = 40  # patients drawn in the report; all have their picture in the folder
GOOD_K = 0.7


def forecast(table: str | Path, at: str | Sequence[float], seed: int = 1, risk: float = 0.2, fit: str = "newest") -> pd.DataFrame:
    """Forecast everybody in a table of patients; at: days after the first dose.  Research use only.

    Returns the rows of forecast.csv: two for each quantity and time, `observed` (a new rating) and `true`.
    """
    import pandas as pd

    from resynapse.study.forecast import forecast_table

    made = forecast_table(table, at, seed, risk, fit)
    return pd.DataFrame([row for one in made.people for row in forecast_rows(one)], columns=list(COLUMNS))


def write_forecast(order: tuple[Path, str, int, float, str], out: Path, command: list[str], tell: Tell) -> list[str]:
    """Forecast a table and write the folder; order: (table, times, seed, risk, fit).  Returns the lines to print.

    Raises InputError for a table, times or an `out` that cannot be used; nothing is written then.
    """
    from resynapse.study.forecast import forecast_table
    from resynapse.study.lookalikes import Lookalikes
    from resynapse.study.patient_table import unused_columns
    from resynapse.study.provenance import provenance

    path, at, seed, risk, fit = order
    with new_folder(out, "forecast") as folder:
        made = forecast_table(path, at, seed, risk, fit, progress=tell)
        unused = unused_columns(path)
        facts = provenance(Lookalikes(made.people[0].patient, seed).system, seed, made.digest, command)
        tell("writing tables and report", 1, 1)
        write_tables(made, folder)
        pictures = write_pictures(made, folder / "figures")
        text = page(made, pictures, {**facts, "columns not read": ", ".join(unused) or "none"})
        (folder / "report.html").write_text(text, encoding="utf-8")
        write_facts(folder, "forecast", {**facts, "use": USE, "columns_not_read": list(unused), "risk": risk, "at": at, "fit": fit})
    return summary_lines(made, unused)


def write_tables(made: Forecasts, folder: Path) -> None:
    """Write forecast.csv, posterior.csv, diagnostics.csv, next_session.csv and the notice."""
    write_csv(folder / "forecast.csv", COLUMNS, [row for one in made.people for row in forecast_rows(one)])
    write_csv(folder / "posterior.csv", LEARNED, [row for one in made.people for row in learned_rows(one)])
    write_csv(folder / "diagnostics.csv", DIAGNOSTIC, [diagnostic_row(one) for one in made.people])
    write_csv(folder / "next_session.csv", NEXT, [row for one in made.people for row in next_rows(one, made.risk)])
    (folder / "NOTICE.txt").write_text(f"{notice()}\n", encoding="utf-8")


def notice() -> str:
    """Return what is said on every output."""
    from resynapse.study.eligibility import DISCLAIMER

    return DISCLAIMER


def forecast_rows(one: Forecast) -> Iterator[dict[str, Any]]:
    """Yield the rows of forecast.csv of one person; a chance without a meaning is left empty."""
    for row in one.rows:
        s = row.spread
        points = dict(zip(("q05", "q25", "q50", "q75", "q95"), s.quantiles, strict=True))
        chances = {name: "" if p is None else p for name, p in zip(("p_response", "p_remission"), s.chance, strict=True)}
        yield {"ID": one.patient.name, "time_h": float(row.time_h), "quantity": row.quantity, "kind": row.kind,
               "mean": s.mean, "sd": s.sd, **points, **chances}  # fmt: skip


def learned_rows(one: Forecast) -> Iterator[dict[str, Any]]:
    """Yield the rows of posterior.csv of one person."""
    for x in one.learned:
        yield {"ID": one.patient.name, "parameter": x.parameter, "unit": x.unit, "prior_mean": x.prior[0], "prior_sd": x.prior[1],
               "mean": x.posterior[0], "sd": x.posterior[1], "q05": x.q05, "q95": x.q95,
               "contraction": x.contraction, "use": USE}  # fmt: skip


def diagnostic_row(one: Forecast) -> dict[str, Any]:
    """Return how well one person's virtual people represent the posterior."""
    p = one.posterior
    return {"ID": one.patient.name, "method": p.method, "rounds": p.rounds, "people": len(p.z), "pareto_k": p.k,
            "effective_people": p.ess, "verdict": verdict(one), "use": USE}  # fmt: skip


def verdict(one: Forecast) -> str:
    """Say in a word whether the forecast can be trusted as a computation."""
    return "good" if one.posterior.k <= GOOD_K and one.posterior.ess >= 100 else "poor: few virtual people are like this"


def next_rows(one: Forecast, risk: float) -> Iterator[dict[str, Any]]:
    """Yield the rows of next_session.csv of one person; days are counted from the first dose."""
    if one.next is None:
        return
    n = one.next
    base = {"ID": one.patient.name, "scale": n.scale, "use": USE, "day": "", "value": "", "q05": "", "q95": "", "chance": ""}
    yield {**base, "what": "below the threshold of relapse now", "day": one.patient.now / 24, "value": n.threshold, "chance": n.well}
    for r in n.relapse:
        yield {**base, "what": "relapse by this day without a further session", "day": r.day, "chance": r.chance}
    if n.latest is not None:
        words = "no session needed before this day" if n.beyond else "latest day of a session"
        yield {**base, "what": words, "day": n.latest, "chance": risk}
    for b in n.benefit:
        what = "points lower in the week after one more session on this day"
        yield {**base, "what": what, "day": b.day, "value": b.mean, "q05": b.q05, "q95": b.q95, "chance": b.helps}
    if n.unlikely:
        yield {**base, "what": "further sessions are unlikely to help", "chance": max(b.helps for b in n.benefit)}


def advice(one: Forecast, risk: float) -> str:
    """Return the next session in a sentence or two."""
    n = one.next
    if n is None:
        return "No session of ketamine so far: nothing is said of a next one."
    parts = []
    if not n.relapse:
        parts.append(f"Not below the threshold of relapse ({n.scale} {n.threshold:g}) now.")
    elif n.latest is None:
        parts.append(f"Without a further session the chance of relapse is above {risk:.0%} at once.")
    elif n.beyond:
        parts.append(f"Without a further session the chance of relapse stays at {risk:.0%} or less until day {n.latest:g} at least.")
    else:
        parts.append(f"Without a further session the chance of relapse stays at {risk:.0%} or less until day {n.latest:g}.")
    first = n.benefit[0]
    parts.append(
        f"One more session on day {first.day:g}: {number(first.mean)} points lower over the week after it "
        f"(90 %: {span(first.q05, first.q95)}), chance that it helps {first.helps:.0%}."
    )
    if n.unlikely:
        parts.append("Further sessions are unlikely to help.")
    return " ".join(parts)


def write_pictures(made: Forecasts, folder: Path) -> list[Picture]:
    """Write one picture for each person and return those of the report."""
    from resynapse.faces import style
    from resynapse.faces.forecast_figure import forecast_figure

    out, used = [], set()
    for k, one in enumerate(made.people):
        figure = forecast_figure(one)
        stem = re.sub(r"[^\w.-]", "_", one.patient.name)
        name = stem if stem not in used else f"{stem}_{k + 1}"
        used.add(name)
        style.save(figure, folder / f"{name}.svg")
        if k < SHOWN:
            out.append(Picture(style.inline(figure, f"Forecast of patient {one.patient.name}"), advice(one, made.risk)))
    return out


def page(made: Forecasts, pictures: list[Picture], facts: dict[str, Any]) -> str:
    """Return the report."""
    head = ["patient", "day", "quantity", "median", "50 %", "90 %", "response", "remission"]
    rows = [
        [one.patient.name, number(r.time_h / 24), r.quantity, number(r.spread.quantiles[2]), span(*r.spread.quantiles[1:4:2]),
         span(r.spread.quantiles[0], r.spread.quantiles[4]), *("–" if p is None else f"{p:.0%}" for p in r.spread.chance)]
        for one in made.people for r in one.rows if r.kind == "observed"
    ]  # fmt: skip
    words = ("ID", "method", "verdict")
    told = [diagnostic_row(one) for one in made.people]
    checks = [[str(row[c]) if c in words else number(float(row[c])) for c in DIAGNOSTIC[:-1]] for row in told]
    learned = [
        [one.patient.name, x.parameter, number(x.prior[0]), number(x.posterior[0]), span(x.q05, x.q95), f"{x.contraction:.0%}"]
        for one in made.people for x in one.learned if x.contraction > 0.1
    ]  # fmt: skip
    shown = ("seed", "digest", "model_hash", "command", "python", "platform", "columns not read")
    return render("forecast.html.j2", {
        "title": "How will these people fare?", "kicker": "Forecast", "version": facts["versions"]["resynapse"],
        "notice": notice(), "pictures": pictures,
        "left_out": max(0, len(made.people) - SHOWN),
        "forecasts": Table(head, rows, (1, 3, 4, 5, 6, 7)),
        "checks": Table(DIAGNOSTIC[:-1], checks, (2, 3, 4, 5)),
        "learned": Table(["patient", "parameter", "people's mean", "mean now", "90 % now", "spread taken away"], learned, (2, 3, 4, 5)),
        "provenance": Table(["fact", "value"], [[k, _text(facts[k])] for k in shown if k in facts]),
    })  # fmt: skip


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def summary_lines(made: Forecasts, unused: Sequence[str]) -> list[str]:
    """Return a few lines for the terminal."""
    lines = []
    for one in made.people[:20]:
        last = [r for r in one.rows if r.kind == "observed" and r.quantity == one.main][-1]
        q = last.spread.quantiles
        score = f"{one.main} on day {last.time_h / 24:g}: {number(q[2])} (90 %: {span(q[0], q[4])})"
        lines.append(f"{one.patient.name}: {score}. {advice(one, made.risk)}")
    poor = [one.patient.name for one in made.people if verdict(one) != "good"]
    lines += [f"… and {len(made.people) - 20} more people" for _ in range(len(made.people) > 20)]
    lines += [f"Poor diagnostic (see diagnostics.csv): {', '.join(poor[:10])}" for _ in range(bool(poor))]
    lines += [f"Columns not read: {', '.join(unused)}" for _ in range(bool(unused))]
    return [*lines, "", notice()]
