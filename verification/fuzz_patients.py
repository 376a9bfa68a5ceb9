"""People as odd as the declared ranges allow, under regimens drawn at random: every value is finite or its failure is reported.

A person's parameters lie anywhere in their plausible ranges, independently (on a log scale where a range spans more than a factor of
three); a switch is on or off.  Regimens differ between people in amount and time, between groups in drug, route, length and number.
"""

import time

import numpy as np

from resynapse.engine import Ensemble, Event, Schedule, Settings
from resynapse.methods.cohort import Cohort
from resynapse.model import build
from resynapse.model.routes import ROUTES
from resynapse.notation import System
from resynapse.study.dosing import Administration, dose_events

GROUP = 2_000  # people who share a drug, a route and a number of doses
BOUNDS = {"weight": (30.0, 250.0), "age": (1.0, 100.0)}  # of people; the model's own ranges hold mice too
DRUGS = ("ketamine", "esketamine", "arketamine")
LARGEST_MG = 1_000.0  # ten times the largest dose in use


def parameters(system: System, n: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw every parameter of n people within its range."""
    out = {}
    for name, p in system.params.items():
        low, high = BOUNDS.get(name, p.range)
        u = random.random(n)
        if p.source == "switch":
            out[name] = np.where(u < 0.8, p.value, np.where(u < 0.9, low, high))
        elif low > 0 and high / low > 3:
            out[name] = low * (high / low) ** u
        else:
            out[name] = low + (high - low) * u
    return out


def regimen(system: System, people: Cohort, random: np.random.Generator) -> tuple[Schedule, str, np.ndarray]:
    """Draw doses and what a trial does besides; return events, the regimen in words, and times (h) to look."""
    n, count = people.n, int(random.integers(1, 13))
    drug, route = str(random.choice(DRUGS)), str(random.choice(sorted(r for r in ROUTES if r != "none")))
    end = float(random.choice([48.0, 336.0, 672.0]))
    days = np.sort(random.uniform(0, end, (n, count)), axis=1)
    days[random.random((n, count)) < 0.1] = np.nan  # missed
    over = float(random.choice([1 / 60, 2 / 3, 4.0, 24.0])) if ROUTES[route].infused else 0.0
    doses = [Administration(days[:, k], 10 ** random.uniform(-2, np.log10(LARGEST_MG), n), "mg", over, k) for k in range(count)]
    events = dose_events(drug, route, doses, people)
    for name in ("enrolled", "belief", "new_drug", "antidepressant_on", "therapy_on"):
        if name in system.inputs:
            events.append(Event(random.uniform(0, end, n), name, "set", random.random(n).round(2)))
    state = str(random.choice(list(system.states)))
    events.append(Event(random.uniform(0, end, n), state, "scale", random.uniform(0, 3, n)))
    times = np.unique([0.0, *np.sort(random.uniform(0, end, 10)), end])
    return Schedule.of(events, n, system), f"{count} x {drug} {route}, {over:.3g} h, {end / 24:g} d, scales {state}", times


def solve(patients: int, seed: int = 1) -> int:
    """Solve so many people and print what was found; return 1 where a value was not finite without a failure being reported."""
    system = build("human")
    ensemble, outputs = Ensemble.of(system), system.readable()
    began = told = time.monotonic()
    done = reported = silent = 0
    for group in range(-(-patients // GROUP)):
        random, n = np.random.default_rng([seed, group]), min(GROUP, patients - done)
        values = parameters(system, n, random)
        people = Cohort(seed, np.arange(done, done + n), np.full(n, -1), {}, values)
        schedule, words, times = regimen(system, people, random)
        solved = ensemble.run(n, values, schedule, times, outputs, Settings(on_failure="report"))
        good = np.setdiff1d(np.arange(n), solved.failed)
        for cause in sorted(set(solved.causes)):
            print(f"group {group}: {solved.causes.count(cause)} of {n} reported: {cause} ({words})", flush=True)
        for name in outputs:
            bad = good[~np.isfinite(solved.values[name][good]).all(axis=1)]
            if bad.size:
                silent += bad.size
                print(f"group {group}: {name} is not finite and not reported in {bad.size} people, first {bad[0]} ({words})", flush=True)
        done, reported = done + n, reported + solved.failed.size
        if time.monotonic() - told > 60:
            told = time.monotonic()
            print(f"{done:,} people, {done / (told - began):,.0f}/s, {reported} reported, {silent} silent", flush=True)
    seconds = time.monotonic() - began
    print(f"{done:,} people in {seconds:,.0f} s: {reported} failures reported, {silent} values not finite and not reported", flush=True)
    return 1 if silent else 0
