"""Tries an installed kit, outside of any checkout: `python -m tests.installed VENV/bin`."""

import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ASKED = "/v1/analytics/integrations/by-integration?start_date=2026-01-01&end_date=2026-01-31"


def main() -> None:
    """Run both commands, and pytest on the package, in an empty folder; exit with 1 at the first that fails."""
    programs = Path(sys.argv[1])
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with tempfile.TemporaryDirectory() as folder:
        site = next((programs.parent / "lib").glob("python3*/site-packages"))
        assert not (site / "spec").exists(), "the wheel installs a package called spec"
        assert not (site / "fixtures").exists(), "the wheel installs a package called fixtures"
        for command in (
            ["feather-check", "--methods", "all", "--json", "check.json"],
            ["pytest", "-q", "--pyargs", "contract_tests", "-k", "401-missing-key"],
        ):
            done = subprocess.run(
                [programs / command[0], *command[1:]], cwd=folder, env=environment, check=False, text=True
            )
            assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}"
        _try_mock(programs, Path(folder), environment)
    print("the installed kit works: 3 passed, 0 failed")  # noqa: T201  # the command's output


def _try_mock(programs: Path, folder: Path, environment: dict[str, str]) -> None:
    with subprocess.Popen(
        [programs / "feather-mock", "--port", "0"], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as mock:
        try:
            line = next(iter(mock.stdout or ()))
            url = re.findall(r"http://\S+", line)[0]
            request = urllib.request.Request(url + ASKED, headers={"x-api-key": "local-dev-key"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert b"integration_key" in answer.read(), "the mock answers without rows"
        finally:
            mock.terminate()


if __name__ == "__main__":
    main()
