"""Which status must come for a request, or that the rules leave it open and which are then right."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

import jsonschema_rs
from pydantic_core import SchemaValidator, ValidationError, core_schema

from contract_tests.exchange import Exchange, Request
from contract_tests.operation import Operation, Parameter
from contract_tests.settings import full_date

LONGEST_LINE = 8 * 1024
"""Bytes of a request line that a server must take: RFC 9112, section 3, recommends 8,000 octets at the least."""

_TOO_LONG = frozenset({400, 414, 431})
_UNEXPECTED_PARAMETER = frozenset({400, 422})
_CONTROL_CHARACTER = frozenset(range(400, 500))
# Of pydantic its core alone: the rest takes longer to import, and a date needs none of it.
_PYDANTIC_DATE = SchemaValidator(core_schema.date_schema())

Refusal = Callable[[Mapping[str, str]], int | None]
"""A rule of one operation, asked once its parameters are valid: the status it refuses them with, or None."""


class Reading(Enum):
    """How a parameter's value stands to its schema."""

    VALID = auto()
    MISSING = auto()
    INVALID = auto()
    OPEN = auto()  # servers differ, and may


@dataclass(frozen=True)
class Expectation:
    """What may come for a request.

    Attributes:
        statuses: the right statuses.
        preferred: the one that the kit's rules ask for; another one of `statuses` deserves advice at most.
        excused: those of `statuses` that something in front of the API may send, with a body of its own.
        offending: the parameters that must be named where a 422 comes.
        why: the reason, as an ending of "a request ...".

    """

    statuses: frozenset[int]
    preferred: int
    excused: frozenset[int]
    offending: tuple[str, ...]
    why: str

    @property
    def is_certain(self) -> bool:
        """Whether exactly one status is right."""
        return len(self.statuses) == 1

    def allows(self, exchange: Exchange) -> bool:
        """Tell whether an answer has a right status."""
        return exchange.status in self.statuses


class Oracle:
    """Judges requests for one operation, by design: key, then parameters, then the operation's own rules.

    Arguments:
        operation: the operation, for its security scheme and its parameters.
        key: the valid key.
        refusals: the operation's own rules, in their order.

    """

    def __init__(self, operation: Operation, key: str, refusals: tuple[Refusal, ...] = ()) -> None:
        self._operation = operation
        self._key = key
        self._refusals = refusals
        self._expected: dict[Request, Expectation] = {}

    def has_valid_key(self, request: Request) -> bool:
        """Tell whether a request carries the key where the document wants it."""
        return request.header(self._operation.key_header) == (self._key,)

    def expect(self, request: Request) -> Expectation:
        """Say what may come for a request with the operation's own method; each is judged once, and asked for often."""
        if request not in self._expected:
            self._expected[request] = self._expect(request)
        return self._expected[request]

    def _expect(self, request: Request) -> Expectation:
        readings = {parameter.name: self._read(parameter, request) for parameter in self._operation.parameters}
        offending = tuple(name for name, reading in readings.items() if reading in (Reading.MISSING, Reading.INVALID))
        allowed: dict[int, str] = {}
        has_key = self.has_valid_key(request)
        if not has_key:
            allowed[401] = "without a valid key"
        if offending:
            allowed[422] = "with " + " and ".join(f"{name} {readings[name].name.lower()}" for name in offending)
        elif Reading.OPEN in readings.values():
            # A server that refuses such a value is as right as one that reads it, however it reads it.
            for status in (200, 400, 422) if has_key else (400, 422):
                allowed.setdefault(status, "with a value that servers may read or refuse")
        else:
            values = {name: request.values(name)[0] for name in readings if request.values(name)}
            for refuse in self._refusals:
                refusal = refuse(values)
                if refusal is not None:
                    allowed.setdefault(refusal, "that breaks a rule of the operation")
                    break
        if not allowed:
            allowed[200] = "that keeps every rule"
        return self._with_oddities(request, allowed, offending)

    def _with_oddities(self, request: Request, allowed: dict[int, str], offending: tuple[str, ...]) -> Expectation:
        odd: set[int] = set()
        known = {parameter.name for parameter in self._operation.parameters}
        if any(name not in known or len(request.values(name)) > 1 for name, _ in request.query):
            odd |= _UNEXPECTED_PARAMETER
        texts = [text for name in known for text in request.values(name)]
        texts += request.header(self._operation.key_header)
        if any(unicodedata.category(character) == "Cc" for text in texts for character in text):
            odd |= _CONTROL_CHARACTER
        if len(request.url("")) + len("GET  HTTP/1.1") > LONGEST_LINE:
            odd |= _TOO_LONG
        preferred = next(iter(allowed))
        return Expectation(frozenset(allowed) | odd, preferred, frozenset(odd), offending, allowed[preferred])

    def _read(self, parameter: Parameter, request: Request) -> Reading:
        texts = request.values(parameter.name)
        if not texts:
            return Reading.MISSING if parameter.required else Reading.VALID
        if len(texts) > 1:
            return Reading.OPEN
        if parameter.is_date:
            return read_date(texts[0])
        # A query parameter is text: a schema that wants another type is held against what the text spells.
        valid = jsonschema_rs.is_valid(parameter.schema, texts[0])
        return Reading.VALID if valid else Reading.OPEN


def read_date(text: str) -> Reading:
    """Hold a text against RFC 3339's full-date.

    Some texts are none and are still taken for a date by pydantic, which the vendor validates with; those, and the
    year 0000, which RFC 3339 has and most calendars lack, are open.
    """
    try:
        full_date(text)
    except ValueError:
        if _is_of_year_0(text):
            return Reading.OPEN
        try:
            _PYDANTIC_DATE.validate_python(text)
        except ValidationError:
            return Reading.INVALID
        return Reading.OPEN
    return Reading.VALID


def _is_of_year_0(text: str) -> bool:
    """Tell whether a text is a full-date but for its year, which Python's calendar lacks; it is a leap year."""
    try:
        full_date(f"0004{text.removeprefix('0000')}")
    except ValueError:
        return False
    return text.startswith("0000")
