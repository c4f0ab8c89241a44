"""What a handler gives back, and how it is sent."""

from typing import Final, NamedTuple

from starlette.types import Send

JSON: Final = b"application/json"
HTML: Final = b"text/html; charset=utf-8"
NO_STORE: Final = ((b"cache-control", b"no-store"),)
"""The headers of what is true for a moment only."""

VARY: Final = (b"vary", b"Origin, Prefer")
"""On every answer: a page of another origin gets headers that others do not (Fetch, section 3.2.5), and who prefers
something may get it (RFC 7240, section 2)."""

BODILESS: Final = frozenset({204, 304})
"""Statuses whose answers have no content, nor headers that tell of any (RFC 9110, section 6.4.1)."""


class Answer(NamedTuple):
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
    headers: tuple[tuple[bytes, bytes], ...] = ()

    async def send(self, send: Send) -> None:
        """Send it; that HEAD gets no body is seen to where it leaves.

        Whoever takes an answer whole (`delivery.Parcel`) is given it so: most need not be put into messages first.
        """
        body, media_type, status, more = self
        headers = [VARY, *more]
        if status in BODILESS:
            body = b""
        else:
            headers.append((b"content-length", b"%d" % len(body)))
            if media_type:
                headers.append((b"content-type", media_type))
        deliver = getattr(send, "deliver", None)
        if deliver is not None:
            await deliver(status, headers, body)
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
