"""Faults of the 422 answer: its status and its body."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from tests.mutants.dates import is_date
from tests.mutants.mutant import Change, Mutant, handling
from tests.mutants.wrapping import (
    Answer,
    AnswerChange,
    Asked,
    respond,
    respond_json,
    with_answer,
    with_shortcut,
)
from tests.twin.application import problem


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
    if end is None or is_date(end):
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
        "end-malformed-debug-page",
        "The debug page was left on for one of the two dates.",
        "422",
        wrap=with_answer(_invalid(_debug_page)),
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
