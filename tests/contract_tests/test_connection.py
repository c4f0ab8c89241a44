"""What comes on a connection is the answer: nothing before it, and nothing behind it."""

import socket
from typing import Any

import pytest

from tests.contract_tests.conftest import MakeCaller
from tests.contract_tests.loopback import Seen, answering, reply
from tests.contract_tests.making import get

EARLY = b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"


def test_interim_answers_are_read_past(make_caller: MakeCaller) -> None:
    with answering(EARLY + PROCESSING + EARLY + reply(200, b'["the answer"]')) as server:
        caller = make_caller(server.url)
        exchanges = [caller.call(get()) for _ in range(3)]
    assert [(each.status, each.value) for each in exchanges] == [(200, ["the answer"])] * 3


def test_a_body_behind_an_answer_to_head_is_told(make_caller: MakeCaller) -> None:
    with answering(reply(200, b"[1]")) as server:
        told = make_caller(server.url).call(get().with_method("HEAD"))
    assert (told.status, told.failure) == (0, "the answer to HEAD has a body")


def test_an_answer_to_head_has_the_length_of_a_body_that_does_not_come(make_caller: MakeCaller) -> None:
    def answer(seen: Seen) -> bytes:
        return reply(200, b"", {"Content-Length": "3"}) if seen.method == "HEAD" else reply(200, b"[1]")

    with answering(answer) as server:
        caller = make_caller(server.url)
        head, after = caller.call(get().with_method("HEAD")), caller.call(get())
    assert (head.status, head.failure) == (200, None)
    assert after.value == [1]


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="this system has no such option")
def test_what_comes_is_acknowledged_at_once(make_caller: MakeCaller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option holds until something is sent: it is set for each request anew."""
    options: list[tuple[Any, ...]] = []

    class Noting(socket.socket):
        def setsockopt(self, *option: Any) -> None:
            options.append(option)
            super().setsockopt(*option)

    with answering(reply()) as server:
        monkeypatch.setattr(socket, "socket", Noting)
        caller = make_caller(server.url)
        for _ in range(3):
            caller.call(get())
    assert options.count((socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)) == 3


def test_a_redirect_is_an_answer_with_its_body(make_caller: MakeCaller) -> None:
    """Wherever it leads, and though that be no address."""
    for location in ("/elsewhere", "http://[x"):
        with answering(reply(307, b"moved", {"Location": location})) as server:
            answer = make_caller(server.url).call(get())
        assert (answer.status, answer.body, answer.failure) == (307, b"moved", None)
