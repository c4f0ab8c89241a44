"""A contestant: how it is started, and what must stand before it is measured."""

import contextlib
import http.client
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.load import KEY, PATH
from benchmarks.machine import free_port, process

Command = Callable[[int], Sequence[str]]
"""Gives the command that serves on a port."""

_POLL_SECONDS: Final = 0.002


@dataclass(frozen=True)
class Contestant:
    """One server to measure.

    Attributes:
        name: what tables call it.
        about: what it is, with its version.
        command: how to start it.
        environment: variables to start it with.
        patience: seconds until it must answer.

    """

    name: str
    about: str
    command: Command
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 60.0


@dataclass(frozen=True)
class Served:
    """A contestant that answers.

    Attributes:
        contestant: which one.
        port: where, on the loopback.
        pid: its process.
        seconds: how long it took from its start to its first answer.

    """

    contestant: Contestant
    port: int
    pid: int
    seconds: float

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


class NotServedError(Exception):
    """A contestant did not answer the operation as it must before it is measured."""


@dataclass(frozen=True)
class Answer:
    """What came back; `json` is None where the body is none."""

    status: int
    json: Any


def ask(
    port: int, start: str = "2026-01-01", end: str = "2026-01-31", *, key: str | None = KEY, more: str = ""
) -> Answer:
    """Ask for a range of days.

    Raises:
        OSError: nothing answers.

    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {} if key is None else {"x-api-key": key}
        connection.request("GET", f"{PATH}?start_date={start}&end_date={end}{more}", headers=headers)
        response = connection.getresponse()
        body = response.read()
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
    try:
        return Answer(response.status, json.loads(body))
    except ValueError:
        return Answer(response.status, None)


@contextmanager
def serving(contestant: Contestant, cores: Iterable[int] = ()) -> Iterator[Served]:
    """Start a contestant, wait until it answers the operation with 200 and JSON, and end it in the end.

    Raises:
        NotServedError: it does not answer so, in the time that it has.

    """
    port = free_port()
    began = time.perf_counter()
    with process(contestant.command(port), cores, contestant.environment) as started:
        answer = None
        while answer is None or answer.status != 200:
            if started.poll() is not None:
                raise NotServedError(f"{contestant.name} ended with code {started.returncode} before it answered")
            if time.perf_counter() - began > contestant.patience:
                raise NotServedError(f"{contestant.name} did not answer in {contestant.patience:g} s: {answer}")
            with contextlib.suppress(OSError):
                answer = ask(port)
            if answer is None or answer.status != 200:
                time.sleep(_POLL_SECONDS)
        seconds = time.perf_counter() - began
        if not isinstance(answer.json, list):
            raise NotServedError(f"{contestant.name} does not answer with a list of rows as JSON")
        yield Served(contestant, port, started.pid, seconds)
