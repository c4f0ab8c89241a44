"""What every answer must be, whatever was asked: tried on all that came in the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from contract_tests.exchange import Exchange, smallest
from contract_tests.operation import Operation
from contract_tests.promise import Attempt, BrokenError, Finding, Promise, Source

Fault = Callable[[Exchange], str | None]


def promises(operation: Operation) -> tuple[Promise, ...]:
    """Give the promises about all answers; they come last."""
    document, kit = Source.DOCUMENT, Source.KIT
    return (
        Promise("every-request-answered", "Each request gets an answer, whole", document, None, _answered),
        Promise("no-server-error", "No request makes the server fail", document, None, _no_server_error),
        Promise("no-redirect", "No answer leads elsewhere", document, None, _no_redirect),
        Promise("statuses-documented", "Each status that comes is in the document", document, None, _documented),
        Promise(
            "200-valid-requests",
            "A request that keeps every rule is answered with 200",
            document,
            200,
            _valid,
        ),
        Promise("content-type", "Each answer has the media type of the document", document, None, _content_type),
        Promise("strict-json", "Each body is JSON as RFC 8259 has it", document, None, _strict_json),
        *(_schema(operation, status) for status in sorted(operation.statuses)),
        Promise("422-names-each-parameter", "A 422 names each wrong parameter in a `loc`", kit, 422, _names),
        Promise("key-not-echoed", "No answer holds the key", kit, None, _not_echoed),
    )


def _try_all(attempt: Attempt, exchanges: list[Exchange], fault: Fault, missing: str) -> None:
    """Hold each exchange against a rule; the simplest break is shown."""
    if not exchanges:
        attempt.not_exercised(missing)
    attempt.count(*exchanges)
    faulty = {exchange.number: text for exchange in exchanges if (text := fault(exchange)) is not None}
    if faulty:
        shown = smallest(exchange for exchange in exchanges if exchange.number in faulty)
        share = f"{len(faulty)} of {len(exchanges)} answers" if len(exchanges) > 1 else "the only answer"
        raise BrokenError(Finding(f"{faulty[shown.number]} ({share})", (shown,)), len(faulty) - 1)


def _own(attempt: Attempt) -> list[Exchange]:
    """Give the exchanges with the operation's own method."""
    run = attempt.run
    return [exchange for exchange in run.ledger.exchanges if exchange.request.method == run.operation.method]


def _answered(attempt: Attempt) -> None:
    _try_all(attempt, attempt.run.ledger.exchanges, lambda exchange: exchange.failure, "no request was sent")


def _no_server_error(attempt: Attempt) -> None:
    def fault(exchange: Exchange) -> str | None:
        return f"{exchange.status}, a server error" if exchange.status >= 500 else None

    _try_all(attempt, attempt.run.ledger.exchanges, fault, "no request was sent")


def _no_redirect(attempt: Attempt) -> None:
    def fault(exchange: Exchange) -> str | None:
        if not 300 <= exchange.status < 400:
            return None
        return f"{exchange.status}, a redirect to {exchange.header('location') or 'nowhere'}"

    _try_all(attempt, _own(attempt), fault, "no request was sent")


def _documented(attempt: Attempt) -> None:
    documented = attempt.run.operation.statuses

    def fault(exchange: Exchange) -> str | None:
        explained = documented | attempt.run.oracle.expect(exchange.request).statuses
        # Redirects and server errors are promises of their own; 429 has been waited out as often as it may be.
        if (
            exchange.status in explained
            or exchange.status == 0
            or 300 <= exchange.status < 400
            or exchange.status >= 500
        ):
            return None
        return f"{exchange.status}, which the document does not have"

    _try_all(attempt, _own(attempt), fault, "no request was sent")


def _valid(attempt: Attempt) -> None:
    expect = attempt.run.oracle.expect
    due = [exchange for exchange in _own(attempt) if exchange.status and expect(exchange.request).statuses == {200}]

    def fault(exchange: Exchange) -> str | None:
        return None if exchange.status == 200 else f"{exchange.status} for a request that keeps every rule"

    _try_all(attempt, due, fault, "no such request was sent")


