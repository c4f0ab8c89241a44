"""`feather-mock export --format msw`: a module that a real Mock Service Worker loads, and that TypeScript accepts."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients import npm
from tests.mock_server.processes import run

RANGES = ["--start", "2026-06-01", "--end", "2026-06-30", "--start", "2026-05-01", "--end", "2026-05-31"]
TSC = [
    "--strict",
    "--skipLibCheck",
    "--checkJs",
    "--target",
    "es2022",
    "--lib",
    "es2022,dom,dom.iterable",
    "--module",
    "nodenext",
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = npm.workplace(tmp_path_factory.mktemp("msw"), "msw_in_node.js")
    made = run(
        "export",
        *RANGES,
        "--slug",
        "globex",
        "--today",
        "2026-06-30",
        "--format",
        "msw",
        "--out",
        place / "handlers.js",
    )
    assert made.returncode == 0, made.stderr
    return place


@pytest.fixture(scope="module")
def answers(place: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(npm.run("node", "msw_in_node.js", cwd=place))
    return found


def test_each_range_is_answered_whole_and_filtered(answers: dict[str, Any]) -> None:
    assert answers["exported"] == 4
    for name, more in (("whole", []), ("filtered", ["--slug", "globex"])):
        rows = json.loads(run("export", *RANGES[:4], *more, "--today", "2026-06-30").stdout)
        assert answers[name] == {"status": 200, "body": rows}
    assert answers["may"]["status"] == 200
    assert answers["may"]["body"] != answers["whole"]["body"]


def test_refusals_are_those_of_the_api(answers: dict[str, Any]) -> None:
    for name, status, error in (("keyless", 401, "unauthorized"), ("inverted", 400, "invalid_date_range")):
        assert (answers[name]["status"], answers[name]["body"]["error"]) == (status, error)
    assert answers["malformed"]["status"] == 422
    named = [(item["type"], item["loc"]) for item in answers["malformed"]["body"]["detail"]]
    assert named == [("date_parsing", ["query", "start_date"]), ("missing", ["query", "end_date"])]


def test_what_was_not_exported_says_what_was(answers: dict[str, Any]) -> None:
    answer = answers["elsewhere"]
    assert (answer["status"], answer["body"]["error"]) == (501, "not_exported")
    assert "2026-06-01..2026-06-30 slug=globex" in answer["body"]["message"]


def test_typescript_accepts_the_module(place: Path) -> None:
    types = 'import type { RequestHandler } from "msw";\nimport { answers, handlers } from "./handlers.js";\n'
    types += (
        "export const all: RequestHandler[] = handlers;\nexport const rows: number = answers[0].rows[0].invocations;\n"
    )
    (place / "user.ts").write_text(types)
    npm.run("tsc", *TSC, "--noEmit", "user.ts", "handlers.js", cwd=place)
