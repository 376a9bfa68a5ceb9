"""The command line: parse, call, show. Every command loads only what it needs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from resynapse.faces.hands import HANDS, Hands, hands, shared_first
from resynapse.faces.running import changed, is_large, read_data, run_at_once, run_parts
from resynapse.faces.terminal import command_line, console, progress, say, show_run, told_by
from resynapse.notation import InputError

HELP = "Resynapse: from dose to synapse to symptom. A simulation for research; not a medical device, not dosing advice."
USER_ERROR, OUR_ERROR, STOPPED = 2, 1, 130
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

Seed = Annotated[int | None, typer.Option(min=0, max=2**63 - 1, help="Seed of every random draw.")]
FIT_HELP = "The model's fitted numbers: newest, none, or a fit file; 'without parameters, studies' or 'without trial=NAME' may follow."
Replicates = Annotated[int | None, typer.Option(min=1, max=100_000, help="Whole trials, for power and type I error.")]
Out = Annotated[Path | None, typer.Option(help="Folder to write; an earlier result in it is replaced.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 well, 2 for input that cannot be used, 1 for a fault of ours, 130 when stopped."""
    try:
        app(args=shared_first(sys.argv[1:] if arguments is None else arguments), prog_name="resynapse")
    except InputError as error:
        say(f"Error: {error}")
        sys.exit(USER_ERROR)
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(STOPPED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read our output has gone
        sys.exit(0)
    except Exception as error:
        if os.environ.get("RESYNAPSE_DEBUG"):
            raise
        say(f"Something went wrong that is not your fault: {type(error).__name__}: {error}")
        say("RESYNAPSE_DEBUG=1 before the command shows where; please report it with the study file.")
        sys.exit(OUR_ERROR)


def _version(asked: bool) -> None:
    if asked:
        from resynapse.study.provenance import versions

        print(f"resynapse {versions().get('resynapse', 'unknown')}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
    backend: Annotated[str | None, typer.Option(help="Who works on a large task: threads, processes or dask.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=10_000, help="How many; one for each processor if left out.")] = None,
    scheduler: Annotated[str, typer.Option(help="Address of a running Dask scheduler: tcp://10.0.0.1:8786.")] = "",
    part: Annotated[int | None, typer.Option(min=1, max=100_000, help="People in one part of a large run (5,000).")] = None,
) -> None:
    """Shared options stand before the command or after it."""
    HANDS.set(Hands(backend, workers, scheduler, part))


@app.command()
def run(
    study: Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="The study file.")],
    out: Out = None,
    seed: Seed = None,
    n: Annotated[int | None, typer.Option(min=1, max=1_000_000, help="People in each arm.")] = None,
    replicates: Replicates = None,
    data: Annotated[Path | None, typer.Option(help="Measured concentrations (ID TIME AMT RATE EVID CMT DV …) to check against.")] = None,
    fit: Annotated[str | None, typer.Option(help=FIT_HELP)] = None,
) -> None:
    """Simulate a study and write its run folder: tables, report, methods paragraph, provenance.

    A study of more than 10,000 people, or one that keeps its endpoints only, is run in parts: stopped in any way, the same command
    goes on from the parts that are finished.
    """
    from resynapse.study import load_study

    asked, table = changed(load_study(study), n, seed, fit, replicates), read_data(data)
    target = out or Path("runs") / study.stem
    start = time.perf_counter()
    with told_by(study):
        in_parts = hands().asked or is_large(asked)
        if in_parts and (table is not None or asked.replicates > 1):
            where, read = ("--data", str(data)) if table is not None else (asked.where("replicates"), str(asked.replicates))
            raise InputError(where, read, "a study run at once: at most 10,000 people, all visits kept, no --part, --backend")
        result = run_parts(asked, target) if in_parts else run_at_once(asked, target, table)
    show_run(result)
    print(f"\nReport: {target / 'report.html'}   ({time.perf_counter() - start:.1f} s; digest of the results {result.digest[:12]})")


@app.command()
def power(
    study: Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="The study file: a trial with a control.")],
    vary: Annotated[str, typer.Option(help="People in each arm: n=20,40,80,160. The study's own number if left out.")] = "",
    out: Out = None,
    replicates: Replicates = None,
    seed: Seed = None,
    assurance: Annotated[bool, typer.Option("--assurance", help="Also over what differs between studies and over fitted numbers.")] = False,
    fit: Annotated[str | None, typer.Option(help=FIT_HELP)] = None,
) -> None:
    """Simulate a whole trial many times (200 unless the study says) at several sizes: power, type I error, bias, coverage."""
    from resynapse.faces import power as pages
    from resynapse.study import load_study
    from resynapse.study.replicates import trier_of

    sizes, asked = pages.sizes_of(vary) if vary else (), load_study(study)
    many = replicates or (asked.replicates if asked.replicates > 1 else 200)
    asked, target = changed(asked, max(sizes, default=None), seed, fit, many), out or Path("runs") / f"{study.stem}_power"
    start = time.perf_counter()
    with told_by(study), progress() as tell:
        table = pages.power(trier_of(asked, sizes, assurance), hands().crew(), (target, command_line()), tell)
    console().print(f"{asked.question}\n{many} trials at every size", "\n", table)
    print(f"\nReport: {target / 'report.html'}   ({time.perf_counter() - start:.1f} s)")


