"""Runs a property over chosen cases, then over cases that Hypothesis draws and makes small."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy

from contract_tests.call import BudgetSpentError, NoVerdictError
from contract_tests.promise import Attempt, BrokenError, Finding

Case = TypeVar("Case")

MOST_FINDINGS = 3
"""A promise broken so many times needs no further case."""

SHRINKING = 8
"""The requests that Hypothesis may spend on making one failing case smaller."""


def store_elsewhere() -> None:
    """Let Hypothesis keep what it remembers in the user's cache, and no folder of its own where the user stands."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache / "feather-check" / "hypothesis"))


class _FoundError(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


def for_all(
    attempt: Attempt,
    judge: Callable[[Case], Finding | None],
    cases: Iterable[Case] = (),
    drawn: SearchStrategy[Case] | None = None,
    draws: int = 0,
) -> None:
    """Try a promise on each of the cases, then on so many drawn ones.

    Arguments:
        attempt: the promise being tried.
        judge: asks the deployment about a case, and says what it broke, if anything.
        cases: the cases that every run tries, whatever its seed.
        drawn: where further cases come from.
        draws: how many of those a standard run draws; the profile multiplies it.

    Raises:
        BrokenError: with the smallest finding.
        NotExercisedError: no case could be tried.

    """
    findings: list[Finding] = []
    try:
        for case in cases:
            finding = judge(case)
            if finding is not None:
                findings.append(finding)
                if len(findings) == MOST_FINDINGS:
                    break
        count = round(draws * attempt.run.settings.profile.draws)
        if not findings and drawn is not None and count:
            _draw(attempt, judge, drawn, count)
    except BudgetSpentError:
        # What was found stands, whether or not there are requests left to find more.
        if not findings:
            raise
    attempt.settle(findings)


def _draw(attempt: Attempt, judge: Callable[[Case], Finding | None], drawn: SearchStrategy[Case], count: int) -> None:
    known: dict[str, Finding | None] = {}
    spent_at: list[int] = []
    ended_by: list[Exception] = []

    @seed(attempt.run.seed_for(attempt.promise.id))
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
    )
    @given(drawn)
    def holds(case: Case) -> None:
        name = repr(case)
        if name not in known:
            # Once a case fails, only so many more requests are spent on a smaller one; once nothing can be asked any
            # more, nothing is.
            if ended_by or (spent_at and attempt.run.ledger.sent - spent_at[0] >= SHRINKING):
                reject()
            try:
                known[name] = judge(case)
            except (BudgetSpentError, NoVerdictError) as error:
                # Raised from here it would be a failing case to Hypothesis, which would try it again.
                ended_by.append(error)
                reject()
        finding = known[name]
        if finding is not None:
            spent_at.append(attempt.run.ledger.sent)
            raise _FoundError(finding)

    try:
        holds()
    except _FoundError as error:
        raise BrokenError(error.finding) from None
    except Unsatisfiable:
        # So Hypothesis calls it where each case was turned away.
        if not ended_by:
            raise
    if ended_by:
        raise ended_by[0]
