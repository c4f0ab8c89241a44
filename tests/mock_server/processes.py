"""Runs the mock's command as a user does: a process, its output, its signals."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

KEY_VARIABLE = "FEATHER_API_KEY"
READY = "feather-mock is ready: "


@dataclass(frozen=True)
class Served:
    """A mock that answers."""

    process: subprocess.Popen[str]
    banner: list[str]

    @property
    def url(self) -> str:
        return self.banner[0].removeprefix(READY)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and give the exit code."""
        self.process.send_signal(number)
        return self.process.wait(20)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
    return {**inherited, **(extra or {})}


@contextmanager
def served(*arguments: str | Path, variables: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Start `python -m mock_server` on a free port, wait for its banner, and end it in the end."""
    command = [sys.executable, "-m", "mock_server", "--port", "0", *map(str, arguments)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(variables)
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        banner = []
        for line in process.stdout:
            banner.append(line.rstrip("\n"))
            if line.startswith("  stop"):
                break
        if not banner:
            raise AssertionError(process.stderr.read())
        yield Served(process, banner)
    finally:
        process.kill()
        process.communicate()


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m mock_server` to its end."""
    command = [sys.executable, "-m", "mock_server", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment())
