"""Relations between answers: what must hold whatever the data are."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from contract_tests.by_integration.compare import additivity, between, narrowing, sameness
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
from contract_tests.promise import Attempt, Finding, Promise, Source
from contract_tests.properties import for_all
from contract_tests.run import Run

SCALES = (1, 2, 7, 31, 90, 180, 366, 731)
"""Days: ranges of these lengths that end together, each made of the one before and of what it has more."""

FILTERED_SCALES = (1, 7, 31, 90, 366)
REPEATED = 12


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
        Promise("p95-lies-between", "The p95 of a range lies between those of its parts", kit, 200, _p95_between),
        Promise(
            "same-answer-again",
            "The same request about past days gets the same answer",
            kit,
            200,
            _same_again,
        ),
    )


def chain(end: date, scales: Sequence[int], filters: Query) -> Iterator[Equation]:
    """Give equations of ranges that end on one day: each is the next shorter one, and the days before that."""
    for shorter, longer in pairwise(scales):
        whole = filters.over(before(end, longer - 1), end)
        late = filters.over(before(end, shorter - 1), end)
        yield Equation(whole, (filters.over(whole.start, before(late.start, 1)), late))


def forward_chain(start: date, scales: Sequence[int], filters: Query, last: date) -> Iterator[Equation]:
    """Give equations of ranges that start on one day, none of which ends after `last`."""
    for shorter, longer in pairwise(scales):
        end = after(start, longer - 1)
        if end <= last:
            early = filters.over(start, after(start, shorter - 1))
            yield Equation(filters.over(start, end), (early, filters.over(after(early.end, 1), end)))


def borders(run: Run) -> Iterator[Equation]:
    """Give equations whose parts meet at a month's end, a year's end, a leap day and where clocks change."""
    last = past(run)
    month = run.samples.day.replace(day=1)
    year = date(run.samples.day.year, 1, 1)
    leap_year = next(y for y in range(last.year, last.year - 12, -1) if _is_leap(y) and date(y, 3, 5) <= last)
    seams = [month, year, date(leap_year, 2, 29), date(leap_year, 3, 1)]
    seams += [date(run.samples.day.year, 3, 29), date(run.samples.day.year - 1, 11, 2)]
    for seam in seams:
        end = after(seam, 2)
        if end <= last:
            yield Equation(Query(before(seam, 3), end), (Query(before(seam, 3), before(seam, 1)), Query(seam, end)))


def _is_leap(year: int) -> bool:
    return (year % 4 == 0 and year % 100 != 0) or year % 400 == 0


def _days(start: date, count: int, filters: Query) -> Equation:
    """Give a few days as the sum of each of them alone."""
    days = [after(start, place) for place in range(count)]
    return Equation(filters.over(start, days[-1]), tuple(filters.over(day, day) for day in days))


def _no_filters(run: Run) -> Query:
    return Query(run.samples.day, run.samples.day)


def _anchor(run: Run) -> date:
    """Give the day on which chains end: the window's last, or the last that is settled."""
    return min(run.window.end, past(run)) if run.window else past(run)


def _plain_equations(run: Run) -> list[Equation]:
    plain, anchor = _no_filters(run), _anchor(run)
    start = run.window.start if run.window else anchor
    return [
        *chain(anchor, SCALES, plain),
        *forward_chain(start, (1, 3, 14, 60, 200), plain, past(run)),
        _days(before(run.samples.day, 1), 3, plain),
    ]


def _filtered_equations(run: Run) -> list[Equation]:
    plain, anchor = _no_filters(run), _anchor(run)
    slug, mode = next(iter(run.known.slugs), None), next(iter(run.known.modes), None)
    equations: list[Equation] = []
    if slug is not None:
        equations += chain(anchor, FILTERED_SCALES, replace(plain, slug=slug))
    if mode is not None:
        equations += chain(anchor, FILTERED_SCALES, replace(plain, mode=mode))
    if slug is not None and mode is not None:
        equations += chain(anchor, (7, 90, 366), replace(plain, slug=slug, mode=mode))
    return equations


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
    _try_equations(attempt, _plain_equations(run), additivity, drawn_equations(run), draws=3)


def _filtered_add_up(attempt: Attempt) -> None:
    run = attempt.run
    if not (run.known.slugs or run.known.modes):
        attempt.not_exercised("needs a --slug or a --mode that holds data")
    _try_equations(attempt, _filtered_equations(run), additivity)


def _borders_add_up(attempt: Attempt) -> None:
    _try_equations(attempt, borders(attempt.run), additivity)


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
    plain, anchor = _no_filters(run), _anchor(run)
    yesterday = run.today - timedelta(days=1)
    week = before(run.today, 7)
    steps = [
        (plain.over(week, yesterday), plain.over(week, run.today)),
        (plain.over(week, run.today), plain.over(week, after(run.today, 30))),
        (plain.over(before(anchor, 730), anchor), plain.over(date.min, anchor)),
        (plain.over(before(anchor, 730), anchor), plain.over(date.min, date.max)),
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
    for first in [*chosen, earlier[0], earlier[0], earlier[0]]:
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
