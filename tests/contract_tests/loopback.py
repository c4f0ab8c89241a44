"""A server on a loopback port that answers each request with the bytes that a test chose, and remembers what came."""

import socketserver
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HANG_UP = b""
"""An answer that is none: the connection is closed."""


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    connection: int

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


Write = Callable[[bytes], object]
Answer = Callable[[Seen], bytes | Callable[[Write], object]]
"""Gives the bytes of an answer, or a function that writes them in its own time and then closes the connection."""


@dataclass
class Loopback:
    """A running server.

    Attributes:
        url: its address.
        seen: the requests, in the order in which they came.

    """

    url: str = ""
    seen: list[Seen] = field(default_factory=list)


def reply(status: int = 200, body: bytes = b"[]", headers: Mapping[str, str] | None = None) -> bytes:
    """Write an answer, JSON unless the headers say otherwise; a length that they give stands."""
    lines = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode("latin-1") + body


@contextmanager
def answering(answer: Answer | bytes, context: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """Serve until the block ends; an answer that closes early or is none ends its connection."""
    here = Loopback()
    connections = iter(range(1_000_000))

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            number = next(connections)
            with suppress(OSError):
                while (seen := _read(self.rfile, number)) is not None:
                    here.seen.append(seen)
                    said = answer if isinstance(answer, bytes) else answer(seen)
                    if not isinstance(said, bytes):
                        said(self.wfile.write)
                        return
                    self.wfile.write(said)
                    self.wfile.flush()
                    if not _keeps_alive(said):
                        return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

        def get_request(self) -> tuple[Any, Any]:
            connection, address = super().get_request()
            if context is None:
                return connection, address
            try:
                return context.wrap_socket(connection, server_side=True), address
            except OSError:  # the client refused the certificate
                connection.close()
                raise

    with Server(("127.0.0.1", 0), Handler) as server:
        here.url = f"{'http' if context is None else 'https'}://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()


def _read(stream: Any, number: int) -> Seen | None:
    line = stream.readline().decode("utf-8", "replace").split()
    if not line:
        return None
    if len(line) < 3 or not line[2].startswith("HTTP/"):
        return Seen("", "", (), number)
    headers = []
    while (text := stream.readline().decode("utf-8", "replace").rstrip("\r\n")) != "":
        name, _, value = text.partition(":")
        headers.append((name, value.strip()))
    return Seen(line[0], line[1], tuple(headers), number)


def _keeps_alive(said: bytes) -> bool:
    head, _, body = said.partition(b"\r\n\r\n")
    length = f"content-length: {len(body)}".encode()
    return length in head.lower() and b"connection: close" not in head.lower()