@app.command()
def check(study: Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="The study file.")]) -> None:
    """Say how exact the solver is on a study: 20 of its people are solved again at a hundredth of the tolerances."""
    from resynapse.study import load_study
    from resynapse.study.exactness import exactness

    with told_by(study):
        found = exactness(load_study(study))
    print(f"Largest relative error over all arms and visits, {found.people} people:")
    for quantity, error in found.errors.items():
        print(f"  {quantity:<24} {error:.0e}")
    print(f"Digest of their results: {found.digest}")


@app.command()
def qualify(
    evidence: Annotated[list[Path], typer.Option(help="CSV file, folder, sources.csv, statistics_alone.csv; may be given several times.")],
    out: Annotated[Path, typer.Option(help="Folder to write; an earlier result in it is replaced.")],
    ids: Annotated[str, typer.Option(help="Rows to judge, separated by commas; all when empty.")] = "",
    replicates: Annotated[int, typer.Option(min=2, max=100_000, help="Replicate studies for each row.")] = 200,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of every random draw.")] = 1,
    arrows: Annotated[bool, typer.Option("--arrows", help="Judge again without each arrow of the mechanism (minutes).")] = False,
    fit: Annotated[str, typer.Option(help=FIT_HELP)] = "newest",
) -> None:
    """Predict the published statistics of evidence rows and judge the model against them."""
    from resynapse.faces.qualify import Order
    from resynapse.faces.qualify import qualify as judge

    wanted = tuple(word.strip() for word in ids.split(",") if word.strip())
    with progress() as tell:
        lines = judge(Order(evidence, wanted, replicates, seed, arrows, fit, hands().crew()), out, command_line(), tell)
    print("\n".join(lines))


@app.command()
def calibrate(
    evidence: Annotated[list[Path], typer.Option(help="CSV file, folder of CSV files, or a sources.csv; may be given several times.")],
    out: Annotated[Path, typer.Option(help="Folder for the fit; the same command goes on from what an earlier one left in it.")],
    stage: Annotated[list[str] | None, typer.Option(help="A stage to fit; all of them without.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Few people and draws: to try the command, not to keep the fit.")] = False,
) -> None:
    """Fit the model to evidence, stage by stage, and for every trial also without that trial (about half an hour)."""
    from resynapse.faces.calibrate import calibrate as fitted

    with progress() as tell:
        lines = fitted(evidence, out, stage or (), quick, tell)
    print("\n".join(lines))


@app.command()
def describe(
    mechanism: Annotated[str, typer.Argument(help="A mechanism; leave out for the table of contents.")] = "",
    species: Annotated[str, typer.Option(help="human, mouse or rat.")] = "human",
    cuts: Annotated[bool, typer.Option("--cuts", help="List the arrows that a study can cut.")] = False,
    flow: Annotated[Path | None, typer.Option(help="Draw the flow of the model into this file (.svg, .png or .pdf).")] = None,
) -> None:
    """Show the model: its mechanisms, or one of them: prose, parameters, equations, sources, the published rows that test it."""
    from resynapse.faces import describe as pages
    from resynapse.model import SPECIES, build

    if species not in SPECIES:
        raise InputError("--species", species, f"one of {', '.join(SPECIES)}", SPECIES)
    if cuts:
        print(pages.cuts())
        return
    system = build(species)
    if flow is not None:
        from resynapse.faces.flow import draw_flow

        draw_flow(system, flow)
        return
    from resynapse.faces.published import default_rows

    print(pages.page(system, pages.chapter(system, mechanism), default_rows()) if mechanism else pages.overview(system))


