"""What GitHub Actions shows of a run: a job summary in Markdown, and annotations.

Workflow commands: docs.github.com, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

import html
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from contract_tests.exchange import Exchange
from contract_tests.promise import Finding, Outcome, Source, Status
from contract_tests.report import Report, Verdict
from contract_tests.reports.plain import answer
from contract_tests.reports.words import GRAVEST_FIRST, NAMES, SAID_BY, VERDICTS, counts

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
LARGEST_SUMMARY = 900_000
"""Bytes: GitHub drops a step's summary that is larger than 1 MiB."""

MOST_ANNOTATIONS = 10
"""GitHub shows no more of one kind for a step."""

_ICONS = {Verdict.CONFORMS: "✅", Verdict.VIOLATES: "❌", Verdict.NONE: "⚠️"}
_LEVELS = {Status.BROKEN: "error", Status.ADVISED: "warning", Status.ACCEPTED: "notice"}


def summary_file() -> Path | None:
    """Give the file for the job's summary, where the run is a step of a GitHub job."""
    name = os.environ.get(SUMMARY_VARIABLE)
    return Path(name) if name else None


def is_github() -> bool:
    """Tell whether GitHub reads what the run prints."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def render_summary(report: Report) -> str:
    """Write a report as GitHub's Markdown: the verdict, then what is not kept, then what was done."""
    text = "\n".join([*_head(report), *_findings(report), *_not_exercised(report), *_run(report), ""])
    if len(text.encode()) <= LARGEST_SUMMARY:
        return text
    return "\n".join([*_head(report), "The findings are too long for a summary.", "", *_run(report), ""])


def _head(report: Report) -> list[str]:
    lines = [
        f"## {_ICONS[report.verdict]} {VERDICTS[report.verdict]}: {_inline(report.title)} {_inline(report.version)}",
        "",
        f"{_code(report.line(report.target))}: {counts(report)}.",
        "",
    ]
    if report.why_none:
        lines += [f"**{_inline(report.line(report.why_none).rstrip('.'))}.**", ""]
    lines += ["| | stated by the document | assumed by the kit |", "| --- | ---: | ---: |"]
    for status in GRAVEST_FIRST:
        of = [outcome.promise.source for outcome in report.outcomes if outcome.status is status]
        if of:
            lines.append(f"| {NAMES[status]} | {of.count(Source.DOCUMENT)} | {of.count(Source.KIT)} |")
    return [*lines, ""]


def _findings(report: Report) -> list[str]:
    lines: list[str] = []
    for status in GRAVEST_FIRST:
        for outcome in report.outcomes:
            if outcome.status is status and outcome.findings:
                lines += _outcome(report, outcome)
    return lines


def _outcome(report: Report, outcome: Outcome) -> list[str]:
    promise = outcome.promise
    lines = [
        f"### {NAMES[outcome.status].capitalize()}: `{promise.id}`",
        "",
        f"{promise.title} ({SAID_BY[promise.source]}, {outcome.requests} requests).",
        "",
    ]
    if outcome.why:
        lines += [f"Accepted: {_inline(report.why(outcome))}", ""]
    for finding in outcome.findings:
        lines += _finding(report, finding)
    if outcome.more:
        lines += [f"And {outcome.more} more of the kind; this is the smallest.", ""]
    return lines


def _finding(report: Report, finding: Finding) -> list[str]:
    lines = [f"> {_inline(report.what(finding))}", "", "<details><summary>Requests and answers</summary>", ""]
    for exchange in finding.exchanges:
        lines += [*_exchange(report, exchange), ""]
    return [*lines, "</details>", ""]


def _exchange(report: Report, exchange: Exchange) -> list[str]:
    return [*_block("sh", report.curl(exchange)), "", *_block("", answer(report, exchange))]


def _not_exercised(report: Report) -> list[str]:
    missing = [outcome for outcome in report.outcomes if outcome.status is Status.NOT_EXERCISED]
    if not missing:
        return []
    return [
        "### Not exercised",
        "",
        *(f"- `{outcome.promise.id}`: {_inline(report.why(outcome))}" for outcome in missing),
        "",
    ]


def _run(report: Report) -> list[str]:
    notes = [f"- {_inline(report.line(note))}" for note in report.notes]
    window = f", days with data {report.window}" if report.window else ""
    return [
        *notes,
        *([""] if notes else []),
        f"{report.sent} requests in {report.seconds:.1f} s, {report.answers_with_rows} answers with rows, "
        f"seed {report.settings.seed}{window}. Repeat with:",
        "",
        *_block("sh", report.command),
    ]


def _inline(text: str) -> str:
    """Write text that may hold anything as Markdown that means nothing but itself."""
    escaped = html.escape(text, quote=False)
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~@:$])", lambda match: f"&#{ord(match[1])};", escaped)


def _code(text: str) -> str:
    return f"<code>{_inline(text)}</code>"


def _block(language: str, text: str) -> list[str]:
    """Write a fenced block: its fence is longer than any in the text (CommonMark, section 4.5)."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return [f"{fence}{language}", text, fence]


def write_annotations(report: Report) -> list[str]:
    """Write an annotation for each promise that did not come out well, and one for those not exercised."""
    lines: list[str] = []
    for status, level in _LEVELS.items():
        grave = report.settings.strict and status is Status.ADVISED
        of = [outcome for outcome in report.outcomes if outcome.status is status]
        shown = of if len(of) <= MOST_ANNOTATIONS else of[: MOST_ANNOTATIONS - 1]
        lines += [_annotation(report, "error" if grave else level, outcome) for outcome in shown]
        if len(of) > len(shown):
            lines.append(_command(level, "feather-check", f"and {len(of) - len(shown)} more {NAMES[status]}"))
    missing = [outcome.promise.id for outcome in report.outcomes if outcome.status is Status.NOT_EXERCISED]
    if missing:
        lines.append(_command("notice", f"{len(missing)} promises not exercised", ", ".join(missing)))
    if report.verdict is Verdict.NONE:
        lines.append(_command("error", "feather-check: no verdict", report.line(report.why_none or "")))
    return lines


def _annotation(report: Report, level: str, outcome: Outcome) -> str:
    promise = outcome.promise
    lines = [f"{promise.title} ({SAID_BY[promise.source]})"]
    if outcome.why:
        lines.append(report.why(outcome))
    for finding in outcome.findings:
        lines += [report.what(finding), *(report.curl(exchange) for exchange in finding.exchanges)]
    return _command(level, f"{NAMES[outcome.status]}: {promise.id}", "\n".join(lines))


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


@contextmanager
def commands_stopped(say: Callable[[str], None]) -> Iterator[None]:
    """Keep GitHub from obeying what is printed meanwhile: an answer may hold a workflow command."""
    if not is_github():
        yield
        return
    token = secrets.token_hex(16)
    say(f"::stop-commands::{token}")
    try:
        yield
    finally:
        say(f"::{token}::")
