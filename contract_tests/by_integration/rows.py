"""What a row must be: tried on every row that came in the run."""

from __future__ import annotations

import math
from collections.abc import Callable

from contract_tests.by_integration.query import COUNTS, Row, row_answers
from contract_tests.exchange import Exchange
from contract_tests.promise import Attempt, Finding, Promise, Source

FINEST = 5
"""Decimals: beyond these, a rate's digits are taken for the noise of binary fractions."""


def promises() -> tuple[Promise, ...]:
    """Give the promises about rows; they come last."""
    return (
        _promise("rows-count", "No count is negative", _negative),
        _promise("rows-account", "successful, vendor_errors and exceptions add up to invocations", _unaccounted),
        _promise("rows-rate", "success_rate_pct is the share of successful invocations, in percent", _wrong_rate),
        _promise("rows-latency", "p95_latency_ms is a number from 0 up", _wrong_latency),
        Promise("rows-unique", "No integration stands in two rows of an answer", Source.KIT, 200, _unique),
    )


def _promise(name: str, title: str, fault: Callable[[Row], str | None]) -> Promise:
    def attempt_it(attempt: Attempt) -> None:
        findings = []
        for exchange, rows in row_answers(attempt.run):
            attempt.count(exchange)
            findings += [
                Finding(f"{row.integration_key}: {text}", (exchange,))
                for row in rows
                if (text := fault(row)) is not None
            ]
        if not attempt.tried:
            attempt.not_exercised("no row ever came")
        attempt.settle(findings)

    return Promise(name, title, Source.KIT, 200, attempt_it)


def _negative(row: Row) -> str | None:
    negative = [f"{name} is {getattr(row, name)}" for name in COUNTS if getattr(row, name) < 0]
    return " and ".join(negative) or None


def _unaccounted(row: Row) -> str | None:
    total = row.successful + row.vendor_errors + row.exceptions
    if total == row.invocations:
        return None
    return (
        f"{row.successful} successful, {row.vendor_errors} vendor_errors and {row.exceptions} exceptions make "
        f"{total}, and invocations is {row.invocations}"
    )


def _wrong_rate(row: Row) -> str | None:
    rate = row.success_rate_pct
    if row.invocations <= 0:
        # Without traffic there is no rate: servers write 0 or 100.
        return None if rate in (0, 100) else f"success_rate_pct is {rate:g} without an invocation: 0 or 100 is due"
    exact = 100 * row.successful / row.invocations
    if math.isfinite(rate) and abs(rate - exact) <= rounding(rate):
        return None
    return f"success_rate_pct is {rate!r}, and {row.successful} of {row.invocations} is {exact:.4f} %"


def rounding(rate: float) -> float:
    """Give how far a rate may be from the exact one: a unit of its last decimal, for any way of rounding to it.

    A rate may be rounded to whole percents or finer, up, down or to the nearest, and may have passed through a
    single-precision float.
    """
    noise = 1e-5
    decimals = next((n for n in range(FINEST) if abs(round(rate, n) - rate) < noise), FINEST)
    return float(10.0**-decimals + noise)


def _wrong_latency(row: Row) -> str | None:
    latency = row.p95_latency_ms
    if math.isfinite(latency) and latency >= 0:
        return None
    return f"p95_latency_ms is {latency!r}"


def _unique(attempt: Attempt) -> None:
    findings = []
    for exchange, rows in row_answers(attempt.run):
        attempt.count(exchange)
        finding = _twin(exchange, rows)
        if finding is not None:
            findings.append(finding)
    if not attempt.tried:
        attempt.not_exercised("no row ever came")
    attempt.settle(findings)


def _twin(exchange: Exchange, rows: list[Row]) -> Finding | None:
    seen: set[str] = set()
    for row in rows:
        if row.integration_key in seen:
            return Finding(f"{row.integration_key!r} stands in two rows", (exchange,))
        seen.add(row.integration_key)
    return None