def _content_type(attempt: Attempt) -> None:
    operation = attempt.run.operation

    def fault(exchange: Exchange) -> str | None:
        given = exchange.header("content-type")
        due = operation.media_types(exchange.status)
        if not due or (given or "").partition(";")[0].strip().lower() in due:
            return None
        return f"Content-Type is {given or 'missing'} on a {exchange.status}: {' or '.join(due)} is due"

    _try_all(attempt, _documented_answers(attempt), fault, "no documented status came")


def _strict_json(attempt: Attempt) -> None:
    def fault(exchange: Exchange) -> str | None:
        if not exchange.is_json:
            return f"the body of a {exchange.status} is no JSON: {exchange.parsed.reason}"
        return None

    whole = [exchange for exchange in _documented_answers(attempt) if exchange.is_whole]
    _try_all(attempt, whole, fault, "no documented status came")


def _documented_answers(attempt: Attempt) -> list[Exchange]:
    """Give the answers that the API itself sent, with a status of the document."""
    statuses, expect = attempt.run.operation.statuses, attempt.run.oracle.expect
    return [
        exchange
        for exchange in _own(attempt)
        if exchange.status in statuses and exchange.status not in expect(exchange.request).excused
    ]


def _schema(operation: Operation, status: int) -> Promise:
    def attempt_it(attempt: Attempt) -> None:
        def fault(exchange: Exchange) -> str | None:
            breaks = operation.schema_breaks(exchange)
            return f"the body of a {status} breaks its schema: {breaks[0]}" if breaks else None

        came = [exchange for exchange in _documented_answers(attempt) if exchange.status == status and exchange.is_json]
        _try_all(attempt, came, fault, f"no {status} with a JSON body came")
        if came and not any(exchange.value for exchange in came):
            attempt.not_exercised("no row ever came" if isinstance(came[0].value, list) else "every body was empty")

    noun = "rows" if operation.answers_with_rows(status) else "body"
    title = f"The {noun} of a {status} fit{'s' if noun == 'body' else ''} the document's schema"
    return Promise(
        f"{status}-{noun}-match{'es' if noun == 'body' else ''}-schema",
        title,
        Source.DOCUMENT,
        status,
        attempt_it,
    )


def _names(attempt: Attempt) -> None:
    expect = attempt.run.oracle.expect

    def fault(exchange: Exchange) -> str | None:
        detail = exchange.value.get("detail") if isinstance(exchange.value, dict) else None
        if not isinstance(detail, list) or not detail:
            return "a 422 without a non-empty list of details"
        named = set(_named(detail))
        unnamed = [name for name in expect(exchange.request).offending if name not in named]
        return f"a 422 in which no `loc` names {' or '.join(unnamed)}" if unnamed else None

    came = [
        exchange
        for exchange in _documented_answers(attempt)
        if exchange.status == 422 and exchange.is_json and expect(exchange.request).offending
    ]
    _try_all(attempt, came, fault, "no 422 with a JSON body came")


def _named(detail: list[object]) -> Iterator[str]:
    """Give the names in the items' `loc`; a location may also be written as one dotted text."""
    for item in detail:
        loc = item.get("loc") if isinstance(item, dict) else None
        for part in loc if isinstance(loc, list) else ():
            if isinstance(part, str):
                yield from (part, *part.replace("/", ".").split("."))


def _not_echoed(attempt: Attempt) -> None:
    key = attempt.run.key.value
    exchanges = attempt.run.ledger.exchanges
    if len(key) < 8:
        attempt.not_exercised("the key is so short that it may stand in an answer by chance")
    attempt.count(*exchanges)
    echoing = [
        exchange
        for exchange in exchanges
        if key.encode() in exchange.body or any(key in value for _, value in exchange.headers)
    ]
    if echoing:
        attempt.advise(f"{len(echoing)} of {len(exchanges)} answers hold the key", smallest(echoing))
