"""Requests at the same time, and queries in another spelling: how they go out."""

import threading

import pytest

from contract_tests.call import BudgetSpentError
from tests.contract_tests.conftest import MakeCaller
from tests.contract_tests.loopback import HANG_UP, Seen, answering, reply
from tests.contract_tests.making import get
from tests.contract_tests.test_call import Time


def test_requests_together_go_each_on_a_connection_of_its_own(make_caller: MakeCaller) -> None:
    requests = [get(("slug", str(number))) for number in range(4)]
    together = threading.Barrier(len(requests), timeout=10)

    def answer(seen: Seen) -> bytes:
        if seen.query[0][0] == "slug":
            together.wait()  # none is answered before all have come
        return reply(200, seen.query[0][1].encode())

    with answering(answer) as server:
        caller = make_caller(server.url)
        caller.call(get(("before", "0")))
        exchanges = caller.call_together(requests)
    assert [each.request for each in exchanges] == requests
    assert [each.value for each in exchanges] == [0, 1, 2, 3]
    assert [each.number for each in exchanges] == [2, 3, 4, 5]
    assert len({seen.connection for seen in server.seen}) == 5
    assert caller.ledger.exchanges[1:] == exchanges


def test_those_that_are_put_off_are_left_out_and_what_they_ask_is_waited(make_caller: MakeCaller) -> None:
    answers = {
        "1": reply(429, headers={"Retry-After": "2"}),
        "2": HANG_UP,
        "3": reply(503, headers={"Retry-After": "1"}),
    }
    clock = Time()
    with answering(lambda seen: answers.get(seen.query[0][1], reply())) as server:
        caller = make_caller(server.url, clock=clock)
        exchanges = caller.call_together([get(("slug", str(number))) for number in range(5)])
    assert [each.request.values("slug") for each in exchanges] == [("0",), ("4",)]
    assert clock.pauses == [2]
    assert caller.ledger.sent == 5
    assert caller.ledger.notes == ["the target does not take several requests at the same time"]


def test_a_server_error_among_several_is_kept(make_caller: MakeCaller) -> None:
    with answering(reply(500)) as server:
        caller = make_caller(server.url)
        assert [each.status for each in caller.call_together([get()] * 3)] == [500] * 3


def test_requests_together_stay_within_the_limit(make_caller: MakeCaller) -> None:
    with answering(reply()) as server:
        caller = make_caller(server.url, most=3)
        with pytest.raises(BudgetSpentError):
            caller.call_together([get()] * 4)
        assert server.seen == []
        assert len(caller.call_together([get()] * 3)) == 3


@pytest.mark.parametrize("spelling", ["a=%2D&b=%FF&&flag", "x=%41%42"])
def test_a_query_goes_out_as_it_is_spelled(make_caller: MakeCaller, spelling: str) -> None:
    with answering(reply()) as server:
        make_caller(f"{server.url}/base").call(get(("a", "-")).spelled(spelling))
    assert server.seen[0].target.partition("?")[2] == spelling
