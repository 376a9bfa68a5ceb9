"""Rows are typed; a broken file is refused by line and column; our own evidence is clean."""

import csv
from pathlib import Path

import pytest

from resynapse.methods.evidence import COLUMNS, Spread, load_evidence, load_sources, unknown_words, word_problem
from resynapse.notation import InputError

OURS = Path(__file__).parents[2] / "evidence"
GOOD = {
    "id": "x-1", "source": "a2020", "access": "read", "use": "predict", "species": "human", "population": "trd_adult",
    "covariates": "baseline=35.0;other=a;doses=0.14 0.28;other=b", "n": "33", "drug": "ketamine", "route": "iv", "dose": "0.5",
    "dose_unit": "mg/kg", "duration_min": "40", "dose_days": "0 3.5 7", "blinding": "active", "quantity": "MADRS",
    "statistic": "change", "time_h": "-24", "value": "-9.7", "unit": "points", "spread": "-12:-7", "spread_kind": "ci95",
}  # fmt: skip


def table(path: Path, *rows, columns=COLUMNS, tail=""):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        file.write(tail)
    return path


def test_our_evidence_loads_clean():
    rows = load_evidence(OURS)
    sources = load_sources(OURS / "sources.csv")
    assert len(rows) > 1800 and sum(r.use == "predict" for r in rows) > 500
    assert not {r.source for r in rows} - set(sources)
    assert [str(e) for e in unknown_words(rows)] == []


def test_columns_are_typed(tmp_path):
    daily = {**GOOD, "id": "x-2", "dose_days": "daily", "n": "", "spread": "", "spread_kind": "", "time_h": "", "covariates": ""}
    first, second = load_evidence(table(tmp_path / "a.csv", GOOD, daily))
    assert (first.n, first.dose, first.dose_days, first.time_h, first.value) == (33, 0.5, (0.0, 3.5, 7.0), -24.0, -9.7)
    assert first.covariates == {"baseline": "35.0", "other": "a;b", "doses": "0.14 0.28"}
    assert first.spread == Spread("ci95", (-12.0, -7.0)) and first.number("baseline") == 35.0 and first.number("age", 40.0) == 40.0
    assert (second.dose_days, second.n, second.spread, second.time_h, second.window_h) == ("daily", None, None, None, None)
    assert first.where.endswith("a.csv, line 2")


def test_a_folder_means_its_tables_but_for_the_sources(tmp_path):
    table(tmp_path / "b.csv", GOOD)
    table(tmp_path / "a.csv", {**GOOD, "id": "x-0"}, columns=(*COLUMNS, "extra"))
    (tmp_path / "sources.csv").write_text("key,study,year,reference_id,url,trial\na2020,A,2020,,,t\n")
    assert [r.id for r in load_evidence(tmp_path)] == ["x-0", "x-1"]
    assert load_sources(tmp_path / "sources.csv")["a2020"].trial == "t"
    assert len(load_evidence([tmp_path / "a.csv", tmp_path / "b.csv"])) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": "abc"}, "line 2, column value: read 'abc'; expected a number"),
        ({"value": "nan"}, "line 2, column value: read 'nan'"),
        ({"value": ""}, "line 2, column value"),
        ({"time_h": "inf"}, "column time_h: read 'inf'"),
        ({"n": "3.5"}, "column n: read '3.5'; expected a whole number"),
        ({"n": "0"}, "column n: read '0'; expected a number not below 1"),
        ({"dose": "-1"}, "column dose: read '-1'; expected a number not below 0"),
        ({"dose_days": "0 b"}, "column dose_days: read 'b'"),
        ({"dose_days": "0 7 3"}, "ascending"),
        ({"spread": "1"}, "column spread: read '1'; expected low:high for ci95"),
        ({"spread": "1:2", "spread_kind": "sd"}, "expected one number for sd"),
        ({"spread": "1:x"}, "column spread: read 'x'"),
        ({"use": "predikt"}, "column use: read 'predikt'; expected one of predict, parameter, context. Did you mean 'predict'?"),
        ({"id": ""}, "column id"),
    ],
)
def test_a_broken_cell_is_refused_by_line_and_column(tmp_path, change, said):
    with pytest.raises(InputError) as caught:
        load_evidence(table(tmp_path / "a.csv", {**GOOD, **change}))
    assert said in str(caught.value) and "a.csv" in str(caught.value)


def test_a_broken_file_is_refused(tmp_path):
    def says(path, said):
        with pytest.raises(InputError) as caught:
            load_evidence(path)
        assert said in str(caught.value)

    says(tmp_path / "none.csv", "a CSV file, or a folder with CSV files")
    says(tmp_path, "a CSV file, or a folder with CSV files")
    says(table(tmp_path / "a.csv", GOOD, GOOD), "line 3, column id: read 'x-1'; expected an id that stands only once")
    says(table(tmp_path / "a.csv", GOOD, columns=[c for c in COLUMNS if c != "value"]), "a column 'value'")
    says(table(tmp_path / "a.csv", GOOD, columns=[*COLUMNS, "value"]), "each column once")
    says(table(tmp_path / "a.csv", GOOD, tail="one,two\n"), "line 3: read '2 cells'; expected 28 cells")
    says(table(tmp_path / "a.csv", GOOD, tail='"open\n'), "closed quotes")
    (tmp_path / "b.csv").write_bytes(b"id,source\n\xff\xfe\n")
    says(tmp_path / "b.csv", "line 2: read 'byte 0xff'; expected text in UTF-8")
    (tmp_path / "c.csv").write_text("")
    says(tmp_path / "c.csv", "a header")


def test_unknown_words_are_rows_not_files(tmp_path):
    (strange,) = load_evidence(table(tmp_path / "a.csv", {**GOOD, "population": "trd_adutl", "spread_kind": "sem", "spread": "1"}))
    assert word_problem(strange) == "unknown population 'trd_adutl'. Did you mean 'trd_adult'?"
    said = [str(e) for e in unknown_words([strange])]
    assert len(said) == 2 and "a.csv, line 2, column population" in said[0] and "ci95" in said[1]


def test_a_blinded_row_holds_nothing_observed(tmp_path):
    (seen,) = load_evidence(table(tmp_path / "a.csv", {**GOOD, "note": "printed 9.7", "locator": "Table 2"}))
    blind = seen.blinded()
    assert blind.value != blind.value and blind.spread is None and blind.note == "" and blind.locator == ""
    assert blind.id == seen.id and blind.covariates == seen.covariates
