"""One method body as flat statements over names outside.  Only arithmetic and the functions of `functions.py` pass."""

import ast
import contextlib
import copy
import functools
import inspect
import textwrap
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NoReturn

from resynapse.notation.errors import NotationError, closest
from resynapse.notation.functions import FUNCTIONS
from resynapse.notation.mechanism import Equation, Mechanism
from resynapse.notation.parsing import expression, parsed

Statement = tuple[str, str]


def at(method: Any, node: ast.AST | None = None) -> str:
    """Return "file.py:12 Class.method" for an error."""
    code = method.__code__
    line = code.co_firstlineno + (getattr(node, "lineno", 1) - 1)
    return f"{code.co_filename.rsplit('/', 1)[-1]}:{line} {method.__qualname__}"


@functools.cache
def _tree(method: Any) -> ast.FunctionDef:
    try:
        text = textwrap.dedent(inspect.getsource(method))
    except OSError:
        raise NotationError(f"{at(method)}: its source is not at hand; write mechanisms in a file.") from None
    found = parsed(text).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


def reads(method: Any) -> list[str]:
    """Return the argument names of an equation, without self."""
    return list(inspect.signature(method).parameters)[1:]


class Translator(ast.NodeTransformer):
    """Turns expressions of one method into names outside; `out` collects statements that have to come before."""

    allowed = (ast.BinOp, ast.UnaryOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.Load, ast.Constant)

    def __init__(self, name: str, instance: Mechanism, method: Any, arguments: dict[str, str], parameter: Callable[[str], str]):
        self.name, self.instance, self.method, self.arguments, self.parameter = name, instance, method, arguments, parameter
        self.local: dict[str, str] = {}
        self.out: list[Statement] = []

    def refuse(self, node: ast.AST, why: str) -> NoReturn:
        """Raise with file and line."""
        raise NotationError(f"{at(self.method, node)}: {why}")

    def text(self, node: ast.AST) -> str:
        """Return the translated expression as text."""
        return ast.unparse(self.visit(node))

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Let arithmetic through and refuse all else."""
        if not isinstance(node, self.allowed):
            self.refuse(node, f"'{ast.unparse(node)}' is not allowed in an equation; use + - * / **, {', '.join(FUNCTIONS)}.")
        return super().generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:  # noqa: N802
        """Accept real numbers."""
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            self.refuse(node, f"{node.value!r} is not a number.")
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:  # noqa: N802
        """self.X is an own parameter."""
        if not (isinstance(node.value, ast.Name) and node.value.id == "self"):
            self.refuse(node, f"'{ast.unparse(node)}': only self.<parameter> is allowed.")
        own = self.instance.own()
        if node.attr not in own:
            kind = type(self.instance).__name__
            self.refuse(node, f"reads 'self.{node.attr}', which is not a parameter of {kind}.{closest(node.attr, own)}")
        return ast.Name(self.parameter(node.attr), ast.Load())

    def visit_Name(self, node: ast.Name) -> ast.AST:  # noqa: N802
        """A bare name is an argument or a local short hand."""
        known = self.arguments | self.local
        if node.id not in known:
            self.refuse(node, f"'{node.id}' is neither an argument nor a local name.{closest(node.id, known)}")
        return ast.Name(known[node.id], ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.AST:  # noqa: N802
        """Translate a listed function, or inline an own equation with other arguments."""
        own = dict(self.instance.members(Equation))
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "self" and node.func.attr in own:
            return self._inline(node, own[node.func.attr])
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            self.refuse(node, f"'{ast.unparse(node.func)}' is not one of {', '.join(FUNCTIONS)}.")
        takes = len(inspect.signature(FUNCTIONS[node.func.id]).parameters)
        if len(node.args) != takes or node.keywords:
            self.refuse(node, f"{node.func.id} takes {takes} arguments.")
        args = list(node.args)
        if node.func.id == "table":
            return self._table(*args)
        if node.func.id == "where":
            args[0] = self._difference(args[0])
        return ast.Call(node.func, [self.visit(a) for a in args], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:  # noqa: N802
        """** takes whole numbers only: other exponents need a rule for x <= 0."""
        if isinstance(node.op, ast.Pow):
            exponent = node.right.value if isinstance(node.right, ast.Constant) else None
            if not isinstance(exponent, int) or exponent < 2:
                self.refuse(node, "** takes a whole number >= 2; for other exponents use power(x, a), which is 0 for x <= 0.")
        return self.generic_visit(node)

    def _difference(self, test: ast.expr) -> ast.expr:
        """`a > b` as a - b: where(...) takes its first branch when that is positive."""
        if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Gt, ast.Lt))):
            self.refuse(test, "where(...) needs one comparison by > or < as its first argument.")
        left, right = test.left, test.comparators[0]
        return ast.BinOp(left, ast.Sub(), right) if isinstance(test.ops[0], ast.Gt) else ast.BinOp(right, ast.Sub(), left)

    def _table(self, x: ast.expr, at: ast.expr, values: ast.expr) -> ast.AST:
        """table(x, at, values) as a sum of ramps, each from one point to the next: no search, so that lanes need not part."""
        if not (isinstance(at, ast.Tuple) and isinstance(values, ast.Tuple) and len(at.elts) == len(values.elts) >= 2):
            self.refuse(at, "table(x, at, values) takes two tuples of one length, of two entries or more.")
        ascends = True
        with contextlib.suppress(ValueError):  # a parameter among them
            ascends = all(a < b for a, b in pairwise(ast.literal_eval(at)))
        if not ascends:
            self.refuse(at, f"table(x, at, values): {ast.unparse(at)} does not ascend.")
        name = f"{self.name}__table{len(self.out)}"
        self.out.append((name, self.text(x)))
        points = [(self.text(p), self.text(v)) for p, v in zip(at.elts, values.elts, strict=True)]
        ramps = [
            f"(({z}) - ({y})) / (({b}) - ({a})) * minimum(pos({name} - ({a})), ({b}) - ({a}))"
            for (a, y), (b, z) in pairwise(points)
        ]
        return expression(" + ".join([f"({points[0][1]})", *ramps])).body

    def _inline(self, node: ast.Call, method: Any) -> ast.AST:
        """self.other(a, b): the same formula with other arguments, for example its value at rest."""
        wanted = reads(method)
        if len(wanted) != len(node.args) or node.keywords:
            self.refuse(node, f"{method.__name__} takes ({', '.join(wanted)}).")
        name = f"{self.name}__{method.__name__}{len(self.out)}"
        handed = {w: f"{name}_{w}" for w in wanted}
        self.out += [(handed[w], self.text(a)) for w, a in zip(wanted, node.args, strict=True)]
        self.out += body(name, self.instance, method, handed, self.parameter)
        return ast.Name(name, ast.Load())


def body(
    name: str, instance: Mechanism, method: Any, arguments: dict[str, str], parameter: Callable[[str], str]
) -> list[Statement]:
    """Return the statements of one method, the last of which gives `name`."""
    tree = copy.deepcopy(_tree(method))  # the translator rewrites what it visits
    translate = Translator(name, instance, method, arguments, parameter)
    idle = sorted(set(arguments) - {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)})
    if idle:
        translate.refuse(tree, f"takes {', '.join(idle)} and never uses it.")
    out, local = translate.out, translate.local
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            continue  # docstring
        if isinstance(node, ast.Return) and node.value is not None:
            out.append((name, translate.text(node.value)))
            return out
        if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
            translate.refuse(node, "an equation is made of `name = expression` lines and one return.")
        short = node.targets[0].id
        if short in local or short in arguments:
            translate.refuse(node, f"'{short}' is set twice.")
        out.append((f"{name}__{short}", translate.text(node.value)))
        local[short] = f"{name}__{short}"
    translate.refuse(tree, "returns nothing.")


def parameters_read(method: Any) -> list[str]:
    """Return the names X of every self.X in a method, in order of appearance, own equations left out."""
    seen = [n.attr for n in ast.walk(_tree(method)) if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "self"]
    return list(dict.fromkeys(seen))


def formula(method: Any) -> list[str]:
    """Return the lines of an equation as it is written, without its docstring and the word return."""
    lines = [n for n in _tree(method).body if not isinstance(n, ast.Expr)]
    return [ast.unparse(n.value) if isinstance(n, ast.Return) and n.value else ast.unparse(n) for n in lines]


__all__ = ["Statement", "Translator", "at", "body", "formula", "parameters_read", "reads"]
