"""The kit's own check is content with every scenario, and names the faults where there are some."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from feather_kit.files import FIXTURES
from tests.mock_server.processes import served

WITH_ROWS = sorted({path.stem for path in (FIXTURES / "scenarios").glob("*.yaml")} - {"empty"})
"""All but that of a customer who has nothing yet."""


def check(folder: Path, *arguments: str, profile: str = "quick") -> tuple[int, dict[str, Any]]:
    """Start a mock, check it, and give the check's exit code and its report."""
    report = folder / "report.json"
    with served("--today", "2026-06-30", "--log", "none", *arguments) as mock:
        command = [
            sys.executable,
            "-m",
            "contract_tests",
            mock.url,
            "--api-key",
            "local-dev-key",
            "--json",
            str(report),
        ]
        command += ["--slug", "northwind", "--mode", "live", "--profile", profile]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return ended.returncode, json.loads(report.read_text())


@pytest.mark.parametrize("scenario", WITH_ROWS)
def test_a_scenario_conforms(scenario: str, tmp_path: Path) -> None:
    code, report = check(tmp_path, "--scenario", scenario)
    assert [promise["id"] for promise in report["promises"] if promise["status"] == "broken"] == []
    assert (code, report["verdict"]) == (0, "conforms")


def test_faults_are_found_and_named(tmp_path: Path) -> None:
    """Those that a client cannot mend: it waits and asks again after a 429 or a connection that was closed."""
    faults = ("--fault-rate", "0.05", "--fault", "500", "--fault", "cut")
    code, report = check(tmp_path, *faults, profile="standard")
    broken = {promise["id"] for promise in report["promises"] if promise["status"] == "broken"}
    assert (code, report["verdict"]) == (1, "violates")
    assert {"no-server-error", "every-request-answered"} <= broken
