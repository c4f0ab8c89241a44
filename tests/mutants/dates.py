"""Faults in how dates are read, and of the 422 answer."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from tests.mutants.mutant import Change, Mutant, handling, reading
from tests.mutants.wrapping import (
    Answer,
    AnswerChange,
    Asked,
    respond,
    respond_json,
    with_answer,
    with_query,
    with_shortcut,
)
from tests.twin.application import Query, problem, read_query

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
    return query if _is_date(query.get("end_date", "")) else {**query, "end_date": query.get("start_date", "")}


def _is_date(text: str) -> bool:
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
    return date.fromisoformat(text[:10]) if len(text) > 10 and _is_date(text[:10]) else None


def _stripped(text: str) -> date | None:
    return date.fromisoformat(text.strip()) if _is_date(text.strip()) else None


def _in_words(text: str) -> date | None:
    words = {"today": 0, "yesterday": 1, "now": 0}
    return _today() - timedelta(days=words[text]) if text in words else None


def _digits_of_any_script(text: str) -> date | None:
    plain = "".join(str(unicodedata.digit(character, character)) for character in text)
    return date.fromisoformat(plain) if plain != text and _PARTS.fullmatch(plain) and _is_date(plain) else None


def _null_is_today(text: str) -> date | None:
    return _today() if text in {"null", "undefined", "None"} else None


def _unguarded(text: str) -> date | None:
    """Fail, other than by ValueError, on a date of the right form that is none."""
    if _PARTS.fullmatch(text) and not _is_date(text):
        raise OverflowError(text)
    return None


def _long_year(text: str) -> date | None:
    if re.fullmatch(r"\d{5,}-\d\d-\d\d", text):
        raise OverflowError(text)
    return None


def _refusing(answer: Callable[[list[dict[str, Any]]], Response]) -> Change:
    """Answer what FastAPI's validation found by `answer(items)`."""

    async def refuse(_request: Request, error: RequestValidationError) -> Response:
        items = [
            {**item, "ctx": {"error": str(item["ctx"]["error"])}} if "ctx" in item else item for item in error.errors()
        ]
        return answer(items)

    return handling({RequestValidationError: refuse})


