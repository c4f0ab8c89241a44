"""A mock, a browser, and a page on which nothing may go wrong unnoticed."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.mock_server.console.pages import ARGUMENTS, KEY, TODAY, Api, Opened, opened
from tests.mock_server.processes import Served, served


@pytest.fixture(scope="session")
def mock() -> Iterator[Served]:
    with served("--today", TODAY, "--api-key", KEY, "--validate-responses") as mock:
        yield mock


expect.set_options(timeout=20_000)  # a busy machine is no fault of the page


# No longer than a module: while Playwright runs, its event loop is in the way of every test that wants one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def api(mock: Served) -> Iterator[Api]:
    """Give another client of the mock, which is as it was started before each test."""
    api = Api(mock.url)
    api.reset()
    yield api
    api.reset()


@pytest.fixture
def console(api: Api, browser: Browser) -> Iterator[Opened]:
    """Open the console, at any width and theme; at the test's end nothing was complained of."""
    with ExitStack() as pages:

        def visit(query: str = "", **context: Any) -> Page:
            return pages.enter_context(opened(browser, api.url, query, **context))

        yield visit
