"""The documentation page in a real browser: the operation is tried out with the key, and rows come."""

import json
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.mock_server.processes import Served, served

PATH = "/v1/analytics/integrations/by-integration"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
KEY = "browser-key"


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    with served("--today", "2026-06-30", "--api-key", KEY, "--validate-responses") as mock:
        yield mock


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser.new_page()
        browser.close()


def test_the_operation_can_be_tried_out_with_the_key(mock: Served, page: Page) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{mock.url}/docs")
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".auth-container input").fill(KEY)
    page.locator(".auth-container").get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").last.click()
    page.locator(".opblock-summary-control").click()
    for name, value in (("start_date", "2026-06-01"), ("end_date", "2026-06-07")):
        page.locator(f"tr[data-param-name={name}] input").first.fill(value)
    page.get_by_role("button", name="Execute").click()
    answer = page.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    expect(answer).to_contain_text("integration_key")
    assert any(PATH in url for url in asked)
    # Nothing comes from, or goes, elsewhere: not even to the servers that the document names.
    assert all(url.startswith((mock.url, "data:", "blob:")) for url in asked), asked
    assert complaints == []


def test_the_page_shows_every_status_of_the_document(mock: Served, page: Page) -> None:
    page.goto(f"{mock.url}/docs")
    page.locator(".opblock-summary-control").click()
    shown = page.locator(".responses-table:not(.live-responses-table) .response-col_status").all_inner_texts()
    assert {text.strip() for text in shown} >= {"200", "400", "401", "422"}
    assert json.loads(page.request.get(f"{mock.url}/openapi.json").text())["servers"][0]["url"].startswith("https://")
