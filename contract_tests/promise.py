"""A promise: one rule that a deployment keeps or breaks, and what an attempt at it came to."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Never

from contract_tests.exchange import Exchange, Request

if TYPE_CHECKING:
    from contract_tests.run import Run


class Source(StrEnum):
    """Who says so."""

    DOCUMENT = "document"
    KIT = "kit"


class Status(StrEnum):
    """What came of a promise."""

    KEPT = "kept"
    BROKEN = "broken"
    ADVISED = "advised"
    NOT_EXERCISED = "not_exercised"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class Finding:
    """What an attempt saw.

    Attributes:
        what: a sentence that names the break, or the advice.
        exchanges: the requests and answers that show it, in their order.

    """

    what: str
    exchanges: tuple[Exchange, ...] = ()

    @property
    def size(self) -> tuple[int, tuple[int, int], int]:
        """Order findings from the simplest to show to the longest."""
        largest = max((exchange.request.size for exchange in self.exchanges), default=(0, 0))
        first = min((exchange.number for exchange in self.exchanges), default=0)
        return len(self.exchanges), largest, first


class BrokenError(Exception):
    """An attempt found that the promise is broken."""

    def __init__(self, finding: Finding, more: int = 0) -> None:
        super().__init__(finding.what)
        self.finding = finding
        self.more = more


class NotExercisedError(Exception):
    """An attempt had nothing to try the promise on; its text says what was missing."""


@dataclass(frozen=True)
class Promise:
    """One rule.

    Attributes:
        id: its stable name, by which it is selected, skipped and accepted.
        title: what it promises, as a sentence without its full stop.
        source: whether the document states it or the kit assumes it.
        status: the status that it is about; None where it is about all of them.
        attempt: tries it: returns if it was kept, raises `BrokenError` or `NotExercisedError`.

    """

    id: str
    title: str
    source: Source
    status: int | None
    attempt: Callable[[Attempt], None]


@dataclass
class Attempt:
    """One promise being tried in a run.

    Attributes:
        promise: the promise.
        run: the run that it belongs to.
        tried: the requests that really tried it, by their numbers.
        advice: what deserves a word and breaks nothing.

    """

    promise: Promise
    run: Run
    tried: set[int] = field(default_factory=set)
    advice: list[Finding] = field(default_factory=list)

    def call(self, request: Request) -> Exchange:
        """Send a request that tries the promise."""
        exchange = self.run.caller.call(request)
        self.tried.add(exchange.number)
        return exchange

    def count(self, *exchanges: Exchange) -> None:
        """Count exchanges that were made before, and try this promise too."""
        self.tried.update(exchange.number for exchange in exchanges)

    def advise(self, what: str, *exchanges: Exchange) -> None:
        """Keep a word of advice."""
        self.advice.append(Finding(what, exchanges))

    def random(self) -> random.Random:
        """Give what is random in this attempt: the same for the same seed, whatever else is tried."""
        return random.Random(self.run.seed_for(self.promise.id))  # noqa: S311  # repeatable, not secret

    def settle(self, findings: list[Finding]) -> None:
        """End the attempt: by the simplest of the findings, if there is one.

        Raises:
            BrokenError: there is a finding.
            NotExercisedError: there is none, and nothing was tried.

        """
        if findings:
            raise BrokenError(min(findings, key=lambda finding: finding.size), len(findings) - 1)
        if not self.tried:
            self.not_exercised("no request could try it")

    def not_exercised(self, why: str) -> Never:
        """End the attempt with nothing tried."""
        raise NotExercisedError(why)


@dataclass(frozen=True)
class Outcome:
    """What came of one promise.

    Attributes:
        promise: the promise.
        status: one of the five words.
        requests: how many requests really tried it.
        why: what was missing (not exercised), or why the break is accepted; else empty.
        findings: the break, or the advice.
        more: how many further breaks of the same promise were seen.
        tried: the numbers of the requests that tried it, in their order.

    """

    promise: Promise
    status: Status
    requests: int
    why: str = ""
    findings: tuple[Finding, ...] = ()
    more: int = 0
    tried: tuple[int, ...] = ()


def conclude(attempt: Attempt, error: BrokenError | NotExercisedError | None) -> Outcome:
    """Turn the end of an attempt into its outcome."""
    outcome = Outcome(attempt.promise, Status.KEPT, len(attempt.tried), tried=tuple(sorted(attempt.tried)))
    if isinstance(error, BrokenError):
        return replace(outcome, status=Status.BROKEN, findings=(error.finding,), more=error.more)
    if isinstance(error, NotExercisedError):
        return replace(outcome, status=Status.NOT_EXERCISED, why=str(error))
    if attempt.advice:
        simplest = min(attempt.advice, key=lambda finding: finding.size)
        return replace(outcome, status=Status.ADVISED, findings=(simplest,), more=len(attempt.advice) - 1)
    return outcome
