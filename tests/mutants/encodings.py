"""Faults in how queries are taken apart and answers put together: percent signs, quotes, bytes outside of ASCII."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from tests.mutants.mutant import Mutant
from tests.mutants.wrapping import (
    Answer,
    AnswerChange,
    Asked,
    Shortcut,
    respond,
    respond_json,
    with_answer,
    with_shortcut,
)

_RAW_DATES = re.compile(r"(start|end)_date=[^&]*%", re.IGNORECASE)
_ERROR = respond(500, b"<h1>Internal Server Error</h1>")


def _dates_as_sent(asked: Asked) -> Answer | None:
    """Hold dates against a pattern before the query is decoded."""
    found = _RAW_DATES.search(asked.query_string)
    if found is None or not asked.is_operation or asked.method != "GET" or "x-api-key" not in asked.headers:
        return None
    name = f"{found[1].lower()}_date"
    item = {"type": "string_pattern_mismatch", "loc": ["query", name], "msg": "String should match pattern"}
    return respond_json(422, {"detail": [item]})


def _failing(fails: Callable[[str], bool]) -> Shortcut:
    """Fail at some query strings, unhandled."""
    return lambda asked: _ERROR if asked.is_operation and fails(asked.query_string) else None


def _is_unpaired(query: str) -> bool:
    return query != "" and any("=" not in part for part in query.split("&"))


def _is_not_utf8(query: str) -> bool:
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return True
    return False


def _not_logged(asked: Asked) -> Answer | None:
    try:
        asked.query.get("slug", "").encode("latin-1")
    except UnicodeEncodeError:
        return _ERROR
    return None


def _of_invalid(write: Callable[[Any], bytes]) -> AnswerChange:
    """Write the body of a 422 otherwise."""
    return lambda _, answer: answer.bearing(write(answer.data)) if answer.status == 422 else answer


def _formatted(data: Any) -> bytes:
    """Put JSON together as text, what was sent as it was sent."""
    items = [
        f'{{"type": "{item["type"]}", "loc": {json.dumps(item["loc"])}, "msg": "{item["msg"]}", '
        f'"input": "{item["input"]}"}}'
        for item in data["detail"]
    ]
    return f'{{"detail": [{", ".join(items)}]}}'.encode()


def _in_latin_1(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode("latin-1", "replace")


FAULTS = (
    Mutant(
        "dates-as-sent",
        "The gateway holds dates against a pattern before it decodes them, so 2026%2D01%2D01 is refused.",
        "200",
        wrap=with_shortcut(_dates_as_sent),
    ),
    Mutant(
        "unpaired-500",
        "`name, value = part.split('=')` fails at a name without a value.",
        "protocol",
        wrap=with_shortcut(_failing(_is_unpaired)),
    ),
    Mutant(
        "not-utf8-500",
        "The query is decoded strictly, and a byte that is no UTF-8 is not caught.",
        "protocol",
        wrap=with_shortcut(_failing(_is_not_utf8)),
    ),
    Mutant(
        "log-in-latin-1",
        "Filters are written to a log in Latin-1, and a letter that it lacks is not caught.",
        "200",
        wrap=with_shortcut(_not_logged),
    ),
    Mutant(
        "list-500",
        "The query's parser makes a list of `slug[]`, which has no `strip`.",
        "protocol",
        wrap=with_shortcut(_failing(lambda query: "slug%5B%5D=" in query or "slug[]=" in query)),
    ),
    Mutant(
        "422-unescaped",
        "The 422 is put together by a template, so a quote in what was sent ends its string.",
        "422",
        wrap=with_answer(_of_invalid(_formatted)),
    ),
    Mutant(
        "422-latin-1",
        "The 422 is written in Latin-1, which shows where it repeats what was sent.",
        "422",
        wrap=with_answer(_of_invalid(_in_latin_1)),
    ),
)
