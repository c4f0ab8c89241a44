"""The console's page as the tests see it, and the mock as another client sees it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, expect

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
KEY = "browser-key"
TODAY = "2026-06-30"
PATH = "/v1/analytics/integrations/by-integration"
JUNE = {"start_date": "2026-06-01", "end_date": "2026-06-30"}
"""What the page asks for when it is opened: the last 30 days."""

METRICS = ("invocations", "success_rate_pct", "p95_latency_ms")

Row = dict[str, Any]


class Opened(Protocol):
    """Opens the console."""

    def __call__(self, query: str = "", **context: Any) -> Page:
        """Open it at a query of its own, in a browser's context of these options."""


class Api:
    """Another client of the mock."""

    def __init__(self, url: str) -> None:
        self.url = url

    def rows(self, **query: str) -> list[Row]:
        """Ask for rows; without a range, for those of the last 30 days."""
        rows: list[Row] = self._json("GET", f"{PATH}?{urlencode({**JUNE, **query})}")
        return rows

    def state(self) -> dict[str, Any]:
        """Read the mock's state."""
        state: dict[str, Any] = self._json("GET", "/__mock/health")
        return state

    def change(self, **state: Any) -> None:
        """Change the mock's state."""
        self._json("PUT", "/__mock/scenario", state)

    def reset(self) -> None:
        """Set the mock back to how it was started."""
        self._json("POST", "/__mock/reset")

    def ask(self, target: str, **headers: str) -> int:
        """Send any request with the key, and give the answer's status."""
        try:
            with urlopen(Request(self.url + target, headers={"x-api-key": KEY, **headers})) as answer:
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return error.code

    def _json(self, method: str, target: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"x-api-key": KEY, "content-type": "application/json"}
        with urlopen(Request(self.url + target, data, headers, method=method)) as answer:
            return json.loads(answer.read())


@contextmanager
def opened(browser: Browser, url: str, query: str, **context: Any) -> Iterator[Page]:
    """Open the console, wait until it shows an answer; in the end, nothing was complained of, nobody else asked."""
    complaints: list[str] = []
    asked: list[str] = []
    window = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **context})
    page = window.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type in _LOUD else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto(f"{url}/{query}")
        expect(page.locator("#result .status")).to_be_visible()
        yield page
    finally:
        window.close()
    # The browser itself notes answers such as 401, and failed connections; tests bring them about on purpose.
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []
    assert {urlsplit(address).netloc for address in asked} == {urlsplit(url).netloc}


_LOUD = ("error", "warning")


def table(page: Page, place: str = "#table") -> list[Row]:
    """Read the rows from a table of the page, as the API has them."""
    names = ("integration_key", "invocations", "successful", "vendor_errors", "exceptions", *METRICS[1:])
    cells = page.locator(f"{place} tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return [
        {name: number(text) if index else text for index, (name, text) in enumerate(zip(names, row, strict=True))}
        for row in cells
    ]


def number(text: str) -> float:
    """Read a number as the page writes it, its unit left out."""
    return float(re.sub(r"[^\d.]", "", text))


def shown(rows: list[Row]) -> list[Row]:
    """Round rows as the page's table does."""
    return [
        {
            **row,
            "success_rate_pct": round(row["success_rate_pct"], 2),
            "p95_latency_ms": milliseconds(row["p95_latency_ms"]),
        }
        for row in rows
    ]


def milliseconds(value: float) -> float:
    """Round a latency as the page does: to tenths below 100, half up."""
    return int(value * 10 + 0.5) / 10 if value < 100 else int(value + 0.5)


def by_volume(rows: list[Row]) -> list[Row]:
    """Order rows as the page does at first."""
    return sorted(rows, key=lambda row: (-row["invocations"], row["integration_key"]))
