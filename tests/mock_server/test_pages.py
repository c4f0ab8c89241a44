"""The mock's own pages: the document as it is, and its documentation."""

import hashlib
from pathlib import Path

import pytest

from feather_kit.files import DOCUMENT
from mock_server.application import Mock, build
from mock_server.settings import Settings
from tests.mock_server.asgi import call


def test_the_document_is_served_byte_for_byte(mock: Mock) -> None:
    reply = call(mock, "/openapi.yaml")
    assert hashlib.sha256(reply.body).digest() == hashlib.sha256(DOCUMENT.read_bytes()).digest()


def test_the_same_document_is_served_as_json(mock: Mock) -> None:
    reply = call(mock, "/openapi.json")
    assert reply.headers["content-type"] == "application/json"
    assert reply.json() == mock.document.data


def test_the_documentation_is_found_with_a_slash_at_its_end_too(mock: Mock) -> None:
    reply = call(mock, "/docs/")
    assert (reply.status, reply.headers["location"]) == (307, "../docs")


def test_everything_that_the_documentation_needs_is_shipped(mock: Mock) -> None:
    page = call(mock, "/docs")
    assert page.headers["content-type"].startswith("text/html")
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "favicon-32x32.png"):
        assert f"docs/{name}" in page.body.decode()
        assert call(mock, f"/docs/{name}").status == 200
    assert b"http" not in page.body


@pytest.mark.parametrize("path", ["/docs/../settings.py", "/docs/%2e%2e/pages.py", "/docs/index.html", "/docs/LICENSE"])
def test_no_other_file_is_given_out(mock: Mock, path: str) -> None:
    assert call(mock, path).status == 404


def test_a_page_takes_get_alone(mock: Mock) -> None:
    reply = call(mock, "/__mock/health", method="POST")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert call(mock, "/__mock/health", method="OPTIONS").status == 204


def test_a_path_of_another_vendor_gets_no_rows_of_this_one(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    text = DOCUMENT.read_text().replace("name: start_date", "name: since")
    file.write_text(text)
    other = build(Settings(document=file))
    path = "/v1/analytics/integrations/by-integration?since=2026-01-01&end_date=2026-01-02"
    assert call(other, path, headers={"x-api-key": "local-dev-key"}).status == 501
    assert "openapi.json" in other.banner("http://mock")
