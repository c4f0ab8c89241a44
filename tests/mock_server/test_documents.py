"""Any valid OpenAPI 3.1 document is served: what follows from a document is written once, for all of them."""

import base64
from pathlib import Path

import pytest
import yaml

from mock_server.application import Mock, build
from mock_server.settings import ApiKey, Settings
from tests.mock_server.asgi import call

SHOP = Path(__file__).parent / "documents" / "shop.yaml"
KEY = "shop-key"
HEADER = {"x-shop-key": KEY}
TRACE = {**HEADER, "x-trace": "2b0f8a4e-7f0a-4f43-9c1c-2d6f5e5a6a11"}


@pytest.fixture(scope="module")
def shop() -> Mock:
    return build(Settings(document=SHOP, api_keys=(ApiKey("shop", KEY),), validate_responses=True))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Mock:
    """Serve the same document at the root alone."""
    document = yaml.safe_load(SHOP.read_text(encoding="utf-8"))
    document["servers"] = [{"url": "/"}]
    path = tmp_path_factory.mktemp("alone") / "shop.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return build(Settings(document=path, api_keys=(ApiKey("shop", KEY),), validate_responses=True))


@pytest.mark.parametrize("base", ["/v3", ""])
def test_each_server_has_its_base_path(shop: Mock, base: str) -> None:
    assert call(shop, f"{base}/open").status == 204
    assert call(shop, f"{base}/pets/7").status == 401
    assert call(shop, f"{base}/pets/7", headers=HEADER).status == 200
    assert call(shop, f"{base}/pets/7", method="DELETE").status == 405


def test_an_operation_can_be_open_or_ask_for_a_key_as_it_likes(shop: Mock) -> None:
    assert call(shop, "/open").status == 204
    assert call(shop, "/optional").status == 204
    assert call(shop, "/certificate").status == 204


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        (f"?key={KEY}", {}),
        ("", {"cookie": f"a=b; shop={KEY}"}),
        ("", {"authorization": f"bearer {KEY}"}),
        ("", {"authorization": "Basic " + base64.b64encode(f"me:{KEY}".encode()).decode()}),
    ],
)
def test_any_of_the_alternative_keys_will_do(shop: Mock, query: str, headers: dict[str, str]) -> None:
    assert call(shop, f"/either{query}", headers=headers).status == 204


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {}),
        ("?key=nobody", {}),
        ("", {"cookie": "shop=nobody"}),
        ("", {"cookie": 'shop="'}),
        ("", {"authorization": "Bearer"}),
        ("", {"authorization": "Bearer nobody"}),
        ("", {"authorization": "Basic !"}),
        ("", {"authorization": "Digest x"}),
        ("", HEADER),
    ],
)
def test_none_of_the_alternative_keys_is_a_401(shop: Mock, query: str, headers: dict[str, str]) -> None:
    reply = call(shop, f"/either{query}", headers=headers)
    assert reply.status == 401
    assert "www-authenticate" in reply.headers


def test_keys_that_belong_together_are_needed_together(shop: Mock) -> None:
    assert call(shop, f"/both?key={KEY}", headers=HEADER).status == 204
    assert call(shop, f"/both?key={KEY}").status == 401
    assert call(shop, "/both", headers=HEADER).status == 401
    assert "X-Shop-Key and the query parameter key" in call(shop, "/both").json()["message"]


def test_a_concrete_path_goes_before_a_templated_one(shop: Mock) -> None:
    assert call(shop, "/pets/mine", headers=HEADER).json() == {"name": "mine"}
    assert call(shop, "/pets/7", headers=HEADER).json()["name"] == "dog"


ASKED = [
    (method, path)
    for path in (
        "/pets/mine",
        "/pets/7",
        "/pets/abcde",
        "/open",
        "/open/",
        "/trees",
        "/search",
        "/nothing",
        "//open",
        "/%6Fpen",
    )
    for method in ("GET", "HEAD", "OPTIONS", "POST", "DELETE")
]


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_a_document_with_one_server_is_routed_like_one_with_several(
    shop: Mock, alone: Mock, method: str, path: str
) -> None:
    """Of one at the root, concrete paths are looked up; of several, one after the other is tried."""
    one, other = (call(mock, path, method=method, headers=HEADER) for mock in (alone, shop))
    assert (one.status, one.headers, one.body) == (other.status, other.headers, other.body)


def test_path_parameters_may_have_any_name(shop: Mock) -> None:
    reply = call(shop, "/files/abc/7.txt", headers=HEADER)
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"hello", "text/plain")
    wrong = call(shop, "/files/ABC/x.txt", headers=HEADER).json()["detail"]
    assert [item["loc"] for item in wrong] == [["path", "file.name"], ["path", "part-no"]]


def test_a_type_array_in_a_path_is_any_of_its_types(shop: Mock) -> None:
    assert call(shop, "/pets/abcd", headers=HEADER).status == 200
    assert call(shop, "/pets/abcde", headers=HEADER).status == 422


