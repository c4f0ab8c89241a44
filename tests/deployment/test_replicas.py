"""Three mocks behind the nginx of `deploy/`, all on loopback: they answer as one."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

import httpx
import pytest

from tests.deployment import container
from tests.mock_server.processes import Served, served

CONFIGURATION = container.ROOT / "deploy" / "nginx.conf"
PATH = "/v1/analytics/integrations/by-integration"
KEY = {"x-api-key": "local-dev-key"}
PATIENCE = 20.0


def replicas() -> list[str]:
    """Name the services that are mocks."""
    return [name for name in container.services() if name.startswith("mock-")]


@contextmanager
def fleet(folder: Path) -> Iterator[tuple[str, list[Served]]]:
    """Start what the compose file starts; give the URL of the nginx, and the mocks behind it."""
    with ExitStack() as stack:
        mocks = []
        for name in replicas():
            command = container.on_loopback(container.services()[name]["command"], 0)
            mocks.append(stack.enter_context(served(*command)))
        ports = {name: httpx.URL(mock.url).port for name, mock in zip(replicas(), mocks, strict=True)}
        yield stack.enter_context(nginx(folder, ports)), mocks


@contextmanager
def nginx(folder: Path, ports: dict[str, int | None]) -> Iterator[str]:
    """Start the system's nginx with the shipped configuration, its addresses and its folder replaced."""
    program = shutil.which("nginx", path=os.pathsep.join((os.environ["PATH"], "/usr/sbin")))
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("nginx is not installed")
        pytest.skip("nginx is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        here = f"127.0.0.1:{free.getsockname()[1]}"
    text = CONFIGURATION.read_text().replace("listen 8080", f"listen {here}")
    text = text.replace("/tmp/", f"{folder}/")  # noqa: S108  # the container's own, which is not used here
    text = re.sub(r"(mock-\d):8000", lambda found: f"127.0.0.1:{ports[found[1]]}", text)
    file = folder / "nginx.conf"
    file.write_text(text)
    # Started by root, its workers would be a user who may not write to the test's folder.
    directives = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    command = [program, "-p", folder, "-c", file, "-g", directives]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            _await(f"http://{here}", process)
            yield f"http://{here}"
        finally:
            process.terminate()


def _await(url: str, process: subprocess.Popen[str]) -> None:
    end = monotonic() + PATIENCE
    while True:
        try:
            httpx.get(f"{url}/openapi.json")
        except httpx.TransportError:
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert monotonic() < end
        else:
            return


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[Served]]]:
    with fleet(tmp_path_factory.mktemp("nginx")) as running:
        yield running


def test_there_are_three_and_the_configuration_knows_them() -> None:
    assert len(replicas()) == 3
    assert sorted(re.findall(r"server (mock-\d):8000", CONFIGURATION.read_text())) == replicas()


def test_the_check_passes_through_nginx(behind: tuple[str, list[Served]], tmp_path: Path) -> None:
    url, _ = behind
    command = [sys.executable, "-m", "contract_tests", url, "--api-key", "local-dev-key", "--require-data"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_replica_answers_alike_to_the_byte(behind: tuple[str, list[Served]]) -> None:
    url, mocks = behind
    for query in (
        "start_date=2026-01-01&end_date=2026-06-30",
        "start_date=2026-06-01&end_date=2026-06-07&slug=globex&mode=live",
        "start_date=2026-06-07&end_date=2026-06-01",
        "start_date=2026-06-31",
    ):
        answers = [httpx.get(f"{each}{PATH}?{query}", headers=KEY) for each in (url, url, url, *(m.url for m in mocks))]
        assert len({(each.status_code, each.content, each.headers.get("etag")) for each in answers}) == 1


def test_a_replica_that_is_gone_is_gone_around(tmp_path: Path) -> None:
    with fleet(tmp_path) as (url, mocks):
        mocks[0].end()
        with httpx.Client(base_url=url, headers=KEY) as client:
            week = {"start_date": "2026-06-01", "end_date": "2026-06-07"}
            assert {client.get(PATH, params=week).status_code for _ in range(12)} == {200}
