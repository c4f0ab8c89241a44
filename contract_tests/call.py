"""Sends requests to the target, with the manners that a sandbox wants, and keeps what came back."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol

import requests

from contract_tests.connection import Adapter
from contract_tests.exchange import Exchange, Request, Secret, reveal
from contract_tests.settings import Rate
from feather_kit.redaction import Redactor

USER_AGENT = "feather-check"
_NOISE = re.compile(r"\[Errno -?[0-9]+\] |\(_ssl\.c:[0-9]+\)['\")]*|\[?[A-Z_ ]+\] ")
"""What an operating system's or OpenSSL's message has for its own programmers."""

LONGEST_WAIT = 60.0
"""Seconds: a `Retry-After` beyond this ends the run rather than hold it up."""

MOST_WAITS = 5
MOST_SILENT = 12
"""Requests in a row without an answer: beyond these, waiting for each to time out tells nothing new."""

REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that a client may send again unasked: the safe ones (RFC 9110, section 9.2.2)."""

CONNECT_BACKOFF = (0.1, 0.4, 1.6)
LARGEST_BODY = 64 * 1024 * 1024


@dataclass(eq=False)
class NoVerdictError(Exception):
    """The run can say nothing of the target: it cannot be reached, refuses the key, or holds the run up.

    Attributes:
        problem: what happened.
        remedy: what the user can do, as an instruction.

    """

    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.problem}. {self.remedy}."


class BudgetSpentError(Exception):
    """The run has sent as many requests as it may."""


@dataclass
class Ledger:
    """What a run did.

    Attributes:
        exchanges: every request with the answer that counted, in their order.
        sent: how many requests went out, those included that a 429 put off.
        notes: what the sender did unasked: waits and repeated attempts.
        begun: when the run began, by `time.monotonic`.

    """

    exchanges: list[Exchange] = field(default_factory=list)
    sent: int = 0
    notes: list[str] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    def note(self, text: str) -> None:
        """Keep a thing worth telling, once."""
        if text not in self.notes:
            self.notes.append(text)


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


