"""Keys have names: those of a file, and those of the command line; no message shows a value."""

from pathlib import Path

import httpx
import pytest

from feather_kit.errors import InputError
from mock_server.keys_file import read_keys
from mock_server.settings import ApiKey, Settings
from tests.mock_server.processes import run, served

PATH = "/v1/analytics/integrations/by-integration?start_date=2026-06-01&end_date=2026-06-07"
SECRET = "s3cr3t-Value"


def write(folder: Path, text: str) -> Path:
    file = folder / "keys.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_maps_names_to_keys_in_its_order(tmp_path: Path) -> None:
    file = write(tmp_path, 'web: "abc=="\n"the app": x-1\n')
    assert read_keys(file) == (ApiKey("web", "abc=="), ApiKey("the app", "x-1"))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"- {SECRET}\n", 1, "alice"),
        ("", 1, "alice"),
        (SECRET, 1, "alice"),
        ("ok: a\nweb: 12345678\n", 2, "quotes"),
        (f"web:\n  key: {SECRET}\n", 1, "quotes"),
        (f"a: {SECRET}\nb: {SECRET}\n", 2, "'b' has the same key as 'a'"),
        (f'a: "{SECRET}\\n"\n', 1, "printable"),
        ('a: ""\n', 1, "printable"),
        (f'"a\\nb": {SECRET}\n', 1, "printable"),
        (f"a: *{SECRET}\n", 1, "quotes"),
        (f"a: !{SECRET} x\n", 1, "quotes"),
        (f"a: b\na: {SECRET}\n", 2, "once"),
        (f'a: "{SECRET}\n', 1, "quotes"),
    ],
)
def test_what_is_no_file_of_keys_is_refused_with_its_line_and_without_the_key(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(InputError) as refused:
        read_keys(file)
    assert refused.value.file == file
    assert refused.value.line in (line, line + 1)  # where a quoted text never ends, the parser sees it a line later
    assert words in str(refused.value)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


def test_two_keys_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="two API keys are named 'a'"):
        Settings(api_keys=(ApiKey("a", "1"), ApiKey("a", "2")))


def test_a_key_never_shows_itself() -> None:
    assert SECRET not in repr(Settings(api_keys=(ApiKey("web", SECRET),)))


def test_the_command_takes_both_and_its_log_speaks_of_names(tmp_path: Path) -> None:
    file = write(tmp_path, f'web: "{SECRET}=="\n')
    with served("--api-key", "first=one", "--api-keys", file, "--today", "2026-06-30") as mock:
        for key in ("first=one", f"{SECRET}=="):
            assert httpx.get(mock.url + PATH, headers={"x-api-key": key}).status_code == 200
        assert httpx.get(mock.url + PATH, headers={"x-api-key": "local-dev-key"}).status_code == 401
        requests = httpx.get(f"{mock.url}/__mock/requests").json()["requests"]
        assert [request["key"] for request in requests] == ["key-1", "web", ""]
        mock.end()
        out, err = mock.process.communicate()
        assert "[web]" in out
        assert SECRET not in out + err + "".join(mock.banner)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    ended = run("--api-keys", tmp_path / "none.yaml")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "none.yaml" in ended.stderr