@pytest.mark.parametrize(
    "query",
    [
        "page=1",
        "csv=1,2,3",
        "pipes=a%7Cb",
        "filter[size]=3&filter[sort]=x",
        "filter%5Bsize%5D=3",
        "json=%7B%22a%22:1%7D",
        "even=2",
        "level=3",
    ],
)
def test_a_right_parameter_passes(shop: Mock, query: str) -> None:
    assert call(shop, f"/search?{query}", headers={**TRACE, "x-list": "true,no", "cookie": "visits=3"}).status == 204


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "csv=1,x",
        "pipes=a%7Ca",
        "filter[size]=x",
        "filter[sort]=x",
        "json=%7B%7D",
        "json=x",
        "even=3",
        "even=4",
        "level=4",
        "level=x",
    ],
)
def test_a_wrong_parameter_is_refused_as_the_document_has_it(shop: Mock, query: str) -> None:
    """The document has no 422, so it is a 400, with the body that its schema allows."""
    reply = call(shop, f"/search?{query}", headers=TRACE)
    assert (reply.status, reply.headers["content-type"]) == (400, "application/problem+json")
    assert reply.json()["status"] == 400
    assert query.partition("=")[0].partition("[")[0] in reply.json()["detail"]


@pytest.mark.parametrize("headers", [{}, {"x-trace": "x"}, {"x-list": "maybe"}, {"cookie": "visits=-1"}])
def test_headers_and_cookies_are_judged_too(shop: Mock, headers: dict[str, str]) -> None:
    given = {**TRACE, **headers} if headers else HEADER
    assert call(shop, "/search", headers=given).status == 400


def test_a_header_that_openapi_says_to_ignore_is_ignored(shop: Mock) -> None:
    assert call(shop, "/search", headers=TRACE).status == 204


def test_a_recursive_body_is_judged_to_its_depth(shop: Mock) -> None:
    deep = b'{"name":"a","children":[{"name":"b","children":[{"nme":"c"}]}]}'
    reply = call(shop, "/trees", method="POST", headers={"content-type": "application/json"}, body=deep)
    assert reply.status == 422
    at = ["body", "children", 0, "children", 0]
    assert [item["loc"] for item in reply.json()["detail"]] == [[*at, "nme"], [*at, "name"]]


def test_a_right_body_gets_the_documents_example(shop: Mock) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    reply = call(shop, "/trees", method="POST", headers=headers, body=b'{"name":"a","parent":null}')
    assert (reply.status, reply.json()) == (201, {"name": "made"})


def test_a_form_is_a_body_too(shop: Mock) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert call(shop, "/trees", method="POST", headers=headers, body=b"age=3&tags=a&tags=b").status == 201
    wrong = call(shop, "/trees", method="POST", headers=headers, body=b"age=x&tags=a")
    assert (wrong.status, wrong.json()["detail"][0]["loc"]) == (422, ["body", "age"])
    assert call(shop, "/trees", method="POST", headers=headers, body=b"tags=a").status == 422


def test_a_missing_body_is_refused_where_it_is_required(shop: Mock) -> None:
    assert call(shop, "/trees", method="POST").json()["detail"][0]["loc"] == ["body"]


def test_a_media_type_that_the_document_does_not_have_is_a_415(shop: Mock) -> None:
    reply = call(shop, "/trees", method="POST", headers={"content-type": "text/csv"}, body=b"a,b")
    assert (reply.status, reply.json()["error"]) == (415, "unsupported_media_type")


def test_an_operation_without_data_or_example_is_a_501_that_says_so(shop: Mock) -> None:
    reply = call(shop, "/trees", method="PUT")
    assert (reply.status, reply.json()["error"]) == (501, "not_implemented")
    assert "PUT /trees" in reply.json()["message"]


def test_allow_lists_all_methods_of_the_path(shop: Mock) -> None:
    assert call(shop, "/trees", method="DELETE").headers["allow"] == "PUT, POST, OPTIONS"


def test_a_body_with_half_a_surrogate_pair_does_not_break_the_answer(shop: Mock) -> None:
    headers = {"content-type": "application/json"}
    reply = call(shop, "/trees", method="POST", headers=headers, body=b'{"name":1,"x":"\\ud800"}')
    assert reply.status == 422


def test_the_document_is_served_as_it_stands(shop: Mock) -> None:
    assert call(shop, "/openapi.yaml").body == SHOP.read_bytes()
    assert call(shop, "/openapi.json").json()["paths"].keys() == shop.document.data["paths"].keys()
    assert call(shop, "/openapi.json").json() == shop.document.data


@pytest.mark.parametrize("rest", ["paths: {}", "components: {}", "webhooks: {}", "paths: {/a: {}}"])
def test_a_document_without_operations_is_served_too(tmp_path: Path, rest: str) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text(f"openapi: 3.1.1\ninfo: {{title: Bare, version: '1'}}\n{rest}\n")
    bare = build(Settings(document=file))
    assert call(bare, "/a").status == 404
    assert call(bare, "/__mock/health").json()["document"] == {"title": "Bare", "version": "1"}
