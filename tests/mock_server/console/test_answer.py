"""The console asks the operation and shows what comes: rows, charts, days, and each way of getting none."""

import json
import re
import shutil
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.mock_server.console.pages import (
    KEY,
    METRICS,
    PATH,
    Api,
    Opened,
    by_volume,
    number,
    shown,
    table,
)


def test_the_table_holds_the_rows_of_the_api(console: Opened, api: Api) -> None:
    assert table(console()) == shown(by_volume(api.rows()))


def test_the_page_tells_which_document_is_served_and_by_which_rules(console: Opened) -> None:
    page = console()
    expect(page.locator("h1")).to_have_text("Feather API 1.21.0")
    expect(page.locator("#today")).to_have_text("2026-06-30")
    expect(page.locator("#seed")).to_have_text("1")
    expect(page.get_by_role("link", name="API docs")).to_have_attribute("href", "docs")


@pytest.mark.parametrize("column", ["integration_key", "vendor_errors", "success_rate_pct", "p95_latency_ms"])
def test_each_column_sorts_both_ways(console: Opened, column: str) -> None:
    page = console()
    header = page.locator(f"#table [data-sort={column}]")
    seen = []
    for _ in range(2):
        header.click()
        values = [row[column] for row in table(page)]
        direction = page.locator("#table th[aria-sort]").get_attribute("aria-sort")
        assert values == sorted(values, reverse=direction == "descending")
        seen.append(direction)
    assert set(seen) == {"ascending", "descending"}


@pytest.mark.parametrize("metric", METRICS)
def test_a_chart_tells_and_draws_the_values_of_the_api(console: Opened, api: Api, metric: str) -> None:
    page = console()
    rows = by_volume(api.rows())[:15]
    marks = page.locator(f"#charts [data-metric={metric}] svg :is(path, circle):has(> title)").evaluate_all(
        "marks => marks.map(mark => ({ name: mark.textContent, x: mark.getBBox().x, width: mark.getBBox().width }))"
    )
    told = [mark["name"].rsplit(": ", 1) for mark in marks]
    assert [(key, number(text)) for key, text in told] == [(row["integration_key"], row[metric]) for row in shown(rows)]
    values = [row[metric] for row in rows]
    if metric == "success_rate_pct":
        assert shares([box["x"] for box in marks]) == pytest.approx(shares(values), abs=0.01)
    else:
        widest = max(box["width"] for box in marks)
        assert [box["width"] / widest for box in marks] == pytest.approx(
            [value / max(values) for value in values], abs=0.01
        )


def shares(values: list[float]) -> list[float]:
    """Say where each value lies between the least, 0, and the most, 1."""
    return [(value - min(values)) / (max(values) - min(values)) for value in values]


def test_the_charts_follow_the_order_of_the_table(console: Opened, api: Api) -> None:
    page = console("?sort=p95_latency_ms")
    labels = page.locator("#charts [data-metric=invocations] .labels text").evaluate_all(
        "texts => texts.map(text => text.querySelector('title')?.textContent ?? text.textContent)"
    )
    rows = sorted(api.rows(), key=lambda row: (row["p95_latency_ms"], row["integration_key"]))
    assert labels == [row["integration_key"] for row in rows[:15]]


def test_the_days_of_an_integration_are_those_of_one_day_requests(console: Opened, api: Api) -> None:
    page = console("?range=7d&integration=zendesk")
    days = [f"2026-06-{day}" for day in range(24, 31)]
    wanted = []
    for day in days:
        rows = api.rows(start_date=day, end_date=day)
        wanted += [row for row in shown(rows) if row["integration_key"] == "zendesk"]
    expect(page.locator("#days-table tbody th")).to_have_text(days)
    page.get_by_text("The days as a table").click()
    assert [{**row, "integration_key": "zendesk"} for row in table(page, "#days-table")] == wanted
    for metric in METRICS:
        chart = page.locator(f"#series [data-metric={metric}] svg")
        heights = chart.locator("circle").evaluate_all("points => points.map(point => -point.getAttribute('cy'))")
        assert shares(heights) == pytest.approx(shares([row[metric] for row in wanted]), abs=0.03)
        assert len(re.findall("[ML]", chart.locator(".line path").get_attribute("d") or "")) == len(days)


