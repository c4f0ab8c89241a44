"""Faults below the operation: JSON, content types, methods, statuses that come now and then."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace

from tests.mutants.mutant import Mutant
from tests.mutants.wrapping import (
    Answer,
    AnswerChange,
    Asked,
    Shortcut,
    respond,
    respond_json,
    to_rows,
    with_answer,
    with_method,
    with_shortcut,
    with_state,
)


def _long_rows(change: Callable[[Answer], Answer]) -> AnswerChange:
    """Change the operation's 200 answers of more than 1 KiB."""
    return to_rows(lambda answer: change(answer) if len(answer.body) > 1024 else answer)


def _every(number: int, change: Callable[[Answer], Answer]) -> Callable[[], tuple[Shortcut, AnswerChange]]:
    """Change each 200 answer of that number."""

    def begin() -> tuple[Shortcut, AnswerChange]:
        seen = 0

        def count(asked: Asked, answer: Answer) -> Answer:
            nonlocal seen
            if not asked.is_operation or answer.status != 200:
                return answer
            seen += 1
            return change(answer) if seen % number == 0 else answer

        return lambda _: None, count

    return begin


def _cut(answer: Answer) -> Answer:
    """Break the connection off after half of the body."""
    return replace(answer, body=answer.body[: len(answer.body) // 2], stated_length=len(answer.body))


def _cut_short(answer: Answer) -> Answer:
    """End the body at 1 KiB, with the length to match, as a full buffer does."""
    return answer.bearing(answer.body[:1024])


def _cut_gzip(answer: Answer) -> Answer:
    packed = gzip.compress(answer.body)
    return answer.bearing(packed[: len(packed) - 12]).headed(content_encoding="gzip")


def _duplicate_name(answer: Answer) -> Answer:
    return answer.bearing(answer.body.replace(b'"invocations":', b'"invocations":0,"invocations":'))


def _method(name: str, answer: Answer, keyed: bool = True) -> Shortcut:
    def short(asked: Asked) -> Answer | None:
        wanted = asked.method == name and asked.is_operation
        return answer if wanted and (not keyed or "x-api-key" in asked.headers) else None

    return short


def _slashed(asked: Asked) -> Answer | None:
    """Send those with filters on to the path with a slash at its end, and those to the first again."""
    if not asked.is_operation or asked.method != "GET" or "slug" not in asked.query:
        return None
    if "x-api-key" not in asked.headers or {"start_date", "end_date"} - set(asked.query):
        return None
    return Answer(307, (("location", f"{asked.path}/?{asked.query_string}"),), b"")


def _browsable(asked: Asked, answer: Answer) -> Answer:
    """Show a page to whoever does not ask for JSON by name."""
    wants_json = "json" in asked.headers.get("accept", "")
    if wants_json or not asked.is_operation or answer.status != 200:
        return answer
    return respond(200, b"<html><pre>" + answer.body + b"</pre></html>")


def _head_without_key(asked: Asked) -> Answer | None:
    return (
        Answer(200, (("content-type", "application/json"),), b"")
        if (asked.method == "HEAD" and asked.is_operation)
        else None
    )


def _empty_only(change: Callable[[Answer], Answer]) -> AnswerChange:
    return to_rows(lambda answer: change(answer) if answer.body == b"[]" else answer)


_ERROR = respond_json(500, {"error": "error", "message": "Internal error"})

FAULTS = (
    Mutant(
        "cut-one-in-five",
        "One answer in five breaks off in its middle.",
        "protocol",
        wrap=with_state(_every(5, _cut)),
    ),
    Mutant(
        "cut-at-1-kib",
        "A buffer of 1 KiB cuts longer answers.",
        "protocol",
        wrap=with_answer(_long_rows(_cut_short)),
    ),
    Mutant(
        "gzip-cut",
        "Longer answers are compressed, and their last block is lost.",
        "protocol",
        wrap=with_answer(_long_rows(_cut_gzip)),
    ),
    Mutant(
        "gzip-said-only",
        "Content-Encoding says gzip, and the body is plain.",
        "protocol",
        wrap=with_answer(_long_rows(lambda answer: answer.headed(content_encoding="gzip"))),
    ),
    Mutant(
        "502-one-in-eight",
        "A worker dies now and then, and the proxy answers 502.",
        "protocol",
        wrap=with_state(_every(8, lambda _: respond(502, b"<h1>502 Bad Gateway</h1>"))),
    ),
    Mutant(
        "500-one-in-ten",
        "The pool of connections runs dry now and then.",
        "protocol",
        wrap=with_state(_every(10, lambda _: _ERROR)),
    ),
    Mutant(
        "error-in-a-200",
        "Errors within are answered with 200 now and then.",
        "protocol",
        wrap=with_state(_every(7, lambda _: respond_json(200, {"error": "timeout", "message": "Try again"}))),
    ),
    Mutant(
        "name-twice",
        "A field is written twice, before and after it was counted.",
        "protocol",
        wrap=with_answer(to_rows(_duplicate_name)),
    ),
    Mutant(
        "comma-at-the-end",
        "A template leaves a comma behind the last row.",
        "protocol",
        wrap=with_answer(
            to_rows(lambda answer: answer.bearing(answer.body[:-1] + b",]") if len(answer.body) > 2 else answer)
        ),
    ),
    Mutant(
        "python-text",
        "The rows are written by repr, with single quotes.",
        "protocol",
        wrap=with_answer(to_rows(lambda answer: answer.bearing(repr(answer.data).encode()))),
    ),
    Mutant(
        "rows-by-line",
        "The rows are written one a line, without an array.",
        "protocol",
        wrap=with_answer(
            to_rows(lambda answer: answer.bearing(b"\n".join(json.dumps(row).encode() for row in answer.data)))
        ),
    ),
    Mutant(
        "body-twice",
        "A retry in the proxy writes the body a second time.",
        "protocol",
        wrap=with_answer(to_rows(lambda answer: answer.bearing(answer.body * 2))),
    ),
    Mutant(
        "guard-in-front",
        "A guard against inclusion as script stands before the JSON.",
        "protocol",
        wrap=with_answer(to_rows(lambda answer: answer.bearing(b")]}',\n" + answer.body))),
    ),
    Mutant(
        "byte-order-mark",
        "A byte order mark stands before the JSON.",
        "protocol",
        wrap=with_answer(to_rows(lambda answer: answer.bearing(b"\xef\xbb\xbf" + answer.body))),
    ),
    Mutant(
        "utf-16",
        "The JSON is written in UTF-16.",
        "protocol",
        wrap=with_answer(to_rows(lambda answer: answer.bearing(answer.body.decode().encode("utf-16")))),
    ),
    Mutant(
        "200-as-html",
        "The rows go out as text/html.",
        "protocol",
        wrap=with_answer(to_rows(lambda answer: answer.headed(content_type="text/html; charset=utf-8"))),
    ),
    Mutant(
        "empty-as-plain",
        "[] goes out as plain text; rows are right.",
        "protocol",
        wrap=with_answer(_empty_only(lambda answer: answer.headed(content_type="text/plain"))),
    ),
    Mutant(
        "empty-without-body",
        "[] is left out, and the 200 has no body.",
        "protocol",
        wrap=with_answer(_empty_only(lambda answer: answer.bearing(b""))),
    ),
    Mutant(
        "200-untyped",
        "Long answers have no content type.",
        "protocol",
        wrap=with_answer(_long_rows(lambda answer: replace(answer, headers=()))),
    ),
    Mutant(
        "long-is-206",
        "Long answers are called partial.",
        "protocol",
        wrap=with_answer(_long_rows(lambda answer: replace(answer, status=206))),
    ),
    Mutant(
        "page-for-browsers",
        "Whoever does not ask for JSON by name is shown a page.",
        "protocol",
        wrap=with_answer(_browsable),
    ),
    Mutant(
        "slash-redirect",
        "With a slug, the router sends on to a path that is not there.",
        "protocol",
        wrap=with_shortcut(_slashed),
    ),
    Mutant(
        "post-accepted",
        "POST is answered like GET.",
        "protocol",
        wrap=with_method(lambda method: "GET" if method == "POST" else method),
    ),
    Mutant(
        "put-204",
        "PUT is answered with 204, as if something were kept.",
        "protocol",
        wrap=with_shortcut(_method("PUT", Answer(204, (), b""))),
    ),
    Mutant(
        "patch-200",
        "PATCH is answered with 200 and an empty object.",
        "protocol",
        wrap=with_shortcut(_method("PATCH", respond_json(200, {}))),
    ),
    Mutant(
        "delete-500",
        "DELETE finds no handler and fails.",
        "protocol",
        wrap=with_shortcut(_method("DELETE", _ERROR)),
    ),
    Mutant(
        "trace-echoes",
        "TRACE is answered, and echoes the key.",
        "protocol",
        wrap=with_shortcut(
            lambda asked: (
                respond(200, f"{asked.method} {asked.path}\r\n".encode(), "message/http")
                if asked.method == "TRACE"
                else None
            )
        ),
    ),
    Mutant(
        "head-500",
        "HEAD fails on the body that it may not send.",
        "protocol",
        wrap=with_shortcut(_method("HEAD", Answer(500, (), b""))),
    ),
    Mutant(
        "head-without-key",
        "HEAD is answered with 200 before the key is checked.",
        "protocol",
        wrap=with_shortcut(_head_without_key),
    ),
    Mutant(
        "options-500",
        "OPTIONS fails without an Origin.",
        "protocol",
        wrap=with_shortcut(_method("OPTIONS", _ERROR, keyed=False)),
    ),
)
