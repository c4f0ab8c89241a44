"""A check from its beginning to its end: the target is opened, each promise tried, and a report made."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, datetime

from contract_tests import by_integration
from contract_tests.accepted import Accepted, load_accepted, settle_accepted, write_accepted
from contract_tests.by_integration.window import prepare
from contract_tests.call import BudgetSpentError, Caller, NoVerdictError
from contract_tests.catalogue import all_promises
from contract_tests.ledger import Ledger
from contract_tests.manners import Manners
from contract_tests.operation import load_operation
from contract_tests.oracle import Oracle
from contract_tests.promise import (
    Attempt,
    BrokenError,
    NotExercisedError,
    Outcome,
    Promise,
    Status,
    conclude,
)
from contract_tests.properties import store_elsewhere
from contract_tests.report import Report
from contract_tests.run import Run, utc_today, valid_key
from contract_tests.settings import Settings
from contract_tests.target import Target, open_target
from feather_kit.errors import InputError
from feather_kit.files import DOCUMENT
from feather_kit.redaction import Redactor


class Check:
    """One check of one deployment.

    Arguments:
        settings: what the run was told.

    Raises:
        InputError: the settings name a promise that does not exist, or a file that cannot be read.

    """

    def __init__(self, settings: Settings) -> None:
        store_elsewhere()
        self.settings = settings
        self.operation = load_operation(settings.document or DOCUMENT, check=settings.document is not None)
        every = all_promises(self.operation)
        ids = tuple(promise.id for promise in every)
        for name in settings.skip:
            if name not in ids:
                raise InputError(f"there is no promise {name!r} to skip", f"Name one of: {', '.join(ids)}")
        self.promises = tuple(promise for promise in every if promise.id not in settings.skip)
        self.accepted: tuple[Accepted, ...] = (
            load_accepted(settings.accept, ids, updating=settings.accept_update) if settings.accept else ()
        )
        self.outcomes: dict[str, Outcome] = {}
        self.no_verdict: str | None = None
        self.interrupted = False
        self.budget_spent = False
        self.select = ""
        self.stopped_by: InputError | None = None
        self._target: Target | None = None
        self._run: Run | None = None
        self._ledger = Ledger()
        self._redactor = Redactor(settings.api_key or "")
        self._stack = ExitStack()
        self._began = datetime.now(UTC)

    def open(self) -> None:
        """Open the target, and find the days that hold data.

        Raises:
            InputError: the target's address is none, or there is no key for it.
            NoVerdictError: nothing can be said of the target.

        """
        settings = self.settings
        target = self._stack.enter_context(open_target(settings))
        self._target = target
        self._redactor.hide(target.key)
        caller = Caller(
            target.base_url,
            self._redactor,
            self._ledger,
            Manners(
                most=settings.most_requests,
                most_sent=settings.max_requests,
                timeout=settings.timeout,
                rate=settings.rate_limit,
                ca_bundle=settings.ca_bundle,
            ),
        )
        self._stack.callback(caller.close)
        key = valid_key(target.key)
        oracle = Oracle(self.operation, target.key, (by_integration.inverted_range,))
        run = Run(settings, self.operation, oracle, caller, self._ledger, key, target.known, utc_today())
        try:
            prepare(run)
        except BudgetSpentError:
            raise NoVerdictError(
                f"{settings.most_requests} requests do not even find the days that hold data",
                "Raise --max-requests",
            ) from None
        self._run = run

    def close(self) -> None:
        """Close the connections, and end the mock if the run started it."""
        self._stack.close()

    def attempt(self, promise: Promise) -> Outcome:
        """Try one promise, and keep what came of it.

        Raises:
            NoVerdictError: the target cannot be asked any more.

        """
        if self._run is None:
            raise RuntimeError("open the check before its first attempt")
        attempt = Attempt(promise, self._run)
        error: BrokenError | NotExercisedError | None = None
        try:
            promise.attempt(attempt)
        except (BrokenError, NotExercisedError) as raised:
            error = raised
        except BudgetSpentError:
            error = NotExercisedError(f"the {self.settings.most_requests} requests of the run were used up")
            self._ledger.note("the run's requests were used up: raise --max-requests")
            self.budget_spent = True
        outcome = settle_accepted(conclude(attempt, error), self.accepted, self._run.today)
        self.outcomes[promise.id] = outcome
        return outcome

    def update_accepted(self) -> None:
        """Write the promises that broke into the file of accepted ones, where the settings ask for it.

        Raises:
            InputError: the file cannot be written.

        """
        path = self.settings.accept
        if path is not None and self.settings.accept_update:
            write_accepted(path, self.accepted, tuple(self.outcomes.values()), utc_today())
            self._ledger.note(f"{path} was written: give each new entry its reason")

    def abandon(self, reason: str) -> None:
        """Say why the run ends without a verdict."""
        self.no_verdict = reason

    def report(self) -> Report:
        """Make the report of what was done until now."""
        run = self._run
        outcomes = tuple(self.outcomes.values())
        return Report(
            target=self._target.base_url if self._target else self.settings.target or "the kit's own mock",
            is_embedded=self._target.is_embedded if self._target else self.settings.target is None,
            title=self.operation.title,
            version=self.operation.version,
            method=self.operation.method,
            path=self.operation.path,
            settings=self.settings,
            window=run.window if run else None,
            began=self._began,
            seconds=time.monotonic() - self._ledger.begun,
            sent=self._ledger.sent,
            exchanges=tuple(self._ledger.exchanges),
            outcomes=outcomes,
            notes=(*self._ledger.notes, *self._notes(outcomes)),
            no_verdict=self._redactor.text(self.no_verdict) if self.no_verdict else None,
            interrupted=self.interrupted,
            redactor=self._redactor,
            budget_spent=self.budget_spent,
            select=self.select,
        )

    def _notes(self, outcomes: tuple[Outcome, ...]) -> list[str]:
        """Say what a reader would else miss: statuses that never came, acceptances that are of no more use."""
        came = {exchange.status for exchange in self._ledger.exchanges}
        notes = [
            f"the document has {status}, and none came"
            for status in sorted(self.operation.statuses - came)
            if self._ledger.exchanges
        ]
        today = utc_today()
        for entry in self.accepted:
            outcome = next((outcome for outcome in outcomes if outcome.promise.id == entry.promise), None)
            if entry.until < today:
                notes.append(f"the acceptance of {entry.promise} ended on {entry.until}")
            elif outcome is not None and outcome.status is not Status.ACCEPTED:
                notes.append(f"{entry.promise} is accepted, and is {outcome.status.value}: take it from the file")
        return notes
