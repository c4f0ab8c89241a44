"""Faults in how dates are read: what is taken for one, and what is taken where there is none."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import HTTPException
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from tests.mutants.mutant import Change, Mutant, reading
from tests.mutants.wrapping import (
    with_query,
)
from tests.twin.application import Query, read_query

_DATE = TypeAdapter(date)
_PARTS = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)


def _today() -> date:
    return datetime.now(UTC).date()


def _parsing(parse: Callable[[str], date | None]) -> Change:
    """Read dates by `parse` where it gives one, as FastAPI does where it gives None.

    An error other than ValueError is one that nobody handles.
    """

    def before(value: Any) -> Any:
        return parse(value) or value if isinstance(value, str) else value

    lenient = Annotated[date, BeforeValidator(before)]

    def read(
        start_date: lenient,
        end_date: lenient,
        mode: str | None = None,
        slug: str | None = None,
    ) -> Query:
        return read_query(start_date, end_date, mode, slug)

    return reading(read)


def _start_defaults(
    end_date: date, start_date: date | None = None, mode: str | None = None, slug: str | None = None
) -> Query:
    return read_query(start_date or end_date - timedelta(days=29), end_date, mode, slug)


def _end_defaults(
    start_date: date, end_date: date | None = None, mode: str | None = None, slug: str | None = None
) -> Query:
    return read_query(start_date, end_date or max(start_date, _today()), mode, slug)


def _both_default(query: dict[str, str]) -> dict[str, str]:
    if "start_date" in query or "end_date" in query:
        return query
    today = _today()
    return {**query, "start_date": str(today - timedelta(days=29)), "end_date": str(today)}


def _empty_is(name: str, default: Callable[[dict[str, str]], str]) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda query: {**query, name: default(query)} if query.get(name) == "" else query


def _end_follows_start(query: dict[str, str]) -> dict[str, str]:
    """Take a malformed end for the start's day."""
    return query if is_date(query.get("end_date", "")) else {**query, "end_date": query.get("start_date", "")}


def is_date(text: str) -> bool:
    """Tell whether FastAPI takes a text for a date."""
    try:
        _DATE.validate_python(text)
    except ValidationError:
        return False
    return True


def _overflow_day(text: str) -> date | None:
    """Read as JavaScript's `new Date(y, m - 1, d)`: 30 February is 2 March."""
    parts = _PARTS.fullmatch(text)
    if not parts:
        return None
    year, month, day = map(int, parts.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31 and 1 <= year < 9999):
        return None
    return date(year, month, 1) + timedelta(days=day - 1)


def _overflow_month(text: str) -> date | None:
    parts = _PARTS.fullmatch(text)
    if not parts or not 12 < int(parts[2]) <= 24 or not 1 <= int(parts[3]) <= 28:
        return None
    return date(int(parts[1]) + 1, int(parts[2]) - 12, int(parts[3]))


def _clamp_day(text: str) -> date | None:
    parts = _PARTS.fullmatch(text)
    if not parts or not 1 <= int(parts[2]) <= 12 or not 1 <= int(parts[3]) <= 31 or int(parts[1]) < 1:
        return None
    year, month, day = map(int, parts.groups())
    return date(year, month, min(day, monthrange(year, month)[1]))


def _any_29_february(text: str) -> date | None:
    parts = _PARTS.fullmatch(text)
    if not parts or parts.group(2, 3) != ("02", "29") or int(parts[1]) < 1:
        return None
    return date(int(parts[1]), 2, 28) + timedelta(days=1)


def _julian_29_february(text: str) -> date | None:
    return _any_29_february(text) if text[:4].isascii() and text[:4].isdigit() and int(text[:4]) % 4 == 0 else None


def _no_29_february(text: str) -> date | None:
    if text.endswith("-02-29"):
        raise ValueError("day is out of range for month")
    return None


def _no_29_february_of_a_century(text: str) -> date | None:
    """Know that a year that 100 divides is none, and not that one that 400 divides is."""
    return _no_29_february(text) if text[2:4] == "00" else None


def _in_form(*forms: str) -> Callable[[str], date | None]:
    def parse(text: str) -> date | None:
        for form in forms:
            try:
                return datetime.strptime(text, form).replace(tzinfo=UTC).date()
            except ValueError:
                continue
        return None

    return parse


