"""A request without a valid key gets 401, whatever else is wrong with it."""

import jsonschema
import pytest

from mock_server.application import Mock, build
from mock_server.settings import ApiKey, Settings
from tests.mock_server.asgi import call
from tests.mock_server.conftest import KEY, TODAY

PATH = "/v1/analytics/integrations/by-integration"
VALID = f"{PATH}?start_date=2026-06-01&end_date=2026-06-07"
ERROR_RESPONSE = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="missing"),
        pytest.param({"x-api-key": ""}, id="empty"),
        pytest.param({"x-api-key": "nobody"}, id="unknown"),
        pytest.param({"x-api-key": KEY.swapcase()}, id="other-case"),
        pytest.param({"x-api-key": KEY[:-1]}, id="prefix"),
        pytest.param({"x-api-key": KEY[1:]}, id="suffix"),
        pytest.param({"x-api-key": f"{KEY}0"}, id="extension"),
        pytest.param({"x-api-key": f"{KEY}, {KEY}"}, id="twice-in-one"),
        pytest.param({"x-api-key": f"{KEY}\x00"}, id="nul"),
        pytest.param({"x-api-key": "cl\xe9\xff"}, id="outside-ascii"),
        pytest.param({"authorization": f"Bearer {KEY}"}, id="as-bearer-token"),
        pytest.param({"cookie": f"x-api-key={KEY}"}, id="as-cookie"),
    ],
)
@pytest.mark.parametrize("query", ["start_date=2026-06-01&end_date=2026-06-07", "start_date=x", "", "x-api-key=" + KEY])
def test_a_request_without_a_valid_key_is_refused_first(mock: Mock, headers: dict[str, str], query: str) -> None:
    reply = call(mock, f"{PATH}?{query}", headers=headers)
    assert reply.status == 401
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["www-authenticate"] == "APIKey"
    jsonschema.validate(reply.json(), ERROR_RESPONSE)
    assert "x-api-key" in reply.json()["message"]


def test_the_answer_to_a_wrong_key_does_not_repeat_it(mock: Mock) -> None:
    reply = call(mock, VALID, headers={"x-api-key": "somebody-elses-secret"})
    assert b"somebody" not in reply.body
    assert KEY.encode() not in reply.body


def test_each_of_several_keys_is_accepted() -> None:
    keys = (ApiKey("first", "one"), ApiKey("second", "clé"))
    mock = build(Settings(api_keys=keys, today=TODAY, validate_responses=True))
    assert call(mock, VALID, headers={"x-api-key": "one"}).status == 200
    # A client writes UTF-8, which the header carries as bytes.
    assert call(mock, VALID, headers={"x-api-key": "clé".encode().decode("latin-1")}).status == 200


def test_a_key_is_not_part_of_its_own_representation() -> None:
    assert "hidden" not in repr(Settings(api_keys=(ApiKey("mine", "hidden"),)))
