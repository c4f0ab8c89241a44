"""Faults of the key check and of the 401 answer."""

import hmac
from collections.abc import Callable
from dataclasses import replace

from fastapi import Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException

from tests.mutants.mutant import Change, Mutant, admitting, handling
from tests.mutants.wrapping import (
    Answer,
    AnswerChange,
    Asked,
    Shortcut,
    respond,
    respond_json,
    with_answer,
    with_shortcut,
    with_state,
)
from tests.twin.application import Twin, admits, refuse


def _comparing(same: Callable[[str, str], bool]) -> Change:
    """Check the header's value, "" where there is none, against the key by `same(presented, key)`."""
    return admitting(lambda request, key: same(request.headers.get("x-api-key", ""), key))


def _admits_without_header(request: Request, key: str) -> bool:
    return "x-api-key" not in request.headers or admits(request, key)


def _admits_from_query(request: Request, key: str) -> bool:
    names = ("x-api-key", "api_key", "apikey", "key")
    return admits(request, key) or any(request.query_params.get(name) == key for name in names)


def _admits_bearer(request: Request, key: str) -> bool:
    return admits(request, key) or request.headers.get("authorization", "") == f"Bearer {key}"


def _admits_cookie(request: Request, key: str) -> bool:
    return admits(request, key) or key in (request.cookies.get("x-api-key"), request.cookies.get("api_key"))


def _admits_when_filtered(request: Request, key: str) -> bool:
    filtered = {"slug", "mode"} <= set(request.query_params)
    return filtered or admits(request, key)


def _compare_text(request: Request, key: str) -> bool:
    return hmac.compare_digest(request.headers.get("x-api-key", ""), key)


def _look_up(request: Request, key: str) -> bool:
    return {"": False, key: True}[request.headers.get("x-api-key", "")]


def _kind_folded(presented: str, key: str) -> bool:
    kind, _, rest = presented.partition("-")
    return (kind.lower(), rest) == (key.partition("-")[0].lower(), key.partition("-")[2])


def _like(presented: str, key: str) -> bool:
    """Compare as `WHERE ? LIKE` does, with the arguments the wrong way round."""
    if "%" not in presented:
        return presented == key
    head, _, tail = presented.partition("%")
    return key.startswith(head) and key.endswith(tail)


async def _detail(request: Request, error: HTTPException) -> Response:
    if error.status_code == 401:
        return JSONResponse({"detail": error.detail}, 401)
    return await refuse(request, error)


async def _plain(request: Request, error: HTTPException) -> Response:
    return PlainTextResponse("Unauthorized", 401) if error.status_code == 401 else await refuse(request, error)


async def _code_only(request: Request, error: HTTPException) -> Response:
    if error.status_code == 401:
        return JSONResponse({"error": {"code": 401}, "message": None}, 401)
    return await refuse(request, error)


def _remember_admission(twin: Twin) -> Twin:
    admitted: set[str] = set()

    def remembering(request: Request, key: str) -> bool:
        if admits(request, key):
            admitted.add(str(request.url))
        return str(request.url) in admitted

    return replace(twin, admits=remembering)


def _remember_refusal(twin: Twin) -> Twin:
    refused: set[str] = set()

    def remembering(request: Request, key: str) -> bool:
        if not admits(request, key):
            refused.add(str(request.url))
        return str(request.url) not in refused

    return replace(twin, admits=remembering)


def _lock_out(twin: Twin) -> Twin:
    wrong = 0

    def counting(request: Request, key: str) -> bool:
        nonlocal wrong
        if wrong >= 3:
            wrong = 0
            return False
        right = admits(request, key)
        wrong = 0 if right else wrong + 1
        return right

    return replace(twin, admits=counting)


