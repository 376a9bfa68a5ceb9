"""Hypothesis strategies for what people write: studies, evidence, tables of patients, one person's file.

Each makes mostly sensible things with now and then a wrong word, unit, type or size in them, and broken text.
"""

import csv
import io
from typing import Any

import yaml
from hypothesis import strategies as st

from resynapse.methods.evidence import COLUMNS, USES, WORDS
from resynapse.model.scales import READOUTS
from resynapse.model.switches import CUTS
from resynapse.study import vocabulary as words
from resynapse.study.eligibility import FIELDS
from resynapse.study.endpoints import NEEDS_SCALE, STATISTICS

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=20),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)  # fmt: skip
NUMBERS = st.one_of(st.integers(-5, 400), st.floats(-1e3, 1e6), st.sampled_from(["1e309", "nan", "-0", "0x1F", "1_0", "١٢"]))


def mostly(good: st.SearchStrategy, odd: st.SearchStrategy = ODD, one_in: int = 80) -> st.SearchStrategy:
    """Give what is good, and once in a while something odd (a number from the middle: the ends are tried far more often)."""
    return st.integers(0, one_in).flatmap(lambda k: odd if k == one_in // 2 + 3 else good)


def word(known: Any) -> st.SearchStrategy:
    """Give one of the known words, mostly."""
    good = st.sampled_from(sorted(map(str, known)))
    return mostly(good, st.text(max_size=12) | good.map(lambda w: w + "x"))


def times(most: int = 60) -> st.SearchStrategy:
    """Give times with units."""
    return st.builds(lambda x, unit: f"{x} {unit}", st.integers(0, most), st.sampled_from(["h", "d", "min", "wk", "day"]))


@st.composite
def visits(draw: Any) -> list[str]:
    """Give visits that go forward, mostly."""
    days = draw(st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True))
    return [f"{d} d" for d in draw(mostly(st.just(sorted(days)), st.just(days)))]


def span(low: int, high: int, unit: str = "") -> st.SearchStrategy:
    """Give two limits in order, mostly."""
    pair = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    return mostly(pair.map(lambda x: [f"{v}{unit}" if unit else v for v in x]), st.lists(NUMBERS, max_size=3))


@st.composite
def endpoints(draw: Any, seen: list[str]) -> list[str]:
    """Give endpoints at visits of the study, mostly."""
    out = []
    for _ in range(draw(st.integers(1, 4))):
        name = draw(word(STATISTICS))
        fits = [q for q, r in READOUTS.items() if (r.area == "event") == (name == "incidence") and (r.scale or name not in NEEDS_SCALE)]
        what = draw(word(fits))
        takes = STATISTICS[name].time if name in STATISTICS else "visit"
        time = draw(st.sampled_from(seen)) if seen and takes else ""
        out.append(draw(mostly(st.just(f"{name}({what}, {time})" if time else f"{name}({what})"), st.text(max_size=40))))
    return out


@st.composite
def arms(draw: Any) -> dict[str, Any]:
    """Give one arm."""
    drug = draw(word(words.DRUGS))
    arm: dict[str, Any] = {"drug": drug}
    if drug not in ("none", "placebo"):
        route = draw(word(words.routes("human")))
        arm |= {"dose": draw(mostly(st.builds(lambda x, u: f"{x} {u}", st.floats(0, 90), st.sampled_from(["mg", "mg/kg", "µg/kg"]))))}
        arm |= {"route": route}
        if route in words.routes("human") and words.infused(route):
            arm["over"] = draw(mostly(times(90)))
    if drug != "none":
        arm["days"] = draw(mostly(st.lists(st.integers(0, 50), max_size=7, unique=True).map(lambda d: sorted({0, *d}))))
    extra = {
        "background": word(["none", "stable_ad", "new_ad", "mixed"]),
        "cut": st.lists(word(CUTS), max_size=2, unique=True),
        "blind": st.lists(st.integers(51, 60), max_size=2, unique=True).map(sorted),
        "with": st.dictionaries(
            word(["rifampicin", "ticlopidine"]), st.fixed_dictionaries({}, optional={"days": st.integers(0, 20)}), max_size=1
        ),
        "interventions": st.lists(
            st.fixed_dictionaries({"time": times(), "state": word(["severity", "potentiation"]), "scale": NUMBERS}), max_size=1
        ),
    }
    if drug in ("none", "placebo"):
        extra = {"background": extra["background"]}
    return arm | draw(st.fixed_dictionaries({}, optional={k: mostly(v) for k, v in extra.items()}))


