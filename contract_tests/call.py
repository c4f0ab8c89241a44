"""Sends requests to the target, with the manners that a sandbox wants, and keeps what came back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from threading import Thread

import requests

from contract_tests.connection import has_surplus, never_connected, read_body, reason_of, session_for
from contract_tests.exchange import Exchange, Request, Secret, reveal
from contract_tests.ledger import Ledger
from contract_tests.manners import (
    CONNECT_BACKOFF,
    LONGEST_WAIT,
    MOST_SILENT,
    MOST_WAITS,
    PUT_OFF,
    REPEATABLE,
    Manners,
    retry_after,
)
from feather_kit.redaction import Redactor


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


class Caller:
    """Sends requests, one at a time unless it is asked for more.

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
        self._session = session_for(base_url, manners.ca_bundle)

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
        self._make_ready(request)
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
        self._silent = self._silent + 1 if exchange.status == 0 else 0
        exchange = self._keep(exchange)
        if self._silent == MOST_SILENT:
            raise NoVerdictError(
                f"The target left {MOST_SILENT} requests in a row without an answer: {exchange.failure}",
                "Look at the deployment's log",
            )
        return exchange

    def call_together(self, several: Sequence[Request]) -> list[Exchange]:
        """Send requests at the same time, each on a connection of its own, and keep the exchanges in their order.

        A server need not take several at once. One that it puts off (429, or 503) or leaves without an answer is left
        out, and what it asks to wait is waited.

        Raises:
            BudgetSpentError: not so many requests are left.

        """
        for request in several:
            self._make_ready(request, beside=len(several) - 1)
        # A server that serves one connection at a time would wait for the next request on this one.
        self._session.close()
        came: dict[int, Exchange] = {}

        def send(place: int) -> None:
            # One that cannot be sent is left out; by itself it was answered before.
            with closing(session_for(self.base_url, self._manners.ca_bundle)) as session, suppress(Exception):
                came[place] = self._exchange(session, several[place])

        # No pool's threads: whoever interrupts the run would have to wait for them.
        threads = [Thread(target=send, args=(place,), daemon=True) for place in range(len(several))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.ledger.sent += len(several)
        taken = [came[place] for place in sorted(came) if came[place].status not in PUT_OFF]
        if len(taken) < len(several):
            self.ledger.note("the target does not take several requests at the same time")
            waits = [retry_after(exchange) or 0.0 for exchange in came.values()]
            self._clock.sleep(min(max(waits, default=0.0), LONGEST_WAIT))
        return [self._keep(exchange) for exchange in taken]

    def _make_ready(self, request: Request, beside: int = 0) -> None:
        """Hide the secrets of a request that is about to be sent, if it may be, with so many others beside it."""
        if len(self.ledger.exchanges) + beside >= self._manners.most:
            raise BudgetSpentError
        most = self._manners.most_sent
        if most is not None and self.ledger.sent + beside >= most:
            raise BudgetSpentError
        for text in [value for _, value in (*request.query, *request.headers) if isinstance(value, Secret)]:
            self.redactor.hide(text.value)

    def _keep(self, exchange: Exchange) -> Exchange:
        """Put an exchange into the ledger, and give it with its number."""
        numbered = replace(exchange, number=len(self.ledger.exchanges) + 1)
        self.ledger.exchanges.append(numbered)
        return numbered

    def _send_connected(self, request: Request) -> Exchange:
        for pause in (*CONNECT_BACKOFF, None):
            self._take_turn()
            try:
                return self._send(request)
            except (requests.ConnectionError, requests.Timeout) as error:
                if not never_connected(error):
                    self.ledger.sent += 1
                    if self._may_be_idle(request, error):
                        self.ledger.note("a connection was closed without an answer: asked again on a new one")
                        self._distrusts_idle = True
                        continue
                    return self._failed(request, reason_of(error))
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

    def _may_be_idle(self, request: Request, error: requests.RequestException) -> bool:
        """Tell whether a connection may have been closed just as a request went out on it, as idle ones are.

        RFC 9112, section 9.3.1, lets a client send a GET again then. From there on each request gets a connection
        of its own, and one that is closed without an answer is the server's fault.
        """
        return (
            self._answered
            and not self._distrusts_idle
            and request.method in REPEATABLE
            and not isinstance(error, requests.Timeout)
            and not has_surplus(error)
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
        exchange = self._exchange(self._session, request)
        self._answered = True
        self.ledger.sent += 1
        return exchange

    def _exchange(self, session: requests.Session, request: Request) -> Exchange:
        # Header values go out as UTF-8: what a key outside of Latin-1 does to a server is worth knowing.
        headers = {name: reveal(value).encode() for name, value in request.headers}
        url = request.url(self.base_url)
        prepared = session.prepare_request(requests.Request(request.method, url, headers=headers))
        if request.spelling:
            prepared.url = url  # prepared, it is in the usual spelling
        begun = time.monotonic()
        # By its adapter: the session itself would read the body of a redirect, to see where it leads.
        with session.get_adapter(url).send(
            prepared, stream=True, timeout=self._manners.timeout, verify=session.verify or True, proxies=session.proxies
        ) as response:
            body, failure = read_body(response, self._manners.timeout)
            raw = response.raw.headers
            exchange = Exchange(
                number=0,
                request=request,
                status=response.status_code,
                headers=tuple((name, value) for name in raw for value in raw.getlist(name)),
                body=body,
                seconds=time.monotonic() - begun,
                failure=failure,
                started=begun - self.ledger.begun,
            )
        session.cookies.clear()
        return exchange

    def _failed(self, request: Request, reason: str) -> Exchange:
        started = time.monotonic() - self.ledger.begun
        return Exchange(number=0, request=request, status=0, failure=reason, started=started)

    def _unreachable(self, error: requests.RequestException) -> NoVerdictError:
        if isinstance(error, requests.exceptions.SSLError):
            speaks_none = "WRONG_VERSION_NUMBER" in str(error)
            return NoVerdictError(
                f"TLS with {self.base_url} fails: {reason_of(error)}",
                "Write http:// if the port speaks no TLS"
                if speaks_none
                else "Name the certificates to trust with --ca-bundle FILE",
            )
        return NoVerdictError(
            f"{self.base_url} cannot be reached: {reason_of(error)}", "Start the deployment, or mend the URL"
        )
