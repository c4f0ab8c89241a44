"""Relations between answers: what must hold whatever the data are."""

from __future__ import annotations

import random
from calendar import isleap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from contract_tests.by_integration.compare import additivity, between, narrowing, sameness
from contract_tests.by_integration.corners import EPOCH
from contract_tests.by_integration.query import (
    Answer,
    Query,
    Rows,
    after,
    as_query,
    ask_for,
    before,
    past,
    read_rows,
)
from contract_tests.exchange import Exchange, Request
from contract_tests.promise import Attempt, BrokenError, Finding, Promise, Source
from contract_tests.properties import for_all
from contract_tests.run import Run

SCALES = tuple(2**power for power in range(10))
"""Days. Ranges of these lengths end together, and each is made of two halves: wherever a server begins to treat a
range as a long one, there is a whole that it does and halves that it does not."""

REPEATED = 8
QUIETER = 5
"""Steps, each of which halves the range, that are taken to find an integration with a single invocation."""

SMALLER = 4
"""Equations about a single day that are tried where the one about all of them breaks."""


@dataclass(frozen=True)
class Equation:
    """A range, and adjoining ranges that make it up."""

    whole: Query
    parts: tuple[Query, ...]


def promises() -> tuple[Promise, ...]:
    """Give the promises about relations."""
    kit = Source.KIT
    return (
        Promise("ranges-add-up", "Adjoining ranges add up to the whole", kit, 200, _add_up),
        Promise("filtered-ranges-add-up", "Adjoining ranges add up under filters", kit, 200, _filtered_add_up),
        Promise("borders-add-up", "Days on both sides of a border add up to the whole", kit, 200, _borders_add_up),
        Promise(
            "longer-ranges-hold-more",
            "A longer range holds what a shorter one in it does",
            kit,
            200,
            _hold_more,
        ),
        Promise("few-calls-count", "A row of few invocations is a row like any other", kit, 200, _few_calls),
        Promise("p95-lies-between", "The p95 of a range lies between those of its parts", kit, 200, _p95_between),
        Promise(
            "same-answer-again",
            "The same request about past days gets the same answer",
            kit,
            200,
            _same_again,
        ),
    )


