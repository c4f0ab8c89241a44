"""The console shows the mock's state and changes it, for everyone."""

import json
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, expect

from feather_kit.files import DOCUMENT, FIXTURES
from tests.mock_server.console.pages import KEY, TODAY, Api, Opened, opened
from tests.mock_server.processes import served


def test_every_scenario_is_offered_and_told(console: Opened, api: Api) -> None:
    page = console()
    scenarios = api.state()["scenarios"]
    assert page.locator("#scenario option").all_inner_texts() == [each["name"] for each in scenarios]
    for each in scenarios[:2]:
        page.locator("#scenario").select_option(each["name"])
        expect(page.locator("#scenario-about")).to_have_text(each["about"])


def test_a_scenario_is_changed_for_everyone(console: Opened, api: Api) -> None:
    page = console()
    page.locator("#scenario").select_option("single")
    expect(page.locator("#tiles")).to_contain_text("Integrations1")
    assert len(api.rows()) == 1


def test_a_change_by_another_client_is_noticed(console: Opened, api: Api) -> None:
    page = console()
    api.change(scenario="empty")
    expect(page.locator("#scenario")).to_have_value("empty")
    expect(page.locator("#refusal h2")).to_have_text("No rows")


def test_delay_and_faults_are_set_for_everyone(console: Opened, api: Api) -> None:
    page = console()
    page.get_by_text("Delay and faults").click()
    page.locator("#delay").fill("1..3")
    page.locator("#delay").press("Enter")
    expect(page.locator("#trouble-now")).to_have_text("1..3 ms")
    page.get_by_label("dropped connection").uncheck()
    page.get_by_label("Fault rate").fill("12.5")
    page.get_by_label("Fault rate").press("Tab")
    expect(page.locator("#trouble-now")).to_have_text("1..3 ms, 12.5 %")
    state = api.state()
    assert (state["delay"], state["fault_rate"]) == ("1..3", 0.125)
    assert state["faults"] == ["500", "503", "429", "cut"]


def test_a_value_that_cannot_be_is_refused_with_what_can(console: Opened, api: Api) -> None:
    page = console()
    page.get_by_text("Delay and faults").click()
    page.locator("#delay").fill("soon")
    page.locator("#delay").press("Tab")
    expect(page.locator("#everyone-complaint")).to_contain_text("50..200")
    assert api.state()["delay"] is None


def test_reset_goes_back_to_the_start(console: Opened, api: Api) -> None:
    page = console()
    page.locator("#scenario").select_option("empty")
    expect(page.locator("#refusal h2")).to_have_text("No rows")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#rows")).to_be_visible()
    expect(page.locator("#scenario")).to_have_value("normal")
    assert api.state()["scenario"] == "normal"


def test_a_mock_that_goes_away_is_told_and_found_again(console: Opened) -> None:
    page = console()
    page.route("**/__mock/health", lambda route: route.abort())
    expect(page.locator("#pulse")).to_have_text("no answer")
    page.unroute_all()
    expect(page.locator("#pulse")).to_have_text("answering")


def test_a_mock_that_is_started_anew_is_asked_again(browser: Browser) -> None:
    with served("--today", TODAY, "--api-key", KEY) as first, opened(browser, first.url, "") as page:
        port = first.url.rsplit(":", 1)[1]
        first.end()
        expect(page.locator("#pulse")).to_have_text("no answer")
        with served("--today", TODAY, "--api-key", KEY, "--scenario", "single", "--port", port):
            expect(page.locator("#tiles")).to_contain_text("Integrations1")
            expect(page.locator("#entries li")).to_have_count(1)


def test_a_broken_edit_is_shown_with_file_and_line_until_it_is_mended(browser: Browser, tmp_path: Path) -> None:
    fixtures = tmp_path / "fixtures"
    shutil.copytree(FIXTURES, fixtures)
    file = fixtures / "scenarios" / "single.yaml"
    right = file.read_text()
    with (
        served("--today", TODAY, "--api-key", KEY, "--fixtures", fixtures) as mock,
        opened(browser, mock.url, "") as page,
    ):
        file.write_text(f"{right}keeep: 3\n")
        line = right.count("\n") + 1
        expect(page.get_by_role("alert")).to_contain_text(f"single.yaml:{line}")
        expect(page.get_by_role("alert")).to_contain_text("keeep")
        expect(page.locator("#rows")).to_be_visible()
        file.write_text(right)
        expect(page.locator("#problem")).to_be_hidden()


def test_another_vendors_document_is_told_to_have_no_rows(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text(DOCUMENT.read_text().replace("name: start_date", "name: since"))
    with served(file, "--api-key", KEY) as mock:
        page = browser.new_page()
        page.goto(mock.url)
        expect(page.locator("#refusal h2")).to_have_text("No rows to show")
        expect(page.locator("#request")).to_be_hidden()
        Api(mock.url).ask("/v1/analytics/integrations/by-integration?since=2026-01-01&end_date=2026-01-02")
        expect(page.locator("#entries .status")).to_have_text("501")
        page.close()


def test_several_processes_say_that_they_have_no_state_or_log_in_common(browser: Browser) -> None:
    with served("--today", TODAY, "--api-key", KEY, "--workers", "2") as mock, opened(browser, mock.url, "") as page:
        expect(page.locator("#log-empty")).to_contain_text("2 processes")
        page.locator("#scenario").select_option("single")
        expect(page.locator("#everyone-complaint")).to_contain_text("2 processes")
        expect(page.locator("#scenario")).to_have_value("normal")


def test_the_page_begins_by_itself_once_the_mock_answers(console: Opened) -> None:
    page = console()
    page.route("**/__mock/session", lambda route: route.abort())
    page.reload()
    expect(page.locator("#refusal h2")).to_have_text("The console cannot begin")
    page.unroute_all()
    expect(page.locator("#rows")).to_be_visible()


def with_problem(page: Page, problem: dict[str, Any]) -> None:
    """Let the mock's state tell of a problem."""

    def answer(route: Route) -> None:
        state = route.fetch().json()
        route.fulfill(body=json.dumps({**state, "problem": problem}), content_type="application/json")

    page.route("**/__mock/health", answer)


def test_a_problem_without_a_line_is_shown_by_its_message(console: Opened) -> None:
    page = console()
    with_problem(page, {"message": "The folder is gone. Put it back.", "file": "/fixtures", "line": None})
    expect(page.get_by_role("alert")).to_contain_text("/fixtures The folder is gone. Put it back.")
    page.unroute_all()
    expect(page.locator("#problem")).to_be_hidden()
