"""Faults in how a range is taken: inverted ones (400), and the calendar's corners (200)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter

from tests.mutants.mutant import Change, Mutant, asking, handling, reading
from tests.mutants.wrapping import (
    Answer,
    AnswerChange,
    Asked,
    respond,
    respond_json,
    with_answer,
    with_shortcut,
)
from tests.twin.application import InvertedRangeError, Query, apologize
from tests.twin.ledger import FIRST_DAY

_DATE = TypeAdapter(date)  # a proxy reads dates as leniently as what stands behind it


def _today() -> date:
    return datetime.now(UTC).date()


def _refusing(is_inverted: Callable[[date, date], bool]) -> Change:
    """Refuse the ranges of which `is_inverted(start, end)` holds; the others, right or not, are answered."""

    def read(start_date: date, end_date: date, mode: str | None = None, slug: str | None = None) -> Query:
        if is_inverted(start_date, end_date):
            raise InvertedRangeError
        return Query(start_date, end_date, slug, mode)

    return reading(read)


def _swap(start_date: date, end_date: date, mode: str | None = None, slug: str | None = None) -> Query:
    return Query(min(start_date, end_date), max(start_date, end_date), slug, mode)


def _model_validator(start_date: date, end_date: date, mode: str | None = None, slug: str | None = None) -> Query:
    if start_date > end_date:
        raise RequestValidationError(
            [
                {
                    "type": "value_error",
                    "loc": ("query", "start_date"),
                    "msg": "Value error, start_date must not be after end_date",
                    "input": str(start_date),
                }
            ]
        )
    return Query(start_date, end_date, slug, mode)


def _unless_filtered(start_date: date, end_date: date, mode: str | None = None, slug: str | None = None) -> Query:
    if start_date > end_date and (slug is None or mode is None):
        raise InvertedRangeError
    return Query(start_date, end_date, slug, mode)


def _today_at_most(start_date: date, end_date: date, mode: str | None = None, slug: str | None = None) -> Query:
    start, end = min(start_date, _today()), min(end_date, _today())
    if start > end:
        raise InvertedRangeError
    # A start after today has no rows, whatever it was cut to.
    return Query(start_date, end if start_date <= _today() else start_date, slug, mode)


def _history_at_least(start_date: date, end_date: date, mode: str | None = None, slug: str | None = None) -> Query:
    start, end = max(start_date, FIRST_DAY), max(end_date, FIRST_DAY)
    if start > end:
        raise InvertedRangeError
    return Query(start_date, max(start_date, end_date), slug, mode)


def _day_after(query: Query) -> Query:
    query.end + timedelta(days=1)  # as `< end + 1 day` needs it; there is none after year 9999
    return query


def _day_before(query: Query) -> Query:
    query.start - timedelta(days=1)  # as `> start - 1 day` needs it; there is none before year 1
    return query


def _a_year_before(query: Query) -> Query:
    if query.start.year > 1:
        query.start.replace(year=query.start.year - 1)  # to compare with: 29 February has no such day
    return query


def _before_1970(query: Query) -> Query:
    if query.start < date(1970, 1, 1):
        raise OverflowError("timestamps are unsigned")
    return query


def _after_2038(query: Query) -> Query:
    if query.end > date(2038, 1, 18):
        raise OverflowError("timestamps have 32 bits")
    return query


def _over(days: int, answer: Answer) -> AnswerChange:
    """Answer a right range of more than `days` days by `answer`."""

    def change(asked: Asked, right: Answer) -> Answer:
        if right.status != 200:
            return right
        start, end = (_DATE.validate_python(asked.query[name]) for name in ("start_date", "end_date"))
        return answer if (end - start).days >= days else right

    return change


def _future_end(asked: Asked, answer: Answer) -> Answer:
    if answer.status == 200 and asked.query["end_date"] > str(_today()):
        return respond_json(400, {"error": "bad_request", "message": "end_date is in the future"})
    return answer


def _old_start(asked: Asked, answer: Answer) -> Answer:
    if answer.status == 200 and asked.query["start_date"] < str(FIRST_DAY):
        return respond_json(
            422,
            {"detail": [{"type": "value_error", "loc": ["query", "start_date"], "msg": "Retention is limited"}]},
        )
    return answer


def _empty(answer: Answer) -> AnswerChange:
    return lambda _, right: answer if right.status == 200 and right.body == b"[]" else right


def _bad(change: Callable[[Answer], Answer]) -> AnswerChange:
    return lambda _, answer: change(answer) if answer.status == 400 else answer


async def _detail(_request: Request, _error: InvertedRangeError) -> Response:
    return JSONResponse({"detail": "start_date must not be after end_date"}, 400)


def _by_position(asked: Asked) -> Answer | None:
    """Read the dates by their places in the query string."""
    names = [name for name in asked.query if name in {"start_date", "end_date"}]
    if (
        "x-api-key" in asked.headers
        and names == ["end_date", "start_date"]
        and (asked.query["start_date"] < asked.query["end_date"])
    ):
        return respond_json(400, {"error": "bad_request", "message": "start_date must not be after end_date"})
    return None


FAULTS = (
    Mutant(
        "inverted-empty",
        "Nobody checks the order; an inverted range has no rows.",
        "400",
        _refusing(lambda _start, _end: False),
    ),
    Mutant("inverted-swapped", "An inverted range is turned round.", "400", reading(_swap)),
    Mutant(
        "inverted-422",
        "The order is checked by a model validator, which answers 422.",
        "400",
        reading(_model_validator),
    ),
    Mutant(
        "inverted-500",
        "The handler for inverted ranges was never registered.",
        "400",
        handling({InvertedRangeError: apologize}),
    ),
    Mutant(
        "inverted-by-one-day",
        "The order is checked with a day of grace, for time zones.",
        "400",
        _refusing(lambda start, end: start > end + timedelta(days=1) if end < date.max else False),
    ),
    Mutant(
        "inverted-within-a-month",
        "Only years and months are compared.",
        "400",
        _refusing(lambda start, end: (start.year, start.month) > (end.year, end.month)),
    ),
    Mutant(
        "inverted-by-years",
        "The distance is taken within a year, so whole years vanish.",
        "400",
        _refusing(lambda start, end: start > end and (start - end).days < 366),
    ),
    Mutant(
        "day-of-year-compared",
        "Days of the year are compared; ranges over New Year are refused.",
        "400",
        _refusing(lambda start, end: start.timetuple().tm_yday > end.timetuple().tm_yday),
    ),
    Mutant(
        "dates-compared-as-text",
        "Dates are compared as the texts that the screen shows, day first.",
        "400",
        _refusing(lambda start, end: f"{start:%d-%m-}{start.year}" > f"{end:%d-%m-}{end.year}"),
    ),
    Mutant(
        "same-day-refused",
        "`>=` in place of `>`: a range of one day is refused.",
        "400",
        _refusing(lambda start, end: start >= end),
    ),
    Mutant(
        "inverted-when-filtered",
        "The query for slug and mode together skips the check.",
        "400",
        reading(_unless_filtered),
    ),
    Mutant(
        "inverted-after-today",
        "Both dates are cut to today before they are compared.",
        "400",
        reading(_today_at_most),
    ),
    Mutant(
        "inverted-before-history",
        "Both dates are cut to the first day before they are compared.",
        "400",
        reading(_history_at_least),
    ),
    Mutant(
        "400-detail",
        "The 400 has the framework's body and not the documented one.",
        "400",
        handling({InvertedRangeError: _detail}),
    ),
    Mutant(
        "400-proxied",
        "The proxy replaces the bodies of 400 answers by its own page.",
        "400",
        wrap=with_answer(_bad(lambda _: respond(400, b"<center><h1>400 Bad Request</h1></center>"))),
    ),
    Mutant(
        "400-no-message",
        "The 400 has an error and no message.",
        "400",
        wrap=with_answer(_bad(lambda answer: answer.saying({"error": "bad_request"}))),
    ),
    Mutant(
        "400-plain",
        "The 400's JSON goes out without a content type.",
        "400",
        wrap=with_answer(_bad(lambda answer: replace(answer, headers=()))),
    ),
    Mutant(
        "order-of-parameters",
        "The dates are read by their places in the query string.",
        "400",
        wrap=with_shortcut(_by_position),
    ),
    Mutant(
        "future-end-refused",
        "A range that ends after today is refused.",
        "200",
        wrap=with_answer(_future_end),
    ),
    Mutant(
        "before-history-refused",
        "A range that starts before the first day is refused.",
        "200",
        wrap=with_answer(_old_start),
    ),
    Mutant(
        "over-a-year-refused",
        "A range of more than 366 days is refused.",
        "200",
        wrap=with_answer(_over(366, respond_json(400, {"error": "range_too_long", "message": "At most a year"}))),
    ),
    Mutant(
        "over-180-days-accepted",
        "A range of more than 180 days becomes a job, and the answer 202.",
        "200",
        wrap=with_answer(_over(180, respond_json(202, {"job": "b1946ac9"}))),
    ),
    Mutant(
        "over-two-years-504",
        "The database needs too long for two years, and the gateway gives up.",
        "200",
        wrap=with_answer(_over(731, respond(504, b"<h1>504 Gateway Time-out</h1>"))),
    ),
    Mutant(
        "end-of-time-500",
        "The day after the last is computed, and 9999-12-31 has none.",
        "200",
        asking(_day_after),
    ),
    Mutant(
        "start-of-time-500",
        "The day before the first is computed, and 0001-01-01 has none.",
        "200",
        asking(_day_before),
    ),
    Mutant(
        "leap-day-500",
        "The same day of the year before is computed, and 29 February has none.",
        "200",
        asking(_a_year_before),
    ),
    Mutant("before-1970-500", "Negative timestamps fail.", "200", asking(_before_1970)),
    Mutant("after-2038-500", "Timestamps have 32 bits.", "200", asking(_after_2038)),
    Mutant(
        "empty-is-404",
        "No rows are answered with 404.",
        "200",
        wrap=with_answer(_empty(respond_json(404, {"error": "not_found", "message": "No data"}))),
    ),
    Mutant(
        "empty-is-204",
        "No rows are answered with 204.",
        "200",
        wrap=with_answer(_empty(Answer(204, (), b""))),
    ),
    Mutant(
        "empty-is-null",
        "No rows are a nil slice, and that is null.",
        "200",
        wrap=with_answer(_empty(respond_json(200, None))),
    ),
    Mutant(
        "empty-is-object",
        "No rows are an empty array, and that is {} in PHP.",
        "200",
        wrap=with_answer(_empty(respond_json(200, {}))),
    ),
)
