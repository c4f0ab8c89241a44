"""HTTP on a connection: uvicorn's own protocol, which sends each response's head and body in one write.

uvicorn writes the head first and the body after it, and each write is a system call that wakes the client up. It looks
at each header by two regular expressions as well, a sixteenth of a request's time.
"""

import asyncio
import logging
from typing import Any, Final, cast

from starlette.types import Message, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from mock_server.response.answers import BODILESS, Header, deliver

_logger = logging.getLogger("mock_server")

LINE: Final = "mock_server.line"
"""The key of `scope["state"]` under which the connection stands, for faults that break it."""


_CONTROLS: Final = bytes(code for code in (*range(0x20), 0x7F) if code != ord("\t"))


class Outbox:
    """What the connections of one event loop have to write: it all leaves at the end of a round of the loop.

    Clients that get their answers together ask again together, and a round that serves several costs less for each.
    """

    def __init__(self) -> None:
        self._lines: list[Line] = []

    def add(self, line: "Line") -> None:
        """Take a connection that has something to write; it comes once a round."""
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._flush)
        self._lines.append(line)

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        for line in lines:
            try:
                line.flush()
            except Exception:  # whatever it is, it is this connection's
                _logger.exception("a connection cannot be written to")
                line.abort()


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 on one connection."""

    def __init__(self, *args: Any, outbox: Outbox, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._outbox = outbox
        application = self.app
        # What uvicorn gives as `send` is a method of its cycle of request and response.
        self.app = lambda scope, receive, send: application(scope, receive, Reply(send.__self__))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to serve a connection."""
        line = Line(transport, self._outbox)
        self.app_state = {**self.app_state, LINE: line}
        super().connection_made(line)  # type: ignore[arg-type]  # it quacks like one


class Reply:
    """What an application answers one request by: ASGI's `send`, which takes a whole answer as well."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle

    async def __call__(self, message: Message) -> None:
        """Send a message of an answer."""
        await self._cycle.send(message)  # type: ignore[arg-type]  # uvicorn has a type for each

    async def deliver(self, status: int, headers: list[Header], body: bytes) -> None:
        """Send a whole answer; all that is out of the ordinary is left to uvicorn."""
        cycle = self._cycle
        head = _head(cycle, status, headers)
        if head is None:
            await deliver(cast("Send", cycle.send), status, headers, body)
            return
        cycle.response_started = cycle.response_complete = True
        cycle.transport.write(head + body)
        cycle.message_event.set()
        cycle.on_response()


def _head(cycle: RequestResponseCycle, status: int, headers: list[Header]) -> bytes | None:
    """Write a head; None where there is more to do than to write."""
    if (
        cycle.response_started
        or cycle.disconnected
        or cycle.waiting_for_100_continue
        or cycle.flow.write_paused
        or not cycle.keep_alive
    ):
        return None
    lines = [*map(b": ".join, cycle.default_headers), *map(b": ".join, headers), b"\r\n"]
    head = STATUS_LINE[status] + b"\r\n".join(lines)
    if len(head.translate(None, _CONTROLS)) != len(head) - 2 * (len(lines) + 1):
        return None  # a control character beside the line's ends
    return head if b"\r\ncontent-length: " in head or status in BODILESS else None


class Line:
    """A transport that writes, once a round of the event loop, all that was given to it in that round."""

    def __init__(self, transport: asyncio.Transport, outbox: Outbox) -> None:
        self._transport = transport
        self._outbox = outbox
        self._chunks: list[bytes] = []
        self._cut = False
        # Asked for at each request, it need not take the way through `__getattr__`.
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Take what is to be written."""
        if not self._chunks:
            self._outbox.add(self)
        self._chunks.append(data)

    def cut(self) -> None:
        """Break off in the middle of the next answer's body; where it has none, before its head."""
        self._cut = True

    def close(self) -> None:
        """Write what is left, then close."""
        self.flush()
        self._transport.close()

    def flush(self) -> None:
        """Write what was given, unless the connection was lost meanwhile."""
        if not self._chunks or self.is_closing():
            return
        data = b"".join(self._chunks)
        self._chunks.clear()
        if self._cut:
            head, _, body = data.partition(b"\r\n\r\n")
            self._transport.write(data[: len(head) + 4 + len(body) // 2] if body else b"")
            self._transport.close()
        else:
            self._transport.write(data)