@app.command()
def cite(
    bibtex: Annotated[bool, typer.Option("--bibtex", help="As BibTeX.")] = False,
    species: Annotated[str, typer.Option(help="human, mouse or rat.")] = "human",
) -> None:
    """List the sources of the model's numbers."""
    from resynapse.faces import bibliography
    from resynapse.model import SPECIES, build

    if species not in SPECIES:
        raise InputError("--species", species, f"one of {', '.join(SPECIES)}", SPECIES)
    system = build(species)
    for key, count in bibliography.used(system).items():
        print(bibliography.bibtex(key) if bibtex else f"{bibliography.citation(key)}  ({count} parameter{'s' if count > 1 else ''})")
    if not bibtex:
        print(f"\n{bibliography.assumed(system)} of {len(system.params)} parameters rest on assumptions; `resynapse describe` marks them.")


@app.command()
def eligible(
    patient: Annotated[Path, typer.Argument(metavar="PATIENT.yaml", help="What is known of one person.")],
    rules: Annotated[Path | None, typer.Option(help="A clinic's own rule file; otherwise that of the drug.")] = None,
    n: Annotated[int, typer.Option(min=50, max=100_000, help="Virtual people like this one.")] = 400,
    seed: Seed = None,
) -> None:
    """Judge one person by the rules of supervision, and show what is expected for people like this."""
    from resynapse.faces.eligible_text import decision_lines, expectation_table
    from resynapse.study.eligibility import eligible as judged

    found = judged(patient, rules, n, 1 if seed is None else seed)
    print("\n".join(decision_lines(found)))
    if (table := expectation_table(found)) is not None:
        console().print("\n", table)
    print(f"\n{found.disclaimer}")


@app.command()
def forecast(
    patients: Annotated[Path, typer.Argument(metavar="PATIENTS.csv", help="Doses and scores, one record each: docs/forecast.md.")],
    at: Annotated[str, typer.Option(help="Days after the first dose, or ISO date-times, separated by commas.")],
    out: Annotated[Path, typer.Option(help="Folder to write; an earlier forecast in it is replaced.")],
    seed: Seed = None,
    risk: Annotated[float, typer.Option(min=0.001, max=0.999, help="Accepted chance of relapse before the next session.")] = 0.2,
    fit: Annotated[str, typer.Option(help=FIT_HELP)] = "newest",
) -> None:
    """Forecast people from their doses and scores so far. Research use only."""
    from resynapse.faces.forecast import write_forecast

    with progress() as tell:
        lines = write_forecast((patients, at, 1 if seed is None else seed, risk, fit), out, command_line(), tell)
    print("\n".join(lines))
    print(f"Report: {out / 'report.html'}")


@app.command()
def explore(
    host: Annotated[str, typer.Option(help="Address to serve at; anywhere but this machine asks for a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
    export: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a static edition into this folder instead of serving.")] = None,
    n: Annotated[int, typer.Option(min=20, max=20_000, help="Virtual people for each choice of the static edition.")] = 400,
) -> None:
    """Explore doses, people and trials in a browser; or write the same as a static site."""
    from resynapse.faces.explore.command import export_site, serve_story

    if export is None:
        serve_story(host, port, say, open_browser and sys.stdout.isatty())
        return
    with progress() as tell:
        export_site(export, n, command_line(), tell)
    print(f"Site: {export / 'index.html'}")


@app.command()
def diff(
    first: Annotated[Path, typer.Argument(metavar="RUN1", help="A run folder.")],
    second: Annotated[Path, typer.Argument(metavar="RUN2", help="Another.")],
) -> None:
    """Compare two run folders: what was asked, what it was made from, what came out."""
    from resynapse.faces.compare import compare

    print(compare(first, second))


if __name__ == "__main__":
    main()
