"""A browser's `fetch` from a page of another origin: the app that a front-end developer has open beside the mock."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.clients.conftest import KEY
from tests.mock_server.processes import Served

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
ASK = """async ([url, headers]) => {
    const response = await fetch(url, { headers });
    return { status: response.status, type: response.headers.get("content-type"), body: await response.json() };
}"""


class _App(BaseHTTPRequestHandler):
    """An empty page, at an origin of its own."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>App</title>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _App) as app:
        threading.Thread(target=app.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{app.server_address[1]}/")
            yield page
            browser.close()
        app.shutdown()


@pytest.mark.parametrize(
    ("query", "key", "status"),
    [
        ("start_date=2026-06-01&end_date=2026-06-07", KEY, 200),
        ("start_date=2026-06-07&end_date=2026-06-01", KEY, 400),
        ("start_date=2026-06-01&end_date=2026-06-07", "another", 401),
        ("start_date=2026-06-01&end_date=2026-06-31", KEY, 422),
    ],
)
def test_the_page_reads_each_answer(mock: Served, page: Page, query: str, key: str, status: int) -> None:
    url = f"{mock.url}/v1/analytics/integrations/by-integration?{query}"
    answer = page.evaluate(ASK, [url, {"x-api-key": key}])
    assert (answer["status"], answer["type"]) == (status, "application/json")
    if status == 200:
        assert answer["body"][0]["invocations"] > 0
    elif status == 422:
        assert answer["body"]["detail"][0]["loc"] == ["query", "end_date"]
    else:
        assert answer["body"]["message"]


def test_the_page_may_state_a_preference(mock: Served, page: Page) -> None:
    """`Prefer` is no header that a browser sends to another origin without asking first."""
    url = f"{mock.url}/v1/analytics/integrations/by-integration?start_date=2026-06-01&end_date=2026-06-07"
    answer = page.evaluate(ASK, [url, {"x-api-key": KEY, "Prefer": "code=422"}])
    assert answer["status"] == 422
