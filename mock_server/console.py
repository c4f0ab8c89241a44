"""The console at `GET /`: a page that shows what the mock answers and what it is asked, and changes its state."""

from collections.abc import Callable, Mapping
from functools import partial
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any, Final

from mock_server.by_integration import ROUTE, served_by
from mock_server.data.fixtures import Fixtures
from mock_server.document.openapi import Document
from mock_server.response.answers import HTML, Answer

PREFIX: Final = "/__mock/console/"
"""Where the page's files are: under a prefix that is never an API's."""

_SCRIPT: Final = b"text/javascript; charset=utf-8"
_TYPES: Final[Mapping[str, bytes]] = {
    ".js": _SCRIPT,
    ".css": b"text/css; charset=utf-8",
    ".svg": b"image/svg+xml",
}
_MODULES: Final = (
    "answer",
    "charts",
    "choice",
    "controls",
    "days",
    "dom",
    "everyone",
    "format",
    "log",
    "main",
    "mock",
    "request",
    "rows",
    "series",
    "snippet",
    "table",
)
FILES: Final = (
    "console.css",
    "calendar.svg",
    "chevron.svg",
    "feather.svg",
    "vendor/d3.min.js",
    "vendor/plot.umd.min.js",
    *(f"{name}.js" for name in _MODULES),
)
"""The files that the page needs; no other file of the folder is given out."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing inline, nothing from elsewhere, no place within another page (Content Security Policy, Level 3)."""

_HEADERS: Final = (
    (b"cache-control", b"no-cache"),
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


def pages() -> dict[str, Callable[[], Answer]]:
    """Give the page and its files by their paths; each is read when it is asked for."""
    return {
        "/": partial(_read, "index.html", HTML),
        **{PREFIX + name: partial(_read, name, _TYPES[PurePosixPath(name).suffix]) for name in FILES},
    }


def guide(document: Document, fixtures: Fixtures) -> dict[str, Any]:
    """Tell the console what it can ask for.

    Returns:
        `operation`, the path of the operation that has rows, None where the document has none; and `choices`, the
        `modes` and `slugs` that each scenario has.

    """
    choices = {}
    for name, scenario in fixtures.scenarios.items():
        workspaces = fixtures.catalogue.workspaces if scenario.workspaces is None else scenario.workspaces
        modes = fixtures.catalogue.modes if scenario.modes is None else scenario.modes
        choices[name] = {
            "modes": list(dict.fromkeys([*(mode.name for mode in modes), *(pin.mode for pin in scenario.pins)])),
            "slugs": list(dict.fromkeys([*(each.slug for each in workspaces), *(pin.slug for pin in scenario.pins)])),
        }
    operation = document.base_paths[0] + ROUTE[1] if served_by(document) else None
    return {"operation": operation, "choices": choices}


def _read(name: str, media_type: bytes) -> Answer:
    body = files("mock_server").joinpath("static", "console", *name.split("/")).read_bytes()
    return Answer(body, media_type, headers=_HEADERS)
