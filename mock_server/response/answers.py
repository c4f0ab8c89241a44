"""What a handler gives back, and how it is sent."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from starlette.types import Message, Send

Header = tuple[bytes, bytes]
Deliver = Callable[[int, list[Header], bytes], Awaitable[None]]
"""Sends a whole answer: status, headers, none of which is about the connection, and body, which is empty for HEAD."""

JSON: Final = b"application/json"
HTML: Final = b"text/html; charset=utf-8"
NO_STORE: Final = ((b"cache-control", b"no-store"),)
"""The headers of what is true for a moment only."""

VARY: Final = (b"vary", b"Origin, Prefer")
"""On every answer: a page of another origin gets headers that others do not (Fetch, section 3.2.5), and who prefers
something may get it (RFC 7240, section 2)."""

BODILESS: Final = frozenset({204, 304})
"""Statuses whose answers have no content, nor headers that tell of any (RFC 9110, section 6.4.1)."""


class Answer(msgspec.Struct, frozen=True):
    """One response.

    Attributes:
        body: its bytes; of an answer to HEAD, what GET would send.
        media_type: what they are; empty where there are none.
        status: the HTTP status.
        headers: further headers.

    """

    body: bytes = b""
    media_type: bytes = JSON
    status: int = 200
    headers: tuple[Header, ...] = ()

    def send(self, send: Send) -> Awaitable[None]:
        """Send it; that HEAD gets no body is seen to where it leaves."""
        headers = [VARY, *self.headers]
        if self.status in BODILESS:
            return deliver(send, self.status, headers, b"")
        headers.append((b"content-length", b"%d" % len(self.body)))
        if self.media_type:
            headers.append((b"content-type", self.media_type))
        return deliver(send, self.status, headers, self.body)


def deliver(send: Send, status: int, headers: list[Header], body: bytes) -> Awaitable[None]:
    """Send a whole answer: as one, where `send` has a method `deliver` that takes it so, else in ASGI's messages."""
    whole: Deliver | None = getattr(send, "deliver", None)
    return _in_messages(send, status, headers, body) if whole is None else whole(status, headers, body)


class Headed:
    """Sends an answer with further headers: those that `more` has when the answer leaves."""

    __slots__ = ("_more", "_send")

    def __init__(self, send: Send, more: Mapping[bytes, bytes]) -> None:
        self._send = send
        self._more = more

    async def __call__(self, message: Message) -> None:
        """Send a message of the answer."""
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *self._more.items()]}
        await self._send(message)

    def deliver(self, status: int, headers: list[Header], body: bytes) -> Awaitable[None]:
        """Send a whole answer."""
        return deliver(self._send, status, [*headers, *self._more.items()], body)


async def _in_messages(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
