"""The journal: what was asked of the mock lately, and how each request ended; no key is ever in it."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, MutableMapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, starmap
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

import orjson

from feather_kit.redaction import MARK, Redactor

MOST: Final = 1000
"""The number of requests that are remembered."""

NOTES: Final = "mock_server.notes"
"""The key of the request's scope under which stands what its rooms note of it for the journal."""

_LONGEST: Final = 2000  # characters of a path or a query; a thousand of them must not fill the memory
_PAUSE: Final = 0.05  # seconds; a reader gets what happened in them at once
_HINTS: Final = ("key", "token", "secret", "passw", "auth", "%")
_TELLING: Final = re.compile(r"(?:.*[-_.])?(?:api-?_?)?(?:key|token|secret|password|passwd|authorization)", re.DOTALL)


Refused = tuple[tuple[str, str], ...]
"""Parameters that were refused, and why."""


class Seen(NamedTuple):
    """A request that was answered, as cheaply as it can be kept; an `Entry` is made of it when somebody asks.

    Attributes:
        id: rises from request to request; microseconds since 1970 (UTC), so that it does over a restart as well.
        method: as it was sent.
        path: decoded.
        query: as it was sent.
        status: of the answer; 0 where none was sent.
        seconds: from the request's head to the end of its answer.
        operation: the document's `operationId`, else method and path as the document has them, else empty.
        key: the name of the key that came with it; empty where it had none that is accepted.
        refused: what was refused, and why.
        preference: what was applied of its preferences.
        fault: the kind of fault that it met.

    """

    id: int
    method: str
    path: str
    query: bytes
    status: int
    seconds: float
    operation: str
    key: str
    refused: Refused
    preference: str
    fault: str


class Complaint(NamedTuple):
    """One parameter that was refused, and why; the parameter is empty where the request as a whole was."""

    parameter: str
    reason: str


class Entry(NamedTuple):
    """One request, as it is shown: like `Seen`, without keys.

    Attributes:
        id: rises from request to request.
        time: when it was answered, in UTC, as RFC 3339 has it.
        method: as it was sent.
        path: decoded.
        query: as it was sent.
        status: of the answer; 0 where none was sent.
        ms: how long it took.
        operation: which operation it was for, if any.
        key: the name of its key.
        refused: which parameters were refused, and why.
        preference: what was applied of its preferences.
        fault: the kind of fault that it met.

    """

    id: int
    time: str
    method: str
    path: str
    query: str
    status: int
    ms: float
    operation: str
    key: str
    refused: tuple[Complaint, ...]
    preference: str
    fault: str

    def as_json(self) -> bytes:
        """Write it as a JSON object of these names."""
        values = self._asdict()
        if self.refused:
            values["refused"] = [each._asdict() for each in self.refused]
        return orjson.dumps(values)


def note(scope: MutableMapping[str, Any], name: str, value: Any) -> None:
    """Note something of a request, from within any room: `refused`, `preference` or `fault`, as `Seen` has them."""
    notes = scope.get(NOTES)
    if notes is not None:
        notes[name] = value


class Secrets:
    """Takes keys out of what is told of a request.

    The mock's own keys are found wherever they stand, in whatever form; of a parameter whose name says that it
    holds a key, the whole value goes: a wrong key may be right somewhere else.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._redactor = Redactor("")
        for key in keys:
            self._redactor.hide(key)

    def text(self, text: str) -> str:
        """Give a text without keys."""
        return self._redactor.beginning(text, _LONGEST)

    def query(self, query: bytes) -> str:
        """Give a query string without keys."""
        text = query.decode("latin-1")
        if _hints(text):
            text = "&".join(map(_without_value, text.split("&")))
        return self.text(text)

    def entry(self, seen: Seen) -> Entry:
        """Give a request as it may be shown."""
        refused = tuple((self.text(parameter), self.text(reason)) for parameter, reason in seen.refused)
        return _entry(seen, self.text(seen.path), self.query(seen.query), refused, self.text(seen.preference))

    def entries(self, several: Sequence[Seen]) -> Iterator[Entry]:
        """Give requests as they may be shown; one look at all is much cheaper than one at each."""
        queries = "\n".join(seen.query.decode("latin-1") for seen in several)
        others = "\n".join("\n".join((seen.path, seen.preference, *chain(*seen.refused))) for seen in several)
        if _hints(queries) or any(self._redactor.text(text) != text for text in (queries, others)):
            yield from map(self.entry, several)
            return
        for seen in several:
            yield _entry(seen, seen.path, seen.query.decode("latin-1"), seen.refused, seen.preference)


def _entry(seen: Seen, path: str, query: str, refused: Refused, preference: str) -> Entry:
    return Entry(
        seen.id,
        _time(seen.id),
        seen.method,
        path,
        query,
        seen.status,
        round(seen.seconds * 1000, 3),
        seen.operation,
        seen.key,
        tuple(starmap(Complaint, refused)) if refused else (),
        preference,
        seen.fault,
    )


def _time(microseconds: int) -> str:
    return f"{_second(microseconds // 1_000_000)}.{microseconds // 1000 % 1000:03}Z"


@lru_cache(1)
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def _hints(query: str) -> bool:
    """Tell whether a query may name a key; most do not, and need no closer look."""
    lower = query.lower()
    return any(hint in lower for hint in _HINTS)


def _without_value(part: str) -> str:
    name, sign, _ = part.partition("=")
    return f"{name}={MARK}" if sign and _TELLING.fullmatch(unquote_plus(name).lower()) else part


class Journal:
    """The last thousand requests; used in the thread of the event loop alone.

    Attributes:
        last: the id of the newest request, forgotten ones included; 0 before the first.

    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._seen: deque[Seen] = deque(maxlen=MOST)
        self._readers: set[asyncio.Event] = set()
        self._closed = False
        self.last = 0

    def add(self, seen: Seen) -> None:
        """Remember a request."""
        if seen.id <= self.last:  # two within a microsecond, or a clock that was set back
            seen = seen._replace(id=self.last + 1)
        if len(seen.query) > _LONGEST or len(seen.path) > _LONGEST:
            # Shortened after the keys are out: half of one would not be found any more.
            shortened = self._secrets.query(seen.query).encode("latin-1", "replace")
            seen = seen._replace(query=shortened, path=self._secrets.text(seen.path))
        self.last = seen.id
        self._seen.append(seen)
        if self._readers:
            for reader in self._readers:
                reader.set()

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
