"""gzip for large answers, where a client takes it."""

import gzip

import pytest

from mock_server.application import Mock, build
from mock_server.response.codings import takes_gzip
from mock_server.settings import ApiKey, Settings
from tests.mock_server.asgi import Reply, call
from tests.mock_server.conftest import KEY, TODAY

PATH = "/v1/analytics/integrations/by-integration"
VALID = f"{PATH}?start_date=2026-06-01&end_date=2026-06-07"


@pytest.fixture(scope="module")
def mock() -> Mock:
    keys = (ApiKey("test", KEY),)
    return build(Settings(api_keys=keys, today=TODAY, scenario="huge", validate_responses=True))


def ask(mock: Mock, target: str = VALID, method: str = "GET", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(mock, target, method=method, headers={"x-api-key": KEY, **named})


def test_a_large_answer_is_smaller_and_the_same(mock: Mock) -> None:
    plain, packed = ask(mock), ask(mock, accept_encoding="gzip, deflate, br")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed.body) == plain.body
    assert int(packed.headers["content-length"]) == len(packed.body) < len(plain.body) / 3


def test_each_coding_has_a_tag_of_its_own_and_caches_are_told(mock: Mock) -> None:
    plain, packed = ask(mock), ask(mock, accept_encoding="gzip")
    assert plain.headers["etag"] != packed.headers["etag"]
    for reply in (plain, packed):
        assert {"origin", "accept-encoding"} <= {name.strip().lower() for name in reply.headers["vary"].split(",")}


def test_not_modified_goes_by_the_coding_that_would_be_sent(mock: Mock) -> None:
    plain, packed = ask(mock).headers["etag"], ask(mock, accept_encoding="gzip").headers["etag"]
    assert ask(mock, accept_encoding="gzip", if_none_match=packed).status == 304
    assert ask(mock, if_none_match=plain).status == 304
    assert ask(mock, accept_encoding="gzip", if_none_match=plain).status == 200
    assert ask(mock, accept_encoding="gzip", if_none_match=f"{plain}, {packed}").headers["etag"] == packed


def test_the_same_bytes_come_out_each_time(mock: Mock) -> None:
    """Replicas must agree: no time stands in it."""
    assert ask(mock, accept_encoding="gzip").body == ask(mock, accept_encoding="gzip").body


def test_a_small_answer_stays_as_it_is(mock: Mock) -> None:
    for target in (f"{PATH}?start_date=x", f"{PATH}?start_date=1990-01-01&end_date=1990-01-02"):
        reply = ask(mock, target, accept_encoding="gzip")
        assert "content-encoding" not in reply.headers
        assert "accept-encoding" not in reply.headers["vary"].lower()


def test_pages_are_compressed_and_pictures_are_not(mock: Mock) -> None:
    script = ask(mock, "/docs/swagger-ui-bundle.js", accept_encoding="gzip")
    assert script.headers["content-encoding"] == "gzip"
    assert gzip.decompress(script.body) == ask(mock, "/docs/swagger-ui-bundle.js").body
    assert "content-encoding" not in ask(mock, "/docs/favicon-32x32.png", accept_encoding="gzip").headers


@pytest.mark.parametrize(
    ("accepted", "gzip"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("br, gzip;q=0.5", True),
        ("gzip ; q=1.000", True),
        ("*", True),
        ("*;q=0.1", True),
        ("gzip, identity;q=0.5", True),
        ("identity, gzip", True),
        ("gzip;q=0.001", True),
        ("", False),
        ("br", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=0.5, identity;q=0.8", False),
        ("gzippy", False),
        ("gzip;q=2", False),
        ("gzip;q=x", False),
    ],
)
def test_weights_are_honoured(accepted: str, gzip: bool) -> None:
    assert takes_gzip(accepted.encode()) == gzip
