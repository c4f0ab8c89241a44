"""Faults now and then: as often as they should, of the kinds that were chosen, and the same ones again."""

import contextlib
import socket
from collections import Counter
from itertools import pairwise

import httpx
import pytest

from mock_server.application import Mock, build
from mock_server.faults import Chance, Faults
from mock_server.settings import ApiKey, Settings
from mock_server.state import KINDS, State
from tests.mock_server.asgi import call
from tests.mock_server.conftest import KEY, TODAY
from tests.mock_server.processes import served

PATH = "/v1/analytics/integrations/by-integration?start_date=2026-06-01&end_date=2026-06-07"
HEADERS = {"x-api-key": KEY}


def faults(seed: int = 1, **settings: object) -> Faults:
    return Faults(State(Settings(**settings), ["normal"]), seed)  # type: ignore[arg-type]  # as each test has it


def failing(*kinds: str, **settings: object) -> Mock:
    return build(
        Settings(  # type: ignore[arg-type]  # as each test has it
            api_keys=(ApiKey("test", KEY),),
            today=TODAY,
            validate_responses=True,
            fault_rate=1.0,
            faults=kinds,
            **settings,
        )
    )


def test_the_same_seed_draws_the_same_faults() -> None:
    one, same, other = (
        [drawn.draw() for _ in range(200)]
        for drawn in (faults(fault_rate=0.2), faults(fault_rate=0.2), faults(2, fault_rate=0.2))
    )
    assert one == same != other


def test_faults_come_as_often_as_they_should() -> None:
    """The draws are seeded: this is one number, within three standard deviations of what is due."""
    drawn = faults(fault_rate=0.05)
    assert 79 <= sum(drawn.draw().fault is not None for _ in range(2000)) <= 121


def test_all_kinds_come_unless_some_are_chosen() -> None:
    every, chosen = faults(fault_rate=1), faults(fault_rate=1, faults=("cut", "503"))
    assert {every.draw().fault for _ in range(100)} == set(KINDS)
    assert {chosen.draw().fault for _ in range(100)} == {"cut", "503"}


def test_without_a_rate_there_are_none() -> None:
    calm = faults()
    assert {calm.draw() for _ in range(100)} == {Chance(0.0, None)}


def test_a_delay_lies_in_its_range_and_spreads_over_it() -> None:
    slow = faults(delay=(50, 200))
    waits = [slow.draw().wait for _ in range(200)]
    assert 50 <= min(waits) < 60
    assert 190 < max(waits) <= 200
    assert slow.draw((7, 7)).wait == 7


def test_a_change_or_a_reset_begins_again() -> None:
    drawn = faults(fault_rate=0.3)
    first = [drawn.draw() for _ in range(20)]
    drawn.state.reset()
    assert [drawn.draw() for _ in range(20)] == first


@pytest.mark.parametrize("kind", ["500", "503", "429"])
def test_a_status_is_answered_as_an_error_and_marked(kind: str) -> None:
    reply = call(failing(kind), PATH, headers=HEADERS)
    assert reply.status == int(kind)
    assert reply.headers["x-mock-fault"] == kind
    assert set(reply.json()) == {"error", "message"}
    assert ("retry-after" in reply.headers) == (kind != "500")


def test_pages_of_the_mock_itself_never_fail() -> None:
    mock = failing()
    assert {call(mock, path).status for path in ("/__mock/health", "/docs", "/openapi.json") for _ in range(5)} == {200}


def test_a_status_that_is_asked_for_meets_no_fault() -> None:
    reply = call(failing(), PATH, headers={**HEADERS, "Prefer": "code=401"})
    assert reply.status == 401
    assert "x-mock-fault" not in reply.headers


def test_the_journal_tells_of_faults() -> None:
    mock = failing("503")
    call(mock, PATH, headers=HEADERS)
    assert [entry.fault for entry in mock.journal.entries()] == ["503"]


def test_a_dropped_connection_gives_no_byte_and_leaves_no_trace_on_the_terminal() -> None:
    with served("--fault-rate", "1", "--fault", "drop", "--log", "none") as mock:
        assert raw(mock.url) == b""
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(mock.url + PATH, headers={"x-api-key": "local-dev-key"})
        assert httpx.get(f"{mock.url}/__mock/health").status_code == 200
        mock.end()
        assert mock.process.communicate() == ("", "")


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_cut_body_ends_before_its_length(encoding: str) -> None:
    with served("--fault-rate", "1", "--fault", "cut", "--log", "none", "--scenario", "huge") as mock:
        head, _, body = raw(mock.url, f"accept-encoding: {encoding}").partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        assert len(body) == length // 2 > 0
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(mock.url + PATH, headers={"x-api-key": "local-dev-key"})
        assert raw(mock.url, method="HEAD") == b""
        mock.end()
        assert mock.process.communicate() == ("", "")


def test_the_same_requests_meet_the_same_faults_in_another_process() -> None:
    seen = []
    for _ in range(2):
        with served("--fault-rate", "0.4", "--seed", "5") as mock:
            seen.append([outcome(mock.url) for _ in range(30)])
    assert seen[0] == seen[1]
    assert len(Counter(seen[0])) > 3
    assert any(one != other for one, other in pairwise(seen[0]))


def test_faults_and_delays_can_be_changed_while_it_runs() -> None:
    with served() as mock:
        assert outcome(mock.url) == "200"
        changed = httpx.put(f"{mock.url}/__mock/scenario", json={"fault_rate": 1, "faults": ["503"], "delay": "0..1"})
        assert changed.json()["delay"] == "0..1"
        assert outcome(mock.url) == "503"
        httpx.post(f"{mock.url}/__mock/reset")
        assert outcome(mock.url) == "200"


def outcome(url: str) -> str:
    try:
        return str(httpx.get(url + PATH, headers={"x-api-key": "local-dev-key"}).status_code)
    except httpx.RemoteProtocolError as error:
        return "drop" if "without sending" in str(error) else "cut"


def raw(url: str, *headers: str, method: str = "GET") -> bytes:
    """Send a request; give all that comes until the connection ends, however it does."""
    parsed = httpx.URL(url)
    lines = [f"{method} {PATH} HTTP/1.1", "host: localhost", "x-api-key: local-dev-key", *headers, "", ""]
    got = b""
    with socket.create_connection((parsed.host, parsed.port or 80), timeout=20) as connection:
        connection.sendall("\r\n".join(lines).encode())
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65536):
                got += chunk
    return got
