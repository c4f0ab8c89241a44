"""The report on the terminal: a table while the run goes on and at its end, plain lines where there is no terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from contract_tests.promise import Outcome, Promise, Status
from contract_tests.report import Report, Verdict
from contract_tests.reports import github, plain
from contract_tests.reports.words import VERDICTS, counts

STYLES = {
    Status.KEPT: "green",
    Status.BROKEN: "bold red",
    Status.ADVISED: "yellow",
    Status.NOT_EXERCISED: "dim",
    Status.ACCEPTED: "magenta",
}
VERDICT_STYLES = {Verdict.CONFORMS: "bold green", Verdict.VIOLATES: "bold red", Verdict.NONE: "bold yellow"}

WIDE = 110
"""Columns from which on each promise's sentence stands beside its id; narrower, only what is not kept has one."""


class Progress:
    """Shows promises as they are tried: in a table that grows, or a line each where there is no terminal.

    Arguments:
        console: where to.
        promises: those that will be tried.

    """

    def __init__(self, console: Console, promises: tuple[Promise, ...]) -> None:
        self._console = console
        self._promises = promises
        self._outcomes: list[Outcome] = []
        self._live = Live(console=console, transient=True, auto_refresh=False) if console.is_terminal else None

    def __enter__(self) -> Progress:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, outcome: Outcome) -> None:
        """Show what came of a promise."""
        self._outcomes.append(outcome)
        if self._live:
            self._live.update(self._table(), refresh=True)
        else:
            _line(self._console, plain.row(outcome))

    def _table(self) -> RenderableType:
        # A sentence may take a second line: as many promises as surely fit.
        rows = max(4, (self._console.height - 4) // (1 if self._console.width >= WIDE else 2))
        count = Text(f"{len(self._outcomes)} of {len(self._promises)} promises", "dim")
        return Group(promise_table(self._outcomes[-rows:], self._console.width), count)


def print_report(console: Console, report: Report) -> None:
    """Print the table of promises, then each break with all that repeats it, then the verdict.

    Where there is no terminal the promises have been printed before, by `Progress`, as they were tried. A step of a
    GitHub job gets its annotations too.
    """
    with github.commands_stopped(lambda text: _line(console, text)):
        _print_outcomes(console, report)
        _print_verdict(console, report)
    if github.is_github():
        for annotation in github.write_annotations(report):
            _line(console, annotation)


def _print_outcomes(console: Console, report: Report) -> None:
    if report.outcomes and console.is_terminal:
        console.print(promise_table(report.outcomes, console.width))
    for outcome in report.outcomes:
        if outcome.findings or report.settings.verbose:
            console.print()
            first, *rest = plain.describe(report, outcome).splitlines()
            _line(console, first, STYLES[outcome.status])
            for text in rest:
                _line(console, text)


def promise_table(outcomes: Sequence[Outcome], width: int) -> Table:
    """Make the table of promises for a terminal of so many columns."""
    is_wide = width >= WIDE
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("promise", no_wrap=is_wide, overflow="fold")
    table.add_column("status", no_wrap=True)
    table.add_column("requests", justify="right", no_wrap=True)
    if is_wide:
        table.add_column("says", no_wrap=True)
        table.add_column("what", overflow="fold")
    for outcome in outcomes:
        promise = outcome.promise
        sentence = f"{promise.title}: {outcome.why}" if outcome.why else promise.title
        status = Text(outcome.status.value, STYLES[outcome.status])
        if is_wide:
            table.add_row(promise.id, status, str(outcome.requests), promise.source.value, Text(sentence))
        else:
            name = Text(promise.id)
            if outcome.status is not Status.KEPT:
                name.append(f"\n  {sentence}", "dim")
            table.add_row(name, status, str(outcome.requests))
    return table


def _print_verdict(console: Console, report: Report) -> None:
    console.print()
    for note in report.notes:
        _line(console, f"Note: {report.line(note)}.", "dim")
    _line(
        console,
        f"{report.line(report.target)}: {report.title} {report.version}, {report.sent} requests in "
        f"{report.seconds:.1f} s, {report.answers_with_rows} answers with rows, seed {report.settings.seed}",
        "dim",
    )
    style = VERDICT_STYLES[report.verdict]
    _line(console, f"{VERDICTS[report.verdict].upper()}: {counts(report)}", style)
    if report.why_none:
        _line(console, f"{report.line(report.why_none).rstrip('.')}.", style)
    if report.verdict is not Verdict.CONFORMS:
        _line(console, f"Repeat with: {report.command}", "dim")


def _line(console: Console, text: str, style: str = "") -> None:
    """Print text as it stands: no markup in it, and no line broken within a command that will be pasted."""
    console.print(Text(text, style), soft_wrap=True)
