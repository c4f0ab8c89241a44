"""The mock's own pages: the document, Swagger UI over it, and the console."""

import json
from collections.abc import Callable, Collection
from functools import cached_property, partial
from html import escape
from importlib.resources import files
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import Scope

from mock_server import console
from mock_server.document.openapi import Document
from mock_server.response.answers import HTML, Answer
from mock_server.response.rendering import wrong_method

_STATIC: Final = {
    "swagger-ui.css": b"text/css; charset=utf-8",
    "swagger-ui-bundle.js": b"text/javascript; charset=utf-8",
    "start.js": b"text/javascript; charset=utf-8",
    "favicon-32x32.png": b"image/png",
}


class Pages:
    """Answers what is not in the document. `/__mock/` is the mock's own and never an API's."""

    def __init__(self, document: Document, *, with_console: bool) -> None:
        self._document = document
        self._pages: dict[str, Callable[[], Answer]] = {
            **(console.pages() if with_console else {"/": partial(_redirect, b"docs")}),
            "/docs": lambda: self._docs,
            # Relative, so that a proxy may put the mock under a path of its own.
            "/docs/": partial(_redirect, b"../docs"),
            "/openapi.yaml": lambda: Answer(document.source.raw, b"application/yaml"),
            "/openapi.json": lambda: self._json,
            **{f"/docs/{name}": partial(_static, name) for name in _STATIC},
        }

    @property
    def paths(self) -> Collection[str]:
        """Where there is a page."""
        return self._pages.keys()

    def answer(self, scope: Scope) -> Answer:
        """Answer with a page.

        Raises:
            HTTPException: there is none at that path.
            Refusal: it does not take the method.

        """
        page = self._pages.get(scope["path"])
        if page is None:
            raise HTTPException(404)
        if scope["method"] not in {"GET", "HEAD"}:
            raise wrong_method(scope, ["GET"])
        return page()

    @cached_property
    def _json(self) -> Answer:
        # The standard library's writer: a document may hold integers of any size.
        return Answer(json.dumps(self._document.data, ensure_ascii=False).encode())

    @cached_property
    def _docs(self) -> Answer:
        page = files("mock_server").joinpath("static", "swagger-ui", "index.html").read_text("utf-8")
        paths = escape(json.dumps(self._document.base_paths))
        page = page.replace("{title}", escape(self._document.title)).replace("{base_paths}", paths)
        return Answer(page.encode(), HTML)


def _redirect(location: bytes) -> Answer:
    return Answer(status=307, media_type=b"text/plain", headers=((b"location", location),))


def _static(name: str) -> Answer:
    """Read a file of Swagger UI when it is asked for: most servers are never asked."""
    body = files("mock_server").joinpath("static", "swagger-ui", name).read_bytes()
    return Answer(body, _STATIC[name], headers=((b"cache-control", b"max-age=3600"),))
