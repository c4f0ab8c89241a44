"""The same request again: later, and at the same time as others."""

from __future__ import annotations

from collections.abc import Sequence

from contract_tests.by_integration.compare import sameness
from contract_tests.by_integration.query import as_query, past, read_rows
from contract_tests.exchange import Exchange
from contract_tests.promise import Attempt, Finding, Promise, Source
from contract_tests.run import Run

REPEATED = 3
"""Requests, of those answered with rows, that are asked again one after the other."""

TOGETHER = 6
"""Requests that are sent at the same time: few enough for any server."""


def promises() -> tuple[Promise, ...]:
    """Give the promises about repeated requests."""
    kit = Source.KIT
    return (
        Promise("same-answer-again", "The same request about past days gets the same answer", kit, 200, _again),
        Promise("same-answer-together", "Requests at the same time get each its own answer", kit, 200, _together),
    )


def _again(attempt: Attempt) -> None:
    """Ask again what was asked before, spread over all that held rows, and one thing several times in a row."""
    run = attempt.run
    earlier = _answered_with_rows(attempt)
    chosen = attempt.random().sample(earlier, min(REPEATED, len(earlier)))
    # The run's very first answer too, even one without rows: a server may not have been ready.
    repeated = [*chosen, earlier[0], next(exchange for exchange in run.asked() if _is_settled(run, exchange))]
    attempt.settle(
        [
            finding
            for first in repeated
            if (finding := _compared(attempt, first, attempt.call(first.request), "asked again")) is not None
        ]
    )


def _together(attempt: Attempt) -> None:
    """Ask several things at once that were asked one by one before: what a server keeps of one is no other's."""
    run = attempt.run
    if run.settings.rate_limit is not None:
        attempt.not_exercised("with --rate-limit, one request is sent at a time")
    chosen = _unlike(_answered_with_rows(attempt))
    if len(chosen) < 2:
        attempt.not_exercised("needs two requests with different answers")
    alone = {first.request: first for first in chosen}
    answers = run.caller.call_together(list(alone))
    if len(answers) < 2:
        attempt.not_exercised("the deployment takes one request at a time")
    attempt.count(*answers)
    found = [_compared(attempt, alone[each.request], each, "asked together with others") for each in answers]
    attempt.settle([finding for finding in found if finding is not None])


def _answered_with_rows(attempt: Attempt) -> list[Exchange]:
    run = attempt.run
    earlier = [exchange for exchange in run.asked() if _is_settled(run, exchange) and read_rows(run, exchange)]
    if not earlier:
        attempt.not_exercised("no row ever came for past days")
    return earlier


def _unlike(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Choose some, each of which has another answer, from all over."""
    different = list({exchange.body: exchange for exchange in exchanges}.values())
    step = max(1, len(different) // TOGETHER)
    return different[::step][:TOGETHER]


def _compared(attempt: Attempt, first: Exchange, again: Exchange, how: str) -> Finding | None:
    attempt.count(first)
    rows, rows_again = read_rows(attempt.run, first), read_rows(attempt.run, again)
    text = sameness(rows, rows_again) if rows is not None and rows_again is not None else None
    return Finding(f"{how}: {text}", (first, again)) if text else None


def _is_settled(run: Run, exchange: Exchange) -> bool:
    query = as_query(exchange.request)
    return query is not None and query.end <= past(run)
