"""What a run found, as one value: every report is a rendering of it."""

from __future__ import annotations

import shlex
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from contract_tests.exchange import Exchange
from contract_tests.promise import Finding, Outcome, Status
from contract_tests.settings import Settings, Window
from feather_kit.redaction import Redactor

SHOWN_BODY = 600
"""Characters of a body that a report shows."""

SHOWN_TEXT = 2000
"""Characters that a report shows of any other text that may come from the deployment."""

SHOWN_HEADERS = 40

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


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
        began: when it began.
        seconds: how long it took.
        sent: how many requests went out.
        exchanges: every request, and its answer; to be shown through the methods here, which keep the key out.
        outcomes: what came of each promise that was tried.
        notes: what else is worth knowing.
        no_verdict: why nothing can be said, where that is so.
        interrupted: whether the user ended the run.
        redactor: keeps the key out.
        budget_spent: whether a promise could not be tried to its end for want of requests.
        select: the expression that chose the promises, where one did.

    """

    target: str
    is_embedded: bool
    title: str
    version: str
    method: str
    path: str
    settings: Settings
    window: Window | None
    began: datetime
    seconds: float
    sent: int
    exchanges: tuple[Exchange, ...]
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    no_verdict: str | None
    interrupted: bool
    redactor: Redactor
    budget_spent: bool = False
    select: str = ""

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
        if self.budget_spent:
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
        if self.select:
            words += ["-k", self.select]
        return self.redactor.text(" ".join(shlex.quote(word) for word in words))

    def curl(self, exchange: Exchange) -> str:
        """Write a request as a curl command, the key left out."""
        return self.redactor.text(
            exchange.request.curl(self.target, compressed=bool(exchange.header("content-encoding")))
        )

    def text(self, text: str, most: int = SHOWN_TEXT) -> str:
        """Give a text that may hold anything so that it can be shown anywhere.

        The key is left out, the text is cut to so many characters, and what a terminal obeys, what turns the
        direction of writing, and what no encoding has is spelled as an escape.
        """
        shown = visible(self.redactor.beginning(text, most))
        return shown if len(text) <= most else f"{shown}… ({len(text)} characters in all)"

    def line(self, text: str, most: int = SHOWN_TEXT) -> str:
        """Give a text as `text` does, on one line."""
        return " ".join(self.text(text, most).split())

    def headers(self, exchange: Exchange) -> tuple[tuple[str, str], ...]:
        """Give an answer's headers, as they can be shown."""
        return tuple((self.line(name), self.line(value)) for name, value in exchange.headers[:SHOWN_HEADERS])

    def body(self, exchange: Exchange, most: int = SHOWN_BODY) -> str:
        """Give an answer's body, as it can be shown, cut to so many characters."""
        # No character takes more than four bytes: a body of many MiB need not be decoded for its beginning.
        most_bytes = 4 * self.redactor.reach(most)
        text = exchange.body[:most_bytes].decode("utf-8", "replace")
        if len(exchange.body) <= most_bytes and len(text) <= most:
            return self.text(text, most)
        return f"{visible(self.redactor.beginning(text, most))}… ({len(exchange.body)} bytes in all)"

    def failure(self, exchange: Exchange) -> str | None:
        """Give what went wrong on the way, as it can be shown; None if nothing."""
        return None if exchange.failure is None else self.line(exchange.failure)

    def what(self, finding: Finding) -> str:
        """Give a finding's sentence, as it can be shown."""
        return self.line(finding.what)

    def why(self, outcome: Outcome) -> str:
        """Give what was missing, or why a break is accepted, as it can be shown."""
        return self.line(outcome.why)

    @cached_property
    def by_number(self) -> dict[int, Exchange]:
        """The exchanges by their numbers."""
        return {exchange.number: exchange for exchange in self.exchanges}


def visible(text: str) -> str:
    """Spell as escapes the characters that are not seen and that a terminal or a page may obey."""
    if text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in _INVISIBLE and character not in "\n\t"
        else character
        for character in text.replace("\r\n", "\n")
    )


def _words(flag: str, value: object) -> list[str]:
    if value is True:
        return [flag]
    if isinstance(value, tuple):
        return [word for item in value for word in (flag, str(item))]
    return [flag, f"{value.per_second:g}/s" if hasattr(value, "per_second") else str(value)]
