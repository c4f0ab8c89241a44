"""A request as a value, and what came back for it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from contract_tests.strict_json import JsonBreak, parse_json

KEY_VARIABLE = "FEATHER_API_KEY"


@dataclass(frozen=True)
class Secret:
    """A value made of the key.

    Attributes:
        value: what is sent.
        shell: how a shell makes it of the variable `FEATHER_API_KEY`: all that is ever shown of it.

    """

    value: str = field(repr=False)
    shell: str


Text = str | Secret


@dataclass(frozen=True)
class Request:
    """One HTTP request, before it is sent.

    Attributes:
        method: the method, in capitals.
        path: the operation's path, below the target's base URL.
        query: names and values, decoded, in their order.
        headers: names and values beyond those that every request has.
        spelling: the query as it is sent, where that is not the usual encoding of `query`; it holds no secret.

    """

    method: str
    path: str
    query: tuple[tuple[str, Text], ...] = ()
    headers: tuple[tuple[str, Text], ...] = ()
    spelling: str = ""

    def url(self, base_url: str) -> str:
        """Give the address to send it to."""
        encoded = self.spelling or encode((name, reveal(value)) for name, value in self.query)
        return f"{base_url}{self.path}" + (f"?{encoded}" if encoded else "")

    def values(self, name: str) -> tuple[str, ...]:
        """Give the values of the query parameter `name`."""
        return tuple(reveal(value) for key, value in self.query if key == name)

    def header(self, name: str) -> tuple[str, ...]:
        """Give the values of the header `name`, whatever its case."""
        return tuple(reveal(value) for key, value in self.headers if key.lower() == name.lower())

    def with_method(self, method: str) -> Request:
        """Give the same request with another method."""
        return replace(self, method=method)

    def with_headers(self, *headers: tuple[str, Text]) -> Request:
        """Give the same request with other headers."""
        return replace(self, headers=headers)

    def with_query(self, *query: tuple[str, Text]) -> Request:
        """Give the same request with another query."""
        return replace(self, query=query, spelling="")

    def spelled(self, spelling: str) -> Request:
        """Give the same request with its query written so."""
        return replace(self, spelling=spelling)

    def curl(self, base_url: str, *, compressed: bool = False) -> str:
        """Write it as a command for a shell in which `FEATHER_API_KEY` holds the key.

        Arguments:
            base_url: where the deployment is.
            compressed: whether to take a compressed answer, which the check always does.

        """
        query = self.spelling or encode((name, value) for name, value in self.query if isinstance(value, str))
        url = f"{base_url}{self.path}" + (f"?{query}" if query else "")
        words = ["curl", "-sS", "-i", *(["--compressed"] if compressed else [])]
        if self.method == "HEAD":
            words.append("--head")
        elif self.method != "GET":
            words += ["-X", self.method]
        words.append(shlex.quote(url))
        secrets = [(quote(name, safe=""), value) for name, value in self.query if isinstance(value, Secret)]
        if secrets:
            words.append("-G")
        for name, secret in secrets:
            # Only curl can encode what the shell makes of the key; it puts it at the end of the query.
            words += ["--data-urlencode", f'"{name}={secret.shell}"']
        for name, value in self.headers:
            # curl sends an empty header only where a semicolon stands for the colon.
            text = f"{name};" if value == "" else f"{name}: {value.shell if isinstance(value, Secret) else value}"
            words += ["-H", f'"{text}"' if isinstance(value, Secret) else shlex.quote(text)]
        return " ".join(words)

    @property
    def size(self) -> tuple[int, int]:
        """Order requests from the simplest to the longest."""
        return len(self.query) + len(self.headers), sum(len(name) + len(reveal(v)) for name, v in self.query)


def encode(query: Iterable[tuple[str, str]]) -> str:
    """Write a query as forms are (URL Standard, section 5.2), a space as `%20`: `+` is none to some servers."""
    return urlencode(list(query), quote_via=quote)


def reveal(value: Text) -> str:
    """Give what is sent."""
    return value.value if isinstance(value, Secret) else value


@dataclass(frozen=True)
class Exchange:
    """A request, and the answer to it.

    Attributes:
        number: its place in the run, from 1.
        request: what was asked.
        status: the status code; 0 where no answer came.
        headers: the answer's headers, in their order, as they came.
        body: the answer's body, decoded from its content coding.
        seconds: from sending to the last byte.
        failure: what went wrong on the way (no answer, a cut body, a broken coding); None if nothing.
        started: seconds since the run began.

    """

    number: int
    request: Request
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    seconds: float = 0.0
    failure: str | None = None
    started: float = 0.0

    def header(self, name: str) -> str | None:
        """Give the first value of the answer's header `name`."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @cached_property
    def parsed(self) -> Any:
        """The body as strict JSON: its value, or a `JsonBreak` that says why there is none."""
        return parse_json(self.body)

    @property
    def is_json(self) -> bool:
        """Whether the body is strict JSON."""
        return not isinstance(self.parsed, JsonBreak)

    @property
    def value(self) -> Any:
        """The body's JSON value; None, as for `null`, where it is no JSON."""
        return self.parsed if self.is_json else None

    @property
    def is_whole(self) -> bool:
        """Whether an answer came, complete."""
        return self.status != 0 and self.failure is None


def smallest(exchanges: Iterable[Exchange]) -> Exchange:
    """Give the exchange with the simplest request, the earliest of equals."""
    return min(exchanges, key=lambda exchange: (exchange.request.size, exchange.number))
