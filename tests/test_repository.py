"""What a newcomer meets first, checked: the set-up and its errors, the locks, the papers that lie beside the code."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# Put together from pieces, so that this file does not hold what it looks for.
ABSOLUTE = re.compile(r"(?<![\w./-])/(?:" + "|".join(["wor" + "k", "ro" + "ot", "ho" + "me", "Us" + "ers"]) + r")/\w")
HOSTS = re.compile("|".join(["py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.org", "deb" + r"ian\.org", "/opt/" + "pypi"]))
CONFLICT = re.compile(r"^(<{7} |>{7} |={7}$)", re.MULTILINE)


def tracked() -> list[Path]:
    """Return the files under version control, or those in the tree if this is no checkout."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    names = done.stdout.split("\0") if done.returncode == 0 else []
    return [ROOT / n for n in names if n and (ROOT / n).is_file()]


def texts() -> list[tuple[str, str]]:
    """Return (name, text) of every tracked text file."""
    found = []
    for path in tracked():
        try:
            found.append((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def told(pattern: re.Pattern[str], among: list[tuple[str, str]]) -> list[str]:
    """Return "file:line: match" for each match."""
    return [f"{name}:{text.count(chr(10), 0, m.start()) + 1}: {m.group()}" for name, text in among for m in pattern.finditer(text)]


# ---- what stands in the files
@pytest.mark.parametrize("pattern", [ABSOLUTE, HOSTS, CONFLICT], ids=["own paths", "registry hosts", "conflict marks"])
def test_no_file_names_a_machine(pattern):
    assert told(pattern, texts()) == []


def test_the_patterns_find_what_they_look_for():
    bad = [("a.py", "x = 1\nopen('/" + "wor" + "k/main/x')"), ("b.txt", "https://py" + "pi.org/simple"), ("c.md", "<" * 7 + " HEAD\n")]
    assert [len(told(p, bad)) for p in (ABSOLUTE, HOSTS, CONFLICT)] == [1, 1, 1]
    good = [("a.md", "frame" + "work/engine, net" + "work/x and https://example.org/wor" + "k/paper")]
    assert told(ABSOLUTE, good) == []


def test_files_are_of_a_size_to_read():
    assert [p for p in tracked() if p.stat().st_size > 5_000_000] == []


# ---- the locks
def pins(lock: str) -> dict[str, str]:
    """Return {package: rest of its first line} of a lock file."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {m[1]: m[2].strip(" \\") for m in re.finditer(r"^([a-z0-9-]+)==(.*)$", text, re.MULTILINE)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_and_hashed_without_an_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(index|extra-index|find-links|trusted-host)| @ ", text)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(pins(lock)) > 10
    assert [e.splitlines()[0] for e in entries if "--hash=sha256:" not in e] == []


def test_the_locks_agree_and_cover_the_project():
    base, dev = (pins(lock) for lock in LOCKS)
    assert {k: v for k, v in base.items() if dev.get(k) != v} == {}

    def names(asked: list[str]) -> set[str]:
        return {re.split(r"[<>=!~\[; ]", a)[0].lower().replace("_", "-") for a in asked}

    groups = PROJECT["dependency-groups"]
    assert names(PROJECT["project"]["dependencies"] + groups["build"]) <= set(base)
    assert names(groups["dev"]) <= set(dev)


def test_every_library_that_is_imported_is_asked_for():
    names = {"yaml": "pyyaml"}  # stand_ins below: what the kernel's text names until generated code takes its place
    trees = (ast.parse(p.read_text(encoding="utf-8")) for p in (ROOT / "src").rglob("*.py"))
    nodes = [n for tree in trees for n in ast.walk(tree)]
    used = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    used |= {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module and not n.level}
    libraries = {u.split(".")[0] for u in used} - set(sys.stdlib_module_names) - {"resynapse", "stand_ins"}
    lists = [PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values()]
    asked = {re.split(r"[<>=!~\[; ]", a)[0].lower() for group in lists for a in group}
    assert {names.get(x, x) for x in libraries} - asked == set()


# ---- the papers
def test_the_papers_are_there():
    missing = [n for n in ("README.md", "LICENSE", "CITATION.cff", "CHANGELOG.md", "CONTRIBUTING.md") if not (ROOT / n).is_file()]
    assert missing == []
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_citation_is_complete_and_of_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(cited)
    assert cited["version"] == PROJECT["project"]["version"]
    assert cited["license"] == PROJECT["project"]["license"]


def test_links_between_papers_lead_somewhere():
    for paper in ROOT.glob("*.md"):
        links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", paper.read_text(encoding="utf-8"))
        assert [x for x in links if "://" not in x and not (ROOT / x).exists()] == [], paper.name


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        t
        for p in ("README.md", "CONTRIBUTING.md")
        for t in re.findall(r"\bmake ([a-z]+)\b(?=`| +#|\s+[A-Z]+=)", (ROOT / p).read_text("utf-8"))
    }
    assert named and named <= targets


def blocks(paper: str, language: str) -> list[str]:
    """Return the code blocks of a paper that are in one language."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / paper).read_text(encoding="utf-8"), re.DOTALL)


def test_the_readme_example_runs():
    (example,) = [b for b in blocks("README.md", "python") if b.startswith("import resynapse as rs")]
    assert "n=500" in example
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example.replace("n=500", "n=16")], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert "change(MADRS, 28 d)" in done.stdout


def test_the_readme_study_is_read(tmp_path):
    from resynapse import load_study

    (text,) = [b for b in blocks("README.md", "yaml") if b.startswith("question:")]
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    assert set(load_study(path).arms) == {"placebo", "once_weekly", "twice_weekly"}


def test_the_readme_disclaims_treatment():
    assert "not a medical device" in (ROOT / "README.md").read_text(encoding="utf-8")


# ---- set-up: one sentence with the remedy, exit code 1, whatever is wrong
PRETENDER = """#!/bin/sh
# Stands in for Python: says a version, makes an environment of itself, and lets pip fail as told.
case "$1 $2" in
    "-c "*) echo "{version}" ;;
    "-m venv") {venv}; mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    "-m pip") {pip} ;;
esac
"""
TOOLS = ("sh", "cat", "cmp", "cp", "cut", "dirname", "env", "grep", "head", "mkdir", "rm", "sed", "tail")


@pytest.fixture
def checkout(tmp_path):
    """A bare checkout beside a PATH that holds the standard tools and nothing else."""
    here = tmp_path / "checkout"
    (here / "tools").mkdir(parents=True)
    for name in (*LOCKS, "pyproject.toml", "tools/setup.sh"):
        shutil.copy(ROOT / name, here / name)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or pytest.fail(f"this machine has no {tool}"))
    return here


