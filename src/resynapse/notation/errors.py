"""What is said when something cannot be read: where, what was read, what was expected, the closest valid name."""

import difflib
from collections.abc import Iterable


def closest(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the known name nearest to `name`, or an empty text when none is near."""
    by_folded = {str(k).casefold(): str(k) for k in known}
    hit = difflib.get_close_matches(str(name).casefold(), list(by_folded), 1, 0.6)
    return f" Did you mean '{by_folded[hit[0]]}'?" if hit else ""


class NotationError(Exception):
    """A mechanism is written wrongly: an unknown name, a circle, a duplicate, a unit that does not parse."""


class InputError(Exception):
    """A person's input cannot be used.  The command line prints it as it stands and exits with code 2.

    where: file and line, table row or argument; read: what stood there; expected: what may stand there; choices: every
    allowed word, from which the closest is offered.
    """

    def __init__(self, where: str, read: object, expected: str, choices: Iterable[str] = ()):
        self.where, self.read, self.expected, self.choices = where, read, expected, tuple(choices)
        super().__init__(str(self))

    def __str__(self) -> str:
        shown = self.read if isinstance(self.read, str) else repr(self.read)
        shown = shown if len(shown) <= 200 else shown[:197] + "..."
        text = f"{self.where}: read '{shown}'; expected {self.expected}."
        if self.choices:
            text += closest(str(self.read), self.choices)
        return text

    def __reduce__(self):
        """Pickle by the parts, so that the error survives the way back from a worker process."""
        return type(self), (self.where, self.read, self.expected, self.choices)
