"""What is told of a request that was answered, and how keys are kept out of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, starmap
from typing import Final, NamedTuple
from urllib.parse import unquote_plus

import msgspec
import orjson
from msgspec.structs import replace

from feather_kit.redaction import MARK, Redactor

LONGEST: Final = 2000
"""The most characters of a text that are kept: thousands of requests must not fill the memory."""

_HINTS: Final = ("key", "token", "secret", "passw", "auth", "%")
_TELLING: Final = re.compile(
    r"(?:x[-_.])?key|(?:.*[-_.])?(?:api[-_.]?key|token|secret|password|passwd|authorization)", re.DOTALL
)

Refused = tuple[tuple[str, str], ...]
"""Parameters that were refused, and why."""


class Seen(msgspec.Struct, frozen=True, gc=False):
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
        return self._redactor.beginning(text, LONGEST)

    def shortened(self, seen: Seen) -> Seen:
        """Give a request that takes little memory; keys go first, for half of one would not be found any more."""
        longest = max(map(len, chain(*seen.refused))) if seen.refused else 0
        if longest <= LONGEST and len(seen.path) <= LONGEST and len(seen.query) <= LONGEST:
            return seen
        return replace(
            seen,
            path=self.text(seen.path),
            query=self.query(seen.query).encode("latin-1", "replace"),
            refused=tuple((self.text(parameter), self.text(reason)) for parameter, reason in seen.refused),
        )

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
