"""What a benchmark needs of the machine: its cores, free ports, processes that end, and their memory."""

import contextlib
import os
import platform
import signal
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Cores:
    """The cores of servers and those of the load; equal, where they cannot be told apart."""

    server: frozenset[int]
    load: frozenset[int]

    @property
    def apart(self) -> bool:
        """Whether server and load have cores of their own."""
        return not self.server & self.load


def split_cores(servers: int = 1) -> Cores:
    """Choose cores for `servers` processes and for the load, among those that this process may use."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores(frozenset(), frozenset())
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) <= servers:
        return Cores(frozenset(cores), frozenset(cores))
    return Cores(frozenset(cores[:servers]), frozenset(cores[servers:]))


@contextmanager
def pinned(cores: Iterable[int]) -> Iterator[None]:
    """Let processes that start meanwhile run on `cores` alone; no cores mean all."""
    wanted = set(cores)
    if not wanted or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, wanted)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    """Find a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def process(
    command: Sequence[str | Path], cores: Iterable[int] = (), environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command meanwhile; what it prints goes nowhere. It ends with all its children."""
    with pinned(cores):
        started = subprocess.Popen(  # noqa: S603  # the benchmark's own commands
            [str(part) for part in command],
            cwd=ROOT,
            env={**_without(os.environ, "PYTHONDONTWRITEBYTECODE"), **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield started
    finally:
        _end(started)


def _without(variables: Mapping[str, str], name: str) -> dict[str, str]:
    """Leave out a variable: without it, Python keeps what it compiled, as it does for an installed package."""
    return {key: value for key, value in variables.items() if key != name}


def pause(pid: int) -> None:
    """Let a process that `process` started, and its children, stand still, where the system can."""
    _tell(pid, "SIGSTOP")


def go_on(pid: int) -> None:
    """Let it go on."""
    _tell(pid, "SIGCONT")


def _tell(pid: int, name: str) -> None:
    if hasattr(signal, name):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.Signals[name])


def _end(started: subprocess.Popen[bytes]) -> None:
    go_on(started.pid)  # what stands still hears no other signal
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(started.pid, number)
            started.wait(5)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            break
    started.wait(5)


def resident_mib(pid: int) -> float | None:
    """Read how much memory a process holds; None where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    lines = dict(line.partition(":")[::2] for line in status.read_text().splitlines())
    return int(lines["VmRSS"].split()[0]) / 1024


def cpu_seconds(pid: int) -> float | None:
    """Read the processor time of a process and of those that it started; None where the system does not tell."""
    if not Path("/proc/self/stat").exists():
        return None
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it may have ended meanwhile
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == pid:  # each is started as the leader of a session
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def describe() -> str:
    """Name the machine in a line."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [
            line.partition(":")[2].strip() for line in information.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    return f"{os.cpu_count()} cores of {model}, {platform.system()}, Python {platform.python_version()}"
