"""The report on the terminal: a table while the run goes on and at its end, plain lines where there is no terminal."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from contract_tests.promise import Outcome, Promise, Status
from contract_tests.report import Report, Verdict
from contract_tests.reports.plain import describe_finding, heading

STYLES = {
    Status.KEPT: "green",
    Status.BROKEN: "bold red",
    Status.ADVISED: "yellow",
    Status.NOT_EXERCISED: "dim",
    Status.ACCEPTED: "magenta",
}


class Progress:
    """Shows promises as they are tried.

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

    def _table(self) -> RenderableType:
        rows = max(4, self._console.height - 4)
        count = Text(f"{len(self._outcomes)} of {len(self._promises)} promises", "dim")
        return Group(promise_table(self._outcomes[-rows:]), count)


def print_report(console: Console, report: Report) -> None:
    """Print the table of promises, then each break with all that repeats it, then the verdict."""
    if report.outcomes:
        console.print(promise_table(report.outcomes))
    for outcome in report.outcomes:
        if outcome.findings and (
            outcome.status in (Status.BROKEN, Status.ADVISED, Status.ACCEPTED) or report.settings.verbose
        ):
            _print_outcome(console, report, outcome)
    for note in report.notes:
        _line(console, f"Note: {report.redactor.text(note)}.", "dim")
    _print_verdict(console, report)


def promise_table(outcomes: tuple[Outcome, ...] | list[Outcome]) -> Table:
    """Make the table of promises."""
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("promise", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("requests", justify="right")
    table.add_column("says", no_wrap=True)
    table.add_column("what", overflow="fold")
    for outcome in outcomes:
        promise = outcome.promise
        text = f"{promise.title}: {outcome.why}" if outcome.why else promise.title
        table.add_row(
            promise.id,
            Text(outcome.status.value, STYLES[outcome.status]),
            str(outcome.requests),
            promise.source.value,
            Text(text),
        )
    return table


def _print_outcome(console: Console, report: Report, outcome: Outcome) -> None:
    console.print()
    _line(console, heading(outcome), STYLES[outcome.status])
    for finding in outcome.findings:
        for text in describe_finding(report, finding):
            _line(console, text)
    if outcome.more:
        _line(console, f"  and {outcome.more} more of the kind; this is the smallest", "dim")


def _print_verdict(console: Console, report: Report) -> None:
    counts = ", ".join(f"{report.count(status)} {status.value}" for status in Status if report.count(status))
    console.print()
    _line(
        console,
        f"{report.target}: {report.title} {report.version}, {report.sent} requests in {report.seconds:.1f} s, "
        f"{report.answers_with_rows} answers with rows, seed {report.settings.seed}",
        "dim",
    )
    style = {Verdict.CONFORMS: "bold green", Verdict.VIOLATES: "bold red", Verdict.NONE: "bold yellow"}[report.verdict]
    verdict = {Verdict.CONFORMS: "CONFORMS", Verdict.VIOLATES: "VIOLATES", Verdict.NONE: "NO VERDICT"}[report.verdict]
    _line(console, f"{verdict}: {counts or 'nothing was tried'}", style)
    if report.why_none:
        _line(console, f"{report.why_none.rstrip('.')}.", style)
    if report.verdict is not Verdict.CONFORMS:
        _line(console, f"Repeat with: {report.command}", "dim")


def _line(console: Console, text: str, style: str = "") -> None:
    """Print text as it stands: no markup in it, and no line broken within a command that will be pasted."""
    console.print(Text(text, style), soft_wrap=True)
