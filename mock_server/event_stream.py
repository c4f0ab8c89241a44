"""The journal's news for a browser, as they come: Server-Sent Events (HTML, section 9.2)."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.types import Send

from mock_server.journal import Journal
from mock_server.response.answers import NO_STORE

_HEARTBEAT: Final = 15.0  # seconds; within what proxies let a silent connection stand


class EventStream:
    """An answer that goes on until its reader or the server ends it."""

    def __init__(self, journal: Journal, after: int, request: Request) -> None:
        """Tell what comes after the id `after` to whoever sent the request."""
        self._journal = journal
        self._after = after
        self._request = request

    async def send(self, send: Send) -> None:
        """Send events as they come; a comment now and then shows that the connection stands."""
        headers = [(b"content-type", b"text/event-stream"), *NO_STORE, (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if self._request.method != "HEAD":
            reader = asyncio.create_task(self._tell(send))
            try:
                await self._gone(reader)
            finally:
                reader.cancel()
                await asyncio.gather(reader, return_exceptions=True)
        await send({"type": "http.response.body", "body": b""})

    async def _tell(self, send: Send) -> None:
        async def tell(text: bytes) -> None:
            await send({"type": "http.response.body", "body": text, "more_body": True})

        await tell(b"retry: 1000\n\n")
        async for entries in self._journal.follow(self._after, _HEARTBEAT):
            events = (b"id: %d\ndata: %s\n\n" % (entry.id, entry.as_json()) for entry in entries)
            await tell(b"".join(events) or b": still here\n\n")

    async def _gone(self, reader: asyncio.Task[None]) -> None:
        """Wait until the stream has ended, or its reader is gone."""
        left = asyncio.create_task(_disconnected(self._request))
        await asyncio.wait((reader, left), return_when=asyncio.FIRST_COMPLETED)
        left.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