def _cache_for_all() -> tuple[Shortcut, AnswerChange]:
    """Keep each 200 under its query, in front of the key check."""
    kept: dict[str, Answer] = {}

    def remember(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "GET" and asked.is_operation and answer.status == 200:
            kept[asked.query_string] = answer
        return answer

    return lambda asked: kept.get(asked.query_string), remember


def _refused(change: AnswerChange) -> AnswerChange:
    return lambda asked, answer: change(asked, answer) if answer.status == 401 else answer


def _if_missing(answer: Answer) -> Shortcut:
    return lambda asked: answer if asked.is_operation and "x-api-key" not in asked.headers else None


FAULTS = (
    Mutant(
        "key-missing-passes",
        "A request without the header counts as an internal one.",
        "401",
        admitting(_admits_without_header),
    ),
    Mutant(
        "key-empty-passes",
        "`if key and key != valid` lets the empty key through.",
        "401",
        admitting(lambda request, key: request.headers.get("x-api-key") == "" or admits(request, key)),
    ),
    Mutant(
        "key-any-passes",
        "Only the header's presence is checked; the gateway was to do the rest.",
        "401",
        _comparing(lambda presented, _: presented != ""),
    ),
    Mutant(
        "key-case-folded",
        "Keys are looked up under a case-insensitive collation.",
        "401",
        _comparing(lambda presented, key: presented.lower() == key.lower()),
    ),
    Mutant(
        "key-names-a-property",
        "Keys are the properties of an object, which has others from its prototype.",
        "401",
        _comparing(lambda presented, key: presented in {key, "constructor", "toString", "__proto__"}),
    ),
    Mutant(
        "key-prefix-folded",
        "The part before the dash tells the kind of key, and is looked up without regard to case.",
        "401",
        _comparing(_kind_folded),
    ),
    Mutant(
        "key-prefix-passes",
        "The key is compared up to the length of what was presented.",
        "401",
        _comparing(lambda presented, key: presented != "" and key.startswith(presented)),
    ),
    Mutant(
        "key-extension-passes",
        "The key is compared up to its own length, and what follows is dropped.",
        "401",
        _comparing(lambda presented, key: presented.startswith(key)),
    ),
    Mutant(
        "key-eight-characters",
        "Only the first eight characters count, as the column is that long.",
        "401",
        _comparing(lambda presented, key: presented[:8] == key[:8]),
    ),
    Mutant(
        "key-in-a-text",
        "`presented in keys` searches a comma-separated text and not a list.",
        "401",
        _comparing(lambda presented, key: len(presented) > 2 and presented in f"legacy,{key},next"),
    ),
    Mutant(
        "key-doubled-passes",
        "Of a repeated key's comma-separated values, one right one is enough.",
        "401",
        _comparing(lambda presented, key: key in [part.strip() for part in presented.split(",")]),
    ),
    Mutant("key-like", "The key is looked up with LIKE, so that % matches any.", "401", _comparing(_like)),
    Mutant(
        "key-in-the-query",
        "The key is taken from the query as well, and so ends up in logs.",
        "401",
        admitting(_admits_from_query),
    ),
    Mutant("key-as-bearer", "The key is taken from a bearer token as well.", "401", admitting(_admits_bearer)),
    Mutant("key-as-cookie", "The key is taken from a cookie as well.", "401", admitting(_admits_cookie)),
    Mutant(
        "key-skipped-when-filtered",
        "The handler for slug and mode together was registered without the key check.",
        "401",
        admitting(_admits_when_filtered),
    ),
    Mutant("key-admission-cached", "An admission is remembered by URL, not by key.", "401", _remember_admission),
    Mutant(
        "key-refusal-cached",
        "A refusal is remembered by URL, so that the right key is refused there too.",
        "401",
        _remember_refusal,
    ),
    Mutant(
        "key-behind-the-cache",
        "The response cache stands in front of the key check.",
        "401",
        wrap=with_state(_cache_for_all),
    ),
    Mutant("key-locked-out", "After three wrong keys the next right one is refused as well.", "401", _lock_out),
    Mutant(
        "key-outside-ascii-500",
        "Keys are compared as text in constant time, which fails outside ASCII.",
        "401",
        admitting(_compare_text),
    ),
    Mutant(
        "key-unknown-500",
        "An unknown key is looked up in a dictionary without a default.",
        "401",
        admitting(_look_up),
    ),
    Mutant(
        "key-missing-403",
        "The framework's own scheme answers a missing key with 403.",
        "401",
        wrap=with_shortcut(_if_missing(respond_json(403, {"error": "forbidden", "message": "Not authenticated"}))),
    ),
    Mutant(
        "key-unknown-403",
        "A key that is there but unknown is forbidden, not unauthenticated.",
        "401",
        wrap=with_answer(
            _refused(lambda asked, answer: replace(answer, status=403) if asked.headers.get("x-api-key") else answer)
        ),
    ),
    Mutant(
        "key-missing-422",
        "The header is a required parameter, and so its absence a validation error.",
        "401",
        wrap=with_shortcut(
            _if_missing(
                respond_json(
                    422,
                    {
                        "detail": [
                            {
                                "type": "missing",
                                "loc": ["header", "x-api-key"],
                                "msg": "Field required",
                                "input": None,
                            }
                        ]
                    },
                )
            )
        ),
    ),
    Mutant(
        "key-missing-login",
        "The gateway sends those without a key to its login page.",
        "401",
        wrap=with_shortcut(_if_missing(Answer(302, (("location", "/login"),), b""))),
    ),
    Mutant(
        "key-unknown-empty",
        "An unknown key is a tenant without data.",
        "401",
        wrap=with_answer(
            _refused(lambda asked, answer: respond_json(200, []) if asked.headers.get("x-api-key") else answer)
        ),
    ),
    Mutant(
        "401-detail",
        "The handler for HTTPException was forgotten, so the 401 has the framework's body.",
        "401",
        handling({HTTPException: _detail}),
    ),
    Mutant("401-plain", "The 401 is plain text.", "401", handling({HTTPException: _plain})),
    Mutant(
        "401-other-types",
        "The 401's error is an object and its message null.",
        "401",
        handling({HTTPException: _code_only}),
    ),
    Mutant(
        "401-html-for-unknown",
        "The gateway answers an unknown key with its own page; a missing one is right.",
        "401",
        wrap=with_answer(
            _refused(
                lambda asked, answer: (
                    respond(401, b"<h1>401 Unauthorized</h1>") if asked.headers.get("x-api-key") else answer
                )
            )
        ),
    ),
    Mutant(
        "401-empty",
        "The 401 has no body.",
        "401",
        wrap=with_answer(_refused(lambda _, answer: answer.bearing(b""))),
    ),
    Mutant(
        "401-as-200",
        "Errors are put into an envelope with status 200.",
        "401",
        wrap=with_answer(_refused(lambda _, answer: replace(answer, status=200))),
    ),
    Mutant(
        "401-not-utf8",
        "The 401's message is written in Latin-1.",
        "401",
        wrap=with_answer(
            _refused(
                lambda _, answer: answer.bearing('{"error":"unauthorized","message":"Clé refusée"}'.encode("latin-1"))
            )
        ),
    ),
)
