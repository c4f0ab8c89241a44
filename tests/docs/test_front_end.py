"""The front-end developer's page: each command on it is run, against a mock on a free port."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import npm
from tests.docs.blocks import DOCS, Block, blocks
from tests.mock_server.processes import READY, Served, environment, served

PAGE = "front-end.md"
HERE = "http://127.0.0.1:8000"
KNOWN = {"sh", "sh serve", "sh npm", "sh docker", "python test", "python run"}


def named(block: Block) -> str:
    return f"line-{block.line}"


def on_path() -> dict[str, str]:
    """Give an environment in which the kit's commands are found, as after its installation."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return {**environment(), "PATH": path}


def shell(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code], cwd=folder, env=on_path(), capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    with served() as mock:
        yield mock


def test_no_block_is_left_out() -> None:
    fences = re.findall(r"^```(\S.*)$", (DOCS / PAGE).read_text(), flags=re.MULTILINE)
    assert set(fences) == KNOWN


@pytest.mark.parametrize("block", blocks(PAGE, "sh"), ids=named)
def test_a_command_works(block: Block, mock: Served, tmp_path: Path) -> None:
    done = shell(block.code.replace(HERE, mock.url), tmp_path)
    assert done.returncode == 0, done.stderr
    for file in re.findall(r"--out (\S+)", block.code):
        assert (tmp_path / file).stat().st_size > 100


@pytest.mark.parametrize("block", blocks(PAGE, "sh serve"), ids=named)
def test_a_mock_starts(block: Block) -> None:
    command = block.code.strip().split()
    with subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True, env=on_path()) as mock:
        assert mock.stdout is not None
        assert mock.stdout.readline().startswith(READY)
        mock.send_signal(signal.SIGTERM)
    assert mock.returncode == 0


@pytest.mark.parametrize("block", blocks(PAGE, "python test"), ids=named)
def test_a_test_passes(block: Block, tmp_path: Path) -> None:
    (tmp_path / "test_app.py").write_text(block.code)
    done = shell(f"{sys.executable} -m pytest -q -p no:cacheprovider -W error test_app.py", tmp_path)
    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.parametrize("block", blocks(PAGE, "python run"), ids=named)
def test_a_program_runs(block: Block, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(block.code)
    done = shell(f"{sys.executable} program.py", tmp_path)
    assert done.stdout.startswith("http://127.0.0.1:"), done.stderr


@pytest.mark.parametrize("block", blocks(PAGE, "sh npm"), ids=named)
def test_an_npm_program_runs(block: Block, mock: Served, tmp_path: Path) -> None:
    done = shell(block.code.replace(HERE, mock.url), npm.workplace(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "InvocationsByIntegrationRow" in (tmp_path / "schema.d.ts").read_text()
