"""The operation's answers: 422 before 400 before 200, and HTTP as it is."""

from datetime import UTC, date, datetime, timedelta

import pytest

from feather_kit.files import FIXTURES
from mock_server.application import Mock, build
from mock_server.by_integration import Traffic
from mock_server.data.fixtures import load_fixtures
from mock_server.settings import ApiKey, Settings
from mock_server.state import State
from tests.mock_server.asgi import call
from tests.mock_server.conftest import KEY, TODAY

PATH = "/v1/analytics/integrations/by-integration"
WEEK = f"{PATH}?start_date=2026-06-01&end_date=2026-06-07"


def test_a_valid_request_gets_rows(mock: Mock, keyed: dict[str, str]) -> None:
    reply = call(mock, WEEK, headers=keyed)
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    rows = reply.json()
    assert rows
    for row in rows:
        assert row["successful"] + row["vendor_errors"] + row["exceptions"] == row["invocations"] > 0


@pytest.mark.parametrize(
    ("target", "method", "headers"),
    [
        (WEEK, "GET", {}),
        (WEEK, "GET", {"x-api-key": "wrong"}),
        (WEEK, "GET", {"x-api-key": KEY}),
        (WEEK, "POST", {}),
        (PATH, "GET", {"x-api-key": KEY}),
        ("/typo", "GET", {}),
    ],
)
def test_answers_are_the_same_where_nothing_is_recorded(target: str, method: str, headers: dict[str, str]) -> None:
    alone, one_of_two = (
        call(
            build(Settings(api_keys=(ApiKey("test", KEY),), today=TODAY, workers=count)),
            target,
            method=method,
            headers=headers,
        )
        for count in (1, 2)
    )
    assert one_of_two == alone


def test_the_same_request_gets_the_same_bytes(mock: Mock, keyed: dict[str, str]) -> None:
    assert call(mock, WEEK, headers=keyed).body == call(mock, WEEK, headers=keyed).body


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-06-02", "2026-06-01"), ("2027-01-01", "2026-12-31"), ("9999-12-31", "0001-01-01")],
)
def test_an_inverted_range_is_a_400_that_names_both_dates(
    mock: Mock, keyed: dict[str, str], start: str, end: str
) -> None:
    reply = call(mock, f"{PATH}?start_date={start}&end_date={end}", headers=keyed)
    assert reply.status == 400
    assert start in reply.json()["message"]
    assert end in reply.json()["message"]


def test_a_wrong_date_is_found_before_an_inverted_range(mock: Mock, keyed: dict[str, str]) -> None:
    assert call(mock, f"{PATH}?start_date=2026-06-02&end_date=2026-06-31", headers=keyed).status == 422


def test_all_that_is_wrong_is_told_at_once(mock: Mock, keyed: dict[str, str]) -> None:
    reply = call(mock, f"{PATH}?end_date=soon", headers=keyed)
    assert reply.status == 422
    assert [item["loc"] for item in reply.json()["detail"]] == [["query", "start_date"], ["query", "end_date"]]


@pytest.mark.parametrize(
    "filters", ["mode=", "slug=", "mode=nothing-has-it", "slug=" + "x" * 2000, "slug=%F0%9F%A6%84"]
)
def test_a_filter_that_nothing_fits_gives_no_rows(mock: Mock, keyed: dict[str, str], filters: str) -> None:
    reply = call(mock, f"{WEEK}&{filters}", headers=keyed)
    assert (reply.status, reply.json()) == (200, [])


def test_there_is_no_traffic_after_today(mock: Mock, keyed: dict[str, str]) -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert call(mock, f"{PATH}?start_date={tomorrow}&end_date=9999-12-31", headers=keyed).json() == []
    assert call(mock, f"{PATH}?start_date={TODAY}&end_date=9999-12-31", headers=keyed).json() != []


def test_the_whole_calendar_is_a_range(mock: Mock, keyed: dict[str, str]) -> None:
    assert call(mock, f"{PATH}?start_date=0001-01-01&end_date=9999-12-31", headers=keyed).json()


@pytest.mark.parametrize(
    "query",
    [
        "start_date=2026-06-01&end_date=2026-06-07&unknown=1",
        "start_date=nonsense&start_date=2026-06-01&end_date=2026-06-07",
        "&&start_date=2026-06-01&end_date=2026-06-07&=&&",
        "start_date=2026-06-01&end_date=2026-06-07&slug=%ff%fe",
        "start_date=2026-06-01&end_date=2026-06-07&slug=%00",
        "start_date=2026-06-01&end_date=2026-06-07&slug=%",
        "%73tart_date=2026%2D06%2D01&end_date=2026-06-07",
    ],
)
def test_what_is_odd_but_not_wrong_is_answered(mock: Mock, keyed: dict[str, str], query: str) -> None:
    assert call(mock, f"{PATH}?{query}", headers=keyed).status == 200


@pytest.mark.parametrize("value", ["%00", "%ff", "%", "\xff", "2026-06-01%00", "%F0%9F%A6%84", "x" * 5000])
def test_what_cannot_be_a_date_is_a_422(mock: Mock, keyed: dict[str, str], value: str) -> None:
    assert call(mock, f"{PATH}?start_date={value}&end_date=2026-06-07", headers=keyed).status == 422


def test_head_is_get_without_the_body(mock: Mock, keyed: dict[str, str]) -> None:
    got, head = (call(mock, WEEK, method=method, headers=keyed) for method in ("GET", "HEAD"))
    assert (head.status, head.headers, head.body) == (200, got.headers, b"")


def test_options_lists_what_the_path_takes(mock: Mock) -> None:
    reply = call(mock, PATH, method="OPTIONS")
    assert (reply.status, reply.headers["allow"], reply.body) == (204, "GET, HEAD, OPTIONS", b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "BREW"])
def test_another_method_is_a_405_that_lists_what_the_path_takes(mock: Mock, method: str) -> None:
    reply = call(mock, WEEK, method=method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert method in reply.json()["message"]
    assert reply.json()["error"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/v1/analytics/nothing", "/v1", "/__mock/nothing", "/docs/../settings.py", "/%00"])
def test_an_unknown_path_is_a_404_that_says_which_there_are(mock: Mock, path: str) -> None:
    reply = call(mock, path)
    assert (reply.status, reply.json()["error"]) == (404, "not_found")
    assert PATH in reply.json()["message"]


def test_traffic_moves_on_at_midnight_by_itself() -> None:
    """A server that runs past midnight (UTC) serves the new day without a restart."""
    evening = datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC).timestamp()
    now = [evening]
    fixtures = load_fixtures(FIXTURES)
    traffic = Traffic(fixtures, State(Settings(), fixtures.scenarios), 1, None, clock=lambda: now[0])
    new_day = date(2026, 7, 1)
    assert traffic.rollup().rows(new_day, new_day, None, None) == []
    now[0] += 2
    assert traffic.today == new_day
    assert traffic.rollup().rows(new_day, new_day, None, None) != []
