"""`openapi-typescript` types of the mock's document, and `openapi-fetch` with them, compiled with `tsc --strict`."""

import json
from pathlib import Path

from tests.clients import npm
from tests.clients.conftest import KEY
from tests.mock_server.processes import Served

TSC = [
    "--strict",
    "--skipLibCheck",
    "--noUncheckedIndexedAccess",
    "--target",
    "es2022",
    "--module",
    "nodenext",
    "--outDir",
    "made",
]


def test_each_status_comes_typed(mock: Served, tmp_path: Path) -> None:
    place = npm.workplace(tmp_path, "openapi_fetch.ts")
    npm.run("openapi-typescript", f"{mock.url}/openapi.yaml", "-o", "schema.d.ts", cwd=place)
    npm.run("tsc", *TSC, "openapi_fetch.ts", cwd=place)
    answers = json.loads(npm.run("node", "made/openapi_fetch.js", mock.url, KEY, cwd=place))
    assert {name: answer["status"] for name, answer in answers.items()} == {
        "rows": 200,
        "inverted": 400,
        "unknown": 401,
        "malformed": 422,
    }
    assert answers["rows"]["rows"] > 5
    assert answers["rows"]["invocations"] > 0
    assert "2026-06-07 is after end_date 2026-06-01" in answers["inverted"]["told"]
    assert "x-api-key" in answers["unknown"]["told"]
    assert answers["malformed"]["named"] == ["query", "end_date"]
