"""Serving an application from a thread: up when the block begins, gone when it ends."""

import httpx
import pytest

from tests.twin.serving import Message, Receive, Send, serving


async def greet(scope: Message, _receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})


async def fail(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})


def test_it_answers_within_the_block_and_not_after() -> None:
    with serving(greet) as url:
        assert httpx.get(url + "/hello").text == "/hello"
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_two_are_served_side_by_side() -> None:
    with serving(greet) as one, serving(greet) as other:
        assert one != other
        assert httpx.get(one + "/a").text + httpx.get(other + "/b").text == "/a/b"


def test_an_application_that_does_not_start_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="did not start"), serving(fail):
        pass
