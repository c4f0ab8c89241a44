"""What one request asks for it gets, and nobody else does; what everyone gets can be changed while the mock runs."""

import asyncio
import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from feather_kit.files import FIXTURES
from mock_server.application import Mock, build
from mock_server.data.fixtures import load_fixtures
from mock_server.rollups import Rollups
from mock_server.settings import ApiKey, Settings
from tests.mock_server.asgi import Reply, call
from tests.mock_server.conftest import KEY, TODAY
from tests.mock_server.processes import served

PATH = "/v1/analytics/integrations/by-integration"
WEEK = f"{PATH}?start_date=2026-06-24&end_date=2026-06-30"
HEADERS = {"x-api-key": KEY}
SHOP = Path(__file__).parent / "documents" / "shop.yaml"
STATES = SHOP.with_name("states.yaml")


def ask(mock: Mock, preference: str, target: str = WEEK, method: str = "GET", **headers: str) -> Reply:
    return call(mock, target, method=method, headers={**HEADERS, **headers, "Prefer": preference})


@pytest.fixture(scope="module")
def plain() -> Mock:
    """Without the validation of responses, whose second layer of error handling could hide a lack of the first."""
    return build(Settings(api_keys=(ApiKey("test", KEY),), today=TODAY))


@pytest.fixture(scope="module", params=["validated", "plain"])
def either(request: pytest.FixtureRequest, mock: Mock, plain: Mock) -> Mock:
    return mock if request.param == "validated" else plain


# Statuses


def test_401_is_what_a_wrong_key_gets(either: Mock) -> None:
    reply, real = ask(either, "code=401"), call(either, WEEK, headers={"x-api-key": "wrong"})
    assert (reply.status, reply.body) == (real.status, real.body)
    assert reply.headers["www-authenticate"] == real.headers["www-authenticate"]
    assert reply.headers["preference-applied"] == "code=401"


def test_422_is_what_a_request_without_its_dates_gets(either: Mock) -> None:
    reply, real = ask(either, "code=422"), call(either, PATH, headers=HEADERS)
    assert (reply.status, reply.json()) == (422, real.json())
    assert [item["loc"] for item in reply.json()["detail"]] == [["query", "start_date"], ["query", "end_date"]]


def test_400_is_what_an_inverted_range_gets(either: Mock) -> None:
    reply = ask(either, "code=400")
    assert (reply.status, reply.json()["error"]) == (400, "invalid_date_range")
    assert "2026-06-30 is after end_date 2026-06-29" in reply.json()["message"]


def test_200_is_what_everyone_gets(either: Mock) -> None:
    reply = ask(either, "code=200")
    assert (reply.status, reply.body) == (200, call(either, WEEK, headers=HEADERS).body)
    assert reply.headers["preference-applied"] == "code=200"


@pytest.mark.parametrize("code", [403, 404, 409, 418, 429, 500, 502, 503, 504, 599])
def test_a_status_that_the_document_lacks_is_given_and_marked(either: Mock, code: int) -> None:
    reply = ask(either, f"code={code}")
    assert (reply.status, reply.headers["x-mock-undocumented"]) == (code, "true")
    assert reply.headers["preference-applied"] == f"code={code}"
    assert set(reply.json()) == {"error", "message"}
    assert ("retry-after" in reply.headers) == (code in {429, 503})


@pytest.mark.parametrize("code", [200, 400, 401, 422])
def test_a_status_that_the_document_has_is_not_marked(either: Mock, code: int) -> None:
    assert "x-mock-undocumented" not in ask(either, f"code={code}").headers


@pytest.mark.parametrize("code", [204, 205, 302, 304])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_status_without_content_has_none(either: Mock, code: int, method: str) -> None:
    reply = ask(either, f"code={code}", method=method)
    assert (reply.status, reply.body) == (code, b"")
    assert "content-type" not in reply.headers
    assert reply.headers.get("content-length", "0") == "0"


def test_another_success_has_the_rows(either: Mock) -> None:
    reply = ask(either, "code=201")
    assert (reply.status, reply.headers["x-mock-undocumented"]) == (201, "true")
    assert reply.body == call(either, WEEK, headers=HEADERS).body


