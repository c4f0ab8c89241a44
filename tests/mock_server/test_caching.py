"""Entity tags: a client that has an answer already is told so, and nothing is answered from a cache."""

from collections.abc import Iterator

import pytest

from mock_server.application import Mock, build
from mock_server.settings import ApiKey, Settings
from tests.mock_server.asgi import Reply, call
from tests.mock_server.conftest import KEY, TODAY

PATH = "/v1/analytics/integrations/by-integration"
VALID = f"{PATH}?start_date=2026-06-01&end_date=2026-06-07"
OTHER = f"{PATH}?start_date=2026-06-01&end_date=2026-06-06"
KEYED = {"x-api-key": KEY}


@pytest.fixture(scope="module", params=[False, True], ids=["as it is", "validated"])
def mock(request: pytest.FixtureRequest) -> Mock:
    return build(Settings(api_keys=(ApiKey("test", KEY),), today=TODAY, validate_responses=request.param))


def ask(mock: Mock, target: str = VALID, *, method: str = "GET", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(mock, target, method=method, headers={**KEYED, **named})


def test_an_answer_has_a_strong_tag_and_may_be_kept_privately(mock: Mock) -> None:
    reply = ask(mock)
    assert reply.headers["etag"].startswith('"')
    assert reply.headers["cache-control"] == "private, no-cache"


def test_equal_answers_have_equal_tags_in_every_process_and_others_have_others(mock: Mock) -> None:
    replica = build(mock.settings)
    assert ask(mock).headers["etag"] == ask(replica).headers["etag"] != ask(mock, OTHER).headers["etag"]
    replica.state.change({"scenario": "single"})
    assert ask(mock).headers["etag"] != ask(replica).headers["etag"]


@pytest.mark.parametrize("condition", ["{}", "W/{}", '"a", {}', '"a",W/{} , "b"', "*", " * ", '"with, comma", {}'])
def test_a_client_that_has_it_is_told_so(mock: Mock, condition: str) -> None:
    whole = ask(mock)
    reply = ask(mock, if_none_match=condition.format(whole.headers["etag"]))
    assert (reply.status, reply.body) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert reply.headers[name] == whole.headers[name]
    for name in ("content-length", "content-type", "content-encoding"):
        assert name not in reply.headers


@pytest.mark.parametrize("condition", ['"other"', "", "{0:.5}", '"*"', "W/", '{0:.9}"'])
def test_a_client_that_has_another_gets_the_answer(mock: Mock, condition: str) -> None:
    tag = ask(mock).headers["etag"]
    assert ask(mock, if_none_match=condition.format(tag)).status == 200


def test_a_condition_may_stand_in_several_lines(mock: Mock) -> None:
    tag = ask(mock).headers["etag"]
    lines = Lines({**KEYED, "if-none-match": '"other"'}, ("if-none-match", tag))
    assert call(mock, VALID, headers=lines).status == 304


class Lines(dict[str, str]):
    """Headers of which one name stands twice."""

    def __init__(self, first: dict[str, str], again: tuple[str, str]) -> None:
        super().__init__(first)
        self._again = again

    def items(self) -> Iterator[tuple[str, str]]:  # type: ignore[override]  # more than a mapping has
        yield from super().items()
        yield self._again


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        (VALID, {"x-api-key": "wrong"}, 401),
        (f"{PATH}?start_date=x", {}, 422),
        (f"{PATH}?start_date=2026-06-07&end_date=2026-06-01", {}, 400),
        (VALID, {"prefer": "code=503"}, 503),
        ("/typo", {}, 404),
    ],
)
def test_only_what_is_right_is_ever_not_modified(mock: Mock, target: str, headers: dict[str, str], status: int) -> None:
    reply = call(mock, target, headers={**KEYED, "if-none-match": "*", **headers})
    assert reply.status == status
    assert "etag" not in reply.headers
    assert reply.headers["cache-control"] == "private, no-cache"


def test_head_has_the_headers_of_get_and_no_body(mock: Mock) -> None:
    for target in (VALID, f"{PATH}?start_date=x", "/typo", "/openapi.json", "/docs"):
        for headers in ({}, {"if_none_match": "*"}, {"accept_encoding": "gzip"}):
            get, head = ask(mock, target, **headers), ask(mock, target, method="HEAD", **headers)
            assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")


def test_the_mock_s_own_files_have_tags_and_keep_their_own_caching(mock: Mock) -> None:
    for path, caching in (("/docs/swagger-ui.css", "max-age=3600"), ("/openapi.yaml", "private, no-cache")):
        reply = ask(mock, path)
        assert reply.headers["cache-control"] == caching
        assert ask(mock, path, if_none_match=reply.headers["etag"]).status == 304
