"""Tables in NONMEM's manner: one record for each dose or sample, `ID TIME AMT RATE EVID CMT DV …`, comma or white space apart.

Read   ID, TIME (h), DV (ng/mL), AMT (mg), RATE (mg/h; 0 at once), II (h), ADDL, EVID (0 sample, 1 dose, 2 other, 3 reset, 4 reset
       and dose), MDV, CMT or DVID (which analyte), WT (kg), AGE (y), SEX (1 female, 0 male).  Other columns must be numbers.
Not    SS, modelled rates (RATE -1, -2), times that are dates.  A full stop, NA or nothing is a missing number.
Every refusal names row and column.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from resynapse.notation import InputError

LARGEST_FILE, MOST_ROWS, MOST_COLUMNS = 64 * 1024 * 1024, 500_000, 200
MISSING = ("", ".", "NA", "NaN", "nan", "na")
USUAL = {"AMT": 0.0, "RATE": 0.0, "II": 0.0, "ADDL": 0.0, "SS": 0.0, "CMT": 0.0, "DVID": math.nan, "MDV": math.nan, "EVID": math.nan}
NEEDED = ("ID", "TIME", "DV")
KNOWN = (*NEEDED, *USUAL, "WT", "AGE", "SEX")
EVIDS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Table:
    """Records (rows,) in the order of the file.  columns: name in capitals -> numbers; line: where each record stands."""

    name: str
    columns: dict[str, np.ndarray]
    line: np.ndarray

    def __getitem__(self, column: str) -> np.ndarray:
        """Return one column; its usual value where the file has none."""
        rows = len(self.line)
        return self.columns[column] if column in self.columns else np.full(rows, USUAL[column])

    @property
    def ids(self) -> np.ndarray:
        """People (n,), in the order of the file."""
        number = self["ID"]
        return number[np.sort(np.unique(number, return_index=True)[1])]

    @property
    def person(self) -> np.ndarray:
        """Place of each record's person among `ids` (rows,)."""
        place = {x: k for k, x in enumerate(self.ids)}
        return np.array([place[x] for x in self["ID"]], np.int64)

    @property
    def is_dose(self) -> np.ndarray:
        """Whether a record gives a dose (rows,)."""
        return np.isin(self["EVID"], (1, 4))

    @property
    def is_sample(self) -> np.ndarray:
        """Whether a record holds a concentration (rows,)."""
        mdv = self["MDV"]
        return (self["EVID"] == 0) & ~(mdv == 1) & np.isfinite(self["DV"])

    @property
    def analyte(self) -> np.ndarray:
        """Number of each record's analyte (rows,): DVID where the file has it, else CMT."""
        return self["DVID"] if "DVID" in self.columns else self["CMT"]

    def first(self, column: str) -> np.ndarray | None:
        """Return a covariate of each person (n,), from the first record; None where the file does not have it."""
        if column not in self.columns:
            return None
        values = self.columns[column]
        return values[np.sort(np.unique(self["ID"], return_index=True)[1])]


def read_nonmem(path: str | Path) -> Table:
    """Read a table.  Raises InputError with file, row and column for anything that cannot be used."""
    return table_of_text(text_of(path), str(path))


def text_of(path: str | Path) -> str:
    """Return the text of a table's file.  Raises InputError where it is missing, too large or not text."""
    path = Path(path)
    try:
        if path.is_file() and path.stat().st_size > LARGEST_FILE:
            raise InputError(str(path), f"{path.stat().st_size:,} bytes", f"at most {LARGEST_FILE:,} bytes")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(str(path), path.name, "a file that is there", tuple(sorted(p.name for p in path.parent.glob("*.csv")))) from None
    except UnicodeDecodeError as why:
        raise InputError(str(path), f"a byte that is not UTF-8 text (position {why.start})", "text") from None
    except OSError as why:
        raise InputError(str(path), why.strerror or str(why), "a file that can be read") from None


