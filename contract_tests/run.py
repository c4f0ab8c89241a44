"""One run of the check: what every promise shares."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from contract_tests.call import Caller
from contract_tests.exchange import KEY_VARIABLE, Exchange, Request, Secret, Text
from contract_tests.ledger import Ledger
from contract_tests.operation import Operation
from contract_tests.oracle import Oracle
from contract_tests.settings import Settings, Window

QueryText = tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Known:
    """Values that hold data, as they were given.

    Attributes:
        slugs: workspaces.
        modes: modes.

    """

    slugs: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Samples:
    """Queries that the promises for any operation vary.

    Attributes:
        valid: queries that keep every rule and were asked already, the plainest first.
        refused: queries that break a rule of the parameters or of the operation.
        unknown: a valid query whose filters match nothing.
        fresh: a valid query that nothing has asked yet.
        window: the range of the plainest valid query.
        day: a day that holds data, where any does.

    """

    valid: tuple[QueryText, ...]
    refused: tuple[QueryText, ...]
    unknown: QueryText
    fresh: QueryText
    window: Window
    day: date


@dataclass
class Run:
    """What the promises of a run share.

    Attributes:
        settings: what the run was told.
        operation: the operation under test.
        oracle: says which status must come.
        caller: sends the requests.
        ledger: holds all exchanges.
        key: the valid key.
        known: slugs and modes that hold data.
        today: the day, in UTC, on which the run began.
        window: past days that hold data, or None where none were found.

    """

    settings: Settings
    operation: Operation
    oracle: Oracle
    caller: Caller
    ledger: Ledger
    key: Secret
    known: Known
    today: date
    window: Window | None = None
    _samples: Samples | None = None
    _answers: dict[Request, Exchange] = field(default_factory=dict)

    @property
    def samples(self) -> Samples:
        """The queries that the promises vary; known once the window is."""
        if self._samples is None:
            raise RuntimeError("the samples are set when the window has been found")
        return self._samples

    @samples.setter
    def samples(self, samples: Samples) -> None:
        self._samples = samples

    def ask(self, request: Request) -> Exchange:
        """Give the first answer to a request, sending it only if it was not asked this way before."""
        if request not in self._answers:
            self._answers[request] = self.caller.call(request)
        return self._answers[request]

    def asked(self) -> tuple[Exchange, ...]:
        """Give the first answers to all that was asked so far."""
        return tuple(self._answers.values())

    def seed_for(self, name: str) -> int:
        """Give the seed of what is random under a name, so that each promise draws the same alone or among others."""
        digest = hashlib.sha256(f"{self.settings.seed}/{name}".encode()).digest()
        return int.from_bytes(digest[:8], "big")

    def request(self, *query: tuple[str, Text], key: Text | None = None) -> Request:
        """Make a request for the operation, with the valid key or another one."""
        value = self.key if key is None else key
        return Request(self.operation.method, self.operation.path, query, ((self.operation.key_header, value),))


def valid_key(value: str) -> Secret:
    """Make the key as it is sent, and as a shell has it."""
    return Secret(value, f"${KEY_VARIABLE}")


def utc_today(slack: timedelta = timedelta()) -> date:
    """Give the day in UTC, some slack later."""
    return (datetime.now(UTC) + slack).date()
