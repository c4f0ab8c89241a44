"""Variations that break no rule: what the document leaves open."""

import itertools
import math
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from tests.mutants.mutant import Mutant, Row, each_row, finding, handling, telling
from tests.mutants.wrapping import (
    Answer,
    AnswerChange,
    Asked,
    respond_json,
    to_rows,
    with_answer,
    with_shortcut,
)
from tests.twin.application import InvertedRangeError, Query, Twin, find_rows
from tests.twin.ledger import BOUNDS, KEYS, Ledger

Data = dict[str, Any]


def _each(change: Callable[[Data], Data]) -> AnswerChange:
    return to_rows(lambda answer: answer.saying([change(row) for row in answer.data]))


def _without_traffic(rate: float) -> AnswerChange:
    """List integrations without traffic as well, with that rate; a filter that nothing has still gives none."""

    def change(answer: Answer) -> Answer:
        if not answer.data:
            return answer
        there = {row["integration_key"] for row in answer.data}
        silent = [
            {
                "integration_key": key,
                "invocations": 0,
                "successful": 0,
                "vendor_errors": 0,
                "exceptions": 0,
                "success_rate_pct": rate,
                "p95_latency_ms": 0.0,
            }
            for key in KEYS
            if key not in there
        ]
        return answer.saying([*answer.data, *silent])

    return to_rows(change)


def _shuffled(twin: Twin) -> Twin:
    generator = random.Random(7)  # noqa: S311 - an order, not a secret

    def find(ledger: Ledger, query: Query, today: date) -> list[Row]:
        rows = find_rows(ledger, query, today)
        return generator.sample(rows, len(rows))

    return replace(twin, find_rows=find)


def _growing_today(twin: Twin) -> Twin:
    calls = itertools.count(1)

    def find(ledger: Ledger, query: Query, today: date) -> list[Row]:
        rows = find_rows(ledger, query, today)
        if not query.start <= today <= query.end:
            return rows
        more = next(calls)
        changes = each_row(
            invocations=lambda row: row.invocations + more,
            successful=lambda row: row.successful + more,
            success_rate_pct=lambda row: round(100 * (row.successful + more) / (row.invocations + more), 2),
        )
        return changes(query, rows)

    return replace(twin, find_rows=find)


