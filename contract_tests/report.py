"""What a run found, as one value: every report is a rendering of it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from contract_tests.exchange import Exchange
from contract_tests.promise import Finding, Outcome, Status
from contract_tests.redaction import Redactor
from contract_tests.settings import Settings, Window

SHOWN_BODY = 600
"""Characters of a body that a report shows."""


class Verdict(StrEnum):
    """What a run says of its target."""

    CONFORMS = "conforms"
    VIOLATES = "violates"
    NONE = "none"

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return {Verdict.CONFORMS: 0, Verdict.VIOLATES: 1, Verdict.NONE: 3}[self]


@dataclass(frozen=True)
class Report:
    """A run, as far as it went.

    Attributes:
        target: the deployment's address.
        is_embedded: whether it was the kit's own mock.
        title: the document's title.
        version: the document's version.
        method: the operation's method.
        path: the operation's path.
        settings: what the run was told.
        window: the past days that hold data, where any were found.
        seconds: how long it took.
        sent: how many requests went out.
        exchanges: every request, and its answer; to be shown through the methods here, which keep the key out.
        outcomes: what came of each promise that was tried.
        notes: what else is worth knowing.
        no_verdict: why nothing can be said, where that is so.
        interrupted: whether the user ended the run.
        redactor: keeps the key out.

    """

    target: str
    is_embedded: bool
    title: str
    version: str
    method: str
    path: str
    settings: Settings
    window: Window | None
    seconds: float
    sent: int
    exchanges: tuple[Exchange, ...]
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    no_verdict: str | None
    interrupted: bool
    redactor: Redactor

    @cached_property
    def answers_with_rows(self) -> int:
        """How many 200 answers held rows."""
        return sum(
            exchange.status == 200 and isinstance(exchange.value, list) and bool(exchange.value)
            for exchange in self.exchanges
        )

    def count(self, status: Status) -> int:
        """Give the number of promises with this status."""
        return sum(outcome.status is status for outcome in self.outcomes)

    @cached_property
    def why_none(self) -> str | None:
        """Why there is no verdict; None where there is one."""
        if self.no_verdict:
            return self.no_verdict
        if self.interrupted:
            return "The run was interrupted"
        if not self.outcomes or self.count(Status.NOT_EXERCISED) == len(self.outcomes):
            return "No promise could be tried"
        if self.settings.require_data and not self.answers_with_rows:
            return "No row ever came, and --require-data asks for some"
        if len(self.exchanges) >= self.settings.most_requests and self.count(Status.NOT_EXERCISED):
            return "The run's requests were used up before every promise was tried: raise --max-requests"
        if self.settings.strict and self.count(Status.NOT_EXERCISED):
            return "Some promises were not exercised, and --strict asks for all"
        return None

    @cached_property
    def verdict(self) -> Verdict:
        """What the run says: a break is a break, however the run ended."""
        if self.count(Status.BROKEN) or (self.settings.strict and self.count(Status.ADVISED)):
            return Verdict.VIOLATES
        return Verdict.NONE if self.why_none else Verdict.CONFORMS

    @property
    def command(self) -> str:
        """The command that repeats the run, the key left out."""
        words = ["feather-check"]
        if self.settings.target:
            words.append(self.settings.target)
        for field in self.settings.options():
            value = getattr(self.settings, field.name)
            if field.name in ("api_key", "json", "junit", "har", "report", "verbose", "accept_update"):
                continue
            if value != field.default or field.name == "seed":
                words += _words(field.metadata["flags"][-1], value)
        return self.redactor.text(" ".join(shlex.quote(word) for word in words))

    def curl(self, exchange: Exchange) -> str:
        """Write a request as a curl command, the key left out."""
        return self.redactor.text(exchange.request.curl(self.target))

    def headers(self, exchange: Exchange) -> tuple[tuple[str, str], ...]:
        """Give an answer's headers, the key left out."""
        return tuple((name, self.redactor.text(value)) for name, value in exchange.headers)

    def body(self, exchange: Exchange, most: int | None = SHOWN_BODY) -> str:
        """Give an answer's body as text, the key left out, cut to so many characters."""
        text = self.redactor.text(exchange.body.decode("utf-8", "replace"))
        if most is None or len(text) <= most:
            return text
        return f"{text[:most]}… ({len(text)} characters in all)"

    def what(self, finding: Finding) -> str:
        """Give a finding's sentence, the key left out."""
        return self.redactor.text(finding.what)


def _words(flag: str, value: object) -> list[str]:
    if value is True:
        return [flag]
    if isinstance(value, tuple):
        return [word for item in value for word in (flag, str(item))]
    return [flag, f"{value.per_second:g}/s" if hasattr(value, "per_second") else str(value)]
