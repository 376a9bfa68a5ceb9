"""Text -> syntax tree, one thread at a time: Python 3.11 builds trees wrongly (a SystemError) when two threads do so at one moment."""

import ast
import threading

_ALONE = threading.Lock()


def parsed(text: str) -> ast.Module:
    """Return the tree of some statements."""
    with _ALONE:
        return ast.parse(text)


def expression(text: str) -> ast.Expression:
    """Return the tree of one expression."""
    with _ALONE:
        return ast.parse(text, mode="eval")
