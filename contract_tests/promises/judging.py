"""Holds the status of an answer against the oracle."""

from __future__ import annotations

from contract_tests.exchange import Exchange, Request
from contract_tests.promise import Attempt, Finding


def judge_request(attempt: Attempt, request: Request) -> Finding | None:
    """Send a request, and say what is wrong with the status that came, if anything."""
    return judge_exchange(attempt, attempt.call(request))


def judge_exchange(attempt: Attempt, exchange: Exchange) -> Finding | None:
    """Say what is wrong with an exchange's status, if anything; keep a word of advice where the rules leave it open."""
    expected = attempt.run.oracle.expect(exchange.request)
    if exchange.status == 0:
        return Finding(f"no answer to a request {expected.why}: {exchange.failure}", (exchange,))
    if not expected.allows(exchange):
        return Finding(f"{exchange.status} for a request {expected.why}: {_due(expected.statuses)} is due", (exchange,))
    if exchange.status != expected.preferred and expected.preferred in (401, 422) and exchange.status >= 400:
        attempt.advise(
            f"{exchange.status} for a request {expected.why}, which breaks another rule as well: "
            f"{expected.preferred} would tell its sender more",
            exchange,
        )
    return None


def _due(statuses: frozenset[int]) -> str:
    return " or ".join(str(status) for status in sorted(statuses))
