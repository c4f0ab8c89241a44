"""The mock inside of a Python program: `mock_server.running`."""

import subprocess
import sys
import threading
from datetime import date

import httpx
import pytest

import mock_server
from feather_kit.errors import InputError
from feather_kit.files import DOCUMENT

PATH = "/v1/analytics/integrations/by-integration"
RANGE = {"start_date": "2026-06-29", "end_date": "2026-06-30"}
TODAY = date(2026, 6, 30)


def ask(mock: mock_server.Running, key: str | None = None) -> httpx.Response:
    return httpx.get(f"{mock.url}{PATH}", params=RANGE, headers={"x-api-key": key or mock.api_key})


def test_it_answers_on_loopback_with_its_key() -> None:
    with mock_server.running(today=TODAY) as mock:
        assert mock.url.startswith("http://127.0.0.1:")
        assert ask(mock).json()
        assert ask(mock, "another").status_code == 401


def test_it_is_gone_at_the_end() -> None:
    before = threading.active_count()
    with mock_server.running() as mock:
        pass
    assert threading.active_count() == before
    with pytest.raises(httpx.TransportError):
        ask(mock)


def test_it_ends_where_the_block_fails() -> None:
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError), mock_server.running():
        raise ZeroDivisionError
    assert threading.active_count() == before


def test_two_run_side_by_side() -> None:
    with mock_server.running(seed=1, today=TODAY) as first, mock_server.running(seed=2, today=TODAY) as second:
        assert first.url != second.url
        assert ask(first).json() != ask(second).json()


def test_a_scenario_holds_until_the_reset() -> None:
    with mock_server.running(today=TODAY) as mock:
        normal = ask(mock).content
        mock.scenario("outage")
        assert ask(mock).content != normal
        mock.reset()
        assert ask(mock).content == normal


def test_a_reset_goes_back_to_the_settings() -> None:
    with mock_server.running(scenario="empty", today=TODAY) as mock:
        mock.scenario("outage")
        mock.reset()
        assert ask(mock).json() == []


def test_an_unknown_scenario_is_refused_by_name() -> None:
    with mock_server.running() as mock, pytest.raises(InputError, match="outage"):
        mock.scenario("none")


def test_what_was_asked_is_told_until_the_reset() -> None:
    with mock_server.running(today=TODAY) as mock:
        ask(mock)
        ask(mock, "another")
        first, second = mock.requests
        assert (first.method, first.path, first.status) == ("GET", PATH, 200)
        assert second.status == 401
        mock.reset()
        assert mock.requests == []


def test_a_file_may_be_named_by_a_string() -> None:
    with mock_server.running(document=str(DOCUMENT)) as mock:
        assert httpx.get(f"{mock.url}/openapi.yaml").content == DOCUMENT.read_bytes()


def test_wrong_settings_are_refused_before_anything_runs() -> None:
    before = threading.active_count()
    for wrong in ({"document": "nowhere.yaml"}, {"host": "no.such.host.invalid"}, {"seed": 1, "port": 70000}):
        with pytest.raises(InputError), mock_server.running(**wrong):
            pass
    with pytest.raises(TypeError), mock_server.running(colour="red"):
        pass
    assert threading.active_count() == before


def test_it_is_silent_and_clean_where_warnings_are_errors() -> None:
    code = "import urllib.request, mock_server\n"
    code += "with mock_server.running() as mock: urllib.request.urlopen(mock.url + '/openapi.json').read()\n"
    ended = subprocess.run([sys.executable, "-X", "dev", "-W", "error", "-c", code], capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_the_package_is_light_until_a_mock_runs() -> None:
    code = "import sys, mock_server, mock_server.pytest_plugin; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"connexion", "uvicorn", "numpy", "pydantic", "mock_server.settings"}.intersection(loaded)
