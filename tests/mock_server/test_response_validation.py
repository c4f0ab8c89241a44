"""With `--validate-responses` no answer leaves that the document does not allow."""

import logging
from pathlib import Path

import pytest

from mock_server.application import Mock, build
from mock_server.settings import Settings
from tests.mock_server.asgi import call

SHOP = Path(__file__).parent / "documents" / "shop.yaml"


@pytest.fixture(scope="module")
def strict() -> Mock:
    return build(Settings(document=SHOP, validate_responses=True))


def test_a_body_that_breaks_its_schema_is_a_500_that_says_where(strict: Mock, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "mock_server"):
        reply = call(strict, "/wrong")
    assert (reply.status, reply.json()["error"]) == (500, "response_mismatch")
    assert "name" in reply.json()["message"]
    assert "GET /wrong: the answer breaks the document" in caplog.text


def test_a_required_header_that_is_missing_is_a_500(strict: Mock, caplog: pytest.LogCaptureFixture) -> None:
    reply = call(strict, "/counted")
    assert reply.status == 500
    assert "x-total" in reply.json()["message"]
    assert caplog.records


def test_without_the_switch_the_answer_leaves_as_it_is() -> None:
    lenient = build(Settings(document=SHOP))
    assert call(lenient, "/wrong").status == 200
    assert call(lenient, "/counted").status == 200


def test_refusals_are_validated_too(strict: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 422 and a 401 leave through the validation of responses as well."""
    seen: list[str] = []
    call(strict, "/trees", method="POST")
    for operation in strict.operations.values():
        original = operation.response_schema

        def spy(status: object, media_type: object, original: object = original) -> object:
            seen.append(str(status))
            return original(status, media_type)  # type: ignore[operator]  # a bound method

        monkeypatch.setattr(operation, "response_schema", spy)
    assert call(strict, "/trees", method="POST").status == 422
    assert call(strict, "/pets/7").status == 401


def test_head_has_no_body_to_validate(strict: Mock) -> None:
    assert call(strict, "/open", method="HEAD").status == 204
    assert call(strict, "/wrong", method="HEAD").status == 200
