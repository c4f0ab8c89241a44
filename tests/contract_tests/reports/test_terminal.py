"""The report where it is printed: on terminals, wide and narrow, and in pipes."""

import io
import re

import pytest
from rich.console import Console

from contract_tests.report import Report
from contract_tests.reports.plain import row
from contract_tests.reports.terminal import Progress, print_report
from tests.contract_tests.reports import sample

CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@pytest.fixture(autouse=True)
def _not_on_github(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def shown(report: Report, *, terminal: bool, width: int = 80) -> str:
    """Print a run as the command does."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=width, height=40, highlight=False)
    with Progress(console, sample.promises()) as progress:
        for outcome in report.outcomes:
            progress.show(outcome)
    print_report(console, report)
    return file.getvalue()


def test_in_a_pipe_each_promise_is_one_line_whatever_the_width() -> None:
    report = sample.failing()
    lines = shown(report, terminal=False, width=40).splitlines()
    for outcome in report.outcomes:
        assert lines.count(row(outcome)) == 1


def test_in_a_pipe_the_columns_stand_under_each_other() -> None:
    rows = [row(outcome) for outcome in sample.failing().outcomes]
    assert {line.split()[0] for line in rows} == {"kept", "broken", "advised", "accepted", "not_exercised"}
    starts = {line.index(outcome.promise.title) for line, outcome in zip(rows, sample.failing().outcomes, strict=True)}
    assert len(starts) == 1


def test_in_a_pipe_there_are_no_codes_and_no_boxes() -> None:
    assert re.search(r"[\x1b\u2500-\u257f]", shown(sample.failing(), terminal=False)) is None


def test_a_curl_line_is_never_broken() -> None:
    report = sample.failing()
    for terminal in (True, False):
        text = CODES.sub("", shown(report, terminal=terminal, width=40))
        broken = next(outcome for outcome in report.outcomes if outcome.promise.id == "401-part-of-key")
        assert report.curl(broken.findings[0].exchanges[0]) in text


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_a_table_keeps_to_its_terminal(width: int) -> None:
    table = shown(sample.passing(), terminal=True, width=width).rpartition("promise")[2]
    lines = [CODES.sub("", line) for line in table.splitlines()]
    assert all(len(line.rstrip()) <= width for line in lines[: len(sample.promises())])


def test_a_narrow_table_has_a_line_for_each_promise_that_is_kept() -> None:
    text = CODES.sub("", shown(sample.passing(), terminal=True, width=80)).rpartition("promise  ")[2]
    for promise in sample.promises():
        (line,) = [line for line in text.splitlines() if line.startswith(f"{promise.id} ")]
        assert "kept" in line


def test_a_narrow_table_says_what_is_not_kept() -> None:
    text = CODES.sub("", shown(sample.failing(), terminal=True, width=80))
    assert "needs a --slug or a --mode" in text


def test_colours_are_on_terminals_alone_and_not_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = re.compile(r"\x1b\[[0-9;]*3[0-9]")
    assert coloured.search(shown(sample.failing(), terminal=True))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured.search(shown(sample.failing(), terminal=True))


def test_a_terminal_obeys_nothing_that_a_deployment_answered() -> None:
    text = shown(sample.failing(), terminal=False)
    assert r"\x1b[2J" in text
    assert "\u202e" not in text


def test_the_verdict_is_the_last_word() -> None:
    assert shown(sample.passing(), terminal=False).splitlines()[-1].startswith("CONFORMS: ")
    *_, verdict, repeat = shown(sample.failing(), terminal=False).splitlines()
    assert verdict.startswith("VIOLATES: 3 broken, 1 advised, 1 accepted, 1 not exercised, ")
    assert repeat.startswith("Repeat with: feather-check ")


def test_evidence_of_what_is_kept_is_shown_when_asked_for() -> None:
    quiet = shown(sample.passing(), terminal=False)
    settings = sample.passing().settings
    verbose = shown(sample.passing(settings=type(settings)(target=settings.target, verbose=True)), terminal=False)
    assert "curl" not in quiet
    assert "KEPT 401-missing-key" in verbose
    assert "curl" in verbose
