"""Evidence: published numbers with their circumstances, one typed row each.

The schema is described in `evidence/README.md`; any CSV in it can be read, not only ours.  Two kinds of mistakes are kept apart:
a broken FILE (a column is missing, a number does not parse, an id stands twice) is refused with file, line and column; an unknown
WORD (a statistic, a population, a route ...) is a row that cannot be set up, and `word_problem` says why.
"""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from resynapse.notation import InputError, closest

COLUMNS = (
    "id", "source", "locator", "access", "use", "species", "population", "covariates", "n", "arm", "drug", "route", "dose",
    "dose_unit", "duration_min", "dose_days", "blinding", "quantity", "statistic", "control", "time_h", "window_h", "value",
    "unit", "spread", "spread_kind", "obtained", "note",
)  # fmt: skip
SOURCE_COLUMNS = ("key", "study", "year", "reference_id", "url", "trial")
STATISTICS = (
    "mean", "median", "geomean", "sd", "change", "percent_change", "response", "remission", "relapse", "incidence",
    "median_time_to_relapse", "cmax", "tmax", "auc_inf", "auc_t", "clearance", "volume_ss", "half_life", "bioavailability",
    "metabolic_ratio", "ratio_vs_control", "difference_vs_control", "effect_size_vs_control", "effect_size_within", "odds_ratio",
    "hazard_ratio", "correlation", "percent_of_control", "fold_of_baseline", "direction", "parameter", "other",
)  # fmt: skip
# Closed lists of words.  An empty cell is allowed where the list holds "".
WORDS: Mapping[str, tuple[str, ...]] = {
    "access": ("read", "secondary", "recalled"),
    "species": ("human", "mouse", "rat", "in_vitro"),
    "population": (
        "healthy_adult", "trd_adult", "trd_adult_si", "mdd_adult", "mdd_adult_si", "bipolar_adult", "trd_older", "mdd_adolescent",
        "child", "surgical_adult", "pain_adult", "real_world_adult", "general_adult", "naive_mouse", "stressed_mouse",
        "lps_mouse", "naive_rat", "stressed_rat", "none",
    ),
    "route": (
        "iv", "im", "sc", "intranasal", "oral", "oral_er", "sublingual", "buccal_film", "rectal", "inhaled", "ip", "icv", "none",
    ),
    "dose_unit": ("", "mg/kg", "mg", "mg/day"),
    "blinding": ("", "inactive", "active", "open", "anaesthesia", "none"),
    "statistic": STATISTICS,
    "spread_kind": ("", "sd", "se", "ci95", "cv_percent", "iqr", "range"),
    "obtained": ("", "printed", "digitised", "derived"),
}  # fmt: skip
LARGEST_FILE = 64 * 1024 * 1024
USES = ("predict", "parameter", "context")
# Words that change how an experiment is set up or read; the others only describe where a number came from.
_DECISIVE = ("species", "population", "route", "dose_unit", "statistic")
_PAIRS = ("ci95", "iqr", "range")


@dataclass(frozen=True)
class Spread:
    """How uncertain or variable a number is: `kind` (sd, se, ci95, cv_percent, iqr, range) with one number or low and high."""

    kind: str
    numbers: tuple[float, ...]


@dataclass(frozen=True)
class Row:
    """One published number.  Numbers are None where the cell is empty; `dose_days` is () or "daily" where that is written.

    covariates: key -> text; a key written twice holds both texts joined by ";".  `where` names file and line.
    """

    id: str
    source: str
    quantity: str
    statistic: str
    value: float
    unit: str
    species: str = "human"
    population: str = "none"
    covariates: Mapping[str, str] = field(default_factory=dict)
    n: int | None = None
    arm: str = ""
    drug: str = "none"
    route: str = "none"
    dose: float | None = None
    dose_unit: str = ""
    duration_min: float | None = None
    dose_days: tuple[float, ...] | str = ()
    blinding: str = ""
    control: str = ""
    time_h: float | None = None
    window_h: float | None = None
    spread: Spread | None = None
    use: str = "predict"
    access: str = "read"
    obtained: str = ""
    locator: str = ""
    note: str = ""
    where: str = ""

    def number(self, key: str, default: float | None = None) -> float | None:
        """Return covariate `key` as a number, or `default` where it is absent; InputError where it is not a number."""
        text = self.covariates.get(key)
        if text is None:
            return default
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            raise InputError(f"{self.where}, column covariates, {key}", text, "a number")
        return found

    def blinded(self) -> "Row":
        """Return the row without what was observed: all that may be known while predictions are made."""
        return replace(self, value=math.nan, spread=None, note="", locator="")


@dataclass(frozen=True)
class Source:
    """Where numbers come from; papers of one trial share `trial`."""

    key: str
    study: str
    year: str
    reference_id: str
    url: str
    trial: str


def load_evidence(paths: Iterable[str | Path] | str | Path) -> list[Row]:
    """Read files, or folders (their *.csv but for sources.csv), in order of name.

    InputError names file, line, column, what was read and what may stand there: a file that is missing, empty or not UTF-8, a
    missing or doubled column, a line of the wrong length, a number that does not parse or makes no sense, an id that is missing
    or stands twice, an unknown `use`.
    """
    rows: list[Row] = []
    first: dict[str, str] = {}
    for path in evidence_files(paths):
        for where, cells in _table(path, COLUMNS):
            row = _row(where, cells)
            if row.id in first:
                raise InputError(f"{where}, column id", row.id, f"an id that stands only once (it also stands in {first[row.id]})")
            first[row.id] = where
            rows.append(row)
    return rows