def test_a_failure_needs_no_key_and_a_success_does(either: Mock) -> None:
    """A browser's address bar can write the query and no header."""
    assert call(either, f"{WEEK}&__code=503").status == 503
    reply = call(either, f"{WEEK}&__code=200")
    assert (reply.status, "preference-applied" in reply.headers) == (401, False)


def test_a_success_that_is_asked_for_still_needs_right_parameters(either: Mock) -> None:
    reply = ask(either, "code=200, scenario=outage", PATH)
    assert (reply.status, "preference-applied" in reply.headers) == (422, False)


@pytest.mark.parametrize("code", [100, 101, 199, 600, 999])
def test_a_status_that_cannot_be_is_a_400_that_says_what_can(either: Mock, code: int) -> None:
    reply = ask(either, f"code={code}")
    assert (reply.status, reply.json()["error"]) == (400, "bad_preference")
    assert "from 200 to 599; the document has 200, 400, 401, 422 here" in reply.json()["message"]
    assert "preference-applied" not in reply.headers


def test_a_connection_goes_on_after_every_status() -> None:
    """An answer that broke HTTP would spoil the next one on its connection."""
    with (
        served("--log", "none") as mock,
        httpx.Client(base_url=mock.url, headers={"x-api-key": "local-dev-key"}) as client,
    ):
        for code in (204, 205, 304, 302, 401, 500, 200, 429):
            answer = client.get(WEEK, headers={"Prefer": f"code={code}"})
            assert (answer.status_code, "date" in answer.headers) == (code, True)
            assert client.get(WEEK).json()
        assert (
            client.get(WEEK, headers=[("Prefer", "foo"), ("prefer", 'code="503"'), ("PREFER", "code=500")]).status_code
            == 503
        )
        mock.end()
        assert mock.process.communicate() == ("", "")


# Data


def test_a_scenario_is_for_the_request_that_asks_for_it(either: Mock) -> None:
    usual = call(either, WEEK, headers=HEADERS)
    reply = ask(either, "scenario=empty")
    assert (reply.json(), reply.headers["preference-applied"]) == ([], "scenario=empty")
    assert call(either, WEEK, headers=HEADERS).body == usual.body


def test_a_scenario_on_demand_is_the_one_that_everyone_could_have(mock: Mock) -> None:
    served_to_all = build(Settings(api_keys=(ApiKey("test", KEY),), today=TODAY, scenario="outage", seed=9))
    assert ask(mock, "scenario=outage, seed=9").body == call(served_to_all, WEEK, headers=HEADERS).body


def test_an_unknown_scenario_is_a_400_that_names_those_there_are(either: Mock) -> None:
    reply = ask(either, "scenario=outrage")
    assert (reply.status, reply.json()["error"]) == (400, "bad_preference")
    assert "degraded, empty, extremes, huge, normal, outage" in reply.json()["message"]


def test_a_seed_changes_the_rows_and_the_same_one_gives_the_same(mock: Mock) -> None:
    one, two, again = (ask(mock, f"seed={seed}").body for seed in (1, 2, 1))
    assert one == again == call(mock, WEEK, headers=HEADERS).body
    assert two != one


def test_today_ends_the_traffic_and_moves_what_is_told_from_it(mock: Mock) -> None:
    """An outage is since yesterday, whichever day is taken for today."""
    assert ask(mock, "today=2026-06-23").json() == []
    for today in (date(2026, 6, 30), date(2025, 3, 12)):
        day = today - timedelta(days=1)
        target = f"{PATH}?start_date={day}&end_date={today}"
        rates = [row["success_rate_pct"] for row in ask(mock, f"scenario=outage, today={today}", target).json()]
        assert sum(rate < 20 for rate in rates) == 1
        before = f"{PATH}?start_date={day - timedelta(days=9)}&end_date={day - timedelta(days=4)}"
        assert all(row["success_rate_pct"] > 20 for row in ask(mock, f"scenario=outage, today={today}", before).json())


