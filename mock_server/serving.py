"""Runs the mock on a socket: in this process, or in several that share it."""

import errno
import logging
import signal
import socket
import sys
import warnings
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import uvicorn

from feather_kit.errors import InputError
from mock_server.entries import Secrets
from mock_server.own_process import settle
from mock_server.protocol import Outbox, Protocol
from mock_server.reload import Reloading, Say
from mock_server.request_log import RequestLog
from mock_server.settings import Settings

if TYPE_CHECKING:
    from mock_server.recording import Sink

_BACKLOG: Final = 2048
_GRACE_SECONDS: Final = 2


def serve(settings: Settings) -> None:
    """Serve until a signal ends it (SIGINT and SIGTERM alike); print one banner once requests are answered.

    Raises:
        InputError: the address, the document or a fixture is not right.

    """
    logging.basicConfig(level=logging.WARNING, format="feather-mock: %(levelname)s: %(message)s")
    with listen(settings.host, settings.port) as listener:
        log = _log(settings)
        reloading = build_quietly(settings, None if log is None else log.add)
        banner = reloading.mock.banner(url_of(settings.host, listener))

        def work(started: Callable[[], None], speaks: bool = True) -> None:
            run(reloading, listener, started, _say if speaks else _say_nothing)
            if log is not None:
                log.close()

        if settings.workers == 1:
            work(lambda: announce(banner))
        else:
            from mock_server.workers import run_workers  # only several processes need it

            run_workers(settings.workers, work, lambda: announce(banner))


def _log(settings: Settings) -> RequestLog | None:
    """Make the log, where one is wanted and there is something to write it to."""
    if settings.log == "none":
        return None
    try:
        sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        return None
    secrets = Secrets(key.value for key in settings.api_keys)
    return RequestLog(sys.stdout, secrets, as_json=settings.log == "json")


def announce(banner: str) -> None:
    """Print the banner at once: other programs wait for its first line."""
    sys.stdout.write(f"{banner}\n")
    sys.stdout.flush()


def _say(line: str) -> None:
    """Tell who looks at the terminal, whatever the standard output is used for."""
    sys.stderr.write(f"feather-mock: {line}\n")
    sys.stderr.flush()


def _say_nothing(_line: str) -> None:
    """Leave it to another process to tell."""


def run(reloading: Reloading, listener: socket.socket, started: Callable[[], None], say: Say) -> None:
    """Serve on a bound socket, in this process, until SIGINT or SIGTERM.

    Args:
        reloading: the mock.
        listener: the socket.
        started: is called when it answers.
        say: is told of edits.

    """
    settle()
    # uvicorn ends by raising the signal again for the handler that was there before it: this one ends cleanly.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    Server(reloading, started, say).run(sockets=[listener])


class Server(uvicorn.Server):
    """uvicorn as the mock needs it; it tells when it has started, in the thread that serves."""

    def __init__(self, reloading: Reloading, on_start: Callable[[], None], say: Say) -> None:
        config = uvicorn.Config(
            reloading,
            access_log=False,
            backlog=_BACKLOG,
            http=partial(Protocol, outbox=Outbox()),  # type: ignore[arg-type]  # called with keywords alone
            interface="asgi3",
            lifespan="on",
            log_config=None,
            log_level=logging.WARNING,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            ws="none",
        )
        super().__init__(config)
        self._reloading = reloading
        self._on_start = on_start
        self._say = say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._reloading.start(self._say)
            self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End; whoever follows the journal would be waited for."""
        self._reloading.stop()
        self._reloading.mock.journal.close()
        await super().shutdown(sockets)


def build_quietly(settings: Settings, log: "Sink | None" = None) -> Reloading:
    """Build the mock, whatever warnings are turned into.

    Raises:
        InputError: the document or a fixture is not right.

    """
    with warnings.catch_warnings():
        # Connexion, as it is imported, touches what Starlette and jsonschema have deprecated.
        warnings.simplefilter("ignore")
        from mock_server.application import build  # what it imports warns

    return Reloading(settings, lambda before: build(settings, log, before))


def listen(host: str, port: int) -> socket.socket:
    """Bind a socket.

    Raises:
        InputError: the address cannot be had.

    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise InputError(f"--host {host!r} is no address of this machine", "Give one, as 127.0.0.1") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from None
    return listener


def _refused(host: str, port: int, error: OSError) -> InputError:
    if error.errno == errno.EADDRINUSE:
        return InputError(f"port {port} of {host} is in use", "Give another with --port; --port 0 takes a free one")
    if error.errno == errno.EACCES:
        return InputError(f"port {port} is not for ordinary users", "Give one above 1023 with --port")
    return InputError(f"cannot listen on {host} port {port}: {error.strerror}", "Give another --host or --port")


def url_of(host: str, listener: socket.socket) -> str:
    """Write the address as a browser on this machine can use it."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  # read, not bound
    return f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{listener.getsockname()[1]}"
