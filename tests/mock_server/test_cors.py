"""CORS: pages of other origins call the API as browsers need it, errors and preflights included."""

from pathlib import Path

import pytest

from feather_kit.errors import InputError
from mock_server.application import Mock, build
from mock_server.settings import ApiKey, Settings
from tests.mock_server.asgi import Reply, call
from tests.mock_server.conftest import KEY, TODAY
from tests.mock_server.processes import run

PATH = "/v1/analytics/integrations/by-integration"
VALID = f"{PATH}?start_date=2026-06-01&end_date=2026-06-07"
APP = "http://localhost:5173"
PAGE = {"origin": APP}
KEYED = {"origin": APP, "x-api-key": KEY}
ASKED = {"origin": APP, "access-control-request-method": "GET"}


@pytest.fixture(scope="module")
def narrowed() -> Mock:
    keys = (ApiKey("test", KEY),)
    return build(Settings(api_keys=keys, today=TODAY, cors_origins=(APP, "https://app.test")))


def preflight(mock: Mock, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(mock, VALID, method="OPTIONS", headers={**ASKED, **named})


def allowed(reply: Reply) -> str | None:
    return reply.headers.get("access-control-allow-origin")


def listed(reply: Reply, name: str) -> set[str]:
    return {item.strip().lower() for item in reply.headers.get(name, "").split(",") if item.strip()}


def test_a_preflight_lets_the_key_and_preferences_pass(mock: Mock) -> None:
    reply = preflight(mock, access_control_request_headers="prefer,x-api-key")
    assert (reply.status, allowed(reply)) == (200, "*")
    assert {"x-api-key", "prefer"} <= listed(reply, "access-control-allow-headers")
    assert "get" in listed(reply, "access-control-allow-methods")
    assert int(reply.headers["access-control-max-age"]) > 0


def test_a_preflight_asks_for_no_key(mock: Mock) -> None:
    assert preflight(mock).status == 200


def test_options_that_is_no_preflight_tells_the_methods(mock: Mock) -> None:
    reply = call(mock, PATH, method="OPTIONS", headers=PAGE)
    assert (reply.status, allowed(reply)) == (204, "*")
    assert "GET" in reply.headers["allow"]


def test_a_page_of_the_internet_may_call_this_machine_where_a_browser_asks(mock: Mock) -> None:
    """Private Network Access."""
    reply = preflight(mock, access_control_request_private_network="true")
    assert (reply.status, reply.headers["access-control-allow-private-network"]) == (200, "true")
    assert "access-control-allow-private-network" not in preflight(mock).headers


@pytest.mark.parametrize(
    ("target", "method", "headers", "status"),
    [
        (VALID, "GET", KEYED, 200),
        (VALID, "HEAD", KEYED, 200),
        (VALID, "GET", {**KEYED, "if-none-match": "*"}, 304),
        (VALID, "GET", PAGE, 401),
        (f"{PATH}?start_date=x", "GET", KEYED, 422),
        (f"{PATH}?start_date=2026-06-07&end_date=2026-06-01", "GET", KEYED, 400),
        ("/typo", "GET", PAGE, 404),
        (VALID, "POST", PAGE, 405),
        (VALID, "GET", {**PAGE, "prefer": "code=503"}, 503),
        ("/openapi.json", "GET", PAGE, 200),
    ],
)
def test_a_page_may_read_every_answer(
    mock: Mock, target: str, method: str, headers: dict[str, str], status: int
) -> None:
    reply = call(mock, target, method=method, headers=headers)
    assert (reply.status, allowed(reply)) == (status, "*")
    assert {"etag", "preference-applied", "retry-after", "x-mock-undocumented"} <= listed(
        reply, "access-control-expose-headers"
    )
    assert "origin" in listed(reply, "vary")
    assert reply.headers["vary"].lower().count("origin") == 1


def test_an_answer_to_no_page_is_without(mock: Mock) -> None:
    reply = call(mock, VALID, headers={"x-api-key": KEY})
    assert not [name for name in reply.headers if name.startswith("access-control")]
    assert "origin" in listed(reply, "vary")


@pytest.mark.parametrize("path", ["/", "/__mock/health", "/__mock/requests", "/__mock/console/main.js"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_the_console_and_the_administration_are_for_no_other_origin(mock: Mock, path: str, method: str) -> None:
    reply = call(mock, path, method=method, headers=ASKED)
    assert not [name for name in reply.headers if name.startswith("access-control")]


def test_an_operation_at_the_root_is_the_api_s(tmp_path: Path) -> None:
    file = tmp_path / "api.yaml"
    file.write_text(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /:\n    get:\n      responses:\n"
        "        '200': {description: ok, content: {application/json: {example: {a: 1}}}}\n"
    )
    assert allowed(call(build(Settings(document=file)), "/", headers=PAGE)) == "*"


@pytest.mark.parametrize("origin", [APP, "https://app.test"])
def test_named_origins_may_call_with_credentials(narrowed: Mock, origin: str) -> None:
    for reply in (
        call(narrowed, VALID, headers={"origin": origin, "x-api-key": KEY}),
        preflight(narrowed, origin=origin),
    ):
        assert (reply.status, allowed(reply)) == (200, origin)
        assert reply.headers["access-control-allow-credentials"] == "true"
        assert "origin" in listed(reply, "vary")


@pytest.mark.parametrize("origin", ["http://localhost:5174", "https://localhost:5173", "http://app.test", "null"])
def test_no_other_may_then(narrowed: Mock, origin: str) -> None:
    reply = call(narrowed, VALID, headers={"origin": origin, "x-api-key": KEY})
    assert (reply.status, allowed(reply)) == (200, None)
    assert "origin" in listed(reply, "vary")
    refused = preflight(narrowed, origin=origin)
    assert (refused.status, allowed(refused)) == (400, None)
    assert list(narrowed.journal.entries())[-1].refused[0].parameter == "Origin"


@pytest.mark.parametrize(
    "origin", ["localhost:5173", "http://localhost:5173/", "http://a.test/b", "*", "HTTP://A.test", "http://*.a.test"]
)
def test_what_is_no_origin_is_refused_with_an_example(origin: str) -> None:
    with pytest.raises(InputError, match="http://localhost:5173"):
        Settings(cors_origins=(origin,))


def test_origins_are_named_on_the_command_line() -> None:
    ended = run("--no-cors", "--cors-origin", APP)
    assert ended.returncode == 2
    assert "--no-cors" in ended.stderr


def test_without_cors_no_page_may_read_anything() -> None:
    mock = build(Settings(cors=False, today=TODAY))
    assert allowed(call(mock, VALID, headers=PAGE)) is None
    assert allowed(preflight(mock)) is None
