"""Outcomes as plain text: for JUnit, for pytest's own failures, and where the output is no terminal."""

from __future__ import annotations

from contract_tests.exchange import Exchange
from contract_tests.promise import Finding, Outcome
from contract_tests.report import Report
from contract_tests.reports.words import SAID_BY

SHOWN = 300
SAMPLES = 3
"""The requests that are shown of a promise that was kept."""


def row(outcome: Outcome) -> str:
    """Write an outcome on a line of its own, in columns: status, id, requests, who says so, and what."""
    promise = outcome.promise
    columns = f"{outcome.status.value:<14}{promise.id:<33}{outcome.requests:>5}  {promise.source.value:<10}"
    return f"{columns}{promise.title}" + (f": {outcome.why}" if outcome.why else "")


def describe(report: Report, outcome: Outcome) -> str:
    """Write a promise and what was found: the rule, who says so, each request as curl, and its answer."""
    lines = [heading(outcome)]
    for finding in outcome.findings:
        lines += describe_finding(report, finding)
    if not outcome.findings:
        lines += _samples(report, outcome)
    if outcome.more:
        lines.append(f"  and {outcome.more} more of the kind; this is the smallest")
    return "\n".join(lines)


def heading(outcome: Outcome) -> str:
    """Write what became of a promise, its rule, and who says so."""
    promise = outcome.promise
    return f"{outcome.status.value.upper()} {promise.id}: {promise.title} ({SAID_BY[promise.source]})"


def describe_finding(report: Report, finding: Finding) -> list[str]:
    """Write a finding's sentence, then each request and its answer."""
    lines = [f"  {report.what(finding)}"]
    for exchange in finding.exchanges:
        lines += _asked(report, exchange)
    return lines


def answer(report: Report, exchange: Exchange) -> str:
    """Write an answer in a line."""
    failure = report.failure(exchange)
    if exchange.status == 0:
        return failure or "no answer"
    kind = report.line(exchange.header("content-type") or "no content type")
    body = " ".join(report.body(exchange, SHOWN).split())
    return f"{exchange.status} {kind} {body}" + (f" ({failure})" if failure else "")


def _samples(report: Report, outcome: Outcome) -> list[str]:
    """Write some of the requests that tried a promise, from its first to its last."""
    tried = [report.by_number[number] for number in outcome.tried if number in report.by_number]
    step = max(1, len(tried) // SAMPLES)
    shown = tried[::step][:SAMPLES]
    lines = [line for exchange in shown for line in _asked(report, exchange)]
    return lines + ([f"  and {len(tried) - len(shown)} more"] if len(tried) > len(shown) else [])


def _asked(report: Report, exchange: Exchange) -> list[str]:
    return [f"  {report.curl(exchange)}", f"    -> {answer(report, exchange)}"]
