"""A run folder is there as a whole or not at all."""

import pytest

from resynapse.faces.run_folder import kind_of, new_folder, read_facts, write_facts
from resynapse.notation import InputError


def fill(out, text, kind="run"):
    with new_folder(out, kind) as folder:
        (folder / "summary.csv").write_text(text)
        write_facts(folder, kind, {"seed": 1})


def test_a_folder_appears_whole(tmp_path):
    fill(tmp_path / "deep" / "run", "one")
    assert sorted(p.name for p in (tmp_path / "deep" / "run").iterdir()) == ["provenance.json", "summary.csv"]
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["run"]
    assert read_facts(tmp_path / "deep" / "run", "run")["seed"] == 1


def test_an_earlier_run_is_replaced(tmp_path):
    fill(tmp_path / "run", "one")
    (tmp_path / "run" / "old.txt").write_text("left over")
    fill(tmp_path / "run", "two")
    assert (tmp_path / "run" / "summary.csv").read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["run"]
    assert not (tmp_path / "run" / "old.txt").exists()


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "run").mkdir()
    fill(tmp_path / "run", "one")
    assert kind_of(tmp_path / "run") == "run"


def test_a_failure_leaves_what_was_there(tmp_path):
    fill(tmp_path / "run", "one")
    for out in ("run", "new"):
        with pytest.raises(RuntimeError), new_folder(tmp_path / out, "run") as folder:
            (folder / "summary.csv").write_text("half")
            raise RuntimeError
    assert (tmp_path / "run" / "summary.csv").read_text() == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("kind", ["run", "qualify"])
def test_what_is_not_ours_is_refused_before_anything_is_computed(tmp_path, kind):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("precious")
    (tmp_path / "file").write_text("precious")
    for out in ("thesis", "file", "file/below", "a\0b"):
        with pytest.raises(InputError, match="^--out: "), new_folder(tmp_path / out, kind):
            pytest.fail("nothing may be computed")
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "precious"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "thesis"]


def test_another_kind_of_ours_is_refused(tmp_path):
    fill(tmp_path / "x", "one", "qualify")
    with pytest.raises(InputError, match="resynapse run"), new_folder(tmp_path / "x", "run"):
        pytest.fail("nothing may be computed")


def test_a_mixed_folder_keeps_its_other_files(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with new_folder(tmp_path, "qualify", mixed=True) as folder:
        write_facts(folder, "qualify", {})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notes.txt", "provenance.json"]


def test_read_facts_refuses_other_folders(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        read_facts(tmp_path / "nowhere", "run")
    (tmp_path / "provenance.json").write_text("[1, 2")
    with pytest.raises(InputError, match="a folder made by `resynapse run`"):
        read_facts(tmp_path, "run")
