"""Edits show at once: watches the files that are served, and puts a new mock in the old one's place."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.types import Receive, Scope, Send

from feather_kit.errors import InputError
from mock_server.data.fixtures import SUFFIXES, places

if TYPE_CHECKING:
    from mock_server.application import Mock
    from mock_server.settings import Settings

_PERIOD: Final = 0.2  # seconds; an edit is taken once it has stood for one of them
_logger = logging.getLogger("mock_server")
_STOPPING: Final = {"type": "lifespan.shutdown"}

Look = Mapping[str, tuple[int, int, int]]
"""The files that there are, each with what changes when it is written or replaced."""


Say = Callable[[str], None]
"""Is told, in a line, what became of an edit."""


class Files:
    """The files that settings name.

    There are about a dozen, and a look at them takes less than a tenth of a millisecond. To be told by the system
    instead would cost a thread that wakes as often, and would miss edits on network drives and in containers.
    """

    def __init__(self, settings: Settings) -> None:
        self._document = str(settings.document)
        self._places = [str(place) for place in places(settings.fixtures)]

    def look(self) -> Look:
        """See which there are, and in what state."""
        seen = {}
        with contextlib.suppress(OSError):
            seen[self._document] = _stamp(os.stat(self._document))  # noqa: PTH116  # half of `Path.stat`'s time
        for place in self._places:
            with contextlib.suppress(OSError), os.scandir(place) as entries:
                seen.update((entry.path, _stamp(entry.stat())) for entry in entries if entry.name.endswith(SUFFIXES))
        return seen


def _stamp(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


class Reloading:
    """An ASGI application: the mock as its files have it, or had it before they were broken.

    A request is answered to its end by the mock that it came to.

    Attributes:
        mock: the one that answers now.

    """

    def __init__(self, settings: Settings, build: Callable[[Mock | None], Mock]) -> None:
        """Build the first mock.

        Args:
            settings: name the files, and tell whether edits are to be served.
            build: makes the mock that the files ask for, to follow another, if any; it raises InputError.

        Raises:
            InputError: the files are not right.

        """
        self._files = Files(settings)
        self._seen = self._files.look()  # before they are read, so that no edit is missed
        self.mock = build(None)
        self._build = build
        self._say: Say = _logger.warning
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Answer a request."""
        return self.mock(scope, receive, send)  # type: ignore[no-any-return]  # Connexion is not typed

    def start(self, say: Say) -> None:
        """Begin to watch, if edits are to be served, and tell what becomes of them; for the thread that serves."""
        if not self.mock.settings.reload:
            return
        self._say = say
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._watch, args=(loop,), name="feather-mock files", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        before = self._seen
        while not self._end.wait(_PERIOD):
            now = self._files.look()
            # A file that is being written, or is about to be replaced, looks different again a moment later.
            if now == before != self._seen:
                edited = _difference(self._seen, now)
                self._seen = now
                result = self._follow(edited)
                with contextlib.suppress(RuntimeError):  # the server has ended meanwhile
                    loop.call_soon_threadsafe(self._take, result, edited)
            before = now

    def _follow(self, edited: str) -> Mock | InputError:
        """Make the mock that the files ask for, ready to answer at once; or say why there is none."""
        try:
            mock = self._build(self.mock)
            asyncio.run(_make_ready(mock))
        except InputError as error:
            return error
        except Exception:
            _logger.exception("an edit of %s cannot be served", edited)
            return InputError(f"the edit of {edited} makes the mock fail; its log tells more", "Undo the edit")
        return mock

    def _take(self, result: Mock | InputError, edited: str) -> None:
        """Let the new mock answer from now on; called between two steps of the requests under way."""
        state = self.mock.state
        try:
            if isinstance(result, InputError):
                raise result
            state.adopt(result.scenarios)
        except InputError as error:
            state.tell(error)
            self._say(f"{error} What was served before still is.")
            return
        self.mock = result
        state.tell(None)
        self._say(f"{edited} is served as edited")


async def _make_ready(mock: Mock) -> None:
    """Do what a mock would otherwise do at its first request, while the one before it still answers."""
    incoming = iter([{"type": "lifespan.startup"}, _STOPPING])

    async def receive() -> dict[str, str]:
        return next(incoming, _STOPPING)

    async def send(_message: Any) -> None:
        """Connexion has built its stack by then."""

    await mock({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    mock.traffic.rollup().rows(mock.traffic.today, mock.traffic.today, None, None)


def _difference(before: Look, now: Look) -> str:
    """Name the files that were edited."""
    names = sorted(Path(path).name for path in before.keys() | now.keys() if before.get(path) != now.get(path))
    return f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else names[0]
