"""Runs a property over chosen cases, then over cases that Hypothesis draws and makes small."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from contract_tests.call import BudgetSpentError, NoVerdictError
from contract_tests.promise import Attempt, BrokenError, Finding

Case = TypeVar("Case")

MOST_FINDINGS = 3
"""A promise broken so many times needs no further case."""

SHRINKING = 8
"""The requests that Hypothesis may spend on making one failing case smaller."""


LOOKS = 100
"""How often Hypothesis may look at smaller cases, those included whose answers are known."""


def store_elsewhere() -> None:
    """Let Hypothesis keep what it remembers in the user's cache, and no folder of its own where the user stands."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache / "feather-check" / "hypothesis"))


class _Enough(BaseException):  # it is no error, and Hypothesis catches those
    """Ends the drawing at once: Hypothesis by itself may go on to make a case smaller for up to five minutes."""


class _FoundError(Exception):
    """Tells Hypothesis that a case fails; what was found is kept beside it."""


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
    found: list[Finding] = []
    ended_by: list[Exception] = []
    sent_until_found = looks = 0

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
        nonlocal sent_until_found, looks
        if found:
            looks += 1
            if looks > LOOKS or attempt.run.ledger.sent - sent_until_found >= SHRINKING:
                raise _Enough
        name = repr(case)
        if name not in known:
            try:
                known[name] = judge(case)
            except (BudgetSpentError, NoVerdictError) as error:
                # Raised from here it would be a failing case to Hypothesis, which would try it again.
                ended_by.append(error)
                raise _Enough from None
        finding = known[name]
        if finding is not None:
            sent_until_found = sent_until_found or attempt.run.ledger.sent
            found.append(finding)
            raise _FoundError

    with suppress(_FoundError, _Enough):
        holds()
    if found:
        raise BrokenError(min(found, key=lambda finding: finding.size))
    if ended_by:
        raise ended_by[0]