@pytest.mark.parametrize("today", ["0001-01-01", "1969-07-20", "2023-01-01"])
def test_before_all_traffic_there_is_none(either: Mock, today: str) -> None:
    reply = ask(either, f"today={today}", f"{PATH}?start_date=0001-01-01&end_date=9999-12-31")
    assert (reply.status, reply.json()) == (200, [])


def test_a_today_that_is_too_far_is_a_400_that_says_how_far_it_can_be(either: Mock) -> None:
    reply = ask(either, "today=9999-12-31")
    assert (reply.status, reply.json()["error"]) == (400, "bad_preference")
    assert "at the latest" in reply.json()["message"]


def test_twins_do_the_same_and_reach_no_validation(either: Mock) -> None:
    reply = call(either, f"{WEEK}&__scenario=single&__seed=4&__delay=0", headers=HEADERS)
    assert reply.headers["preference-applied"] == "scenario=single, seed=4, delay=0"
    assert reply.body == ask(either, "scenario=single, seed=4").body


def test_twins_beside_a_prefer_are_not_read(either: Mock) -> None:
    reply = ask(either, "respond-async", f"{WEEK}&__code=500")
    assert (reply.status, "preference-applied" in reply.headers) == (200, False)


def test_an_answer_says_that_it_varies(either: Mock) -> None:
    for reply in (call(either, WEEK, headers=HEADERS), call(either, WEEK), ask(either, "code=500")):
        assert "Prefer" in reply.headers["vary"]


def test_a_refusal_tells_only_what_was_applied_to_it(either: Mock) -> None:
    reply = call(either, WEEK, headers={"Prefer": "delay=1, scenario=outage"})
    assert (reply.status, reply.headers["preference-applied"]) == (401, "delay=1")


def test_the_journal_tells_what_was_applied() -> None:
    mock = build(Settings(api_keys=(ApiKey("test", KEY),), today=TODAY))
    ask(mock, "scenario=outage, foo")
    ask(mock, "code=500")
    ask(mock, "foo")
    assert [entry.preference for entry in mock.journal.entries()] == ["scenario=outage", "code=500", ""]


def test_pages_take_no_preference(either: Mock) -> None:
    assert call(either, "/__mock/health", headers={"Prefer": "code=500"}).status == 200
    assert call(either, "/openapi.json?__code=500").status == 200
    assert call(either, "/nothing?__code=500").status == 404


def test_a_delay_holds_one_answer_and_no_other() -> None:
    async def both(url: str) -> list[str]:
        ended: list[str] = []

        async def get(client: httpx.AsyncClient, name: str, headers: Mapping[str, str]) -> None:
            await client.get(url + WEEK, headers={"x-api-key": "local-dev-key", **headers})
            ended.append(name)

        async with httpx.AsyncClient() as client:
            await asyncio.gather(get(client, "slow", {"Prefer": "delay=700"}), get(client, "quick", {}))
        return ended

    with served() as mock:
        assert asyncio.run(both(mock.url)) == ["quick", "slow"]


# Everyone


def test_everyone_can_get_another_scenario_while_the_mock_runs() -> None:
    with served("--today", "2026-06-30") as mock, httpx.Client(base_url=mock.url) as client:
        client.headers["x-api-key"] = "local-dev-key"
        usual = client.get(WEEK).content
        assert client.put("/__mock/scenario", json={"scenario": "empty"}).json()["scenario"] == "empty"
        assert client.get(WEEK).json() == []
        assert client.get(WEEK, headers={"Prefer": "scenario=normal"}).content == usual
        client.post("/__mock/reset")
        assert client.get(WEEK).content == usual


def test_the_command_line_names_the_scenario_and_an_unknown_one_ends_it() -> None:
    with served("--scenario", "empty", "--delay", "0..2") as mock:
        assert httpx.get(mock.url + WEEK, headers={"x-api-key": "local-dev-key"}).json() == []
        health = httpx.get(f"{mock.url}/__mock/health").json()
        assert (health["scenario"], health["delay"]) == ("empty", "0..2")


