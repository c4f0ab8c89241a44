"""Where the deployment is, and as whom it is called: what cannot be right is refused before anything is sent."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import requests

from contract_tests.call import NoVerdictError
from contract_tests.settings import Settings
from contract_tests.target import EMBEDDED_KEY, LOCAL_KEY, open_target, read_url, ready_url
from feather_kit.errors import InputError


@pytest.fixture(autouse=True)
def no_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FEATHER_API_KEY", raising=False)


@pytest.mark.parametrize(
    ("text", "base_url"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("https://api-sandbox.featherhq.com/base/path//", "https://api-sandbox.featherhq.com/base/path"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("HTTP://LOCALHOST", "HTTP://LOCALHOST"),
        ("https://bücher.example", "https://bücher.example"),
    ],
)
def test_an_address_and_a_base_path_are_taken(text: str, base_url: str) -> None:
    assert read_url(text) == base_url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "127.0.0.1:8000",
        "localhost:8000",
        "ftp://h",
        "file:///etc/passwd",
        "http://",
        "http:///path",
        "http://:8000",
        "http://h:port",
        "http://h:99999",
        "http://h:0",
        "http://[::1",
        "http://a b",
        "http://h/a b",
        " http://h",
        "http://h\n",
        "http://a..b",
        "http://*.h",
        "http://h\\path",
        f"http://{'x' * 70}.example",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match=r"is no URL.* as in http://127\.0\.0\.1:8000"):
        read_url(text)


@pytest.mark.parametrize("text", ["http://me:pw-7f3@h", "http://pw-7f3@h", "http://h?key=pw-7f3", "http://h#pw-7f3"])
def test_a_key_in_the_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InputError, match="--api-key") as caught:
        read_url(text)
    assert "pw-7f3" not in str(caught.value)


@pytest.mark.parametrize("text", ["http://me:pw-7f3@[::1", "nonsense?key=pw-7f3"])
def test_a_key_in_a_broken_address_is_not_repeated(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_url(text)
    assert "pw-7f3" not in str(caught.value)


@pytest.mark.parametrize("text", ["http://h?", "http://h#", "http://@h"])
def test_an_empty_query_is_one_too(text: str) -> None:
    with pytest.raises(InputError, match="more than an address"):
        read_url(text)


def key_for(url: str, key: str | None = None) -> str:
    with open_target(Settings(target=url, api_key=key)) as opened:
        return opened.key


def test_the_option_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEATHER_API_KEY", "from-the-environment")
    assert key_for("https://h") == "from-the-environment"
    assert key_for("https://h", "from-the-option") == "from-the-option"


@pytest.mark.parametrize("environment", [None, ""])
def test_on_a_loopback_address_alone_the_mocks_own_key_is_tried(
    monkeypatch: pytest.MonkeyPatch, environment: str | None
) -> None:
    if environment is not None:
        monkeypatch.setenv("FEATHER_API_KEY", environment)
    assert key_for("http://localhost:8000") == LOCAL_KEY
    with pytest.raises(InputError, match="Give --api-key KEY, or set FEATHER_API_KEY"):
        key_for("https://api-sandbox.featherhq.com")


@pytest.mark.parametrize("key", [" key", "key ", "key\n", "k\x00ey", "k\ney", "\u00a0key"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(InputError, match="as it was issued") as caught:
        key_for("http://h", key)
    assert "key" not in str(caught.value).replace("the key", "")


def test_a_target_does_not_show_its_key() -> None:
    with open_target(Settings(target="http://h", api_key="secret-7f3")) as opened:
        assert "secret-7f3" not in repr(opened)
    assert "secret-7f3" not in repr(Settings(api_key="secret-7f3"))


def process(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_a_mock_that_talks_on_is_never_stopped_by_a_full_pipe() -> None:
    code = "print('ready at http://127.0.0.1:1/', flush=True)\nfor n in range(40_000): print('a line of its log', n)"
    with process(code) as mock:
        assert ready_url(mock) == "http://127.0.0.1:1"
        assert mock.wait(30) == 0


def test_a_mock_that_does_not_start_says_why() -> None:
    with (
        process("import sys; sys.exit('feather-mock: it has no such day')") as mock,
        pytest.raises(NoVerdictError, match=r"did not start: feather-mock: it has no such day\. Try `feather-mock`"),
    ):
        ready_url(mock)


def test_without_a_url_the_mock_is_started_and_ended_whatever_stands_in_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("yaml.py", "mock_server.py", "click.py"):
        (tmp_path / name).write_text("raise SystemExit('this is the wrong one')\n")
    monkeypatch.chdir(tmp_path)
    with open_target(Settings()) as opened:
        assert opened.is_embedded
        assert opened.key == EMBEDDED_KEY
        assert opened.known.slugs
        assert opened.known.modes
        with closing(requests.get(f"{opened.base_url}/openapi.yaml", timeout=10)) as answer:
            assert answer.status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(opened.base_url, timeout=10)


def test_the_mocks_key_is_not_on_its_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every user of a machine can read those."""
    lines: list[list[str]] = []
    instead = process("print('http://127.0.0.1:1')")

    def note(command: list[str], **_: object) -> subprocess.Popen[str]:
        lines.append(command)
        return instead

    monkeypatch.setattr(subprocess, "Popen", note)
    with open_target(Settings()) as opened:
        assert opened.base_url == "http://127.0.0.1:1"
    assert EMBEDDED_KEY not in " ".join(lines[0])
