"""Answers as files: what a file holds is what the API answers."""

import csv
import io
import json
from pathlib import Path

import pytest

from feather_kit.files import DOCUMENT
from tests.mock_server.asgi import call
from tests.mock_server.conftest import KEY
from tests.mock_server.processes import run

PATH = "/v1/analytics/integrations/by-integration"
RANGE = ["--start", "2026-06-01", "--end", "2026-06-07", "--today", "2026-06-30"]


def test_json_is_the_answer_of_the_api(mock: object) -> None:
    done = run("export", *RANGE, "--slug", "globex", "--mode", "live")
    query = "start_date=2026-06-01&end_date=2026-06-07&slug=globex&mode=live"
    answered = call(mock, f"{PATH}?{query}", headers={"x-api-key": KEY}).json()
    assert json.loads(done.stdout) == answered
    assert answered


def test_csv_holds_the_same_rows_under_the_document_s_names() -> None:
    rows = json.loads(run("export", *RANGE).stdout)
    table = list(csv.DictReader(io.StringIO(run("export", *RANGE, "--format", "csv").stdout)))
    assert table == [{name: str(value) for name, value in row.items()} for row in rows]


def test_a_table_without_rows_has_its_header() -> None:
    done = run("export", *RANGE, "--scenario", "empty", "--format", "csv")
    assert done.stdout.splitlines() == [
        "integration_key,invocations,successful,vendor_errors,exceptions,success_rate_pct,p95_latency_ms"
    ]


def test_a_scenario_has_rows_of_its_own() -> None:
    normal, outage = (
        run("export", "--start", "2026-06-29", "--end", "2026-06-30", "--today", "2026-06-30", "--scenario", name)
        for name in ("normal", "outage")
    )
    assert json.loads(normal.stdout) != json.loads(outage.stdout)


def test_keys_outside_of_ascii_stay_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    done = run("export", *RANGE, "--scenario", "extremes", "--out", file)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = file.read_text("utf-8")
    assert any(not row["integration_key"].isascii() for row in json.loads(text))
    assert "\\u" not in text


def test_a_document_may_be_named_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("export").write_text("openapi: 3.1.0\n")
    assert "export:1: " in run("./export", "--port", "0").stderr


def test_a_document_s_title_stays_in_its_comment(tmp_path: Path) -> None:
    """A line of the title that ended the comment would be code."""
    file = tmp_path / "api.yaml"
    file.write_text(DOCUMENT.read_text().replace("title: Feather API", 'title: "A\\u2028alert(1)\\nB"', 1))
    first_lines = run("export", file, *RANGE, "--format", "msw").stdout.splitlines()[:2]
    assert first_lines[1] == "// Answers for A alert(1) B 1.21.0, written by feather-mock export."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--start", "2026-06-01"], ["--end"]),
        (["--start", "2026-06-31", "--end", "2026-07-01"], ["2026-06-31", "YYYY-MM-DD"]),
        (["--start", "2026-06-02", "--end", "2026-06-01"], ["2026-06-02", "first day"]),
        ([*RANGE, "--start", "2026-06-01"], ["2 --start", "1 --end"]),
        ([*RANGE, "--slug", "a", "--slug", "b"], ["json", "msw"]),
        ([*RANGE, "--scenario", "none"], ["none", "outage"]),
        ([*RANGE, "--format", "xml"], ["xml", "csv"]),
        ([*RANGE, "--out", "nowhere/rows.json"], ["nowhere", "folder"]),
        ([Path(__file__).parent / "documents" / "shop.yaml", *RANGE], ["shop.yaml", PATH]),
    ],
)
def test_bad_input_is_one_message_that_says_what_would_be_right(arguments: list[str], words: list[str]) -> None:
    ended = run("export", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
    for word in words:
        assert word in ended.stderr