def halving(end: date, days: int, filters: Query) -> Equation:
    """Give the equation of a range of so many days, and its halves."""
    whole, late = filters.over(before(end, days - 1), end), filters.over(before(end, days // 2 - 1), end)
    return Equation(whole, (filters.over(whole.start, before(late.start, 1)), late))


def isolating(start: date, days: Sequence[date], end: date, filters: Query, cuts: Sequence[date] = ()) -> Equation:
    """Give the equation of a range and the same days in parts.

    Arguments:
        start: the range's first day.
        days: days that stand alone.
        end: the range's last day.
        filters: the filters of all.
        cuts: days that begin a part.

    """
    starts = sorted({start, *days, *(after(day, 1) for day in days), *cuts})
    ends = [before(day, 1) for day in starts[1:]] + [end]
    return Equation(filters.over(start, end), tuple(map(filters.over, starts, ends)))


def special_days(run: Run) -> list[date]:
    """Give past days that servers trip over, in their order.

    The last 31st and the first after it; the seams of data that are kept by age; the days of 25 and of 23 hours in
    Europe; a leap day; a year's end.
    """
    last = before(past(run), 1)
    month_end = next(day for back in range(63) if (day := before(last, back)).day == 31)
    leap = next(date(year, 2, 29) for year in range(last.year, last.year - 12, -1) if _has_leap_day(year, last))
    year_end = date(last.year - 1, 12, 31)
    days = {month_end, after(month_end, 1), leap, year_end, after(year_end, 1)}
    days |= {_last_sunday(year, month, last) for year, month in ((last.year, 10), (last.year, 3))}
    days |= {run.today - timedelta(days=age) for age in (30, 90)}
    return sorted(day for day in days if day <= last)


def _has_leap_day(year: int, last: date) -> bool:
    return isleap(year) and date(year, 2, 29) <= last


def _last_sunday(year: int, month: int, last: date) -> date:
    """Give the last Sunday of a month of 31 days, a year earlier if it is not past."""
    end = date(year, month, 31)
    day = end - timedelta(days=(end.weekday() + 1) % 7)
    return day if day <= last else _last_sunday(year - 1, month, last)


def _no_filters(run: Run) -> Query:
    return Query(run.samples.day, run.samples.day)


def _anchor(run: Run) -> date:
    """Give the day on which chains end: the window's last, or the last that is settled."""
    return min(run.window.end, past(run)) if run.window else past(run)


def _plain_equations(run: Run) -> list[Equation]:
    return [halving(_anchor(run), days, _no_filters(run)) for days in SCALES[1:]]


def _filtered_equations(run: Run) -> list[Equation]:
    plain, anchor = _no_filters(run), _anchor(run)
    slug, mode = next(iter(run.known.slugs), None), next(iter(run.known.modes), None)
    equations: list[Equation] = []
    for filters in (replace(plain, slug=slug), replace(plain, mode=mode)):
        if filters != plain:
            equations += [halving(anchor, days, filters) for days in (32, 366)]
    if slug is not None and mode is not None:
        both = replace(plain, slug=slug, mode=mode)
        day = run.samples.day
        equations.append(halving(anchor, 64, both))
        equations.append(isolating(before(day, 1), [day], day, both))
    return equations


def _border_equations(run: Run) -> list[Equation]:
    """Give one equation over all special days; where it breaks, smaller ones tell which of them it was."""
    days = special_days(run)
    # The last 31st stands alone: the month's end before it ends a longer part.
    months = [day.replace(day=1) for day in days if day.day == 31]
    return [isolating(before(days[0], 3), days, after(days[-1], 2), _no_filters(run), cuts=months[-1:])]


def drawn_equations(run: Run) -> st.SearchStrategy[Equation]:
    """Draw a range within the last two years, split in two, with or without filters."""
    filters = st.sampled_from([None, *run.known.slugs[:1]]), st.sampled_from([None, *run.known.modes[:1]])
    last = _anchor(run)

    def make(end: int, late: int, early: int, slug: str | None, mode: str | None) -> Equation:
        day = before(last, end)
        middle = before(day, late)
        whole = Query(before(middle, early), day, slug, mode)
        return Equation(whole, (whole.over(whole.start, before(middle, 1)), whole.over(middle, day)))

    return st.builds(make, st.integers(0, 60), st.integers(0, 120), st.integers(1, 500), *filters)


def _add_up(attempt: Attempt) -> None:
    run = attempt.run
    _try_equations(attempt, _plain_equations(run), additivity, drawn_equations(run), draws=1)


def _filtered_add_up(attempt: Attempt) -> None:
    run = attempt.run
    if not (run.known.slugs or run.known.modes):
        attempt.not_exercised("needs a --slug or a --mode that holds data")
    _try_equations(attempt, _filtered_equations(run), additivity)


def _borders_add_up(attempt: Attempt) -> None:
    run = attempt.run
    try:
        _try_equations(attempt, _border_equations(run), additivity)
    except BrokenError as broken:
        days, plain = special_days(run), _no_filters(run)
        smaller = [isolating(before(day, 2), [day], after(day, 2), plain) for day in days]
        _try_equations(attempt, smaller[-SMALLER:], additivity)
        raise broken from None


def _few_calls(attempt: Attempt) -> None:
    """Follow the quietest integration into ever shorter ranges, down to a single invocation."""
    run = attempt.run
    filters = replace(_no_filters(run), slug=next(iter(run.known.slugs), None), mode=next(iter(run.known.modes), None))
    whole = ask_for(attempt, halving(_anchor(run), 64, filters).whole)
    findings: list[Finding] = []
    for _ in range(QUIETER):
        called = [row for row in (whole.rows or {}).values() if row.invocations > 0]
        quietest = min(called, key=lambda row: row.invocations, default=None)
        if quietest is None or quietest.invocations == 1 or whole.query.days == 1:
            break
        early, late = halving(whole.query.end, whole.query.days, whole.query).parts
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
    _try_equations(attempt, [*_plain_equations(run), *_filtered_equations(run)], between)


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
        return Finding(f"{equation.whole} against {joined}: {text}", _exchanges(whole, *parts))

    for_all(attempt, judge, equations, drawn, draws)
    if not held:
        attempt.not_exercised("no row ever came for these ranges")


def _exchanges(*answers: Answer) -> tuple[Exchange, ...]:
    return tuple(answer.exchange for answer in answers)


def _hold_more(attempt: Attempt) -> None:
    """Ask the shorter range first: today's counts may grow meanwhile, and only so."""
    run = attempt.run
    plain = _no_filters(run)
    yesterday = run.today - timedelta(days=1)
    week = before(run.today, 7)
    window = plain.over(run.samples.window.start, run.samples.window.end)
    steps = [
        (plain.over(week, yesterday), plain.over(week, run.today)),
        (plain.over(week, run.today), plain.over(week, after(run.today, 30))),
        (window, plain.over(before(past(run), 1499), past(run))),
        (window, plain.over(EPOCH, window.end)),
        (window, plain.over(window.start, date(2038, 1, 20))),
        (window, plain.over(date.min, window.end)),
        (window, plain.over(window.start, date.max)),
        (window, plain.over(date.min, date.max)),
    ]
    held = 0
    findings = []
    for short, long in steps:
        inner, outer = ask_for(attempt, short), ask_for(attempt, long)
        if inner.rows is None or outer.rows is None:
            continue
        held += bool(inner.total)
        text = narrowing(inner.rows, outer.rows)
        if text:
            findings.append(Finding(f"{short} against {long}: {text}", _exchanges(inner, outer)))
    if not held:
        attempt.not_exercised("no row ever came for these ranges")
    attempt.settle(findings)


def _same_again(attempt: Attempt) -> None:
    """Ask again what was asked before, spread over all that held rows, and one thing several times in a row."""
    run = attempt.run
    earlier = [exchange for exchange in run.asked() if _is_settled(run, exchange.request) and read_rows(run, exchange)]
    if not earlier:
        attempt.not_exercised("no row ever came for past days")
    source = random.Random(run.seed_for(attempt.promise.id))  # noqa: S311  # repeatable, not secret
    chosen = source.sample(earlier, min(REPEATED, len(earlier)))
    findings = []
    for first in [*chosen, earlier[0], earlier[0]]:
        again = attempt.call(first.request)
        attempt.count(first)
        rows, rows_again = read_rows(run, first), read_rows(run, again)
        text = sameness(rows, rows_again) if rows is not None and rows_again is not None else None
        if text:
            findings.append(Finding(f"asked again: {text}", (first, again)))
    attempt.settle(findings)


def _is_settled(run: Run, request: Request) -> bool:
    query = as_query(request)
    return query is not None and query.end <= past(run)
