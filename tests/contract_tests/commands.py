"""Runs the check as its users do: a process, its output, its exit code, its signals."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.contract_tests.making import KEY

# What the machine that runs the tests may have set, and a user's has not.
_LEFT_OUT = ("PYTEST_", "FEATHER_", "GITHUB_", "HYPOTHESIS_", "COLUMNS", "XDG_CACHE_HOME", "FORCE_COLOR")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
    return {**inherited, "NO_PROXY": "*", **(extra or {})}


def start(
    *words: str | Path, folder: Path, module: str = "contract_tests", variables: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start `python -m contract_tests`, or another module, in a folder."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *map(str, words)],
        cwd=folder,
        env=environment(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(
    *words: str | Path, folder: Path, module: str = "contract_tests", variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    process = start(*words, folder=folder, module=module, variables=variables)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def check(
    *words: str | Path, folder: Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the check with the twin's key."""
    return run(*words, folder=folder, variables={"FEATHER_API_KEY": KEY, **(variables or {})})
