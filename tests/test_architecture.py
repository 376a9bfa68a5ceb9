"""The rules of the house, checked: who may import whom, how long things may be, what no file may do.

Each checker reads source text only and returns "file:line: what is wrong"; the last tests show that each one finds its fault.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "resynapse"

# faces -> study -> {methods, model};  methods -> engine -> notation <- model.  Downwards only; engine and model never meet.
MAY_IMPORT = {
    "notation": set(),
    "engine": {"notation"},
    "model": {"notation"},
    "methods": {"engine", "notation"},
    "study": {"methods", "model", "engine", "notation"},
    "faces": {"study", "methods", "model", "engine", "notation"},
}
FILE_LINES, FUNCTION_LINES, ARGUMENTS, EQUATION_ARGUMENTS, PUBLIC_NAMES = 400, 50, 7, 12, 25
EQUATIONS = {"state", "quantity", "observation"}
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__"}
UNSAFE_METHODS = {"read_pickle", "to_pickle", "unsafe_load", "full_load", "system"}
MAY_RUN_TEXT = {"engine", "notation"}  # where the text of our own equations is computed
HEAVY = {"numba", "pandas", "scipy", "matplotlib", "pint", "plotly", "statsmodels", "lifelines", "pyarrow"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file: its place in the tree and its syntax."""

    path: Path
    text: str
    tree: ast.Module
    room: str  # the package under resynapse that it is in; "" for resynapse/__init__.py and for files outside

    def at(self, node: ast.AST, what: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {what}"

    def functions(self) -> Iterator[Function]:
        return (n for n in ast.walk(self.tree) if isinstance(n, Function))


def read(root: Path, *folders: str) -> list[Source]:
    """Parse every Python file in these folders of a checkout."""
    found = []
    for path in sorted(p for folder in folders for p in (root / folder).rglob("*.py")):
        inside = path.relative_to(root).parts
        room = inside[2].removesuffix(".py") if inside[:2] == ("src", PACKAGE) and inside[2] != "__init__.py" else ""
        text = path.read_text(encoding="utf-8")
        found.append(Source(path.relative_to(root), text, ast.parse(text), room))
    return found


# ---- directions
def imported(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Yield every module that a file imports, wherever in the file, relative names resolved."""
    package = [p.removesuffix(".py") for p in source.path.parts[1:-1]]  # the folder, without "src"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            yield node, base
            yield from ((node, f"{base}.{alias.name}") for alias in node.names)


def wrong_directions(sources: list[Source]) -> list[str]:
    """Find imports that go up or sideways."""
    found = []
    for source in sources:
        if not source.room:
            continue
        allowed = MAY_IMPORT.get(source.room)
        if allowed is None:
            found.append(source.at(source.tree, f"'{source.room}' is no room of the house: {', '.join(MAY_IMPORT)}"))
            continue
        rooms = {(node, name.split(".")[1]) for node, name in imported(source) if name.startswith(f"{PACKAGE}.")}
        for node, room in rooms:
            if room in MAY_IMPORT and room != source.room and room not in allowed:
                found.append(source.at(node, f"{source.room} may not import {room}"))
        for node, name in imported(source):
            if name == PACKAGE and isinstance(node, ast.Import) and source.room != "faces":
                found.append(source.at(node, f"{source.room} may not import {PACKAGE} itself"))
    return sorted(set(found))


# ---- budgets
def is_equation(function: Function) -> bool:
    """Tell whether a method is decorated as a state, quantity or observation."""
    marks = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    return any(getattr(m, "id", getattr(m, "attr", "")) in EQUATIONS for m in marks)


def too_long(sources: list[Source]) -> list[str]:
    """Find files and functions of more lines than anybody should read at once."""
    found = []
    for source in sources:
        lines = len(source.text.splitlines())
        if lines > FILE_LINES:
            found.append(f"{source.path}:1: {lines} lines, {FILE_LINES} at most")
        for f in source.functions():
            length = (f.end_lineno or f.lineno) - f.lineno + 1
            if length > FUNCTION_LINES:
                found.append(source.at(f, f"{f.name} has {length} lines, {FUNCTION_LINES} at most"))
    return found


def too_wide(sources: list[Source]) -> list[str]:
    """Find too many arguments, `**kwargs`, and more than one base."""
    found = []
    for source in sources:
        for f in source.functions():
            names = [a.arg for a in [*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs]]
            count = len(names) - (names[:1] in (["self"], ["cls"]))
            most = EQUATION_ARGUMENTS if is_equation(f) else ARGUMENTS
            if count > most:
                found.append(source.at(f, f"{f.name} takes {count} arguments, {most} at most"))
        for node in ast.walk(source.tree):
            if isinstance(node, ast.arguments) and node.kwarg:
                found.append(source.at(node.kwarg, f"**{node.kwarg.arg}: name the arguments"))
            if isinstance(node, ast.ClassDef) and len(node.bases) > 1:
                found.append(source.at(node, f"class {node.name} has {len(node.bases)} bases, one at most"))
    return found


def public_names(source: Source) -> list[str]:
    """Return the names in `__all__`, or every name without an underscore if there is none."""
    for node in source.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
            return list(ast.literal_eval(node.value))  # pyright: ignore
    imports = (n for n in source.tree.body if isinstance(n, ast.Import | ast.ImportFrom))
    return [name for n in imports for a in n.names if not (name := a.asname or a.name).startswith("_")]


# ---- what no file may do
def unsafe(sources: list[Source]) -> list[str]:
    """Find pickles, text that is run, unsafe YAML, shells and rebinding of globals."""
    found = []
    for source in sources:
        for node, name in imported(source):
            if name.split(".")[0] in UNSAFE_MODULES:
                found.append(source.at(node, f"{name.split('.')[0]} runs code from a file"))
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Global):
                found.append(source.at(node, "global: return the value, or use functools.cache"))
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in UNSAFE_CALLS and source.room not in MAY_RUN_TEXT:
                found.append(source.at(node, f"{node.func.id}() runs text"))
            if isinstance(node.func, ast.Attribute) and node.func.attr in UNSAFE_METHODS:
                found.append(source.at(node, f"{node.func.attr}() is not safe"))
            for key in node.keywords:
                if key.arg in {"allow_pickle", "shell"} and not (isinstance(key.value, ast.Constant) and not key.value.value):
                    found.append(source.at(node, f"{key.arg}= is not safe"))
    return sorted(set(found))


def work_at_import(sources: list[Source]) -> list[str]:
    """Find loops, calls and the like at the head of a module: importing declares, and does nothing."""
    calm = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.ClassDef, ast.FunctionDef)
    found = []
    for source in sources:
        for node in source.tree.body:
            text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            guard = isinstance(node, ast.If) and any(w in ast.unparse(node.test) for w in ("TYPE_CHECKING", "__name__"))
            app = isinstance(node, ast.Expr) and source.room == "faces"  # an application registers its commands
            if not (isinstance(node, calm) or text or guard or app):
                found.append(source.at(node, f"'{ast.unparse(node).splitlines()[0]}' runs at import"))
    return found


def without_docstring(sources: list[Source]) -> list[str]:
    """Find modules, public classes and public functions that do not say what they are."""
    found = []
    for source in sources:
        if not ast.get_docstring(source.tree):
            found.append(f"{source.path}:1: the module has no docstring")
        for node in source.tree.body:
            if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                found.append(source.at(node, f"{node.name} has no docstring"))
    return found


# ---- the house as it stands
CHECKERS = [wrong_directions, too_long, too_wide, unsafe, work_at_import, without_docstring]
SRC = read(ROOT, "src")
ALL = SRC + read(ROOT, "tests", "tools", "benchmarks", "verification")


@pytest.mark.parametrize("checker", CHECKERS)
def test_src_keeps_the_rules(checker):
    assert SRC, "no source was read"
    assert checker(SRC) == []


def test_nothing_else_is_too_long():
    assert too_long([s for s in ALL if s not in SRC]) == []


def test_the_package_shows_few_names():
    top = next(s for s in SRC if s.path.parts[-2:] == (PACKAGE, "__init__.py"))
    assert len(public_names(top)) <= PUBLIC_NAMES


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after one statement."""
    script = f"{statement}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", [PACKAGE, f"{PACKAGE}.notation", f"{PACKAGE}.model", f"{PACKAGE}.faces.cli"])
def test_import_is_light(module):
    assert loaded_by(f"import {module}") & HEAVY == set()


# ---- numbers: unit, range and source
def numbers() -> dict[str, object]:
    """Return everything in the model that carries a source, under the place where it is found."""
    found: dict[str, object] = {}

    def visit(thing: object, place: str) -> None:
        if is_dataclass(thing) and not isinstance(thing, type):
            if hasattr(thing, "source"):
                found[place] = thing
            for f in fields(thing):
                visit(getattr(thing, f.name), f"{place}.{f.name}")
        elif isinstance(thing, dict):
            for key, value in thing.items():
                visit(value, f"{place}.{key}")
        elif isinstance(thing, list | tuple):
            for i, value in enumerate(thing):
                visit(value, f"{place}[{i}]")

    package = import_module(f"{PACKAGE}.model")
    for module in (import_module(f"{PACKAGE}.model.{m.name}") for m in iter_modules(package.__path__)):
        for name, thing in vars(module).items():
            if isinstance(thing, type) and thing.__module__ == module.__name__:
                for member, value in vars(thing).items():
                    visit(value, f"{module.__name__}.{name}.{member}")
            else:
                visit(thing, f"{module.__name__}.{name}")
    visit(package.build().params, "build()")
    return found


def known_sources() -> set[str]:
    """Return the keys of the sources table and the words that stand for none: a guess, a definition, an on-off switch."""
    lines = (ROOT / "evidence" / "sources.csv").read_text(encoding="utf-8").splitlines()
    return {line.split(",")[0] for line in lines[1:]} | {"assumed", "convention", "switch"}


def faults(numbers: dict[str, object], sources: set[str]) -> list[str]:
    """Find units that do not parse, values outside their range, unknown sources and missing meanings."""
    from resynapse.notation.units import factor

    found = []
    for place, n in numbers.items():
        keys = [k for k in str(getattr(n, "source", "")).removeprefix("fit:").replace(";", ",").replace("+", ",").split(",")]
        found += [
            f"{place}: source '{k.strip()}' is neither in evidence/sources.csv nor 'assumed'" for k in keys if k.strip() not in sources
        ]
        if hasattr(n, "unit"):
            try:
                factor(n.unit)  # pyright: ignore
            except Exception as why:
                found.append(f"{place}: {why}")
        value, span = getattr(n, "value", getattr(n, "sd", None)), getattr(n, "range", None)
        if value is not None and span is not None and not span[0] <= value <= span[1]:
            found.append(f"{place}: {value} is outside its plausible range {span}")
        if getattr(n, "source", "") == "switch" and value not in (0, 1):
            found.append(f"{place}: a switch is 0 or 1, not {value}")
        if getattr(n, "meaning", "-") == "":
            found.append(f"{place}: no meaning")
    return found


def test_every_number_has_unit_range_and_source():
    found = numbers()
    assert found
    assert faults(found, known_sources()) == []


# ---- the checkers find what they look for
def tree(tmp_path: Path, place: str, text: str) -> list[Source]:
    path = tmp_path / "src" / PACKAGE / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read(tmp_path, "src")


MANY = ", ".join(f"a{i}" for i in range(8))
THIRTEEN = ", ".join(f"a{i}" for i in range(13))
FAULTS = [
    (wrong_directions, "engine/solver.py", "from resynapse.model import build", "engine may not import model"),
    (wrong_directions, "model/receptor.py", "import resynapse.engine.solver", "model may not import engine"),
    (wrong_directions, "methods/trial.py", "def f():\n    from resynapse import study", "methods may not import study"),
    (wrong_directions, "methods/trial.py", "from ..model.body import Body", "methods may not import model"),
    (wrong_directions, "notation/units.py", "from .. import engine", "notation may not import engine"),
    (wrong_directions, "study/build.py", "if X:\n    from ..faces import cli", "study may not import faces"),
    (wrong_directions, "engine/solver.py", "import resynapse", "engine may not import resynapse itself"),
    (wrong_directions, "attic/old.py", "", "'attic' is no room of the house"),
    (too_long, "engine/a.py", "x = 1\n" * 401, "401 lines"),
    (too_long, "engine/a.py", "def f():\n" + "    x = 1\n" * 50, "f has 51 lines"),
    (too_wide, "engine/a.py", f"def f({MANY}): pass", "f takes 8 arguments"),
    (too_wide, "model/a.py", f"class A:\n    @quantity('1')\n    def q(self, {THIRTEEN}): pass", "q takes 13 arguments, 12"),
    (too_wide, "engine/a.py", "def f(**kwargs): pass", "**kwargs"),
    (too_wide, "engine/a.py", "f = lambda **more: 1", "**more"),
    (too_wide, "engine/a.py", "class A(B, C): pass", "2 bases"),
    (unsafe, "study/a.py", "def f():\n    import pickle", "pickle"),
    (unsafe, "study/a.py", "eval(text)", "eval()"),
    (unsafe, "study/a.py", "import yaml\nyaml.unsafe_load(t)", "unsafe_load()"),
    (unsafe, "study/a.py", "np.load(f, allow_pickle=True)", "allow_pickle="),
    (unsafe, "study/a.py", "def f():\n    global x", "global"),
    (work_at_import, "study/a.py", "for x in y: pass", "runs at import"),
    (work_at_import, "study/a.py", "register(thing)", "runs at import"),
    (without_docstring, "study/a.py", "", "module has no docstring"),
    (without_docstring, "study/a.py", '"""A."""\ndef f(): pass', "f has no docstring"),
]


@pytest.mark.parametrize(("checker", "place", "text", "said"), FAULTS)
def test_a_fault_is_found(tmp_path, checker, place, text, said):
    found = checker(tree(tmp_path, place, text))
    assert len(found) == 1 and said in found[0] and place in found[0]


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_good_file_passes(tmp_path, checker):
    text = '"""A room."""\nfrom resynapse.notation import exp\nclass A(B):\n    """One."""\n'
    text += f'    @quantity("1")\n    def q(self, {MANY}): exp(1)\n'
    assert checker(tree(tmp_path, "model/a.py", text)) == []


def test_public_names_are_counted(tmp_path):
    assert public_names(tree(tmp_path, "__init__.py", "__all__ = ['a', 'b']")[0]) == ["a", "b"]
    assert public_names(tree(tmp_path, "__init__.py", "from .a import b, _c\nimport d as e")[0]) == ["b", "e"]


def test_a_bad_number_is_found():
    from resynapse.notation import Param

    bad = {
        "unit": Param(1.0, "florin", "m", (0.5, 2.0), "assumed"),
        "range": Param(3.0, "1", "m", (0.5, 2.0), "fit:known"),
        "source": Param(1.0, "h", "m", (0.5, 2.0), "hearsay1999"),
        "switch": Param(0.5, "1", "m", (0.0, 1.0), "switch"),
        "meaning": Param(1.0, "h", "", (0.5, 2.0), "known"),
    }
    found = faults(bad, {"assumed", "known", "switch"})
    assert [f.split(":")[0] for f in found] == ["unit", "range", "source", "switch", "meaning"]
