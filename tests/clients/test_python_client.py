"""A client that `openapi-python-client` makes of the mock's own document, checked by `mypy --strict`."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.clients.conftest import KEY
from tests.mock_server.processes import Served

SCRIPT = Path(__file__).with_name("python_client.py")


def test_each_status_comes_typed(mock: Served, tmp_path: Path) -> None:
    made = ["--meta", "none", "--output-path", "made", "--fail-on-warning"]
    _python("-m", "openapi_python_client", "generate", "--url", f"{mock.url}/openapi.json", *made, cwd=tmp_path)
    shutil.copy(SCRIPT, tmp_path)
    # What the generator writes is not for this project to mend: only the calls are judged.
    _python("-m", "mypy", "--strict", "--follow-imports=silent", "--config-file=", SCRIPT.name, cwd=tmp_path)
    answers = json.loads(_python(SCRIPT.name, mock.url, KEY, cwd=tmp_path))
    assert answers["rows"][0] == 200
    assert answers["rows"][1] > 5
    assert answers["inverted"][:2] == [400, "ErrorResponse"]
    assert answers["unknown"][:2] == [401, "ErrorResponse"]
    assert answers["malformed"][:2] == [422, "HTTPValidationError"]
    assert "end_date" in answers["malformed"][2]


def _python(*arguments: str, cwd: Path) -> str:
    """Run Python in `cwd`; the programs installed beside it, as the generator's formatter, are found."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
