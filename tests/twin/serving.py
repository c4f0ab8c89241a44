"""Serves any ASGI application from a thread, on a free loopback port, as long as a `with` block lasts."""

import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Message, Receive, Send], Awaitable[None]]


class _Server(uvicorn.Server):
    """Tells when it listens, and when it never will."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.settled.set()


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve `app`, and give its URL without a slash at its end.

    The application's own errors become a 500 or a broken connection, as with any server, and are not printed.

    Raises:
        RuntimeError: the application failed as it started.

    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_config=None, log_level="critical", timeout_graceful_shutdown=1)
        server = _Server(config)
        thread = threading.Thread(target=_run, args=(server, listener), name="serving", daemon=True)
        thread.start()
        server.settled.wait()
        try:
            if not server.started:
                raise RuntimeError("the application did not start: its lifespan failed")
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _run(server: _Server, listener: socket.socket) -> None:
    try:
        # A lifespan that fails makes uvicorn exit; here that is the caller's to raise.
        with suppress(SystemExit):
            server.run(sockets=[listener])
    finally:
        server.settled.set()
