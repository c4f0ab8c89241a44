"""What GitHub shows: a summary in Markdown, and annotations that it reads from the output."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from contract_tests.promise import Finding, Outcome, Status
from contract_tests.report import Report, Verdict
from contract_tests.reports.github import LARGEST_SUMMARY, MOST_ANNOTATIONS, render_summary, write_annotations
from contract_tests.reports.terminal import print_report
from contract_tests.reports.writing import write_reports
from tests.contract_tests.making import KEY, exchange
from tests.contract_tests.reports import sample

COMMAND = re.compile(r"::(error|warning|notice) title=([^:,\r\n]*)::([^\r\n]*)")


def read(annotation: str) -> tuple[str, str, str]:
    """Read a workflow command as GitHub's runner does."""
    match = COMMAND.fullmatch(annotation)
    assert match, annotation
    level, title, message = match.groups()
    for escaped, character in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        title, message = title.replace(escaped, character), message.replace(escaped, character)
    return level, title, message


def with_verdict(verdict: Verdict) -> Report:
    return {Verdict.CONFORMS: sample.passing, Verdict.VIOLATES: sample.failing, Verdict.NONE: sample.unreached}[
        verdict
    ]()


@pytest.mark.parametrize("verdict", Verdict)
def test_the_summary_begins_with_the_verdict(verdict: Verdict) -> None:
    words = {Verdict.CONFORMS: "Conforms", Verdict.VIOLATES: "Violates", Verdict.NONE: "No verdict"}
    first = render_summary(with_verdict(verdict)).splitlines()[0]
    assert first.startswith("## ")
    assert words[verdict] in first


def test_the_summary_shows_what_is_not_kept_and_how_to_repeat_it() -> None:
    report = sample.failing()
    summary = render_summary(report)
    for name in ("401-part-of-key", "ranges-add-up", "key-not-echoed", "rows-rate", "filters-narrow"):
        assert f"`{name}`" in summary
    assert report.command in summary
    assert "| broken | 2 | 1 |" in summary


def test_markup_in_an_answer_is_no_markup_in_the_summary() -> None:
    tricks = f"{sample.MARKUP} ``` ~~~ | [x](http://y) ![z](q) **b** @user <details> {KEY}"
    report = sample.failing()
    broken = next(outcome for outcome in report.outcomes if outcome.status is Status.BROKEN)
    answer = exchange(f"```\n````\n# heading {tricks}".encode(), 500, sample.VALID)
    outcome = replace(broken, findings=(Finding(tricks, (answer,)),))
    summary = render_summary(sample.report((outcome,), notes=(tricks,)))
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(summary)
    assert not re.search(r"<(script|img|a|strong|h1)\b", html)
    assert html.count("<details>") == html.count("</details>") == 1
    assert KEY not in summary


def test_a_summary_that_github_would_drop_is_cut_to_its_head() -> None:
    report = sample.failing()
    broken = next(outcome for outcome in report.outcomes if outcome.status is Status.BROKEN)
    many = tuple(replace(broken, findings=(Finding("x", broken.findings[0].exchanges * 2000),)) for _ in range(3))
    summary = render_summary(sample.report(many))
    assert len(summary.encode()) < LARGEST_SUMMARY
    assert "Violates" in summary
    assert "too long" in summary


def test_the_summary_is_appended_to_the_file_that_github_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "summary.md"
    file.write_text("an earlier step\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    write_reports(sample.passing())
    assert file.read_text().startswith("an earlier step\n## ")


def test_annotations_can_be_read_back() -> None:
    told = [read(annotation) for annotation in write_annotations(sample.failing())]
    assert [level for level, _, _ in told] == ["error"] * 3 + ["warning", "notice", "notice"]
    levels = {title: (level, message) for level, title, message in told}
    level, message = levels["broken: 401-part-of-key"]
    assert level == "error"
    assert "(stated by the document)" in message
    assert "curl" in message
    assert all(sample.without_key(message) for _, _, message in told)


def test_no_more_annotations_are_given_than_github_shows() -> None:
    report = sample.failing()
    broken = next(outcome for outcome in report.outcomes if outcome.status is Status.BROKEN)
    told = [read(line) for line in write_annotations(sample.report((broken,) * 25))]
    assert len(told) == MOST_ANNOTATIONS
    assert told[-1] == ("error", "feather-check", "and 16 more broken")


def test_advice_is_an_error_where_it_counts_as_one() -> None:
    report = sample.failing()
    strict = replace(report, settings=replace(report.settings, strict=True))
    levels = {title: level for level, title, _ in map(read, write_annotations(strict))}
    assert levels["advised: key-not-echoed"] == "error"


def test_no_verdict_is_an_error_with_its_reason() -> None:
    (told,) = map(read, write_annotations(sample.unreached()))
    assert told[:2] == ("error", "feather-check: no verdict")
    assert "Start the deployment" in told[2]


def printed(report: Report) -> list[str]:
    console = Console(record=True, width=80, quiet=False, force_terminal=False)
    with console.capture() as capture:
        print_report(console, report)
    return capture.get().splitlines()


def hostile() -> Outcome:
    report = sample.failing()
    broken = next(outcome for outcome in report.outcomes if outcome.status is Status.BROKEN)
    return replace(broken, findings=(Finding("x\n::error::forged\n##[error]forged", ()),))


def test_github_obeys_nothing_that_a_deployment_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    lines = printed(sample.report((hostile(),)))
    begin = next(index for index, line in enumerate(lines) if line.startswith("::stop-commands::"))
    token = lines[begin].removeprefix("::stop-commands::")
    end = lines.index(f"::{token}::")
    forged = [index for index, line in enumerate(lines) if "forged" in line and not line.startswith("::")]
    assert forged
    assert all(begin < index < end for index in forged)
    assert [line for line in lines[end + 1 :] if not COMMAND.fullmatch(line)] == []


def test_nothing_is_said_to_github_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert not any(line.startswith("::") for line in printed(sample.failing()))
