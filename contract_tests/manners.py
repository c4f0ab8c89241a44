"""How to behave towards a deployment: how often it is asked, how long it is waited for, and what is tried again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol

from contract_tests.exchange import Exchange
from contract_tests.settings import Rate

LONGEST_WAIT = 60.0
"""Seconds: a `Retry-After` beyond this ends the run rather than hold it up."""

MOST_WAITS = 5
MOST_SILENT = 12
"""Requests in a row without an answer: beyond these, waiting for each to time out tells nothing new."""

REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that a client may send again unasked: the safe ones (RFC 9110, section 9.2.2)."""

PUT_OFF = frozenset({429, 503})
"""Statuses by which a server says that it is asked for too much (RFC 6585, section 4; RFC 9110, section 15.6.4)."""

CONNECT_BACKOFF = (0.1, 0.4, 1.6)


class Clock(Protocol):
    """Tells the time in seconds, and lets it pass."""

    def monotonic(self) -> float:
        """Give the seconds since some moment."""

    def sleep(self, seconds: float, /) -> None:
        """Let so many seconds pass."""


@dataclass(frozen=True)
class Manners:
    """How a caller is to behave.

    Attributes:
        most: the number of exchanges after which `BudgetSpentError` is raised.
        most_sent: the same for what goes out, requests that are put off or repeated included; None for no limit.
        timeout: seconds that a connection, an answer's beginning and the whole of its body may take.
        rate: the most requests a second, if there is a limit.
        ca_bundle: the certificates to trust, if not the usual ones.
        clock: what pauses are made by.

    """

    most: int
    most_sent: int | None = None
    timeout: float = 10.0
    rate: Rate | None = None
    ca_bundle: Path | None = None
    clock: Clock = time


def retry_after(exchange: Exchange, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """Give the seconds that a 429 asks to wait, by its `Retry-After`: a number or a date (RFC 9110, 10.2.3).

    Returns:
        None where the answer is no 429, or has no such header that can be read.

    """
    text = exchange.header("retry-after")
    if exchange.status != 429 or text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now()).total_seconds())
    except (ValueError, TypeError):
        return None
