"""`pytest --pyargs contract_tests`, for people who live in pytest: its own options, in any folder."""

from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.contract_tests.commands import run
from tests.contract_tests.loopback import Seen, answering, reply
from tests.contract_tests.making import KEY
from tests.twin.application import create
from tests.twin.serving import serving


@pytest.fixture(scope="module")
def twin() -> Iterator[str]:
    with serving(create()) as url:
        yield url


COMMON = ("--pyargs", "contract_tests", "-p", "no:cacheprovider", "--feather-window=2026-01-01..2026-01-31")


def under_pytest(folder: Path, *words: str) -> CompletedProcess[str]:
    return run(*COMMON, *words, folder=folder, module="pytest", variables={"FEATHER_API_KEY": KEY})


Inside = Callable[..., CompletedProcess[str]]


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inside:
    """Give pytest within this process: seconds sooner than as one of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEATHER_API_KEY", KEY)

    def run(*words: str) -> CompletedProcess[str]:
        code = pytest.main([*COMMON, "--disable-plugin-autoload", "-p", "contract_tests.plugin", *words])
        return CompletedProcess(words, int(code), *capsys.readouterr())

    return run


def answering_everybody(seen: Seen) -> Any:
    return reply(401, b'{"error":"e","message":"m"}') if seen.header("x-api-key") is None else reply()


def test_promises_are_items_and_reports_are_pytests(tmp_path: Path, twin: str) -> None:
    words = ("--target", twin, "-q", "-k", "401-missing-key or undocumented", "--junitxml=junit.xml")
    ended = under_pytest(tmp_path, *words, "--feather-json=check.json")
    assert ended.returncode == 0, ended.stdout
    assert "1 passed, 1 skipped" in ended.stdout
    assert "feather-check: conforms" in ended.stdout
    names = {case.get("name") for case in ET.parse(tmp_path / "junit.xml").iter("testcase")}  # noqa: S314  # our own
    assert names == {"401-missing-key", "undocumented-methods"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["check.json", "junit.xml"]


def test_a_broken_promise_fails_its_item_and_x_stops_there(inside: Inside) -> None:
    with answering(answering_everybody) as server:
        ended = inside("--target", server.url, "-x")
    assert ended.returncode == 1
    assert "1 failed, 1 passed" in ended.stdout
    assert "BROKEN 401-empty-key" in ended.stdout
    assert "curl -sS -i" in ended.stdout
    assert "Traceback" not in ended.stdout
    assert KEY not in ended.stdout + ended.stderr


def test_a_target_that_is_not_there_ends_the_session_with_3(inside: Inside) -> None:
    with answering(reply()) as server:
        url = server.url
    ended = inside("--target", url, "-q")
    assert ended.returncode == 3
    assert "Start the deployment, or mend the URL" in ended.stdout


def test_wrong_input_ends_the_session_with_2(inside: Inside, twin: str) -> None:
    ended = inside("--target", twin, "--feather-skip=401-nothing")
    assert ended.returncode == 2
    assert "there is no promise '401-nothing' to skip" in ended.stdout + ended.stderr
    assert "raise " not in ended.stdout + ended.stderr


@pytest.mark.usefixtures("twin")
def test_a_session_without_promises_is_left_alone(tmp_path: Path) -> None:
    """The plugin is loaded in every session of an environment that has the kit: it must cost nothing there."""
    (tmp_path / "test_own.py").write_text(
        "import sys\n"
        "def test_own():\n"
        "    assert 'schemathesis' not in sys.modules\n"
        "    assert 'contract_tests.check' not in sys.modules\n"
    )
    ended = run("-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", folder=tmp_path, module="pytest")
    assert ended.returncode == 0, ended.stdout
    assert "feather-check" not in ended.stdout