def cells_of(text: str, name: str, needed: tuple[str, ...]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header in capitals, and (line, cells) of every record; a comma or white space stands between cells."""
    lines = [(k, line) for k, line in enumerate(text.splitlines(), start=1) if line.strip() and not line.lstrip().startswith(("#", ";"))]
    if not lines:
        raise InputError(name, "an empty file", f"a header ({', '.join(needed)}, …) and records")
    comma = "," in lines[0][1]
    split = (lambda line: [c.strip().strip('"') for c in line.split(",")]) if comma else str.split
    header = _header(split(lines[0][1]), f"{name}:{lines[0][0]}", needed)
    if len(lines) - 1 > MOST_ROWS:
        raise InputError(name, f"{len(lines) - 1:,} records", f"at most {MOST_ROWS:,}")
    if len(lines) == 1:
        raise InputError(name, "a header alone", "records below it")
    records = [(number, split(line)) for number, line in lines[1:]]
    for number, cells in records:
        if len(cells) != len(header):
            raise InputError(f"{name}:{number}", f"{len(cells)} values", f"{len(header)}, one for each column")
    return header, records


def table_of_text(text: str, name: str = "data") -> Table:
    """Read a table from text; `name` stands in messages.  Raises InputError."""
    header, records = cells_of(text, name, NEEDED)
    values = np.empty((len(records), len(header)))
    for row, (number, cells) in enumerate(records):
        values[row] = [as_number(cell, f"{name}:{number} column {column}") for cell, column in zip(cells, header, strict=True)]
    columns = {column: values[:, k] for k, column in enumerate(header)}
    line = np.array([number for number, _ in records])
    if "EVID" not in columns:
        columns["EVID"] = np.where(np.nan_to_num(columns.get("AMT", np.zeros(len(line)))) > 0, 1.0, 0.0)
    for column in ("AMT", "RATE", "II", "ADDL", "SS", "CMT"):
        if column in columns:
            columns[column] = np.nan_to_num(columns[column])
    made = Table(name, columns, line)
    _check(made)
    return made


def _header(cells: list[str], where: str, wanted: tuple[str, ...]) -> list[str]:
    header = [c.strip().strip('"').upper() for c in cells]
    if len(header) > MOST_COLUMNS:
        raise InputError(where, f"{len(header)} columns", f"at most {MOST_COLUMNS}")
    for needed in wanted:
        if needed not in header:
            raise InputError(where, ", ".join(header)[:120], f"a column {needed}", ())
    twice = next((c for c in header if header.count(c) > 1), None)
    if twice is not None:
        raise InputError(where, f"the column {twice or 'without a name'} twice", "each column once")
    return header


def as_number(cell: str, where: str) -> float:
    """Return a number, NaN where it is missing.  Raises InputError for anything else."""
    cell = cell.strip('"')
    if cell in MISSING:
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        raise InputError(where, cell[:60], "a number, or a full stop where it is missing") from None
    if not math.isfinite(value) or abs(value) > 1e12:
        raise InputError(where, cell[:60], "a finite number")
    return value


def _check(table: Table) -> None:
    """Refuse the first record that cannot be used."""

    def refuse(bad: np.ndarray, column: str, expected: str) -> None:
        if np.any(bad):
            row = int(np.argmax(bad))
            value = table[column][row] if column in table.columns else math.nan
            read = "nothing" if math.isnan(value) else f"{value:g}"
            raise InputError(f"{table.name}:{table.line[row]} column {column}", read, expected)

    time, evid, amount, rate = table["TIME"], table["EVID"], table["AMT"], table["RATE"]
    refuse(~np.isfinite(table["ID"]), "ID", "the number of a person")
    refuse(~(time >= 0), "TIME", "hours from 0 on")
    refuse(~np.isin(evid, EVIDS), "EVID", f"one of {', '.join(map(str, EVIDS))}")
    person = table["ID"]
    begins = np.concatenate([[True], person[1:] != person[:-1]])
    again = np.zeros(len(person), bool)
    seen: set[float] = set()
    for row in np.flatnonzero(begins):
        again[row] = person[row] in seen
        seen.add(person[row])
    refuse(again, "ID", "all records of a person together")
    back = np.concatenate([[False], (np.diff(time) < 0) & ~begins[1:]]) & ~np.isin(evid, (3, 4))
    refuse(back, "TIME", "times that do not go back within a person")
    doses = np.isin(evid, (1, 4))
    refuse(doses & ~(amount > 0), "AMT", "an amount above 0 mg in a record that gives a dose")
    refuse(~doses & (amount > 0), "AMT", "no amount in a record that gives no dose (EVID 1 or 4 give one)")
    refuse(rate < 0, "RATE", "mg/h, 0 or more: a modelled rate (-1, -2) is not available")
    refuse(table["SS"] != 0, "SS", "0: write the doses that lead to steady state as records, with ADDL and II")
    refuse((table["ADDL"] > 0) & ~(table["II"] > 0), "II", "an interval above 0 h, because ADDL is given")
    refuse((table["ADDL"] < 0) | (table["ADDL"] % 1 != 0), "ADDL", "a whole number of additional doses")
    refuse(table.is_sample & (table["DV"] < 0), "DV", "a concentration of 0 or more, in ng/mL and not its logarithm")
    for column, low, high, what in (("WT", 0.5, 400, "kg"), ("AGE", 0, 120, "years"), ("SEX", 0, 1, "1 female, 0 male")):
        if column in table.columns:
            refuse(~((table[column] >= low) & (table[column] <= high)), column, f"{low:g} to {high:g} ({what})")
    if not np.any(table.is_sample):
        raise InputError(f"{table.name} column DV", "no concentration", "at least one record with EVID 0 and a DV")