def test_days_are_asked_for_a_few_at_a_time_and_once(console: Opened, api: Api) -> None:
    page = console("?range=1d")
    api.change(delay="60")
    expect(page.locator("#trouble-now")).to_have_text("60 ms")
    underway: set[Request] = set()
    most = [0]
    days: list[str] = []

    def begin(request: Request) -> None:
        query = parse_qs(urlsplit(request.url).query)
        if PATH in request.url and query["start_date"] == query["end_date"]:
            underway.add(request)
            days.append(query["start_date"][0])
            most[0] = max(most[0], len(underway))

    def end(request: Request) -> None:
        underway.discard(request)

    page.on("request", begin)
    page.on("requestfinished", end)
    page.get_by_role("radio", name="the last 30 days").check()
    expect(page.locator("#days-table tbody tr")).to_have_count(30)
    page.locator("#integration").select_option("zendesk")
    expect(page.locator("#series svg").first).to_have_attribute(
        "aria-label", re.compile("^Volume of zendesk day by day")
    )
    # The 30th of June was known from the first range; another integration needs no further request.
    assert 29 <= len(set(days)) == len(days) <= 30
    assert 2 <= most[0] <= 4


def test_a_long_series_is_asked_for_on_demand_and_can_be_cancelled(console: Opened, api: Api) -> None:
    page = console("?range=90d")
    with page.expect_response(lambda response: PATH in response.url):  # what it asks again as the state has changed
        api.change(delay="150")
    ask = page.locator("#days-ask")
    expect(ask).to_have_text("Ask for 90 days, one request each")
    ask.click()
    expect(page.get_by_role("progressbar", name="Days asked for")).to_be_visible()
    expect(page.locator("#days-count")).not_to_have_text("0 of 90 days")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("progressbar", name="Days asked for")).to_be_hidden()
    expect(ask).to_contain_text("Ask for the other")
    with page.expect_response(lambda response: PATH in response.url):
        api.change(delay=None)
    expect(ask).to_have_text("Ask for 90 days, one request each")
    ask.click()
    expect(page.locator("#days-table tbody tr")).to_have_count(90)


def test_a_range_is_chosen_by_a_preset_by_typing_and_by_arrow_keys(console: Opened, api: Api) -> None:
    page = console()
    page.get_by_role("radio", name="the last 7 days").check()
    expect(page.locator("#target")).to_have_text(f"{PATH}?start_date=2026-06-24&end_date=2026-06-30")
    page.locator("#start").fill("2026-06-20")
    expect(page.locator("#target")).to_have_text(f"{PATH}?start_date=2026-06-20&end_date=2026-06-30")
    page.locator("#end").press("ArrowDown")
    page.locator("#end").press("ArrowDown")
    expect(page.locator("#target")).to_have_text(f"{PATH}?start_date=2026-06-20&end_date=2026-06-28")
    wanted = shown(by_volume(api.rows(start_date="2026-06-20", end_date="2026-06-28")))
    expect(page.locator("#table tbody tr").first.locator("td").first).to_have_text(f"{wanted[0]['invocations']:,}")
    assert table(page) == wanted


def test_what_is_typed_counts_before_what_is_clicked_next(console: Opened) -> None:
    page = console()
    page.locator("#start").fill("2026-06-20")
    page.locator("#mode").select_option("test")
    expect(page.locator("#target")).to_have_text(f"{PATH}?start_date=2026-06-20&end_date=2026-06-30&mode=test")


