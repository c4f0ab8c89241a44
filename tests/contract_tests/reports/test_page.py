"""The page: what it shows, and that whatever a deployment answers stays text in it."""

import re
from html.parser import HTMLParser

import pytest

from contract_tests.catalogue import all_promises
from contract_tests.operation import Operation
from contract_tests.promise import Status
from contract_tests.report import Report
from contract_tests.reports.matrix import AREAS
from contract_tests.reports.page import code, render_page
from tests.contract_tests.making import KEY, exchange
from tests.contract_tests.reports import sample


class Outline(HTMLParser):
    """Reads a page's elements, their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.elements if "id" in attributes]


@pytest.fixture(scope="module")
def failing() -> str:
    return render_page(sample.failing())


@pytest.mark.parametrize(
    ("report", "verdict"),
    [(sample.passing(), "Conforms"), (sample.failing(), "Violates"), (sample.unreached(), "No verdict")],
    ids=["passing", "failing", "unreached"],
)
def test_the_verdict_is_the_title_and_the_only_first_heading(report: Report, verdict: str) -> None:
    page = render_page(report)
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page) == [verdict]
    assert f"<title>{verdict}: Feather API 1.21.0</title>" in page


def test_markup_in_an_answer_stays_text(failing: str) -> None:
    outline = Outline(failing)
    assert len(outline.named("script")) == 1
    assert outline.named("img") == []
    assert sample.MARKUP in outline.text
    assert not any(name.startswith("on") for _, attributes in outline.elements for name in attributes)


def test_the_key_is_not_in_the_page(failing: str) -> None:
    assert sample.without_key(failing)
    assert "it is [key]" in failing
    assert "$FEATHER_API_KEY" in failing
    assert "${FEATHER_API_KEY%?}" in failing


def test_a_page_names_nothing_outside_of_itself_and_has_no_inline_style(failing: str) -> None:
    outline = Outline(failing)
    for _, attributes in outline.elements:
        assert "src" not in attributes
        assert "style" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert "@import" not in failing
    assert "url(" not in failing


def test_each_broken_promise_shows_its_rule_who_says_so_its_requests_and_its_answers(failing: str) -> None:
    text = " ".join(Outline(failing).text.split())
    report = sample.failing()
    for outcome in report.outcomes:
        if outcome.status is Status.BROKEN:
            assert f"{outcome.promise.id} {outcome.promise.title.replace('`', '')}." in text
            for seen in outcome.findings[0].exchanges:
                assert report.curl(seen) in text
    assert "Assumed by the kit" in text
    assert "Stated by the document" in text
    assert "500 Internal Server Error" in text
    assert "The smallest case of 3 that were seen" in text
    assert "The connection was closed without an answer." in text


def test_what_was_not_exercised_stands_with_its_reason(failing: str) -> None:
    text = " ".join(Outline(failing).text.split())
    assert "Not tried: needs a --slug or a --mode that holds data." in text
    assert "The document has 400, and none came." in text
    assert "Accepted: known as FEA-12 (until 2026-12-31)" in text


def test_the_run_can_be_repeated_from_the_page(failing: str) -> None:
    report = sample.failing()
    text = " ".join(Outline(failing).text.split())
    assert report.command in text
    assert "2026-10-25 to 2026-11-21" in text


def test_every_promise_is_in_the_matrix_and_in_the_list(failing: str) -> None:
    outline = Outline(failing)
    ids = outline.ids()
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for attributes in outline.named("a")]
    for promise in sample.promises():
        assert f"p-{promise.id}" in ids
        assert f"#p-{promise.id}" in links
    assert {link.removeprefix("#") for link in links if link} <= set(ids)


def test_each_area_of_the_matrix_has_a_name_for_its_readers(operation: Operation) -> None:
    modules = {promise.attempt.__module__.rpartition(".")[2] for promise in all_promises(operation)}
    assert modules == set(AREAS)


def test_latencies_are_drawn_and_told() -> None:
    report = sample.passing()
    page = render_page(report)
    assert page.count("<circle") == len(report.exchanges)
    assert re.search(r"p50 [\d.]+ ms, p95 [\d.]+ ms, p99 [\d.]+ ms", page)


def test_a_run_without_an_answer_says_why() -> None:
    text = " ".join(Outline(render_page(sample.unreached())).text.split())
    assert "cannot be reached: Connection refused. Start the deployment, or mend the URL." in text
    assert "No promise was tried." in text
    assert "No answer came." in text


def test_what_terminals_obey_is_spelled_out(failing: str) -> None:
    assert "\x1b" not in failing
    assert "\u202e" not in failing
    assert r"\x1b[2J" in failing


def test_a_huge_answer_makes_no_huge_page() -> None:
    huge = exchange(f"{KEY}{{".encode() * 400_000, 200, sample.VALID, headers=(("X-Long", "y" * 100_000),) * 500)
    findings = sample.failing().outcomes[0]
    broken = next(o for o in sample.failing().outcomes if o.status is Status.BROKEN)
    outcome = type(findings)(
        broken.promise, Status.BROKEN, 1, findings=(type(broken.findings[0])("x" * 1_000_000, (huge,)),)
    )
    page = render_page(sample.report((outcome,), exchanges=(huge,)))
    assert len(page) < 300_000
    assert KEY not in page


def test_backticks_set_code_and_nothing_else() -> None:
    assert code("a `loc` of <b>") == "a <code>loc</code> of &lt;b&gt;"
