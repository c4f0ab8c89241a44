"""The command, as a process with a socket: its banner, its keys, its ends, and what it says of bad input."""

import os
import select
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.mock_server.processes import READY, run, served

PATH = "/v1/analytics/integrations/by-integration"
WEEK = {"start_date": "2026-06-01", "end_date": "2026-06-07"}


def test_the_pasted_curl_line_gives_rows() -> None:
    with served("--today", "2026-06-30") as mock:
        line = next(line for line in mock.banner if "curl" in line).removeprefix("  try").strip()
        answer = subprocess.run(shlex.split(line), capture_output=True, text=True, timeout=20, check=True)
        assert '"integration_key"' in answer.stdout


def test_the_banner_tells_the_url_the_docs_and_the_key() -> None:
    with served() as mock:
        assert mock.banner[0] == f"{READY}http://127.0.0.1:{httpx.URL(mock.url).port}"
        assert httpx.get(f"{mock.url}/docs").status_code == 200
        assert any("local-dev-key" in line for line in mock.banner)


@pytest.mark.parametrize(
    ("arguments", "variable", "good", "bad"),
    [
        ([], {}, ["local-dev-key"], ["other"]),
        ([], {"FEATHER_API_KEY": "from-environment"}, ["from-environment"], ["local-dev-key"]),
        (["--api-key", "a", "--api-key", "b"], {"FEATHER_API_KEY": "c"}, ["a", "b"], ["c", "local-dev-key"]),
    ],
    ids=["default", "environment", "command line"],
)
def test_the_key_is_the_command_lines_else_the_environments_else_the_default(
    arguments: list[str], variable: dict[str, str], good: list[str], bad: list[str]
) -> None:
    with served(*arguments, variables=variable) as mock:
        for keys, status in ((good, 200), (bad, 401)):
            for key in keys:
                answer = httpx.get(f"{mock.url}{PATH}", params=WEEK, headers={"x-api-key": key})
                assert answer.status_code == status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_ends_it_cleanly(number: int, workers: str) -> None:
    with served("--workers", workers) as mock:
        assert httpx.get(f"{mock.url}/__mock/health").json()["status"] == "ok"
        assert mock.end(number) == 0
        out, err = mock.process.communicate()
        assert (out, err) == ("", "")


def test_workers_do_not_outlive_their_parent() -> None:
    with served("--workers", "2") as mock:
        watched = [os.pidfd_open(child) for child in _children(mock.process.pid)]
        assert len(watched) == 2
        mock.end(signal.SIGKILL)
        for child in watched:
            _await_end(child)
        with pytest.raises(httpx.TransportError):
            httpx.get(mock.url)


def test_a_worker_that_dies_is_replaced() -> None:
    """Seen by its answers: the one that is left is stopped, so whoever answers is new."""
    with served("--workers", "2") as mock:
        first, second = _children(mock.process.pid)
        os.kill(second, signal.SIGSTOP)
        try:
            os.kill(first, signal.SIGKILL)
            with httpx.Client(transport=httpx.HTTPTransport(retries=0), timeout=20) as client:
                assert client.get(f"{mock.url}/__mock/health").status_code == 200
        finally:
            os.kill(second, signal.SIGCONT)
        assert first not in _children(mock.process.pid)


def test_every_worker_gives_the_same_answer() -> None:
    with served("--workers", "2", "--today", "2026-06-30") as mock:
        headers = {"x-api-key": "local-dev-key"}
        # A new connection each: the system chooses the worker.
        bodies = {httpx.get(f"{mock.url}{PATH}", params=WEEK, headers=headers).content for _ in range(20)}
        assert len(bodies) == 1


def test_the_seed_decides_the_rows() -> None:
    bodies = []
    for seed in ("1", "1", "2"):
        with served("--seed", seed, "--today", "2026-06-30") as mock:
            answer = httpx.get(f"{mock.url}{PATH}", params=WEEK, headers={"x-api-key": "local-dev-key"})
            bodies.append(answer.content)
    assert bodies[0] == bodies[1] != bodies[2]


def test_a_page_of_another_origin_may_call_unless_cors_is_off() -> None:
    asked = {"origin": "http://app.test", "access-control-request-method": "GET"}
    asked["access-control-request-headers"] = "x-api-key,prefer"
    with served("--cors") as mock:
        preflight = httpx.options(f"{mock.url}{PATH}", headers=asked)
        assert preflight.headers["access-control-allow-origin"] == "*"
        assert "x-api-key" in preflight.headers["access-control-allow-headers"]
        assert "prefer" in preflight.headers["access-control-allow-headers"]
        refused = httpx.get(f"{mock.url}{PATH}", headers={"origin": "http://app.test"})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "*")
    with served("--no-cors") as mock:
        answer = httpx.get(f"{mock.url}{PATH}", headers={"origin": "http://app.test"})
        assert "access-control-allow-origin" not in answer.headers


def test_raw_bytes_on_the_request_line_are_no_server_error() -> None:
    with served() as mock:
        for line in (b"GET /\xff?\xff=\xfe HTTP/1.1", b"GET " + PATH.encode() + b"?start_date=\xff HTTP/1.1"):
            assert b" 5" not in _raw(mock.url, line + b"\r\nhost: x\r\nconnection: close\r\n\r\n")[:12]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.yaml"], ["nowhere.yaml", "cannot be read"]),
        (["--today", "2026-02-30"], ["2026-02-30", "YYYY-MM-DD"]),
        (["--today", "20260230"], ["20260230", "YYYY-MM-DD"]),
        (["--port", "70000"], ["70000", "65535"]),
        (["--port", "x"], ["x"]),
        (["--workers", "0"], ["0", "1 or more"]),
        (["--api-key", ""], ["key"]),
        (["--api-key", " a"], ["key", "space"]),
        (["--host", "no.such.host.invalid"], ["no.such.host.invalid"]),
        (["--fixtures", "nowhere"], ["nowhere"]),
        (["--unknown"], ["--unknown"]),
    ],
)
def test_bad_input_is_one_message_that_says_what_would_be_right(arguments: list[str], words: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
    for word in words:
        assert word in ended.stderr


def test_a_broken_document_is_refused_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "api.yaml"
    file.write_text("openapi: 3.1.0\ninfo:\n  title: T\npaths: {}\n")
    ended = run(file)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert f"{file}:2: " in ended.stderr
    assert "version" in ended.stderr


def test_a_port_in_use_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run("--port", str(port))
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert f"port {port}" in ended.stderr


def test_help_is_not_the_host() -> None:
    ended = run("--help")
    assert ended.returncode == 0
    for flag in ("-p, --port", "-h, --host", "--api-key", "--seed", "--today", "--fixtures", "--no-cors", "--workers"):
        assert flag in ended.stdout


def test_the_mock_imports_no_test_tool() -> None:
    """What a start does not need, it does not import."""
    code = "import sys; from mock_server.application import build; from mock_server.settings import Settings; "
    code += "build(Settings()); print({'pytest', 'schemathesis', 'openapi_spec_validator'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "set()"


def _raw(url: str, request: bytes) -> bytes:
    parsed = httpx.URL(url)
    with socket.create_connection((parsed.host, parsed.port or 80), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _await_end(process: int) -> None:
    """Wait until the process of a pidfd is gone."""
    ended, _, _ = select.select([process], [], [], 20)
    os.close(process)
    assert ended
