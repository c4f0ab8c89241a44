"""The layer that an answer leaves by: whether the client has it already, in which coding, and with what it may do."""

from collections.abc import Awaitable, Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.journal import note
from mock_server.response.answers import Header, deliver
from mock_server.response.codings import LARGE, compressible, gzipped, takes_gzip
from mock_server.response.entity_tags import entity_tag, matches

_CACHING: Final = (b"cache-control", b"private, no-cache")
"""A browser may keep an answer, and must ask each time whether it still stands (RFC 9111, section 5.2.2)."""

_READING: Final = frozenset({"GET", "HEAD"})
_OF_CONTENT: Final = frozenset({b"content-length", b"content-type", b"content-encoding"})


class Delivery:
    """Sends answers with an `ETag`, as 304 where the client has them, gzipped where that pays, and HEAD without a body.

    It stands outside of the validation of responses, which looks at what the mock says, and not at how it is sent.
    What is sent in pieces passes through.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request on, and its answer back."""
        return self._app(scope, receive, Parcel(scope, send) if scope["type"] == "http" else send)


class Parcel:
    """The way out of one answer, as messages or whole; the head of one in messages is held until its body is there."""

    __slots__ = ("_head", "_scope", "_send")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._head: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Take a message of the answer."""
        if message["type"] == "http.response.start":
            self._head = message
            return
        head, self._head = self._head, None
        if head is None or message.get("more_body") or message["type"] != "http.response.body":
            await self._pass_on(head, message)
            return
        await self.deliver(head["status"], list(head["headers"]), message.get("body", b""))

    def deliver(self, status: int, headers: list[Header], body: bytes) -> Awaitable[None]:
        """Send a whole answer."""
        said = dict(headers)
        caching = said.get(b"cache-control")
        if caching is None:
            headers.append(_CACHING)
        coding = b""
        if caching != b"no-store":
            if len(body) >= LARGE:
                headers, coding = self._coded(headers, said)
            if status == 200 and self._scope["method"] in _READING and b"etag" not in said:
                tag = entity_tag(body, coding)
                headers.append((b"etag", tag))
                condition = self._asked(b"if-none-match")
                if condition and matches(condition, tag):
                    status, body, coding = 304, b"", b""
                    headers = [header for header in headers if header[0] not in _OF_CONTENT]
        note(self._scope, "status", status)
        if coding:
            return self._compress(status, headers, body, coding)
        return deliver(self._send, status, headers, b"" if self._scope["method"] == "HEAD" else body)

    async def _compress(self, status: int, headers: list[Header], body: bytes, coding: bytes) -> None:
        """Send a body in a coding."""
        body = await gzipped(body)
        headers += ((b"content-encoding", coding), (b"content-length", b"%d" % len(body)))
        await deliver(self._send, status, headers, b"" if self._scope["method"] == "HEAD" else body)

    async def _pass_on(self, head: Message | None, message: Message) -> None:
        """Send what comes in pieces."""
        if head is not None:
            note(self._scope, "status", head["status"])
            await self._send(head)
        if self._scope["method"] == "HEAD" and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    def _coded(self, headers: list[Header], said: Mapping[bytes, bytes]) -> tuple[list[Header], bytes]:
        """Choose the coding of a large body, if any; give the headers that go with it, its length left out."""
        if b"content-encoding" in said or not compressible(said.get(b"content-type", b"")):
            return headers, b""
        headers = _varying(headers)
        if not takes_gzip(self._asked(b"accept-encoding")):
            return headers, b""
        return [header for header in headers if header[0] != b"content-length"], b"gzip"

    def _asked(self, wanted: bytes) -> bytes:
        """Give a list that the request's headers hold, which may be several lines of one name."""
        found = b""
        for name, value in self._scope["headers"]:
            if name == wanted:
                found = found + b", " + value if found else value
        return found


def _varying(headers: list[Header]) -> list[Header]:
    """Say that who accepts other codings may get something else."""
    vary = [value for name, value in headers if name == b"vary"]
    others = [header for header in headers if header[0] != b"vary"]
    return [*others, (b"vary", b", ".join([*vary, b"Accept-Encoding"]))]