def pretend(checkout: Path, version: str = "3.12", venv: str = ":", pip: str = ":") -> None:
    """Put a python3 on the PATH that behaves as told."""
    path = checkout.parent / "bin" / "python3"
    path.write_text(PRETENDER.format(version=version, venv=venv, pip=pip), encoding="utf-8")
    path.chmod(0o755)


def set_up(checkout: Path, python: str = "", group: str = "base") -> tuple[int, str, str]:
    env = {**os.environ, "PATH": str(checkout.parent / "bin"), "PYTHON": python}
    done = subprocess.run(["sh", "tools/setup.sh", group], cwd=checkout, env=env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def refusal(checkout: Path, python: str = "") -> str:
    """Run the set-up, which must fail, and return its one sentence."""
    code, _, said = set_up(checkout, python)
    assert code == 1
    assert said.startswith("Setup stopped: ") and said.count("\n") == 1
    assert not list(checkout.glob(".venv/ready-*"))
    return said


def test_no_python(checkout):
    assert "no Python was found on the PATH: install Python 3.11, 3.12 or 3.13" in refusal(checkout)


@pytest.mark.parametrize("version", ["2.7", "3.9", "3.10", "3.14"])
def test_wrong_python(checkout, version):
    pretend(checkout, version)
    said = refusal(checkout)
    assert f"this machine's Python is {version}" in said and "needs 3.11, 3.12 or 3.13" in said and "PYTHON=" in said


def test_a_named_python_that_is_wrong_or_missing(checkout):
    pretend(checkout, "3.9")
    assert "is Python 3.9, and Resynapse needs 3.11, 3.12 or 3.13" in refusal(checkout, "python3")
    assert "PYTHON=/nowhere/python does not run" in refusal(checkout, "/nowhere/python")


def test_no_venv_module(checkout):
    pretend(checkout, venv="echo 'ensurepip is not available' >&2; exit 1")
    assert "apt install python3-venv" in refusal(checkout)
    assert not (checkout / ".venv").exists()


PIP_SAYS = [
    ("Retrying after connection broken by NewConnectionError: Name or service not known", "check the network connection"),
    ("Could not connect: [Errno 111] Connection refused", "check the network connection"),
    ("ERROR: No matching distribution found for numba==0.68.1", "the package index offers no numba==0.68.1 for this machine"),
    ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not the one pinned in requirements.lock"),
    ("ERROR: Could not install: [Errno 28] No space left on device", "the disk is full"),
    ("ERROR: something new", "pip failed, saying: ERROR: something new"),
]


@pytest.mark.parametrize(("pip", "said"), PIP_SAYS)
def test_pip_fails(checkout, pip, said):
    pretend(checkout, pip=f"echo '{pip}' >&2; exit 1")
    assert said in refusal(checkout)


def test_a_second_set_up_does_nothing_and_a_new_lock_sets_up_again(checkout):
    pretend(checkout, pip="echo pip >>installs")
    assert set_up(checkout)[0] == 0
    once = (checkout / "installs").read_text()
    assert set_up(checkout) == (0, "", "")
    assert (checkout / "installs").read_text() == once
    with (checkout / LOCKS[0]).open("a") as lock:
        lock.write("more==1.0\n")
    code, said, _ = set_up(checkout)
    assert code == 0 and "Installing" in said
    assert len((checkout / "installs").read_text()) == 2 * len(once)


def test_the_dev_environment_serves_the_demo_too(checkout):
    pretend(checkout)
    assert set_up(checkout, group="dev")[0] == 0
    assert set_up(checkout, group="base") == (0, "", "")
