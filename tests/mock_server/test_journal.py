"""The journal: what was asked lately, and how it ended, without any key."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from mock_server.application import Mock, build
from mock_server.entries import Entry, Secrets, Seen
from mock_server.journal import MOST, Journal
from mock_server.settings import ApiKey, Settings
from tests.mock_server.asgi import call
from tests.mock_server.conftest import KEY, TODAY

PATH = "/v1/analytics/integrations/by-integration"
VALID = f"{PATH}?start_date=2026-06-01&end_date=2026-06-07"
KEYED = {"x-api-key": KEY}
SHOP = Path(__file__).parent / "documents" / "shop.yaml"


@pytest.fixture(scope="module")
def journalled() -> Mock:
    return build(Settings(api_keys=(ApiKey("mine", KEY), ApiKey("other", "Another-key-42")), today=TODAY))


@pytest.fixture
def mock(journalled: Mock) -> Iterator[Mock]:
    journalled.journal.clear()
    yield journalled
    journalled.reset()


def last(mock: Mock) -> Entry:
    return list(mock.journal.entries())[-1]


def seen(number: int, path: str = "/", query: bytes = b"") -> Seen:
    return Seen(number, "GET", path, query, 200, 0.001, "", "", (), "", "")


def test_an_answered_request_is_told_with_its_key_s_name(mock: Mock) -> None:
    call(mock, VALID, headers={"x-api-key": "Another-key-42"})
    entry = last(mock)
    assert (entry.method, entry.path, entry.query) == ("GET", PATH, "start_date=2026-06-01&end_date=2026-06-07")
    assert (entry.status, entry.operation, entry.key) == (200, "getIntegrationUsageByIntegration", "other")
    assert (entry.refused, entry.preference, entry.fault) == ((), "", "")
    assert 0 < entry.ms < 10_000
    assert entry.time.startswith("20")
    assert entry.time.endswith("Z")


def test_keys_that_were_needed_together_are_both_named() -> None:
    shop = build(Settings(document=SHOP, api_keys=(ApiKey("till", KEY), ApiKey("clerk", "Another-key-42"))))
    call(shop, f"{shop.document.base_paths[0]}/both?key=Another-key-42", headers={"x-shop-key": KEY})
    call(shop, f"{shop.document.base_paths[0]}/optional")
    both, none = shop.journal.entries()
    assert (both.status, both.operation, both.key) == (204, "GET /both", "till, clerk")
    assert (none.status, none.key) == (204, "")


def test_what_a_server_says_of_itself_stays(mock: Mock) -> None:
    """The journal's notes go into a copy of the server's own `extensions` (ASGI, HTTP scope)."""
    extensions: dict[str, object] = {"http.response.debug": {}}
    call(mock, VALID, headers=KEYED, extensions=extensions)
    assert last(mock).key == "mine"
    assert extensions == {"http.response.debug": {}}


def test_a_422_tells_each_parameter_and_why(mock: Mock) -> None:
    call(mock, f"{PATH}?start_date=2026-13-01", headers=KEYED)
    refused = {each.parameter: each.reason for each in last(mock).refused}
    assert refused == {
        "start_date": "Input should be a valid date or datetime, month value is outside expected range of 1-12",
        "end_date": "Field required",
    }
    assert last(mock).key == "mine"


def test_a_401_tells_of_the_header_and_has_no_key(mock: Mock) -> None:
    call(mock, VALID)
    call(mock, VALID, headers={"x-api-key": "nobody's"})
    first, second = mock.journal.entries()
    assert [each.parameter for entry in (first, second) for each in entry.refused] == ["x-api-key", "x-api-key"]
    assert "No API key" in first.refused[0].reason
    assert "not one" in second.refused[0].reason
    assert (first.key, second.key) == ("", "")


def test_a_400_tells_of_the_range(mock: Mock) -> None:
    call(mock, f"{PATH}?start_date=2026-06-07&end_date=2026-06-01", headers=KEYED)
    assert [each.parameter for each in last(mock).refused] == ["start_date"]
    assert "is after" in last(mock).refused[0].reason


def test_what_no_operation_answers_is_told_as_well(mock: Mock) -> None:
    call(mock, "/v1/analytics/typo")
    call(mock, PATH, method="POST")
    assert [(entry.path, entry.status, entry.operation) for entry in mock.journal.entries()] == [
        ("/v1/analytics/typo", 404, ""),
        (PATH, 405, ""),
    ]


def test_a_preflight_is_told_of(mock: Mock) -> None:
    asked = {"origin": "http://app.test", "access-control-request-method": "GET"}
    call(mock, VALID, method="OPTIONS", headers=asked)
    assert (last(mock).method, last(mock).status) == ("OPTIONS", 200)


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/openapi.json", "/docs/start.js", "/__mock/health", "/__mock/nothing", "/favicon.ico"]
)
def test_the_mock_s_own_pages_are_not_told_of(mock: Mock, path: str) -> None:
    call(mock, path)
    assert list(mock.journal.entries()) == []


def test_a_preference_and_a_fault_are_told(mock: Mock) -> None:
    call(mock, VALID, headers={**KEYED, "prefer": "code=422"})
    assert (last(mock).status, last(mock).preference) == (422, "code=422")
    mock.state.change({"fault_rate": 1, "faults": ["503"]})
    call(mock, VALID, headers=KEYED)
    assert (last(mock).status, last(mock).fault) == (503, "503")


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        KEY.lower(),
        quote(KEY, safe=""),
        "".join(f"%{byte:02x}" for byte in KEY.encode()),
        quote(quote("".join(f"%{byte:02X}" for byte in KEY.encode()))),
        base64.b64encode(f"user:{KEY}".encode()).decode(),
        KEY[::-1],
    ],
    ids=["plain", "other case", "quoted", "percent-encoded", "encoded again", "base64", "backwards"],
)
@pytest.mark.parametrize("target", ["{0}&slug={1}", "{0}&x-api-key={1}", "{0}&{1}=1", "/v1/{1}", "{2}?start_date={1}"])
def test_the_key_is_nowhere_in_it(mock: Mock, target: str, form: str) -> None:
    call(mock, target.format(VALID, form, PATH), headers=KEYED)
    told = repr(last(mock)).lower()
    for secret in (KEY, form):
        assert secret.lower() not in told


def test_what_stands_for_a_key_in_the_query_is_hidden_whoever_it_is_of(mock: Mock) -> None:
    """A key that was sent in the wrong place may be right somewhere else."""
    call(mock, f"{VALID}&x-api-key=sk_live_1&X%2DApi%2DKey=sk_live_2&access_token=sk_live_3&mode=live", headers=KEYED)
    assert "sk_live" not in last(mock).query
    assert last(mock).query.endswith("&mode=live")


def test_a_key_at_the_end_of_what_is_kept_is_not_left_in_half() -> None:
    journal = Journal(Secrets([KEY]))
    for length in range(1960, 2010):
        journal.add(seen(0, "/" + "a" * length + KEY, b"q=" + b"b" * length + KEY.encode()))
    for entry in journal.entries():
        for start in range(len(KEY) - 4):
            assert KEY[start : start + 5] not in entry.path + entry.query


def test_it_remembers_the_last_thousand() -> None:
    journal = Journal(Secrets([KEY]))
    for number in range(1, MOST + 501):
        journal.add(seen(number))
    assert [entry.id for entry in journal.entries()] == list(range(501, MOST + 501))


def test_ids_rise_whatever_the_clock_does() -> None:
    journal = Journal(Secrets([KEY]))
    for number in (5, 5, 3, 9):
        journal.add(seen(number))
    assert [entry.id for entry in journal.entries()] == [5, 6, 7, 9]
    assert journal.last == 9


def test_long_requests_do_not_fill_the_memory() -> None:
    journal = Journal(Secrets([KEY]))
    long = replace(seen(1, "/" + "a" * 100_000, b"b" * 100_000), refused=(("c", "d" * 100_000),))
    journal.add(long)
    (entry,) = journal.entries()
    for text in (entry.path, entry.query, entry.refused[0].reason):
        assert len(text) <= 2000
    assert len(repr(journal._seen)) < 7000


def test_a_secret_parameter_is_known_by_its_name() -> None:
    secrets = Secrets(())
    for name in ("key", "x-api-key", "api_key", "apiKey", "X_API_KEY", "access_token", "client-secret", "password"):
        assert secrets.query(f"{name}=value1&a=b".encode()) == f"{name}=[key]&a=b"
    for name in ("monkey", "sort_key", "slug", "keyboard", "author"):
        assert secrets.query(f"{name}=value1".encode()) == f"{name}=value1"


def test_it_is_searched_by_id_status_method_and_path(mock: Mock) -> None:
    call(mock, VALID, headers=KEYED)
    call(mock, "/v1/typo")
    call(mock, VALID, method="DELETE", headers=KEYED)
    journal = mock.journal
    first, second, third = journal.entries()
    assert list(journal.entries(after=first.id)) == [second, third]
    assert list(journal.entries(status=lambda status: status == 404)) == [second]
    assert list(journal.entries(method="delete")) == [third]
    assert list(journal.entries(path="by-integration")) == [first, third]


def test_a_reader_gets_what_comes_and_ends_with_the_journal() -> None:
    journal = Journal(Secrets([KEY]))

    async def read() -> list[int]:
        found: list[int] = []
        async for entries in journal.follow(1, 30):
            found += [entry.id for entry in entries]
            if found == [2]:
                journal.add(seen(3))
            else:
                journal.close()
        return found

    journal.add(seen(1))
    journal.add(seen(2))
    assert asyncio.run(read()) == [2, 3]


def test_a_reader_is_told_that_nothing_came() -> None:
    journal = Journal(Secrets([KEY]))

    async def read() -> list[Entry]:
        return await anext(journal.follow(0, 0.01))

    assert asyncio.run(read()) == []


def test_several_at_once_are_told_as_one_by_one() -> None:
    secrets = Secrets([KEY])
    plain = [seen(number, "/a", b"b=%d" % number) for number in range(1, 4)]
    for several in (plain, [*plain, seen(4, "/" + KEY)], [*plain, seen(4, "/", b"q=%54est-key-7f3Kq9")]):
        assert list(secrets.entries(several)) == [secrets.entry(each) for each in several]
