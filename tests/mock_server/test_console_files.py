"""The console's files as they are served: all that it needs, nothing else, nothing from elsewhere."""

import hashlib
import re
from importlib.resources import files
from pathlib import Path

import pytest

from feather_kit.files import FIXTURES
from mock_server.application import Mock, build
from mock_server.console import FILES, PREFIX, guide
from mock_server.data.fixtures import load_fixtures
from mock_server.settings import ApiKey, Settings
from tests.mock_server.asgi import call

_PUBLISHED = {
    "d3": ("d3.min.js", "f2094bbf6141b359722c4fe454eb6c4b0f0e42cc10cc7af921fc158fceb86539"),
    "plot": ("plot.umd.min.js", "4358086467740777dd788d6b27a95cebdbaefdd50c730a3060117073bd7134cb"),
}
FOLDER = Path(str(files("mock_server").joinpath("static", "console")))


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_served_as_what_it_is(mock: Mock, name: str) -> None:
    reply = call(mock, PREFIX + name)
    assert reply.body == (FOLDER / name).read_bytes()
    kind = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}[Path(name).suffix]
    assert reply.headers["content-type"].startswith(kind)
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_no_module_is_forgotten() -> None:
    served = {FOLDER / name for name in FILES}
    assert {path for path in FOLDER.rglob("*") if path.suffix in {".js", ".css", ".svg"}} == served


def test_the_page_lets_in_nothing_inline_and_nothing_from_elsewhere(mock: Mock) -> None:
    reply = call(mock, "/")
    policy = dict(part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src")} == {"'self'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    page = reply.body.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?:", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)


def test_own_modules_name_no_other_host() -> None:
    for path in FOLDER.glob("*.js"):
        assert not re.search(r"https?://(?!www\.w3\.org)", path.read_text()), path


@pytest.mark.parametrize("name", ["index.html", "vendor/LICENSE-d3", "../swagger-ui/index.html", "%2e%2e/settings.py"])
def test_no_other_file_is_given_out(mock: Mock, name: str) -> None:
    assert call(mock, PREFIX + name).status == 404


def test_the_charts_are_the_published_builds_with_their_licences() -> None:
    vendor = FOLDER / "vendor"
    for name, (file, digest) in _PUBLISHED.items():
        assert "Copyright" in (vendor / f"LICENSE-{name}").read_text()
        assert hashlib.sha256((vendor / file).read_bytes()).hexdigest() == digest


def test_the_console_is_told_which_modes_and_slugs_each_scenario_has(mock: Mock) -> None:
    told = guide(mock.document, load_fixtures(FIXTURES))
    assert told["operation"] == "/v1/analytics/integrations/by-integration"
    assert "northwind" in told["choices"]["normal"]["slugs"]
    assert "edge-cases" in told["choices"]["extremes"]["slugs"]
    assert told["choices"]["huge"]["slugs"] == ["northwind", "globex"]


def test_without_administration_there_is_no_console() -> None:
    mock = build(Settings(api_keys=(ApiKey("test", "Test-key-7f3Kq9"),), admin=False))
    assert call(mock, f"{PREFIX}main.js").status == 404
    assert b"console" not in call(mock, "/").body
