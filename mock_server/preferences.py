"""What one request asks for: the `Prefer` header (RFC 7240), or its twins in the query."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from urllib.parse import unquote_plus

from feather_kit.errors import InputError
from mock_server.delay import Delay, read_delay
from mock_server.response.problems import BAD_PREFERENCE, Refusal

NAMES: Final = ("code", "scenario", "seed", "delay", "today", "example")
TWINS: Final = {f"__{name}": name for name in NAMES}
"""The query's names for the same, for places where no header can be set."""

PREFERENCES: Final = "mock_server.preferences"
"""The key of the request's scope under which its `Preferences` stand, where it has any."""

_TCHARS: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_WORD: Final = rf'{_TCHARS}|"(?:[^"\\]|\\.)*+"'
# RFC 7240, section 2: a preference, and parameters after it, which none of the mock's has. Nothing is ever given
# back, so that no header takes long to read.
_PREFERENCE: Final = re.compile(
    rf"[ \t]*+({_TCHARS})(?:[ \t]*+=[ \t]*+({_WORD})?+)?+"
    rf"(?:[ \t]*+;[ \t]*+(?:{_TCHARS}(?:[ \t]*+=[ \t]*+(?:{_WORD})?+)?+)?+)*+[ \t]*+",
    re.DOTALL,
)
# The elements of a list (RFC 9110, section 5.6.1); a quoted text that never ends goes on to the end.
_ELEMENT: Final = re.compile(r'(?:[^",]++|"(?:[^"\\]++|\\.)*+(?:"|\\?$))++', re.DOTALL)
_NAME: Final = re.compile(rf"[ \t]*+({_TCHARS})")
_MOST_SEED: Final = 2**63
_MOST_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a request asks for; None: as everyone gets it.

    Attributes:
        code: the status of the answer.
        scenario: the scenario of its rows.
        seed: the seed of its rows.
        delay: how long it waits.
        today: the last day with traffic.
        example: the name of the document's example.
        given: each preference that is understood, by its name, as it was written.

    """

    code: int | None = None
    scenario: str | None = None
    seed: int | None = None
    delay: Delay | None = None
    today: date | None = None
    example: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def other_data(self) -> bool:
        """Rows are asked for that not everyone gets."""
        return self.scenario is not None or self.seed is not None or self.today is not None

    def applied(self, *names: str) -> str:
        """Write those of `names` that were given, as `Preference-Applied` has them (RFC 7240, section 3)."""
        return ", ".join(f"{name}={_word(text)}" for name, text in self.given.items() if name in names)


def read_preferences(scope: Mapping[str, Any], statuses: Iterable[str]) -> Preferences:
    """Read what a request asks for; its query only where it has no `Prefer` at all.

    Args:
        scope: the request's ASGI scope.
        statuses: those that the document has for the operation, to be named in a refusal.

    Raises:
        Refusal: something that the mock understands has a value that cannot be.

    """
    headers = [value for name, value in scope["headers"] if name == b"prefer"]
    if headers:
        return _understand(_from_headers(headers), statuses)
    return _understand(_from_query(scope["query_string"]), statuses)


def refuse(name: str, text: str, cause: str, remedy: str) -> Refusal:
    """Make the refusal of a preference that cannot be had; `cause` goes on after `name=text`."""
    return Refusal(BAD_PREFERENCE, shown=_short(f"{name}={text}"), cause=cause, remedy=remedy)


def without_twins(query: bytes) -> bytes:
    """Take the twins out of a query string; what is left stands as it stood."""
    return b"&".join(part for part in query.split(b"&") if _twin(part) is None)


def _understand(pairs: Iterator[tuple[str, str]], statuses: Iterable[str]) -> Preferences:
    """Make values of texts; the first of a name counts (RFC 7240, section 2)."""
    given: dict[str, str] = {}
    for name, text in pairs:
        given.setdefault(name, text)
    values: dict[str, Any] = {}
    for name, text in given.items():
        try:
            values[name] = _READERS[name](text)
        except InputError as error:
            remedy = error.remedy
            if name == "code":
                remedy += f"; the document has {', '.join(statuses)} here"
            raise refuse(name, text, error.problem, remedy) from None
    return Preferences(**values, given=given)


def _from_headers(headers: list[bytes]) -> Iterator[tuple[str, str]]:
    """Take the headers apart; of what is unknown, not even the form matters."""
    for header in headers:
        for element in _ELEMENT.findall(_decoded(header)):
            found = _PREFERENCE.fullmatch(element)
            start = _NAME.match(element)
            name = start[1].lower() if start else ""
            if name not in NAMES:
                continue
            if found is None:
                remedy = f'Write {name}=VALUE, or {name}="VALUE" where the value has more than letters and digits'
                raise refuse(name, element.partition("=")[2].strip(), "is not written as RFC 7240 has it", remedy)
            yield name, _unquoted(found[2] or "")


def _from_query(query: bytes) -> Iterator[tuple[str, str]]:
    for part in query.split(b"&"):
        name = _twin(part)
        if name is not None:
            yield name, unquote_plus(part.partition(b"=")[2].decode("latin-1"))


def _twin(part: bytes) -> str | None:
    return TWINS.get(unquote_plus(part.partition(b"=")[0].decode("latin-1")))


def _decoded(header: bytes) -> str:
    try:
        return header.decode()
    except UnicodeDecodeError:
        return header.decode("latin-1")


def _unquoted(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.DOTALL) if word.startswith('"') else word


def _word(text: str) -> str:
    """Write a value as a token, or quoted where it is none."""
    if re.fullmatch(_TCHARS, text):
        return text
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."


def _code(text: str) -> int:
    if not re.fullmatch(r"[2-5][0-9]{2}", text, re.ASCII):
        raise InputError("is no status that an answer can have", "Give one from 200 to 599")
    return int(text)


def _seed(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,19}", text, re.ASCII) or abs(int(text)) >= _MOST_SEED:
        raise InputError("is no seed", "Give a whole number, as 7")
    return int(text)


def _today(text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InputError("is no date", "Write it as YYYY-MM-DD, as in 2026-03-31")


def _name(text: str) -> str:
    if not text:
        raise InputError("names nothing", "Give a name")
    return text


def _milliseconds(text: str) -> Delay:
    try:
        return read_delay(text)
    except InputError as error:
        raise InputError("is no delay", error.remedy) from None


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "code": _code,
    "scenario": _name,
    "seed": _seed,
    "delay": _milliseconds,
    "today": _today,
    "example": _name,
}
