"""The administration under `/__mock/`: what it tells, what it changes, and for whom."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from feather_kit.errors import InputError
from feather_kit.files import DOCUMENT
from mock_server.application import Mock, build
from mock_server.settings import ApiKey, Settings
from tests.mock_server.asgi import Reply, call
from tests.mock_server.conftest import KEY, TODAY
from tests.mock_server.processes import served

PATH = "/v1/analytics/integrations/by-integration"
VALID = f"{PATH}?start_date=2026-06-01&end_date=2026-06-07"
KEYED = {"x-api-key": KEY}


@pytest.fixture(scope="module")
def administered() -> Mock:
    return build(Settings(api_keys=(ApiKey("test", KEY),), today=TODAY, validate_responses=True))


@pytest.fixture
def mock(administered: Mock) -> Iterator[Mock]:
    administered.reset()
    yield administered
    administered.state.tell(None)


def ask(
    mock: Mock, target: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None
) -> Reply:
    content = b"" if body is None else json.dumps(body).encode()
    return call(mock, f"/__mock/{target}", method=method, body=content, headers=headers)


def test_health_tells_what_is_served(mock: Mock) -> None:
    health = ask(mock, "health").json()
    assert health["status"] == "ok"
    assert health["document"] == {"title": "Feather API", "version": "1.21.0"}
    assert (health["scenario"], health["seed"], health["today"]) == ("normal", 1, "2026-06-30")
    assert (health["delay"], health["fault_rate"], health["problem"]) == (None, 0, None)
    assert {"normal", "outage"} <= {scenario["name"] for scenario in health["scenarios"]}
    assert all(scenario["about"] for scenario in health["scenarios"])


def test_health_tells_of_a_broken_edit(mock: Mock) -> None:
    before = ask(mock, "health").json()["revision"]
    mock.state.tell(InputError("a rate is above 1", "Give a share", DOCUMENT, 7))
    health = ask(mock, "health").json()
    assert health["problem"] == {"message": "a rate is above 1. Give a share.", "file": str(DOCUMENT), "line": 7}
    assert health["revision"] > before


def test_requests_are_told_the_oldest_first(mock: Mock) -> None:
    call(mock, VALID, headers=KEYED)
    call(mock, f"{PATH}?start_date=x", headers=KEYED)
    told = ask(mock, "requests").json()
    assert [entry["status"] for entry in told["requests"]] == [200, 422]
    assert told["last"] == told["requests"][-1]["id"]
    assert told["requests"][1]["refused"][1] == {"parameter": "end_date", "reason": "Field required"}
    assert set(told["requests"][0]) == {
        *("id", "time", "method", "path", "query", "status", "ms", "operation", "key", "refused", "preference", "fault")
    }


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("status=404", [404]),
        ("status=4xx", [404, 405, 401]),
        ("method=post", [405]),
        ("path=typo", [404]),
        ("limit=2", [405, 401]),
        ("status=200&path=typo", []),
    ],
)
def test_requests_are_filtered(mock: Mock, query: str, statuses: list[int]) -> None:
    call(mock, VALID, headers=KEYED)
    call(mock, "/typo")
    call(mock, VALID, method="POST")
    call(mock, VALID)
    assert [entry["status"] for entry in ask(mock, f"requests?{query}").json()["requests"]] == statuses


def test_requests_after_an_id_are_the_news(mock: Mock) -> None:
    call(mock, VALID, headers=KEYED)
    last = ask(mock, "requests").json()["last"]
    assert ask(mock, f"requests?after={last}").json() == {"requests": [], "last": last}
    call(mock, "/typo")
    assert [entry["path"] for entry in ask(mock, f"requests?after={last}").json()["requests"]] == ["/typo"]


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "limit=0", "limit=1001", "status=9", "status=abc", "limit=\u0661"]
)
def test_a_filter_that_cannot_be_is_a_400_that_says_what_can(mock: Mock, query: str) -> None:
    reply = ask(mock, f"requests?{quote(query, safe='=')}")
    assert reply.status == 400
    assert "Give a" in reply.json()["message"]


def test_requests_can_be_forgotten(mock: Mock) -> None:
    call(mock, VALID, headers=KEYED)
    last = ask(mock, "requests").json()["last"]
    assert ask(mock, "requests", "DELETE").status == 204
    assert ask(mock, "requests").json() == {"requests": [], "last": last}


def test_the_scenario_changes_what_everyone_gets(mock: Mock) -> None:
    reply = ask(mock, "scenario", "PUT", {"scenario": "empty"})
    assert (reply.status, reply.json()["scenario"]) == (200, "empty")
    assert ask(mock, "scenario").json()["scenario"] == "empty"
    assert call(mock, VALID, headers=KEYED).json() == []


def test_delay_and_faults_change_alone(mock: Mock) -> None:
    ask(mock, "scenario", "PUT", {"scenario": "single"})
    reply = ask(mock, "scenario", "PUT", {"delay": "0..1", "fault_rate": 0.5, "faults": ["503"]})
    state = {name: reply.json()[name] for name in ("scenario", "fault_rate", "faults")}
    assert state == {"scenario": "single", "fault_rate": 0.5, "faults": ["503"]}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"scenario": "nowhere"}, ["nowhere", "outage"]),
        ({"scenery": "outage"}, ["scenery", "fault_rate"]),
        ({"delay": "fast"}, ["fast"]),
        ({"fault_rate": 2}, ["2", "0 to 1"]),
        ({"faults": ["teapot"]}, ["teapot", "429"]),
        ([], ["JSON object"]),
        ("outage", ["JSON object"]),
        ({"scenario": "o" * 70_000}, ["too large"]),
    ],
)
def test_a_state_that_cannot_be_is_a_400_and_changes_nothing(mock: Mock, body: Any, words: list[str]) -> None:
    before = ask(mock, "scenario").json()
    reply = ask(mock, "scenario", "PUT", body)
    assert reply.status == 400
    for word in words:
        assert word in reply.json()["message"]
    assert ask(mock, "scenario").json() == before


def test_no_body_is_a_400(mock: Mock) -> None:
    assert ask(mock, "scenario", "PUT").status == 400


def test_reset_goes_back_to_the_command_line_and_forgets_the_requests(mock: Mock) -> None:
    ask(mock, "scenario", "PUT", {"scenario": "empty", "fault_rate": 0.5})
    call(mock, "/typo")
    reply = ask(mock, "reset", "POST")
    assert (reply.status, reply.json()["scenario"], reply.json()["fault_rate"]) == (200, "normal", 0)
    assert ask(mock, "requests").json()["requests"] == []


WRITES = [("scenario", "PUT", {"scenario": "empty"}), ("reset", "POST", None), ("requests", "DELETE", None)]


@pytest.mark.parametrize(("target", "method", "body"), WRITES)
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.test"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://localhost:8001"},
        {"origin": "http://localhost"},
        {"origin": "http://localhost:8000.evil.test"},
        {"origin": "http://[::1"},
        {"origin": "http://evil.test", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.test:8000", "host": "evil.test:8000", "sec-fetch-site": "same-origin"},
        {"host": "evil.test:8000"},
        {"host": "localhost.evil.test:8000"},
        {"host": "192.168.1.5:8000"},
        {"host": "[::1"},
        {"host": ""},
    ],
    ids=str,
)
def test_no_page_of_another_origin_can_change_anything(
    mock: Mock, target: str, method: str, body: Any, headers: Mapping[str, str]
) -> None:
    """Nor one that has taken a name that now leads to this machine (DNS rebinding)."""
    ask(mock, "scenario", "PUT", {"scenario": "single"})
    call(mock, "/typo")
    reply = ask(mock, target, method, body, headers)
    assert reply.status == 403
    assert ask(mock, "scenario").json()["scenario"] == "single"
    assert len(ask(mock, "requests").json()["requests"]) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"},
        {"origin": "http://127.0.0.1:9", "host": "127.0.0.1:9"},
        {"origin": "http://[::1]:9", "host": "[::1]:9"},
        {"origin": "https://app.localhost", "host": "app.localhost"},
        {"origin": "https://localhost", "host": "localhost:443"},
        {"host": "127.8.9.10"},
        {"host": "LOCALHOST.:80"},
    ],
    ids=str,
)
def test_the_console_and_programs_can(mock: Mock, headers: Mapping[str, str]) -> None:
    assert ask(mock, "scenario", "PUT", {"scenario": "single"}, headers).status == 200


@pytest.mark.parametrize(
    ("bound", "host", "status"),
    [
        ("mock.internal", "mock.internal:8000", 200),
        ("mock.internal", "other.internal:8000", 403),
        ("0.0.0.0", "192.168.1.5:8000", 200),
        ("0.0.0.0", "mock:8000", 200),
        ("0.0.0.0", "mock.evil.test:8000", 403),
        ("::", "[fd00::1]:8000", 200),
    ],
)
def test_the_address_that_it_listens_on_is_its_own_host(bound: str, host: str, status: int) -> None:
    mock = build(Settings(host=bound))
    assert ask(mock, "reset", "POST", headers={"host": host}).status == status


@pytest.mark.parametrize("target", ["health", "requests", "scenario", "metrics", "session"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_answer_may_be_read_by_another_origin(mock: Mock, target: str, method: str) -> None:
    headers = {"origin": "http://evil.test", "access-control-request-method": "GET"}
    reply = ask(mock, target, method, headers=headers)
    assert not [name for name in reply.headers if name.startswith("access-control-")]


def test_the_console_is_given_the_key(mock: Mock) -> None:
    for headers in ({"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"origin": "http://localhost:8000"}):
        reply = ask(mock, "session", headers=headers)
        assert reply.status == 200
        assert (reply.json()["api_key"], reply.json()["header"]) == (KEY, "x-api-key")
        assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.test"},
        {"origin": "http://evil.test", "sec-fetch-site": "same-origin"},
        {"host": "evil.test", "sec-fetch-site": "same-origin"},
    ],
    ids=str,
)
def test_nobody_else_is_given_the_key(mock: Mock, headers: Mapping[str, str]) -> None:
    reply = ask(mock, "session", headers=headers)
    assert reply.status == 403
    assert KEY.encode() not in reply.body


def test_each_path_takes_its_own_methods(mock: Mock) -> None:
    for target, allow in {
        "health": "GET, HEAD, OPTIONS",
        "requests": "GET, DELETE, HEAD, OPTIONS",
        "scenario": "GET, PUT, HEAD, OPTIONS",
        "reset": "POST, OPTIONS",
    }.items():
        reply = ask(mock, target, "PATCH")
        assert (reply.status, reply.headers["allow"]) == (405, allow)
        assert (ask(mock, target, "OPTIONS").status, ask(mock, target, "OPTIONS").body) == (204, b"")
    assert ask(mock, "nothing").status == 404
    head = ask(mock, "health", "HEAD")
    assert (head.status, head.body) == (200, b"")


def test_nothing_of_it_is_kept_by_a_browser(mock: Mock) -> None:
    for target in ("health", "requests", "scenario", "metrics"):
        assert ask(mock, target).headers["cache-control"] == "no-store"
        assert "etag" not in ask(mock, target).headers


def test_without_administration_there_is_none() -> None:
    mock = build(Settings(admin=False))
    for target in (
        "health",
        "requests",
        "requests/stream",
        "scenario",
        "reset",
        "metrics",
        "session",
        "console/main.js",
    ):
        assert ask(mock, target).status == 404
    assert call(mock, "/").headers["location"] == "docs"
    assert call(mock, "/docs").status == 200


def test_several_processes_refuse_what_would_be_true_of_one_alone() -> None:
    mock = build(Settings(workers=2, today=TODAY))
    assert ask(mock, "health").json()["workers"] == 2
    for target, method, body in [*WRITES, ("requests", "GET", None), ("requests/stream", "GET", None)]:
        reply = ask(mock, target, method, body)
        assert reply.status == 409
        assert "--workers 1" in reply.json()["message"]
    assert ask(mock, "metrics").status == 409


def test_another_vendor_s_key_has_its_own_header(tmp_path: Path) -> None:
    file = tmp_path / "api.yaml"
    scheme = "type: apiKey\n      in: header\n      name: x-api-key"
    text = DOCUMENT.read_text()
    assert scheme in text
    file.write_text(text.replace(scheme, "type: http\n      scheme: bearer"))
    mock = build(Settings(document=file))
    told = ask(mock, "session", headers={"sec-fetch-site": "none"}).json()
    assert (told["header"], told["api_key"]) == ("Authorization", "Bearer local-dev-key")


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def test_a_stream_tells_requests_as_they_come_and_goes_on_where_it_was_lost() -> None:
    with served("--log", "none") as mock, httpx.Client(base_url=mock.url, timeout=20) as client:
        with client.stream("GET", "/__mock/requests/stream") as stream:
            assert stream.headers["content-type"] == "text/event-stream"
            events = _events(stream.iter_lines())
            httpx.get(f"{mock.url}/first")
            first = next(events)
            httpx.get(f"{mock.url}/second")
            assert (first["path"], next(events)["path"]) == ("/first", "/second")
        with client.stream("GET", "/__mock/requests/stream", headers={"last-event-id": str(first["id"])}) as stream:
            assert next(_events(stream.iter_lines()))["path"] == "/second"


def test_a_stream_does_not_hold_up_the_end() -> None:
    with served() as mock, httpx.stream("GET", f"{mock.url}/__mock/requests/stream", timeout=20) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "retry: 1000"
        assert mock.end() == 0
        assert list(lines) == [""]
        assert mock.process.communicate() == ("", "")
