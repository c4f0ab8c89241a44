"""How requests are sent: what is waited for, repeated, followed and counted, and what stands as it came."""

import gzip
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests import connection
from contract_tests.call import BudgetSpentError, NoVerdictError
from contract_tests.exchange import Exchange, Request
from contract_tests.manners import CONNECT_BACKOFF, MOST_SILENT, MOST_WAITS, retry_after
from contract_tests.settings import Rate
from tests.contract_tests.conftest import MakeCaller
from tests.contract_tests.loopback import HANG_UP, Answer, Loopback, Seen, Write, answering, reply
from tests.contract_tests.making import DATES, KEY, exchange, get

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Time:
    """A clock that passes no time: it notes the pauses."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if seconds:
            self.pauses.append(seconds)


@pytest.fixture
def clock() -> Time:
    return Time()


def in_turn(*answers: bytes) -> Answer:
    """Answer with each of these, then with the last one for ever."""
    left = list(answers)
    return lambda _seen: left.pop(0) if len(left) > 1 else left[0]


def unused_url() -> str:
    with answering(reply()) as server:
        return server.url


def too_many(header: str | None) -> Exchange:
    return exchange(status=429, headers=() if header is None else (("retry-after", header),))


# 429 and Retry-After


@given(st.integers(0, 10**6))
def test_retry_after_in_seconds(seconds: int) -> None:
    assert retry_after(too_many(f" {seconds} ")) == seconds


@given(st.integers(0, 10**6))
def test_retry_after_as_a_date(seconds: int) -> None:
    moment = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(too_many(moment), lambda: NOW) == seconds


def test_a_date_that_has_passed_asks_for_no_wait() -> None:
    assert retry_after(too_many("Fri, 20 Nov 2026 11:59:00 GMT"), lambda: NOW) == 0


@pytest.mark.parametrize("text", [None, "", "soon", "-5", "1.5", "Fri, 99 Nov 2026 11:59:00 GMT"])
def test_what_cannot_be_read_asks_for_nothing(text: str | None) -> None:
    assert retry_after(too_many(text), lambda: NOW) is None


def test_only_a_429_is_waited_out() -> None:
    assert retry_after(exchange(status=503, headers=(("Retry-After", "1"),))) is None


def test_a_429_is_waited_out_as_it_says_and_the_same_request_repeated(make_caller: MakeCaller, clock: Time) -> None:
    with answering(
        in_turn(reply(429, headers={"Retry-After": "7"}), reply(429, headers={"Retry-After": "2"}), reply())
    ) as server:
        caller = make_caller(server.url, clock=clock)
        answer = caller.call(get(*DATES))
    assert answer.status == 200
    assert clock.pauses == [7, 2]
    assert len({(seen.method, seen.target, seen.headers) for seen in server.seen}) == 1
    assert caller.ledger.exchanges == [answer]
    assert caller.ledger.sent == 3
    assert ["429" in note for note in caller.ledger.notes] == [True]


def test_a_wait_that_is_too_long_leaves_no_verdict(make_caller: MakeCaller, clock: Time) -> None:
    with answering(reply(429, headers={"Retry-After": "86400"})) as server:
        with pytest.raises(NoVerdictError, match=r"86400 s\. Run again later"):
            make_caller(server.url, clock=clock).call(get())
        assert clock.pauses == []


def test_a_429_without_a_time_stands(make_caller: MakeCaller, clock: Time) -> None:
    with answering(reply(429)) as server:
        assert make_caller(server.url, clock=clock).call(get()).status == 429
        assert len(server.seen) == 1


def test_a_server_that_never_stops_asking_to_wait_is_believed_at_last(make_caller: MakeCaller, clock: Time) -> None:
    with answering(reply(429, headers={"Retry-After": "1"})) as server:
        assert make_caller(server.url, clock=clock).call(get()).status == 429
        assert clock.pauses == [1] * MOST_WAITS


# what stands as it came


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_never_retried_away(make_caller: MakeCaller, status: int) -> None:
    with answering(in_turn(reply(status, headers={"Retry-After": "0"}), reply())) as server:
        assert make_caller(server.url).call(get()).status == status
        assert len(server.seen) == 1


BROKEN_BODIES: dict[str, tuple[bytes, str]] = {
    "cut short of its length": (reply(body=b"[1,2", headers={"Content-Length": "9"}), "cut before its end"),
    "cut within a chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n[1,2",
        "cut before its end",
    ),
    "no gzip": (reply(body=b"[1,2]", headers={"Content-Encoding": "gzip"}), "content coding"),
    "a broken gzip": (
        reply(body=gzip.compress(b"[1,2]" * 99)[:-8] + b"12345678", headers={"Content-Encoding": "gzip"}),
        "content coding",
    ),
}


@pytest.mark.parametrize(("said", "failure"), BROKEN_BODIES.values(), ids=BROKEN_BODIES)
def test_a_body_that_breaks_on_its_way_is_told(make_caller: MakeCaller, said: bytes, failure: str) -> None:
    with answering(said) as server:
        answer = make_caller(server.url).call(get())
    assert answer.status == 200
    assert failure in (answer.failure or "")
    assert not answer.is_whole
    assert len(server.seen) == 1


def test_a_gzip_that_is_whole_is_read(make_caller: MakeCaller) -> None:
    with answering(reply(body=gzip.compress(b"[1,2]"), headers={"Content-Encoding": "gzip"})) as server:
        answer = make_caller(server.url).call(get())
    assert (answer.body, answer.failure, answer.value) == (b"[1,2]", None, [1, 2])


def test_a_body_that_is_cut_after_its_length_says_nothing(make_caller: MakeCaller) -> None:
    """Without a length, and without chunks, the end of the connection is the end of the body."""
    with answering(b"HTTP/1.0 200 OK\r\n\r\n[1]") as server:
        assert make_caller(server.url).call(get()).is_whole


def test_a_body_beyond_all_measure_is_not_read_to_its_end(
    make_caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LARGEST_BODY", 1 << 20)
    with answering(reply(body=b" " * (3 << 20))) as server:
        answer = make_caller(server.url).call(get())
    assert answer.failure == "the body is larger than 1 MiB"
    assert len(answer.body) < 2 << 20


def test_a_redirect_is_not_followed_and_no_key_goes_elsewhere(make_caller: MakeCaller) -> None:
    with answering(reply()) as elsewhere, answering(reply(307, headers={"Location": elsewhere.url})) as server:
        assert make_caller(server.url).call(get()).status == 307
        assert elsewhere.seen == []


def test_a_cookie_is_not_brought_back(make_caller: MakeCaller) -> None:
    with answering(reply(headers={"Set-Cookie": "session=1"})) as server:
        caller = make_caller(server.url)
        caller.call(get())
        caller.call(get())
    assert [seen.header("cookie") for seen in server.seen] == [None, None]


def test_an_answer_keeps_its_headers_in_their_order_repeated_ones_too(make_caller: MakeCaller) -> None:
    said = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nX-B: 2\r\nX-A: 3\r\nContent-Length: 2\r\n\r\n[]"
    with answering(said) as server:
        answer = make_caller(server.url).call(get())
    assert sorted(answer.headers) == [("Content-Length", "2"), ("X-A", "1"), ("X-A", "3"), ("X-B", "2")]


# connections


def test_a_connection_that_cannot_be_made_is_tried_again_with_growing_pauses(
    make_caller: MakeCaller, clock: Time
) -> None:
    caller = make_caller(unused_url(), clock=clock)
    with pytest.raises(NoVerdictError, match=r"cannot be reached: Connection refused\. Start the deployment"):
        caller.call(get())
    assert clock.pauses == sorted(clock.pauses)
    assert len(clock.pauses) == len(set(clock.pauses)) == len(CONNECT_BACKOFF)
    assert caller.ledger.exchanges == []


@pytest.mark.parametrize("said", [HANG_UP, b"nonsense\r\n\r\n", b"HTTP/1.1 twohundred OK\r\n\r\n"])
def test_a_first_request_that_gets_no_answer_is_an_exchange_without_status(
    make_caller: MakeCaller, said: bytes
) -> None:
    with answering(said) as server:
        answer = make_caller(server.url).call(get())
    assert answer.status == 0
    assert answer.failure
    assert len(server.seen) == 1


def dropping(*numbers: int) -> Answer:
    """Answer all but the requests of these numbers, from 1."""
    count = iter(range(1, 1000))
    return lambda _seen: HANG_UP if next(count) in numbers else reply()


def test_one_connection_that_is_dropped_may_have_been_idle_and_is_told(make_caller: MakeCaller) -> None:
    with answering(dropping(2)) as server:
        caller = make_caller(server.url)
        assert [caller.call(get()).status for _ in range(3)] == [200, 200, 200]
    assert ["closed without an answer" in note for note in caller.ledger.notes] == [True]
    assert caller.ledger.sent == len(server.seen) == 4


def test_a_second_one_is_the_servers_fault(make_caller: MakeCaller) -> None:
    with answering(dropping(2, 6)) as server:
        caller = make_caller(server.url)
        assert [caller.call(get()).status for _ in range(6)] == [200, 200, 200, 200, 0, 200]


def test_after_a_dropped_connection_each_request_has_one_of_its_own(make_caller: MakeCaller) -> None:
    with answering(dropping(2)) as server:
        caller = make_caller(server.url)
        for _ in range(4):
            caller.call(get())
    assert len({seen.connection for seen in server.seen[2:]}) == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_may_change_something_is_never_sent_twice(make_caller: MakeCaller, method: str) -> None:
    with answering(dropping(2)) as server:
        caller = make_caller(server.url)
        caller.call(get())
        assert caller.call(get().with_method(method)).status == 0
        assert len(server.seen) == 2


def test_a_target_that_falls_silent_is_given_up(make_caller: MakeCaller) -> None:
    with answering(dropping(*range(2, 100))) as server:
        caller = make_caller(server.url)
        caller.call(get())
        with pytest.raises(NoVerdictError, match="12 requests in a row without an answer"):
            for _ in range(50):
                caller.call(get())
        assert len(caller.ledger.exchanges) == 1 + MOST_SILENT


# limits


def test_an_answer_that_does_not_come_in_time_is_an_exchange_without_status(make_caller: MakeCaller) -> None:
    over = threading.Event()
    with answering(lambda _seen: lambda _write: over.wait(30)) as server:
        answer = make_caller(server.url, timeout=0.1).call(get())
        over.set()
    assert (answer.status, answer.failure) == (0, "no answer in time")


def dripping(make_caller: MakeCaller, beginning: bytes, drop: bytes) -> Exchange:
    """Ask what begins to answer, and goes on drop by drop: each within the time-out, all of them never."""
    over = threading.Event()

    def drip(write: Write) -> None:
        write(beginning)
        while not over.wait(0.02):
            write(drop)

    with answering(lambda _seen: drip) as server:
        answer = make_caller(server.url, timeout=0.3).call(get())
        over.set()
    return answer


def test_a_head_that_drips_is_no_answer(make_caller: MakeCaller) -> None:
    answer = dripping(make_caller, b"HTTP/1.1 200 OK\r\nX-Long: ", b"x")
    assert (answer.status, answer.failure) == (0, "no answer in time")


def test_a_body_that_drips_is_stopped(make_caller: MakeCaller) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    answer = dripping(make_caller, head + b"[", b" ")
    assert (answer.status, answer.failure) == (200, "the body did not end within 0.3 s")


def test_no_more_exchanges_than_the_run_may_make(make_caller: MakeCaller) -> None:
    with answering(reply()) as server:
        caller = make_caller(server.url, most=2)
        caller.call(get())
        caller.call(get())
        with pytest.raises(BudgetSpentError):
            caller.call(get())
        assert len(server.seen) == 2


def test_a_limit_that_the_user_set_counts_what_is_repeated_too(make_caller: MakeCaller, clock: Time) -> None:
    with answering(reply(429, headers={"Retry-After": "1"})) as server:
        caller = make_caller(server.url, most_sent=3, clock=clock)
        with pytest.raises(BudgetSpentError):
            caller.call(get())
        assert len(server.seen) == caller.ledger.sent == 3


@pytest.mark.parametrize(("rate", "gap"), [("5/s", 0.2), ("0.5/s", 2.0), ("30/m", 2.0)])
def test_a_rate_limit_spaces_requests_in_their_order(
    make_caller: MakeCaller, clock: Time, rate: str, gap: float
) -> None:
    with answering(reply()) as server:
        caller = make_caller(server.url, rate=Rate.parse(rate), clock=clock)
        for place in range(4):
            caller.call(get(("n", str(place))))
    assert clock.pauses == pytest.approx([gap] * 3)
    assert [seen.query for seen in server.seen] == [[("n", str(place))] for place in range(4)]


def test_time_that_passed_anyway_counts_for_the_rate_limit(make_caller: MakeCaller, clock: Time) -> None:
    with answering(reply()) as server:
        caller = make_caller(server.url, rate=Rate(0.5), clock=clock)
        caller.call(get())
        clock.now += 1.5
        caller.call(get())
        clock.now += 60
        caller.call(get())
        caller.call(get())
    assert clock.pauses == pytest.approx([0.5, 2.0])


# the environment


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    for name in ("no_proxy", "NO_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with answering(reply()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        yield proxy


def test_a_proxy_of_the_environment_is_used(make_caller: MakeCaller, proxied: Loopback) -> None:
    assert make_caller("http://feather.invalid").call(get()).status == 200
    assert proxied.seen[0].target.startswith("http://feather.invalid/")


def test_no_proxy_of_the_environment_is_obeyed(
    make_caller: MakeCaller, proxied: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with answering(reply()) as server:
        make_caller(server.url).call(get())
        assert (len(server.seen), proxied.seen) == (1, [])


@pytest.mark.usefixtures("proxied")
@pytest.mark.parametrize("proxy", ["http://", "gopher://127.0.0.1:1", "http://[::1"])
def test_a_proxy_that_is_none_leaves_no_verdict(
    make_caller: MakeCaller, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(NoVerdictError, match=r"proxy"):
        make_caller("http://feather.invalid", clock=Time()).call(get())


def test_a_netrc_adds_no_credential(make_caller: MakeCaller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine 127.0.0.1 login somebody password secret\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    with answering(reply()) as server:
        make_caller(server.url).call(get())
    assert server.seen[0].header("authorization") is None


# what goes out


def sent(make_caller: MakeCaller, request: Request) -> Seen:
    with answering(reply()) as server:
        make_caller(server.url).call(request)
    return server.seen[0]


def test_the_key_goes_out_in_its_header_alone(make_caller: MakeCaller) -> None:
    seen = sent(make_caller, get(*DATES))
    assert seen.header("x-api-key") == KEY
    assert KEY not in seen.target
    assert [name for name, value in seen.headers if KEY in value] == ["x-api-key"]


@pytest.mark.parametrize("key", ["", "ключ-ü", "a b", "'\"\\", "x" * 500])
def test_any_key_goes_out_as_it_is(make_caller: MakeCaller, key: str) -> None:
    assert sent(make_caller, get(key=key)).header("x-api-key") == key


def test_without_a_key_there_is_no_such_header(make_caller: MakeCaller) -> None:
    assert sent(make_caller, get(key=None)).header("x-api-key") is None


def test_each_exchange_tells_its_place_and_when_it_began(make_caller: MakeCaller) -> None:
    with answering(reply()) as server:
        caller = make_caller(server.url)
        exchanges = [caller.call(get()) for _ in range(3)]
    assert [each.number for each in exchanges] == [1, 2, 3]
    starts: list[Any] = [each.started for each in exchanges]
    assert starts == sorted(starts)
    assert all(each.seconds > 0 for each in exchanges)