def test_other_rollups_are_remembered_in_bounded_memory() -> None:
    rollups = Rollups(load_fixtures(FIXTURES))
    first = rollups.get("normal", 1, TODAY)
    assert rollups.get("normal", 1, TODAY) is first
    for seed in range(2, 40):
        newest = rollups.get("normal", seed, TODAY)
        newest.rows(TODAY, TODAY, None, None)
        assert rollups.nbytes - newest.nbytes <= 48 * 2**20
    assert rollups.get("normal", 1, TODAY) is not first
    for seed in (1, 2, 3):
        huge = rollups.get("huge", seed, TODAY)
        assert len(huge.rows(date.min, TODAY, None, None)) == 1000
    rollups.get("normal", 1, TODAY)
    assert rollups.nbytes <= 48 * 2**20


# Other documents


@pytest.fixture(scope="module")
def shop() -> Mock:
    return build(Settings(document=SHOP, api_keys=(ApiKey("test", KEY),), validate_responses=True))


def shop_ask(mock: Mock, target: str, preference: str, method: str = "GET", **headers: str) -> Reply:
    return call(mock, target, method=method, headers={"X-Shop-Key": KEY, **headers, "Prefer": preference})


def test_an_example_is_chosen_by_its_name(shop: Mock) -> None:
    reply = shop_ask(shop, "/pets/7", "example=dog, seed=3")
    assert (reply.status, reply.json()["name"]) == (200, "dog")
    assert reply.headers["preference-applied"] == "example=dog"


def test_an_unknown_example_is_a_400_that_names_those_there_are(shop: Mock) -> None:
    reply = shop_ask(shop, "/pets/7", "example=cat")
    assert (reply.status, "dog" in json.dumps(reply.json())) == (400, True)
    assert "no named example" in json.dumps(shop_ask(shop, "/open", "example=cat").json())


def test_a_refusal_has_the_shape_that_the_document_gives_it(shop: Mock) -> None:
    reply = shop_ask(shop, "/search", "code=400")
    assert reply.headers["content-type"] == "application/problem+json"
    assert "x-trace" in reply.json()["detail"].lower()
    reply = shop_ask(shop, "/search", "code=409")
    assert (reply.status, reply.json()["status"], "x-mock-undocumented" in reply.headers) == (409, 409, False)


def test_a_missing_body_is_what_an_invalid_request_lacks(shop: Mock) -> None:
    reply = shop_ask(shop, "/trees", "code=422", method="POST")
    assert [item["loc"] for item in reply.json()["detail"]] == [["body"]]


@pytest.mark.parametrize("path", ["/open", "/pets/7", "/both", "/search", "/optional"])
@pytest.mark.parametrize("code", [304, 400, 401, 403, 404, 418, 422, 429, 500, 503, 599])
def test_any_operation_has_any_failure(shop: Mock, path: str, code: int) -> None:
    assert shop_ask(shop, path, f"code={code}").status == code


def applied(reply: Reply) -> Any:
    return reply.headers.get("preference-applied")


def test_what_an_operation_cannot_do_is_not_said_to_be_applied(shop: Mock) -> None:
    assert applied(shop_ask(shop, "/pets/7", "scenario=outage, delay=0")) == "delay=0"


@pytest.mark.parametrize("code", [200, 202, 204, 303, 400, 401, 404, 409, 422, 429, 500, 503])
def test_every_documented_status_fits_its_schema_without_an_example(code: int) -> None:
    """The validation of responses would make a 500 of one that does not."""
    mock = build(Settings(document=STATES, validate_responses=True))
    reply = call(mock, "/orders", headers={"Prefer": f"code={code}"})
    assert (reply.status, applied(reply)) == (code, f"code={code}")
    assert "x-mock-undocumented" not in reply.headers
    if code == 409:
        assert (reply.json()["code"], reply.json()["level"]) == (409, "warning")
        assert "does not go with the present state" in reply.json()["reason"]
    if code == 202:
        assert (reply.json()["id"], len(reply.json()["lines"]), len(reply.json()["note"])) == (15, 2, 2)
