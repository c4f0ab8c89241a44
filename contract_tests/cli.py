"""The command `feather-check`."""

from __future__ import annotations

import os
import signal
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import click
import pytest
from rich.console import Console

from contract_tests import plugin
from contract_tests.settings import Settings
from feather_kit.errors import InputError

HERE = Path(__file__).parent
ABOUT = """Check a deployment of the Feather API against its document.

URL is the deployment's address; without it, the kit's own mock is started and checked.

Exit codes: 0 it conforms, 1 it violates, 2 wrong usage or bad input, 3 no verdict.
"""


def main() -> None:
    """Run the command, and exit with its code."""
    command()


def _options() -> list[click.Option]:
    return [_option(field.name, field.metadata) for field in Settings.options()]


def _option(name: str, meta: Any) -> click.Option:
    flags = [*meta["flags"], name]
    if meta.get("flag"):
        return click.Option(flags, is_flag=True, default=None, help=meta["help"])
    kind: Any = meta.get("type", str)
    if "choices" in meta:
        # As text: of an enumeration click offers its members' names.
        kind = click.Choice([str(choice) for choice in meta["choices"]])
    if kind is Path:
        kind = click.Path(path_type=Path)
    return click.Option(flags, type=kind, multiple=meta.get("multiple", False), help=meta["help"])


def _run(target: str | None, select: str | None, **given: Any) -> None:
    # A cancelled job gets the reports of what was done, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        settings = Settings.parse(target, given)
        raise SystemExit(_check(settings, select))
    except InputError as error:
        click.echo(f"feather-check: {error}", err=True)
        raise SystemExit(plugin.WRONG_INPUT) from None
    except KeyboardInterrupt:
        click.echo("feather-check: interrupted before the first request", err=True)
        raise SystemExit(plugin.NO_VERDICT) from None


def _check(settings: Settings, select: str | None) -> int:
    # Imported here: half a second that `--help` and a mistyped option need not spend.
    from contract_tests.check import Check
    from contract_tests.reports.terminal import Progress, print_report
    from contract_tests.reports.writing import write_text

    check = Check(settings)
    if settings.junit:
        # pytest writes it, and would fail at the end of the run where it cannot.
        write_text(settings.junit, "")
    console = Console(highlight=False)
    with Progress(console, check.promises) as progress:
        ended = _pytest(check, progress, settings, select)
    if check.stopped_by is not None and not check.outcomes:
        raise check.stopped_by
    if ended == pytest.ExitCode.NO_TESTS_COLLECTED:
        names = ", ".join(promise.id for promise in check.promises)
        raise InputError(f"no promise matches -k {select!r}", f"Select some of: {names}")
    if ended == pytest.ExitCode.USAGE_ERROR and select is not None:
        raise InputError(f"-k {select!r} is no expression", "Write ids or parts of them, as in -k '401 and not case'")
    if ended == pytest.ExitCode.INTERNAL_ERROR and not (check.no_verdict or check.stopped_by or check.outcomes):
        check.abandon(plugin.PYTEST_FAILED)
    report = check.report()
    print_report(console, report)
    if check.stopped_by is not None:
        raise check.stopped_by
    if check.no_verdict and not console.is_terminal:
        # Standard output may be on its way into a file.
        click.echo(f"feather-check: {report.why_none}", err=True)
    return report.verdict.exit_code


def _pytest(check: Any, progress: Any, settings: Settings, select: str | None) -> int:
    """Run the promises by pytest, by its own file and plugins alone, whatever the user has of either."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    arguments = [
        str(plugin.PROMISES_FILE),
        f"--rootdir={HERE}",
        f"--config-file={HERE / 'pytest.ini'}",
        "--noconftest",
        "--disable-plugin-autoload",
        "--capture=no",
        *("-p", "contract_tests.plugin", "-p", "no:cacheprovider", "-p", "no:terminal"),
    ]
    if select is not None:
        arguments += ["-k", select]
    if settings.junit:
        arguments.append(f"--junit-xml={settings.junit.absolute()}")
    with redirect_stderr(StringIO()) as said:
        ended = pytest.main(arguments, plugins=[_Carrier(check, progress)])
    if ended != pytest.ExitCode.USAGE_ERROR:
        # Of a wrong expression, the command tells in its own words.
        click.echo(said.getvalue(), err=True, nl=False)
    return ended


class _Carrier:
    """Hands the check to the plugin, and shows each outcome as it comes."""

    def __init__(self, check: Any, progress: Any) -> None:
        self._check = check
        self._progress = progress

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[plugin.CHECK] = self._check

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = self._check.outcomes.get(report.nodeid.rpartition("::")[2])
        if report.when == "call" and outcome is not None:
            self._progress.show(outcome)


command = click.Command(
    "feather-check",
    callback=_run,
    params=[
        click.Argument(["target"], required=False, metavar="[URL]"),
        *_options(),
        click.Option(["-k", "select"], metavar="EXPR", help="Try the promises whose ids match, as pytest's -k."),
    ],
    help=ABOUT,
)

if __name__ == "__main__":
    main()