class Caller:
    """Sends one request at a time.

    Arguments:
        base_url: where the deployment is, without a slash at its end.
        redactor: told of each value made of the key before it is sent.
        ledger: where the exchanges go.
        manners: how to behave.

    """

    def __init__(self, base_url: str, redactor: Redactor, ledger: Ledger, manners: Manners) -> None:
        self.base_url = base_url
        self.redactor = redactor
        self.ledger = ledger
        self._manners = manners
        self._clock = manners.clock
        self._gap = 1 / manners.rate.per_second if manners.rate else 0.0
        self._next = 0.0
        self._answered = False
        self._silent = 0
        self._distrusts_idle = False
        self._session = _session(base_url, manners.ca_bundle)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def call(self, request: Request) -> Exchange:
        """Send a request, and keep the exchange.

        A 429 is waited out as its `Retry-After` says (RFC 9110, section 10.2.3) and the request repeated. A
        connection that cannot be made is tried again, with a growing pause. Anything else stands as it came: a
        server error, a cut body, a time-out.

        Raises:
            NoVerdictError: the target was never reached, or asks to wait too long.
            BudgetSpentError: no request is left, this one or its repetition.

        """
        if len(self.ledger.exchanges) >= self._manners.most:
            raise BudgetSpentError
        for text in [value for _, value in (*request.query, *request.headers) if isinstance(value, Secret)]:
            self.redactor.hide(text.value)
        for attempt in range(MOST_WAITS + 1):
            exchange = self._send_connected(request)
            wait = retry_after(exchange)
            if wait is None or attempt == MOST_WAITS:
                break
            if wait > LONGEST_WAIT:
                raise NoVerdictError(
                    f"The target answers 429 and asks to wait {wait:.0f} s",
                    "Run again later, or with --rate-limit",
                )
            self.ledger.note("the target answered 429: waited as Retry-After says, and asked again")
            self._clock.sleep(wait)
        self.ledger.exchanges.append(exchange)
        self._silent = self._silent + 1 if exchange.status == 0 else 0
        if self._silent == MOST_SILENT:
            raise NoVerdictError(
                f"The target left {MOST_SILENT} requests in a row without an answer: {exchange.failure}",
                "Look at the deployment's log",
            )
        return exchange

    def _send_connected(self, request: Request) -> Exchange:
        for pause in (*CONNECT_BACKOFF, None):
            self._take_turn()
            try:
                return self._send(request)
            except (requests.ConnectionError, requests.Timeout) as error:
                if not _never_connected(error):
                    self.ledger.sent += 1
                    if self._may_be_idle(request, error):
                        self.ledger.note("a connection was closed without an answer: asked again on a new one")
                        self._distrusts_idle = True
                        continue
                    return self._failed(request, _reason(error))
                if pause is None or isinstance(error, requests.exceptions.SSLError):
                    raise self._unreachable(error) from None
                self.ledger.note("a connection could not be made: tried again")
                self._clock.sleep(pause)
            except requests.RequestException as error:
                raise NoVerdictError(
                    f"The request cannot be sent: {self.redactor.text(str(error))}",
                    "Mend the URL, or the proxy that the environment names",
                ) from None
        raise AssertionError("the last attempt returns or raises")

    def _may_be_idle(self, request: Request, error: Exception) -> bool:
        """Tell whether a connection may have been closed just as a request went out on it, as idle ones are.

        RFC 9112, section 9.3.1, lets a client send a GET again then. From there on each request gets a connection
        of its own, and one that is closed without an answer is the server's fault.
        """
        return (
            self._answered
            and not self._distrusts_idle
            and request.method in REPEATABLE
            and not isinstance(error, requests.Timeout)
        )

    def _take_turn(self) -> None:
        most = self._manners.most_sent
        if most is not None and self.ledger.sent >= most:
            raise BudgetSpentError
        if self._gap:
            now = self._clock.monotonic()
            self._clock.sleep(max(0.0, self._next - now))
            self._next = max(now, self._next) + self._gap

    def _send(self, request: Request) -> Exchange:
        if self._distrusts_idle:
            self._session.close()  # its connections: it can be used on
        # Header values go out as UTF-8: what a key outside of Latin-1 does to a server is worth knowing.
        headers = {name: reveal(value).encode() for name, value in request.headers}
        begun = time.monotonic()
        with self._session.request(
            request.method,
            request.url(self.base_url),
            headers=headers,
            timeout=self._manners.timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            body, failure = _read(response, self._manners.timeout)
            self._answered = True
            self.ledger.sent += 1
            raw = response.raw.headers
            exchange = Exchange(
                number=len(self.ledger.exchanges) + 1,
                request=request,
                status=response.status_code,
                headers=tuple((name, value) for name in raw for value in raw.getlist(name)),
                body=body,
                seconds=time.monotonic() - begun,
                failure=failure,
                started=begun - self.ledger.begun,
            )
        self._session.cookies.clear()
        return exchange

    def _failed(self, request: Request, reason: str) -> Exchange:
        number = len(self.ledger.exchanges) + 1
        started = time.monotonic() - self.ledger.begun
        return Exchange(number=number, request=request, status=0, failure=reason, started=started)

    def _unreachable(self, error: Exception) -> NoVerdictError:
        if isinstance(error, requests.exceptions.SSLError):
            speaks_none = "WRONG_VERSION_NUMBER" in str(error)
            return NoVerdictError(
                f"TLS with {self.base_url} fails: {_reason(error)}",
                "Write http:// if the port speaks no TLS"
                if speaks_none
                else "Name the certificates to trust with --ca-bundle FILE",
            )
        return NoVerdictError(
            f"{self.base_url} cannot be reached: {_reason(error)}", "Start the deployment, or mend the URL"
        )


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


def _session(base_url: str, ca_bundle: Path | None) -> requests.Session:
    session = requests.Session()
    # Read from the environment once; a .netrc never, for it would add a credential of its own.
    merged = session.merge_environment_settings(base_url, {}, None, None, None)
    session.trust_env = False
    session.proxies = dict(merged["proxies"])
    session.verify = str(ca_bundle) if ca_bundle else merged["verify"]
    session.headers["User-Agent"] = USER_AGENT
    adapter = Adapter()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def _read(response: requests.Response, timeout: float) -> tuple[bytes, str | None]:
    """Read the body, and say what broke on the way.

    The time-out of a socket starts anew with each byte: a server that lets a body drip is stopped by a watch.
    """
    late = threading.Event()

    def stop() -> None:
        late.set()
        response.raw.shutdown()

    watch = threading.Timer(timeout, stop)
    watch.daemon = True
    watch.start()
    try:
        body, failure = _read_to_its_end(response)
    finally:
        watch.cancel()
    return body, f"the body did not end within {timeout:g} s" if late.is_set() else failure


def _read_to_its_end(response: requests.Response) -> tuple[bytes, str | None]:
    body = bytearray()
    try:
        for chunk in response.iter_content(64 * 1024):
            body += chunk
            if len(body) > LARGEST_BODY:
                return bytes(body), f"the body is larger than {LARGEST_BODY >> 20} MiB"
    except requests.exceptions.ContentDecodingError:
        return bytes(body), "the body is not in the content coding that its header names"
    except requests.exceptions.ChunkedEncodingError:
        return bytes(body), "the body was cut before its end"
    except (requests.ConnectionError, requests.Timeout):
        return bytes(body), "the body stopped coming before its end"
    return bytes(body), None


def _never_connected(error: requests.RequestException) -> bool:
    if isinstance(error, requests.exceptions.SSLError | requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    # urllib3 tells a refused connection and an unknown host apart from one that was closed: by its reason.
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return type(cause).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}


def _reason(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    cause = getattr(error.args[0], "reason", error.args[0]) if error.args else error
    text = _NOISE.sub("", str(cause).rsplit(": ", 1)[-1]).rstrip(" .")
    if "without response" in str(error) or "aborted" in str(error) or "reset" in str(error).lower():
        return "the connection was closed without an answer"
    return text or type(error).__name__