def _since_last_quarter(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Keep ninety days, and the days before as if they had never been."""
    first = today - timedelta(days=90)
    return [] if query.end < first else find_rows(ledger, replace(query, start=max(query.start, first)), today)


def _to_yesterday(ledger: Ledger, query: Query, today: date) -> list[Row]:
    return find_rows(ledger, query, today - timedelta(days=1))


def _one_integration(_query: Query, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.integration_key == "zendesk"]


def _to_bucket(row: Row) -> float:
    """Round a p95 up to its bucket's bound, as a histogram that does not interpolate gives it."""
    return float(next(bound for bound in BOUNDS if bound >= row.p95_latency_ms))


def _validates_first(asked: Asked) -> Answer | None:
    """Find missing parameters before the key is looked at."""
    missing = [name for name in ("start_date", "end_date") if name not in asked.query]
    given = [asked.query[name] for name in ("start_date", "end_date") if name in asked.query]
    if not asked.is_operation or asked.method != "GET" or not missing or asked.headers.get("x-api-key"):
        return None
    if not all(map(_is_full_date, given)):
        return None
    # Without a key and without parameters, two rules are broken at once: either answer is right.
    return respond_json(
        422,
        {
            "detail": [
                {"type": "missing", "loc": ["query", name], "msg": "Field required", "input": None} for name in missing
            ]
        },
    )


def _orders_first(asked: Asked) -> Answer | None:
    """Find an inverted range before the key is looked at."""
    dates = [asked.query.get(name, "") for name in ("start_date", "end_date")]
    right = all(len(text) == 10 and text[:4].isdigit() for text in dates) and dates[0] > dates[1]
    if not right or asked.method != "GET" or asked.headers.get("x-api-key") or not all(map(_is_full_date, dates)):
        return None
    return respond_json(400, {"error": "bad_request", "message": "start_date must not be after end_date"})


def _is_full_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _strict_dates(asked: Asked, answer: Answer) -> Answer:
    """Refuse what FastAPI takes for a date and RFC 3339 does not."""
    if answer.status not in {200, 400} or not asked.is_operation:
        return answer
    loose = [name for name in ("start_date", "end_date") if not _is_full_date(asked.query.get(name, ""))]
    items = [{"type": "date_parsing", "loc": ["query", name], "msg": "Not a full-date"} for name in loose]
    return respond_json(422, {"detail": items}) if items else answer


def _known_parameters_only(asked: Asked, answer: Answer) -> Answer:
    unknown = [name for name in asked.query if name not in {"start_date", "end_date", "slug", "mode"}]
    if answer.status != 200 or not asked.is_operation or not unknown:
        return answer
    items = [{"type": "extra_forbidden", "loc": ["query", name], "msg": "Not permitted"} for name in unknown]
    return respond_json(422, {"detail": items})


def _once_only(asked: Asked, answer: Answer) -> Answer:
    names = [pair.split("=")[0] for pair in asked.query_string.split("&")]
    if answer.status == 200 and asked.is_operation and len(names) != len(set(names)):
        return respond_json(422, {"detail": [{"type": "repeated", "loc": ["query"], "msg": "Given twice"}]})
    return answer


async def _challenge(_request: Request, error: HTTPException) -> Response:
    headers = {"www-authenticate": 'ApiKey realm="feather"'} if error.status_code == 401 else error.headers
    body = {"error": "fehler", "message": "Das geht so nicht: prüfen Sie den Schlüssel"}
    return JSONResponse(body, error.status_code, headers)


async def _everything_said(_request: Request, error: RequestValidationError) -> Response:
    """Give more than the documented properties, and the items in another order."""
    items = [
        {"loc": item["loc"], "msg": "Ungültig", "type": item["type"], "url": "https://errors.example/x"}
        for item in reversed(error.errors())
    ]
    return JSONResponse({"detail": items, "request_id": "4f2a", "error": "validation", "message": ""}, 422)


async def _inverted_with_context(_request: Request, _error: InvertedRangeError) -> Response:
    body = {
        "error": "invalid_range",
        "message": "start_date must not be after end_date",
        "request_id": "4f2a",
        "details": {"field": "start_date"},
    }
    return JSONResponse(body, 400)


def _as_written(row: Data) -> Data:
    """Write counts as JSON numbers with a fraction of zero: integers by JSON Schema 2020-12."""
    counts = ("invocations", "successful", "vendor_errors", "exceptions")
    return {**row, **{name: float(row[name]) for name in counts}}


def _reordered(row: Data) -> Data:
    return dict(reversed(row.items()))


def _unlike_twins(row: Data) -> Data:
    return {**row, "display_name": row["integration_key"].title(), "avg_latency_ms": 1.5, "last_error": None}


HARMLESS = (
    Mutant(
        "rows-reversed",
        "The rows come from the last to the first.",
        "rows",
        telling(lambda _, rows: rows[::-1]),
    ),
    Mutant("rows-shuffled", "The rows come in another order each time.", "rows", _shuffled),
    Mutant(
        "rows-have-more",
        "The rows have properties that the document does not forbid.",
        "rows",
        wrap=with_answer(_each(_unlike_twins)),
    ),
    Mutant(
        "properties-reordered",
        "A row's properties come in another order.",
        "rows",
        wrap=with_answer(_each(_reordered)),
    ),
    Mutant(
        "rate-to-whole-percents",
        "The rate is rounded to whole percents.",
        "rows",
        telling(each_row(success_rate_pct=lambda row: float(round(100 * row.successful / row.invocations)))),
    ),
    Mutant(
        "rate-floored",
        "The rate is rounded down to whole percents.",
        "rows",
        wrap=with_answer(
            _each(
                lambda row: {
                    **row,
                    "success_rate_pct": math.floor(100 * row["successful"] / row["invocations"]),
                }
            )
        ),
    ),
    Mutant(
        "rate-unrounded",
        "The rate has all its digits.",
        "rows",
        telling(each_row(success_rate_pct=lambda row: row.successful / row.invocations * 100)),
    ),
    Mutant(
        "p95-whole",
        "The p95 is an integer.",
        "rows",
        wrap=with_answer(_each(lambda row: {**row, "p95_latency_ms": round(row["p95_latency_ms"])})),
    ),
    Mutant(
        "p95-of-buckets",
        "The p95 is its bucket's upper bound.",
        "rows",
        telling(each_row(p95_latency_ms=_to_bucket)),
    ),
    Mutant(
        "p95-unknown-is-zero",
        "No latency is kept, and each p95 is 0.",
        "rows",
        telling(each_row(p95_latency_ms=lambda _: 0.0)),
    ),
    Mutant(
        "counts-with-a-fraction",
        "Counts are written like 12.0.",
        "rows",
        wrap=with_answer(_each(_as_written)),
    ),
    Mutant(
        "none-listed-with-0",
        "Integrations without traffic are listed with a rate of 0.",
        "rows",
        wrap=with_answer(_without_traffic(0.0)),
    ),
    Mutant(
        "none-listed-with-100",
        "Integrations without traffic are listed with a rate of 100.",
        "rows",
        wrap=with_answer(_without_traffic(100.0)),
    ),
    Mutant("no-data", "The account has no data at all.", "200", finding(lambda _ledger, _query, _today: [])),
    Mutant("one-integration", "The account has one integration.", "200", telling(_one_integration)),
    Mutant("ninety-days-of-data", "History begins ninety days ago.", "200", finding(_since_last_quarter)),
    Mutant("data-to-yesterday", "Today's traffic comes in at night.", "200", finding(_to_yesterday)),
    Mutant("today-grows", "Today's counts grow with each call.", "relations", _growing_today),
    Mutant(
        "422-before-401",
        "Missing parameters are found before a missing key.",
        "422",
        wrap=with_shortcut(_validates_first),
    ),
    Mutant(
        "400-before-401",
        "An inverted range is found before a missing key.",
        "400",
        wrap=with_shortcut(_orders_first),
    ),
    Mutant(
        "full-dates-only",
        "Nothing but full-dates is taken for a date.",
        "422",
        wrap=with_answer(_strict_dates),
    ),
    Mutant(
        "unknown-parameters-422",
        "A parameter that is not in the document is refused.",
        "422",
        wrap=with_answer(_known_parameters_only),
    ),
    Mutant("repeated-parameters-422", "A repeated parameter is refused.", "422", wrap=with_answer(_once_only)),
    Mutant(
        "401-in-german",
        "The 401 has a challenge, and a message in German.",
        "401",
        handling({HTTPException: _challenge}),
    ),
    Mutant(
        "422-says-more",
        "The 422 has more than the document names, and its items another order.",
        "422",
        handling({RequestValidationError: _everything_said}),
    ),
    Mutant(
        "400-says-more",
        "The 400 has more than the document names.",
        "400",
        handling({InvertedRangeError: _inverted_with_context}),
    ),
)
