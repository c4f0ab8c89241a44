"""The log: a line for each request, for a reader at a terminal or, as JSON, for a program."""

from __future__ import annotations

import asyncio
import os
import select
import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TextIO

import orjson

from mock_server.entries import Entry, Secrets, Seen

_PAUSE: Final = 0.05  # seconds; lines of that time are written together, which costs a busy mock much less
_AGAIN: Final = 0.25  # seconds until output that nobody read is tried again
_MOST_WAITING: Final = 10_000
_ATOMIC: Final = 4096  # bytes that a pipe takes whole once it takes any (POSIX has 512 or more, Linux this)
_COLOURS: Final = {0: 35, 2: 32, 3: 36, 4: 33, 5: 31}  # by the status's first digit, as ANSI has them
_DIM: Final = 2


class RequestLog:
    """Writes lines to a stream, and never waits for it.

    Another program may have started the mock and read its banner alone: whoever does not read what is written would
    stop the mock once the pipe is full. So lines wait, and the oldest are left out where too many do; it says how
    many.
    """

    def __init__(self, stream: TextIO, secrets: Secrets, *, as_json: bool) -> None:
        """Log to `stream`, which has a file descriptor."""
        self._descriptor = stream.fileno()
        self._poll = _poll(self._descriptor)
        self._encoding = stream.encoding or "utf-8"
        self._secrets = secrets
        self._line: Callable[[Entry], str] = _json if as_json else Text(coloured=_takes_colour(stream))
        self._waiting: deque[Seen] = deque()
        self._rest = b""
        self._lost = 0
        self._timer: asyncio.TimerHandle | None = None
        self._gone = False

    def add(self, seen: Seen) -> None:
        """Log a request, soon."""
        self._waiting.append(self._secrets.shortened(seen))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_PAUSE, self._flush)
        elif len(self._waiting) > _MOST_WAITING:
            self._waiting.popleft()
            self._lost += 1

    def close(self) -> None:
        """Write what waits, as far as it is taken at once."""
        if self._timer is not None:
            self._timer.cancel()
        self._write()

    def _flush(self) -> None:
        self._write()
        left = (self._waiting or self._rest) and not self._gone
        self._timer = asyncio.get_running_loop().call_later(_AGAIN, self._flush) if left else None

    def _write(self) -> None:
        """Write as long as it is taken."""
        try:
            while not self._gone and (self._rest or self._waiting) and self._takes_more():
                self._rest = self._rest or self._next()
                cut = self._rest.rfind(b"\n", 0, _ATOMIC) + 1 or _ATOMIC
                written = os.write(self._descriptor, self._rest[:cut])
                self._rest = self._rest[written:]
        except BlockingIOError:
            pass
        except OSError:  # who read it is gone; the mock is not there for its log
            self._gone = True
        if self._gone:
            self._waiting.clear()

    def _takes_more(self) -> bool:
        return self._poll is None or bool(self._poll(0))

    def _next(self) -> bytes:
        """Make lines of all that waits."""
        several = list(self._waiting)
        self._waiting.clear()
        lines = [self._line(entry) for entry in self._secrets.entries(several)]
        if self._lost:
            lines.insert(0, self._left_out())
        return "".join(f"{line}\n" for line in lines).encode(self._encoding, "backslashreplace")

    def _left_out(self) -> str:
        count, self._lost = self._lost, 0
        said = f"{count} requests are left out here: nobody read the log"
        return orjson.dumps({"left_out": count, "message": said}).decode() if self._line is _json else said


class Text:
    """Writes a request as one line of text."""

    def __init__(self, *, coloured: bool) -> None:
        self._paint = _painted if coloured else _plain

    def __call__(self, entry: Entry) -> str:
        """Give the line, in local time; nothing in it can be taken for the terminal's own codes."""
        clock = self._paint(_clock(entry.id // 1_000_000), _DIM)
        status = self._paint(str(entry.status or "---"), _COLOURS.get(entry.status // 100, 0))
        asked = f"{entry.path}?{entry.query}" if entry.query else entry.path
        notes = self._paint(_visible(_notes(entry)), _DIM)
        return f"{clock} {status} {entry.ms:8.1f} ms  {_visible(entry.method):<4} {_visible(asked)}{notes}"


def _notes(entry: Entry) -> str:
    notes = [f"[{entry.key}]"] if entry.key else []
    if entry.preference:
        notes.append(f"Prefer: {entry.preference}")
    if entry.fault:
        notes.append(f"fault: {entry.fault}")
    for parameter, reason in entry.refused:
        notes.append(f"{parameter}: {reason}" if parameter else reason)
    return f"  {'; '.join(notes)}" if notes else ""


@lru_cache(1)
def _clock(seconds: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))


def _json(entry: Entry) -> str:
    return entry.as_json().decode()


def _painted(text: str, code: int) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if text else ""


def _plain(text: str, _code: int) -> str:
    return text


def _visible(text: str) -> str:
    """Write what a terminal would obey as escapes."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _takes_colour(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal that shows colours (see no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _poll(descriptor: int) -> Callable[[int], list[tuple[int, int]]] | None:
    """Make what tells whether a write would be taken at once, where the system can tell."""
    if not hasattr(select, "poll"):
        return None
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return poll.poll
