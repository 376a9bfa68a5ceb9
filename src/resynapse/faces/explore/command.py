"""What `resynapse explore` does: serve the page, or write the static edition, once the optional packages are there."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from resynapse.notation import InputError

PACKAGES = ("shiny", "plotly", "uvicorn")


def serve_story(host: str, port: int, say: Callable[[str], None], open_browser: bool) -> None:
    """Serve the page until it is stopped.  Raises InputError for a missing package or an address that cannot be had."""
    _needs()
    from resynapse.faces.explore.app import serve_page

    serve_page(host, port, say, open_browser)


def export_site(out: Path, n: int, command: list[str], tell: Callable[[str, int, int], None]) -> None:
    """Write the static edition; it appears whole or not at all.  Raises InputError for a missing package or a folder of other things."""
    _needs()
    from resynapse.faces.explore.export import Extent, export
    from resynapse.faces.run_folder import new_folder, write_facts
    from resynapse.study.provenance import versions

    with new_folder(out, "explore") as folder:
        export(folder, Extent(n), tell)
        write_facts(folder, "explore", {"versions": versions(), "people": n, "command": command})


def _needs() -> None:
    if missing := [p for p in PACKAGES if find_spec(p) is None]:
        raise InputError("resynapse explore", f"no {', '.join(missing)}", "the packages of the page: pip install 'resynapse[explore]'")
