"""The layer that an answer leaves by: whether the client has it already, in which coding, and with what it may do."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.response.codings import LARGE, compressible, gzipped, takes_gzip
from mock_server.response.entity_tags import entity_tag, matches

_CACHING: Final = (b"cache-control", b"private, no-cache")
"""A browser may keep an answer, and must ask each time whether it still stands (RFC 9111, section 5.2.2)."""

_OF_CONTENT: Final = frozenset({b"content-length", b"content-type", b"content-encoding"})

Header = tuple[bytes, bytes]


class Delivery:
    """Sends answers with an `ETag`, as 304 where the client has them, gzipped where that pays, and HEAD without a body.

    It stands outside of the validation of responses, which looks at what the mock says, and not at how it is sent.
    What is sent in pieces passes through.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        await self._app(scope, receive, _Parcel(scope, send) if scope["type"] == "http" else send)


class _Parcel:
    """One answer: its head is held until its body is there."""

    __slots__ = ("_head", "_scope", "_send")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._head: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Take a message of the answer."""
        kind = message["type"]
        if kind == "http.response.start":
            self._head = message
            return
        head, self._head = self._head, None
        is_head = self._scope["method"] == "HEAD"
        if kind != "http.response.body" or head is None or message.get("more_body"):
            if head is not None:
                await self._send(head)
            await self._send({**message, "body": b""} if is_head and kind == "http.response.body" else message)
            return
        status, headers, body = await self._pack(head["status"], list(head["headers"]), message.get("body", b""))
        await self._send({**head, "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": b"" if is_head else body})

    async def _pack(self, status: int, headers: list[Header], body: bytes) -> tuple[int, list[Header], bytes]:
        """Make of a whole answer what is sent."""
        said = dict(headers)
        caching = said.get(b"cache-control")
        if caching is None:
            headers.append(_CACHING)
        elif caching == b"no-store":
            return status, headers, body
        coding = b""
        if len(body) >= LARGE and b"content-encoding" not in said and compressible(said.get(b"content-type", b"")):
            headers = _varying(headers)
            coding = b"gzip" if takes_gzip(self._asked(b"accept-encoding")) else b""
        if status == 200 and self._scope["method"] in ("GET", "HEAD") and b"etag" not in said:
            tag = entity_tag(body, coding)
            headers.append((b"etag", tag))
            if matches(self._asked(b"if-none-match"), tag):
                return 304, [header for header in headers if header[0] not in _OF_CONTENT], b""
        if coding:
            body = await gzipped(body)
            headers = [header for header in headers if header[0] != b"content-length"]
            headers += ((b"content-encoding", coding), (b"content-length", b"%d" % len(body)))
        return status, headers, body

    def _asked(self, name: bytes) -> bytes:
        """Give a list that the request's headers hold, which may be several lines of one name."""
        lines = [value for header, value in self._scope["headers"] if header == name]
        return lines[0] if len(lines) == 1 else b", ".join(lines)


def _varying(headers: list[Header]) -> list[Header]:
    """Say that who accepts other codings may get something else."""
    vary = [value for name, value in headers if name == b"vary"]
    others = [header for header in headers if header[0] != b"vary"]
    return [*others, (b"vary", b", ".join([*vary, b"Accept-Encoding"]))]
