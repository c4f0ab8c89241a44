"""Variations that break no rule, below the operation: what real servers and proxies do."""

import gzip
import itertools
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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
    with_shortcut,
    with_state,
)
from tests.twin.serving import ASGIApp, Message, Receive, Send


def _busy(every: int) -> Callable[[], tuple[Shortcut, AnswerChange]]:
    """Refuse each request of that number with 429; the next one is answered."""

    def begin() -> tuple[Shortcut, AnswerChange]:
        calls = itertools.count(1)
        body = {"error": "rate_limited", "message": "Slow down"}

        def refuse(_asked: Asked) -> Answer | None:
            return respond_json(429, body).headed(retry_after="1") if next(calls) % every == 0 else None

        return refuse, lambda _, answer: answer

    return begin


def _burst() -> tuple[Shortcut, AnswerChange]:
    """Refuse two requests in a row with 429, ninety requests apart, and say when in the form of a date."""
    calls = itertools.count(1)

    def refuse(_asked: Asked) -> Answer | None:
        if next(calls) % 90 > 1:
            return None
        until = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        return respond(429, b"Too Many Requests", "text/plain").headed(retry_after=until)

    return refuse, lambda _, answer: answer


def _long_line(asked: Asked) -> Answer | None:
    long = len(asked.query_string) > 8_192
    return respond(414, b"<center><h1>414 Request-URI Too Large</h1></center>") if long else None


def _control_characters(asked: Asked) -> Answer | None:
    found = any(ord(letter) < 32 or ord(letter) == 127 for value in asked.query.values() for letter in value)
    return respond(400, b"<h1>400 Bad Request</h1>") if found and asked.headers.get("x-api-key") else None


def _head_like_get(app: ASGIApp) -> ASGIApp:
    """Answer HEAD as GET without its body, as Starlette's own routes do."""

    async def headed(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return

        async def drop(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await app({**scope, "method": "GET"}, receive, drop)

    return headed


def _preflight(asked: Asked) -> Answer | None:
    if asked.method != "OPTIONS":
        return None
    return Answer(
        204,
        (
            ("allow", "GET, OPTIONS"),
            ("access-control-allow-origin", "*"),
            ("access-control-allow-headers", "x-api-key"),
        ),
        b"",
    )


def _page_for(status: int, page: bytes) -> AnswerChange:
    return lambda _, answer: answer.bearing(page, "text/html") if answer.status == status else answer


def _escaped(answer: Answer) -> Answer:
    """Write JSON as few do: the same by RFC 8259, sections 6 and 7."""
    text = re.sub(r'"([a-z])', lambda found: f'"\\u{ord(found[1]):04x}', json.dumps(answer.data))
    return answer.bearing(re.sub(r": ([0-9]+)([,}])", r": \1e0\2", text).encode())


def _compressed(asked: Asked, answer: Answer) -> Answer:
    if "gzip" not in asked.headers.get("accept-encoding", "") or len(answer.body) < 500:
        return answer
    return answer.bearing(gzip.compress(answer.body)).headed(content_encoding="gzip", vary="Accept-Encoding")


def _in_pieces(app: ASGIApp) -> ASGIApp:
    """Send bodies in pieces of 100 bytes, without stating their length."""

    async def pieced(scope: Message, receive: Receive, send: Send) -> None:
        async def cut(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [header for header in message["headers"] if header[0] != b"content-length"]
                await send({**message, "headers": headers})
                return
            body = message.get("body", b"")
            for start in range(0, len(body), 100):
                await send({"type": message["type"], "body": body[start : start + 100], "more_body": True})
            await send({**message, "body": b""})

        await app(scope, receive, cut if scope["type"] == "http" else send)

    return pieced


def _tagged(asked: Asked, answer: Answer) -> Answer:
    """Give an ETag, and 304 to whoever has it."""
    if answer.status != 200:
        return answer
    tag = f'"{len(answer.body)}-{sum(answer.body)}"'
    if asked.headers.get("if-none-match") == tag:
        return Answer(304, (("etag", tag),), b"")
    return answer.headed(etag=tag, cache_control="private, no-cache")


def _no_content_for_methods(asked: Asked, answer: Answer) -> Answer:
    if answer.status != 405:
        return answer
    return respond(404 if asked.method in {"TRACE", "CONNECT"} else 405, b"").headed(allow="GET, HEAD")


HARMLESS = (
    Mutant(
        "429-now-and-then",
        "One request in sixty must be repeated a second later.",
        "protocol",
        wrap=with_state(_busy(60)),
    ),
    Mutant(
        "429-in-bursts",
        "Two requests in a row must be repeated, and Retry-After is a date.",
        "protocol",
        wrap=with_state(_burst),
    ),
    Mutant(
        "414-over-8-kib",
        "Request lines over 8 KiB are refused by the proxy.",
        "protocol",
        wrap=with_shortcut(_long_line),
    ),
    Mutant(
        "control-characters-400",
        "Control characters are refused by the proxy.",
        "protocol",
        wrap=with_shortcut(_control_characters),
    ),
    Mutant(
        "charset-said",
        "The content type says its charset, in capitals.",
        "protocol",
        wrap=with_answer(
            lambda _, answer: answer.headed(content_type="application/json; charset=UTF-8") if answer.body else answer
        ),
    ),
    Mutant(
        "json-escaped",
        "Strings have escapes that they need not, and counts an exponent.",
        "protocol",
        wrap=with_answer(to_rows(_escaped)),
    ),
    Mutant(
        "pretty-json",
        "The JSON is indented and ends with a new line.",
        "protocol",
        wrap=with_answer(to_rows(lambda answer: answer.bearing(json.dumps(answer.data, indent=2).encode() + b"\n"))),
    ),
    Mutant(
        "gzip-where-accepted",
        "Longer answers are compressed where that is accepted.",
        "protocol",
        wrap=with_answer(_compressed),
    ),
    Mutant("in-pieces", "Bodies are sent in pieces, without a length.", "protocol", wrap=_in_pieces),
    Mutant(
        "connection-closed",
        "The connection is closed after each answer.",
        "protocol",
        wrap=with_answer(lambda _, answer: answer.headed(connection="close")),
    ),
    Mutant(
        "headers-of-a-proxy",
        "A proxy adds its headers, and a cookie.",
        "protocol",
        wrap=with_answer(
            lambda _, answer: answer.headed(
                via="1.1 edge",
                x_request_id="4f2a",
                set_cookie="lb=a; Path=/; HttpOnly",
                strict_transport_security="max-age=31536000",
                age="0",
            )
        ),
    ),
    Mutant(
        "etag-given",
        "Answers have an ETag, and whoever has it gets 304.",
        "protocol",
        wrap=with_answer(_tagged),
    ),
    Mutant("head-like-get", "HEAD is answered like GET.", "protocol", wrap=_head_like_get),
    Mutant(
        "options-204",
        "OPTIONS is answered with 204, for browsers of other origins.",
        "protocol",
        wrap=with_shortcut(_preflight),
    ),
    Mutant(
        "404-as-html",
        "Unknown paths are answered with a page.",
        "protocol",
        wrap=with_answer(_page_for(404, b"<h1>404 Not Found</h1>")),
    ),
    Mutant(
        "405-without-body",
        "Other methods are answered without a body.",
        "protocol",
        wrap=with_answer(_no_content_for_methods),
    ),
)
