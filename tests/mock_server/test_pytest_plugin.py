"""The pytest plugin, in a project of its own, where warnings are errors."""

import subprocess
import sys
from pathlib import Path

PATH = "/v1/analytics/integrations/by-integration?start_date=2026-06-29&end_date=2026-06-30"
HEAD = f"""
import httpx, pytest

PATH = {PATH!r}

def ask(mock):
    return httpx.get(mock.url + PATH, headers={{"x-api-key": mock.api_key}})
"""


def run(folder: Path, tests: str, conftest: str = "") -> str:
    """Run pytest on a project in `folder`; give what it prints."""
    (folder / "test_app.py").write_text(HEAD + tests)
    (folder / "conftest.py").write_text(conftest)
    command = [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", "-v", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder).stdout


def test_one_mock_serves_the_session_and_each_test_finds_it_fresh(tmp_path: Path) -> None:
    tests = """
urls = set()

@pytest.mark.parametrize("number", [1, 2, 3])
def test_fresh(feather_mock, number):
    assert feather_mock.requests == []
    normal = ask(feather_mock).json()
    assert len(feather_mock.requests) == 1
    feather_mock.scenario("empty")
    assert normal and ask(feather_mock).json() == []
    urls.add(feather_mock.url)
    assert len(urls) == 1
"""
    assert "3 passed" in run(tmp_path, tests)


def test_a_project_decides_how_it_is_started(tmp_path: Path) -> None:
    conftest = """
import pytest
from datetime import date

@pytest.fixture(scope="session")
def feather_mock_settings():
    return {"scenario": "single", "today": date(2026, 6, 30)}
"""
    tests = """
def test_single(feather_mock):
    assert len(ask(feather_mock).json()) == 1
"""
    assert "1 passed" in run(tmp_path, tests, conftest)


def test_a_session_that_never_asks_for_it_never_starts_it(tmp_path: Path) -> None:
    tests = """
def test_light():
    import sys
    assert "connexion" not in sys.modules
"""
    assert "1 passed" in run(tmp_path, tests)
