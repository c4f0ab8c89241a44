"""Every exchange as an HTTP archive (HAR 1.2), for browsers' developer tools and their like."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from importlib.metadata import version

import harfile

from contract_tests.exchange import Exchange, Secret, Text, encode
from contract_tests.report import Report

LARGEST_BODY = 256 * 1024
"""Characters of a body that the archive holds."""

_VERSION = "HTTP/1.1"


def render_har(report: Report) -> str:
    """Write every exchange, in its order; where the key was sent stands what a shell would make it of."""
    text = io.StringIO()
    creator = harfile.Creator("feather-check", version("feather-contract-kit"))
    with harfile.open(text, creator=creator, comment=f"{report.title} {report.version}") as archive:
        for exchange in report.exchanges:
            milliseconds = round(exchange.seconds * 1000, 3)
            archive.add_entry(
                startedDateTime=report.began + timedelta(seconds=exchange.started),
                time=milliseconds,
                request=_request(report, exchange),
                response=_response(report, exchange),
                timings=harfile.Timings(send=0, wait=milliseconds, receive=0),
                comment=report.failure(exchange),
            )
    return text.getvalue() + "\n"


def _request(report: Report, exchange: Exchange) -> harfile.Request:
    request = exchange.request
    query = _shown(report, request.query)
    url = f"{_base(report)}{report.line(request.path)}"
    return harfile.Request(
        method=request.method,
        url=f"{url}?{report.line(request.spelling) or encode(query)}" if query else url,
        httpVersion=_VERSION,
        headers=_records(_shown(report, request.headers)),
        queryString=_records(query),
        bodySize=0,
    )


def _response(report: Report, exchange: Exchange) -> harfile.Response:
    return harfile.Response(
        status=exchange.status,
        statusText=_phrase(exchange.status),
        httpVersion=_VERSION,
        headers=_records(report.headers(exchange)),
        content=harfile.Content(
            size=len(exchange.body),
            mimeType=report.line(exchange.header("content-type") or ""),
            text=report.body(exchange, LARGEST_BODY),
        ),
        redirectURL=report.line(exchange.header("location") or ""),
    )


def _base(report: Report) -> str:
    return report.line(report.target)


def _shown(report: Report, pairs: Iterable[tuple[str, Text]]) -> list[tuple[str, str]]:
    return [
        (report.redactor.text(name), value.shell if isinstance(value, Secret) else report.redactor.text(value))
        for name, value in pairs
    ]


def _records(pairs: Iterable[tuple[str, str]]) -> list[harfile.Record]:
    return [harfile.Record(name, value) for name, value in pairs]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
