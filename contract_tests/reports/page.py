"""The report as a page: one file that needs nothing else, and can be read without any script."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from http import HTTPStatus
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from contract_tests.exchange import Exchange
from contract_tests.promise import Status
from contract_tests.report import SHOWN_BODY, Report
from contract_tests.reports import latency, words
from contract_tests.reports.matrix import matrix

LONG_BODY = 8000
"""Characters of a body that the page shows when asked to show more."""

_TEMPLATES = files("contract_tests.reports") / "templates"


def render_page(report: Report) -> str:
    """Write a report as an HTML page; whatever came from the deployment is escaped, and bounded."""
    style, script = _text("page.css"), _text("page.js")
    template = _environment().get_template("page.html.jinja")
    page = template.render(
        report=report,
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704  # the kit's own file
        script=Markup(script),  # noqa: S704  # the kit's own file
        matrix=matrix(report.outcomes),
        figures=latency.figures(report.exchanges),
        plot=latency.plot(report.exchanges),
        percentiles=latency.PERCENTILES,
        plot_height=latency.HEIGHT,
        by_status={status: [o for o in report.outcomes if o.status is status] for status in words.GRAVEST_FIRST},
        words=words,
        Status=Status,
    )
    # The macros, which come first in the template, leave their line ends.
    return page.lstrip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FunctionLoader(_text),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["milliseconds"] = latency.milliseconds
    environment.filters["phrase"] = phrase
    environment.filters["code"] = code
    environment.filters["bodies"] = bodies
    return environment


def _text(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """Allow the page's own style and script, by their hashes, and nothing else (CSP Level 3, section 2.3)."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def phrase(status: int) -> str:
    """Give the name of a status, as RFC 9110 has it; nothing for one that it does not have."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def code(text: str) -> Markup:
    """Set what stands between backticks as code."""
    parts = str(escape(text)).split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(Markup(part)) if index % 2 else Markup(part)  # noqa: S704  # escaped above
        for index, part in enumerate(parts)
    )


def bodies(report: Report, exchange: Exchange) -> tuple[str, str | None]:
    """Give an answer's body as it is shown at first, and longer where there is more of it."""
    short = report.body(exchange)
    return short, report.body(exchange, LONG_BODY) if len(exchange.body) > SHOWN_BODY else None
