"""The operation as the document has it, and documents that cannot be used."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.operation import Operation, load_operation
from feather_kit.errors import InputError
from feather_kit.files import DOCUMENT
from tests.contract_tests.making import PATH, exchange

Write = Callable[..., Path]
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a function that writes the document with something changed."""

    def make(change: Change) -> Path:
        document = yaml.safe_load(DOCUMENT.read_text("utf-8"))
        change(document)
        path = tmp_path / "openapi.yaml"
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        return path

    return make


def get(document: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = document["paths"][PATH]["get"]
    return operation


def test_the_kits_own_document_is_read(operation: Operation) -> None:
    assert (operation.method, operation.path) == ("GET", PATH)
    assert (operation.title, operation.version) == ("Feather API", "1.21.0")
    assert operation.statuses == {200, 400, 401, 422}
    assert operation.documented_methods == {"GET"}
    assert operation.key_header == "x-api-key"
    assert [(p.name, p.required, p.is_date) for p in operation.parameters] == [
        ("mode", False, False),
        ("slug", False, False),
        ("start_date", True, True),
        ("end_date", True, True),
    ]
    assert operation.answers_with_rows(200)
    assert not operation.answers_with_rows(422)
    assert operation.media_types(401) == ("application/json",)
    assert operation.media_types(500) == ()


def test_the_kits_own_document_is_valid() -> None:
    load_operation(DOCUMENT, check=True)


def test_a_document_in_json_is_read(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(yaml.safe_load(DOCUMENT.read_text("utf-8"))))
    assert load_operation(path, check=True).path == PATH


def test_parameters_and_answers_may_stand_elsewhere_in_the_document(write: Write) -> None:
    def move(document: dict[str, Any]) -> None:
        operation, components = get(document), document["components"]
        components["parameters"] = {"Mode": operation["parameters"][0]}
        components["responses"] = {"Refusal": operation["responses"]["401"]}
        operation["parameters"][0] = {"$ref": "#/components/parameters/Mode"}
        components["schemas"]["Slug"] = operation["parameters"][1].pop("schema")
        operation["parameters"][1]["schema"] = {"$ref": "#/paths/~1v2~1other/get/parameters/0/schema"}
        other = {"parameters": [{"name": "x", "in": "query", "schema": {"$ref": "#/components/schemas/Slug"}}]}
        document["paths"]["/v2/other"] = {"get": {**other, "responses": {"200": {"description": ""}}}}
        operation["responses"]["401"] = {"$ref": "#/components/responses/Refusal"}
        document["paths"][PATH]["parameters"] = [operation["parameters"].pop()]

    moved = load_operation(write(move), check=True)
    assert {p.name for p in moved.parameters} == {"mode", "slug", "start_date", "end_date"}
    assert moved.media_types(401) == ("application/json",)


def _set(*names: str | int, to: Any) -> Change:
    def change(document: Any) -> None:
        for name in names[:-1]:
            document = document[name]
        document[names[-1]] = to

    return change


ROWS = ("paths", PATH, "get", "responses", "200", "content", "application/json", "schema", "items", "$ref")
REFUSED: dict[str, tuple[Change, str, str]] = {
    "another version": (_set("openapi", to="3.0.3"), "openapi", "no OpenAPI 3.1 document"),
    "no version": (lambda document: document.pop("openapi"), "", "no OpenAPI 3.1 document"),
    "no title": (lambda document: document["info"].pop("title"), "info", "no valid OpenAPI 3.1"),
    "a wrong type": (_set("paths", PATH, "get", "parameters", to={}), "parameters", "no valid OpenAPI 3.1"),
    "a file beside it": (_set(*ROWS, to="rows.yaml#/Row"), "$ref", "leads out of the file"),
    "a page of the web": (_set(*ROWS, to="https://example.com/a.yaml"), "$ref", "leads out of the file"),
    "nothing": (_set(*ROWS, to="#/components/schemas/Nothing"), "$ref", "leads nowhere"),
    "itself": (
        _set("components", "schemas", "Loop", to={"$ref": "#/components/schemas/Loop"}),
        "$ref",
        "leads nowhere",
    ),
    "another operation": (_set("paths", PATH, "get", "operationId", to="other"), "paths", "has no operation"),
    "no path": (_set("paths", to={}), "paths", "has no operation"),
}


@pytest.mark.parametrize(("change", "line", "problem"), REFUSED.values(), ids=REFUSED)
def test_a_document_that_cannot_be_used_is_refused_at_its_line(
    write: Write, change: Change, line: str, problem: str
) -> None:
    path = write(change)
    with pytest.raises(InputError) as caught:
        load_operation(path, check=True)
    error = caught.value
    assert problem in error.problem
    assert "\n" not in str(error)
    assert error.remedy
    assert error.file == path
    assert line in path.read_text().splitlines()[(error.line or 1) - 1]


@pytest.mark.parametrize(
    "text", ["", "just a text", "- a list", "{", "openapi: [3.1]", "openapi: 3.1.0", "openapi: 3.1.0\npaths:"]
)
def test_what_is_no_document_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(text)
    with pytest.raises(InputError):
        load_operation(path, check=True)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.yaml"):
        load_operation(tmp_path / "nothing.yaml", check=True)


def test_a_name_in_an_example_is_no_reference(write: Write) -> None:
    example = {"$ref": "http://elsewhere/"}
    path = write(_set("components", "schemas", "ErrorResponse", "example", to=example))
    assert load_operation(path, check=True).path == PATH


def test_an_operation_without_a_key_in_a_header_is_refused(write: Write) -> None:
    operation = load_operation(write(_set("paths", PATH, "get", "security", to=[])), check=True)
    with pytest.raises(InputError, match="apiKey security scheme"):
        operation.key_header  # noqa: B018  # it is what raises


GOOD = {
    "integration_key": "crm",
    "invocations": 1,
    "successful": 1,
    "vendor_errors": 0,
    "exceptions": 0,
    "success_rate_pct": 100,
    "p95_latency_ms": 3.5,
}


@pytest.mark.parametrize(
    ("status", "value"),
    [
        (200, []),
        (200, [GOOD, {**GOOD, "more": None}]),
        (400, {"error": "bad_request", "message": ""}),
        (422, {"detail": [{"loc": ["query", "start_date", 0], "msg": "m", "type": "t"}]}),
        (418, "a status that the document lacks"),
    ],
)
def test_a_body_that_fits_breaks_nothing(operation: Operation, status: int, value: object) -> None:
    assert operation.schema_breaks(exchange(value, status)) == ()


@pytest.mark.parametrize(
    ("status", "value", "word"),
    [
        (200, {}, "array"),
        (200, None, "array"),
        (200, [{**GOOD, "invocations": "1"}], "integer"),
        (200, [{**GOOD, "invocations": 1.5}], "integer"),
        (200, [{**GOOD, "p95_latency_ms": None}], "number"),
        (200, [{name: GOOD[name] for name in GOOD if name != "exceptions"}], "exceptions"),
        (401, {"detail": "Not authenticated"}, "error"),
        (422, {"detail": "bad"}, "array"),
        (422, {"detail": [{"loc": ["query"], "msg": "m"}]}, "type"),
    ],
)
def test_a_body_that_breaks_its_schema_is_told(operation: Operation, status: int, value: object, word: str) -> None:
    breaks = operation.schema_breaks(exchange(value, status))
    assert breaks
    assert any(word in text for text in breaks)


def test_a_body_that_is_cut_is_another_promises_matter(operation: Operation) -> None:
    assert operation.schema_breaks(exchange(b'{"a"', 200)) == ()
    assert operation.schema_breaks(exchange({}, 200, failure="the body was cut before its end")) == ()
