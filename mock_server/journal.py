"""The journal: what was asked of the mock lately, and how each request ended; no key is ever in it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, MutableMapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from mock_server.entries import LONGEST, Entry, Secrets, Seen

MOST: Final = 1000
"""The number of requests that are remembered."""

NOTES: Final = "mock_server.notes"
"""The key of the request's scope under which stands what its rooms note of it for the journal."""

_PAUSE: Final = 0.05  # seconds; a reader gets what happened in them at once


def note(scope: MutableMapping[str, Any], name: str, value: Any) -> None:
    """Note something of a request, from within any room: `refused`, `preference` or `fault`, as `Seen` has them."""
    notes = scope.get(NOTES)
    if notes is not None:
        notes[name] = value


class Journal:
    """The last thousand requests; used in the thread of the event loop alone.

    Whoever counts all requests is told of many at once: one by one, that would take more time than to answer a tenth
    of them.

    Attributes:
        last: the id of the newest request, forgotten ones included; 0 before the first.

    """

    def __init__(self, secrets: Secrets, count: Callable[[Sequence[Seen]], None] | None = None) -> None:
        """Begin without requests.

        Args:
            secrets: takes keys out of what is shown.
            count: is told of each request once, before it is forgotten and when `tell` is called.

        """
        self._secrets = secrets
        self._count = count
        self._untold = 0
        self._seen: deque[Seen] = deque(maxlen=MOST)
        self._readers: set[asyncio.Event] = set()
        self._closed = False
        self.last = 0

    def add(self, seen: Seen) -> None:
        """Remember a request."""
        if seen.id <= self.last:  # two within a microsecond, or a clock that was set back
            seen = replace(seen, id=self.last + 1)
        self.last = seen.id
        # Most are short by far, and are spared a closer look.
        if seen.refused or len(seen.query) > LONGEST or len(seen.path) > LONGEST:
            seen = self._secrets.shortened(seen)
        self._seen.append(seen)
        self._untold += 1
        if self._untold == MOST:
            self.tell()
        if self._readers:
            for reader in self._readers:
                reader.set()

    def tell(self) -> None:
        """Let those be counted that were not yet."""
        untold = list(self._seen)[len(self._seen) - self._untold :]
        self._untold = 0
        if self._count is not None:
            self._count(untold)

    def entries(
        self,
        *,
        after: int = 0,
        status: Callable[[int], bool] | None = None,
        method: str | None = None,
        path: str | None = None,
    ) -> Iterator[Entry]:
        """Go through the requests, the oldest first.

        Args:
            after: only those with a higher id.
            status: only those whose status it accepts.
            method: only those with this method, in any case.
            path: only those whose path holds this text.

        """
        for seen in [seen for seen in self._seen if seen.id > after]:
            if status is not None and not status(seen.status):
                continue
            if method is not None and seen.method.upper() != method.upper():
                continue
            entry = self._secrets.entry(seen)
            if path is None or path in entry.path:
                yield entry

    def clear(self) -> None:
        """Forget all requests."""
        self.tell()
        self._seen.clear()

    def close(self) -> None:
        """End all that `follow` it, so that a server can end."""
        self._closed = True
        for reader in self._readers:
            reader.set()

    async def follow(self, after: int, patience: float) -> AsyncIterator[list[Entry]]:
        """Give what comes after an id, as it comes, until `close`; nothing, after `patience` seconds of nothing."""
        news = asyncio.Event()
        self._readers.add(news)
        try:
            while not self._closed:
                found = list(self.entries(after=after))
                if found:
                    after = found[-1].id
                    yield found
                    await asyncio.sleep(_PAUSE)
                    continue
                news.clear()
                try:
                    await asyncio.wait_for(news.wait(), patience)
                except TimeoutError:
                    yield []
        finally:
            self._readers.discard(news)
