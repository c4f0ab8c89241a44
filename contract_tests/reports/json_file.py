"""The report as JSON, for programs."""

from __future__ import annotations

import json
from typing import Any

from contract_tests.exchange import Exchange
from contract_tests.promise import Finding, Outcome
from contract_tests.report import Report


def render_json(report: Report) -> str:
    """Write a report as JSON; `README.md` says what each member means."""
    value = {
        "target": report.line(report.target),
        "document": {"title": report.title, "version": report.version},
        "seed": report.settings.seed,
        "requests": report.sent,
        "seconds": round(report.seconds, 3),
        "verdict": report.verdict.value,
        "why": report.line(report.why_none or ""),
        "answers_with_rows": report.answers_with_rows,
        "window": str(report.window) if report.window else None,
        "notes": [report.line(note) for note in report.notes],
        "command": report.command,
        "promises": [_promise(report, outcome) for outcome in report.outcomes],
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _promise(report: Report, outcome: Outcome) -> dict[str, Any]:
    promise = outcome.promise
    return {
        "id": promise.id,
        "title": promise.title,
        "status": outcome.status.value,
        "source": promise.source.value,
        "evidence": {
            "requests": outcome.requests,
            "why": report.why(outcome),
            "findings": [_finding(report, finding) for finding in outcome.findings],
            "more": outcome.more,
        },
    }


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    return {
        "what": report.what(finding),
        "exchanges": [_exchange(report, exchange) for exchange in finding.exchanges],
    }


def _exchange(report: Report, exchange: Exchange) -> dict[str, Any]:
    return {
        "number": exchange.number,
        "curl": report.curl(exchange),
        "status": exchange.status,
        "failure": report.failure(exchange),
        "headers": [list(pair) for pair in report.headers(exchange)],
        "body": report.body(exchange),
        "seconds": round(exchange.seconds, 4),
    }
