"""The app and its server: a local page, without account and network; a token guards it where it is bound elsewhere than to this machine."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from htmltools import tags
from shiny import App, ui

from resynapse.faces.explore import evidence, views
from resynapse.faces.explore.know import drawers
from resynapse.faces.explore.server import serve
from resynapse.notation import InputError

HERE = Path(__file__).parent
LOCAL = ("127.0.0.1", "localhost", "::1")


def content() -> Any:
    """Return the whole page as tags."""
    body = tags.div(
        views.tab(
            "story", tags.div(views.side(), tags.div(views.tools(), views.story_panels(drawers(evidence.verdicts()))), class_="layout")
        ),
        views.trial_tab(),
        views.person_tab(),
        views.evidence_tab(evidence.areas(), evidence.quantities()),
        views.about_tab(),
    )
    head = ui.head_content(
        tags.link(rel="icon", href="data:,"),
        tags.link(rel="stylesheet", href="assets/explore.css"),
        tags.script(src="plotly/plotly.min.js"),
        tags.script(src="assets/explore.js", defer=""),
    )
    return ui.page_fluid(views.page(body, head), title="Resynapse: from dose to synapse to symptom", lang="en")


def plotly_folder() -> Path:
    """Return the folder in which the plotly package keeps its script."""
    import plotly

    return Path(str(plotly.__file__)).parent / "package_data"


def make_app() -> App:
    """Return the app; nothing is loaded from elsewhere."""
    return App(content(), serve, static_assets={"/assets": HERE / "assets", "/plotly": plotly_folder()})


def guarded(app: Any, token: str) -> Callable[..., Any]:
    """Return the app behind a token: an address with ?token=... sets a cookie, without either there is nothing to see."""

    async def enter(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket") or _knows(scope, token):
            await app(scope, receive, send)
        elif scope["type"] == "http" and scope.get("query_string", b"").decode() == f"token={token}":
            cookie = f"resynapse={token}; HttpOnly; SameSite=Strict; Path=/".encode()
            await send({"type": "http.response.start", "status": 303, "headers": [(b"location", b"/"), (b"set-cookie", cookie)]})
            await send({"type": "http.response.body", "body": b""})
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"This page needs the token that was printed when it was started."})
        else:
            await send({"type": "websocket.close", "code": 4403})

    return enter


def _knows(scope: Any, token: str) -> bool:
    cookies = b"; ".join(v for k, v in scope.get("headers", ()) if k == b"cookie").decode("latin-1").split("; ")
    return any(secrets.compare_digest(c, f"resynapse={token}") for c in cookies)


def free_port(host: str, wanted: int) -> int:
    """Return the wanted port, or any free one for 0.  Raises InputError where it is taken or the host is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, wanted))
            return int(probe.getsockname()[1])
    except OSError as why:
        raise InputError("--host, --port", f"{host}:{wanted}", f"an address of this machine that is free ({why.strerror})") from None


def serve_page(host: str, port: int, say: Callable[[str], None], open_browser: bool) -> None:
    """Serve the page until it is stopped (Ctrl-C); say(text) is told the address."""
    import uvicorn

    at = free_port(host, port)
    app: Any = make_app()
    address = f"http://{f'[{host}]' if ':' in host else host}:{at}/"
    if host not in LOCAL:
        token = secrets.token_urlsafe(24)
        app, address = guarded(app, token), f"{address}?token={token}"
    say(f"Resynapse is at {address}   (Ctrl-C ends it)")
    if open_browser:
        import webbrowser

        webbrowser.open(address)
    uvicorn.run(app, host=host, port=at, log_level="error", ws_max_size=4_000_000)
