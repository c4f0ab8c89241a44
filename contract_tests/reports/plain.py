"""One promise's outcome as plain text, for JUnit and for pytest's own failures."""

from __future__ import annotations

from contract_tests.exchange import Exchange
from contract_tests.promise import Finding, Outcome, Source
from contract_tests.report import Report

SAID_BY = {Source.DOCUMENT: "stated by the document", Source.KIT: "assumed by the kit"}
SHOWN = 300


def describe(report: Report, outcome: Outcome) -> str:
    """Write a promise and what was found: the rule, who says so, each request as curl, and its answer."""
    lines = [heading(outcome)]
    for finding in outcome.findings:
        lines += describe_finding(report, finding)
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
        lines += [f"  {report.curl(exchange)}", f"    -> {answer(report, exchange)}"]
    return lines


def answer(report: Report, exchange: Exchange) -> str:
    """Write an answer in a line."""
    if exchange.status == 0:
        return exchange.failure or "no answer"
    kind = report.redactor.text(exchange.header("content-type") or "no content type")
    body = " ".join(report.body(exchange, SHOWN).split())
    return f"{exchange.status} {kind} {body}" + (f" ({exchange.failure})" if exchange.failure else "")