@st.composite
def studies(draw: Any) -> dict[str, Any]:
    """Give a study as plain data."""
    named = draw(st.dictionaries(st.sampled_from(["a", "b", "control", "ketamine 2", "é"]), mostly(arms()), min_size=1, max_size=3))
    seen = draw(visits())
    study: dict[str, Any] = {
        "question": draw(mostly(st.just("What happens?"))),
        "population": draw(mostly(st.fixed_dictionaries(
            {
                "of": word(["trd_adult", "mdd_adult", "healthy_adult", "trd_older"]), "n": mostly(st.integers(1, 4)),
                "seed": mostly(st.integers(0, 2**63 - 1)),
            },
            optional={
                "where": mostly(st.fixed_dictionaries({}, optional={
                    "age": span(1, 100), "severity": span(0, 60), "sex": word(["female", "male"]), "weight": span(30, 250, " kg"),
                })),
                "renal": word(["mild", "moderate", "severe"]), "hepatic": word(["mild", "moderate"]),
            },
        ))),
        "arms": named,
        "visits": draw(mostly(st.just(seen))),
        "endpoints": draw(endpoints(seen)),
    }  # fmt: skip
    extra = {
        "control": word(named),
        "species": mostly(st.just("human"), word(words.SPECIES), 20),
        "blinding": word(["inactive", "active", "open", "anaesthesia"]),
        "supervision": word(["none", "rules"]),
        "disposition": mostly(st.just("resynapse"), word(["simons2022", "flint2017"]), 20),
        "keep": word(["visits", "endpoints"]) | st.fixed_dictionaries({"what": word(["endpoints"]), "courses": st.integers(-1, 9)}),
        "analysis": st.fixed_dictionaries({}, optional={k: word(v) for k, v in words.ANALYSES.items() if k != "rates"}),
        "sampling": st.fixed_dictionaries({"site": word(["venous", "arterial"]), "times": mostly(visits())}),
    }
    study |= draw(st.fixed_dictionaries({}, optional={k: mostly(v) for k, v in extra.items()}))
    for key in draw(mostly(st.just([]), st.lists(st.sampled_from(sorted(study)), max_size=2))):
        study[key] = draw(ODD)
    return study


def texts(plain: st.SearchStrategy) -> st.SearchStrategy:
    """Give YAML text of plain data, now and then broken at a random place."""

    @st.composite
    def broken(draw: Any) -> str:
        text = yaml.safe_dump(draw(plain), allow_unicode=True)
        at, cut = draw(st.integers(0, len(text))), draw(st.integers(0, 20))
        odd = st.text(max_size=6) | st.sampled_from(["&a", "*a", "!!python/name:os", "<<: ", "\t", "{", "[", "\x00"])
        return text[:at] + draw(odd) + text[at + cut :]

    return plain.map(lambda x: yaml.safe_dump(x, allow_unicode=True)) | broken() | st.text(max_size=200)


def _cell(column: str) -> st.SearchStrategy:
    """Give a cell of a row of evidence."""
    known = {
        "id": st.text("abcxyz0123456789_", max_size=8), "use": st.sampled_from(USES), "quantity": word(READOUTS),
        "drug": word(words.DRUGS), "control": st.sampled_from(["", "placebo", "midazolam", "saline"]),
        "covariates": st.sampled_from(["", "baseline=32", "weight=70;age=40", "=", "a=b=c", "time_zero=last_dose", "cut=ampa"]),
        "dose_days": st.sampled_from(["", "0", "0 3 7", "daily", "7 3", "x"]),
        "spread": st.sampled_from(["", "3.2", "1:2", "a:b", "1:2:3"]),
        "unit": st.sampled_from(["points", "ng/mL", "fraction", "percent", "h", ""]),
    }  # fmt: skip
    if column in known:
        return mostly(known[column].map(str), st.text(max_size=15))
    if column in WORDS:
        return mostly(st.sampled_from(WORDS[column]), st.text(max_size=12))
    if column in ("n", "dose", "duration_min", "time_h", "window_h", "value"):
        return mostly(st.sampled_from(["", "0", "1", "24", "40", "0.5", "168", "30"]), NUMBERS.map(str))
    return st.text(max_size=10)


@st.composite
def evidence(draw: Any) -> str:
    """Give the text of an evidence file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(draw(mostly(st.just(list(COLUMNS)), st.permutations(COLUMNS).map(lambda p: p[:-1]))))
    for k in range(draw(st.integers(0, 4))):
        cells = {column: draw(_cell(column)) for column in COLUMNS}
        cells["id"] = draw(mostly(st.just(f"row_{k}"), st.just(cells["id"])))
        writer.writerow(list(cells.values())[: draw(mostly(st.just(len(cells)), st.integers(0, len(cells))))])
    return draw(mostly(st.just(out.getvalue()), st.text(max_size=300)))


@st.composite
def patient_tables(draw: Any) -> str:
    """Give the text of a table of doses and concentrations."""
    extra = st.sampled_from(["AMT", "EVID", "RATE", "CMT", "WT", "AGE", "SEX", "II", "ADDL", "MDV", "X"])
    columns = ["ID", "TIME", "DV", *draw(st.lists(extra, unique=True))]
    cell = mostly(st.integers(0, 90).map(str) | st.just("."), NUMBERS.map(str) | st.text(max_size=4))
    rows = draw(st.lists(st.lists(cell, min_size=len(columns), max_size=len(columns)), max_size=8))
    separator = draw(st.sampled_from([",", " ", ", "]))
    lines = [separator.join(columns), *(separator.join(r) for r in rows)]
    return draw(mostly(st.just("\n".join(lines)), st.text(max_size=200)))


@st.composite
def persons(draw: Any) -> dict[str, Any]:
    """Give what is known of one person, as the file for `eligible`."""
    told = st.sampled_from(["yes", "no", "80 kg", "40 years", "female", "trd", "130 mmHg"])
    known = draw(st.dictionaries(word(FIELDS), NUMBERS | told | ODD, max_size=8))
    return known | ({"drug": draw(word(["ketamine", "esketamine"]))} if draw(st.booleans()) else {})