def test_mode_and_slug_are_offered_and_filter(console: Opened, api: Api) -> None:
    page = console()
    assert page.locator("#mode option").all_inner_texts()[1:-1] == ["live", "test"]
    page.locator("#mode").select_option("test")
    page.locator("#slug").select_option("northwind")
    expect(page.locator("#target")).to_contain_text("mode=test&slug=northwind")
    wanted = shown(by_volume(api.rows(mode="test", slug="northwind")))
    expect(page.locator("#table tbody tr").first.locator("td").first).to_have_text(f"{wanted[0]['invocations']:,}")
    assert table(page) == wanted


def test_a_value_that_nothing_has_shows_no_rows_and_the_way_back(console: Opened) -> None:
    page = console()
    page.locator("#slug").select_option("other…")
    page.get_by_label("Another slug").fill("no such workspace")
    expect(page.locator("#refusal h2")).to_have_text("No rows")
    expect(page.locator("#result")).to_contain_text("0 rows")
    page.get_by_role("button", name="Take all modes and slugs").click()
    expect(page.locator("#rows")).to_be_visible()
    expect(page.locator("#slug")).to_have_value("\u0000all")


def test_one_request_alone_gets_another_scenario_or_a_delay(console: Opened, api: Api) -> None:
    page = console()
    page.get_by_text("For this request alone").click()
    page.locator("#prefer-scenario").select_option("single")
    expect(page.locator("#tiles")).to_contain_text("Integrations1")
    with page.expect_request(lambda request: "delay=25" in request.headers.get("prefer", "")) as asked:
        page.locator("#prefer-delay").fill("25")
    assert asked.value.headers["prefer"] == "scenario=single, delay=25"
    expect(page.locator("#result .chip")).to_contain_text("delay=25")
    assert len(api.rows()) > 1  # everyone else has what they had


@pytest.mark.parametrize(
    ("code", "title"),
    [("400", "The request was refused"), ("401", "The key was not accepted"), ("422", "A parameter was not accepted")],
)
def test_a_refusal_on_demand_is_shown_with_its_body(console: Opened, code: str, title: str) -> None:
    page = console()
    page.get_by_text("For this request alone").click()
    page.locator("#prefer-code").select_option(code)
    expect(page.locator("#refusal h2")).to_have_text(title)
    expect(page.locator("#result .status")).to_contain_text(code)
    json.loads(page.locator("#refusal-body").inner_text())
    page.get_by_role("button", name="Answer with what fits").click()
    expect(page.locator("#rows")).to_be_visible()


def test_a_status_that_the_document_has_not_is_marked(console: Opened) -> None:
    page = console("?code=503")
    expect(page.locator("#refusal h2")).to_have_text("The answer is a failure")
    expect(page.locator("#result")).to_contain_text("not in the document")


@pytest.mark.parametrize("key", ["none", "wrong"])
def test_a_request_without_the_right_key_is_a_401(console: Opened, key: str) -> None:
    page = console()
    page.get_by_text("For this request alone").click()
    page.locator("#key").select_option(key)
    expect(page.locator("#result .status")).to_have_text("401 Unauthorized")
    page.get_by_role("button", name="Send the key").click()
    expect(page.locator("#result .status")).to_have_text("200 OK")


