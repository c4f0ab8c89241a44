"""A response leaves in one write, and whole, whatever the connection does next."""

import asyncio
import socket
from collections.abc import Iterator

import httpx
import pytest

from mock_server.protocol import Line, Outbox
from tests.mock_server.processes import Served, served

HEALTH = b"GET /__mock/health HTTP/1.1\r\nhost: mock\r\n"


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    with served("--today", "2026-06-30") as mock:
        yield mock


class Recording:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.done: list[str | bytes] = []

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def close(self) -> None:
        self.done.append("closed")

    def is_closing(self) -> bool:
        return "closed" in self.done


def test_what_is_written_in_one_round_leaves_together() -> None:
    transport = Recording()

    async def respond() -> None:
        gathering = Line(transport, Outbox())  # type: ignore[arg-type]  # it quacks like one
        gathering.write(b"head")
        gathering.write(b"body")
        await asyncio.sleep(0)
        gathering.write(b"last")
        gathering.close()

    asyncio.run(respond())
    assert transport.done == [b"headbody", b"last", "closed"]


def test_connections_are_written_to_at_the_end_of_the_round_in_their_order() -> None:
    transports = [Recording(), Recording(), Recording()]
    before: list[list[str | bytes]] = []

    async def respond() -> None:
        outbox = Outbox()
        for transport in transports:
            Line(transport, outbox).write(b"answer")  # type: ignore[arg-type]  # it quacks like one
        before.extend(list(transport.done) for transport in transports)
        await asyncio.sleep(0)

    asyncio.run(respond())
    assert before == [[], [], []]
    assert [transport.done for transport in transports] == [[b"answer"]] * 3


def test_a_connection_that_is_lost_takes_no_answer_from_the_others() -> None:
    lost, other = Recording(), Recording()

    async def respond() -> None:
        outbox = Outbox()
        for transport in (lost, other):
            Line(transport, outbox).write(b"answer")  # type: ignore[arg-type]  # it quacks like one
        lost.close()
        await asyncio.sleep(0)

    asyncio.run(respond())
    assert (lost.done, other.done) == (["closed"], [b"answer"])


def _send(mock: Served, request: bytes) -> bytes:
    url = httpx.URL(mock.url)
    with socket.create_connection((url.host, url.port or 80), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_connection_that_is_closed_after_it_gets_the_whole_answer(mock: Served) -> None:
    answer = _send(mock, HEALTH + b"connection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-length: %d" % len(body) in head


def test_requests_sent_at_once_are_answered_one_after_the_other(mock: Served) -> None:
    answer = _send(mock, (HEALTH + b"\r\n") * 5 + HEALTH + b"connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == answer.count(b'"status":"ok"') == 6


def test_a_large_file_arrives_whole(mock: Served) -> None:
    answer = httpx.get(f"{mock.url}/docs/swagger-ui-bundle.js", headers={"accept-encoding": "identity"})
    assert len(answer.content) == int(answer.headers["content-length"]) > 1_000_000
