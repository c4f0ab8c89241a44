"""The container's own steps in a fresh environment: its build context, its installation, its start, its health."""

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deployment import container
from tests.mock_server.processes import READY

WEEK = "/v1/analytics/integrations/by-integration?start_date=2026-06-01&end_date=2026-06-07"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the kit as the image does, into an environment that has nothing else; give where its programs are."""
    place = tmp_path_factory.mktemp("image")
    source = place / "source"
    source.mkdir()
    container.copy_context(source)
    subprocess.run([sys.executable, "-m", "venv", place / "venv"], check=True)
    programs = place / "venv" / "bin"
    command = [programs / "pip", *container.install_command()]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode != 0:
        if os.environ.get("CI") != "true" and "onnection" in done.stderr:
            pytest.skip("the network is missing")
        pytest.fail(done.stderr)
    return programs


@contextmanager
def started(programs: Path, *arguments: str) -> Iterator[str]:
    """Start the container's command on a free port of loopback; give its URL."""
    command = [*container.on_loopback(container.start_command(), 0), *arguments]
    variables = {"PATH": str(programs), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [programs / command[0], *command[1:]], stdout=subprocess.PIPE, text=True, env=variables, cwd=programs
    ) as mock:
        try:
            assert mock.stdout is not None
            line = mock.stdout.readline()
            assert line.startswith(READY), line
            yield line.removeprefix(READY).strip()
        finally:
            mock.terminate()
        assert mock.wait(20) == 0


def is_healthy(programs: Path, url: str) -> bool:
    command = [word.replace("http://127.0.0.1:8000", url) for word in container.health_command()]
    return subprocess.run([programs / command[0], *command[1:]], capture_output=True, check=False).returncode == 0


def test_the_start_command_serves_rows(programs: Path) -> None:
    with started(programs) as url:
        request = urllib.request.Request(url + WEEK, headers={"x-api-key": "local-dev-key"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert b"integration_key" in answer.read()


def test_answers_are_exported_from_it(programs: Path, tmp_path: Path) -> None:
    """What the templates need is installed as well."""
    words = ["export", "--start", "2026-06-01", "--end", "2026-06-07", "--format", "msw"]
    done = subprocess.run(
        [programs / "feather-mock", *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"integration_key"' in done.stdout


@pytest.mark.parametrize("arguments", [[], ["--no-admin"]])
def test_health_tells_a_mock_that_answers_from_one_that_is_gone(programs: Path, arguments: list[str]) -> None:
    with started(programs, *arguments) as url:
        assert is_healthy(programs, url)
    assert not is_healthy(programs, url)


def test_the_final_image_builds_nothing_and_is_nobody_special() -> None:
    build, last = container.stages()
    assert [name for name, _ in build][:1] == ["FROM"]
    runs = [rest for name, rest in last if name == "RUN"]
    assert not re.search(r"\b(pip|apt|apt-get|gcc|make|build-essential)\b", " ".join(runs))
    user = container.final("USER")
    assert user.isdigit()
    assert int(user) > 0
    assert f"--uid {user}" in " ".join(runs)


def test_the_port_that_is_told_is_the_one_that_is_served() -> None:
    command = container.start_command()
    assert container.final("EXPOSE") == command[command.index("--port") + 1]
