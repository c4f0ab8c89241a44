"""The console for everyone's eyes and hands: contrast, names, width, theme, keyboard."""

from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.mock_server.console.pages import PATH, Api, Opened

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
WIDE, MIDDLE, NARROW = 1440, 1024, 380
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
VIEWS = {
    "rows": "?range=7d",
    "outage": "?range=7d&scenario=outage",
    "huge": "?range=1d&scenario=huge",
    "extremes": "?range=7d&scenario=extremes",
    "pinned": "?range=7d&scenario=extremes&slug=edge-cases&mode=live",
    "nothing": "?scenario=empty",
    "refused": "?range=custom&start=2026-02-30&end=x",
    "unauthorized": "?key=wrong",
}


def settle(page: Page) -> None:
    """Wait until nothing more is asked for."""
    expect(page.locator("#days-progress")).to_be_hidden()
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "false")


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """Let axe look at the page: each rule that is broken, and where."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_accessible_and_fits_at_every_width(console: Opened, api: Api, view: str) -> None:
    api.ask(f"{PATH}?start_date=2026-06-31")  # the log has a refusal to show
    page = console(VIEWS[view], reduced_motion="reduce")
    for details in page.locator("details > summary").all():
        if details.is_visible():
            details.click()
    if view == "huge":
        page.locator("#find").fill("atlas")  # axe looks at each cell, for seconds
    SCREENSHOTS.mkdir(exist_ok=True)
    for width, theme in product((WIDE, MIDDLE, NARROW), THEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        settle(page)
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
        if width != MIDDLE:
            page.screenshot(path=SCREENSHOTS / f"console-{view}-{width}-{theme}.png", full_page=True)
            assert faults(page) == []


def test_a_problem_and_a_complaint_can_be_read(console: Opened) -> None:
    page = console("?range=1d")
    for place, text in {"problem": "catalogue.yaml:3 is wrong", "everyone-complaint": "It cannot be"}.items():
        page.locator(f"#{place}").evaluate("(place, text) => { place.textContent = text; place.hidden = false; }", text)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert faults(page) == []


def test_all_of_it_can_be_done_from_the_keyboard(console: Opened) -> None:
    page = console("?range=7d")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the answer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("tab", name="curl")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="fetch")).to_be_focused()
    expect(page.locator("#snippet")).to_contain_text("await fetch")
    page.locator("#table [data-sort=invocations]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#table th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#table [data-sort=invocations]")).to_be_focused()
    page.locator("#table button.key").nth(2).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#table button.key").nth(2)).to_be_focused()
    expect(page.locator("#table button.key").nth(2)).to_have_attribute("aria-pressed", "true")
    page.locator("#start").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#target")).to_contain_text("start_date=2026-06-25")


def test_every_control_is_reached_by_tab_in_the_order_of_the_page(console: Opened) -> None:
    page = console("?range=1d")
    seen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.name || document.activeElement.textContent"
            )
        )
    order = ["reset", "scenario", "send", "range", "start", "end", "mode", "slug", "tab-curl", "copy"]
    assert [name for name in seen if name in order] == order


def test_a_key_press_in_the_log_or_a_new_entry_moves_no_focus(console: Opened, api: Api) -> None:
    page = console("?range=1d")
    page.locator("#find").focus()
    api.ask(f"{PATH}?start_date=2026-06-31")
    expect(page.locator("#entries .status").first).to_have_text("422")
    expect(page.locator("#find")).to_be_focused()


def test_the_charts_have_names_that_tell_their_ends(console: Opened) -> None:
    page = console("?range=7d")
    name = page.locator("#charts [data-metric=p95_latency_ms] svg").get_attribute("aria-label") or ""
    assert "highest openai with" in name
    expect(page.locator("#charts svg")).to_have_count(3)
    assert all(svg.get_attribute("role") == "img" for svg in page.locator("main figure svg").all())


def test_a_wider_window_has_wider_charts(console: Opened) -> None:
    page = console("?range=7d", viewport={"width": 900, "height": 900})
    chart = page.locator("#series svg").first
    before = float(chart.get_attribute("width") or 0)
    page.set_viewport_size({"width": 1700, "height": 900})
    expect(chart).not_to_have_attribute("width", str(int(before)))
    assert float(chart.get_attribute("width") or 0) > before
