"""Relations between answers: what must hold whatever the data are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from contract_tests.by_integration.compare import additivity, between, exceeding, narrowing, sum_of
from contract_tests.by_integration.corners import EPOCH
from contract_tests.by_integration.equations import (
    Equation,
    anchor_of,
    border_equations,
    drawn_equations,
    filtered_equations,
    isolating,
    month_equation,
    no_filters,
    plain_equations,
    special_days,
    splitting,
)
from contract_tests.by_integration.query import (
    Answer,
    Rows,
    after,
    ask_for,
    before,
    past,
)
from contract_tests.exchange import Exchange
from contract_tests.promise import Attempt, BrokenError, Finding, Promise, Source
from contract_tests.properties import for_all

QUIETER = 5
"""Steps, each of which halves the range, that are taken to find an integration with a single invocation."""

MOST_NAMED = 4
"""Parts of a range that a sentence names; the requests stand below it anyway."""

SMALLER = 4
"""Equations about a single day that are tried where the one about all of them breaks."""


def promises() -> tuple[Promise, ...]:
    """Give the promises about relations."""
    kit = Source.KIT
    return (
        Promise("ranges-add-up", "Adjoining ranges add up to the whole", kit, 200, _add_up),
        Promise("filtered-ranges-add-up", "Adjoining ranges add up under filters", kit, 200, _filtered_add_up),
        Promise("borders-add-up", "Days on both sides of a border add up to the whole", kit, 200, _borders_add_up),
        Promise("longer-ranges-hold-more", "A longer range holds what a shorter one in it does", kit, 200, _hold_more),
        Promise("few-calls-count", "A row of few invocations is a row like any other", kit, 200, _few_calls),
        Promise("p95-lies-between", "The p95 of a range lies between those of its parts", kit, 200, _p95_between),
    )


def _add_up(attempt: Attempt) -> None:
    run = attempt.run
    equations = [*plain_equations(run), month_equation(run)]
    _try_equations(attempt, equations, additivity, drawn_equations(run), draws=1)


def _filtered_add_up(attempt: Attempt) -> None:
    run = attempt.run
    if not (run.known.slugs or run.known.modes):
        attempt.not_exercised("needs a --slug or a --mode that holds data")
    _try_equations(attempt, filtered_equations(run), additivity)


def _borders_add_up(attempt: Attempt) -> None:
    run = attempt.run
    try:
        _try_equations(attempt, border_equations(run), additivity)
    except BrokenError as broken:
        days, plain = special_days(run), no_filters(run)
        smaller = [isolating(before(day, 2), [day], after(day, 2), plain) for day in days]
        _try_equations(attempt, smaller[-SMALLER:], additivity)
        raise broken from None


def _few_calls(attempt: Attempt) -> None:
    """Follow the quietest integration into ever shorter ranges, down to a single invocation."""
    run = attempt.run
    filters = replace(no_filters(run), slug=next(iter(run.known.slugs), None), mode=next(iter(run.known.modes), None))
    end = anchor_of(run)
    whole = ask_for(attempt, filters.over(before(end, 63), end))
    findings: list[Finding] = []
    for _ in range(QUIETER):
        called = [row for row in (whole.rows or {}).values() if row.invocations > 0]
        quietest = min(called, key=lambda row: row.invocations, default=None)
        if quietest is None or quietest.invocations == 1 or whole.query.days == 1:
            break
        early, late = splitting(whole.query.end, whole.query.days, whole.query.days // 2, whole.query).parts
        half = ask_for(attempt, late)
        if half.rows is not None and quietest.integration_key not in half.rows:
            half = ask_for(attempt, early)
        text = narrowing(half.rows or {}, whole.rows or {})
        if text:
            findings.append(Finding(f"{half.query} against {whole.query}: {text}", _exchanges(whole, half)))
        whole = half
    if not whole.total and not findings:
        attempt.not_exercised("no row ever came for these ranges")
    attempt.settle(findings)


def _p95_between(attempt: Attempt) -> None:
    run = attempt.run
    # The same equations: their answers are known by now.
    _try_equations(attempt, [*plain_equations(run), month_equation(run), *filtered_equations(run)], between)


def _try_equations(
    attempt: Attempt,
    equations: Iterable[Equation],
    relation: Callable[[Rows, Sequence[Rows]], str | None],
    drawn: st.SearchStrategy[Equation] | None = None,
    draws: int = 0,
) -> None:
    held = 0

    def judge(equation: Equation) -> Finding | None:
        nonlocal held
        whole, *parts = (ask_for(attempt, query) for query in (equation.whole, *equation.parts))
        if whole.rows is None or any(part.rows is None for part in parts):
            return None
        held += bool(whole.total or any(part.total for part in parts))
        text = relation(whole.rows, [part.rows for part in parts if part.rows is not None])
        if text is None:
            return None
        joined = " and ".join(f"{part.query.start}..{part.query.end}" for part in parts)
        joined = joined if len(parts) <= MOST_NAMED else f"its {len(parts)} parts"
        return Finding(f"{equation.whole} against {joined}: {text}", _exchanges(whole, *parts))

    for_all(attempt, judge, equations, drawn, draws)
    if not held:
        attempt.not_exercised("no row ever came for these ranges")


def _exchanges(*answers: Answer) -> tuple[Exchange, ...]:
    return tuple(answer.exchange for answer in answers)


def _hold_more(attempt: Attempt) -> None:
    """Ask the shorter range first: today's counts may grow meanwhile, and only so."""
    run = attempt.run
    plain = no_filters(run)
    yesterday = run.today - timedelta(days=1)
    week = before(run.today, 7)
    window = plain.over(run.samples.window.start, run.samples.window.end)
    steps = [
        ((plain.over(week, yesterday),), plain.over(week, run.today)),
        ((plain.over(week, run.today),), plain.over(week, after(run.today, 30))),
        # The last days one by one: a server may read several from where they arrive later.
        (tuple(plain.over(day, day) for day in (past(run), yesterday, run.today)), plain.over(past(run), run.today)),
        ((window,), plain.over(before(past(run), 1499), past(run))),
        ((window,), plain.over(EPOCH, window.end)),
        ((window,), plain.over(window.start, date(2038, 1, 20))),
        ((window,), plain.over(date.min, window.end)),
        ((window,), plain.over(window.start, date.max)),
        ((window,), plain.over(date.min, date.max)),
    ]
    held = 0
    findings = []
    for short, long in steps:
        inner, outer = [ask_for(attempt, query) for query in short], ask_for(attempt, long)
        parts = [answer.rows for answer in inner if answer.rows is not None]
        if len(parts) < len(inner) or outer.rows is None:
            continue
        held += any(answer.total for answer in inner)
        text = narrowing(parts[0], outer.rows) if len(parts) == 1 else exceeding(sum_of(parts), outer.rows)
        if text:
            joined = " and ".join(map(str, short))
            findings.append(Finding(f"{joined} against {long}: {text}", _exchanges(*inner, outer)))
    if not held:
        attempt.not_exercised("no row ever came for these ranges")
    attempt.settle(findings)
