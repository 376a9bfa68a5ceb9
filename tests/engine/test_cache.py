"""Compiled code is kept, found again, and never needed."""

import subprocess
import sys

import pytest

from resynapse.engine import cache

SOURCE = "import numba as nb\n\n\n@nb.njit(cache=True)\ndef f(x):\n    return x + 1\n"
PROGRAM = f"""
from resynapse.engine import cache
told = []
module = cache.load_module({SOURCE!r}, [], lambda m: m.f(1), lambda: told.append(1))
print(module.f(41), len(told), sum(module.f.stats.cache_hits.values()))
"""


def program(folder, code=PROGRAM):
    run = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env={"RESYNAPSE_CACHE": str(folder), "PATH": ""}
    )
    return run


def answer(run):
    out, _ = run.communicate(timeout=120)
    assert run.returncode == 0
    return out.strip()


def test_compiles_once_even_when_two_begin_together(tmp_path):
    both = [program(tmp_path / "kept"), program(tmp_path / "kept")]
    assert {answer(run).split()[0] for run in both} == {"42"}
    assert answer(program(tmp_path / "kept")) == "42 0 1"  # not told, and found
    assert [p.name for p in (tmp_path / "kept").iterdir() if p.name.startswith(".")] == []


def test_what_is_kept_is_found_in_a_folder_that_cannot_be_written(tmp_path):
    assert answer(program(tmp_path / "kept")) == "42 1 0"
    locked = "from resynapse.engine import cache\ncache._can_write = lambda place: False\n" + PROGRAM
    assert answer(program(tmp_path / "kept", locked)) == "42 0 1"


def test_works_where_nothing_can_be_kept(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert answer(program(tmp_path / "file" / "kept")) == "42 1 0"


def test_code_is_kept_under_what_it_depends_on(tmp_path, monkeypatch):
    monkeypatch.setenv("RESYNAPSE_CACHE", str(tmp_path / "kept"))
    assert cache.load_code(["a"], lambda: b"first") == b"first"
    assert cache.load_code(["a"], lambda: b"second") == b"first"
    assert cache.load_code(["b"], lambda: b"second") == b"second"
    monkeypatch.setenv("RESYNAPSE_CACHE", str(tmp_path / "kept" / next((tmp_path / "kept").iterdir()).name / "below a file"))
    assert cache.load_code(["a"], lambda: b"third") == b"third"


def test_a_broken_compile_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("RESYNAPSE_CACHE", str(tmp_path))

    def fail(module):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        cache.load_module(SOURCE + "# broken\n", [], fail, lambda: None)
    assert list(tmp_path.iterdir()) == []
