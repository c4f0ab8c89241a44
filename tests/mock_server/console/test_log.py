"""The console's log of requests: live, filtered, paused, cleared; no key is in it."""

from playwright.sync_api import expect

from tests.mock_server.console.pages import KEY, PATH, Api, Opened

BAD = f"{PATH}?start_date=2026-13-01&end_date=2026-06-30"
GOOD = f"{PATH}?start_date=2026-06-01&end_date=2026-06-02&slug=from%20elsewhere"


def test_a_request_of_another_client_shows_as_it_comes(console: Opened, api: Api) -> None:
    page = console()
    api.ask(GOOD)
    entry = page.locator("#entries li").first
    expect(entry.locator(".query")).to_have_text("start_date=2026-06-01&end_date=2026-06-02&slug=from elsewhere")
    expect(entry.locator(".status")).to_have_text("200")
    expect(entry.locator(".method")).to_have_text("GET")
    expect(entry.locator(".path")).to_have_text(PATH)
    expect(entry.locator(".ms")).to_contain_text(" ms")
    assert KEY not in page.locator("#entries").inner_text()


def test_a_refused_parameter_is_told_with_its_reason(console: Opened, api: Api) -> None:
    page = console()
    api.ask(BAD)
    entry = page.locator("#entries li").first
    expect(entry.locator(".status")).to_have_text("422")
    expect(entry.locator(".refused")).to_contain_text("start_date Input should be a valid date")


def test_an_applied_preference_is_told(console: Opened, api: Api) -> None:
    page = console()
    api.ask(GOOD, Prefer="scenario=outage")
    expect(page.locator("#entries li").first.locator(".who")).to_contain_text("prefers scenario=outage")


def test_the_log_is_filtered_by_status_and_text(console: Opened, api: Api) -> None:
    page = console()
    api.ask(BAD)
    api.ask(GOOD)
    page.locator("#log-status").select_option("4xx")
    expect(page.locator("#entries .status")).to_have_text(["422"])
    page.locator("#log-status").select_option("all statuses")
    page.locator("#log-find").fill("slug=from%20else")
    expect(page.locator("#entries .query")).to_have_count(1)
    page.locator("#log-find").fill("nothing has this")
    expect(page.locator("#log-empty")).to_have_text("No request fits the filter.")


def test_a_paused_log_stands_still_and_catches_up(console: Opened, api: Api) -> None:
    page = console("?range=1d")
    expect(page.locator("#entries li")).to_have_count(1)
    page.get_by_role("button", name="Pause").click()
    with page.expect_response(lambda response: response.url.endswith("/__mock/health")):
        api.ask(BAD)
    expect(page.locator("#entries li")).to_have_count(1)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#entries li")).to_have_count(2)


def test_the_log_is_cleared_for_everyone(console: Opened) -> None:
    page = console("?range=1d")
    expect(page.locator("#entries li")).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#log-empty")).to_contain_text("No request yet")
    page.reload()
    expect(page.locator("#entries li")).to_have_count(1)  # the one that the reload sent


def test_the_pages_own_day_by_day_requests_show_only_when_wanted(console: Opened) -> None:
    page = console("?range=7d")
    expect(page.locator("#log-days-label")).to_have_text("this page's 7 day-by-day requests too")
    expect(page.locator("#entries li")).to_have_count(1)
    page.get_by_label("day-by-day requests too").check()
    expect(page.locator("#entries li")).to_have_count(8)


def test_without_a_stream_the_log_is_asked_for(console: Opened, api: Api) -> None:
    page = console("?range=1d")
    page.route("**/__mock/requests/stream", lambda route: route.fulfill(status=503))
    page.reload()
    expect(page.locator("#entries li")).to_have_count(2)
    api.ask(BAD)
    expect(page.locator("#entries .status").first).to_have_text("422")
