"""The mock inside of a Python program: on a thread of its own, at a free port of the loopback interface."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mock_server.serving import Server, build_quietly, listen, url_of
from mock_server.settings import Settings

if TYPE_CHECKING:
    import socket

    from mock_server.entries import Entry
    from mock_server.reload import Reloading

_PATIENCE: Final = 30.0  # seconds; the mock takes a hundredth of that

_DEFAULTS: Final[dict[str, Any]] = {"port": 0, "reload": False}

_logger = logging.getLogger("mock_server")

T = TypeVar("T")


class Running:
    """A mock that answers.

    Attributes:
        url: where, without a slash at its end.
        api_key: a key that it accepts.

    """

    def __init__(self, reloading: Reloading, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.url = url
        self.api_key = reloading.mock.settings.api_keys[0].value
        self._reloading = reloading
        self._loop = loop

    @property
    def requests(self) -> list[Entry]:
        """The API's requests since the start or the last `reset`, the oldest first; the last 1,000 of them."""
        return self._ask(lambda: list(self._reloading.mock.journal.entries()))

    def scenario(self, name: str) -> None:
        """Answer with the data of another scenario from now on.

        Raises:
            InputError: there is no such scenario; names those that there are.

        """
        self._ask(lambda: self._reloading.mock.state.change({"scenario": name}))

    def reset(self) -> None:
        """Go back to how the mock was started, and forget the requests."""
        self._ask(self._reloading.mock.reset)

    def _ask(self, question: Callable[[], T]) -> T:
        """Ask in the mock's own thread, between two steps of its requests."""

        async def answer() -> T:
            return question()

        return asyncio.run_coroutine_threadsafe(answer(), self._loop).result(_PATIENCE)


@contextmanager
def running(**settings: Any) -> Iterator[Running]:
    """Serve until the end of a `with` block: at a free port where `port` names none, and as the files are now.

    Args:
        settings: fields of `Settings`, as in `running(scenario="outage", seed=3)`.

    Raises:
        InputError: a setting, the document or a fixture is not right.
        TypeError: there is no such setting.

    """
    chosen = _settings(settings)
    with listen(chosen.host, chosen.port) as listener:
        reloading = build_quietly(chosen)
        started: Future[asyncio.AbstractEventLoop] = Future()
        server = Server(reloading, lambda: started.set_result(asyncio.get_running_loop()), _logger.warning)
        thread = threading.Thread(target=_serve, args=(server, listener, started), name="feather-mock", daemon=True)
        thread.start()
        try:
            loop = started.result(_PATIENCE)
            yield Running(reloading, url_of(chosen.host, listener), loop)
        finally:
            server.should_exit = True
            thread.join()


def _settings(given: dict[str, Any]) -> Settings:
    """Make settings that suit a program: nothing is printed, and files may be named by strings."""
    paths = {each.name for each in fields(Settings) if isinstance(each.default, Path)}
    chosen: dict[str, Any] = {name: Path(value) if name in paths else value for name, value in given.items()}
    return Settings(**(_DEFAULTS | chosen))


def _serve(server: Server, listener: socket.socket, started: Future[asyncio.AbstractEventLoop]) -> None:
    """Serve until asked to end; what keeps the server from starting is raised where it is waited for."""
    try:
        server.run(sockets=[listener])
    except BaseException as error:
        if started.done():
            raise
        started.set_exception(error)
    if not started.done():
        started.set_exception(RuntimeError("the mock ended before it had started"))
