"""The page in a real browser: wide and narrow, light and dark, with a passing, a failing and an empty run.

Screenshots go to `tests/screenshots/`, for people to look at.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from contract_tests.report import Report
from contract_tests.reports.page import render_page
from tests.contract_tests.reports import sample

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
REPORTS = {"passing": sample.passing(), "failing": sample.failing(), "unreached": sample.unreached()}
WIDTHS = (1280, 380)
SCHEMES = ("light", "dark")


@dataclass
class Opened:
    """A page that was opened, and what it asked for and complained of since."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    contexts = []

    def open_it(report: Report, width: int = 1280, scheme: Any = "light", **more: Any) -> Opened:
        file = tmp_path / "report.html"
        file.write_text(render_page(report), "utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.asked.append(request.url))
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.goto(file.as_uri())
        assert opened.asked == [file.as_uri()]
        return opened

    yield open_it
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", REPORTS)
def test_a_page_fits_its_window_and_asks_for_nothing(open_report: Any, name: str, width: int, scheme: str) -> None:
    opened = open_report(REPORTS[name], width, scheme)
    page = opened.page
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"report-{name}-{scheme}-{width}.png", full_page=True)
    # Even with all that is folded up opened.
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.complaints == []
    assert len(opened.asked) == 1


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [("failing", 1280, "light"), ("failing", 380, "dark"), ("passing", 380, "light"), ("passing", 1280, "dark")],
)
def test_a_page_keeps_to_wcag_aa(open_report: Any, name: str, width: int, scheme: str) -> None:
    page = open_report(REPORTS[name], width, scheme).page
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, options=rules)
    assert found.violations_count == 0, found.generate_report()


def test_without_a_script_all_can_be_read_and_nothing_offers_what_it_cannot_do(open_report: Any) -> None:
    page = open_report(REPORTS["failing"], java_script_enabled=False).page
    expect(page.get_by_role("heading", level=1)).to_have_text("Violates")
    expect(page.locator("#p-401-part-of-key .copyable pre")).to_contain_text("curl -sS -i")
    assert page.get_by_role("button").count() == 0
    page.locator("#p-401-part-of-key summary", has_text="headers").click()
    expect(page.locator("#p-401-part-of-key .headers")).to_be_visible()


def test_a_curl_line_is_copied_by_its_button(open_report: Any) -> None:
    page = open_report(REPORTS["failing"], permissions=["clipboard-read", "clipboard-write"]).page
    button = page.locator("#p-401-part-of-key button")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#p-401-part-of-key .copyable code").inner_text()
    assert copied.startswith("curl ")


def test_where_the_clipboard_is_refused_the_curl_line_is_selected(open_report: Any) -> None:
    page = open_report(REPORTS["failing"]).page
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')) }")
    page.locator("#p-401-part-of-key button").click()
    expect(page.locator("#p-401-part-of-key button")).to_have_text("Selected")
    assert page.evaluate("getSelection().toString()").startswith("curl ")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_sign_in_the_matrix_leads_to_what_became_of_its_promise(open_report: Any, width: int) -> None:
    page = open_report(REPORTS["failing"], width).page
    sign = page.get_by_role("link", name="ranges-add-up: broken")
    sign.focus()
    page.keyboard.press("Enter")
    card = page.locator("#p-ranges-add-up")
    expect(card).to_be_in_viewport()
    expect(card).to_contain_text("hubspot: invocations 41 against 40, 1 more")
    expect(card.locator(".exchange")).to_have_count(2)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_verdict_is_seen_first(open_report: Any, width: int) -> None:
    page = open_report(REPORTS["passing"], width).page
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()
    expect(page.get_by_text(f"All {len(sample.promises())} promises are kept.")).to_be_in_viewport()


def test_markup_from_an_answer_does_nothing_even_if_it_were_in_the_page(open_report: Any) -> None:
    opened = open_report(REPORTS["failing"])
    opened.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x:y><p style=\"color:red\">x</p>')")
    refused = [text for text in opened.complaints if "Content Security Policy" in text]
    assert len(refused) == len(opened.complaints) > 0


def test_the_printed_page_opens_what_is_folded_up(open_report: Any) -> None:
    page = open_report(REPORTS["failing"]).page
    page.emulate_media(media="print")
    expect(page.locator("#p-401-part-of-key .headers")).to_be_visible()
    expect(page.locator("#p-401-part-of-key button")).to_be_hidden()
