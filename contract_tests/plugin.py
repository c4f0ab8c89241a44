"""The pytest plugin: its options, the promises as items, and the reports at the session's end.

Every pytest session of an environment that has the kit loads this module: what is slow to import is imported only
once promises are collected.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contract_tests.settings import Settings
from feather_kit.errors import InputError

if TYPE_CHECKING:
    from contract_tests.check import Check
    from contract_tests.promise import Outcome, Promise

PROMISES_FILE = Path(__file__).with_name("test_promises.py")
NO_VERDICT = 3  # as pytest's own code for an internal error
WRONG_INPUT = 2
PYTEST_FAILED = "pytest, which runs the promises, failed: report this as a bug"

CHECK = pytest.StashKey["Check"]()
REPORT = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--target`, and each setting's option as `--feather-...`, so that no other plugin's is in the way."""
    group = parser.getgroup("feather-check", "feather-check: a deployment against the Feather document")
    group.addoption("--target", metavar="URL", help="The deployment; without it, the kit's own mock.")
    for field in Settings.options():
        meta = field.metadata
        if meta.get("flag"):
            shape: dict[str, Any] = {"action": "store_true", "default": None}
        elif meta.get("multiple"):
            shape = {"action": "append"}
        else:
            shape = {"type": meta.get("type", str), "choices": meta.get("choices")}
        flag = f"--feather-{meta['flags'][-1].removeprefix('--')}"
        group.addoption(flag, dest=f"feather_{field.name}", help=meta["help"], **shape)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the promises where the file that stands for them is collected."""
    if module_path == PROMISES_FILE:
        return PromiseFile.from_parent(parent, path=module_path)
    return None


def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Say in the report that the user ended the run."""
    if excinfo.errisinstance(KeyboardInterrupt):
        for check in _open_checks:
            check.interrupted = True


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the reports of what was done, however the session ended."""
    check = session.config.stash.get(CHECK, None)
    if check is None or check not in _open_checks:
        return
    from contract_tests.reports.writing import write_reports  # see the module's first lines

    _open_checks.remove(check)
    check.close()
    if session.exitstatus == pytest.ExitCode.INTERNAL_ERROR and not (check.no_verdict or check.stopped_by):
        check.abandon(PYTEST_FAILED)
    try:
        check.update_accepted()
        report = check.report()
        write_reports(report)
    except InputError as error:
        check.stopped_by = error
        report = check.report()
    session.config.stash[REPORT] = report
    if session.exitstatus == pytest.ExitCode.OK:
        if check.stopped_by is not None:
            session.exitstatus = WRONG_INPUT
        elif report.verdict.exit_code == NO_VERDICT:
            session.exitstatus = NO_VERDICT


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say the verdict, for those who run the promises by pytest itself."""
    report = config.stash.get(REPORT, None)
    if report is not None:
        terminalreporter.section(f"feather-check: {report.verdict.value}")
        stopped_by = config.stash[CHECK].stopped_by
        for text in (str(stopped_by or ""), report.why_none, *report.notes):
            if text:
                terminalreporter.line(report.redactor.text(text))


_open_checks: list[Check] = []


class PromiseFile(pytest.File):
    """The promises of the document, as pytest collects them."""

    def collect(self) -> Iterator[PromiseItem]:
        """Give an item for each promise."""
        from contract_tests.check import Check  # see the module's first lines

        stash = self.config.stash
        # `feather-check` shows no node ids: there they name JUnit's classes, one for each status.
        is_command = CHECK in stash
        if not is_command:
            try:
                stash[CHECK] = Check(_settings(self.config))
            except InputError as error:
                raise self.CollectError(str(error)) from None
        stash[CHECK].select = self.config.option.keyword
        for promise in stash[CHECK].promises:
            about = promise.status or "any"
            name = {"nodeid": f"feather-check.{about}::{promise.id}"} if is_command else {}
            yield PromiseItem.from_parent(self, name=promise.id, check=stash[CHECK], promise=promise, **name)


def _settings(config: pytest.Config) -> Settings:
    given = {field.name: getattr(config.option, f"feather_{field.name}") for field in Settings.options()}
    lists = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return Settings.parse(config.option.target, lists)


class BrokenPromiseError(Exception):
    """A promise is broken; the text, headed by the rule, is all that a reader needs to repeat it."""


class CheckFailedError(Exception):
    """The check itself failed: the text, headed by where, is its traceback, the key left out."""


class PromiseItem(pytest.Item):
    """One promise as a test."""

    def __init__(self, *, check: Check, promise: Promise, **more: Any) -> None:
        super().__init__(**more)
        self._check = check
        self._promise = promise

    def setup(self) -> None:
        """Open the target before the first promise."""
        if self._check in _open_checks:
            return
        _open_checks.append(self._check)
        self._guarded(self._check.open)

    def runtest(self) -> None:
        """Try the promise: pass, fail, skip (not exercised) or expectedly fail (accepted)."""
        from contract_tests.promise import Status  # see the module's first lines

        outcome: Outcome = self._guarded(lambda: self._check.attempt(self._promise))
        self.user_properties += [("status", outcome.status.value), ("source", self._promise.source.value)]
        self.user_properties.append(("requests", outcome.requests))
        strict = self._check.settings.strict
        if outcome.status is Status.BROKEN or (strict and outcome.status is Status.ADVISED):
            from contract_tests.reports.plain import describe  # only once something is broken

            raise BrokenPromiseError(describe(self._check.report(), outcome))
        if outcome.status is Status.NOT_EXERCISED:
            pytest.skip(self._check.report().why(outcome))
        if outcome.status is Status.ACCEPTED:
            pytest.xfail(outcome.why)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show a broken promise as its text: pytest's own tracebacks show arguments, the key among them."""
        if isinstance(excinfo.value, BrokenPromiseError | CheckFailedError):
            from contract_tests.reports.failure import Told  # only once something is broken

            text = str(excinfo.value)
            return Told(text.partition("\n")[0], text)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Name the promise."""
        return self.path, None, self._promise.id

    def _guarded(self, act: Any) -> Any:
        """Do something that the target may make impossible, and then end the session."""
        from contract_tests.call import NoVerdictError  # see the module's first lines

        try:
            return act()
        except NoVerdictError as error:
            self._check.abandon(str(error))
            pytest.exit(str(error), returncode=NO_VERDICT)
        except InputError as error:
            self._check.stopped_by = error
            pytest.exit(str(error), returncode=WRONG_INPUT)
        except Exception as error:
            place = f"The check itself failed at {self.name}"
            self._check.abandon(f"{place}: {type(error).__name__}: {error}")
            told = self._check.report().redactor.text(f"{place}\n{''.join(traceback.format_exception(error))}")
        # Out of reach of the error: a traceback that shows local variables and causes would show it with the key.
        raise CheckFailedError(told)
