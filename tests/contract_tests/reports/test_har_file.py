"""The HTTP archive, as a reader of such archives sees it."""

import json

import pytest
from haralyzer import HarParser

from contract_tests.reports.har_file import LARGEST_BODY, render_har
from tests.contract_tests.making import KEY, exchange
from tests.contract_tests.reports import sample


@pytest.fixture(scope="module")
def archive() -> HarParser:
    return HarParser(json.loads(render_har(sample.failing())))


def test_every_exchange_is_an_entry_in_its_order(archive: HarParser) -> None:
    report = sample.failing()
    entries = archive.har_data["entries"]
    assert archive.har_data["version"] == "1.2"
    assert [entry["response"]["status"] for entry in entries] == [made.status for made in report.exchanges]
    starts = [entry["startedDateTime"] for entry in entries]
    assert starts[0].startswith("2026-11-20T00:00:00")


def test_a_reader_finds_requests_by_status_and_header(archive: HarParser) -> None:
    entries = archive.har_data["entries"]
    refused = [entry for entry in entries if archive.match_status_code(entry, "500", regex=False)]
    assert len(refused) == 1
    assert archive.match_headers(refused[0], "request", "x-api-key", r"FEATHER_API_KEY%", regex=True)
    assert refused[0]["request"]["queryString"][0] == {"name": "start_date", "value": "2026-10-25"}


def test_the_key_stands_nowhere_and_its_variable_does() -> None:
    text = render_har(sample.failing())
    assert sample.without_key(text)
    assert "$FEATHER_API_KEY" in text
    assert "api_key=%24FEATHER_API_KEY" in text


def test_a_request_without_an_answer_says_what_happened(archive: HarParser) -> None:
    silent = archive.har_data["entries"][5]
    assert silent["response"]["status"] == 0
    assert silent["comment"] == "the connection was closed without an answer"


def test_a_huge_body_is_cut_and_the_cut_is_told() -> None:
    huge = exchange(f"{KEY} ".encode() * 100_000, 200, sample.VALID)
    content = json.loads(render_har(sample.report((), exchanges=(huge,))))["log"]["entries"][0]["response"]["content"]
    assert len(content["text"]) < LARGEST_BODY + 100
    assert content["text"].endswith(f"… ({len(huge.body)} bytes in all)")
    assert content["size"] == len(huge.body)
    assert KEY not in content["text"]


def test_a_run_without_a_request_is_an_archive_too() -> None:
    assert HarParser(json.loads(render_har(sample.unreached()))).har_data["entries"] == []