def _iso_of_any_kind(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if "W" in text else None
    except ValueError:
        return None


def _first_ten(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if len(text) > 10 and is_date(text[:10]) else None


def _stripped(text: str) -> date | None:
    return date.fromisoformat(text.strip()) if is_date(text.strip()) else None


def _in_words(text: str) -> date | None:
    words = {"today": 0, "yesterday": 1, "now": 0}
    return _today() - timedelta(days=words[text]) if text in words else None


def _digits_of_any_script(text: str) -> date | None:
    plain = "".join(str(unicodedata.digit(character, character)) for character in text)
    return date.fromisoformat(plain) if plain != text and _PARTS.fullmatch(plain) and is_date(plain) else None


def _null_is_today(text: str) -> date | None:
    return _today() if text in {"null", "undefined", "None"} else None


def _unguarded(text: str) -> date | None:
    """Fail, other than by ValueError, on a date of the right form that is none."""
    if _PARTS.fullmatch(text) and not is_date(text):
        raise OverflowError(text)
    return None


def _long_year(text: str) -> date | None:
    if re.fullmatch(r"\d{5,}-\d\d-\d\d", text):
        raise OverflowError(text)
    return None


def _text_parameters(start_date: str, end_date: str, mode: str | None = None, slug: str | None = None) -> Query:
    """Take dates as text, and refuse those that are none with the wrong status."""
    if not (is_date(start_date) and is_date(end_date)):
        raise HTTPException(400, "Dates must be given as YYYY-MM-DD")
    return read_query(_DATE.validate_python(start_date), _DATE.validate_python(end_date), mode, slug)


FAULTS = (
    Mutant(
        "start-missing-defaults",
        "A missing start_date means 30 days before the end.",
        "422",
        reading(_start_defaults),
    ),
    Mutant("end-missing-defaults", "A missing end_date means today.", "422", reading(_end_defaults)),
    Mutant(
        "both-missing-default",
        "With neither date the last 30 days are answered.",
        "422",
        wrap=with_query(_both_default),
    ),
    Mutant(
        "start-empty-defaults",
        "`start_date or ...` takes the empty text for a missing default.",
        "422",
        wrap=with_query(_empty_is("start_date", lambda query: query.get("end_date", ""))),
    ),
    Mutant(
        "end-empty-defaults",
        "`end_date or ...` takes the empty text for today.",
        "422",
        wrap=with_query(_empty_is("end_date", lambda query: query.get("start_date", ""))),
    ),
    Mutant(
        "end-malformed-ignored",
        "An end_date that cannot be read is taken for the start's day.",
        "422",
        wrap=with_query(_end_follows_start),
    ),
    Mutant("malformed-is-400", "Dates are read by hand, and refused with 400.", "422", reading(_text_parameters)),
    Mutant(
        "impossible-is-500",
        "Dates pass a regular expression first and then fail unhandled.",
        "422",
        _parsing(_unguarded),
    ),
    Mutant("long-year-500", "A year of five digits overflows.", "422", _parsing(_long_year)),
    Mutant("day-overflows", "30 February is taken for 2 March.", "422", _parsing(_overflow_day)),
    Mutant("month-overflows", "Month 13 is taken for January of the next year.", "422", _parsing(_overflow_month)),
    Mutant("day-clamped", "A day after the month's end is taken for its last.", "422", _parsing(_clamp_day)),
    Mutant("29-february-always", "Each year has a 29 February.", "422", _parsing(_any_29_february)),
    Mutant(
        "29-february-1900",
        "Each fourth year has a 29 February, 1900 and 2100 too.",
        "422",
        _parsing(_julian_29_february),
    ),
    Mutant(
        "29-february-2000",
        "No year that ends a century has a 29 February, 2000 neither.",
        "200",
        _parsing(_no_29_february_of_a_century),
    ),
    Mutant("29-february-never", "No year has a 29 February.", "200", _parsing(_no_29_february)),
    Mutant(
        "other-separators",
        "Slashes and dots pass for hyphens.",
        "422",
        _parsing(_in_form("%Y/%m/%d", "%Y.%m.%d")),
    ),
    Mutant(
        "day-first",
        "European and American orders are understood as well.",
        "422",
        _parsing(_in_form("%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y", "%m/%d/%Y")),
    ),
    Mutant("unpadded", "strptime takes months and days of one digit.", "422", _parsing(_in_form("%Y-%m-%d"))),
    Mutant("week-dates", "Any ISO 8601 date is taken, 2026-W05-1 too.", "422", _parsing(_iso_of_any_kind)),
    Mutant("tail-dropped", "Only the first ten characters are read.", "422", _parsing(_first_ten)),
    Mutant("dates-trimmed", "Blanks around a date are dropped.", "422", _parsing(_stripped)),
    Mutant("dates-in-words", "today and yesterday are taken for dates.", "422", _parsing(_in_words)),
    Mutant(
        "digits-of-any-script",
        r"\d and int() take full-width digits.",
        "422",
        _parsing(_digits_of_any_script),
    ),
    Mutant(
        "null-is-today",
        "The text null that some clients send is taken for no date, and that for today.",
        "422",
        _parsing(_null_is_today),
    ),
)
