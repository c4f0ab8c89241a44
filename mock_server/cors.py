"""Lets pages of other origins call the API, as browsers ask for it (Fetch, section 3.2); never the mock's own pages."""

from collections.abc import Awaitable, Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.journal import note
from mock_server.recording import ADMINISTRATION
from mock_server.response.answers import Headed

_METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_EXPOSED: Final = (
    "Allow",
    "Content-Encoding",
    "ETag",
    "Location",
    "Preference-Applied",
    "Retry-After",
    "WWW-Authenticate",
    "X-Mock-Fault",
    "X-Mock-Undocumented",
)
"""What a script may read beside the headers that it may always read."""


class Cors(CORSMiddleware):
    """Starlette's layer, which a request without `Origin` passes by: answers vary by it anyway.

    All origins may call unless some are named; those may send credentials as well.
    """

    def __init__(self, app: ASGIApp, *, origins: Collection[str] = (), apart: Collection[str] = ()) -> None:
        """Stand around `app`.

        Args:
            app: the next layer.
            origins: those that may call; all, where none is named.
            apart: the paths of pages that no other origin may read; those of the administration are so anyway.

        """
        super().__init__(
            app,
            allow_origins=origins or ("*",),
            allow_methods=_METHODS,
            allow_headers=("*",),
            allow_credentials=bool(origins),
            allow_private_network=True,
            expose_headers=_EXPOSED,
        )
        self._apart = apart
        self._shared = {name.lower().encode(): text.encode() for name, text in self.simple_headers.items()}

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:  # type: ignore[override]
        """Answer a preflight; pass anything else on, and let the page that asked read the answer."""
        for name, value in scope.get("headers", ()):
            if name == b"origin":
                return self._share(value, scope, receive, send)
        return self.app(scope, receive, send)

    async def _share(self, origin: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what a page of this origin asks."""
        path = scope["path"]
        if path.startswith(ADMINISTRATION) or path in self._apart:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            response = self.preflight_response(headers)
            if response.status_code >= 400:
                note(scope, "refused", (("Origin", bytes(response.body).decode()),))
            note(scope, "status", response.status_code)
            await response(scope, receive, send)
            return
        await self.app(scope, receive, self._sharing(origin, send))

    def _sharing(self, origin: bytes, send: Send) -> Send:
        """Make a `send` that adds what lets a page of this origin read the answer."""
        shared = self._shared if self.is_allowed_origin(origin.decode("latin-1")) else {}
        if shared and not self.allow_all_origins:
            shared = {**shared, b"access-control-allow-origin": origin}

        return Headed(send, shared)
