"""The log: a line for each request, without keys, which never makes the mock wait."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from io import TextIOWrapper
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from mock_server.entries import Complaint, Entry, Secrets, Seen
from mock_server.request_log import RequestLog, Text
from tests.mock_server.processes import READY, environment, run, served

PATH = "/v1/analytics/integrations/by-integration"
WEEK = {"start_date": "2026-06-01", "end_date": "2026-06-07"}
KEYED = {"x-api-key": "local-dev-key"}
CODES = re.compile(r"\x1b\[[0-9;]*m")


def lines_of(*arguments: str) -> list[str]:
    """Ask the mock three times, end it, and give its log."""
    with served(*arguments) as mock:
        httpx.get(f"{mock.url}{PATH}", params=WEEK, headers=KEYED)
        httpx.get(f"{mock.url}{PATH}", params={**WEEK, "end_date": "soon", "slug": "local-dev-key"}, headers=KEYED)
        httpx.get(f"{mock.url}/__mock/health")
        httpx.get(f"{mock.url}/typo")
        assert mock.end() == 0
        out, err = mock.process.communicate()
        assert err == ""
        return out.splitlines()


def test_each_request_is_a_line() -> None:
    first, second, third = lines_of()
    assert re.fullmatch(
        rf"\d\d:\d\d:\d\d 200 +\d+\.\d ms  GET  {PATH}\?start_date=2026-06-01&end_date=2026-06-07  \[default\]", first
    )
    assert " 422 " in second
    assert "end_date: Input should be a valid date" in second
    assert "slug=[key]" in second
    assert " 404 " in third
    assert "local-dev-key" not in first + second + third


@pytest.mark.parametrize("workers", ["1", "2"])
def test_as_json_each_line_is_an_entry_of_the_journal(workers: str) -> None:
    entries = [json.loads(line) for line in lines_of("--log", "json", "--workers", workers)]
    assert [entry["status"] for entry in sorted(entries, key=lambda entry: entry["id"])] == [200, 422, 404]
    assert set(entries[0]) == set(Entry._fields)
    refused = next(entry for entry in entries if entry["status"] == 422)["refused"]
    assert [each["parameter"] for each in refused] == ["end_date"]


def test_none_is_written_where_none_is_wanted() -> None:
    assert lines_of("--log", "none") == []


def test_another_kind_of_log_is_refused() -> None:
    ended = run("--log", "xml")
    assert ended.returncode == 2
    assert "text, json, none" in ended.stderr


@pytest.mark.parametrize(("variables", "coloured"), [({"TERM": "xterm"}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_shows_colours_unless_it_is_asked_not_to(variables: dict[str, str], coloured: bool) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "mock_server", "--port", "0"]
    process = subprocess.Popen(command, stdout=theirs, env=environment({"TERM": "xterm", **variables}))
    os.close(theirs)
    try:
        with os.fdopen(ours, errors="replace") as terminal:
            url = terminal.readline().strip().removeprefix(READY)
            while not terminal.readline().startswith("  stop"):
                pass
            httpx.get(f"{url}/typo")
            line = terminal.readline()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert ("\x1b[33m404\x1b[0m" in line) == coloured
    assert " 404 " in CODES.sub("", line)


def entry(**changed: object) -> Entry:
    usual: dict[str, object] = {
        "id": 1, "time": "", "method": "GET", "path": "/", "query": "", "status": 200, "ms": 1.0, "operation": "",
        "key": "", "refused": (), "preference": "", "fault": "",
    }  # fmt: skip
    return Entry(**{**usual, **changed})  # type: ignore[arg-type]  # as the test has it


def test_a_line_tells_preference_and_fault() -> None:
    line = Text(coloured=False)(entry(status=0, preference="delay=5", fault="drop", refused=(Complaint("a", "b"),)))
    assert line.endswith("--- " + "     1.0 ms  GET  /  Prefer: delay=5; fault: drop; a: b")


@pytest.mark.parametrize("bad", ["\x1b[2J", "\n07:00:00 200", "\r", "\x07", "\x9b31m", "\u202e", "\u2028"])
def test_nothing_that_is_asked_can_command_the_terminal_or_forge_a_line(bad: str) -> None:
    for changed in ({"path": f"/{bad}"}, {"query": bad}, {"refused": (Complaint("", bad),)}, {"preference": bad}):
        line = Text(coloured=False)(entry(**changed))
        assert bad not in line
        assert line.isprintable()
        assert len(line.splitlines()) == 1


def test_a_full_pipe_holds_up_no_request() -> None:
    """A program that reads the banner alone, and then asks and asks."""
    with served("--log", "json") as mock, httpx.Client(base_url=mock.url, timeout=20) as client:
        for _ in range(100):
            assert client.get("/typo", params={"q": "a" * 1900}).status_code == 404
        assert mock.end() == 0


def seen(number: int) -> Seen:
    return Seen(number, "GET", "/", b"q=" + b"a" * 1000, 200, 0.001, "", "", (), "", "")


def _fill(log: RequestLog, count: int) -> None:
    """Log outside of an event loop: what waits is written by `close`."""
    log._timer = _Never()  # type: ignore[assignment]  # it is asked to be cancelled, and no more
    for number in range(count):
        log.add(seen(number))


class _Never:
    def cancel(self) -> None:
        """Nothing comes."""


def test_what_nobody_reads_is_left_out_and_counted() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream, os.fdopen(reading, "rb", buffering=0) as reader:
        log = RequestLog(stream, Secrets(()), as_json=True)
        _fill(log, 200)
        log.close()  # the pipe is full, and the rest waits
        first = reader.read(1 << 20) or b""
        _fill(log, 12_000)
        log.close()
        second = reader.read(1 << 20) or b""
        text = first + second
        while chunk := _drained(log, reader):
            text += chunk
    ids = [json.loads(line) for line in text.decode().splitlines()]
    assert [each["id"] for each in ids[:200]] == list(range(200))
    (lost,) = [each for each in ids if "left_out" in each]
    assert lost["left_out"] + len(ids) - 1 == 12_200


def _drained(log: RequestLog, reader: object) -> bytes:
    log.close()
    os.set_blocking(reader.fileno(), False)  # type: ignore[attr-defined]  # a file
    return reader.read(1 << 20) or b""  # type: ignore[attr-defined]  # a file


def test_a_reader_that_is_gone_ends_the_log_and_nothing_else() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        log = RequestLog(stream, Secrets(()), as_json=False)
        for _ in range(2):
            _fill(log, 3)
            log.close()


def test_a_stream_of_another_encoding_takes_every_path(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="ascii") as stream:
        assert isinstance(stream, TextIOWrapper)
        log = RequestLog(stream, Secrets(()), as_json=False)
        log._timer = _Never()  # type: ignore[assignment]  # as above
        log.add(replace(seen(1), path="/é€"))
        log.close()
    assert "/\\xe9\\u20ac" in (tmp_path / "log").read_text()