def test_a_parameter_that_is_refused_is_marked_where_it_was_given(console: Opened) -> None:
    page = console()
    page.locator("#start").fill("2026-02-30")
    expect(page.locator("#result .status")).to_contain_text("422")
    expect(page.locator("#start")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#start-refused")).to_contain_text("start_date: Input should be")
    expect(page.locator("#end-refused")).to_be_hidden()
    page.locator("#start").fill("")
    expect(page.locator("#start-refused")).to_have_text("start_date: Field required")
    page.locator("#start").fill("2026-06-29")
    expect(page.locator("#rows")).to_be_visible()
    expect(page.locator("#start-refused")).to_be_hidden()


def test_a_range_that_is_turned_round_can_be_turned_back(console: Opened) -> None:
    page = console("?range=custom&start=2026-06-30&end=2026-06-01")
    expect(page.locator("#refusal-cause")).to_contain_text("start_date 2026-06-30 is after end_date 2026-06-01")
    page.get_by_role("button", name="Turn the range round").click()
    expect(page.locator("#rows")).to_be_visible()


def test_no_answer_at_all_is_shown_and_gone_once_there_is_one(console: Opened) -> None:
    page = console()
    page.route(f"**{PATH}*", lambda route: route.abort())
    page.locator("#send").click()
    expect(page.locator("#refusal h2")).to_have_text("No answer came")
    page.unroute_all()
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#rows")).to_be_visible()


def test_a_cut_body_is_told_as_such(console: Opened) -> None:
    page = console()
    page.route(f"**{PATH}*", lambda route: route.fulfill(status=200, content_type="application/json", body='[{"integr'))
    page.locator("#send").click()
    expect(page.locator("#refusal h2")).to_have_text("The answer cannot be read")
    expect(page.locator("#refusal-body")).to_have_text('[{"integr')


def test_what_is_chosen_survives_a_reload(console: Opened) -> None:
    page = console()
    page.locator("#mode").select_option("live")
    page.get_by_role("radio", name="the last 7 days").check()
    page.get_by_role("tab", name="Python").click()
    page.locator("#table [data-sort=p95_latency_ms]").click()
    page.locator("#integration").select_option("zendesk")
    page.reload()
    expect(page.locator("#mode")).to_have_value("live")
    expect(page.get_by_role("radio", name="the last 7 days")).to_be_checked()
    expect(page.get_by_role("tab", name="Python")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#table th[aria-sort=descending]")).to_have_text("p95↓")
    expect(page.locator("#integration")).to_have_value("zendesk")


def test_the_table_finds_an_integration_by_a_part_of_its_key(console: Opened) -> None:
    page = console("?scenario=huge&range=1d")
    page.locator("#find").fill("atlas-b")
    expect(page.locator("#table-which")).to_contain_text("2 of ")
    assert {row["integration_key"] for row in table(page)} == {"atlas-billing", "atlas-booking"}
    page.locator("#find").fill("no such key")
    expect(page.locator("#table")).to_have_text("No integration's key has “no such key” in it.")


def test_a_key_is_text_whatever_it_holds(console: Opened) -> None:
    page = console("?scenario=extremes")
    odd = next(row["integration_key"] for row in table(page) if "<b>" in row["integration_key"])
    page.locator("#table button.key", has_text="<b>").click()
    expect(page.locator("#integration")).to_have_value(odd)
    assert page.locator("main b").count() == 0


def code(page: Page, language: str) -> str:
    page.get_by_role("tab", name=language).click()
    return page.locator("#snippet code").text_content() or ""


ODD = "?range=7d&mode=live&slug=it%27s%20%22a%22%20%24HOME%20%26%20%2B&scenario=outage"
"""A slug that no shell, JavaScript or Python may take apart."""


@pytest.mark.parametrize("query", ["?range=7d&mode=live&scenario=outage", ODD])
def test_the_request_as_code_sends_what_the_page_sent(console: Opened, query: str) -> None:
    page = console(query)
    with page.expect_response(lambda response: "start_date=2026-06-24&end_date=2026-06-30" in response.url) as sent:
        page.locator("#send").click()
    rows = sent.value.json()
    assert (rows == []) == (query == ODD)
    curl = subprocess.run([shutil.which("sh") or "sh", "-c", code(page, "curl")], capture_output=True, check=True)
    assert json.loads(curl.stdout) == rows
    script = code(page, "Python").replace("print(answer.json())", "import json; print(json.dumps(answer.json()))")
    python = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert json.loads(python.stdout) == rows
    assert page.evaluate(f"async () => {{ {code(page, 'fetch')} return rows; }}") == rows


def test_the_code_is_copied_with_the_key(console: Opened) -> None:
    page = console(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#snippet code").text_content()
    assert KEY in copied
