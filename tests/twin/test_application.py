"""The twin keeps the operation's rules and publishes the vendor's own description of it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from feather_kit.files import DATA_ROOT, DOCUMENT
from feather_kit.yaml_source import read_yaml
from tests.twin.application import API_KEY, PATH, Twin, create
from tests.twin.serving import serving

TODAY = date(2026, 11, 20)
RANGE = {"start_date": "2026-10-01", "end_date": "2026-10-31"}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with (
        serving(create(Twin(today=TODAY))) as url,
        httpx.Client(base_url=url, headers={"x-api-key": API_KEY}) as client,
    ):
        yield client


def rows(client: httpx.Client, **query: str) -> dict[str, dict[str, Any]]:
    answer = client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    return {row["integration_key"]: row for row in answer.json()}


def test_the_description_is_the_documents(client: httpx.Client) -> None:
    """What FastAPI derives from the twin's signature is the vendor's operation, word for word."""
    stated = read_yaml(DOCUMENT).data
    derived = client.get("/openapi.json").json()
    operation = derived["paths"][PATH]["get"]
    assert [parameter["name"] for parameter in operation["parameters"]] != []
    by_name = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert by_name == {each["name"]: each for each in stated["paths"][PATH]["get"]["parameters"]}
    assert operation["responses"] == stated["paths"][PATH]["get"]["responses"]
    assert operation["security"] == stated["paths"][PATH]["get"]["security"]
    assert derived["components"]["securitySchemes"] == stated["components"]["securitySchemes"]
    for name in ("InvocationsByIntegrationRow", "ErrorResponse"):
        assert (
            derived["components"]["schemas"][name]["properties"]
            == (stated["components"]["schemas"][name]["properties"])
        )


@pytest.mark.parametrize("key", [None, "", "other", API_KEY[:-1], API_KEY + "x", API_KEY.swapcase()])
def test_a_wrong_key_is_refused_whatever_the_dates_are(client: httpx.Client, key: str | None) -> None:
    headers = {} if key is None else {"x-api-key": key}
    for query in (RANGE, {}, {"start_date": "x"}, {"start_date": "2026-02-01", "end_date": "2026-01-01"}):
        answer = httpx.get(str(client.base_url) + PATH, params=query, headers=headers)
        assert answer.status_code == 401
        assert set(answer.json()) == {"error", "message"}


def test_each_wrong_parameter_is_named(client: httpx.Client) -> None:
    for query in ({}, {"start_date": "2026-02-30", "end_date": ""}):
        answer = client.get(PATH, params=query)
        assert answer.status_code == 422
        assert {item["loc"][-1] for item in answer.json()["detail"]} == {"start_date", "end_date"}


def test_an_inverted_range_is_a_bad_request(client: httpx.Client) -> None:
    answer = client.get(PATH, params={"start_date": "2026-02-02", "end_date": "2026-02-01"})
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "message"}


def test_rows_account_for_their_invocations(client: httpx.Client) -> None:
    for row in rows(client, **RANGE).values():
        failed = row["vendor_errors"] + row["exceptions"]
        assert row["successful"] + failed == row["invocations"] > 0
        assert row["success_rate_pct"] == round(100 * row["successful"] / row["invocations"], 2)


@pytest.mark.parametrize("filters", [{}, {"slug": "harbor"}, {"mode": "test"}, {"slug": "meadow", "mode": "live"}])
def test_adjoining_ranges_add_up_and_their_p95_encloses_the_whole(
    client: httpx.Client, filters: dict[str, str]
) -> None:
    whole = rows(client, start_date="2024-02-01", end_date="2026-10-31", **filters)
    first = rows(client, start_date="2024-02-01", end_date="2024-07-03", **filters)
    second = rows(client, start_date="2024-07-04", end_date="2026-10-31", **filters)
    for key, row in whole.items():
        parts = [part[key] for part in (first, second) if key in part]
        assert row["invocations"] == sum(part["invocations"] for part in parts)
        percentiles = [part["p95_latency_ms"] for part in parts]
        assert min(percentiles) <= row["p95_latency_ms"] <= max(percentiles)


def test_nothing_comes_after_today_and_nothing_has_an_unknown_filter(client: httpx.Client) -> None:
    assert rows(client, start_date="2026-11-21", end_date="2027-11-21") == {}
    assert rows(client, start_date="2026-11-20", end_date="2026-11-20") != {}
    for filters in ({"slug": "nothing"}, {"slug": ""}, {"mode": ""}, {"slug": "harbor", "mode": "none"}):
        assert rows(client, **RANGE, **filters) == {}


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1", 404), ("POST", PATH, 405)])
def test_other_paths_and_methods_are_refused_with_an_error_response(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message"}


def test_the_command_serves_where_it_says() -> None:
    command = [sys.executable, "-m", "tests.twin", "--port", "0", "--api-key", "another"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=DATA_ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
            answer = httpx.get(url + PATH, params=RANGE, headers={"x-api-key": "another"})
            assert answer.status_code == 200
        finally:
            process.terminate()
