"""The mock says what FastAPI says: to the operation's requests, and to those of a document that FastAPI wrote."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mock_server.application import Mock, build
from mock_server.settings import Settings
from tests.mock_server import vendor
from tests.mock_server.asgi import Reply, call
from tests.mock_server.conftest import KEY, TODAY
from tests.twin.application import Twin
from tests.twin.application import create as create_twin

PATH = "/v1/analytics/integrations/by-integration"
SHARED = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def twin() -> FastAPI:
    return create_twin(Twin(api_key=KEY, today=TODAY))


def outcome(reply: Reply) -> tuple[int, Any]:
    """Give what two deployments must agree on: the status, and of a 422 each item."""
    return reply.status, reply.json()["detail"] if reply.status == 422 else None


ODD_DATES = [
    "0",
    "86400",
    "-1",
    "1e3",
    "2026-02-29",
    "2024-02-29",
    "2026-02-30",
    "2026-13-01",
    "2026-00-10",
    "2026-1-1",
    "20260101",
    "0000-01-01",
    "10000-01-01",
    "2026-01-01T00:00:00",
    "2026-01-01T00:00:01",
    "2026-01-01T00:00:00Z",
    "null",
    "today",
    "2026/01/01",
    "99999999999999",
]
dates = st.one_of(
    st.dates().map(str),
    st.sampled_from(["", " 2026-01-01", "2026-01-01 ", "\uff12026-01-01", *ODD_DATES]),
    st.text(max_size=12),
)
pairs = st.one_of(
    st.tuples(st.sampled_from(["start_date", "end_date"]), dates),
    st.tuples(st.sampled_from(["mode", "slug", "other", "Start_Date"]), st.text(max_size=8)),
)
keys = st.sampled_from([{"x-api-key": KEY}, {"x-api-key": KEY}, {"x-api-key": KEY.lower()}, {}])


@SHARED
@given(st.lists(pairs, max_size=5), keys)
@example([("start_date", "2026-06-02"), ("end_date", "2026-06-01")], {"x-api-key": KEY})
@example([("start_date", "2026-06-01"), ("end_date", "2026-06-01")], {"x-api-key": KEY})
@example([("start_date", "2026-02-30")], {"x-api-key": KEY})
def test_the_mock_and_the_twin_agree_on_every_request(
    mock: Mock, twin: FastAPI, asked: list[tuple[str, str]], headers: dict[str, str]
) -> None:
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in asked)
    target = f"{PATH}?{query}"
    assert outcome(call(mock, target, headers=headers)) == outcome(call(twin, target, headers=headers))


@SHARED
@given(st.binary(max_size=30))
def test_the_mock_and_the_twin_agree_on_bytes_that_are_no_query(mock: Mock, twin: FastAPI, raw: bytes) -> None:
    target = f"{PATH}?start_date=" + raw.decode("latin-1")
    headers = {"x-api-key": KEY}
    assert outcome(call(mock, target, headers=headers)) == outcome(call(twin, target, headers=headers))


@pytest.fixture(scope="module")
def original() -> FastAPI:
    return vendor.create()


@pytest.fixture(scope="module")
def copy(original: FastAPI, tmp_path_factory: pytest.TempPathFactory) -> Mock:
    file = tmp_path_factory.mktemp("vendor") / "openapi.json"
    file.write_text(json.dumps(vendor.document(original)))
    return build(Settings(document=file, validate_responses=True))


VALUES = {
    "item_id": ["5", "-5", "abc", "1.5", "%20"],
    "q": ["", "x", "%00", "%ff"],
    "limit": ["1", "100", "0", "101", "x", "", "1.0", "1_0", "%2B5", "9" * 30],
    "ratio": ["0.5", "0", "-1", "x", "1e3"],
    "flag": ["true", "yes", "on", "1", "0", "perhaps", ""],
    "colour": ["red", "green", ""],
    "mode": ["a", "c", ""],
    "ids": ["1", "x", "", "1,2"],
    "when": ["2026-01-31", "2026-02-30", "0", ""],
    "at": ["2026-01-31T10:00:00Z", "2026", "x"],
    "code": ["a", "ab", "abcde"],
    "either": ["5", "true", "q", ""],
    "token": ["q", "2b0f8a4e-7f0a-4f43-9c1c-2d6f5e5a6a11"],
}
asked_items = st.lists(
    st.sampled_from([(name, value) for name, values in VALUES.items() for value in values if name != "item_id"]),
    max_size=6,
)


@SHARED
@given(st.sampled_from(VALUES["item_id"]), asked_items, st.sampled_from(["4", "x", None]))
def test_any_kind_of_parameter_is_judged_as_fastapi_judges_it(
    original: FastAPI, copy: Mock, item: str, asked: list[tuple[str, str]], header: str | None
) -> None:
    target = f"/items/{item}?" + "&".join(f"{name}={value}" for name, value in asked)
    headers = {"x-count": header, "cookie": f"session={header}"} if header else {}
    assert outcome(call(copy, target, headers=headers)) == outcome(call(original, target, headers=headers))


BODIES = """\

{
{}
[]
null
"x"
{"name":1}
{"name":"a"}
{"name":"a","size":0}
{"name":"a","children":[{"size":3}]}
{"name":"a","colour":"green"}
{"name":"a","tags":["a","b","c","d"]}
{"name":"a","children":[{"name":"b","children":[{"name":"c","colour":"red"}]}]}
""".splitlines()


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("query", ["dry=true", "dry=perhaps", ""])
def test_a_body_is_judged_as_fastapi_judges_it(original: FastAPI, copy: Mock, body: str, query: str) -> None:
    headers = {"content-type": "application/json"}
    asked = {"target": f"/nodes?{query}", "method": "POST", "headers": headers, "body": body.encode()}
    assert outcome(call(copy, **asked)) == outcome(call(original, **asked))
