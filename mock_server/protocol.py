"""HTTP on a connection: uvicorn's own protocol, which sends each response's head and body in one write.

uvicorn writes the head first and the body after it, and each write is a system call that wakes the client up.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LINE: Final = "mock_server.line"
"""The key of `scope["state"]` under which the connection stands, for faults that break it."""


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 on one connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to serve a connection."""
        line = Line(transport, self.loop)
        self.app_state = {**self.app_state, LINE: line}
        super().connection_made(line)  # type: ignore[arg-type]  # it quacks like one


class Line:
    """A transport that writes, once a round of the event loop, all that was given to it in that round."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._call_soon = loop.call_soon
        self._chunks: list[bytes] = []
        self._cut = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Take what is to be written."""
        if not self._chunks:
            self._call_soon(self._flush)
        self._chunks.append(data)

    def cut(self) -> None:
        """Break off in the middle of the next answer's body; where it has none, before its head."""
        self._cut = True

    def close(self) -> None:
        """Write what is left, then close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._chunks:
            data = b"".join(self._chunks)
            self._chunks.clear()
            if self._cut:
                head, _, body = data.partition(b"\r\n\r\n")
                self._transport.write(data[: len(head) + 4 + len(body) // 2] if body else b"")
                self._transport.close()
            else:
                self._transport.write(data)
