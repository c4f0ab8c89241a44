"""The load: wrk, with requests of which none comes twice."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from benchmarks.machine import pinned
from feather_kit.errors import InputError
from feather_kit.files import FIXTURES
from feather_kit.yaml_source import read_yaml

PATH: Final = "/v1/analytics/integrations/by-integration"
KEY: Final = "Benchmark-key-4T9x"
CONNECTIONS: Final = 16
FIRST_DAY: Final = date(2023, 11, 6)
LAST_DAY: Final = datetime.now(UTC).date()
DAYS: Final = (LAST_DAY - FIRST_DAY).days + 1
RANGES: Final = DAYS * (DAYS + 1) // 2
"""How many ranges there are: so many requests differ in their ranges, and then again so many by their filters."""
_SCRIPT: Final = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True)
class Requests:
    """Which requests to send.

    Attributes:
        key: the key that is presented.
        span: how many days each range has; 0 for ranges of all lengths.
        end_date: what is written in place of each range's last day; None to write that.
        filtered: whether some have a filter.
        start: the number of the first: two runs whose numbers do not overlap share no request.
        mean_delay_ms: how long each connection waits before it asks again, on average.

    """

    key: str = KEY
    span: int = 0
    end_date: str | None = None
    filtered: bool = True
    start: int = 0
    mean_delay_ms: float = 0.0

    def after(self, count: int) -> "Requests":
        """Give the requests that follow the first `count`."""
        return replace(self, start=self.start + count)


@dataclass(frozen=True)
class Measured:
    """What wrk saw.

    Attributes:
        requests: how many were answered.
        seconds: in how long.
        bytes: how many bytes came, heads included.
        refused: how many answers had a status of 400 or more.
        failed: how many requests had no answer.
        p50_ms: the median latency.
        p99_ms: the 99th percentile of the latencies.

    """

    requests: int
    seconds: float
    bytes: int
    refused: int
    failed: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def bytes_each(self) -> float:
        """Bytes of an answer, on average."""
        return self.bytes / max(self.requests, 1)


def find_wrk() -> str:
    """Find wrk.

    Raises:
        InputError: it is not installed.

    """
    found = shutil.which("wrk")
    if found is None:
        raise InputError(
            "wrk, which makes the load, is not installed",
            "Install it from your system's packages: `apt-get install wrk`, `brew install wrk`, `dnf install wrk`",
        )
    return found


def filters() -> list[str]:
    """List the filters of requests that have some: half have none, the others a slug, a mode, or both."""
    catalogue = read_yaml(FIXTURES / "catalogue.yaml").data
    slugs, modes = list(catalogue["workspaces"]), list(catalogue["modes"])
    given = [f"slug={slug}" for slug in slugs]
    given += [f"mode={mode}" for mode in modes]
    given += [f"mode={modes[0]}&slug={slug}" for slug in slugs]
    return [each for one in given for each in ("-", one)]


def load(
    url: str, requests: Requests, seconds: float, cores: Iterable[int], connections: int = CONNECTIONS
) -> Measured:
    """Send requests to `url` for so many seconds; wrk counts whole ones."""
    noon = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 12, tzinfo=UTC)
    arguments = (
        PATH,
        requests.key,
        int(noon.timestamp()),
        DAYS,
        requests.span,
        requests.end_date or "-",
        requests.start,
        requests.mean_delay_ms,
        *(filters() if requests.filtered else ["-"]),
    )
    command = [find_wrk(), "--threads", "1", "--connections", str(connections), "--timeout", "30s"]
    command += ["--duration", f"{max(round(seconds), 1)}s", "--script", str(_SCRIPT), url, "--", *map(str, arguments)]
    with pinned(cores):
        ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # wrk, found above
    if ended.returncode != 0 or "{" not in ended.stdout:
        raise RuntimeError(f"wrk failed: {ended.stderr or ended.stdout}")
    return Measured(**json.loads(ended.stdout[ended.stdout.rindex("{") :]))
