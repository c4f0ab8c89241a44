"""A response leaves in one write, and whole, whatever the connection does next."""

import asyncio
import re
import socket
from collections.abc import Iterator
from functools import partial

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from mock_server.protocol import Line, Outbox, Protocol
from mock_server.response.answers import Header
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


class Constant:
    """An application that gives everybody the same answer, as one or in messages."""

    def __init__(self, status: int, headers: list[Header], body: bytes, *, whole: bool) -> None:
        self._answer = (status, headers, body)
        self._whole = whole

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        status, headers, body = self._answer
        if self._whole:
            await send.deliver(status, headers, body)  # type: ignore[attr-defined]  # what this file is about
        else:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})


def _exchange(application: Constant, request: bytes) -> bytes:
    """Give all that a server of the application sends until it ends the connection, but for the date."""

    async def exchange() -> bytes:
        config = uvicorn.Config(
            application,
            http=partial(Protocol, outbox=Outbox()),  # type: ignore[arg-type]  # called with keywords alone
            lifespan="off",
            log_config=None,
            port=0,
            ws="none",
        )
        server = uvicorn.Server(config)
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        try:
            reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
            writer.write(request)
            answer = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            return re.sub(rb"date: [^\r]*", b"date: now", answer)
        finally:
            await server.shutdown()

    return asyncio.run(exchange())


LENGTH = (b"content-length", b"4")
LAST = b"GET / HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nhost: mock\r\n\r\n"
ORDINARY = (200, [LENGTH, (b"content-type", b"text/plain"), (b"x-tab", b"a\tb\xe9")], b"rows")


@pytest.mark.parametrize(
    ("answer", "request_"),
    [
        pytest.param(ORDINARY, GET + LAST, id="kept alive"),
        pytest.param(ORDINARY, GET * 5 + LAST, id="pipelined"),
        pytest.param(ORDINARY, LAST, id="connection closed"),
        pytest.param(ORDINARY, b"GET / HTTP/1.0\r\n\r\n", id="HTTP 1.0"),
        pytest.param((200, [LENGTH], b""), GET.replace(b"GET", b"HEAD") + LAST.replace(b"GET", b"HEAD"), id="HEAD"),
        pytest.param(ORDINARY, b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nab" + LAST, id="body that nobody reads"),
        pytest.param(
            ORDINARY,
            b"POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\nab" + LAST,
            id="client that would wait",
        ),
        pytest.param((204, [(b"x-told", b"nothing")], b""), GET + LAST, id="without content"),
        pytest.param((304, [], b""), GET + LAST, id="not modified"),
        pytest.param((200, [], b"rows"), GET + LAST, id="length not told"),
        pytest.param((200, [LENGTH], b"more"), LAST, id="another body"),
    ],
)
def test_a_whole_answer_leaves_as_uvicorn_would_send_it(
    answer: tuple[int, list[Header], bytes], request_: bytes
) -> None:
    whole, in_messages = (_exchange(Constant(*answer, whole=way), request_) for way in (True, False))
    assert whole == in_messages
    assert whole.startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize("text", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\0b", b"a\x7fb"])
def test_a_header_with_a_control_character_is_not_sent(text: bytes) -> None:
    assert _exchange(Constant(200, [LENGTH, (b"x-told", text)], b"rows", whole=True), LAST) == b""