def evidence_files(paths: Iterable[str | Path] | str | Path) -> list[Path]:
    """Return the files meant by `paths`; InputError where there is none."""
    files: list[Path] = []
    for given in [paths] if isinstance(paths, str | Path) else paths:
        path = Path(given)
        found = sorted(p for p in path.glob("*.csv") if p.name != "sources.csv") if path.is_dir() else [path]
        if not found or not path.exists():
            raise InputError("evidence", str(path), "a CSV file, or a folder with CSV files")
        files.extend(found)
    return files


def load_sources(path: str | Path) -> dict[str, Source]:
    """Read sources.csv: key -> Source.  InputError as in `load_evidence`."""
    sources: dict[str, Source] = {}
    for where, cells in _table(Path(path), SOURCE_COLUMNS):
        if not cells["key"] or cells["key"] in sources:
            raise InputError(f"{where}, column key", cells["key"], "a key that stands only once")
        sources[cells["key"]] = Source(*(cells[c] for c in SOURCE_COLUMNS))
    return sources


def word_problem(row: Row) -> str:
    """Why the row cannot be set up because of a word that the schema does not know, with the closest one; "" if all are known."""
    for column in _DECISIVE:
        word = getattr(row, column)
        if word not in WORDS[column]:
            return f"unknown {column} '{word}'.{closest(word, WORDS[column])}"
    return ""


def unknown_words(rows: Iterable[Row]) -> list[InputError]:
    """Every cell of a closed list that holds an unknown word, as errors that name place, word, allowed words (not raised)."""
    found = []
    for row in rows:
        cells = {column: getattr(row, column) for column in WORDS if column != "spread_kind"}
        cells["spread_kind"] = row.spread.kind if row.spread else ""
        for column, word in cells.items():
            if word not in WORDS[column]:
                allowed = ", ".join(w or "(empty)" for w in WORDS[column])
                found.append(InputError(f"{row.where}, column {column}", word, f"one of {allowed}", WORDS[column]))
    return found


def _table(path: Path, columns: tuple[str, ...]) -> Iterable[tuple[str, dict[str, str]]]:
    """Yield (file and line, cells by column) for each line of a CSV whose header holds at least `columns`."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(str(path), f"{path.stat().st_size:,} bytes", f"at most {LARGEST_FILE:,} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}", f"byte {error.object[error.start]:#x}", "text in UTF-8") from None
    except OSError as error:
        raise InputError(str(path), error.strerror or "an unreadable file", "a file that can be read") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        _check_header(path, header, columns)
        for cells in reader:
            where = f"{path}, line {reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise InputError(where, f"{len(cells)} cells", f"{len(header)} cells, as in the header")
            yield where, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}", str(error), "comma-separated values with closed quotes") from None


def _check_header(path: Path, header: list[str], columns: tuple[str, ...]) -> None:
    where = f"{path}, line 1"
    if not header:
        raise InputError(where, "", f"a header with the columns {', '.join(columns)}")
    for column in columns:
        if column not in header:
            raise InputError(where, ", ".join(header), f"a column '{column}'{closest(column, header).replace('Did you mean', 'Is it')}")
    for column in header:
        if header.count(column) > 1:
            raise InputError(where, column, "each column once")


def _row(where: str, cells: dict[str, str]) -> Row:
    def number(column: str, low: float = -math.inf) -> float | None:
        return _number(f"{where}, column {column}", cells[column], low) if cells[column] else None

    for column in ("id", "value"):
        if not cells[column]:
            raise InputError(f"{where}, column {column}", "", "a number" if column == "value" else "an id")
    if cells["use"] not in USES:
        raise InputError(f"{where}, column use", cells["use"], f"one of {', '.join(USES)}", USES)
    n = number("n", 1)
    if n is not None and n != int(n):
        raise InputError(f"{where}, column n", cells["n"], "a whole number of subjects")
    text = {c: cells[c] for c in COLUMNS if c not in _TYPED}
    return Row(
        **text, where=where, n=None if n is None else int(n), dose=number("dose", 0), duration_min=number("duration_min", 0),
        time_h=number("time_h"), window_h=number("window_h", 0), value=_number(f"{where}, column value", cells["value"]),
        covariates=_covariates(cells["covariates"]), dose_days=_days(f"{where}, column dose_days", cells["dose_days"]),
        spread=_spread(where, cells["spread"], cells["spread_kind"]),
    )  # fmt: skip


_TYPED = ("n", "dose", "duration_min", "time_h", "window_h", "value", "covariates", "dose_days", "spread", "spread_kind")


def _number(where: str, text: str, low: float = -math.inf) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise InputError(where, text, "a number")
    if found < low:
        raise InputError(where, text, f"a number not below {low:g}")
    return found


def _covariates(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for piece in filter(None, (p.strip() for p in text.split(";"))):
        key, _, value = (p.strip() for p in piece.partition("="))
        pairs[key] = f"{pairs[key]};{value}" if key in pairs else value
    return pairs


def _days(where: str, text: str) -> tuple[float, ...] | str:
    if text == "daily":
        return text
    days = tuple(_number(where, piece) for piece in text.split())
    if any(b < a for a, b in zip(days, days[1:], strict=False)):
        raise InputError(where, text, "days in ascending order")
    return days


def _spread(where: str, text: str, kind: str) -> Spread | None:
    if not text:
        return None
    numbers = tuple(_number(f"{where}, column spread", piece.strip()) for piece in text.split(":"))
    wanted = 2 if kind in _PAIRS else 1
    if kind in WORDS["spread_kind"] and kind and len(numbers) != wanted:
        raise InputError(f"{where}, column spread", text, f"{'low:high' if wanted == 2 else 'one number'} for {kind}")
    return Spread(kind, numbers)