def _items(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    return _refusing(lambda items: JSONResponse({"detail": [change(dict(item)) for item in items]}, 422))


def _without(item: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != name}


def _text_parameters(start_date: str, end_date: str, mode: str | None = None, slug: str | None = None) -> Query:
    """Take dates as text, and refuse those that are none with the wrong status."""
    if not (_is_date(start_date) and _is_date(end_date)):
        raise HTTPException(400, "Dates must be given as YYYY-MM-DD")
    return read_query(_DATE.validate_python(start_date), _DATE.validate_python(end_date), mode, slug)


def _missing_is_bad(items: list[dict[str, Any]]) -> Response:
    if any(item["type"] == "missing" for item in items):
        return problem(400, "A required parameter is missing")
    return JSONResponse({"detail": items}, 422)


def _first_item_wins(items: list[dict[str, Any]]) -> Response:
    return JSONResponse({"detail": items[:1]}, 422)


def _invalid(change: AnswerChange) -> AnswerChange:
    return lambda asked, answer: change(asked, answer) if answer.status == 422 else answer


def _swallow(asked: Asked, answer: Answer) -> Answer:
    given = "start_date" in asked.query and "end_date" in asked.query
    return respond_json(200, []) if given else answer


def _debug_page(asked: Asked, answer: Answer) -> Answer:
    end = asked.query.get("end_date")
    if end is None or _is_date(end):
        return answer
    return respond(500, b"<html><title>ValidationError at /v1/analytics</title><pre>Traceback</pre></html>")


def _other_name(item: dict[str, Any]) -> dict[str, Any]:
    names = {"start_date": "startDate", "end_date": "endDate"}
    return {**item, "loc": [names.get(part, part) for part in item["loc"]]}


def _each_others_name(item: dict[str, Any]) -> dict[str, Any]:
    names = {"start_date": "end_date", "end_date": "start_date"}
    return {**item, "loc": [names.get(part, part) for part in item["loc"]]}


def _problem_json(items: list[dict[str, Any]]) -> Response:
    body = {"type": "about:blank", "title": "Unprocessable Content", "status": 422, "detail": items[0]["msg"]}
    return JSONResponse(body, 422, media_type="application/problem+json")


def _dotted(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "loc": ".".join(map(str, item["loc"]))}


_NO_QUERY = with_shortcut(
    lambda asked: (
        respond(400, b"<h1>400 Bad Request</h1>")
        if asked.is_operation and "x-api-key" in asked.headers and not asked.query_string
        else None
    )
)

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
    Mutant("missing-is-400", "A missing parameter is answered with 400.", "422", _refusing(_missing_is_bad)),
    Mutant(
        "no-query-at-all-400",
        "The proxy answers a request without any query string itself.",
        "422",
        wrap=_NO_QUERY,
    ),
    Mutant(
        "malformed-is-empty",
        "An exception while dates are read is swallowed, and [] answered.",
        "422",
        wrap=with_answer(_invalid(_swallow)),
    ),
    Mutant(
        "impossible-is-500",
        "Dates pass a regular expression first and then fail unhandled.",
        "422",
        _parsing(_unguarded),
    ),
    Mutant("long-year-500", "A year of five digits overflows.", "422", _parsing(_long_year)),
    Mutant(
        "end-malformed-debug-page",
        "The debug page was left on for one of the two dates.",
        "422",
        wrap=with_answer(_invalid(_debug_page)),
    ),
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
    Mutant("422-first-only", "Validation stops at the first wrong parameter.", "422", _refusing(_first_item_wins)),
    Mutant("422-no-detail", "The 422's body is {}.", "422", _refusing(lambda _: JSONResponse({}, 422))),
    Mutant(
        "422-empty-detail",
        "The 422's detail is emptied, as it might tell too much.",
        "422",
        _refusing(lambda _: JSONResponse({"detail": []}, 422)),
    ),
    Mutant(
        "422-text-detail",
        "The 422's detail is a sentence.",
        "422",
        _refusing(lambda items: JSONResponse({"detail": items[0]["msg"]}, 422)),
    ),
    Mutant(
        "422-error-response",
        "One handler gives every error the body of a 400.",
        "422",
        _refusing(lambda _: problem(422, "Invalid parameters")),
    ),
    Mutant("422-problem-json", "The 422 is an RFC 9457 problem.", "422", _refusing(_problem_json)),
    Mutant("422-no-loc", "The items of detail have no loc.", "422", _items(lambda item: _without(item, "loc"))),
    Mutant("422-no-type", "The items of detail have no type.", "422", _items(lambda item: _without(item, "type"))),
    Mutant("422-loc-is-text", "loc is a dotted text.", "422", _items(_dotted)),
    Mutant(
        "422-loc-query-only",
        "loc says query and no more.",
        "422",
        _items(lambda item: {**item, "loc": ["query"]}),
    ),
    Mutant("422-loc-renamed", "loc has the names of the code and not of the query.", "422", _items(_other_name)),
    Mutant("422-loc-swapped", "loc names the other date.", "422", _items(_each_others_name)),
    Mutant(
        "422-as-200",
        "The gateway turns a 422 into a 200.",
        "422",
        wrap=with_answer(_invalid(lambda _, answer: Answer(200, answer.headers, answer.body))),
    ),
    Mutant(
        "422-plain",
        "The 422's JSON goes out as plain text.",
        "422",
        wrap=with_answer(_invalid(lambda _, answer: answer.headed(content_type="text/plain; charset=utf-8"))),
    ),
    Mutant(
        "422-proxied",
        "The proxy replaces the bodies of 422 answers by its own page.",
        "422",
        wrap=with_answer(_invalid(lambda _asked, _answer: respond(422, b"<h1>Unprocessable</h1>"))),
    ),
)
