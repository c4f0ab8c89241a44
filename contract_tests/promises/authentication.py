"""401: who has no valid key gets nothing. For any operation whose security scheme is a key in a header."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle

from contract_tests.exchange import KEY_VARIABLE, Request, Secret, Text
from contract_tests.promise import Attempt, Finding, Promise, Source
from contract_tests.promises.judging import judge_request
from contract_tests.properties import for_all
from contract_tests.strategies import keys

GUESSES = 3


def promises() -> tuple[Promise, ...]:
    """Give the promises about the key."""
    document, kit = Source.DOCUMENT, Source.KIT
    return (
        Promise("401-missing-key", "A request without a key is refused", document, 401, _missing),
        Promise("401-empty-key", "A request with an empty key is refused", document, 401, _empty),
        Promise("401-unknown-key", "A key that nobody was given is refused", document, 401, _unknown),
        Promise("401-other-case", "The key in another case is refused", document, 401, _other_case),
        Promise("401-part-of-key", "A beginning or an ending of the key is refused", document, 401, _part),
        Promise(
            "401-longer-than-key",
            "What contains the key or begins like it is refused",
            document,
            401,
            _longer,
        ),
        Promise("401-key-elsewhere", "The key counts in its header alone", document, 401, _elsewhere),
        Promise("401-comes-first", "The key is looked at before the parameters", kit, 401, _first),
        Promise("401-is-not-remembered", "A refusal leaves no trace in the next answer", kit, 401, _remembered),
    )


def _missing(attempt: Attempt) -> None:
    samples = attempt.run.samples
    queries = [samples.valid[0], *samples.valid[-2:], samples.unknown]
    requests = [attempt.run.request(*query).with_headers() for query in queries]
    _judge_all(attempt, requests)


def _empty(attempt: Attempt) -> None:
    _try_keys(attempt, ["", ""])


def _unknown(attempt: Attempt) -> None:
    _try_keys(attempt, keys.unknown_keys(attempt.run.key, attempt.random()))


def _other_case(attempt: Attempt) -> None:
    variants = list(keys.other_cases(attempt.run.key))
    if not variants:
        attempt.not_exercised("the key has no letters")
    _try_keys(attempt, variants)


def _part(attempt: Attempt) -> None:
    variants = list(keys.parts(attempt.run.key))
    if not variants:
        attempt.not_exercised("the key has a single character")
    _try_keys(attempt, variants)


def _longer(attempt: Attempt) -> None:
    _try_keys(attempt, keys.extensions(attempt.run.key, attempt.random()))


def _elsewhere(attempt: Attempt) -> None:
    run = attempt.run
    base = run.request(*run.samples.valid[0]).with_headers()
    name = run.operation.key_header
    bearer = Secret(f"Bearer {run.key.value}", f"Bearer ${KEY_VARIABLE}")
    cookie = Secret(f"{name}={run.key.value}", f"{name}=${KEY_VARIABLE}")
    _judge_all(
        attempt,
        [
            base.with_query(*base.query, (name, run.key)),
            base.with_query(*base.query, ("api_key", run.key)),
            base.with_headers(("Authorization", bearer)),
            base.with_headers(("Cookie", cookie)),
        ],
    )


def _first(attempt: Attempt) -> None:
    run = attempt.run
    wrong = keys.stranger(len(run.key.value), attempt.random())
    _judge_all(
        attempt,
        [
            *(run.request(*query, key=wrong) for query in run.samples.refused),
            run.request().with_headers(),
        ],
    )


def _remembered(attempt: Attempt) -> None:
    run = attempt.run
    request = run.request(*run.samples.fresh)
    source = attempt.random()
    # A right request first: whatever a server counts begins at nothing.
    attempt.call(run.request(*run.samples.valid[0]))
    # As often as a server may take for an attack: it may slow a stranger down, and not the key's owner.
    guesses = [request.with_headers((run.operation.key_header, keys.stranger(24, source))) for _ in range(GUESSES)]
    findings = [finding for guess in guesses if (finding := judge_request(attempt, guess)) is not None]
    answer = judge_request(attempt, request)
    if answer is not None:
        findings.append(Finding(f"after {GUESSES} refusals of the same request: {answer.what}", answer.exchanges))
    after = judge_request(attempt, request.with_headers())
    if after is not None:
        findings.append(Finding(f"after an answer to the same request: {after.what}", after.exchanges))
    attempt.settle(findings)


def _try_keys(attempt: Attempt, values: Iterable[Text]) -> None:
    """Try each key on another of the valid requests, in turn: those that were answered before come first."""
    queries = cycle((*attempt.run.samples.valid, attempt.run.samples.unknown))
    _judge_all(
        attempt,
        [attempt.run.request(*query, key=value) for value, query in zip(values, queries, strict=False)],
    )


def _judge_all(attempt: Attempt, requests: list[Request]) -> None:
    for_all(attempt, lambda request: judge_request(attempt, request), requests)
